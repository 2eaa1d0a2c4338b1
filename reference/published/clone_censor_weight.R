# The 200 simulated patients of Maringe and others (2020), which are not ours to pass on: only the
# numbers computed from them are stored. Rscript published/clone_censor_weight.R TABLE, in the
# folder reference, with TABLE the file lungcancer.csv of the R package ccwr.

source("programs/json.R")
source("programs/clones.R")

table <- read.csv(commandArgs(trailingOnly = TRUE)[1])
GRACE <- 182.62
HORIZON <- 365
NAMES <- c("age", "sex", "emergency", "stage", "deprivation", "charlson", "perf")
patients <- data.frame(exit = table$fup_obs, event = table$death,
                       initiation = ifelse(table$surgery == 1, table$timetosurgery, NA),
                       table[, NAMES])
clones <- two_clones(patients, GRACE)
naive <- data.frame(patients, group = as.numeric(clones$treated))
as_is <- coxph(Surv(exit, event) ~ group, naive, control = coxph.control(eps = 1e-14, toler.chol = 1e-15))
curve <- survfit(Surv(exit, event) ~ group, naive)

# Weights of the package's own vignette: a logistic model an arm, linear in time.
vignette <- local({
  long <- lapply(written_out(clones), function(rows) {
    fit <- glm(artificial ~ from + age + sex, binomial, rows, control = glm.control(epsilon = 1e-15))
    stay <- 1 - fitted(fit)
    rows$weight <- ave(stay, rows$row, FUN = function(p) 1 / cumprod(c(1, p[-length(p)])))
    rows
  })
  both <- rbind(long$none, long$one)
  cox <- coxph(Surv(from, leave, out) ~ arm + age + sex, both, weights = weight, cluster = id,
               control = coxph.control(eps = 1e-14, toler.chol = 1e-15))
  interval <- exp(coef(cox)[1] + c(0, -1, 1) * qnorm(0.975) * sqrt(cox$var[1, 1]))
  list(weights = I(c(min(both$weight), median(both$weight), mean(both$weight), max(both$weight))),
       hazard_ratio = I(unname(interval)))
})

logit <- local({
  long <- written_out(clones)
  chance <- predict(logit_at_grace_end(clones, NAMES, GRACE), long$one, type = "response")
  long$one$weight <- ifelse(long$one$from >= GRACE, 1 / chance, 1)
  long$none$weight <- 1
  found <- strategies(long, HORIZON)
  list(survival = found$survival[2, 1], rmst = found$rmst[2, 1],
       largest_weight = found$largest_weight[2])
})

write_json(list(grace = GRACE, horizon = HORIZON, names = I(NAMES), deaths = sum(table$death),
                treated = sum(clones$treated), censored = I(c(sum(clones$none$cens),
                                                              sum(clones$one$cens))),
                naive = list(log_hazard_ratio = unname(coef(as_is)),
                             error = sqrt(as_is$var[1, 1]),
                             survival = I(summary(curve, times = HORIZON)$surv),
                             rmst = I(unname(summary(curve, rmean = HORIZON)$table[, "rmean"]))),
                unweighted = unweighted(clones, HORIZON),
                cox = lapply(list(list("efron", FALSE), list("efron", TRUE),
                                  list("breslow", FALSE), list("breslow", TRUE)),
                             function(k) by_cox(clones, NAMES, k[[1]], k[[2]], HORIZON)),
                logit = logit, vignette = vignette),
           "published/clone_censor_weight.json")
