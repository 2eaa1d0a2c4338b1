# Clone, censor, weight with every row written out, timed: Rscript clone_rows.R TABLE GRACE HORIZON
# in this folder. Prints "time wall processor", "value name number" and "rows number".

source("../reference/programs/clones.R")

asked <- commandArgs(trailingOnly = TRUE)
patients <- read.csv(asked[1])
grace <- as.numeric(asked[2])
horizon <- as.numeric(asked[3])
names <- setdiff(names(patients), c("exit", "event", "initiation"))

begun <- proc.time()
clones <- two_clones(patients, grace)
found <- by_cox(clones, names, "efron", FALSE, horizon)
spent <- proc.time() - begun

cuts <- sort(unique(c(clones$none$leave, clones$one$leave)))
rows <- sum(findInterval(c(clones$none$leave, clones$one$leave), cuts))
cat("time", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]], "\n")
cat("rows", rows, "\n")
value <- function(name, number) cat("value", name, sprintf("%.15g", number), "\n")
value("log_hazard_ratio", found$log_hazard_ratio)
value("robust_error", found$robust_error)
value("survival_none", found$survival[1, 1])
value("survival_one", found$survival[2, 1])
value("largest_weight_none", found$largest_weight[1])
value("largest_weight_one", found$largest_weight[2])
