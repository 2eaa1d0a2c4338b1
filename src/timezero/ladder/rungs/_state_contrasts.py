"""The illness-death rung: its numbers in one resample, and the contrasts made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from timezero.align.transitions import EVENT, StateRows, treated_against_untreated
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.aalen_johansen import resampled_stay
from timezero.estimate.illness_death import RULES, Courses, IllnessDeath
from timezero.estimate.normal import two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.estimate.transition_hazards import moves_of
from timezero.ladder.climb import Climb
from timezero.ladder.hazard import HazardEstimates, Terms, hazard_ratios, ratio_pair
from timezero.ladder.variance_choice import choose_variance
from timezero.model.estimate import NAN, Contrast, Measure

MAIN = "clock_forward"
WITHOUT = "without_covariates"
NUMBERS_AT_HORIZON = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateQuestion:
    """Everything that is estimated again in a resample.

    Parameters
    ----------
    everybody : StateRows
        All patients from time zero, for the time spent in each state.
    times : (n_times,) float64
        At which any of ``everybody`` moves.
    candidates : IllnessDeath
    fitted : tuple of (p,) float64
        Of the whole cohort: where fitting begins.
    horizons : tuple of float
        For the courses of candidates.
    last : float
        Horizon of the time spent in each state; NaN = none.
    """

    everybody: StateRows
    times: Floats
    candidates: IllnessDeath
    fitted: tuple[Floats, ...]
    horizons: tuple[float, ...]
    last: float

    @property
    def n_numbers(self) -> int:
        """How many numbers a resample gives."""
        return 1 + 2 * NUMBERS_AT_HORIZON * len(self.horizons) + len(self.everybody.states)

    def main(self, copies: Ints, fitted: tuple[Floats, ...]) -> Courses:
        """Return the standardised courses, or the crude ones where nothing is modelled."""
        if not self.candidates.is_adjusted:
            return self.candidates.crude(copies)
        return self.candidates.standardised(copies, fitted)

    def answers(self, courses: Courses) -> Floats:
        """Return differences against the way into treatment closed, at every horizon."""
        found: list[float] = []
        for horizon in self.horizons:
            event, lived = courses.event_at(horizon), courses.lived(horizon)
            for rule in (0, 2):
                found += [event[rule] - event[1], lived[rule] - lived[1]]
        return np.array(found)

    def stay(self, copies: Ints) -> Floats:
        """Return the expected time in each state until the last horizon."""
        if math.isnan(self.last):
            return np.full(len(self.everybody.states), NAN)
        return resampled_stay(self.everybody, self.times, copies, horizon=self.last)

    def replicate(self, copies: Ints) -> Floats:
        """Return the log hazard ratio, both sets of differences, and the times in each state."""
        size = NUMBERS_AT_HORIZON * len(self.horizons)
        ratio, answers = NAN, np.full(size, NAN)
        try:
            fitted = self.candidates.fit(copies, self.fitted)
            answers = self.answers(self.main(copies, fitted))
            model = self.candidates.ratio
            ratio = NAN if model is None else float(fitted[3][0] / model.scale[0])
        except AnalysisRefused:
            pass
        crude = self.answers(self.candidates.crude(copies))
        return np.concatenate([[ratio], answers, crude, self.stay(copies)])


def question_of(
    climb: Climb, candidates: IllnessDeath, horizons: tuple[float, ...], everybody: StateRows
) -> StateQuestion:
    """Return the question with the models fitted once, to begin from.

    Models without a finite maximum begin from nothing in each resample.
    """
    ones = np.ones(climb.cohort.n, dtype=np.int64)
    try:
        fitted = candidates.fit(ones)
    except AnalysisRefused:
        models = (*candidates.models, candidates.ratio)
        fitted = tuple(np.zeros(0 if m is None else m.columns.shape[1]) for m in models)
    return StateQuestion(
        everybody=everybody,
        times=moves_of(everybody).times,
        candidates=candidates,
        fitted=fitted,
        horizons=horizons,
        last=climb.horizons[-1] if climb.horizons else NAN,
    )


def forward_ratios(
    climb: Climb, rows: StateRows, terms: Terms | None, drawn: Floats
) -> HazardEstimates:
    """Return the hazard ratio on one clock: by the covariates, and without them beside it."""
    times = treated_against_untreated(rows)
    others = None
    if terms is not None:
        others = Terms(names=terms.names, columns=terms.columns[times.patient])
    found = hazard_ratios(climb, times, variant=MAIN, others=others, robust=True)
    n_events = [float(times.event[times.arm == arm].sum()) for arm in (0, 1)]
    chosen = choose_variance(
        climb, n_patients=int(np.unique(times.patient).size), n_events=min(n_events)
    )
    main = _read_first(found.contrasts, MAIN)
    is_firth = "Firth" in main.method
    interval = replicate_interval(drawn, level=climb.level)
    if not is_firth and chosen.way != "sandwich" and not np.isnan(interval.lower):
        z = main.value / interval.standard_error
        main = replace(
            main,
            standard_error=interval.standard_error,
            lower=interval.lower,
            upper=interval.upper,
            p_value=two_sided_p(z),
            statistic=z * z,
            method="Cox, percentile interval of patients drawn again, normal test "
            f"({chosen.reason})",
            details={**main.details, **interval.details},
        )
    contrasts = _told(main, MAIN, with_covariates=others is not None, n_events=sum(n_events))
    if others is not None:
        crude = hazard_ratios(climb, times, variant=WITHOUT, robust=True)
        crude_main = _read_first(crude.contrasts, WITHOUT)
        contrasts += _told(
            crude_main, f"{MAIN}_{WITHOUT}", with_covariates=False, n_events=sum(n_events)
        )
    return HazardEstimates(contrasts=contrasts, cautions=found.cautions)


def _read_first(contrasts: list[Contrast], variant: str) -> Contrast:
    """Return Firth's estimate where there is one, else the one with the robust error."""
    logs = {c.variant: c for c in contrasts if c.measure == "log_hazard_ratio"}
    names = (f"firth_{variant}", f"robust_{variant}", variant)
    first = next(logs[name] for name in names if name in logs)
    return replace(first, details={**logs.get(variant, first).details, **first.details})


def _told(
    log_ratio: Contrast, variant: str, *, with_covariates: bool, n_events: float
) -> list[Contrast]:
    how = "covariates known at the origin" if with_covariates else "no covariates"
    return ratio_pair(
        replace(
            log_ratio,
            variant=variant,
            method=f"{log_ratio.method}; hazard after treatment against before it on one clock "
            f"(clock-forward), {how}",
            details={**log_ratio.details, "n_events": n_events},
        )
    )


def course_contrasts(
    climb: Climb, question: StateQuestion, courses: Courses, drawn: Floats, *, suffix: str
) -> list[Contrast]:
    """Return differences between rules of treatment at every horizon, with bootstrap intervals.

    With competing events the difference is in the share with the event, and time lived is left
    out.
    """
    competing = len(question.candidates.rows.states) > question.candidates.rows.n_transient + 1
    how = "Aalen-Johansen products without covariates"
    if not suffix and question.candidates.is_adjusted:
        how = "Cox models of each transition, Breslow baselines, averaged over the candidates"
    values, n = question.answers(courses), question.candidates.rows
    rules = [rule for rule in (0, 2) if rule == 0 or not math.isnan(question.candidates.wait)]
    found: list[Contrast] = []
    for k, horizon in enumerate(question.horizons):
        for rule in rules:
            at = NUMBERS_AT_HORIZON * k + rule
            measures: list[tuple[Measure, int, float]] = [
                ("rmst_difference", at + 1, 1.0),
                ("survival_difference", at, -1.0),
            ]
            if competing:
                measures = [("cumulative_incidence_difference", at, 1.0)]
            for measure, place, sign in measures:
                spread = replicate_interval(sign * drawn[:, place], level=climb.level)
                value = sign * float(values[place])
                z = value / spread.standard_error if spread.standard_error > 0.0 else NAN
                found.append(
                    Contrast(
                        measure=measure,
                        variant=f"{RULES[rule]}_vs_{RULES[1]}{suffix}",
                        value=value,
                        standard_error=spread.standard_error,
                        lower=spread.lower,
                        upper=spread.upper,
                        level=climb.level,
                        p_value=two_sided_p(z) if math.isfinite(z) else NAN,
                        statistic=z * z,
                        at=horizon,
                        method=f"{how}; percentile interval of patients drawn again",
                        details={
                            **spread.details,
                            "n_events": float(np.sum(n.target == n.named(EVENT))),
                        },
                    )
                )
    return found
