# Runs every program: Rscript run_all.R [FOLDER], in this folder. Without FOLDER the stored output
# and data are replaced; with it they are written there, to compare.
folder <- if (length(commandArgs(trailingOnly = TRUE))) commandArgs(trailingOnly = TRUE)[1] else "."
for (program in c("datasets", "stanford", "stanford_firth", "late_events", "naive_comparison",
                  "clone_censor_weight", "sequential_trials", "marginal_structural_cox",
                  "risk_set_matching", "g_formula", "multi_state", "structural_failure_time")) {
  status <- system2(file.path(R.home("bin"), "Rscript"),
                    c(file.path("programs", paste0(program, ".R")), shQuote(folder)))
  if (status != 0) quit(status = 1)
}
