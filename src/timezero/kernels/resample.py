"""Two groups compared again and again: counts at the event times, then the numbers."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel

HALF = 1.5e-8  # survival this close to one half counts as one half, as in R's survfit
CONVERGED = 1e-10
ITERATIONS = 200
LONGEST_STEP = 2.0


@kernel
def _score_and_information(
    beta: float,
    n_events: Floats,
    n_events_1: Floats,
    n_at_risk: Floats,
    n_at_risk_1: Floats,
) -> tuple[float, float]:
    """Sum the score and the information of one binary column, Efron's ties (C9)."""
    ratio = math.exp(beta)
    score, information = 0.0, 0.0
    for k in range(n_events.size):
        deaths, at_risk_1 = n_events[k], n_at_risk_1[k]
        at_risk_0 = n_at_risk[k] - at_risk_1
        if deaths == 0.0 or at_risk_1 == 0.0 or at_risk_0 == 0.0:
            continue
        score += n_events_1[k]
        for tied in range(int(deaths)):
            gone = tied / deaths
            hazard_1 = (at_risk_1 - gone * n_events_1[k]) * ratio
            hazard_0 = at_risk_0 - gone * (deaths - n_events_1[k])
            share = hazard_1 / (hazard_1 + hazard_0)
            score -= share
            information += share * (1.0 - share)
    return score, information


@kernel
def binary_log_hazard_ratio(
    n_events: Floats, n_events_1: Floats, n_at_risk: Floats, n_at_risk_1: Floats
) -> float:
    """Fit a Cox model with one binary column from counts at the event times, Efron's ties.

    Counts are whole numbers: a multiplicity stands for as many equal rows. The answer is
    infinite when all the events of mixed risk sets fall in one group, and NaN without any.
    """
    mixed, mixed_1 = 0.0, 0.0
    for k in range(n_events.size):
        if 0.0 < n_at_risk_1[k] < n_at_risk[k]:
            mixed += n_events[k]
            mixed_1 += n_events_1[k]
    if mixed == 0.0:
        return math.nan
    if mixed_1 == 0.0:
        return -math.inf
    if mixed_1 == mixed:
        return math.inf
    beta, below, above = 0.0, -math.inf, math.inf
    for _ in range(ITERATIONS):
        score, information = _score_and_information(
            beta, n_events, n_events_1, n_at_risk, n_at_risk_1
        )
        if score > 0.0:
            below = beta
        else:
            above = beta
        step = LONGEST_STEP if score > 0.0 else -LONGEST_STEP
        if abs(score) < LONGEST_STEP * information:
            step = score / information
        # The score falls steadily, so its root lies between the last signs seen.
        if not below <= beta + step <= above:
            step = (below + above) / 2.0 - beta
        beta += step
        if abs(step) <= CONVERGED * (1.0 + abs(beta)):
            return beta
    return math.nan


@kernel
def median_time(times: Floats, n_events: Floats, n_at_risk: Floats, last_exit: float) -> float:
    """Read off the median; midway to the next event (or last exit) where survival is one half."""
    survival = 1.0
    for k in range(times.size):
        if n_events[k] == 0.0:
            continue
        survival *= 1.0 - n_events[k] / n_at_risk[k]
        if survival < 0.5 - HALF:
            return times[k]
        if survival <= 0.5 + HALF:
            for later in range(k + 1, times.size):
                if n_events[later] > 0.0:
                    return (times[k] + times[later]) / 2.0
            return (times[k] + last_exit) / 2.0
    return math.nan


@kernel
def area_and_survival(
    times: Floats,
    n_events: Floats,
    n_at_risk: Floats,
    last_exit: float,
    starts_at: float,
    horizon: float,
) -> tuple[float, float]:
    """Integrate the product-limit curve to the horizon, and read it off there (C8)."""
    survival, area, before = 1.0, 0.0, starts_at
    for k in range(times.size):
        if times[k] > horizon:
            break
        if n_events[k] > 0.0:
            area += survival * (times[k] - before)
            before = times[k]
            survival *= 1.0 - n_events[k] / n_at_risk[k]
    if horizon < starts_at or (horizon > last_exit and survival > 0.0):
        return math.nan, math.nan
    area += survival * (horizon - before)
    return area, math.nan if horizon > last_exit else survival


@kernel
def _count(
    copies: Ints,
    patient: Ints,
    arm: Ints,
    first: Ints,
    past: Ints,
    event: Bools,
    n_at_risk: Floats,
    n_events: Floats,
) -> None:
    """Count the copies at risk (C2) and the events of both arms at every event time."""
    n_at_risk[:] = 0.0
    n_events[:] = 0.0
    for row in range(patient.size):
        weight = float(copies[patient[row]])
        if weight == 0.0 or first[row] == past[row]:
            continue
        n_at_risk[arm[row], first[row]] += weight
        n_at_risk[arm[row], past[row]] -= weight
        if event[row]:
            n_events[arm[row], past[row] - 1] += weight
    for k in range(1, n_at_risk.shape[1]):
        n_at_risk[0, k] += n_at_risk[0, k - 1]
        n_at_risk[1, k] += n_at_risk[1, k - 1]


@kernel
def _last_exit(copies: Ints, patient: Ints, arm: Ints, leaving: Floats, which: int) -> float:
    """Find the last exit of an arm among patients drawn; rows are sorted by exit, latest first."""
    for row in range(patient.size):
        if arm[row] == which and copies[patient[row]] > 0:
            return leaving[row]
    return -math.inf


@kernel
def resample_arms(
    copies: Ints,
    patient: Ints,
    arm: Ints,
    first: Ints,
    past: Ints,
    event: Bools,
    leaving: Floats,
    times: Floats,
    starts_at: float,
    horizons: Floats,
    log_hazard_ratio: Floats,
    rmst: Floats,
    survival: Floats,
    median: Floats,
) -> None:
    """Compare two arms in every replicate of the patients, without sorting anything again.

    Rows come sorted by exit, latest first; a row is at risk at the event times from ``first``
    up to before ``past``.
    """
    n_times = times.size
    n_at_risk = np.zeros((2, n_times + 1))
    n_events = np.zeros((2, n_times))
    for draw in range(copies.shape[0]):
        _count(copies[draw], patient, arm, first, past, event, n_at_risk, n_events)
        log_hazard_ratio[draw] = binary_log_hazard_ratio(
            n_events[0] + n_events[1],
            n_events[1],
            n_at_risk[0, :n_times] + n_at_risk[1, :n_times],
            n_at_risk[1, :n_times],
        )
        for which in range(2):
            deaths, at_risk = n_events[which], n_at_risk[which, :n_times]
            last = _last_exit(copies[draw], patient, arm, leaving, which)
            median[draw, which] = median_time(times, deaths, at_risk, last)
            for h in range(horizons.size):
                rmst[draw, h, which], survival[draw, h, which] = area_and_survival(
                    times, deaths, at_risk, last, starts_at, horizons[h]
                )
