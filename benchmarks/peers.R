# Rscript peers.R TASK FOLDER N REPEATS: times R's survival on the data of the same run.
# Prints one line per result: time MIN MEDIAN CPU, then value NAME NUMBER lines.
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
task <- given[1]; folder <- given[2]; n <- as.integer(given[3]); repeats <- as.integer(given[4])
column <- function(name, what = "double") {
  path <- file.path(folder, name)
  readBin(path, what, n = file.size(path) / 8)
}
say <- function(name, x) cat("value", name, formatC(x, digits = 17, format = "g"), "\n")
timed <- function(work) {
  wall <- cpu <- numeric(repeats)
  for (k in seq_len(repeats)) {
    before <- proc.time(); result <- work(); after <- proc.time() - before
    wall[k] <- after[["elapsed"]]; cpu[k] <- after[["user.self"]] + after[["sys.self"]]
  }
  cat("time", min(wall), median(wall), min(cpu), "\n")
  result
}
entry <- column("entry"); exit <- column("exit"); event <- column("event"); arm <- column("arm")
tight <- coxph.control(eps = 1e-12, iter.max = 50)
if (task == "km_lr") {
  found <- timed(function() list(
    curve = survfit(Surv(exit, event) ~ arm), test = survdiff(Surv(exit, event) ~ arm)))
  at <- summary(found$curve, times = 1:5, extend = TRUE)
  for (k in seq_along(at$surv)) say(paste0("survival_", k), at$surv[k])
  say("chi2", found$test$chisq)
} else if (task %in% c("cox", "tdcox", "tdcox_robust")) {
  x <- matrix(column("design"), nrow = n, byrow = TRUE)
  outcome <- if (task == "cox") Surv(exit, event) else Surv(entry, exit, event)
  id <- column("patient")
  fit <- if (task == "tdcox_robust") {
    timed(function() coxph(outcome ~ x, ties = "efron", cluster = id, control = tight))
  } else {
    timed(function() coxph(outcome ~ x, ties = "efron", control = tight))
  }
  for (k in seq_len(ncol(x))) say(paste0("coefficient_", k), coef(fit)[[k]])
  for (k in seq_len(ncol(x))) say(paste0("standard_error_", k), sqrt(diag(vcov(fit)))[[k]])
} else if (task == "boot_small") {
  id <- column("patient"); copies <- matrix(column("copies"), ncol = max(id) + 1, byrow = TRUE)
  one <- function(b) {
    again <- rep(seq_along(id), copies[b, id + 1])
    y <- Surv(entry[again], exit[again], event[again])
    fit <- suppressWarnings(agreg.fit(cbind(arm[again]), y, NULL, NULL, NULL, tight, NULL,
      "efron", NULL))
    km <- survfit(y ~ arm[again])
    c(if (is.list(fit)) fit$coefficients[[1]] else NA, quantile(km, 0.5)$quantile)
  }
  found <- timed(function() sapply(seq_len(nrow(copies)), function(b) one(b)[1]))
  for (k in seq_along(found)) say(paste0("log_hazard_ratio_", k), found[k])
}
