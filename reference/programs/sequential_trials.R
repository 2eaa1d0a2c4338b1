# Sequential trials of the first patients of SEQdata with every row written out: pooled logistic
# models by glm with natural splines, weights multiplied up, the sandwich by patient, survival
# averaged over people.

source("programs/json.R")
source("programs/analyses.R")
library(splines)
folder <- folder_for_output()

N_PATIENTS <- 60
EXACT <- glm.control(epsilon = 1e-15, maxit = 100)

panel <- read.csv(gzfile("data/seqdata_part.csv.gz"))
panel <- panel[panel$ID %in% unique(panel$ID)[seq_len(N_PATIENTS)], ]
before <- ave(panel$tx_init, panel$ID, FUN = function(a) c(0, a[-length(a)]))

fit_logit <- function(formula, data, given = rep(1, nrow(data))) {
  data$given <- given
  suppressWarnings(glm(formula, binomial, data, weights = given, control = EXACT))
}

step <- rep(1, nrow(panel))
models <- list()
for (state in 0:1) {
  here <- before == state
  numerator <- fit_logit(tx_init ~ sex + time + I(time^2), panel[here, ])
  denominator <- fit_logit(tx_init ~ sex + N + L + P + time + I(time^2), panel[here, ])
  usual <- ifelse(panel$tx_init[here] == 1, fitted(numerator), 1 - fitted(numerator))
  given <- ifelse(panel$tx_init[here] == 1, fitted(denominator), 1 - fitted(denominator))
  step[here] <- usual / given
  models[[paste0("from_", state)]] <- list(numerator = I(unname(coef(numerator))),
                                           denominator = I(unname(coef(denominator))))
}

last <- tapply(seq_len(nrow(panel)), panel$ID, max)
started <- which(panel$eligible == 1)
written <- do.call(rbind, lapply(started, function(m) {
  rows <- m:last[[as.character(panel$ID[m])]]
  data.frame(patient = panel$ID[m], trial = panel$time[m], start = m,
             followup = seq_along(rows) - 1, assigned = panel$tx_init[m],
             kept = cumsum(panel$tx_init[rows] != panel$tx_init[m]) == 0,
             outcome = panel$outcome[rows], sex = panel$sex[m], L = panel$L[m],
             weight = cumprod(c(1, step[rows[-1]])))
}))

time_knots <- unname(quantile(panel$time[started], 1 / 2))
time_ends <- range(panel$time[started])
follow_knots <- unname(quantile(written$followup, c(1, 2) / 3))
follow_ends <- range(written$followup)

analysis <- function(rows) {
  fit <- fit_logit(outcome ~ assigned + ns(trial, knots = time_knots, Boundary.knots = time_ends) +
                     sex + L + ns(followup, knots = follow_knots, Boundary.knots = follow_ends),
                   rows, rows$weight)
  x <- model.matrix(fit)
  scores <- rowsum(x * (rows$weight * (rows$outcome - fitted(fit))), rows$patient)
  inverse <- solve(crossprod(x * (rows$weight * fitted(fit) * (1 - fitted(fit))), x))
  n <- nrow(scores)
  covariance <- n / (n - 1) * inverse %*% crossprod(scores) %*% inverse
  people <- rows[rows$followup == 0 & !duplicated(rows$patient), ]
  survival <- sapply(0:1, function(a) {
    hazard <- sapply(seq(0, follow_ends[2]), function(k) {
      people$assigned <- a
      people$followup <- k
      predict(fit, people, type = "response")
    })
    colMeans(t(apply(1 - hazard, 1, cumprod)))
  })
  list(n_rows = nrow(rows), assigned = unname(coef(fit)["assigned"]),
       sex = unname(coef(fit)["sex"]), L = unname(coef(fit)["L"]),
       robust_error = sqrt(covariance["assigned", "assigned"]),
       model_error = sqrt(inverse["assigned", "assigned"]),
       log_likelihood = sum(rows$weight * dbinom(rows$outcome, 1, fitted(fit), log = TRUE)),
       survival = t(survival))
}

followed <- written[written$kept, ]
cut <- unname(quantile(followed$weight, 0.95))
capped <- transform(followed, weight = pmin(weight, cut))
knots <- ns(0:9, df = 3)
write_json(list(made_with = made_with(), models = models,
                weights = list(mean = mean(followed$weight), smallest = min(followed$weight),
                               largest = max(followed$weight), quantile = cut),
                time_knots = I(time_knots), follow_knots = I(follow_knots),
                spline = list(knots = I(unname(attr(knots, "knots"))),
                              fitted = I(unname(fitted(lm(sin(0:9) ~ knots))))),
                intention_to_treat = analysis(transform(written, weight = 1)),
                per_protocol = analysis(followed), truncated = analysis(capped)),
           file.path(folder, "output", "sequential_trials.json"))
