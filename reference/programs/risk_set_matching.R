# Risk-set matching on simulated patients: the hazard of treatment by coxph, the matching in plain
# loops, Cox's model stratified by matched set, and curves with the influence of each patient.

library(survival)
source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

simulated <- function(n) {
  set.seed(20260317)
  age <- rnorm(n); spread <- rnorm(n); site <- rbinom(n, 1, 0.4)
  death <- rexp(n, 0.004 * exp(0.4 * age))
  treatment <- rexp(n, 0.004 * exp(-0.5 * age + 0.3 * spread))
  end <- runif(n, 60, 900)
  exit <- ceiling(pmin(death, end))
  wait <- floor(treatment)
  data.frame(patient = sprintf("p%03d", seq_len(n)), exit = exit,
             event = as.numeric(death <= end), initiation = ifelse(wait < exit, wait, NA),
             age = age, spread = spread, site = site)
}

matched_sets <- function(d, score, matches, caliper, exact) {
  wait <- ifelse(is.na(d$initiation), Inf, d$initiation)
  used <- rep(FALSE, nrow(d))
  initiators <- which(wait < d$exit)
  initiators <- initiators[order(wait[initiators], -score[initiators], d$patient[initiators])]
  rows <- list()
  for (i in initiators) {
    if (used[i]) next
    free <- which(!used & pmin(wait, d$exit) > wait[i] & (!exact | d$site == d$site[i]))
    gap <- abs(score[free] - score[i])
    free <- free[order(gap)]
    free <- free[abs(score[free] - score[i]) <= caliper * sd(score)]
    free <- head(free, matches)
    if (length(free) == 0) next
    used[c(i, free)] <- TRUE
    rows[[length(rows) + 1]] <- data.frame(
      set = length(rows), member = c(i, free), treated = c(1, rep(0, length(free))),
      time = d$exit[c(i, free)] - wait[i], event = d$event[c(i, free)],
      later = c(Inf, wait[free] - wait[i]), weight = c(1, rep(1 / length(free), length(free))))
  }
  do.call(rbind, rows)
}

stratified <- function(m) {
  control <- coxph.control(eps = 1e-14, toler.chol = 1e-15)
  fit <- coxph(Surv(time, event) ~ treated + strata(set), m, ties = "efron", control = control)
  robust <- coxph(Surv(time, event) ~ treated + strata(set) + cluster(set), m, ties = "efron",
                  control = control)
  list(log_hazard_ratio = unname(coef(fit)), standard_error = sqrt(vcov(fit)[1, 1]),
       robust_standard_error = sqrt(vcov(robust)[1, 1]))
}

over_sets <- function(m, horizon) {
  one <- function(arm) {
    part <- m[m$treated == arm, ]
    fit <- do.call(survfit, list(Surv(time, event) ~ 1, data = part, weights = part$weight))
    area <- summary(fit, rmean = horizon)$table[["rmean"]]
    list(part = part, area = area, alive = summary(fit, times = horizon)$surv,
         lived = residuals(fit, times = horizon, type = "rmst", weighted = TRUE),
         share = residuals(fit, times = horizon, type = "pstate", weighted = TRUE))
  }
  a <- one(0); b <- one(1)
  error <- function(name) {
    by_set <- rowsum(c(-a[[name]], b[[name]]), c(a$part$set, b$part$set))
    sqrt(sum(by_set^2))
  }
  list(horizon = horizon, rmst_difference = b$area - a$area, rmst_standard_error = error("lived"),
       survival_difference = b$alive - a$alive, survival_standard_error = error("share"))
}

d <- simulated(160)
write.csv(transform(d, age = sprintf("%.17g", age), spread = sprintf("%.17g", spread)),
          file.path(folder, "data", "risk_set_matching.csv"), row.names = FALSE, quote = FALSE)
leaves <- pmin(d$initiation, d$exit, na.rm = TRUE)
hazard <- coxph(Surv(leaves + 1e-9, !is.na(initiation)) ~ age + spread + site, d, ties = "efron",
                control = coxph.control(eps = 1e-14, toler.chol = 1e-15))
score <- as.vector(as.matrix(d[, c("age", "spread", "site")]) %*% coef(hazard))

case <- function(matches, caliper, exact) {
  m <- matched_sets(d, score, matches, caliper, exact)
  until <- transform(m, event = ifelse(later < time, 0, event), time = pmin(time, later))
  list(matches = matches, caliper = caliper, exact = exact, member = I(m$member - 1),
       set = I(m$set), matched = stratified(m), matched_censored = stratified(until),
       over_sets = lapply(c(120, 365), function(h) over_sets(m, h)))
}

write_json(list(made_with = made_with(), coefficients = unname(coef(hazard)),
                standard_errors = unname(sqrt(diag(vcov(hazard)))),
                cases = list(case(1, 0.2, FALSE), case(1, 0.5, TRUE), case(3, 0.3, FALSE))),
           file.path(folder, "output", "risk_set_matching.json"))
