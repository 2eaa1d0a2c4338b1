# Clone, censor, weight with the rows written out: every clone cut at every time at which any
# clone leaves, one weight a row. Sourced by clone_censor_weight.R and by a program in published/.

suppressMessages(library(survival))

# d: exit, event, initiation (NA = never) and covariates, from the origin.
two_clones <- function(d, grace) {
  d$id <- seq_len(nrow(d))
  treated <- !is.na(d$initiation) & d$initiation <= grace & d$initiation < d$exit
  beyond <- d$exit > grace
  none <- transform(d, arm = 0, leave = ifelse(treated, initiation, exit),
                    out = ifelse(treated, 0, event), cens = as.numeric(treated))
  late <- !treated & beyond
  one <- transform(d, arm = 1, leave = ifelse(late, grace, exit),
                   out = ifelse(late, 0, event), cens = as.numeric(late))
  list(none = none, one = one, treated = treated, beyond = beyond)
}

written_out <- function(clones) {
  cuts <- sort(unique(c(clones$none$leave, clones$one$leave)))
  lapply(clones[c("none", "one")], function(rows) {
    rows$row <- seq_len(nrow(rows))
    long <- survSplit(Surv(leave, out) ~ ., data = rows, cut = cuts, start = "from")
    long$artificial <- as.numeric(long$cens == 1 & long$leave == rows$leave[long$row])
    long[order(long$row, long$leave), ]
  })
}

cox_model <- function(rows, names, ties) {
  coxph(reformulate(names, "Surv(leave, cens)"), rows, ties = ties,
        control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
}

cox_weights <- function(long, rows, names, ties, through) {
  fit <- cox_model(rows, names, ties)
  base <- basehaz(fit, centered = FALSE)
  hazard <- stepfun(base$time, c(0, base$hazard))
  at <- if (through) long$leave else long$from
  lp <- as.matrix(long[, names]) %*% coef(fit)
  list(weight = exp(hazard(at) * exp(lp[, 1])), coefficients = unname(coef(fit)))
}

# Curves, areas, and the Cox model of the arm with the sandwich by patient, on weighted rows.
strategies <- function(long, horizons, ties = "efron") {
  both <- rbind(long$none, long$one)
  curves <- lapply(long, function(rows) survfit(Surv(from, leave, out) ~ 1, rows, weights = weight))
  at <- function(fit, h) summary(fit, times = h, extend = TRUE)$surv
  area <- function(fit, h) {
    before <- fit$time <= h
    sum(diff(c(0, fit$time[before], h)) * c(1, fit$surv[before]))
  }
  cox <- coxph(Surv(from, leave, out) ~ arm, both, weights = weight, cluster = id, ties = ties,
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
  list(survival = rbind(I(at(curves$none, horizons)), I(at(curves$one, horizons))),
       rmst = rbind(vapply(horizons, function(h) area(curves$none, h), 0),
                    vapply(horizons, function(h) area(curves$one, h), 0)),
       log_hazard_ratio = unname(coef(cox)), robust_error = unname(sqrt(cox$var[1, 1])),
       largest_weight = I(c(max(long$none$weight), max(long$one$weight))))
}

by_cox <- function(clones, names, ties, through, horizons, outcome_ties = "efron") {
  long <- written_out(clones)
  none <- cox_weights(long$none, clones$none, names, ties, through)
  one <- cox_weights(long$one, clones$one, names, ties, through)
  long$none$weight <- none$weight
  long$one$weight <- one$weight
  c(list(censoring_ties = ties, through = through,
         coefficients = rbind(none$coefficients, one$coefficients)),
    strategies(long, horizons, outcome_ties))
}

unweighted <- function(clones, horizons) {
  long <- written_out(clones)
  long$none$weight <- 1
  long$one$weight <- 1
  c(list(rows = I(c(nrow(long$none), nrow(long$one)))), strategies(long, horizons))
}

logit_at_grace_end <- function(clones, names, grace) {
  alive <- clones$one[clones$beyond, ]
  alive$treated <- as.numeric(clones$treated[clones$beyond])
  glm(reformulate(names, "treated"), binomial, alive,
      control = glm.control(epsilon = 1e-15, maxit = 100))
}

# Restricted cubic spline, knots at Harrell's quantiles of the times of the outcomes.
bends <- function(x, knots) {
  up <- function(t) pmax(x - t, 0)^3
  m <- length(knots)
  last <- knots[m]
  before <- knots[m - 1]
  sapply(knots[seq_len(m - 2)], function(k) {
    (up(k) - up(before) * (last - k) / (last - before) +
       up(last) * (before - k) / (last - before)) / (last - knots[1])^2
  })
}

# The moment of treatment in periods, for the arm that is not to be treated.
moments <- function(clones, names, grace, width) {
  d <- clones$none
  until <- ifelse(clones$treated, d$initiation, pmin(d$exit, grace))
  rows <- do.call(rbind, lapply(seq_len(nrow(d)), function(j) {
    k <- seq(0, max(0, ceiling(until[j] / width - 1e-9) - 1))
    k <- k[k * width < grace]
    data.frame(id = j, period = k, start = k * width / grace,
               began = as.numeric(clones$treated[j] & k == max(k)),
               as.list(d[j, names]), row.names = NULL)
  }))
  knots <- unname(quantile(rows$start[rows$began == 1], c(0.05, 0.35, 0.65, 0.95)))
  curve <- bends(rows$start, knots)
  rows$bend1 <- curve[, 1]
  rows$bend2 <- curve[, 2]
  fit <- glm(reformulate(c("start", "bend1", "bend2", names), "began"), binomial, rows,
             control = glm.control(epsilon = 1e-15, maxit = 100))
  rows$stay <- 1 - fitted(fit)
  list(fit = fit, rows = rows, width = width)
}

by_logistic <- function(clones, names, grace, width, through, horizons) {
  long <- written_out(clones)
  by_end <- logit_at_grace_end(clones, names, grace)
  chance <- predict(by_end, long$one, type = "response")
  met <- if (through) long$one$leave >= grace else long$one$leave > grace
  long$one$weight <- ifelse(met, 1 / chance, 1)
  model <- moments(clones, names, grace, width)
  ends <- pmin((model$rows$period + 1) * width, grace)
  starts <- model$rows$period * width
  long$none$weight <- vapply(seq_len(nrow(long$none)), function(r) {
    mine <- model$rows$id == long$none$id[r]
    acts <- if (through) starts < long$none$leave[r] else ends < long$none$leave[r]
    prod(1 / model$rows$stay[mine & acts])
  }, 0)
  c(list(through = through, coefficients_moment = I(unname(coef(model$fit))),
         coefficients_by_end = I(unname(coef(by_end))), person_periods = nrow(model$rows)),
    strategies(long, horizons))
}
