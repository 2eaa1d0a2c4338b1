# Structural failure times on simulated patients: randomised arms with crossover by the log-rank, Cox and
# Weibull tests, and late treatment that was chosen, by a score test in a Cox model of choosing it.

source("programs/json.R")
source("programs/analyses.R")
library(survival)
folder <- folder_for_output()

crossing <- function(z, level, from, to) uniroot(function(p) z(p) - level, c(from, to), tol = 1e-13)$root
# The statistic jumps, and can cross a level more than once within a short distance.
crossings <- function(z, level, from, to) {
  near <- crossing(z, level, from, to) + seq(-6e-4, 6e-4, 5e-6)
  side <- sapply(near, z) > level
  change <- which(diff(side) != 0)
  I(sapply(change, function(k) crossing(z, level, near[k], near[k + 1])))
}
around_jumps <- function(z, from, to) {
  limits <- lapply(c(qnorm(0.975), -qnorm(0.975)), function(level) crossings(z, level, from, to))
  limits <- limits[order(sapply(limits, min))]
  list(estimate = crossings(z, 0, from, to), lower = limits[[1]], upper = limits[[2]], at_zero = z(0))
}
around <- function(z, from, to) {
  limits <- sort(c(crossing(z, qnorm(0.975), from, to), crossing(z, -qnorm(0.975), from, to)))
  list(estimate = crossing(z, 0, from, to), lower = limits[1], upper = limits[2], at_zero = z(0))
}

set.seed(19910)
n <- 400
trial <- data.frame(arm = rep(0:1, n / 2), age = rnorm(n), censoring = runif(n, 1.5, 3))
untreated <- 2.2 * exp(-0.3 * trial$age) * rweibull(n, 1.3)
change <- ifelse(trial$arm == 1, 0, rexp(n, 0.45))
life <- ifelse(untreated <= change, untreated, change + (untreated - change) * exp(0.5))
trial$time <- pmin(life, trial$censoring)
trial$event <- as.numeric(life <= trial$censoring)
trial$on_treatment <- pmax(trial$time - change, 0)
write_rows(trial, file.path(folder, "data", "randomised_crossover.csv"))

without <- function(psi) {
  u <- trial$time - trial$on_treatment + exp(psi) * trial$on_treatment
  limit <- ifelse(trial$arm == 1, Inf, pmin(trial$censoring, trial$censoring * exp(psi)))
  data.frame(time = pmin(u, limit), event = as.numeric(trial$event & u <= limit),
             arm = trial$arm, age = trial$age)
}
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, timefix = FALSE, iter.max = 50)
z_log_rank <- function(psi) {
  s <- survdiff(Surv(time, event) ~ arm, without(psi))
  (s$obs[2] - s$exp[2]) / sqrt(s$var[2, 2])
}
z_cox <- function(psi) {
  fit <- coxph(Surv(time, event) ~ arm + age, without(psi), control = tight)
  unname(coef(fit)[1] / sqrt(vcov(fit)[1, 1]))
}
z_weibull <- function(psi) {
  fit <- survreg(Surv(time, event) ~ arm + age, without(psi),
                 control = survreg.control(rel.tolerance = 1e-14, maxiter = 100))
  unname(-coef(fit)[2] / sqrt(vcov(fit)[2, 2]))
}

set.seed(19920)
n <- 240
late <- data.frame(x = rnorm(n), z = rbinom(n, 1, 0.5))
untreated <- 30 * exp(-0.6 * late$x) * rweibull(n, 1.2)
wait <- 25 * exp(-0.5 * late$x + 0.3 * late$z) * rexp(n)
life <- ifelse(untreated <= wait, untreated, wait + (untreated - wait) * exp(0.4))
seen <- pmin(80, rexp(n, 1 / 150))
late$followed <- pmin(life, seen)
late$event <- as.numeric(life <= seen)
late$waited <- ifelse(wait < late$followed, wait, NA)
write_rows(late, file.path(folder, "data", "late_treatment.csv"))

horizon <- 48
end <- pmin(late$followed, horizon)
lost <- late$event == 0 & late$followed < horizon
loss <- survfit(Surv(end, lost) ~ 1)
before <- function(t) c(1, loss$surv)[1 + findInterval(t, loss$time, left.open = TRUE)]
weight <- ifelse(lost, 0, 1 / before(end))
begun <- !is.na(late$waited)
rows <- data.frame(time = ifelse(begun, late$waited, late$followed), begun = as.numeric(begun),
                   x = late$x, z = late$z)
chosen <- coxph(Surv(time, begun) ~ x + z, rows, control = tight)

life_score <- function(psi) {
  first <- ifelse(begun & late$waited < end, late$waited, end)
  u <- first + exp(psi) * (end - first)
  limit <- horizon * min(1, exp(psi))
  time <- pmin(u, limit)
  ended <- late$event == 1 & late$followed <= horizon & u <= limit
  expected <- sapply(time, function(t) {
    s <- unique(time[ended & time <= t])
    sum(sapply(s, function(v) sum(weight[ended & time == v]) / sum(weight[time >= v])))
  })
  weight * (ended - expected)
}
z_chosen <- function(psi) {
  rows$h <- life_score(psi)
  at <- coxph(Surv(time, begun) ~ x + z + h, rows, init = c(coef(chosen), 0),
              control = coxph.control(iter.max = 0, timefix = FALSE))
  information <- solve(vcov(at))
  score <- residuals(at, type = "score")
  moved <- score[, 3] - score[, 1:2] %*% solve(information[1:2, 1:2], information[1:2, 3])
  sum(score[, 3]) / sqrt(sum(moved^2))
}
psi <- seq(-1, 1, 0.25)
write_json(list(made_with = made_with(), log_rank = around_jumps(z_log_rank, -2, 1.5),
                cox = around_jumps(z_cox, -2, 1.5), weibull = around_jumps(z_weibull, -2, 1.5),
                chosen = c(around(z_chosen, -1.5, 1), list(psi = psi, z = sapply(psi, z_chosen),
                                                          weight = weight))),
           file.path(folder, "output", "structural_failure_time.json"))
