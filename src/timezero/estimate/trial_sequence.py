"""From person-periods to a sequence of trials: which terms, which trials, which weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.spline import NaturalSpline, natural_spline
from timezero.estimate.treatment_weights import (
    SwitchModels,
    fit_switching,
    switch_rows,
    weight_steps,
)
from timezero.estimate.trial_rows import Trials, make_trials, per_protocol, truncated
from timezero.model.person_periods import PersonPeriods

# Terms of follow-up and of the time of the trial, the richest first.
TERMS = ((3, 2), (2, 1), (1, 1), (1, 0))
EVENTS_A_COEFFICIENT = 10.0
EVENTS_A_COEFFICIENT_PENALISE = 5.0
EVENTS_A_COEFFICIENT_REFUSE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialSequence:
    """A sequence of trials and what is needed to weight them.

    Parameters
    ----------
    trials : Trials
        By intention to treat, unweighted.
    models : SwitchModels or None
        Of beginning treatment; None when nothing recorded changes after the origin, so that
        weights are 1.
    target : (n,) int64
        The first trial of each patient: the population that risks are standardised to.
    target_patient : (n,) int64
        Index among the patients of the periods.
    n_patients_with_event : int
        Patients with the event in some trial.
    terms : tuple of int
        Number of terms of the follow-up and of the time of the trial.
    penalised : bool
        So few events a coefficient that Firth's penalty is used throughout (guard G1).
    n_unknown : int
        Person-periods in which a covariate is unknown: no trial begins, the weight does not change.
    """

    trials: Trials
    models: SwitchModels | None
    target: Ints
    target_patient: Ints
    n_patients_with_event: int
    terms: tuple[int, int]
    penalised: bool
    n_unknown: int

    @property
    def events_a_coefficient(self) -> float:
        """Patients with the event for each coefficient of the model."""
        return self.n_patients_with_event / self.trials.n_coefficients


def trial_sequence(periods: PersonPeriods, *, longest: int | None = None) -> TrialSequence:
    """Arrange person-periods as one trial a period: all not yet treated then may enter.

    Parameters
    ----------
    periods : PersonPeriods
        Treatment is never taken back.
    longest : int, optional
        Longest follow-up of a trial, in periods; as long as there is if not given.

    Estimates
    ---------
    Nothing yet: who enters which trial, with which terms.

    Assumes
    -------
    Covariates of a period are known before the treatment of that period is decided.

    References
    ----------
    .. [hernan2008], [danaei2013]

    Raises
    ------
    AnalysisRefused
        No trial has both strategies; fewer than two patients with the event a coefficient (guard
        G1).
    """
    known = np.isnan(periods.columns).sum(axis=1) == 0
    starts: Bools = periods.eligible & known
    n_follow_up = int(np.diff(periods.first).max(initial=0))
    n_follow_up = n_follow_up if longest is None else min(n_follow_up, longest)
    n_events = _patients_with_event(periods, starts, n_follow_up)
    n_others = 2 + periods.columns.shape[1]
    times = np.unique(periods.period[starts]).size
    choices = [(f, min(t, times - 1)) for f, t in TERMS if f < n_follow_up] or [(0, 0)]
    enough = [c for c in choices if n_events >= EVENTS_A_COEFFICIENT * (n_others + sum(c))]
    terms = enough[0] if enough else choices[-1]
    ratio = n_events / (n_others + sum(terms))
    if ratio < EVENTS_A_COEFFICIENT_REFUSE:
        raise AnalysisRefused(
            what=f"{n_events} patients have the event in a trial, and the smallest model has "
            f"{n_others + sum(terms)} coefficients (guard G1)",
            where="the sequence of trials",
            mend=f"at least {EVENTS_A_COEFFICIENT_REFUSE:g} patients with the event a coefficient, "
            "or fewer covariates",
            code="TZ-EST-few-events",
        )
    trials = _trials(periods, starts, n_follow_up, terms)
    first_trials = np.flatnonzero(np.diff(trials.trial_first) > 0)
    return TrialSequence(
        trials=trials,
        models=_switching(periods, known) if any(periods.varying) else None,
        target=trials.trial_first[:-1][first_trials],
        target_patient=first_trials,
        n_patients_with_event=n_events,
        terms=terms,
        penalised=ratio < EVENTS_A_COEFFICIENT_PENALISE,
        n_unknown=int(np.sum(~known)),
    )


def _patients_with_event(periods: PersonPeriods, starts: Bools, longest: int) -> int:
    owner = np.repeat(np.arange(periods.n_patients), np.diff(periods.first))
    last_start = np.full(periods.n_patients, -longest)
    np.maximum.at(last_start, owner[starts], np.flatnonzero(starts))
    ends = periods.first[1:] - 1
    return int(np.sum(periods.event[ends] & (ends - last_start < longest)))


def _trials(
    periods: PersonPeriods, starts: Bools, n_follow_up: int, terms: tuple[int, int]
) -> Trials:
    k = np.arange(n_follow_up, dtype=np.float64)
    at_risk = np.bincount(_lengths(periods, starts), minlength=n_follow_up + 1)[::-1].cumsum()[::-1]
    follow_up = _spline(k, terms[0], at_risk[1 : n_follow_up + 1].astype(np.float64))
    basis = follow_up.columns(k) if follow_up else np.empty((k.size, 0))
    when = periods.period.astype(np.float64)
    trial_time = _spline(when[starts], terms[1], None)
    time_columns = trial_time.columns(when) if trial_time else np.empty((when.size, 0))
    return make_trials(
        first=periods.first,
        starts=starts,
        treated=periods.treated,
        event=periods.event,
        columns=(
            np.column_stack([time_columns, periods.columns]),
            (*_numbered("time of the trial", time_columns.shape[1]), *periods.names),
        ),
        follow_up=(np.stack([basis, basis]), _numbered("follow-up", basis.shape[1])),
    )


def _lengths(periods: PersonPeriods, starts: Bools) -> Ints:
    """Return how many periods each trial could be followed, cut at the longest."""
    owner = np.repeat(np.arange(periods.n_patients), np.diff(periods.first))
    return periods.first[owner[starts] + 1] - np.flatnonzero(starts)


def _spline(x: Floats, n_terms: int, weight: Floats | None) -> NaturalSpline | None:
    return natural_spline(x, n_terms, weight=weight) if n_terms > 0 else None


def _numbered(name: str, n: int) -> tuple[str, ...]:
    return (name,) if n == 1 else tuple(f"{name} {k}" for k in range(1, n + 1))


def _switching(periods: PersonPeriods, known: Bools) -> SwitchModels:
    """Fit who begins treatment, given baseline and time, and given the history too."""
    when = periods.period.astype(np.float64)
    at_risk = periods.eligible & known
    n_begun = int(np.sum(periods.treated & at_risk))
    distinct = np.unique(when[at_risk]).size
    room = int(n_begun / EVENTS_A_COEFFICIENT) - 1 - periods.columns.shape[1]
    spline = _spline(when[at_risk], min(max(room, 1), 3, distinct - 1), None)
    time_columns = spline.columns(when) if spline else np.empty((when.size, 0))
    time_names = _numbered("time", time_columns.shape[1])
    fixed = [k for k, varies in enumerate(periods.varying) if not varies]
    switch = switch_rows(
        periods.first,
        periods.treated,
        known,
        came_from=False,
        numerator=(
            np.column_stack([time_columns, periods.columns[:, fixed]]),
            (*time_names, *(periods.names[k] for k in fixed)),
        ),
        denominator=(
            np.column_stack([time_columns, periods.columns]),
            (*time_names, *periods.names),
        ),
    )
    return fit_switching(switch, periods.n_patients)


def weighted_per_protocol(
    sequence: TrialSequence,
    coefficients: tuple[Floats, Floats] | None = None,
    *,
    quantile: float = 1.0,
    copies: Floats | None = None,
) -> Trials:
    """Return the trials per protocol with their weights.

    Parameters
    ----------
    coefficients : (float64, float64), optional
        Of the numerator and of the denominator; as fitted to all patients if not given.
    quantile : float
        At which weights are truncated; 1 = not at all.
    copies : (n_patients,) float64, optional
        How often each patient counts, for the quantile.
    """
    trials, models = per_protocol(sequence.trials), sequence.models
    if models is None:
        return trials
    step = np.ones(trials.treated.size)
    both = coefficients or (models.numerator.coefficients, models.denominator.coefficients)
    weight_steps(models.switch, both, step)
    return truncated(trials.weighted(step), quantile, copies=copies)
