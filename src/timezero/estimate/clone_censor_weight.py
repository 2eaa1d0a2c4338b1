"""Two strategies compared on clones: weighted curves and hazards, without rows for the steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.clone_censor import Clones
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._arm_weights import ArmWeights, unit_weights
from timezero.estimate.censoring_weights import Arms, FittedWeights, WeightModels, fit_weights
from timezero.estimate.cox import Ties
from timezero.kernels.clone_weights import weighted_counts
from timezero.kernels.weighted_arms import curve_of_arm, log_ratio_of_arms

AT_RISK, WEIGHTED_EVENTS = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloneStudy:
    """What is compared, arranged once for any number of resamples.

    Parameters
    ----------
    clones : Clones
    models : WeightModels
    times : (n_times,) float64
        Distinct times of events, from the origin.
    past : (2, n) int64
        Each clone is at risk at event times ``k < past``, by arm.
    horizons : (n_horizons,) float64
    ties : {"efron", "breslow"}
        Of the weighted Cox model.
    """

    clones: Clones
    models: WeightModels
    times: Floats
    past: Ints
    horizons: Floats
    ties: Ties


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrategyEstimate:
    """Both strategies as estimated; arm 0 "not within g", arm 1 "within g" (C6).

    Parameters
    ----------
    times : (n_times,) float64
    counts : (2, n_times, 3) float64
        By arm: weight at risk, weight of events, events of weight above 0.
    survival : (2, n_times) float64
    at_horizons : (2, n_horizons, 2) float64
        By arm: survival and mean time lived until each horizon; NaN beyond the last exit (C8).
    log_hazard_ratio : float
        Infinite when all the events at issue fall in one arm, NaN without any.
    information : float
        Of the log hazard ratio.
    """

    times: Floats
    counts: Floats
    survival: Floats
    at_horizons: Floats
    log_hazard_ratio: float
    information: float

    @property
    def numbers(self) -> Floats:
        """The log hazard ratio, then by horizon survival and time lived of each arm."""
        return np.concatenate([[self.log_hazard_ratio], self.at_horizons.ravel()])


def clone_study(
    clones: Clones, models: WeightModels, *, horizons: tuple[float, ...], ties: Ties = "efron"
) -> CloneStudy:
    """Arrange clones and weight models for :func:`compare_strategies`.

    Parameters
    ----------
    clones : Clones
    models : WeightModels
        Of these clones.
    horizons : tuple of float
        From the origin.
    ties : {"efron", "breslow"}
        In the weighted Cox model (C9).

    Raises
    ------
    AnalysisRefused
        No clone has the event.
    """
    times = np.unique(clones.follow_up[clones.event])
    if times.size == 0:
        raise AnalysisRefused(
            what="no patient had the event after the origin",
            where="clones of the candidates",
            mend="check which value of the event column means the event, or follow for longer",
            code="TZ-EST-no-events",
        )
    past = np.searchsorted(times, clones.follow_up, side="right").astype(np.int64)
    return CloneStudy(
        clones=clones,
        models=models,
        times=times,
        past=past,
        horizons=np.array(horizons, dtype=np.float64),
        ties=ties,
    )


def no_weights(study: CloneStudy) -> Arms:
    """Return weights of 1, for the comparison that ignores why clones were lost."""
    return unit_weights(study.clones.n), unit_weights(study.clones.n)


def compare_strategies(
    study: CloneStudy, arms: Arms, *, copies: Floats | None = None, start: float = 0.0
) -> StrategyEstimate:
    """Compare weighted product-limit curves, and hazards by a weighted Cox model of the arm alone.

    Parameters
    ----------
    study : CloneStudy
    arms : (ArmWeights, ArmWeights)
        Weights of both arms, as from :func:`~timezero.estimate.censoring_weights.fit_weights`.
    copies : (n,) float64, optional
        How often each patient counts; a patient counted twice is two patients, also in ties.
    start : float
        Log hazard ratio to start from.

    Estimates
    ---------
    ``S_a(t)``, had everybody followed strategy *a* (CW6); ``E[min(T_a, h)]`` (CW7); and the log
    hazard ratio of the strategies (CW8), an average over follow-up in which deaths before the
    strategies can differ count in both arms.

    Assumes
    -------
    What the weights assume; censoring that is not artificial tells nothing about the event.
    A hazard ratio also assumes proportional hazards, which strategies with a grace period do not
    have: read survival and time lived first.

    References
    ----------
    .. [hernan2018], [maringe2020], [efron1977]
    """
    n = study.clones.n
    many = np.ones(n) if copies is None else copies
    counts = np.empty((2, study.times.size, 3))
    survival = np.empty((2, study.times.size))
    read = np.empty((2, study.horizons.size, 2))
    present = many > 0.0
    for k, weights in enumerate(arms):
        _count(study, k, weights, many=many, counts=counts[k])
        last = float(study.clones.follow_up[k][present].max(initial=0.0))
        read[k] = curve_of_arm(study.times, counts[k], last, study.horizons, survival[k])
    ratio, information = log_ratio_of_arms(counts[0], counts[1], study.ties == "efron", start)
    return StrategyEstimate(
        times=study.times,
        counts=counts,
        survival=survival,
        at_horizons=read,
        log_hazard_ratio=ratio,
        information=information,
    )


def _count(
    study: CloneStudy, arm: int, weights: ArmWeights, *, many: Floats, counts: Floats
) -> None:
    weighted_counts(
        many,
        study.past[arm],
        study.clones.event[arm],
        weights.begin(study.times),
        weights.hazard,
        weights.risk,
        weights.first,
        weights.step,
        weights.factor,
        weights.cap,
        counts,
    )


def ccw_replicate(study: CloneStudy, fitted: FittedWeights, copies: Ints) -> Floats:
    """Estimate again in a resample of the patients, the weight models fitted again.

    Parameters
    ----------
    study : CloneStudy
    fitted : FittedWeights
        Of all patients, to start from.
    copies : (n_cohort,) int64
        How often each patient of the cohort was drawn.

    Returns
    -------
    numbers : (2 * n_numbers,) float64
        Weighted, then unweighted, in the order of :attr:`StrategyEstimate.numbers`.

    Raises
    ------
    AnalysisRefused
        A weight model cannot be fitted in this resample.
    """
    many = copies[study.clones.patient].astype(np.float64)
    again = fit_weights(study.models, copies=many, start=fitted)
    weighted = compare_strategies(study, again.arms, copies=many)
    plain = compare_strategies(study, no_weights(study), copies=many)
    return np.concatenate([weighted.numbers, plain.numbers])
