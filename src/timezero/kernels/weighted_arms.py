"""Two weighted arms compared by their counts at the event times."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats
from timezero.kernels._jit import kernel

CONVERGED = 1e-13
ITERATIONS = 200
LONGEST_STEP = 2.0


@kernel
def arm_score(beta: float, reference: Floats, treated: Floats, efron: bool) -> tuple[float, float]:
    """Return the score and the information of the log hazard ratio of two arms.

    Parameters
    ----------
    reference, treated : (n_times, 3) float64
        Weight at risk, weight of events, and events, at each event time.
    efron : bool
        Efron's rule for ties with the mean weight of the tie (C9); otherwise Breslow's.
    """
    ratio = math.exp(beta)
    score, information = 0.0, 0.0
    for k in range(reference.shape[0]):
        deaths = reference[k, 2] + treated[k, 2]
        if deaths == 0.0:
            continue
        n_steps = int(deaths) if efron else 1
        share = (reference[k, 1] + treated[k, 1]) / n_steps
        score += treated[k, 1]
        for turn in range(n_steps):
            gone = turn / n_steps
            one = ratio * (treated[k, 0] - gone * treated[k, 1])
            none = reference[k, 0] - gone * reference[k, 1]
            if not one + none > 0.0:
                continue
            mean = one / (one + none)
            score -= share * mean
            information += share * mean * (1.0 - mean)
    return score, information


@kernel
def log_ratio_of_arms(
    reference: Floats, treated: Floats, efron: bool, start: float
) -> tuple[float, float]:
    """Return the log hazard ratio of two weighted arms, and its information.

    Parameters are those of :func:`arm_score`; infinite when all the events of mixed risk sets
    fall in one arm, NaN without any.
    """
    mixed, mixed_1 = 0.0, 0.0
    for k in range(reference.shape[0]):
        if reference[k, 0] > 0.0 and treated[k, 0] > 0.0:
            mixed += reference[k, 1] + treated[k, 1]
            mixed_1 += treated[k, 1]
    if mixed == 0.0:
        return math.nan, 0.0
    if mixed_1 == 0.0:
        return -math.inf, 0.0
    if mixed_1 == mixed:
        return math.inf, 0.0
    beta, below, above = start, -math.inf, math.inf
    for _ in range(ITERATIONS):
        score, information = arm_score(beta, reference, treated, efron)
        if score > 0.0:
            below = beta
        else:
            above = beta
        step = LONGEST_STEP if score > 0.0 else -LONGEST_STEP
        if abs(score) < LONGEST_STEP * information:
            step = score / information
        if abs(step) <= CONVERGED * (1.0 + abs(beta)):
            return beta, information
        # The score falls steadily, so its root lies between the last signs seen.
        if not below <= beta + step <= above:
            step = (below + above) / 2.0 - beta
            if abs(step) <= CONVERGED * (1.0 + abs(beta)):
                return beta, information
        beta += step
    return math.nan, 0.0


@kernel
def ratio_effects(
    beta: float,
    reference: Floats,
    treated: Floats,
    efron: bool,
    at_risk_effect: Floats,
    at_event: Floats,
) -> None:
    """Fill in what one unit of weight adds to the score at each event time.

    Parameters
    ----------
    beta, reference, treated, efron
        As in :func:`arm_score`.
    at_risk_effect, at_event : (n_times, 2) float64
        By arm; for clones at risk, and for those whose event it is.
    """
    ratio = math.exp(beta)
    for k in range(reference.shape[0]):
        deaths = reference[k, 2] + treated[k, 2]
        for arm in range(2):
            at_risk_effect[k, arm] = 0.0
            at_event[k, arm] = 0.0
        if deaths == 0.0:
            continue
        n_steps = int(deaths) if efron else 1
        share = (reference[k, 1] + treated[k, 1]) / n_steps
        for turn in range(n_steps):
            gone = turn / n_steps
            one = ratio * (treated[k, 0] - gone * treated[k, 1])
            none = reference[k, 0] - gone * reference[k, 1]
            if not one + none > 0.0:
                continue
            mean = one / (one + none)
            for arm in range(2):
                hazard = share * (ratio if arm == 1 else 1.0) / (one + none)
                at_risk_effect[k, arm] -= hazard * (arm - mean)
                at_event[k, arm] += (arm - mean) / n_steps
                at_event[k, arm] -= (1.0 - gone) * hazard * (arm - mean)


@kernel
def curve_of_arm(
    times: Floats, counts: Floats, last_exit: float, horizons: Floats, survival: Floats
) -> Floats:
    """Fill in the product-limit curve and return survival and time lived at each horizon (C8).

    Parameters
    ----------
    times : (n_times,) float64
    counts : (n_times, 3) float64
        As in :func:`arm_score`.
    last_exit : float
    horizons : (n_horizons,) float64
    survival : (n_times,) float64
        Filled.

    Returns
    -------
    read : (n_horizons, 2) float64
        NaN beyond the last exit; time lived is known there when nobody survived.
    """
    left = 1.0
    for k in range(times.size):
        if counts[k, 1] > 0.0:
            left *= max(0.0, 1.0 - counts[k, 1] / counts[k, 0])
        survival[k] = left
    read = np.full((horizons.size, 2), np.nan)
    for h in range(horizons.size):
        if horizons[h] > last_exit and left > 0.0:
            continue
        area, before, height = 0.0, 0.0, 1.0
        for k in range(times.size):
            if times[k] > horizons[h]:
                break
            area += height * (times[k] - before)
            before, height = times[k], survival[k]
        read[h, 1] = area + height * (horizons[h] - before)
        if horizons[h] <= last_exit:
            read[h, 0] = height
    return read
