# Firth's penalty on the time-varying comparison of the Stanford programme, both versions, and on
# ten patients in perfect order, where the ordinary estimate does not exist.

source("programs/json.R")
source("programs/analyses.R")
source("programs/firth.R")
folder <- folder_for_output()

moving <- function(frame) with(frame, data.frame(
  entry = start, exit = stop, event = event, arm = as.numeric(as.character(transplant)),
  age = age, surgery = surgery))

fits <- function(rows) list(
  firth(rows, "arm", "breslow"), firth(rows, "arm", "efron"),
  firth(rows, c("arm", "age", "surgery"), "breslow"),
  firth(rows, c("arm", "age", "surgery"), "efron"))

ordered <- data.frame(entry = -Inf, exit = 1:10, event = c(1, 1, 0, 1, 0, 0, 0, 1, 0, 0),
                      arm = c(0, 0, 1, 0, 1, 1, 1, 0, 1, 0), patient = 0:9, stratum = 0, weight = 1)
write_rows(ordered, file.path(folder, "data", "perfect_order.csv"))

write_json(list(made_with = made_with(), jasa = fits(moving(survival::jasa1)),
                heart = fits(moving(survival::heart)),
                perfect_order = list(firth(ordered, "arm", "breslow"),
                                     firth(ordered, "arm", "efron"))),
           file.path(folder, "output", "stanford_firth.json"))
