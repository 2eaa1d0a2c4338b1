"""Clones whose weight moves in steps: risk sets, influences and spreads without rows for the steps.

The logarithm of the weight of clone ``i`` in step ``s`` is ``risk[i] * hazard[s]`` plus the factors
of its own list ``first[i] <= r < first[i + 1]`` with ``step[r] <= s``. Step ``s`` covers the event
times ``begin[s] <= k < begin[s + 1]``; the clone is at risk at ``k < past[i]``.
"""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def add_up_within_steps(table: Floats, begin: Ints) -> None:
    """Turn what was put where clones leave a step into sums over all who are at risk."""
    for s in range(begin.size - 1):
        for k in range(begin[s + 1] - 2, begin[s] - 1, -1):
            for m in range(table.shape[1]):
                table[k, m] += table[k + 1, m]


@kernel
def weighted_counts(
    copies: Floats,
    past: Ints,
    event: Bools,
    begin: Ints,
    hazard: Floats,
    risk: Floats,
    first: Ints,
    step: Ints,
    factor: Floats,
    cap: float,
    counts: Floats,
) -> None:
    """Count the clones of one arm at every event time.

    Parameters
    ----------
    copies : (n,) float64
        How often each patient counts.
    past : (n,) int64
    event : (n,) bool
        The clone ends in the event, at event time ``past[i] - 1``.
    begin, hazard, risk, first, step, factor
        Of the weights, as said at the top of this file.
    cap : float
        Weights above it are set to it.
    counts : (n_times, 3) float64
        Filled with weight at risk, weight of events, events of weight above 0.
    """
    counts[:, :] = 0.0
    for i in range(copies.size):
        many = copies[i]
        if many == 0.0:
            continue
        own, r = 0.0, first[i]
        for s in range(begin.size - 1):
            if begin[s] >= past[i]:
                break
            while r < first[i + 1] and step[r] <= s:
                own += factor[r]
                r += 1
            until = min(begin[s + 1], past[i])
            if until <= begin[s]:
                continue
            weight = many * min(np.exp(own + risk[i] * hazard[s]), cap)
            counts[until - 1, 0] += weight
            if event[i] and until == past[i] and weight > 0.0:
                counts[until - 1, 1] += weight
                counts[until - 1, 2] += many
    for s in range(begin.size - 1):
        for k in range(begin[s + 1] - 2, begin[s] - 1, -1):
            counts[k, 0] += counts[k + 1, 0]


@kernel
def weight_slopes(
    past: Ints,
    event: Bools,
    begin: Ints,
    first: Ints,
    step: Ints,
    factor: Floats,
    slope: Floats,
    columns: Floats,
    cap: float,
    at_risk: Floats,
    events: Floats,
) -> None:
    """Sum how the weights at risk, and those of events, move with the coefficients behind them.

    Parameters
    ----------
    past, event, begin, first, step, factor, cap
        As in :func:`weighted_counts`, every patient once.
    slope : (n_factors,) float64
        Each factor's derivative by its linear predictor.
    columns : (n_factors, q) float64
        The design row of each factor.
    at_risk, events : (n_times, q) float64
        Filled.
    """
    q = columns.shape[1]
    moves = np.empty(q)
    at_risk[:, :] = 0.0
    events[:, :] = 0.0
    for i in range(past.size):
        own, r = 0.0, first[i]
        moves[:] = 0.0
        for s in range(begin.size - 1):
            if begin[s] >= past[i]:
                break
            while r < first[i + 1] and step[r] <= s:
                own += factor[r]
                for m in range(q):
                    moves[m] += slope[r] * columns[r, m]
                r += 1
            until = min(begin[s + 1], past[i])
            weight = np.exp(own)
            if until <= begin[s] or weight >= cap:
                continue
            ends = event[i] and until == past[i]
            for m in range(q):
                at_risk[until - 1, m] += weight * moves[m]
                if ends:
                    events[until - 1, m] += weight * moves[m]
    add_up_within_steps(at_risk, begin)


@kernel
def clone_influences(
    past: Ints,
    event: Bools,
    begin: Ints,
    hazard: Floats,
    risk: Floats,
    first: Ints,
    step: Ints,
    factor: Floats,
    cap: float,
    so_far: Floats,
    at_event: Floats,
    influence: Floats,
) -> None:
    """Add what each clone contributes to several numbers, its weight taken as known.

    Parameters
    ----------
    past, event, begin, hazard, risk, first, step, factor, cap
        As in :func:`weighted_counts`, every patient once.
    so_far : (n_times + 1, f) float64
        Running sums of what one unit of weight at risk contributes at each event time.
    at_event : (n_times, f) float64
        What one unit of weight contributes at its own event, instead.
    influence : (n, f) float64
        Added to.
    """
    for i in range(past.size):
        own, r = 0.0, first[i]
        for s in range(begin.size - 1):
            if begin[s] >= past[i]:
                break
            while r < first[i + 1] and step[r] <= s:
                own += factor[r]
                r += 1
            until = min(begin[s + 1], past[i])
            if until <= begin[s]:
                continue
            weight = min(np.exp(own + risk[i] * hazard[s]), cap)
            ends = event[i] and until == past[i]
            met = until - 1 if ends else until
            for m in range(influence.shape[1]):
                found = so_far[met, m] - so_far[begin[s], m]
                if ends:
                    found += at_event[until - 1, m]
                influence[i, m] += weight * found


@kernel
def curve_spread(
    past: Ints,
    event: Bools,
    begin: Ints,
    hazard: Floats,
    risk: Floats,
    first: Ints,
    step: Ints,
    factor: Floats,
    cap: float,
    at_risk_effect: Floats,
    at_event: Floats,
    gradient: Floats,
    known: Floats,
    variance: Floats,
) -> None:
    """Sum the squares of every patient's running influence on a curve.

    Parameters
    ----------
    past, event, begin, hazard, risk, first, step, factor, cap
        As in :func:`weighted_counts`, every patient once.
    at_risk_effect, at_event : (n_times,) float64
        What one unit of weight contributes at each event time, at risk and at its own event.
    gradient : (n_times, q) float64
        How the curve moves with the coefficients behind the weights.
    known : (n, q) float64
        Each patient's influence on those coefficients.
    variance : (n_times,) float64
        Added to.
    """
    n_times, q = gradient.shape
    for i in range(past.size):
        own, r, s = 0.0, first[i], 0
        running, weight = 0.0, 1.0
        fresh = True
        for k in range(n_times):
            while s + 1 < begin.size - 1 and begin[s + 1] <= k:
                s += 1
                fresh = True
            if k < past[i]:
                if fresh:
                    while r < first[i + 1] and step[r] <= s:
                        own += factor[r]
                        r += 1
                    weight = min(np.exp(own + risk[i] * hazard[s]), cap)
                    fresh = False
                ends = event[i] and k == past[i] - 1
                running += weight * (at_event[k] if ends else at_risk_effect[k])
            moved = running
            for m in range(q):
                moved += gradient[k, m] * known[i, m]
            variance[k] += moved * moved


@kernel
def log_weights_in_step(
    wanted: Ints,
    hazard: Floats,
    risk: Floats,
    first: Ints,
    step: Ints,
    factor: Floats,
    log_weight: Floats,
) -> None:
    """Read off the weight of each clone in one step of its own.

    Parameters
    ----------
    wanted : (n,) int64
        The step asked for.
    hazard, risk, first, step, factor
        As in :func:`weighted_counts`.
    log_weight : (n,) float64
        Filled.
    """
    for i in range(risk.size):
        total = risk[i] * hazard[wanted[i]]
        for r in range(first[i], first[i + 1]):
            if step[r] <= wanted[i]:
                total += factor[r]
        log_weight[i] = total
