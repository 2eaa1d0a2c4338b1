"""Counts of moves between states, Aalen-Johansen products, and their covariance."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def count_moves(
    first: Ints, last: Ints, source: Ints, target: Ints, weight: Floats, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Count who is at risk in each state, and who moves, at each time.

    Parameters
    ----------
    first, last : (n_rows,) int64
        The row is at risk at times ``first <= k < last``, and moves at the last of them.
    source, target : (n_rows,) int64
        ``target`` is -1 where the row only ends.
    weight : (n_rows,) float64
    shape : (int, int)
        Number of times, number of states.

    Returns
    -------
    at_risk : (n_times, n_states) float64
    moves : (n_times, n_states, n_states) float64
    """
    n_times, n_states = shape
    at_risk = np.zeros((n_times + 1, n_states))
    moves = np.zeros((n_times, n_states, n_states))
    for i in range(first.size):
        if weight[i] == 0.0 or first[i] >= last[i]:
            continue
        at_risk[first[i], source[i]] += weight[i]
        at_risk[last[i], source[i]] -= weight[i]
        if target[i] >= 0:
            moves[last[i] - 1, source[i], target[i]] += weight[i]
    for k in range(1, n_times):
        for h in range(n_states):
            at_risk[k, h] += at_risk[k - 1, h]
    return at_risk[:n_times], moves


@kernel
def occupancy_path(at_risk: Floats, moves: Floats, start: Floats) -> Floats:
    """Multiply the shares that move, time by time, into the share in each state (IL2).

    Parameters
    ----------
    at_risk : (n_times, n_states) float64
    moves : (n_times, n_states, n_states) float64
    start : (n_states,) float64

    Returns
    -------
    share : (n_times, n_states) float64
        Just after each time.
    """
    n_times, n_states = at_risk.shape
    share = np.empty((n_times, n_states))
    now = start.copy()
    moved = np.empty(n_states)
    for k in range(n_times):
        moved[:] = 0.0
        for h in range(n_states):
            if at_risk[k, h] <= 0.0 or now[h] == 0.0:
                continue
            for j in range(n_states):
                flow = now[h] * (moves[k, h, j] / at_risk[k, h])
                moved[h] -= flow
                moved[j] += flow
        for h in range(n_states):
            now[h] += moved[h]
            share[k, h] = now[h]
    return share


@kernel
def occupancy_covariance(at_risk: Floats, moves: Floats, share: Floats, start: Floats) -> Floats:
    """Return the Greenwood-type covariance of the shares at each time (IL3).

    Parameters
    ----------
    at_risk, moves, start
        As in :func:`occupancy_path`.
    share : (n_times, n_states) float64
        As :func:`occupancy_path` returns it.

    Returns
    -------
    covariance : (n_times, n_states, n_states) float64
    """
    n_times, n_states = at_risk.shape
    covariance = np.zeros((n_times, n_states, n_states))
    step = np.empty((n_states, n_states))
    half = np.empty((n_states, n_states))
    last = np.zeros((n_states, n_states))
    for k in range(n_times):
        step[:, :] = 0.0
        for h in range(n_states):
            step[h, h] = 1.0
            if at_risk[k, h] > 0.0:
                for j in range(n_states):
                    step[h, j] += moves[k, h, j] / at_risk[k, h]
                    step[h, h] -= moves[k, h, j] / at_risk[k, h]
        for a in range(n_states):
            for b in range(n_states):
                half[a, b] = 0.0
                for c in range(n_states):
                    half[a, b] += last[a, c] * step[c, b]
        for a in range(n_states):
            for b in range(n_states):
                total = 0.0
                for c in range(n_states):
                    total += step[c, a] * half[c, b]
                for h in range(n_states):
                    if at_risk[k, h] > 0.0:
                        before = start[h] if k == 0 else share[k - 1, h]
                        both = step[h, a] * ((1.0 if a == b else 0.0) - step[h, b])
                        total += before * before * both / at_risk[k, h]
                covariance[k, a, b] = total
        last[:, :] = covariance[k]
    return covariance
