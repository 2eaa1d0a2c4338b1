# Writes registry.csv from survival::jasa: Rscript extract.R OUTPUT
# One row per patient; the dates are copied, no time is computed here.
suppressMessages(library(survival))
shown <- function(d) ifelse(is.na(d), "", format(d, "%Y-%m-%d"))
digits <- function(x) formatC(x, digits = 15, format = "g", width = 1)
origin <- as.Date("1967-10-01")
registry <- data.frame(
  patient = seq_len(nrow(jasa)),
  accepted = shown(jasa$accept.dt),
  transplanted = shown(jasa$tx.date),
  last_seen = shown(jasa$fu.date),
  status = ifelse(jasa$fustat == 1, "dead", "alive"),
  age = digits(jasa$age),
  surgery = jasa$surgery,
  year = digits(as.numeric(jasa$accept.dt - origin) / 365.25)
)
out <- file(commandArgs(trailingOnly = TRUE)[1], open = "wb")
write.table(registry, out, sep = ",", eol = "\n", quote = FALSE, row.names = FALSE)
close(out)
