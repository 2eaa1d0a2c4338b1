"""Weights from two treatment models, and a weighted hazard ratio of two states, without sorting."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel

CONVERGED = 1e-11
ITERATIONS = 200
LONGEST_STEP = 2.0


@kernel
def log_one_plus_exp(x: float) -> float:
    """Return log(1 + exp(x)) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@kernel
def cumulative_log_weights(
    denominator: Floats,
    numerator: Floats,
    began: Bools,
    could_begin: Ints,
    first: Ints,
    copies: Ints,
    through: Floats,
) -> None:
    """Add up the log weight of each person-period, period by period.

    Parameters
    ----------
    denominator, numerator : (n_could_begin,) float64
        Log odds of beginning treatment in the two models.
    began : (n_rows,) bool
    could_begin : (n_rows,) int64
        Place of the row among those that could begin, -1 for the others: their weight stays.
    first : (n_patients + 1,) int64
    copies : (n_patients,) int64
        Patients of 0 copies are skipped.
    through : (n_rows + 1,) float64
        Filled at ``r + 1`` with the log weight through row ``r``; ``through[0]`` is 0.
    """
    through[0] = 0.0
    for j in range(first.size - 1):
        total = 0.0
        if copies[j] == 0:
            continue
        for r in range(first[j], first[j + 1]):
            at = could_begin[r]
            if at >= 0:
                sign = -1.0 if began[r] else 1.0
                total += log_one_plus_exp(sign * float(denominator[at]))
                total -= log_one_plus_exp(sign * float(numerator[at]))
            through[r + 1] = total


@kernel
def count_two_states(
    weight: Floats,
    copies: Ints,
    arm: Ints,
    event: Bools,
    first: Ints,
    last: Ints,
    at_risk: Floats,
    tied: Floats,
    n_tied: Ints,
) -> None:
    """Add up, at every event time, weights at risk and weights of those hit, by state.

    Parameters
    ----------
    weight : (n_rows,) float64
        Of one copy.
    copies : (n_rows,) int64
        How often the patient of the row was drawn.
    arm, event, first, last : (n_rows,) arrays
        At risk at event times ``first <= k < last`` (C2), in state 0 or 1.
    at_risk : (2, n_times + 1) float64
        Filled; exactly 0 where nobody is.
    tied : (2, n_times) float64
        Filled with the weights of the events.
    n_tied : (n_times,) int64
        Filled with the number of events, copies counted.
    """
    at_risk[:, :] = 0.0
    tied[:, :] = 0.0
    n_tied[:] = 0
    present = np.zeros(at_risk.shape, dtype=np.int64)
    for i in range(arm.size):
        if copies[i] == 0:
            continue
        w = weight[i] * copies[i]
        at_risk[arm[i], first[i]] += w
        at_risk[arm[i], last[i]] -= w
        present[arm[i], first[i]] += copies[i]
        present[arm[i], last[i]] -= copies[i]
        if event[i]:
            tied[arm[i], last[i] - 1] += w
            n_tied[last[i] - 1] += copies[i]
    for a in range(2):
        total, n = 0.0, 0
        for k in range(n_tied.size):
            total += at_risk[a, k]
            n += present[a, k]
            if n == 0:
                total = 0.0
            at_risk[a, k] = total


@kernel
def two_state_score(
    beta: float, at_risk: Floats, tied: Floats, n_tied: Ints, efron: bool
) -> tuple[float, float]:
    """Sum score and information over the event times at which both states are at risk.

    Parameters
    ----------
    beta : float
        Log hazard ratio.
    at_risk, tied, n_tied
        As filled by :func:`count_two_states`.
    efron : bool
        Efron's rule for ties (C9), otherwise Breslow's.
    """
    ratio = math.exp(beta)
    score, information = 0.0, 0.0
    for k in range(n_tied.size):
        if n_tied[k] == 0 or at_risk[0, k] <= 0.0 or at_risk[1, k] <= 0.0:
            continue
        score += tied[1, k]
        steps = n_tied[k] if efron else 1
        part = (tied[0, k] + tied[1, k]) / steps
        for step in range(steps):
            gone = step / steps
            treated = (at_risk[1, k] - gone * tied[1, k]) * ratio
            share = treated / (treated + at_risk[0, k] - gone * tied[0, k])
            score -= part * share
            information += part * share * (1.0 - share)
    return score, information


@kernel
def two_state_log_hazard_ratio(at_risk: Floats, tied: Floats, n_tied: Ints, efron: bool) -> float:
    """Fit a weighted Cox model with one binary column from sums at the event times.

    Parameters
    ----------
    at_risk, tied, n_tied
        As filled by :func:`count_two_states`.
    efron : bool
        Efron's rule for ties (C9), otherwise Breslow's.

    Returns
    -------
    float
        Infinite when all events of mixed risk sets fall in one state, NaN without any.
    """
    mixed, mixed_1 = 0, 0
    for k in range(n_tied.size):
        if n_tied[k] > 0 and at_risk[0, k] > 0.0 and at_risk[1, k] > 0.0:
            mixed += (tied[0, k] > 0.0) + (tied[1, k] > 0.0)
            mixed_1 += tied[1, k] > 0.0
    if mixed == 0:
        return math.nan
    if mixed_1 == 0:
        return -math.inf
    if mixed_1 == mixed:
        return math.inf
    beta, below, above = 0.0, -math.inf, math.inf
    for _ in range(ITERATIONS):
        score, information = two_state_score(beta, at_risk, tied, n_tied, efron)
        if score > 0.0:
            below = beta
        else:
            above = beta
        step = LONGEST_STEP if score > 0.0 else -LONGEST_STEP
        if abs(score) < LONGEST_STEP * information:
            step = score / information
        if not below <= beta + step <= above:
            step = (below + above) / 2.0 - beta
        beta += step
        if abs(step) <= CONVERGED * (1.0 + abs(beta)):
            return beta
    return math.nan
