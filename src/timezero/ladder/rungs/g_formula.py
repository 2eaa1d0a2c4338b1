"""The g-formula: everybody's course under both strategies, from models of what happened."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from timezero.align.person_periods import person_periods
from timezero.arrays import Floats, Ints
from timezero.conventions import DAYS_PER
from timezero.errors import AnalysisRefused
from timezero.estimate.g_formula import (
    Course,
    GData,
    GFits,
    Grace,
    NaturalCourse,
    course,
    fit_models,
    g_data,
    natural_course,
)
from timezero.estimate.normal import two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.hazard import ratio_pair
from timezero.ladder.rungs._g_words import fit_tables, gap_words, model_cautions, refuse_few
from timezero.model.estimate import NAN, Contrast, Curve, Measure
from timezero.model.person_periods import PersonPeriods
from timezero.model.result import DataTable

AT_RISK_AT_HORIZON = 5
EARLY_WINDOW_YEARS = 0.25
# Each replicate is simulated with so much fewer patients: its own error is a part of the spread.
FEWER_IN_REPLICATES = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Question:
    """One cohort, its models, and the numbers asked of them."""

    data: GData
    fits: GFits
    graces: tuple[Grace, ...]
    main: Grace
    strategy: str
    horizons: tuple[float, ...]

    def courses(self, fits: GFits, copies: Floats, grace: Grace) -> tuple[Course, Course]:
        never = course(self.data, fits, copies, "never", grace=grace)
        treat = "uniform" if self.strategy == "uniform" else "natural"
        return never, course(self.data, fits, copies, treat, grace=grace)

    def answers(self, pair: tuple[Course, Course]) -> Floats:
        """Return the log ratio of cumulative hazards, survival and restricted mean differences."""
        never, treat = pair
        last = self.horizons[-1]
        ratio = _log_ratio(never.survival_at(last), treat.survival_at(last))
        survival = [treat.survival_at(t) - never.survival_at(t) for t in self.horizons]
        lived = [treat.restricted_mean(t) - never.restricted_mean(t) for t in self.horizons]
        return np.array([ratio, *survival, *lived])

    def replicate(self, patient_copies: Ints) -> Floats:
        """Return every number, and both curves, with patients drawn so often."""
        copies = patient_copies[self.data.patient].astype(np.float64)
        fits = fit_models(self.data, copies, start=self.fits)
        numbers: list[Floats] = []
        curves: list[Floats] = []
        for grace in self.graces:
            fewer = max(grace.simulated_patients // FEWER_IN_REPLICATES, 100)
            pair = self.courses(fits, copies, replace(grace, simulated_patients=fewer))
            numbers.append(self.answers(pair))
            if grace.period == self.main.period:
                curves = [1.0 - one.event for one in pair]
        return np.concatenate([*numbers, *curves])

    @property
    def n_answers(self) -> int:
        return 1 + 2 * len(self.horizons)

    @property
    def n_numbers(self) -> int:
        return self.n_answers * len(self.graces) + 2 * self.data.n_periods


def _log_ratio(survival_0: float, survival_1: float) -> float:
    if not (0.0 < survival_0 < 1.0 and 0.0 < survival_1 < 1.0):
        return NAN
    return math.log(math.log(survival_1) / math.log(survival_0))


def _periods(climb: Climb) -> PersonPeriods:
    plan = climb.plan
    plan.refuse_without_candidates()
    if not plan.grace_period > 0.0:
        raise AnalysisRefused(
            what="no candidate waited for treatment, so that there is no grace period",
            where="fitness.grace_period",
            mend="declare the grace period",
            code="TZ-LAD-40",
        )
    if not plan.horizons:
        raise AnalysisRefused(
            what="there is no horizon up to which strategies could be followed",
            where="analysis.horizons",
            mend="declare a horizon",
            code="TZ-LAD-41",
        )
    return person_periods(
        climb.cohort,
        origin=np.where(plan.used, plan.origin, np.nan),
        width=plan.width,
        horizon=plan.horizons[-1],
        columns=plan.columns,
        names=plan.names,
        event_order=climb.protocol.fitness.event_order,
        words_of_origin=plan.words_of_origin,
    )


def _reached(climb: Climb, periods: PersonPeriods) -> tuple[list[float], list[str]]:
    """Return the horizons with enough at risk in either state, and words about the others."""
    kept: list[float] = []
    words: list[str] = []
    for horizon in climb.plan.horizons:
        last = math.ceil(horizon / periods.width * (1.0 - 1e-9)) - 1
        at = periods.period == last
        n = min(int((at & periods.treated).sum()), int((at & ~periods.treated).sum()))
        if n >= AT_RISK_AT_HORIZON:
            kept.append(horizon)
        else:
            words.append(
                f"not estimated at {horizon:g}: fewer than {AT_RISK_AT_HORIZON} treated, or "
                "untreated, patients are still at risk (guard G23)"
            )
    if not kept:
        raise AnalysisRefused(
            what=f"at no horizon are {AT_RISK_AT_HORIZON} treated and as many untreated patients "
            "at risk",
            where=f"counted from {periods.origin}",
            mend="an earlier horizon, or longer follow-up",
            code="TZ-LAD-42",
        )
    return kept, words


def _estimate(climb: Climb) -> RungNumbers:
    plan, chosen = climb.plan, climb.protocol.fitness
    periods = _periods(climb)
    horizons, words = _reached(climb, periods)
    year = DAYS_PER["years"] / DAYS_PER[climb.cohort.time_unit]
    window = climb.protocol.analysis.early_window or EARLY_WINDOW_YEARS * year
    data = g_data(periods, horizon=horizons[-1], early_window=window)
    refuse_few(data)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    graces = tuple(
        Grace(
            period=period,
            simulated_patients=chosen.simulated_patients,
            seed=climb.protocol.analysis.seed,
        )
        for period in plan.grace_periods
    )
    question = _Question(
        data=data,
        fits=fits,
        graces=graces,
        main=graces[plan.grace_periods.index(plan.grace_period)],
        strategy=chosen.grace,
        horizons=tuple(horizons),
    )
    observed = course(data, fits, everybody, "as_observed", grace=question.main)
    compared = natural_course(
        periods, data, observed, minimum_at_risk=climb.protocol.analysis.minimum_at_risk
    )
    gap = gap_words(compared)
    found = _answered(climb, question, everybody)
    found.tables += [_natural_table(compared), *fit_tables(data, fits, chosen, plan)]
    found.cautions = [
        *gap,
        *found.cautions,
        *model_cautions(data, fits),
        *words,
        *plan.cautions,
    ]
    return found


def _answered(climb: Climb, question: _Question, everybody: Floats) -> RungNumbers:
    """Return contrasts, curves and the sweep over grace periods."""
    pairs = [question.courses(question.fits, everybody, grace) for grace in question.graces]
    values = [question.answers(pair) for pair in pairs]
    drawn = climb.resampled("g_formula", question.replicate, question.n_numbers)
    if drawn is None:
        drawn = np.full((1, question.n_numbers), np.nan)
    at = question.graces.index(question.main)
    size = question.n_answers
    found = RungNumbers()
    found.contrasts = _contrasts(climb, question, values[at], drawn[:, at * size : (at + 1) * size])
    error = _simulation_error(question, pairs[at])
    if error > 0.0:
        found.contrasts = [
            replace(c, details={**c.details, "monte_carlo_error": error})
            if c.measure in ("survival_difference", "cumulative_incidence_difference")
            and c.at == question.horizons[-1]
            else c
            for c in found.contrasts
        ]
        found.cautions.append(
            f"the last survival difference has a simulation error of {error:.4f}: more simulated "
            "patients (fitness.simulated_patients) make it smaller"
        )
    found.curves = _curves(climb, question, pairs[at], drawn[:, size * len(question.graces) :])
    found.tables = [_sweep(climb, question, values, drawn)]
    return found


def _simulation_error(question: _Question, pair: tuple[Course, Course]) -> float:
    """Return the error of the last survival difference that is due to simulation."""
    if not question.data.histories:
        return 0.0
    never, treat = pair
    differences = never.batches[:, -1] - treat.batches[:, -1]
    return float(differences.std(ddof=1) / math.sqrt(differences.size))


def _contrasts(climb: Climb, question: _Question, values: Floats, drawn: Floats) -> list[Contrast]:
    competing = question.data.competing is not None
    n = len(question.horizons)
    how = "simulated" if question.data.histories else "added up exactly"
    method = f"parametric g-formula, {how}; percentile interval of patients drawn again"
    kinds: list[tuple[Measure, float]] = [
        ("log_hazard_ratio", question.horizons[-1]),
        *(
            ("cumulative_incidence_difference" if competing else "survival_difference", t)
            for t in question.horizons
        ),
        *(("rmst_difference", t) for t in question.horizons),
    ]
    found: list[Contrast] = []
    for k, (measure, at) in enumerate(kinds):
        if competing and (k == 0 or k > n):
            continue
        sign = -1.0 if measure == "cumulative_incidence_difference" else 1.0
        spread = replicate_interval(sign * drawn[:, k], level=climb.level)
        value = sign * float(values[k])
        z = value / spread.standard_error if spread.standard_error > 0.0 else NAN
        contrast = Contrast(
            measure=measure,
            variant="standardised",
            value=value,
            standard_error=spread.standard_error,
            lower=spread.lower,
            upper=spread.upper,
            level=climb.level,
            p_value=two_sided_p(z) if math.isfinite(z) else NAN,
            statistic=z * z,
            at=at,
            method=method
            if k
            else f"ratio of the cumulative hazards of both strategies to the horizon; {method}",
            details={**spread.details, "n_events": float(question.data.event.n_outcomes)},
        )
        found += ratio_pair(contrast) if k == 0 else [contrast]
    return found


def _curves(
    climb: Climb, question: _Question, pair: tuple[Course, Course], drawn: Floats
) -> tuple[Curve, ...]:
    free = "free of the event" if question.data.competing is not None else "alive"
    labels = (f"never treated ({free})", f"treated within {question.main.period:g} ({free})")
    n, n_periods = float(question.data.patient.size), question.data.n_periods
    curves: list[Curve] = []
    for arm, (one, label) in enumerate(zip(pair, labels, strict=True)):
        part = drawn[:, arm * n_periods : (arm + 1) * n_periods]
        spread = [replicate_interval(part[:, k], level=climb.level) for k in range(n_periods)]
        before = np.concatenate([[0.0], (one.event + one.competing)[:-1]])
        curves.append(
            Curve(
                arm="intervention" if arm else "reference",
                label=label,
                starts_at=0.0,
                times=one.times,
                survival=1.0 - one.event,
                lower=np.array([s.lower for s in spread]),
                upper=np.array([s.upper for s in spread]),
                standard_error=np.array([s.standard_error for s in spread]),
                n_at_risk=n * (1.0 - before),
                n_events=n * np.diff(one.event, prepend=0.0),
                n_censored=n * np.diff(one.competing, prepend=0.0),
                n_crossed=np.zeros(n_periods),
            )
        )
    return tuple(curves)


def _sweep(climb: Climb, question: _Question, values: list[Floats], drawn: Floats) -> DataTable:
    last, size = len(question.horizons), question.n_answers
    spread = [
        replicate_interval(drawn[:, k * size + last], level=climb.level)
        for k in range(len(question.graces))
    ]
    return DataTable(
        name="grace_sweep",
        title="The difference at the last horizon with other grace periods",
        columns={
            "grace_period": tuple(g.period for g in question.graces),
            "survival_difference": tuple(float(v[last]) for v in values),
            "lower": tuple(s.lower for s in spread),
            "upper": tuple(s.upper for s in spread),
            "standard_error": tuple(s.standard_error for s in spread),
            "hazard_ratio": tuple(math.exp(float(v[0])) for v in values),
        },
        notes={"at": question.horizons[-1]},
    )


def _natural_table(found: NaturalCourse) -> DataTable:
    return DataTable(
        name="natural_course",
        title="Share free of the event: observed, and by the models with treatment as it was",
        columns={
            "time": tuple(float(t) for t in found.times),
            "observed": tuple(float(s) for s in found.observed),
            "simulated": tuple(float(s) for s in found.simulated),
        },
        notes={"largest_gap": found.largest_gap, "gap_at": found.gap_at},
    )


RUNG = RungMethod(
    name="g_formula",
    order=14,
    role="correction",
    title="G-formula: the course of all candidates under either strategy, from models",
    estimand=(
        "How many of all candidates would have survived, had each begun treatment within the "
        "grace period, less how many had none ever been treated."
    ),
    symbols="S_g(k) = E prod_j {1 - h(j | L_j, A_j = g)}, averaged over the candidates",
    counted_from="all candidates, from the day they became candidates, in periods",
    difference=(
        "Models of the event, of the choice of treatment and of what changes are put together "
        "again under each strategy, so that both are followed in the same patients; nobody is "
        "weighted and nobody is matched."
    ),
    references=("robins1986", "keil2014", "mcgrath2020"),
    needed="covariates, events and patients at risk in both states at a horizon",
    estimate=_estimate,
)
