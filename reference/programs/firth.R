# Cox regression with Firth's penalty, written from the definition: maximise
# log L(b) + log det I(b) / 2, I the observed information; intervals where the maximum of the
# penalised likelihood over the other coefficients has fallen by half a chi-squared quantile.

# Who is at risk and who dies at each event time, found once.
event_times <- function(rows) {
  lapply(unique(rows$exit[rows$event == 1]), function(t) {
    at_risk <- which(rows$entry < t & rows$exit >= t)
    list(at_risk = at_risk, dies = which(rows$exit[at_risk] == t & rows$event[at_risk] == 1))
  })
}

# Log partial likelihood and information at b, by the definition: a loop over event times.
partial_likelihood <- function(b, x, times, ties) {
  risk <- exp(drop(x %*% b))
  p <- ncol(x)
  value <- 0
  information <- matrix(0, p, p)
  for (at in times) {
    xs <- x[at$at_risk, , drop = FALSE]
    d <- length(at$dies)
    for (k in seq_len(d) - 1) {
      w <- risk[at$at_risk]
      if (ties == "efron") w[at$dies] <- w[at$dies] * (1 - k / d)
      total <- sum(w)
      centre <- drop(w %*% xs) / total
      spread <- xs - rep(centre, each = nrow(xs))
      value <- value - log(total)
      information <- information + crossprod(spread, w * spread) / total
    }
    value <- value + sum(xs[at$dies, , drop = FALSE] %*% b)
  }
  list(value = value, information = information)
}

firth <- function(rows, columns, ties, level = 0.95) {
  raw <- as.matrix(rows[columns])
  scale <- pmax(apply(abs(sweep(raw, 2, colMeans(raw))), 2, mean), 1e-12)
  x <- sweep(sweep(raw, 2, colMeans(raw)), 2, scale, "/")
  p <- ncol(x)
  times <- event_times(rows)
  # det I changes by a constant when columns are rescaled: back to the scale of the user.
  shift <- sum(log(scale))
  penalised <- function(b) {
    at <- partial_likelihood(b, x, times, ties)
    at$value + as.numeric(determinant(at$information)$modulus) / 2 + shift
  }
  gradient <- function(b, f) vapply(seq_along(b), function(j) {
    # Two steps combined (Richardson), error of order h^4.
    slope <- function(h) {
      up <- down <- b
      up[j] <- b[j] + h; down[j] <- b[j] - h
      (f(up) - f(down)) / (2 * h)
    }
    (4 * slope(1e-3) - slope(2e-3)) / 3
  }, 0)
  # optim comes near; steps by the information, free coefficients only, finish.
  maximise <- function(start, free, by_optim = FALSE) {
    f <- function(b) { whole <- start; whole[free] <- b; penalised(whole) }
    best <- start[free]
    if (by_optim) best <- optim(best, f, method = "BFGS", control = list(fnscale = -1))$par
    for (step in seq_len(if (length(free)) 200 else 0)) {
      whole <- start; whole[free] <- best
      information <- partial_likelihood(whole, x, times, ties)$information
      move <- solve(information[free, free], gradient(best, f))
      best <- best + move
      if (max(abs(move)) < 1e-10) break
    }
    start[free] <- best
    list(par = start, value = penalised(start))
  }
  full <- maximise(rep(0, p), seq_len(p), by_optim = TRUE)
  information <- partial_likelihood(full$par, x, times, ties)$information
  covariance <- solve(information) / (scale %o% scale)
  drop_at_limit <- qchisq(level, 1) / 2
  profile <- function(j, value) {
    start <- full$par
    start[j] <- value
    maximise(start, seq_len(p)[-j])$value
  }
  limit <- function(j, side) {
    se <- sqrt(covariance[j, j]) * scale[j]
    below <- function(value) profile(j, value) - full$value + drop_at_limit
    far <- 3
    while (below(full$par[j] + side * far * se) > 0) far <- 2 * far
    uniroot(below, sort(full$par[j] + side * c(0.1, far) * se), tol = 1e-11)$root
  }
  statistics <- vapply(seq_len(p), function(j) 2 * (full$value - profile(j, 0)), 0)
  list(ties = ties, design = I(columns), coefficients = I(full$par / scale),
       standard_errors = I(sqrt(diag(covariance))),
       lower = I(vapply(seq_len(p), limit, 0, side = -1) / scale),
       upper = I(vapply(seq_len(p), limit, 0, side = 1) / scale),
       p_values = I(pchisq(statistics, 1, lower.tail = FALSE)),
       log_likelihood = full$value, log_likelihood_null = penalised(rep(0, p)))
}
