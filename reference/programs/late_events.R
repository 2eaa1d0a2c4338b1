# What a paper would print of every study in late_event_tables.R, ever against never, and what the
# patients themselves say: Cox with the late event as time-dependent. Rules, the same everywhere:
# a late event counts from just after its time (C4); one on the day of the exit happened half a
# recorded step before it; one after the exit is none; an exit at time zero is at half a step.
# Where that half step alone makes the answer, the study is left out and named.

source("programs/json.R")
source("programs/analyses.R")
source("programs/late_event_tables.R")
folder <- folder_for_output()

SHARES <- c(0.25, 0.5, 0.75)

by_the_rules <- function(study, same_day_counts = TRUE) {
  rows <- study$rows
  half <- study$tick / 2
  rows$exit <- pmax(rows$exit, half)
  after <- !is.na(rows$wait) & rows$wait > rows$exit
  rows$wait[after] <- NA
  same <- !is.na(rows$wait) & rows$wait == rows$exit
  rows$wait[same] <- if (same_day_counts) rows$exit[same] - half else NA
  rows$wait <- pmax(rows$wait, 0)
  list(rows = rows, n_after_exit = sum(after), n_at_exit = sum(same),
       n_at_zero = sum(rows$wait == 0, na.rm = TRUE))
}

round_step <- function(exit) {
  longest <- unname(quantile(exit, 0.9)) / 4
  steps <- c(1, 2, 5) * rep(10^(-3:4), each = 3)
  max(steps[steps <= longest])
}

group_numbers <- function(rows, times, horizon) {
  fit <- survfit(Surv(exit, died) ~ 1, rows, conf.type = "log-log")
  by <- quantile(fit, SHARES)
  at <- summary(fit, times = times, extend = TRUE)
  mean_lived <- summary(fit, rmean = horizon)$table
  list(n = nrow(rows), deaths = sum(rows$died), exit_max = max(rows$exit),
       quartiles = I(unname(by$quantile)),
       median = I(c(unname(by$quantile[2]), unname(by$lower[2]), unname(by$upper[2]))),
       survival = I(at$surv), at_risk = I(at$n.risk),
       rmst = unname(mean_lived["rmean"]), rmst_standard_error = unname(mean_lived["se(rmean)"]))
}

coefficient <- function(fit, k = 1) {
  b <- unname(coef(fit)[k]); se <- sqrt(diag(as.matrix(fit$var)))[k]
  limits <- function(level) I(exp(b + c(-1, 1) * qnorm((1 + level) / 2) * se))
  list(coefficient = b, standard_error = se, hazard_ratio = exp(b), ci90 = limits(0.9),
       ci95 = limits(0.95))
}

fitted <- function(formula, rows) {
  suppressWarnings(coxph(formula, data = rows, ties = "efron", control = TIGHT, model = TRUE))
}

moving <- function(rows) {
  late <- !is.na(rows$wait)
  before <- with(rows, data.frame(entry = 0, exit = ifelse(late, wait, exit),
                                  died = ifelse(late, 0, died), treated = 0, begun = 0,
                                  last = !late))
  after <- with(rows[late, ], data.frame(entry = wait, exit = exit, died = died, treated = 1,
                                         begun = wait, last = TRUE))
  rbind(before[before$exit > 0, ], after)
}

# The same hazard ratio sooner and later after the late event, cut where half of the late group's
# time after it is over.
sooner_and_later <- function(rows, cut) {
  after <- rows$treated == 1
  split <- after & rows$exit - rows$begun > cut
  early <- transform(rows, exit = ifelse(split, begun + cut, exit), died = ifelse(split, 0, died),
                     early = treated, late = 0)
  late <- transform(rows[split, ], entry = begun + cut, early = 0, late = 1)
  both <- rbind(early, late)
  if (sum(both$died[both$early == 1]) < 3 || sum(both$died[both$late == 1]) < 3) return(NULL)
  fit <- fitted(Surv(entry, exit, died) ~ early + late, both)
  list(cut = cut, early = coefficient(fit, 1), late = coefficient(fit, 2))
}

# z values against three things that the audit takes for granted: one hazard ratio at all times, no
# matter how late the late event came, and an end of follow-up that has nothing to do with it.
taken_for_granted <- function(truth, split, ends) {
  z <- function(fit) {
    found <- unname(coef(fit) / sqrt(diag(fit$var)))
    if (is.finite(found)) found
  }
  after <- transform(split[split$treated == 1, ], wait = as.numeric(scale(log1p(begun))))
  slope <- cox.zph(truth, terms = FALSE)
  split$censored <- ends
  list(ratio_over_time_z = sign(cor(slope$x, slope$y)[1]) * sqrt(slope$table[1, "chisq"]),
       later_initiation_z = z(fitted(Surv(entry, exit, died) ~ wait, after)),
       censoring_z = if (sum(ends) >= 5) z(fitted(Surv(entry, exit, censored) ~ treated, split)))
}

numbers_of <- function(study) {
  kept <- by_the_rules(study)
  rows <- transform(kept$rows, late = as.numeric(!is.na(wait)))
  step <- round_step(rows$exit)
  times <- step * 1:4
  groups <- list(all = rows, late = rows[rows$late == 1, ], never = rows[rows$late == 0, ])
  split <- moving(rows)
  follow <- survfit(Surv(exit, 1 - died) ~ 1, rows, conf.type = "log-log")
  alive <- rows$exit[rows$died == 0]
  waits <- rows$wait[rows$late == 1]
  naive <- fitted(Surv(exit, died) ~ late, rows)
  truth <- fitted(Surv(entry, exit, died) ~ treated, split)
  since <- split$exit[split$treated == 1] - split$begun[split$treated == 1]
  c(study[c("name", "source", "licence", "reference", "late", "terminal", "unit", "tick",
            "accrual", "possible", "note")],
    kept[c("n_after_exit", "n_at_exit", "n_at_zero")],
    list(n = nrow(rows), n_late = sum(rows$late), n_never = sum(1 - rows$late),
         times = I(times), horizon = times[4],
         groups = lapply(groups, group_numbers, times = times, horizon = times[4]),
         naive = coefficient(naive),
         log_rank = log_rank_two(rows),
         waiting = list(quartiles = I(unname(quantile(waits, SHARES))), min = min(waits),
                        max = max(waits), mean = mean(waits)),
         follow_up = list(median = unname(quantile(follow, 0.5)$quantile),
                          max = max(rows$exit),
                          of_the_living = if (length(alive)) I(unname(quantile(alive, 0:4 / 4)))),
         truth = c(coefficient(truth),
                   list(deaths_before = sum(split$died[split$treated == 0]),
                        deaths_after = sum(split$died[split$treated == 1]),
                        taken_for_granted = taken_for_granted(
                          truth, split, as.numeric(split$last & split$died == 0)),
                        sooner_and_later = sooner_and_later(split, median(since))))))
}

log_rank_two <- function(rows) {
  test <- survdiff(Surv(exit, died) ~ late, rows)
  list(chi2 = test$chisq, p_value = pchisq(test$chisq, 1, lower.tail = FALSE))
}

# Empty if the patients themselves give a hazard ratio, or the reason why not.
no_answer <- function(study) {
  rows <- by_the_rules(study)$rows
  late <- !is.na(rows$wait)
  if (sum(rows$died[late]) == 0 || sum(rows$died[!late]) == 0) {
    return("no terminal event in one of the two groups")
  }
  other <- moving(by_the_rules(study, same_day_counts = FALSE)$rows)
  by_either <- lapply(list(moving(rows), other), function(split) {
    coefficient(fitted(Surv(entry, exit, died) ~ treated, split))
  })
  apart <- abs(by_either[[1]]$coefficient - by_either[[2]]$coefficient)
  if (apart > log(2)) {
    return("which came first on the same day, or in the same month, changes the ratio over twofold")
  }
  ""
}
reasons <- vapply(studies, no_answer, "")
can <- reasons == ""
write_json(list(made_with = made_with(), shares = I(SHARES),
                studies = unname(lapply(studies[can], numbers_of)),
                left_out = unname(lapply(studies[!can], function(s) {
                  c(s[c("name", "source", "licence", "reference", "late", "terminal")],
                    list(reason = reasons[[s$name]]))
                }))),
           file.path(folder, "output", "late_events.json"))
