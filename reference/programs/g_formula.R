# The parametric g-formula on simulated patients with a competing event: logistic models by glm on raw
# powers of time, and every strategy by enumerating when treatment begins, patient by patient.

source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

set.seed(19860)
n_patients <- 260
n_periods <- 20
rows <- list()
for (i in seq_len(n_patients)) {
  x <- rnorm(1)
  z <- rbinom(1, 1, 0.4)
  treated <- 0
  for (k in 0:(n_periods - 1)) {
    eligible <- 1 - treated
    if (eligible && runif(1) < plogis(-2.2 + 0.6 * x - 0.4 * z - 0.05 * k)) treated <- 1
    event <- as.numeric(runif(1) < plogis(-3.2 + 0.5 * x + 0.3 * z - 0.6 * treated + 0.04 * k))
    competing <- if (event) 0 else as.numeric(runif(1) < plogis(-4.2 + 0.4 * z + 0.3 * treated))
    lost <- if (event || competing || k == n_periods - 1) 0 else as.numeric(runif(1) < 0.02)
    rows[[length(rows) + 1]] <- data.frame(patient = i - 1, period = k, treated = treated,
                                           eligible = eligible, event = event,
                                           competing = competing, lost = lost, x = x, z = z)
    if (event || competing || lost) break
  }
}
long <- do.call(rbind, rows)
write_rows(long, file.path(folder, "data", "g_formula.csv"))

degree <- function(outcomes) 1 + (outcomes >= 20) + (outcomes >= 50)
fitted_by <- function(data, outcome, treatment) {
  data$y <- data[[outcome]]
  right <- c(paste0("I(period^", seq_len(degree(sum(data$y))), ")"), "x", "z", treatment)
  glm(reformulate(right, "y"), binomial, data, control = glm.control(epsilon = 1e-15, maxit = 100))
}

course <- function(long, with_competing, grace) {
  event_model <- fitted_by(long, "event", "treated")
  begin_model <- fitted_by(long[long$eligible == 1, ], "treated", NULL)
  other_model <- if (with_competing) fitted_by(long[long$event == 0, ], "competing", "treated")
  baseline <- long[long$period == 0, c("x", "z")]
  chance <- function(model, period, treated) {
    if (is.null(model)) return(rep(0, nrow(baseline)))
    predict(model, cbind(baseline, period = period, treated = treated), type = "response")
  }
  periods <- 0:(n_periods - 1)
  hit <- lapply(0:1, function(a) sapply(periods, function(k) chance(event_model, k, a)))
  gone <- lapply(0:1, function(a) sapply(periods, function(k) chance(other_model, k, a)))
  begin <- sapply(periods, function(k) chance(begin_model, k, 0))
  incidence_if_begun <- function(start) {  # start = n_periods: never
    free <- rep(1, nrow(baseline))
    so_far <- matrix(0, nrow(baseline), n_periods)
    total <- rep(0, nrow(baseline))
    for (k in seq_len(n_periods)) {
      arm <- 1 + as.numeric(k - 1 >= start)
      total <- total + free * hit[[arm]][, k]
      free <- free * (1 - hit[[arm]][, k]) * (1 - gone[[arm]][, k])
      so_far[, k] <- total
    }
    so_far
  }
  each <- lapply(0:n_periods, incidence_if_begun)
  mixture <- function(chances) {  # chances[, k]: of beginning in period k, untreated so far
    left <- rep(1, nrow(baseline))
    sum <- matrix(0, nrow(baseline), n_periods)
    for (k in seq_len(n_periods)) {
      sum <- sum + left * chances[, k] * each[[k]]
      left <- left * (1 - chances[, k])
    }
    colMeans(sum + left * each[[n_periods + 1]])
  }
  natural <- begin
  natural[, grace] <- 1
  uniform <- matrix(0, nrow(baseline), n_periods)
  for (k in seq_len(grace)) uniform[, k] <- 1 / (grace - k + 1)
  list(never = colMeans(each[[n_periods + 1]]), natural = mixture(natural),
       uniform = mixture(uniform), as_observed = mixture(begin))
}

# Without the competing event its patients are lost, and the product limit is Kaplan and Meier's.
last <- long[!duplicated(long$patient, fromLast = TRUE), ]
curve <- survival::survfit(survival::Surv(last$period + 1, last$event) ~ 1)
write_json(list(made_with = made_with(), grace = 6,
                with_competing = course(long, TRUE, 6), alone = course(long, FALSE, 6),
                observed = list(time = curve$time, survival = curve$surv,
                                standard_error = curve$std.err * curve$surv)),
           file.path(folder, "output", "g_formula.json"))
