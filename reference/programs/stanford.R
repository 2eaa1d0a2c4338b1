# The Stanford heart transplant programme, 103 patients, in both versions that are in use:
# `jasa`/`jasa1`, days from acceptance, and `heart`, one day longer. Every rung of the ladder.

source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

LANDMARKS <- c(30, 60, 90)
HORIZONS <- c(30, 60, 90, 180, 365, 730)
GRID <- seq(0, 90, 15)
WINDOW <- 365

patients <- with(survival::jasa, data.frame(
  id = seq_along(futime), accepted = as.character(accept.dt), transplanted = as.character(tx.date),
  last_seen = as.character(fu.date), wait = wait.time, futime = futime, died = fustat,
  age = age - 48, surgery = surgery))
# The calendar year as in the heart file, years since the first of October 1967.
first_row <- survival::jasa1[!duplicated(survival::jasa1$id), ]
patients$year <- first_row$year[order(first_row$id)]
stopifnot(isTRUE(all.equal(patients$age, first_row$age[order(first_row$id)], tolerance = 1e-12)))
write_rows(patients, file.path(folder, "data", "stanford.csv"))

one_row <- function(entry, exit, event, arm, patient, more = NULL) {
  rows <- data.frame(entry = entry, exit = exit, event = event, arm = as.numeric(arm),
                     patient = patient, stratum = 0, weight = 1)
  if (is.null(more)) rows else cbind(rows, more)
}

two_arms <- function(rows, from = NULL) {
  list(reference = product_limit(rows[rows$arm == 0, ], HORIZONS, from),
       intervention = product_limit(rows[rows$arm == 1, ], HORIZONS, from))
}

both_ties <- function(rows, columns) {
  list(efron = cox(rows, columns, "efron"), breslow = cox(rows, columns, "breslow"))
}

two_groups <- function(rows) {
  list(n = nrow(rows), n_events = sum(rows$event),
       n_intervention = sum(rows$arm), cox = both_ties(rows, "arm"),
       log_rank = log_rank(rows), curves = two_arms(rows))
}

# Standard errors of differences between two curves when both arms have the same hazard: Greenwood's
# sum with the joint hazard, over the number at risk in each arm.
without_effect <- function(rows, from) {
  rows <- rows[rows$exit > from, ]
  rows$entry <- pmax(rows$entry, from)
  lapply(HORIZONS[HORIZONS > from], function(horizon) {
    deaths <- sort(unique(rows$exit[rows$event == 1 & rows$exit <= horizon]))
    joint <- survfit(Surv(entry, exit, event) ~ 1, rows)
    surviving <- summary(joint, times = deaths)$surv
    lived <- alive <- 0
    for (k in seq_along(deaths)) {
      at_risk <- rows$entry < deaths[k] & rows$exit >= deaths[k]
      d <- sum(rows$exit == deaths[k] & rows$event == 1)
      p <- d / sum(at_risk)
      here <- p / (1 - p) * sum(1 / tapply(at_risk, rows$arm, sum))
      to_come <- sum(surviving[k:length(deaths)] * diff(c(deaths[k:length(deaths)], horizon)))
      lived <- lived + to_come^2 * here
      alive <- alive + surviving[length(deaths)]^2 * here
    }
    list(at = horizon, from = from, time_lived = sqrt(lived), survival = sqrt(alive))
  })
}

# Where the profile of the log partial likelihood has fallen by half a chi-squared quantile.
profile_likelihood <- function(rows, columns, ties, level = 0.95) {
  others <- setdiff(columns, columns[1])
  y <- outcome(rows)
  formula <- as.formula(paste("y ~", paste(c(others, "offset(shift)"), collapse = " + ")))
  profile <- function(b) {
    rows$shift <- b * rows[[columns[1]]]
    coxph(formula, data = rows, ties = ties, control = TIGHT)$loglik[if (length(others)) 2 else 1]
  }
  fit <- cox(rows, columns, ties)
  best <- fit$coefficients[1]; se <- fit$standard_errors[1]
  below <- function(b) profile(b) - fit$log_likelihood + qchisq(level, 1) / 2
  list(ties = ties, design = I(columns),
       lower = uniroot(below, best - c(4, 0.5) * se, tol = 1e-13)$root,
       upper = uniroot(below, best + c(0.5, 4) * se, tol = 1e-13)$root)
}

supermodel <- function(person) {
  stack <- do.call(rbind, lapply(GRID, function(s) {
    here <- person[person$exit > s, ]
    data.frame(entry = s, exit = pmin(here$exit, s + WINDOW),
               event = as.numeric(here$event & here$exit <= s + WINDOW),
               arm = as.numeric(!is.na(here$initiation) & here$initiation <= s),
               patient = here$patient, s = s / max(GRID))
  }))
  y <- with(stack, Surv(entry, exit, event))
  fit <- function(formula) {
    f <- coxph(formula, data = stack, ties = "breslow", control = TIGHT, cluster = patient)
    b <- unname(coef(f))
    list(names = I(names(coef(f))), coefficients = I(b), covariance = f$naive.var,
         standard_errors = I(sqrt(diag(as.matrix(f$naive.var)))),
         robust_covariance = f$var,
         robust_standard_errors = I(sqrt(diag(as.matrix(f$var)))),
         log_likelihood_null = f$loglik[1], log_likelihood = f$loglik[2])
  }
  list(landmarks = I(GRID), window = WINDOW, n_rows = nrow(stack),
       n_at_landmark = I(as.numeric(table(stack$s))),
       ipl_constant = fit(y ~ arm + strata(s)),
       ipl_quadratic = fit(y ~ arm + arm:s + arm:I(s^2) + strata(s)),
       ipl_star_linear = fit(y ~ arm + arm:s + s + I(s^2)),
       ipl_star_quadratic = fit(y ~ arm + arm:s + arm:I(s^2) + s + I(s^2)))
}

early_and_late <- function(rows, person, window) {
  begun <- person$initiation[match(rows$patient, person$patient)]
  pieces <- lapply(seq_len(nrow(rows)), function(i) {
    row <- rows[i, ]
    cut <- begun[i] + window
    if (row$arm == 0) return(transform(row, early = 0, late = 0))
    if (row$exit <= cut) return(transform(row, early = 1, late = 0))
    rbind(transform(row, exit = cut, event = 0, early = 1, late = 0),
          transform(row, entry = cut, early = 0, late = 1))
  })
  cox(do.call(rbind, pieces), c("early", "late"))
}

version <- function(person, start_stop) {
  covariates <- patients[c("age", "surgery", "year")]
  ever <- !is.na(person$initiation)
  moving <- with(start_stop, data.frame(
    entry = start, exit = stop, event = event, arm = as.numeric(as.character(transplant)),
    patient = id, stratum = 0, weight = 1, age = age, surgery = surgery, year = year))
  naive <- with(person, one_row(-Inf, exit, event, ever, patient, covariates))
  since <- ifelse(ever, pmax(person$exit - person$initiation, 0), person$exit)
  left <- subset(person, is.na(initiation) | exit > initiation)
  list(
    ever_treated = two_groups(naive),
    ever_treated_adjusted = both_ties(naive, c("arm", "age", "surgery", "year")),
    clock_reset = two_groups(with(person, one_row(-Inf, since, event, ever, patient))),
    waiting_excluded = two_groups(with(left, one_row(
      # Before zero stands for: from the beginning, a death on day 0 included.
      ifelse(is.na(initiation), -1, initiation), exit, event, !is.na(initiation), patient))),
    landmark = lapply(LANDMARKS, function(s) {
      here <- person$exit > s
      rows <- with(person[here, ], one_row(s, exit, event, !is.na(initiation) & initiation <= s,
                                           patient, covariates[here, ]))
      list(at = s, n = nrow(rows), n_intervention = sum(rows$arm), n_events = sum(rows$event),
           cox = both_ties(rows, "arm"), log_rank = log_rank(rows), curves = two_arms(rows, s))
    }),
    supermodel = supermodel(person),
    mantel_byar = log_rank(moving),
    mantel_byar_by_surgery = log_rank(transform(moving, stratum = surgery)),
    simon_makuch = two_arms(moving),
    simon_makuch_from_30 = two_arms(moving, 30),
    without_effect_from_30 = without_effect(moving, 30),
    # From the time with most deaths: who dies at the start of a curve is not in it.
    simon_makuch_from_a_death = two_arms(
      moving, as.numeric(names(which.max(table(moving$exit[moving$event == 1]))))),
    # R's own default interval for the median, by the logarithm and not the log-log; not ours.
    medians_by_log = lapply(0:1, function(a) {
      half <- quantile(survfit(Surv(exit, event) ~ 1, naive[naive$arm == a, ], conf.type = "log"),
                       0.5)
      I(unname(c(half$quantile, half$lower, half$upper)))
    }),
    at_risk_at_30 = I(vapply(0:1, function(a)
      sum(moving$arm == a & moving$entry < 30 & moving$exit >= 30), 0)),
    time_varying = list(
      n_rows = nrow(moving),
      unadjusted = both_ties(moving, "arm"),
      two_covariates = both_ties(moving, c("arm", "age", "surgery")),
      three_covariates = both_ties(moving, c("arm", "age", "surgery", "year")),
      by_surgery = both_ties(transform(moving, stratum = surgery), c("arm", "age")),
      profile = list(profile_likelihood(moving, "arm", "efron"),
                     profile_likelihood(moving, "arm", "breslow"),
                     profile_likelihood(moving, c("arm", "age", "surgery"), "efron")),
      early_and_late = lapply(c(90, 365.25 / 4), function(window)
        c(window = window, early_and_late(moving, person, window))),
      proportional_hazards = lapply(c("km", "identity", "rank", "log"), function(transform)
        proportional_hazards(moving, c("arm", "age", "surgery"), transform)),
      proportional_hazards_of_arm = proportional_hazards(moving, "arm", "km"),
      interactions = cox(transform(moving, age_arm = age * arm, surgery_arm = surgery * arm),
                         c("age", "surgery", "arm", "age_arm", "surgery_arm"), "breslow"))
  )
}

# `jasa`: days from acceptance; a transplant on the day of death half a day before it, a death on
# day 0 at half a day where treatment depends on time. `heart`: the day of acceptance is day 1.
same_day <- with(patients, !is.na(wait) & wait == futime)
persons <- with(patients, data.frame(patient = id, exit = futime, event = died,
                                     initiation = wait - ifelse(same_day, 0.5, 0)))
one_day_longer <- transform(persons, exit = exit + 1, initiation = initiation + 1)

write_json(list(made_with = made_with(), horizons = I(HORIZONS),
                jasa = version(persons, survival::jasa1),
                heart = version(one_day_longer, survival::heart)),
           file.path(folder, "output", "stanford.json"))
