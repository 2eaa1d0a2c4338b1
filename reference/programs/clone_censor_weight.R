# Simulated patients, treated sooner when they are fitter; drawn here, times in whole days, so that
# ties are many: one is treated and one dies on the last day of the grace period.

source("programs/json.R")
source("programs/analyses.R")
source("programs/clones.R")
folder <- folder_for_output()

N <- 240
GRACE <- 60
WIDTH <- 14
HORIZONS <- c(90, 300)
NAMES <- c("age", "frail")

set.seed(23)
patients <- data.frame(age = round(rnorm(N), 3), frail = rbinom(N, 1, 0.4))
life <- ceiling(rexp(N, exp(-5.6 + 0.4 * patients$age + 0.8 * patients$frail)))
wait <- ceiling(rexp(N, exp(-4.2 - 0.5 * patients$age - 0.9 * patients$frail)))
lost <- ceiling(runif(N, 30, 700))
patients$exit <- pmin(life, lost, 365)
patients$event <- as.numeric(life <= pmin(lost, 365))
patients$initiation <- ifelse(wait < patients$exit, wait, NA)
patients$exit[1:2] <- c(GRACE, 200)
patients$event[1:2] <- 1
patients$initiation[1:2] <- c(NA, GRACE)

clones <- two_clones(patients, GRACE)
combinations <- list(list("efron", FALSE), list("efron", TRUE), list("breslow", FALSE),
                     list("breslow", TRUE))
write_rows(patients, file.path(folder, "data", "clone_censor_weight.csv"))
write_json(list(made_with = made_with(), grace = GRACE, width = WIDTH, horizons = I(HORIZONS),
                names = I(NAMES),
                followed = rbind(clones$none$leave, clones$one$leave),
                events = rbind(clones$none$out, clones$one$out),
                censored = rbind(clones$none$cens, clones$one$cens),
                unweighted = unweighted(clones, HORIZONS),
                cox = lapply(combinations, function(k) {
                  by_cox(clones, NAMES, k[[1]], k[[2]], HORIZONS, outcome_ties = k[[1]])
                }),
                logistic = lapply(c(FALSE, TRUE), function(through) {
                  by_logistic(clones, NAMES, GRACE, WIDTH, through, HORIZONS)
                })),
           file.path(folder, "output", "clone_censor_weight.json"))
