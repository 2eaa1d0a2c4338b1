"""The candidates of the plan, in periods, arranged for models of who begins treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align.person_periods import person_periods
from timezero.align.treatment_in_periods import treatment_in_periods
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.marginal_structural_cox import WeightedRows, weighted_rows
from timezero.ladder.climb import Climb
from timezero.model.cohort import Cohort, Covariate
from timezero.model.person_periods import PersonPeriods
from timezero.model.result import DataTable

CLUSTERS_AT_LEAST = 6
CLUSTERS_ENOUGH = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patients:
    """What the weighted model is given.

    Parameters
    ----------
    periods : PersonPeriods
    data : WeightedRows
    cluster : (n_cohort,) int64 or None
        Whose patients are alike; None when each stands alone.
    n_clusters : int
        Clusters, or patients.
    switchboard : DataTable
        The conventions, and what else they could have been.
    cautions : tuple of str
    """

    periods: PersonPeriods
    data: WeightedRows
    cluster: Ints | None
    n_clusters: int
    switchboard: DataTable
    cautions: tuple[str, ...]


def patients_in_periods(climb: Climb) -> Patients:
    """Cut the time of the candidates into periods, from their origin to the end of follow-up.

    Raises
    ------
    AnalysisRefused
        No covariates, or too few candidates, or nobody treated among them, or no event.
    """
    plan, cohort, fitness = climb.plan, climb.cohort, climb.protocol.fitness
    plan.refuse_without_candidates()
    origin = np.where(plan.used, plan.origin, np.nan)
    periods = person_periods(
        cohort,
        origin=origin,
        width=plan.width,
        horizon=_follow_up(cohort, origin, plan.width),
        columns=plan.columns,
        names=plan.names,
        event_order=fitness.event_order,
        words_of_origin=plan.words_of_origin,
    )
    periods, constant = _without_constants(periods)
    centre, words = _centre(climb, periods)
    treatment = treatment_in_periods(
        cohort, periods, origin, stratum=centre if fitness.centre == "stratum" else None
    )
    _refuse_one_state(treatment.rows.arm, plan.words_of_origin)
    data = weighted_rows(periods, treatment, n_cohort=cohort.n, ties=climb.protocol.analysis.ties)
    clustered = centre if fitness.centre == "cluster" else None
    n_clusters = periods.n_patients
    if clustered is not None:
        n_clusters = int(np.unique(clustered[periods.patient]).size)
    return Patients(
        periods=periods,
        data=data,
        cluster=clustered,
        n_clusters=n_clusters,
        switchboard=_switchboard(climb, periods),
        cautions=(*constant, *words, *_what_is_left_open(cohort, periods, data)),
    )


def _follow_up(cohort: Cohort, origin: Floats, width: float) -> float:
    longest = float(np.nanmax(cohort.exit - origin))
    return max(longest, width)


def _without_constants(periods: PersonPeriods) -> tuple[PersonPeriods, tuple[str, ...]]:
    """Leave out columns that have one value in every person-period."""
    columns = periods.columns
    low, high = np.nanmin(columns, axis=0), np.nanmax(columns, axis=0)
    varies = ~(high - low <= 1e-12 * (1.0 + np.abs(low)))
    if varies.all():
        return periods, ()
    left = ", ".join(n for n, v in zip(periods.names, varies, strict=True) if not v)
    chosen = np.flatnonzero(varies)
    kept = replace(
        periods,
        columns=np.ascontiguousarray(columns[:, chosen]),
        names=tuple(periods.names[k] for k in chosen),
        varying=tuple(periods.varying[k] for k in chosen),
    )
    return kept, (f"not in the treatment model, the same in all candidates: {left}",)


def _codes(centre: Covariate) -> Ints:
    """Return a number for each centre; patients whose centre is not known stand alone."""
    alone = len(centre.levels) + np.arange(centre.values.size)
    return np.where(np.isnan(centre.values), alone, centre.values).astype(np.int64)


def _centre(climb: Climb, periods: PersonPeriods) -> tuple[Ints | None, tuple[str, ...]]:
    """Return whose patients are alike, and what to say about it (guard G26)."""
    fitness, centre = climb.protocol.fitness, climb.cohort.centre
    if centre is None or fitness.centre == "ignore":
        return None, ()
    codes = _codes(centre)
    n = int(np.unique(codes[periods.patient]).size)
    if fitness.centre == "stratum":
        return codes, ()
    if n < CLUSTERS_AT_LEAST:
        words = (
            f"{n} centres are too few to estimate how alike their patients are: patients count as "
            "independent (guard G26)"
        )
        return None, (words,)
    if n < CLUSTERS_ENOUGH:
        words = (
            f"the sandwich by {n} centres is multiplied by {n}/{n - 1}; with fewer than "
            f"{CLUSTERS_ENOUGH} it can still be too small, and the bootstrap draws patients, not "
            "centres (guard G26)"
        )
        return codes, (words,)
    return codes, ()


def _refuse_one_state(arm: Ints, origin: str) -> None:
    if np.any(arm == 1) and np.any(arm == 0):
        return
    raise AnalysisRefused(
        what=f"{'nobody' if not np.any(arm == 1) else 'everybody'} is treated among the "
        "candidates with complete covariates",
        where=f"counted from {origin}",
        mend="a comparison needs treated and untreated time",
        code="TZ-LAD-32",
    )


def _what_is_left_open(
    cohort: Cohort, periods: PersonPeriods, data: WeightedRows
) -> tuple[str, ...]:
    words: list[str] = []
    if cohort.n_competing:
        words.append(
            "competing events end observation: the hazard ratio is that of the cause-specific "
            "hazard, not of the risk"
        )
    marks = len(data.initiation.names) - len(periods.names)
    if marks:
        unknown = np.isnan(periods.columns).any(axis=1).mean()
        words.append(
            f"in {unknown:.0%} of the person-periods a value had not been measured, or not "
            "lately: its mean and an indicator stand for it in the treatment model"
        )
    if not any(periods.varying):
        words.append(
            "nothing that changes after the beginning is in the treatment model: what prompted "
            "treatment later on is not weighted for"
        )
    return tuple(words)


def _switchboard(climb: Climb, periods: PersonPeriods) -> DataTable:
    plan, fitness = climb.plan, climb.protocol.fitness
    unit = climb.cohort.time_unit
    order = {
        "treatment_first": "untreated time carries the weight of a period from its beginning",
        "event_first": "untreated time carries the weight of a period from the next one on",
    }
    cut = "none" if fitness.truncate >= 1 else f"at quantile {fitness.truncate:g}"
    choices = (
        ("counted from", plan.words_of_origin, "the trigger; time zero"),
        ("period", f"{plan.width:g} {unit}; {plan.width_rule}", "any width"),
        ("event order", order[periods.event_order], "; ".join(order.values())),
        (
            "treatment counts",
            "from just after its exact time (C4)",
            "from the beginning of its period",
        ),
        (
            "denominator",
            "baseline covariates, histories as of the beginning of the period, time",
            "any function of the past",
        ),
        (
            "numerator",
            "time",
            "1 (not stabilised); baseline covariates, then also in the Cox model",
        ),
        ("after treatment began", "the weight stays", "none: treatment cannot be undone"),
        ("truncation", cut, "the sweep shows 1, 0.995, 0.99 and 0.95"),
        ("ties", climb.protocol.analysis.ties, "efron; breslow"),
    )
    convention, choice, alternatives = (tuple(column) for column in zip(*choices, strict=True))
    return DataTable(
        name="switchboard",
        title="Conventions of the marginal structural model",
        columns={"convention": convention, "choice": choice, "alternatives": alternatives},
    )
