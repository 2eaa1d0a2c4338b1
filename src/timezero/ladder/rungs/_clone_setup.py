"""Clones of the candidates of a study with their weights, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.clone_censor import Clones, GracePeriods, clone_censor, grace_periods
from timezero.align.history import histories_at
from timezero.align.person_periods import person_periods
from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.censoring_weights import (
    FittedWeights,
    WeightChoice,
    fit_weights,
    weight_models,
)
from timezero.estimate.clone_censor_weight import (
    CloneStudy,
    StrategyEstimate,
    clone_study,
    compare_strategies,
    no_weights,
)
from timezero.ladder.climb import Climb
from timezero.model.person_periods import PersonPeriods

WHERE = "the strategies of clone-censor-weight"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cloned:
    """One grace period worked out.

    Parameters
    ----------
    study : CloneStudy
    fitted : FittedWeights
    weighted, plain : StrategyEstimate
        With the weights, and without.
    names : tuple of str
    columns : (n, p) float64
        What was known of each patient at the origin, changing characteristics among it.
    periods : GracePeriods
    n_left_out : int
        Patients left out because a characteristic was unknown in some period.
    """

    study: CloneStudy
    fitted: FittedWeights
    weighted: StrategyEstimate
    plain: StrategyEstimate
    names: tuple[str, ...]
    columns: Floats
    periods: GracePeriods
    n_left_out: int

    @property
    def clones(self) -> Clones:
        """The clones compared."""
        return self.study.clones

    @property
    def followed(self) -> Bools:
        """Who is followed beyond the grace period; (n,) bool."""
        return self.clones.exit > self.clones.grace


def cloned(climb: Climb, grace: float) -> Cloned:
    """Clone the candidates, fit the weights and compare the strategies.

    Parameters
    ----------
    climb : Climb
    grace : float
        The grace period, in the cohort's unit.

    Raises
    ------
    AnalysisRefused
        One of the strategies was followed by nobody, there are no events, or a model fails.
    """
    plan, chosen = climb.plan, climb.protocol.fitness
    origin = np.where(plan.used, plan.origin, np.nan)
    periods, unknown = _periods(climb, origin, grace)
    if unknown.any():
        origin = np.where(unknown, np.nan, origin)
        periods, _ = _periods(climb, origin, grace)
    clones = clone_censor(climb.cohort, origin=origin, grace=grace)
    refuse_one_strategy(clones)
    names, columns = _at_origin(climb, clones)
    choice = WeightChoice(
        model=chosen.weight_model,
        ties=climb.protocol.analysis.ties,
        hazard_at=chosen.hazard_at,
        grace=chosen.grace,
        truncate=chosen.truncate,
    )
    in_grace = grace_periods(clones, periods)
    models = weight_models(clones, columns, names=names, choice=choice, periods=in_grace)
    study = clone_study(clones, models, horizons=plan.horizons, ties=climb.protocol.analysis.ties)
    fitted = fit_weights(models)
    return Cloned(
        study=study,
        fitted=fitted,
        weighted=compare_strategies(study, fitted.arms),
        plain=compare_strategies(study, no_weights(study)),
        names=names,
        columns=columns,
        periods=in_grace,
        n_left_out=int(unknown.sum()),
    )


def _at_origin(climb: Climb, clones: Clones) -> tuple[tuple[str, ...], Floats]:
    """Return what was known at the origin; of changing values those that add something."""
    plan, patient = climb.plan, clones.patient
    names, columns = list(plan.names), plan.columns[patient]
    more, values = histories_at(climb.cohort, patient, plan.origin[patient], just_after=True)
    for name, column in zip(more, values.T, strict=True):
        wider = np.column_stack([np.ones(patient.size), columns, column])
        size = np.abs(wider).max(axis=0)
        if np.linalg.matrix_rank(wider / np.where(size > 0.0, size, 1.0)) == wider.shape[1]:
            names.append(f"{name}, at the origin")
            columns = wider[:, 1:]
    return tuple(names), columns


def _periods(climb: Climb, origin: Floats, grace: float) -> tuple[PersonPeriods, Bools]:
    """Return the periods of the grace period, and whose characteristics are unknown in some."""
    plan, cohort = climb.plan, climb.cohort
    periods = person_periods(
        cohort,
        origin=origin,
        width=plan.width,
        horizon=grace,
        columns=plan.columns,
        names=plan.names,
        event_order=climb.protocol.fitness.event_order,
        words_of_origin=plan.words_of_origin,
    )
    unknown = np.zeros(cohort.n, dtype=np.bool_)
    owner = np.repeat(periods.patient, np.diff(periods.first))
    unknown[owner[np.isnan(periods.columns).any(axis=1)]] = True
    return periods, unknown


def refuse_one_strategy(clones: Clones) -> None:
    """Refuse when one of the two strategies was followed by nobody.

    Parameters
    ----------
    clones : Clones

    Raises
    ------
    AnalysisRefused
    """
    g = f"{clones.grace:g}"
    beyond = clones.exit > clones.grace
    if not clones.treated.any():
        raise AnalysisRefused(
            what=f"nobody was treated within the grace period of {g}",
            where=WHERE,
            mend="choose a longer fitness.grace_period",
            code="TZ-LAD-40",
        )
    if not (beyond & clones.treated).any():
        raise AnalysisRefused(
            what=f"nobody treated within the grace period of {g} was followed beyond it",
            where=WHERE,
            mend="choose another fitness.grace_period",
            code="TZ-LAD-41",
        )
    if not (beyond & ~clones.treated).any():
        raise AnalysisRefused(
            what=f"everybody followed beyond the grace period of {g} was treated within it",
            where=WHERE,
            mend="choose a shorter fitness.grace_period",
            code="TZ-LAD-42",
        )
