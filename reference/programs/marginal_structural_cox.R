# Simulated patients whose severity prompts a late treatment and kills; drawn here, times in quarters
# of a period, so that ties are many. The treatment models by glm over person-periods, the weights
# multiplied up, the weighted Cox model with the sandwich by patient.

source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

N <- 160
PERIODS <- 20
PLACES <- c(0.05, 0.35, 0.65, 0.95)
EXACT <- glm.control(epsilon = 1e-15, maxit = 100)

set.seed(11)
quarter <- function(x) ceiling(4 * x) / 4
patients <- data.frame(patient = seq_len(N), age = round(rnorm(N), 3),
                       exit = quarter(ifelse(runif(N) < 0.3, runif(N, 5, PERIODS), PERIODS)),
                       event = 0, initiation = NA)
severity <- matrix(0, N, PERIODS)
for (j in seq_len(N)) {
  severity[j, ] <- round(as.numeric(filter(rnorm(PERIODS), 0.7, "recursive")), 3)
  for (k in seq_len(PERIODS)) {
    if (patients$exit[j] <= k - 1) break
    risk <- exp(0.7 * severity[j, k] + 0.3 * patients$age[j])
    if (is.na(patients$initiation[j])) {
      wait <- quarter(k - 1 + rexp(1, 0.05 * risk))
      if (wait <= k && wait < patients$exit[j]) patients$initiation[j] <- wait
    }
    life <- quarter(k - 1 + rexp(1, 0.03 * risk))
    if (life <= k && life <= patients$exit[j]) {
      patients$exit[j] <- life
      patients$event[j] <- 1
      break
    }
  }
}
# A treatment at or after the exit never counted.
gone <- !is.na(patients$initiation) & patients$initiation >= patients$exit
patients$initiation[gone] <- NA

periods <- do.call(rbind, lapply(seq_len(N), function(j) {
  k <- seq_len(ceiling(patients$exit[j]))
  data.frame(patient = j, period = k - 1, age = patients$age[j], severity = severity[j, k],
             exit = patients$exit[j], event = patients$event[j],
             initiation = patients$initiation[j])
}))
late <- ifelse(is.na(periods$initiation), Inf, periods$initiation)
periods$eligible <- late > periods$period
periods$began <- as.numeric(periods$eligible & late <= periods$period + 1)
periods$time <- periods$period + 0.5

knots <- unname(quantile(periods$time[periods$began == 1], PLACES))
bend <- function(x, k) {
  up <- function(t) pmax(x - t, 0)^3
  (up(knots[k]) - up(knots[3]) * (knots[4] - knots[k]) / (knots[4] - knots[3]) +
     up(knots[4]) * (knots[3] - knots[k]) / (knots[4] - knots[3])) / (knots[4] - knots[1])^2
}
periods$bend1 <- bend(periods$time, 1)
periods$bend2 <- bend(periods$time, 2)

could <- periods[periods$eligible, ]
denominator <- glm(began ~ age + severity + time + bend1 + bend2, binomial, could, control = EXACT)
numerator <- glm(began ~ time + bend1 + bend2, binomial, could, control = EXACT)

# Not begun: (1 - p) ratio; begun: p ratio; afterwards the weight stays.
ratio <- function(yes, p, p0) ifelse(yes == 1, p0 / p, (1 - p0) / (1 - p))
periods$ratio <- 1
periods$ratio[periods$eligible] <- ratio(could$began, fitted(denominator), fitted(numerator))
periods$through <- ave(periods$ratio, periods$patient, FUN = cumprod)
periods$before <- periods$through / periods$ratio

# Rows within one period and one state; until treatment in its period the weight is that before it.
split_rows <- do.call(rbind, lapply(seq_len(nrow(periods)), function(r) {
  row <- periods[r, ]
  start <- row$period
  stop <- min(row$exit, start + 1)
  turn <- late[r]
  dies <- row$event == 1 && row$exit <= start + 1
  if (turn <= start) {
    data.frame(start, stop, event = dies, tx = 1, weight = row$through, patient = row$patient)
  } else if (turn >= stop) {
    data.frame(start, stop, event = dies, tx = 0,
               weight = if (row$began == 1) row$before else row$through, patient = row$patient)
  } else {
    data.frame(start = c(start, turn), stop = c(turn, stop), event = c(FALSE, dies), tx = c(0, 1),
               weight = c(row$before, row$through), patient = row$patient)
  }
}))

fitted_cox <- function(given, ties) {
  rows <- split_rows
  rows$weight <- given
  fit <- coxph(Surv(start, stop, event) ~ tx, rows, weights = weight, cluster = patient,
               ties = ties, control = TIGHT)
  list(coefficient = unname(coef(fit)), robust_error = sqrt(fit$var[1, 1]))
}

of_model <- function(fit) {
  list(coefficients = I(unname(coef(fit))),
       errors = I(unname(sqrt(diag(vcov(fit))))),
       log_likelihood = as.numeric(logLik(fit)))
}

cut <- unname(quantile(periods$through, 0.95))
write_rows(patients, file.path(folder, "data", "marginal_structural_patients.csv"))
write_rows(periods[, c("patient", "period", "severity")],
           file.path(folder, "data", "marginal_structural_periods.csv"))
write_json(list(made_with = made_with(), knots = I(knots),
                denominator = of_model(denominator), numerator = of_model(numerator),
                through = I(periods$through),
                weighted = lapply(c(efron = "efron", breslow = "breslow"),
                                  function(ties) fitted_cox(split_rows$weight, ties)),
                unweighted = lapply(c(efron = "efron", breslow = "breslow"),
                                    function(ties) fitted_cox(rep(1, nrow(split_rows)), ties)),
                truncated = c(list(largest = cut),
                              fitted_cox(pmin(split_rows$weight, cut), "efron"))),
           file.path(folder, "output", "marginal_structural_cox.json"))
