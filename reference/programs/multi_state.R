# Patients who pass through states: shares in the states by survfit and etm, with both kinds of
# standard error; cumulative incidence; exact Poisson intervals; and what would become of them with
# the way into treatment closed, written out with loops from Cox models of each transition.

source("programs/json.R")
source("programs/analyses.R")
suppressPackageStartupMessages(library(etm))
folder <- folder_for_output()

# Simulated patients: trigger, treatment, event and competing event, in quarters, so with ties;
# some treated without a trigger, some under observation late.
N <- 240
set.seed(23)
quarter <- function(x) ceiling(4 * x) / 4
age <- round(rnorm(N), 3)
frail <- exp(0.5 * age)
patients <- data.frame(patient = seq_len(N), age = age, entry = -1, trigger = NA, initiation = NA,
                       exit = 0, event = 0, competing = 0)
for (j in seq_len(N)) {
  end <- quarter(runif(1, 4, 30))
  late <- quarter(rexp(1, 0.08))
  start <- quarter(ifelse(late < end, late + rexp(1, 0.10 / frail[j]), rexp(1, 0.004)))
  before <- rexp(1, 0.02 * frail[j]); other <- rexp(1, 0.012)
  die <- before
  if (late < before) die <- late + rexp(1, 0.09 * frail[j])
  if (start < die) die <- start + rexp(1, 0.05 * frail[j])
  die <- quarter(die); other <- quarter(other)
  patients$exit[j] <- min(die, other, end)
  patients$event[j] <- as.numeric(die <= min(other, end))
  patients$competing[j] <- as.numeric(other < die && other <= end)
  if (late < patients$exit[j]) patients$trigger[j] <- late
  if (start < patients$exit[j]) patients$initiation[j] <- start
}
hidden <- quarter(runif(N, 0, 4))
patients$hidden <- ifelse(runif(N) < 0.3 & hidden < patients$exit, hidden, 0)
# A trigger at or after the treatment changes nothing.
patients$trigger[!is.na(patients$initiation) & !is.na(patients$trigger) &
                   patients$trigger >= patients$initiation] <- NA

STATES <- c("0", "1", "2", "3", "4")
rows_of <- function(p, entry) {
  do.call(rbind, lapply(seq_len(nrow(p)), function(j) {
    at <- c(p$trigger[j], p$initiation[j])
    state <- c(1, 2)[!is.na(at)]; at <- at[!is.na(at)]
    end <- if (p$event[j] == 1) 3 else if (p$competing[j] == 1) 4 else NA
    d <- data.frame(id = p$patient[j], age = p$age[j], entry = c(0, at), exit = c(at, p$exit[j]),
                    from = c(0, state), to = c(state, end))
    d$since <- d$entry
    d <- d[d$exit > entry[j], ]
    d$entry <- pmax(d$entry, entry[j])
    d
  }))
}
states_by_survfit <- function(d, times, names) {
  d$outcome <- factor(ifelse(is.na(d$to), "none", d$to), c("none", names))
  d$istate <- factor(d$from, names)
  fit <- survfit(Surv(entry, exit, outcome) ~ 1, d, id = id, istate = istate)
  found <- summary(fit, times = times)
  list(times = I(times), states = I(fit$states), share = found$pstate, jackknife = found$std.err)
}
states_by_etm <- function(d, s, times, start, n) {
  tra <- matrix(FALSE, n, n)
  for (k in seq_len(nrow(d))) if (!is.na(d$to[k])) tra[d$from[k] + 1, d$to[k] + 1] <- TRUE
  all <- as.character(seq_len(n) - 1)
  wide <- data.frame(id = d$id, entry = d$entry, exit = d$exit, from = as.character(d$from),
                     to = ifelse(is.na(d$to), "cens", as.character(d$to)))
  fit <- etm(wide, all, tra, "cens", s = s, covariance = TRUE)
  at <- findInterval(times, fit$time)
  from <- start + 1
  share <- t(sapply(at, function(k) fit$est[from, , k]))
  # Rows of the covariance are pairs, the first state running fastest.
  place <- from + n * (seq_len(n) - 1)
  error <- t(sapply(at, function(k) sqrt(pmax(diag(fit$cov[place, place, k]), 0))))
  list(s = s, start = start, times = I(times), share = share, greenwood = error)
}

TIMES <- c(3, 6, 12, 20)
whole <- rows_of(patients, rep(0, N))
late <- rows_of(patients, patients$hidden)
LANDMARK <- 5
alive <- patients[patients$exit > LANDMARK, ]
later <- rows_of(alive, rep(LANDMARK, nrow(alive)))
in_state <- function(state) later$id[later$entry == LANDMARK & later$from == state]

counts <- aggregate(list(n = rep(1, nrow(whole))),
                    list(from = whole$from, to = whole$to), sum)
counts$person_time <- sapply(counts$from, function(s) {
  sum((whole$exit - whole$entry)[whole$from == s])
})
rates <- lapply(seq_len(nrow(counts)), function(k) {
  test <- poisson.test(counts$n[k], counts$person_time[k])
  list(from = counts$from[k], to = counts$to[k], n = counts$n[k],
       person_time = counts$person_time[k], rate = unname(test$estimate),
       limits = I(as.numeric(test$conf.int)))
})

# Two rates in bands of time since the state was entered.
EDGES <- c(0, 2, 6, Inf)
bands <- lapply(seq_len(length(EDGES) - 1), function(k) {
  in_band <- function(state) {
    d <- whole[whole$from == state, ]
    lived <- pmin(d$exit - d$since, EDGES[k + 1]) - pmax(d$entry - d$since, EDGES[k])
    hit <- !is.na(d$to) & d$to == 3 & d$exit - d$since > EDGES[k] & d$exit - d$since <= EDGES[k + 1]
    c(sum(hit), sum(pmax(lived, 0)))
  }
  before <- in_band(1); after <- in_band(2)
  test <- poisson.test(c(after[1], before[1]), c(after[2], before[2]))
  list(events = I(c(before[1], after[1])), time = I(c(before[2], after[2])),
       ratio = unname(test$estimate), limits = I(as.numeric(test$conf.int)))
})

# Candidates from their trigger: 0 untreated, 1 treated, 3 event, 4 competing event.
candidates <- patients[!is.na(patients$trigger), ]
could <- do.call(rbind, lapply(seq_len(nrow(candidates)), function(j) {
  p <- candidates[j, ]
  end <- if (p$event == 1) 3 else if (p$competing == 1) 4 else NA
  w <- p$initiation - p$trigger; x <- p$exit - p$trigger
  if (is.na(w)) data.frame(id = p$patient, age = p$age, entry = 0, exit = x, from = 0, to = end)
  else data.frame(id = p$patient, age = p$age, entry = c(0, w), exit = c(w, x), from = c(0, 1),
                  to = c(1, end))
}))
WAIT <- 3; HORIZON <- 12
model <- function(target, rows, strata) {
  rows$hit <- as.numeric(!is.na(rows$to) & rows$to == target)
  fit <- if (strata) coxph(Surv(entry, exit, hit) ~ age + strata(from), rows, control = TIGHT)
         else coxph(Surv(entry, exit, hit) ~ age, rows, control = TIGHT)
  list(beta = unname(coef(fit)), steps = function(state, t) {
    d <- rows[rows$from == state, ]
    sapply(t, function(u) {
      sum(d$hit[d$exit == u]) / max(sum(exp(coef(fit) * d$age)[d$entry < u & d$exit >= u]), 1e-300)
    })
  })
}
times <- sort(unique(could$exit[!is.na(could$to) & could$exit <= HORIZON]))
treat <- model(1, could[could$from == 0, ], FALSE)
dies <- model(3, could, TRUE)
other <- model(4, could, TRUE)
a <- list(begin = treat$steps(0, times), e0 = dies$steps(0, times), e1 = dies$steps(1, times),
          o0 = other$steps(0, times), o1 = other$steps(1, times))
course <- function(rule) {
  total <- c(0, 0)
  for (x in candidates$age) {
    p <- c(1, 0, 0)  # untreated, treated, event
    done <- FALSE
    for (k in seq_along(times)) {
      if (rule == "wait" && !done && times[k] > WAIT) { p <- c(0, p[1], p[3]); done <- TRUE }
      h <- if (rule == "observed") a$begin[k] * exp(treat$beta * x) else 0
      e <- c(a$e0[k], a$e1[k]) * exp(dies$beta * x)
      o <- c(a$o0[k], a$o1[k]) * exp(other$beta * x)
      all <- c(h + e[1] + o[1], e[2] + o[2])
      left <- p[1:2] * (1 - exp(-all))
      part <- function(v, s) if (all[s] > 0) left[s] * v / all[s] else 0
      p <- c(p[1] - left[1], p[2] - left[2] + part(h, 1), p[3] + part(e[1], 1) + part(e[2], 2))
    }
    total <- total + c(p[1] + p[2], p[3])
  }
  I(total / nrow(candidates))
}
crude <- function(rule) {
  p <- c(1, 0, 0); done <- FALSE
  for (t in times) {
    if (rule == "wait" && !done && t > WAIT) { p <- c(0, p[1], p[3]); done <- TRUE }
    hazard <- function(s, target) {
      d <- could[could$from == s & could$entry < t & could$exit >= t, ]
      if (nrow(d) == 0) return(0)
      sum(d$exit == t & !is.na(d$to) & d$to == target) / nrow(d)
    }
    h <- if (rule == "observed") hazard(0, 1) else 0
    e <- c(hazard(0, 3), hazard(1, 3)); o <- c(hazard(0, 4), hazard(1, 4))
    p <- c(p[1] * (1 - h - e[1] - o[1]), p[2] * (1 - e[2] - o[2]) + p[1] * h,
           p[3] + p[1] * e[1] + p[2] * e[2])
  }
  I(c(p[1] + p[2], p[3]))
}
RULES <- c(observed = "observed", off = "off", wait = "wait")
ratio <- coxph(Surv(entry, exit, !is.na(to) & to == 3) ~ from + age, could, control = TIGHT)

# The Stanford heart file jasa1, treatment on the day of acceptance as the first state.
heart <- jasa1
last <- !duplicated(heart$id, fromLast = TRUE)
heart_rows <- data.frame(id = heart$id, entry = heart$start, exit = heart$stop,
                         from = as.numeric(heart$transplant == 1),
                         to = ifelse(heart$event == 1, 2, ifelse(last, NA, 1)))

# Transplanted patients of the EBMT: platelet recovery on the way to relapse or death.
ebmt <- read.csv("inputs/ebmt3.csv")
ebmt <- do.call(rbind, lapply(seq_len(nrow(ebmt)), function(j) {
  p <- ebmt[j, ]
  end <- if (p$rfsstat == 1) 2 else NA
  if (p$prstat == 1 && p$prtime < p$rfstime)
    data.frame(id = j, entry = c(0, p$prtime), exit = c(p$prtime, p$rfstime), from = c(0, 1),
               to = c(1, end))
  else data.frame(id = j, entry = 0, exit = p$rfstime, from = 0, to = end)
}))

# Monoclonal gammopathy: progression, and death without it, by sex.
mgus <- data.frame(arm = as.numeric(mgus2$sex == "M"),
                   time = ifelse(mgus2$pstat == 1, mgus2$ptime, mgus2$futime),
                   status = ifelse(mgus2$pstat == 1, 1, 2 * mgus2$death))
MONTHS <- c(60, 120, 240)
incidence <- lapply(0:1, function(arm) {
  d <- mgus[mgus$arm == arm, ]
  fit <- survfit(Surv(time, factor(status, 0:2)) ~ 1, d)
  found <- summary(fit, times = MONTHS)
  green <- states_by_etm(data.frame(id = seq_len(nrow(d)), entry = 0, exit = d$time, from = 0,
                                    to = ifelse(d$status == 0, NA, d$status)), 0, MONTHS, 0, 3)
  list(times = I(MONTHS), incidence = I(found$pstate[, 2]), jackknife = I(found$std.err[, 2]),
       greenwood = I(green$greenwood[, 2]), at_risk = I(found$n.risk[, 1]))
})

write_rows(patients[, c("patient", "age", "hidden", "trigger", "initiation", "exit", "event",
                        "competing")],
           file.path(folder, "data", "multi_state_patients.csv"))
write_rows(mgus, file.path(folder, "data", "mgus2_competing.csv"))
write_json(list(
  made_with = c(made_with(), list(etm = as.character(packageVersion("etm")))),
  whole = states_by_survfit(whole, TIMES, STATES),
  whole_by_etm = states_by_etm(whole, 0, TIMES, 0, 5),
  late_by_etm = states_by_etm(late, 0, TIMES, 0, 5),
  landmark = lapply(c(s0 = 0, s1 = 1, s2 = 2), function(state) {
    states_by_etm(later[later$id %in% in_state(state), ], LANDMARK, TIMES[TIMES > LANDMARK],
                  state, 5)
  }),
  rates = rates, bands = bands,
  ratio = list(coefficients = I(unname(coef(ratio))), errors = I(unname(sqrt(diag(vcov(ratio)))))),
  models = list(treat = treat$beta, dies = dies$beta, other = other$beta),
  courses = lapply(RULES, course), crude = lapply(RULES, crude),
  stanford = states_by_survfit(heart_rows, c(30, 90, 365), c("0", "1", "2")),
  ebmt = c(states_by_survfit(ebmt, c(100, 365, 1825), c("0", "1", "2")),
           list(moves = I(c(sum(ebmt$from == 0 & ebmt$to %in% 1), sum(ebmt$from == 0 & ebmt$to %in% 2),
                            sum(ebmt$from == 1 & ebmt$to %in% 2))))),
  mgus = incidence), file.path(folder, "output", "multi_state.json"))
