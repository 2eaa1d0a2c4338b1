"""How far each patient moves a comparison of clones: standard errors without resampling."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.estimate._arm_weights import ArmWeights
from timezero.estimate.censoring_weights import Arms
from timezero.estimate.clone_censor_weight import (
    AT_RISK,
    WEIGHTED_EVENTS,
    CloneStudy,
    StrategyEstimate,
)
from timezero.kernels.clone_weights import clone_influences, curve_spread, weight_slopes
from timezero.kernels.weighted_arms import ratio_effects


def influences(
    study: CloneStudy, estimate: StrategyEstimate, arms: Arms, *, weights_known: bool = False
) -> Floats:
    """Return how far each patient, with both clones, moves each number of an estimate.

    Parameters
    ----------
    study : CloneStudy
    estimate : StrategyEstimate
        Of all patients.
    arms : (ArmWeights, ArmWeights)
        The weights behind it.
    weights_known : bool
        Leave out that the weight models were estimated; always so for Cox weights.

    Returns
    -------
    influence : (n, n_numbers) float64
        In the order of :attr:`StrategyEstimate.numbers`; the root of the sum of the squares of a
        column is the standard error of that number.

    Estimates
    ---------
    The first-order change of the estimate with the weight of one patient (CW9), clones of one
    patient together, and with the coefficients of the weight models (CW10).

    Assumes
    -------
    Patients are independent and so many that first-order changes tell the whole.

    References
    ----------
    .. [lin1989], [stefanski2002]
    """
    n_times, n_horizons = estimate.times.size, study.horizons.size
    found = np.zeros((study.clones.n, 1 + 4 * n_horizons))
    ratio_at_risk, ratio_at_event = np.zeros((n_times, 2)), np.zeros((n_times, 2))
    finite = np.isfinite(estimate.log_hazard_ratio)
    if finite:
        ratio_effects(
            estimate.log_hazard_ratio,
            estimate.counts[0],
            estimate.counts[1],
            study.ties == "efron",
            ratio_at_risk,
            ratio_at_event,
        )
    for arm in (0, 1):
        reading = _to_come(study, estimate, arm)
        at_risk, at_event = _curve_effects(estimate.counts[arm])
        at_risk = np.column_stack([ratio_at_risk[:, arm], at_risk[:, np.newaxis] * reading])
        at_event = np.column_stack([ratio_at_event[:, arm], at_event[:, np.newaxis] * reading])
        mine = _of_arm(study, arm, arms[arm], (at_risk, at_event), weights_known=weights_known)
        if finite:
            found[:, 0] += mine[:, 0] / estimate.information
        begin = 1 + 2 * n_horizons * arm
        found[:, begin : begin + 2 * n_horizons] = mine[:, 1:]
    found[:, ~np.isfinite(estimate.numbers)] = np.nan
    return found


def curve_errors(study: CloneStudy, estimate: StrategyEstimate, arms: Arms) -> Floats:
    """Return the standard error of both curves at every event time.

    Parameters
    ----------
    study, estimate, arms
        As in :func:`influences`.

    Returns
    -------
    errors : (2, n_times) float64
        NaN where nobody is left.

    Estimates
    ---------
    The root of the sum of the squares of (CW9), by event time.

    Assumes
    -------
    As :func:`influences`.

    References
    ----------
    .. [stefanski2002]
    """
    errors = np.zeros((2, estimate.times.size))
    for k, weights in enumerate(arms):
        at_risk, at_event = _curve_effects(estimate.counts[k])
        slopes = _gradient(study, k, weights, (at_risk[:, np.newaxis], at_event[:, np.newaxis]))
        gradient = np.cumsum(slopes, axis=0)
        curve_spread(
            study.past[k],
            study.clones.event[k],
            weights.begin(study.times),
            weights.hazard,
            weights.risk,
            weights.first,
            weights.step,
            weights.factor,
            weights.cap,
            at_risk,
            at_event,
            np.ascontiguousarray(gradient),
            weights.influence,
            errors[k],
        )
        errors[k] = estimate.survival[k] * np.sqrt(errors[k])
        errors[k][estimate.survival[k] <= 0.0] = np.nan
    return errors


def _curve_effects(counts: Floats) -> tuple[Floats, Floats]:
    """Return what a unit of weight adds to the log of a curve, at risk and at its event (CW9)."""
    at_risk, events = counts[:, AT_RISK], counts[:, WEIGHTED_EVENTS]
    left = at_risk - events
    alive = left > 1e-12 * at_risk
    share = np.divide(events, at_risk * left, out=np.zeros(left.size), where=alive)
    once = np.divide(-1.0, at_risk, out=np.zeros(left.size), where=at_risk > 0.0)
    return share, np.where(alive, once, 0.0)


def _to_come(study: CloneStudy, estimate: StrategyEstimate, arm: int) -> Floats:
    """Return by event time how each reading of a curve moves with its log from there on."""
    times, survival = estimate.times, estimate.survival[arm]
    columns: list[Floats] = []
    for h, horizon in enumerate(study.horizons):
        before = times <= horizon
        until = np.minimum(np.append(times[1:], np.inf), horizon)
        lived = np.where(before, survival * (until - times), 0.0)
        area = np.cumsum(lived[::-1])[::-1]
        columns += [np.where(before, estimate.at_horizons[arm, h, 0], 0.0), area]
    return np.nan_to_num(np.column_stack(columns)) if columns else np.zeros((times.size, 0))


def _of_arm(
    study: CloneStudy,
    arm: int,
    weights: ArmWeights,
    effects: tuple[Floats, Floats],
    *,
    weights_known: bool,
) -> Floats:
    at_risk, at_event = effects
    so_far = np.concatenate([np.zeros((1, at_risk.shape[1])), np.cumsum(at_risk, axis=0)])
    found = np.zeros((study.clones.n, at_risk.shape[1]))
    clone_influences(
        study.past[arm],
        study.clones.event[arm],
        weights.begin(study.times),
        weights.hazard,
        weights.risk,
        weights.first,
        weights.step,
        weights.factor,
        weights.cap,
        so_far,
        np.ascontiguousarray(at_event),
        found,
    )
    if not weights_known and weights.influence.shape[1]:
        at_risk_slopes, event_slopes = _slopes(study, arm, weights)
        moved = at_risk.T @ (at_risk_slopes - event_slopes) + at_event.T @ event_slopes
        found += weights.influence @ moved.T
    return found


def _slopes(study: CloneStudy, arm: int, weights: ArmWeights) -> tuple[Floats, Floats]:
    shape = (study.times.size, weights.columns.shape[1])
    at_risk, events = np.empty(shape), np.empty(shape)
    weight_slopes(
        study.past[arm],
        study.clones.event[arm],
        weights.begin(study.times),
        weights.first,
        weights.step,
        weights.factor,
        weights.slope,
        weights.columns,
        weights.cap,
        at_risk,
        events,
    )
    return at_risk, events


def _gradient(
    study: CloneStudy, arm: int, weights: ArmWeights, effects: tuple[Floats, Floats]
) -> Floats:
    """Return what each event time adds to the slope of a log curve, (n_times, q)."""
    at_risk, at_event = effects
    at_risk_slopes, event_slopes = _slopes(study, arm, weights)
    return at_risk * (at_risk_slopes - event_slopes) + at_event * event_slopes
