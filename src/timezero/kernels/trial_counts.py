"""Counts and weights of the virtual rows of sequential trials, without making them.

The first eleven arguments are those of :class:`timezero.estimate.trial_rows.Trials`.
"""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def count_trials(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,
    cumulative: Floats,
    unit: Floats,
    columns: Floats,  # noqa: ARG001
    basis: Floats,
    until_switch: bool,
    cap: float,
    copies: Floats,
    rows: Floats,
    events: Floats,
    weights: Floats,
    extremes: Floats,
    longest_of: Ints,
    ended: Bools,
) -> None:
    """Count virtual rows, events and weights by arm and follow-up.

    Parameters
    ----------
    copies : (n,) float64
        How often each patient counts.
    rows, events, weights : (2, K) float64
        Added to; ``weights`` are sums of weights.
    extremes : (2,) float64
        Smallest and largest weight; widened.
    longest_of : (n, 2) int64
        Periods in the longest trial of a patient in an arm; 0 to begin with.
    ended : (n, 2) bool
        Whether that trial ends with the event.
    """
    longest = basis.shape[1]
    for j in range(first.size - 1):
        if copies[j] == 0.0:
            continue
        for t in range(trial_first[j], trial_first[j + 1]):
            m = start[t]
            a = 1 if treated[m] else 0
            length, hit = 0, False
            for r in range(m, min(first[j + 1], m + longest)):
                if until_switch and treated[r] != treated[m]:
                    break
                length, hit = r - m + 1, event[r]
                w = min(cumulative[r] * unit[t], cap)
                rows[a, r - m] += copies[j]
                weights[a, r - m] += copies[j] * w
                extremes[0] = min(extremes[0], w)
                extremes[1] = max(extremes[1], w)
                if event[r]:
                    events[a, r - m] += copies[j]
            if length > longest_of[j, a]:
                longest_of[j, a], ended[j, a] = length, hit


@kernel
def weight_of_rank(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,  # noqa: ARG001
    cumulative: Floats,
    unit: Floats,
    columns: Floats,  # noqa: ARG001
    basis: Floats,
    until_switch: bool,
    cap: float,  # noqa: ARG001
    copies: Floats,
    rank: float,
    lowest: float,
    highest: float,
) -> float:
    """Return the weight of a rank among all virtual rows, by halving, without a list of them.

    Parameters
    ----------
    copies : (n,) float64
        How often each patient counts, a whole number.
    rank : float
        1 for the smallest.
    lowest, highest : float
        Smallest and largest weight.
    """
    longest = basis.shape[1]
    below, above = np.nextafter(lowest, -np.inf), highest
    while above - below > 1e-15 * above:
        middle = below + (above - below) / 2.0
        counted = 0.0
        for j in range(first.size - 1):
            if copies[j] == 0.0:
                continue
            for t in range(trial_first[j], trial_first[j + 1]):
                m = start[t]
                for r in range(m, min(first[j + 1], m + longest)):
                    if until_switch and treated[r] != treated[m]:
                        break
                    if cumulative[r] * unit[t] <= middle:
                        counted += copies[j]
        if counted >= rank:
            above = middle
        else:
            below = middle
    return above


@kernel
def standardise(
    columns: Floats,
    weight: Floats,
    basis: Floats,
    beta: Floats,
    assigned: int,
    survival: Floats,
    gradient: Floats,
) -> None:
    """Average the survival of a population under both assignments.

    Parameters
    ----------
    columns : (n, p) float64
        Of the trials to stand for the population; the column ``assigned`` is replaced by 0 and 1.
    weight : (n,) float64
    basis : (2, K, q) float64
    beta : (p + q,) float64
    assigned : int
        Index of the column of assigned treatment, in units of 1.
    survival : (2, K) float64
        Added to: sums of weighted survival to the end of each period.
    gradient : (2, K, p + q) float64
        Added to: its derivatives; pass (2, 0, p + q) to leave them out.
    """
    p, q, longest = columns.shape[1], basis.shape[2], basis.shape[1]
    with_gradient = gradient.shape[1] > 0
    late = np.empty(q)
    for a in range(2):
        growth = np.empty(longest)
        for k in range(longest):
            eta = 0.0
            for b in range(q):
                eta += basis[a, k, b] * beta[p + b]
            growth[k] = np.exp(-min(max(eta, -340.0), 340.0))
        for i in range(columns.shape[0]):
            if weight[i] == 0.0:
                continue
            eta = (a - columns[i, assigned]) * beta[assigned]
            for c in range(p):
                eta += columns[i, c] * beta[c]
            shrunk = np.exp(-min(max(eta, -340.0), 340.0))
            alive, hazards = weight[i], 0.0
            late[:] = 0.0
            for k in range(longest):
                hazard = 1.0 / (1.0 + shrunk * growth[k])
                alive *= 1.0 - hazard
                survival[a, k] += alive
                if with_gradient:
                    hazards += hazard
                    for c in range(p):
                        value = columns[i, c] if c != assigned else float(a)
                        gradient[a, k, c] -= alive * hazards * value
                    for b in range(q):
                        late[b] += hazard * basis[a, k, b]
                        gradient[a, k, p + b] -= alive * late[b]
