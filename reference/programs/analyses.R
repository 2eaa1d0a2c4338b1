# The analyses that every data set goes through. R's own functions wherever they exist; where
# they do not (log-rank with delayed entry), a plain loop, checked against R's where both exist.

suppressPackageStartupMessages(library(survival))

TIGHT <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)

# rows: entry, exit, event, arm, patient, stratum, weight and covariates. Entry -Inf throughout
# means that everybody is at risk from the beginning.
outcome <- function(rows) {
  if (all(rows$entry == -Inf)) Surv(rows$exit, rows$event)
  else Surv(rows$entry, rows$exit, rows$event)
}

cox <- function(rows, columns, ties = "efron") {
  x <- as.matrix(rows[columns])
  y <- outcome(rows)
  fit <- suppressWarnings(coxph(y ~ x + strata(stratum), data = rows, weights = weight,
                                cluster = patient, ties = ties, control = TIGHT))
  naive <- fit$naive.var
  b <- unname(coef(fit))
  list(ties = ties, design = I(columns), coefficients = I(b), covariance = as.matrix(naive),
       standard_errors = I(sqrt(diag(as.matrix(naive)))),
       robust_covariance = as.matrix(fit$var),
       robust_standard_errors = I(sqrt(diag(as.matrix(fit$var)))),
       log_likelihood_null = fit$loglik[1], log_likelihood = fit$loglik[2],
       score_statistic = fit$score, wald_statistic = sum(b * solve(naive, b)),
       n_events = fit$nevent)
}

proportional_hazards <- function(rows, columns, transform, ties = "efron") {
  y <- outcome(rows)
  terms <- paste(columns, collapse = " + ")
  fit <- suppressWarnings(coxph(as.formula(paste("y ~", terms, "+ strata(stratum)")),
                                data = rows, weights = weight, ties = ties, control = TIGHT))
  test <- cox.zph(fit, transform = transform)
  list(transform = transform, ties = ties, design = I(columns),
       chi2 = I(unname(test$table[, "chisq"])), df = I(unname(test$table[, "df"])),
       p_value = I(unname(test$table[, "p"])),
       times = I(test$time),
       # Only the times depend on the transform, so the residuals are written once.
       residuals = if (transform == "identity") unname(as.matrix(test$y)))
}

product_limit <- function(rows, horizons, from = NULL) {
  # start.time alone leaves early delayed entries unclipped, so rows are clipped here (C2).
  if (!is.null(from)) {
    rows <- rows[rows$exit > from, ]
    rows$entry <- pmax(rows$entry, from)
  }
  fit <- survfit(outcome(rows) ~ 1, weights = rows$weight, conf.type = "log-log", robust = FALSE)
  origin <- if (is.null(from)) 0 else from
  half <- quantile(fit, 0.5)
  list(from_time = from, times = I(fit$time), survival = I(fit$surv),
       standard_error = I(fit$surv * fit$std.err), lower = I(fit$lower), upper = I(fit$upper),
       n_at_risk = I(fit$n.risk), n_events = I(fit$n.event), n_censored = I(fit$n.censor),
       median = I(c(half$quantile, half$lower, half$upper)),
       horizons = lapply(horizons, function(h) at_horizon(fit, h, origin)))
}

at_horizon <- function(fit, horizon, origin) {
  last <- max(fit$time)
  if (horizon > last || horizon < origin) {
    return(list(at = horizon, survival = NULL, survival_se = NULL, rmst = NULL, rmst_se = NULL))
  }
  here <- summary(fit, times = horizon)
  # The area under the steps and its variance, each step once: sum over deaths of
  # (area still to come)^2 d / (n (n - d)).
  inside <- fit$time <= horizon
  grid <- c(origin, fit$time[inside], horizon)
  area <- diff(grid) * c(1, fit$surv[inside])
  to_come <- rev(cumsum(rev(area)))[-1]
  d <- fit$n.event[inside]
  n <- fit$n.risk[inside]
  share <- ifelse(n - d > 0, d / (n * (n - d)), 0)
  value <- list(at = horizon, survival = here$surv, survival_se = here$std.err,
                rmst = sum(area), rmst_se = sqrt(sum(to_come^2 * share)))
  if (origin == 0 && all(fit$time > 0) && horizon >= min(fit$time)) {
    own <- summary(fit, rmean = horizon)$table
    stopifnot(abs(own["rmean"] - value$rmst) < 1e-10 * value$rmst,
              abs(own["se(rmean)"] - value$rmst_se) < 1e-10 * value$rmst_se)
  }
  value
}

# Log-rank with delayed entry and strata: Mantel-Byar when the arm changes with time.
log_rank <- function(rows) {
  observed <- expected <- c(0, 0)
  variance <- 0
  for (s in unique(rows$stratum)) {
    part <- rows[rows$stratum == s, ]
    for (t in sort(unique(part$exit[part$event == 1]))) {
      at_risk <- part$entry < t & part$exit >= t
      dies <- at_risk & part$exit == t & part$event == 1
      n <- sum(at_risk); n1 <- sum(at_risk & part$arm == 1)
      d <- sum(dies); d1 <- sum(dies & part$arm == 1)
      observed <- observed + c(d - d1, d1)
      expected <- expected + c(d * (n - n1) / n, d * n1 / n)
      if (n > 1) variance <- variance + d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    }
  }
  u <- observed[2] - expected[2]
  chi2 <- u^2 / variance
  if (all(rows$entry == -Inf)) {
    theirs <- survdiff(Surv(exit, event) ~ arm + strata(stratum), data = rows)
    stopifnot(abs(theirs$chisq - chi2) < 1e-10 * max(1, chi2))
  }
  list(observed = observed, expected = expected, variance = variance, chi2 = chi2,
       p_value = pchisq(chi2, 1, lower.tail = FALSE),
       log_hazard_ratio = u / variance, standard_error = 1 / sqrt(variance))
}

# Everything for one table of rows.
analyse <- function(name, rows, columns, horizons, weighted = FALSE, from = NULL,
                    transforms = c("km", "identity", "rank", "log")) {
  # R answers a test of 1s and TRUEs alike; the stored rows hold numbers.
  rows$event <- as.numeric(rows$event)
  unweighted <- transform(rows, weight = 1)
  result <- list(name = name, rows = paste0(name, ".csv"), weighted = weighted,
                 cox = list(cox(rows, columns, "efron"), cox(rows, columns, "breslow"),
                            cox(rows, "arm", "efron"), cox(rows, "arm", "breslow")),
                 curves = list(reference = product_limit(rows[rows$arm == 0, ], horizons, from),
                               intervention = product_limit(rows[rows$arm == 1, ], horizons, from),
                               all = product_limit(rows, horizons, from)))
  if (!weighted) {
    result$log_rank <- log_rank(rows)
    if (length(unique(rows$stratum)) > 1) {
      result$log_rank_without_strata <- log_rank(transform(rows, stratum = 0))
      result$cox_without_strata <- lapply(c("efron", "breslow"), function(ties)
        cox(transform(rows, stratum = 0), columns, ties))
    }
  }
  result$proportional_hazards <- lapply(transforms, function(transform)
    proportional_hazards(rows, columns, transform))
  result
}

# Where results and rows go: reference/ itself, or the folder named on the command line.
folder_for_output <- function() {
  given <- commandArgs(trailingOnly = TRUE)
  folder <- if (length(given)) given[1] else "."
  for (part in c("output", "data")) {
    dir.create(file.path(folder, part), showWarnings = FALSE, recursive = TRUE)
  }
  folder
}
