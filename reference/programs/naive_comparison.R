# What a paper would print of simulated patients, each of the ways of comparing: the numbers that
# the audit's simulated studies are summarised by. Patients are drawn here, without ties.

source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

LANDMARK <- 4
TIMES <- c(3, 9)
SHARES <- c(0.25, 0.5, 0.75)

draw <- function(seed, n, death, wait, never, last) {
  set.seed(seed)
  life <- rexp(n) * death
  leave <- runif(n, 1, last)
  start <- ifelse(runif(n) < never, Inf, rexp(n) * wait)
  exit <- pmin(life, leave)
  data.frame(exit = exit, died = as.numeric(life <= leave),
             initiation = ifelse(start < exit, start, NA))
}

cohorts <- list(draw(1, 15, 10, 6, 0.1, 30), draw(2, 40, 8, 10, 0.3, 25),
                draw(3, 120, 20, 12, 0, 40), draw(4, 30, 6, 3, 0.5, 100))

arranged <- function(rows, way) {
  late <- !is.na(rows$initiation)
  out <- data.frame(entry = 0, exit = rows$exit, died = rows$died, late = as.numeric(late))
  if (way == "own_clocks") out$exit[late] <- (rows$exit - rows$initiation)[late]
  if (way == "waiting_excluded") out$entry[late] <- rows$initiation[late]
  if (way == "landmark") {
    alive <- rows$exit > LANDMARK
    out$late <- as.numeric(late & rows$initiation <= LANDMARK)
    out$exit <- out$exit - LANDMARK
    out <- out[alive, ]
  }
  out
}

group_numbers <- function(rows) {
  fit <- survfit(Surv(entry, exit, died) ~ 1, rows)
  at <- TIMES[TIMES <= max(rows$exit)]
  list(n = nrow(rows), deaths = sum(rows$died),
       quartiles = I(unname(quantile(fit, SHARES, conf.int = FALSE))),
       times = I(at), survival = I(summary(fit, times = at)$surv),
       at_risk = I(vapply(at, function(t) sum(rows$entry < t & rows$exit >= t), 0)),
       rmst = I(vapply(at, function(t) {
         before <- fit$time <= t
         sum(diff(c(0, fit$time[before], t)) * c(1, fit$surv[before]))
       }, 0)))
}

compared <- function(rows, way) {
  rows <- arranged(rows, way)
  fit <- coxph(Surv(entry, exit, died) ~ late, rows, control = TIGHT)
  start <- suppressWarnings(coxph(Surv(entry, exit, died) ~ late, rows, init = 0, iter.max = 0))
  list(way = way, log_hazard_ratio = unname(coef(fit)), error = sqrt(fit$var[1, 1]),
       score_chi2 = start$score,
       groups = list(all = group_numbers(rows), late = group_numbers(rows[rows$late == 1, ]),
                     never = group_numbers(rows[rows$late == 0, ])))
}

numbers_of <- function(rows) {
  waits <- rows$initiation[!is.na(rows$initiation)]
  follow <- survfit(Surv(exit, 1 - died) ~ 1, rows)
  list(n = nrow(rows),
       waits = I(c(unname(quantile(waits, SHARES)), min(waits), max(waits), mean(waits))),
       follow_up = unname(quantile(follow, 0.5, conf.int = FALSE)),
       comparisons = lapply(c("ever_treated", "own_clocks", "waiting_excluded", "landmark"),
                            function(way) compared(rows, way)))
}

stored <- do.call(rbind, lapply(seq_along(cohorts), function(k) cbind(cohort = k, cohorts[[k]])))
write_rows(stored, file.path(folder, "data", "naive_comparison.csv"))
write_json(list(made_with = made_with(), landmark = LANDMARK, shares = I(SHARES),
                cohorts = lapply(cohorts, numbers_of)),
           file.path(folder, "output", "naive_comparison.json"))
