# Data sets of R's survival package, each through the same analyses (analyses.R):
# delayed entry, start-stop rows, strata, case weights, clusters, and many ties.

source("programs/json.R")
source("programs/analyses.R")
folder <- folder_for_output()

table_of <- function(exit, event, arm, patient = seq_along(exit), entry = -Inf, stratum = 0,
                     weight = 1, ...) {
  data.frame(entry = entry, exit = exit, event = as.numeric(event), arm = as.numeric(arm),
             patient = as.numeric(factor(patient, levels = unique(patient))) - 1,
             stratum = stratum, weight = weight, ...)
}

analyses <- list()
add <- function(name, rows, columns, horizons, ...) {
  write_rows(rows, file.path(folder, "data", paste0(name, ".csv")))
  analyses[[length(analyses) + 1]] <<- analyse(name, rows, columns, horizons, ...)
}

# 137 men with lung cancer; four cell types as strata; the example of the test of
# proportional hazards in the literature.
v <- survival::veteran
add("veteran", with(v, table_of(time, status, trt == 2, karno = karno, age = age,
                                prior = prior / 10)),
    c("arm", "karno", "age", "prior"), c(60, 180, 365))
add("veteran_strata", with(v, table_of(time, status, trt == 2, stratum = as.integer(celltype) - 1,
                                       karno = karno, age = age)),
    c("arm", "karno", "age"), c(60, 180, 365))
cell <- model.matrix(~ celltype, v)[, -1]
add("veteran_celltype", with(v, table_of(time, status, trt == 2, small = cell[, 1],
                                         adeno = cell[, 2], large = cell[, 3], karno = karno)),
    c("arm", "small", "adeno", "large", "karno"), c(60, 180))

# 228 patients with lung cancer; case weights, first whole, then with fractions.
l <- subset(survival::lung, !is.na(ph.ecog) & !is.na(inst))
add("lung", with(l, table_of(time, status == 2, sex == 2, age = age, ecog = ph.ecog)),
    c("arm", "age", "ecog"), c(180, 350, 700))
add("lung_whole_weights", with(l, table_of(time, status == 2, sex == 2, weight = 1 + inst %% 3,
                                           age = age, ecog = ph.ecog)),
    c("arm", "age", "ecog"), c(180, 350, 700), weighted = TRUE)
add("lung_weights", with(l, table_of(time, status == 2, sex == 2, patient = inst,
                                     weight = 0.25 + (age - 30) / 20, ecog = ph.ecog, age = age)),
    c("arm", "age", "ecog"), c(180, 350, 700), weighted = TRUE)

# 26 women with ovarian cancer: few events, no ties.
o <- survival::ovarian
add("ovarian", with(o, table_of(futime, fustat, rx == 2, age = age, residual = resid.ds == 2)),
    c("arm", "age"), c(365, 700))

# Two catheters a patient: clusters.
k <- survival::kidney
add("kidney", with(k, table_of(time, status, sex == 2, patient = id, age = age, frail = frail)),
    c("arm", "age"), c(30, 150, 400))
add("kidney_strata", with(k, table_of(time, status, sex == 2, patient = id,
                                      stratum = as.integer(disease) - 1, age = age)),
    c("arm", "age"), c(30, 150))

# Recurrences of bladder tumours in start-stop rows, stratified by the number of recurrence.
b <- survival::bladder2
add("bladder2", with(b, table_of(stop, event, rx == 2, patient = id, entry = start,
                                 stratum = enum - 1, size = size, number = number)),
    c("arm", "size", "number"), c(12, 30))

# Infections in chronic granulomatous disease: recurrent, start-stop, clusters, weights.
g <- survival::cgd
add("cgd", with(g, table_of(tstop, status, treat == "rIFN-g", patient = id, entry = tstart,
                            age = age, steroids = steroids)),
    c("arm", "age", "steroids"), c(180, 300))
add("cgd_weights", with(g, table_of(tstop, status, treat == "rIFN-g", patient = id,
                                    entry = tstart, stratum = as.integer(hos.cat) - 1,
                                    weight = 0.5 + (id %% 7) / 4, age = age)),
    c("arm", "age"), c(180, 300), weighted = TRUE)

# Delayed entry: monoclonal gammopathy with age as the clock, from diagnosis on. Curves start at
# 60 years, because before that the risk set is next to nothing.
m <- subset(survival::mgus2, futime > 0 & !is.na(hgb) & id <= 600)
add("mgus2_age", with(m, table_of(12 * age + futime, death, sex == "M", entry = 12 * age,
                                  stratum = as.integer(dxyr >= 1985), hgb = hgb)),
    c("arm", "hgb"), c(12 * 75, 12 * 85), from = 12 * 60)

# Laboratory values that change at each visit: primary biliary cholangitis, one row a visit.
p <- subset(survival::pbcseq, id <= 160)
following <- c(p$day[-1], NA)
last <- !duplicated(p$id, fromLast = TRUE)
p$until <- ifelse(last, p$futime, following)
p$died <- as.numeric(last & p$status == 2)
p <- subset(p, until > day)
add("pbcseq", with(p, table_of(until, died, trt == 1, patient = id, entry = day,
                               lbili = log(bili), albumin = albumin, age = age / 10)),
    c("arm", "lbili", "albumin", "age"), c(730, 2555))

# Two eyes a patient, one of them treated: as many strata as patients.
d <- survival::diabetic
add("diabetic", with(d, table_of(time, status, trt == 1, patient = id,
                                 stratum = as.integer(laser) - 1, risk = risk)),
    c("arm", "risk"), c(12, 36, 48))

# 686 women with breast cancer, many covariates of very different scale.
e <- survival::gbsg
add("gbsg", with(e, table_of(rfstime, status, hormon == 1, stratum = meno, age = age, nodes = nodes,
                             pgr = pgr, size = size)),
    c("arm", "age", "nodes", "pgr", "size"), c(365, 1000, 2000))

# 300 rats in litters of three: heavy ties, clusters, strata by sex.
r <- survival::rats
add("rats", with(r, table_of(time, status, rx == 1, patient = litter,
                             stratum = as.integer(sex == "m"))),
    c("arm"), c(80, 100), transforms = c("km", "identity"))

# The three columns of the cell type tested together, three degrees of freedom.
together <- cox.zph(coxph(Surv(time, status) ~ trt + celltype + karno, v, control = TIGHT))
terms <- list(name = "veteran_celltype", names = I(c("arm", rep("celltype", 3), "karno")),
              chi2 = I(unname(together$table[, "chisq"])), df = I(unname(together$table[, "df"])),
              p_value = I(unname(together$table[, "p"])))

write_json(list(made_with = made_with(), analyses = analyses, terms = terms),
           file.path(folder, "output", "datasets.json"))
