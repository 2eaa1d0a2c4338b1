# Public data sets with an event after time zero and a later terminal event. Every table has one
# row a patient: `exit`, `died` (0 or 1) and `wait`, the time of the late event or missing, all from
# time zero. The late event plays the part of the late treatment; most of them are no treatment.

suppressPackageStartupMessages(library(survival))

packaged <- function(name, package) {
  place <- new.env()
  suppressWarnings(utils::data(list = name, package = package, envir = place))
  place[[name]]
}

stored <- function(file) read.csv(file.path("inputs", file))

of <- function(happened, time) ifelse(happened == 1, time, NA)

days_between <- function(from, to) as.numeric(as.Date(to) - as.Date(from))

# Without those who had the late event at or before time zero, where that is no late event.
from_then_on <- function(rows) rows[is.na(rows$wait) | rows$wait > 0, ]

SOURCES <- list(
  survival = c("R package survival", "LGPL (version 2 or later)"),
  KMsurv = c("R package KMsurv", "GPL (version 3 or later)"),
  etm = c("R package etm", "MIT"),
  Epi = c("R package Epi", "GPL-2"),
  msm = c("R package msm", "GPL (version 2 or later)"),
  mstate = c("R package mstate, in reference/inputs", "GPL (version 2 or later)"),
  asaur = c("R package asaur, in reference/inputs", "GPL (version 2 or later)"),
  medicaldata = c("R package medicaldata, in reference/inputs", "MIT"),
  lifelines = c("Python package lifelines, in reference/inputs", "MIT"))

studies <- list()
# `tick` is the step in which times are recorded; `accrual` the length of the time of entry where
# its dates are known, and `possible` the longest follow-up that dates allow, or else the longest
# that was seen; all in the study's unit.
study <- function(name, source, reference, late, terminal, rows, unit = "days", tick = 1,
                  accrual = NA_real_, possible = max(rows$exit), note = "") {
  stopifnot(!name %in% names(studies), all(rows$died %in% 0:1), !is.na(rows$exit))
  studies[[name]] <<- list(
    name = name, source = SOURCES[[source]][1], licence = SOURCES[[source]][2],
    reference = reference, late = late, terminal = terminal, unit = unit, tick = tick,
    accrual = accrual, possible = possible, note = note, rows = data.frame(
      exit = as.numeric(rows$exit), died = as.numeric(rows$died), wait = as.numeric(rows$wait)))
}

# ---- survival --------------------------------------------------------------------------------
study("stanford_transplant", "survival", "Crowley J, Hu M (1977). J Am Stat Assoc 72:27-36",
      "heart transplant", "death",
      with(survival::jasa, data.frame(exit = futime, died = fustat, wait = wait.time)),
      accrual = as.numeric(diff(range(survival::jasa$accept.dt))),
      possible = with(survival::jasa, days_between(min(accept.dt), max(fu.date))))

study("mgus_progression", "survival", "Kyle RA (1993). Mayo Clin Proc 68:26-36",
      "progression to a plasma cell disease", "death",
      with(survival::mgus, data.frame(exit = futime, died = death, wait = pctime)),
      accrual = 365.25 * diff(range(survival::mgus$dxyr)))

study("mgus2_progression", "survival", "Kyle RA and others (2002). N Engl J Med 346:564-569",
      "progression to a plasma cell malignancy", "death",
      with(survival::mgus2, data.frame(exit = futime, died = death, wait = of(pstat, ptime))),
      unit = "months", accrual = 12 * diff(range(survival::mgus2$dxyr)))

recurred <- subset(survival::colon, etype == 1)
died <- subset(survival::colon, etype == 2)
stopifnot(recurred$id == died$id)
study("colon_recurrence", "survival", "Moertel CG and others (1991); Lin DY (1994). Stat Med 13:2233-2247",
      "recurrence", "death",
      data.frame(exit = died$time, died = died$status, wait = of(recurred$status, recurred$time)))

study("rotterdam_recurrence", "survival", "Royston P, Altman DG (2013). BMC Med Res Methodol 13:33",
      "recurrence", "death",
      with(survival::rotterdam, data.frame(exit = dtime, died = death, wait = of(recur, rtime))),
      accrual = 365.25 * diff(range(survival::rotterdam$year)))

myeloid <- survival::myeloid
about_myeloid <- "Le-Rademacher JG and others (2018). Clin Trials 15:489-498 (simulated after it)"
study("myeloid_transplant", "survival", about_myeloid, "stem cell transplant", "death",
      with(myeloid, data.frame(exit = futime, died = death, wait = txtime)), note = "simulated")
study("myeloid_response", "survival", about_myeloid, "complete response", "death",
      with(myeloid, data.frame(exit = futime, died = death, wait = crtime)), note = "simulated")
study("myeloid_relapse", "survival", about_myeloid, "relapse", "death",
      with(myeloid, data.frame(exit = futime, died = death, wait = rltime)), note = "simulated")

visits <- survival::pbcseq
first_seen <- function(sign) {
  person <- visits[!duplicated(visits$id), ]
  seen <- visits[!is.na(sign) & sign > 0, ]
  wait <- tapply(seen$day, seen$id, min)[as.character(person$id)]
  from_then_on(with(person, data.frame(exit = futime, died = status == 2, wait = unname(wait))))
}
about_pbc <- "Murtaugh PA and others (1994). Hepatology 20:126-134"
known <- "known at visits only; without those who had it at the first"
study("pbc_ascites", "survival", about_pbc, "ascites", "death", first_seen(visits$ascites),
      note = known)
study("pbc_oedema", "survival", about_pbc, "oedema", "death", first_seen(visits$edema),
      note = known)
study("pbc_spiders", "survival", about_pbc, "spider naevi", "death", first_seen(visits$spiders),
      note = known)

episodes <- survival::bladder1
last <- episodes[!duplicated(episodes$id, fromLast = TRUE), ]
again <- subset(episodes, status == 1)
study("bladder_recurrence", "survival", "Andrews DF, Herzberg AM (1985). Data. Springer",
      "recurrence", "death", unit = "months",
      data.frame(exit = last$stop, died = last$status >= 2,
                 wait = unname(tapply(again$stop, again$id, min)[as.character(last$id)])))

person <- survival::nafld1
later <- survival::nafld3
about_nafld <- "Allen AM and others (2018). Hepatology 67:1726-1736"
nafld <- function(name, event, words) {
  seen <- later[later$event == event, ]
  wait <- tapply(seen$days, seen$id, min)[as.character(person$id)]
  rows <- from_then_on(data.frame(exit = person$futime, died = person$status,
                                  wait = unname(wait)))
  study(name, "survival", about_nafld, words, "death", rows, note = "without those who had it")
}
nafld("nafld_fatty_liver", "nafld", "non-alcoholic fatty liver")
nafld("nafld_diabetes", "diabetes", "diabetes")
nafld("nafld_heart_failure", "heart failure", "heart failure")
nafld("nafld_infarction", "MI", "myocardial infarction")
nafld("nafld_stroke", "stroke", "stroke")

trial <- survival::udca
ended <- pmin(trial$death.dt, trial$tx.dt, trial$last.dt, na.rm = TRUE)
udca <- function(name, when, words) {
  study(name, "survival", "Lindor KD and others (1994). Gastroenterology 106:1284-1290", words,
        "death or liver transplant",
        data.frame(exit = days_between(trial$entry.dt, ended),
                   died = !is.na(trial$death.dt) | !is.na(trial$tx.dt),
                   wait = days_between(trial$entry.dt, when)),
        accrual = as.numeric(diff(range(trial$entry.dt))),
        possible = days_between(min(trial$entry.dt), max(trial$last.dt)))
}
udca("udca_varices", trial$varices.dt, "oesophageal varices")
udca("udca_worsening", trial$worsen.dt, "worsening of symptoms")

# ---- KMsurv ----------------------------------------------------------------------------------
marrow <- packaged("bmt", "KMsurv")
about_marrow <- "Klein JP, Moeschberger ML (1997). Survival Analysis. Springer"
study("marrow_platelets", "KMsurv", about_marrow, "platelet recovery", "death",
      with(marrow, data.frame(exit = t1, died = d1, wait = of(dp, tp))))
study("marrow_acute_gvhd", "KMsurv", about_marrow, "acute graft-versus-host disease", "death",
      with(marrow, data.frame(exit = t1, died = d1, wait = of(da, ta))))
study("marrow_chronic_gvhd", "KMsurv", about_marrow, "chronic graft-versus-host disease", "death",
      with(marrow, data.frame(exit = t1, died = d1, wait = of(dc, tc))))
study("marrow_relapse", "KMsurv", about_marrow, "relapse", "death",
      with(marrow, data.frame(exit = t1, died = d1, wait = of(d2, t2))))
study("marrow_platelets_dfs", "KMsurv", about_marrow, "platelet recovery", "relapse or death",
      with(marrow, data.frame(exit = t2, died = d3, wait = of(dp, tp))))
study("marrow_chronic_gvhd_dfs", "KMsurv", about_marrow, "chronic graft-versus-host disease",
      "relapse or death",
      with(marrow, data.frame(exit = t2, died = d3, wait = of(dc, tc))))

burn <- packaged("burn", "KMsurv")
about_burn <- "Ichida JM and others (1993). Stat Med 12:301-310"
study("burn_excision", "KMsurv", about_burn, "surgical excision", "infection of the burn",
      with(burn, data.frame(exit = T3, died = D3, wait = of(D1, T1))))
study("burn_antibiotic", "KMsurv", about_burn, "prophylactic antibiotic", "infection of the burn",
      with(burn, data.frame(exit = T3, died = D3, wait = of(D2, T2))))

breastfed <- subset(packaged("pneumon", "KMsurv"), wmonth >= 1)
study("infant_weaning", "KMsurv", "Klein JP, Moeschberger ML (1997). Survival Analysis. Springer", "weaning",
      "hospital stay for pneumonia", unit = "months", note = "children who were breastfed",
      with(breastfed, data.frame(exit = chldage, died = hospital,
                                 wait = ifelse(wmonth <= chldage, wmonth, NA))))

# ---- etm -------------------------------------------------------------------------------------
stay <- packaged("los.data", "etm")
left <- with(stay, pmin(j.02, j.03, j.12, j.13, cens))
infected <- ifelse(is.finite(stay$j.01), stay$j.01, NA)
about_stay <- "Allignol A, Schumacher M, Beyersmann J (2011). J Stat Softw 38(4)"
study("hospital_infection_stay", "etm", about_stay, "infection in hospital",
      "end of the hospital stay",
      data.frame(exit = left, died = is.infinite(stay$cens), wait = infected))
study("hospital_infection_death", "etm", about_stay, "infection in hospital",
      "death in hospital",
      data.frame(exit = left, died = is.finite(stay$j.03) | is.finite(stay$j.13), wait = infected),
      note = "discharge ends follow-up")

unit <- packaged("sir.cont", "etm")
unit <- unit[order(unit$id, unit$time), ]
intensive_care <- function(name, begins, words) {
  of_interest <- unit$id %in% unit$id[!duplicated(unit$id) & unit$from == begins]
  here <- unit[of_interest, ]
  gone <- here[!duplicated(here$id, fromLast = TRUE), ]
  changed <- here[here$from == begins & here$to == 1 - begins, ]
  wait <- tapply(changed$time, changed$id, min)[as.character(gone$id)]
  study(name, "etm", "Beyersmann J and others (2006). Infect Control Hosp Epidemiol 27:493-499", words,
        "end of the stay in intensive care",
        data.frame(exit = gone$time, died = gone$to == "2", wait = unname(wait)))
}
intensive_care("ventilation_begins", 0, "first mechanical ventilation")
intensive_care("ventilation_ends", 1, "first end of mechanical ventilation")

# ---- Epi -------------------------------------------------------------------------------------
register <- packaged("DMlate", "Epi")
about_register <- "Carstensen B and others (2008). Diabetologia 51:2187-2196"
diabetes <- function(name, began, words) {
  study(name, "Epi", about_register, words, "death", unit = "years", tick = 0.001,
        from_then_on(data.frame(exit = register$dox - register$dodm,
                                died = !is.na(register$dodth), wait = began - register$dodm)),
        accrual = diff(range(register$dodm)),
        possible = max(register$dox) - min(register$dodm), note = "without those treated at diagnosis")
}
diabetes("diabetes_insulin", register$doins, "insulin")
diabetes("diabetes_tablets", register$dooad, "oral glucose-lowering drug")

steno <- subset(packaged("steno2", "Epi"), baseCVD == 0)
study("steno_cardiovascular", "Epi", "Gaede P and others (2016). Diabetologia 59:2298-2307",
      "first cardiovascular event", "death", accrual = as.numeric(diff(range(steno$doBase))),
      with(steno, data.frame(exit = days_between(doBase, pmax(doEnd, doDth, na.rm = TRUE)),
                             died = !is.na(doDth), wait = days_between(doBase, doCVD1))))

breast <- packaged("BrCa", "Epi")
study("breast_metastasis", "Epi", "Crowther MJ, Lambert PC (2017). Stat Med 36:4719-4742",
      "distant metastasis", "death", unit = "years", tick = 0.01,
      with(breast, data.frame(exit = tox, died = xst == "Dead", wait = tom)),
      accrual = diff(range(breast$year)))

# ---- msm -------------------------------------------------------------------------------------
seen_at_visits <- function(id, time, state, ill, dead) {
  begin <- tapply(time, id, min)
  sick <- state %in% ill
  wait <- tapply(time[sick], id[sick], min)[names(begin)]
  data.frame(exit = unname(tapply(time, id, max) - begin),
             died = unname(tapply(state == dead, id, any)), wait = unname(wait - begin))
}
cav <- msm::cav
study("cardiac_allograft_vasculopathy", "msm",
      "Sharples LD and others (2003). Transplantation 76:679-682",
      "allograft vasculopathy", "death", unit = "years", tick = 0.001,
      from_then_on(with(cav, seen_at_visits(PTNUM, years, state, 2:3, 4))),
      note = "known at visits only")
bos <- msm::bos
study("bronchiolitis", "msm", "Heng D and others (1998). J Heart Lung Transplant 17:1255-1263",
      "bronchiolitis obliterans syndrome", "death", unit = "months", tick = 0.01,
      from_then_on(with(bos, seen_at_visits(ptnum, time, state, 2:4, 5))))

# ---- mstate ----------------------------------------------------------------------------------
about_ebmt <- "European Society for Blood and Marrow Transplantation, simplified for illustration; "
ebmt1 <- stored("ebmt1.csv")
study("ebmt1_relapse", "mstate", paste0(about_ebmt, "R package mstate"), "relapse",
      "death", with(ebmt1, data.frame(exit = srv, died = srvstat, wait = of(relstat, rel))))
ebmt3 <- stored("ebmt3.csv")
study("ebmt3_platelets", "mstate",
      paste0(about_ebmt, "Putter H, Fiocco M, Geskus RB (2007). Stat Med 26:2389-2430"),
      "platelet recovery", "relapse or death",
      with(ebmt3, data.frame(exit = rfstime, died = rfsstat, wait = of(prstat, prtime))))
ebmt4 <- stored("ebmt4.csv")
about_ebmt4 <- paste0(about_ebmt, "Fiocco M and others (2008). Stat Med 27:4340-4358")
study("ebmt4_recovery", "mstate", about_ebmt4, "platelet recovery", "death",
      with(ebmt4, data.frame(exit = srv, died = srv.s, wait = of(rec.s, rec))))
study("ebmt4_recovery_rfs", "mstate", about_ebmt4, "platelet recovery", "relapse or death",
      with(ebmt4, data.frame(exit = pmin(srv, rel), died = pmax(srv.s, rel.s),
                             wait = of(rec.s, rec))))
study("ebmt4_adverse_event", "mstate", about_ebmt4, "adverse event", "death",
      with(ebmt4, data.frame(exit = srv, died = srv.s, wait = of(ae.s, ae))))
study("ebmt4_relapse", "mstate", about_ebmt4, "relapse", "death",
      with(ebmt4, data.frame(exit = srv, died = srv.s, wait = of(rel.s, rel))))

cohort <- stored("aidssi2.csv")
about_cohort <- "Geskus RB (2016). Data Analysis with Competing Risks and Intermediate States. CRC"
amsterdam <- function(name, late, terminal, exit, died, wait) {
  study(name, "mstate", about_cohort, late, terminal, unit = "years", tick = 0.001,
        from_then_on(data.frame(exit = exit - cohort$entry.time, died = died,
                                wait = wait - cohort$entry.time)),
        note = "from entry into the cohort; without those who had it at entry")
}
switched <- with(cohort, of(si.stat, si.time))
aids <- with(cohort, of(aids.stat, aids.time))
amsterdam("hiv_switch_death", "switch to syncytium-inducing virus", "death",
          cohort$death.time, cohort$death.stat, switched)
amsterdam("hiv_aids_death", "AIDS", "death", cohort$death.time, cohort$death.stat, aids)
amsterdam("hiv_switch_aids", "switch to syncytium-inducing virus", "AIDS or death",
          pmin(cohort$aids.time, cohort$death.time),
          pmax(cohort$aids.stat, cohort$death.stat), switched)

liver <- stored("prothr.csv")
about_cirrhosis <- paste(
  "Andersen PK, Borgan O, Gill RD, Keiding N (1993). Statistical Models Based on Counting",
  "Processes. Springer (trial CSL 1)")
liver <- liver[order(liver$id, liver$Tstart), ]
cirrhosis <- function(name, begins, words) {
  first <- liver[!duplicated(liver$id), ]
  here <- liver[liver$id %in% first$id[first$from == begins], ]
  changed <- subset(here, from == begins & to == 3 - begins & status == 1)
  wait <- tapply(changed$Tstop, changed$id, min)
  exit <- tapply(here$Tstop, here$id, max)
  study(name, "mstate", about_cirrhosis, words, "death",
        data.frame(exit = unname(exit), died = unname(tapply(here$to == 3 & here$status == 1,
                                                             here$id, any)),
                   wait = unname(wait[names(exit)])), note = "known at visits only")
}
cirrhosis("cirrhosis_low_prothrombin", 1, "first low prothrombin")
cirrhosis("cirrhosis_normal_prothrombin", 2, "first return to normal prothrombin")

# ---- asaur, medicaldata, lifelines -----------------------------------------------------------
hepatic <- stored("hepatocellular.csv")
study("liver_cancer_recurrence", "asaur", "Li L and others (2014). PLoS One 9:e92279",
      "recurrence", "death", unit = "months",
      with(hepatic, data.frame(exit = OS, died = Death, wait = of(Recurrence, RFS))))
virus <- stored("cytomegalovirus.csv")
about_virus <- "Sobecks RM and others (2011). Exp Clin Transplant 9:7-13"
study("cytomegalovirus", "medicaldata", about_virus, "cytomegalovirus reactivation",
      "chronic graft-versus-host disease", unit = "months", tick = 0.01,
      with(virus, data.frame(exit = time.to.cgvhd, died = cgvhd, wait = of(cmv, time.to.cmv))))
study("acute_then_chronic_gvhd", "medicaldata", about_virus, "acute graft-versus-host disease",
      "chronic graft-versus-host disease", unit = "months", tick = 0.01,
      with(virus, data.frame(exit = time.to.cgvhd, died = cgvhd,
                             wait = of(agvhd, time.to.agvhd))))
nodes <- stored("gbcs.csv")
study("node_positive_recurrence", "lifelines",
      "Schumacher M and others (1994). J Clin Oncol 12:2086-2093", "recurrence", "death",
      with(nodes, data.frame(exit = survtime, died = censdead, wait = of(censrec, rectime))),
      accrual = as.numeric(diff(range(as.Date(nodes$diagdateb, "%d-%m-%Y")))))
