# ---------------------------------------------------------------------------------------------
# From here on nothing depends on the study. Conventions as in timezero: who leaves or has the
# event at a time is at risk at it (C2, C3); treatment counts from just after its time (C4).

suppressPackageStartupMessages(library(survival))

here <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
folder <- if (length(here)) dirname(here[1]) else "."
patients <- read.csv(file.path(folder, DATA), check.names = FALSE)

# Times that were calculated differ in their last digit; eleven digits are what they carry.
settled <- function(x) signif(x, 11)
TIGHT <- coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 100)
EXACT <- glm.control(epsilon = 1e-15, maxit = 200)
BEFORE_ALL <- -1

say <- function(name, value) cat(name, ",", format(as.numeric(value), digits = 17), "\n", sep = "")
left_out <- function(name, why) message("left out: ", name, ": ", why)
asked <- function(name) name %in% RUNGS

finish_of <- ifelse(patients$exit == 0 & !is.na(ZERO_EXIT), ZERO_EXIT, patients$exit)
start_of <- ifelse(is.finite(patients$entry), patients$entry, BEFORE_ALL)

# ---- rows of person-time -------------------------------------------------------------------

rows_of <- function(start, stop, event, arm, patient) {
  rows <- data.frame(start = settled(start), stop = settled(stop), event = as.numeric(event),
                     arm = as.numeric(arm), patient = patient)
  rows[rows$stop > rows$start, ]
}

split_at <- function(start, stop, event, when, patient) {
  before_end <- pmin(when, stop, na.rm = TRUE)
  turns <- !is.na(when) & when < stop
  before <- before_end > start
  rbind(rows_of(start[before], before_end[before], (event & !turns)[before], 0, patient[before]),
        rows_of(pmax(when, start)[turns], stop[turns], event[turns], 1, patient[turns]))
}

ever_treated <- function() {
  rows_of(start_of, patients$exit + (patients$exit == 0) * 0, patients$event,
          !is.na(patients$initiation), patients$patient)
}

time_varying <- function() {
  split_at(start_of, finish_of, patients$event == 1, patients$initiation, patients$patient)
}

landmark <- function(at) {
  rows <- rows_of(pmax(start_of, at), patients$exit, patients$event,
                  !is.na(patients$initiation) & patients$initiation <= at, patients$patient)
  rows
}

from_trigger <- function() {
  has <- !is.na(patients$trigger) & finish_of > patients$trigger
  d <- patients[has, ]
  late <- settled(d$entry - d$trigger)
  when <- settled(d$initiation - d$trigger)
  split_at(ifelse(is.finite(late) & late > 0, late, BEFORE_ALL), settled(finish_of[has] - d$trigger),
           d$event == 1, ifelse(!is.na(when) & when < 0, BEFORE_ALL, when), d$patient)
}

rows_after <- function(rows, from) {
  rows <- rows[rows$stop > from, ]
  rows$start <- pmax(rows$start, from)
  rows
}

# ---- estimates -----------------------------------------------------------------------------

say_cox <- function(name, variant, rows, robust = FALSE, at = "") {
  fit <- coxph(Surv(start, stop, event) ~ arm, rows, ties = TIES, control = TIGHT)
  path <- paste0(name, "/log_hazard_ratio/", variant)
  say(path, coef(fit))
  say(paste0(path, "/standard_error"), sqrt(fit$var[1, 1]))
  if (robust) {
    again <- coxph(Surv(start, stop, event) ~ arm, rows, ties = TIES, control = TIGHT,
                   cluster = patient)
    say(paste0(name, "/log_hazard_ratio/robust/standard_error"), sqrt(again$var[1, 1]))
  }
}

# Observed less expected events of the treated, with the hypergeometric variance: survdiff() has
# no delayed entry.
say_log_rank <- function(name, variant, rows) {
  found <- vapply(sort(unique(rows$stop[rows$event == 1])), function(t) {
    risk <- rows$start < t & rows$stop >= t
    n <- sum(risk)
    n1 <- sum(risk & rows$arm == 1)
    hit <- risk & rows$stop == t & rows$event == 1
    d <- sum(hit)
    c(sum(hit & rows$arm == 1) - d * n1 / n,
      if (n > 1) d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1) else 0)
  }, numeric(2))
  u <- sum(found[1, ])
  v <- sum(found[2, ])
  path <- paste0(name, "/log_hazard_ratio/", variant)
  say(path, u / v)
  say(paste0(path, "/standard_error"), 1 / sqrt(v))
  say(paste0(path, "/statistic"), u^2 / v)
}

curve_of <- function(rows, weights = NULL) {
  if (is.null(weights)) weights <- rep(1, nrow(rows))
  rows$weight_ <- weights
  fit <- survfit(Surv(start, stop, event) ~ 1, rows, weights = weight_, se.fit = FALSE,
                 timefix = FALSE)
  list(time = fit$time, survival = fit$surv, at_risk = fit$n.risk, events = fit$n.event)
}

survival_at <- function(curve, t) {
  if (!length(curve$time) || t > max(curve$time)) return(NA)
  c(1, curve$survival)[findInterval(t, curve$time) + 1]
}

time_lived <- function(curve, until, from = 0) {
  if (!length(curve$time) || until > max(curve$time)) return(NA)
  inner <- curve$time > from & curve$time < until
  edges <- c(from, curve$time[inner], until)
  sum(diff(edges) * c(1, curve$survival)[findInterval(edges[-length(edges)], curve$time) + 1])
}

error_of_time_lived <- function(curve, until, from = 0) {
  if (!length(curve$time) || until > max(curve$time)) return(NA)
  hit <- which(curve$events > 0 & curve$time <= until)
  after <- vapply(curve$time[hit], function(t) {
    time_lived(curve, until, from) - time_lived(curve, t, from)
  }, 0)
  spread <- curve$events[hit] / (curve$at_risk[hit] * (curve$at_risk[hit] - curve$events[hit]))
  sqrt(sum(ifelse(after == 0, 0, after^2 * spread)))
}

median_of <- function(curve) {
  near <- abs(curve$survival - 0.5) < 1e-12
  below <- curve$survival < 0.5 - 1e-12
  first <- if (any(below)) min(curve$time[below]) else NA
  if (any(near)) mean(c(min(curve$time[near]), if (is.na(first)) max(curve$time) else first)) else first
}

ARMS <- c("reference", "intervention")

say_curves <- function(name, rows, from = 0, medians = TRUE, errors = FALSE) {
  for (k in 0:1) {
    curve <- curve_of(rows_after(rows[rows$arm == k, ], if (from > 0) from else BEFORE_ALL))
    path <- paste0(name, "/arms/", ARMS[k + 1])
    if (medians) say(paste0(path, "/median"), median_of(curve))
    for (h in HORIZONS[HORIZONS > from]) {
      say(paste0(path, "/survival@", format(h, digits = 15)), survival_at(curve, h))
      say(paste0(path, "/rmst@", format(h, digits = 15)), time_lived(curve, h, from))
      if (errors) {
        say(paste0(path, "/rmst@", format(h, digits = 15), "/standard_error"),
            error_of_time_lived(curve, h, from))
      }
    }
  }
}

# ---- person-periods ------------------------------------------------------------------------

# Harrell's restricted cubic spline; a line where there are few treatments.
time_terms <- function(time, at) {
  knots <- NULL
  for (places in list(c(0.05, 0.35, 0.65, 0.95), c(0.1, 0.5, 0.9))) {
    if (length(at) >= if (length(places) == 4) 40 else 20) {
      tried <- unname(quantile(at, places))
      if (is.null(knots) && length(unique(tried)) == length(places)) knots <- tried
    }
  }
  if (length(unique(time)) < 2) return(matrix(0, length(time), 0))
  if (is.null(knots)) return(cbind(time))
  n <- length(knots)
  up <- function(k) pmax(time - knots[k], 0)^3 / (knots[n] - knots[1])^2
  bends <- vapply(seq_len(n - 2), function(k) {
    up(k) - up(n - 1) * (knots[n] - knots[k]) / (knots[n] - knots[n - 1]) +
      up(n) * (knots[n - 1] - knots[k]) / (knots[n] - knots[n - 1])
  }, time)
  cbind(time, matrix(bends, length(time)))
}

varying <- function(x) x[, apply(x, 2, function(v) diff(range(v)) > 1e-12 * (1 + abs(v[1]))),
                         drop = FALSE]

logit <- function(outcome, x) {
  if (ncol(x) == 0) return(glm(outcome ~ 1, binomial, control = EXACT))
  glm(outcome ~ x, binomial, control = EXACT)
}

candidates <- function() {
  d <- patients[patients$used == 1, ]
  d$finish <- settled(finish_of[patients$used == 1] - d$origin)
  d$when <- settled(d$initiation - d$origin)
  d$when[!is.na(d$when) & d$when >= d$finish] <- NA
  d
}

person_periods <- function(d) {
  begins <- ifelse(is.finite(d$entry), pmax(ceiling(settled((d$entry - d$origin) / WIDTH)), 0), 0)
  ends <- pmax(ceiling(settled(d$finish / WIDTH)) - 1, 0)
  begun_in <- pmax(ceiling(settled(d$when / WIDTH)) - 1, 0)
  n <- ends - begins + 1
  row <- rep(seq_len(nrow(d)), n)
  k <- sequence(n) - 1 + begins[row]
  could <- is.na(begun_in[row]) | k <= begun_in[row]
  data.frame(row, k, start = settled(k * WIDTH), stop = settled((k + 1) * WIDTH), could,
             began = could & !is.na(begun_in[row]) & k == begun_in[row], last = k == ends[row])
}

# ---- the rungs -----------------------------------------------------------------------------

if (asked("ever_treated")) {
  rows <- ever_treated()
  say_cox("ever_treated", "unadjusted", rows)
  say_log_rank("ever_treated", "log_rank", rows)
  say_curves("ever_treated", rows, errors = TRUE)
}

if (asked("landmark")) {
  for (at in LANDMARKS) {
    say_cox("landmark", paste0("landmark=", format(at, digits = 6)), landmark(at))
  }
}

if (asked("mantel_byar")) say_log_rank("mantel_byar", "peto", time_varying())

if (asked("simon_makuch")) {
  say_curves("simon_makuch", time_varying(), from = START_BY_STATE, medians = FALSE)
}

if (asked("time_varying")) say_cox("time_varying", "unadjusted", time_varying(), robust = TRUE)

if (asked("from_trigger")) {
  rows <- from_trigger()
  say_cox("from_trigger", "unadjusted", rows, robust = TRUE)
  say_log_rank("from_trigger", "peto", rows)
}

if (asked("marginal_structural_cox")) {
  d <- candidates()
  p <- person_periods(d)
  x <- varying(as.matrix(d[, COLUMNS, drop = FALSE])[p$row, , drop = FALSE])
  middle <- (p$k + 0.5) * WIDTH
  terms <- time_terms(middle[p$could], middle[p$began])
  given <- fitted(logit(p$began[p$could], cbind(x[p$could, , drop = FALSE], terms)))
  usual <- fitted(logit(p$began[p$could], terms))
  p$ratio <- 1
  p$ratio[p$could] <- ifelse(p$began[p$could], usual / given, (1 - usual) / (1 - given))
  through <- ave(p$ratio, p$row, FUN = cumprod)
  before <- through / p$ratio
  largest <- if (TRUNCATE < 1) unname(quantile(through, TRUNCATE)) else Inf

  # Within a period and a state the weight is one number; that of treated time is the one through
  # the period in which treatment began.
  when <- d$when[p$row]
  from <- ifelse(p$k == 0 & !is.finite(d$entry[p$row]) & d$origin[p$row] == 0, BEFORE_ALL, p$start)
  until <- ifelse(p$last, d$finish[p$row], p$stop)
  event <- p$last & d$event[p$row] == 1
  turns <- !is.na(when) & when < until
  ends <- pmin(when, until, na.rm = TRUE)
  untreated <- ends > from
  undecided <- p$began | EVENT_ORDER == "event_first"
  rows <- rbind(
    data.frame(start = from, stop = ends, event = event & !turns, arm = 0, patient = p$row,
               weight = ifelse(undecided, before, through))[untreated, ],
    data.frame(start = pmax(when, from), stop = until, event, arm = 1, patient = p$row,
               weight = through)[turns, ]
  )
  rows$weight <- pmin(rows$weight, largest)
  rows <- rows[rows$stop > rows$start, ]
  fit <- coxph(Surv(start, stop, event) ~ arm, rows, weights = weight, cluster = patient,
               ties = TIES, control = TIGHT)
  path <- "marginal_structural_cox/log_hazard_ratio/"
  say(paste0(path, "weighted"), coef(fit))
  say(paste0(path, "weighted/sandwich_standard_error_known_weights"), sqrt(fit$var[1, 1]))
  plain <- coxph(Surv(start, stop, event) ~ arm, rows, cluster = patient, ties = TIES,
                 control = TIGHT)
  say(paste0(path, "unweighted"), coef(plain))
  say(paste0(path, "unweighted/standard_error"), sqrt(plain$var[1, 1]))
}

if (asked("clone_censor_weight")) {
  d <- candidates()
  x <- as.matrix(d[, COLUMNS, drop = FALSE])
  g <- settled(GRACE)
  treated <- !is.na(d$when) & d$when <= g
  late <- !treated & d$finish > g
  clones <- rbind(
    data.frame(id = seq_len(nrow(d)), arm = 0, start = BEFORE_ALL,
               stop = ifelse(treated, d$when, d$finish), event = d$event == 1 & !treated),
    data.frame(id = seq_len(nrow(d)), arm = 1, start = BEFORE_ALL,
               stop = ifelse(late, g, d$finish), event = d$event == 1 & !late)
  )

  # When treatment begins, period by period of the grace period: weights of "not within g".
  p <- person_periods(d)
  p <- p[p$start < g * (1 - 1e-9) & p$could, ]
  p$began <- p$began & treated[p$row]
  terms <- time_terms(p$start / g, (p$start / g)[p$began])
  chance <- fitted(logit(p$began, varying(cbind(terms, x[p$row, , drop = FALSE]))))
  changes <- settled(if (HAZARD_AT == "before") pmin(p$stop, g) else p$start)

  # Who of those followed beyond g was treated by then: weights of "within g".
  beyond <- d$finish > g
  by_end <- logit(treated[beyond], varying(x[beyond, , drop = FALSE]))
  kept <- colnames(varying(x[beyond, , drop = FALSE]))
  by_g <- plogis(drop(cbind(1, x[, kept, drop = FALSE]) %*% coef(by_end)))

  pieces <- survSplit(Surv(start, stop, event) ~ ., clones, cut = sort(unique(c(changes, g))))
  # A piece (a, b] carries what changed by a (before), or what changes from b on, too (through).
  counts <- function(change, a, b) if (HAZARD_AT == "before") change <= a + 1e-9 * abs(a) else
    change < b * (1 - 1e-9)
  pieces$weight <- vapply(seq_len(nrow(pieces)), function(i) {
    one <- pieces[i, ]
    if (one$arm == 1) {
      return(if (counts(g, one$start, one$stop)) 1 / by_g[one$id] else 1)
    }
    mine <- p$row == one$id
    prod(1 / (1 - chance[mine & counts(changes, one$start, one$stop)]))
  }, 0)
  fit <- coxph(Surv(start, stop, event) ~ arm, pieces, weights = weight, ties = TIES,
               control = TIGHT)
  say("clone_censor_weight/log_hazard_ratio/weighted", coef(fit))
  for (h in HORIZONS) {
    curves <- lapply(0:1, function(k) {
      own <- pieces[pieces$arm == k, ]
      curve_of(own, own$weight)
    })
    at <- paste0("@", format(h, digits = 15))
    say(paste0("clone_censor_weight/survival_difference/weighted", at),
        survival_at(curves[[2]], h) - survival_at(curves[[1]], h))
    say(paste0("clone_censor_weight/rmst_difference/weighted", at),
        time_lived(curves[[2]], h) - time_lived(curves[[1]], h))
  }
}

for (k in seq_along(LEFT_OUT)) left_out(names(LEFT_OUT)[k], LEFT_OUT[k])
