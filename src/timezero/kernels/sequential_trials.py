"""Sequential trials without their rows: every pass walks patient, trial and follow-up.

A virtual row is a trial ``t`` of a patient, begun in row ``m = start[t]``, and the period ``k`` of
it, which is row ``m + k`` of the same patient. Its linear predictor is a part of the trial plus a
part of the follow-up, so one exponential is taken a trial; its weight is
``cumulative[m + k] * unit[t]``, not more than ``cap``.

The first eleven arguments of every pass are those of :class:`timezero.estimate.trial_rows.Trials`.
"""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel

# exp() of this is far from overflow, also when two are multiplied.
FARTHEST = 340.0
# Below this, ten terms of log(1 - x) are exact to the last digit.
SMALL = 0.03
# Factors of unweighted rows are multiplied before one logarithm is taken, down to here.
LEAST = 1e-200


@kernel
def _shrink(eta: float) -> float:
    """Return ``exp(-eta)``, kept within what can be multiplied."""
    return np.exp(-min(max(eta, -FARTHEST), FARTHEST))


@kernel
def _log_complement(mu: float) -> float:
    """Return ``log(1 - mu)``, by its series where a logarithm is not needed."""
    if mu >= SMALL:
        return np.log1p(-mu)
    two = mu * mu
    four = two * two
    early = 1.0 + mu / 2.0 + two * (1 / 3 + mu / 4.0)
    late = 1 / 5 + mu / 6.0 + two * (1 / 7 + mu / 8.0) + four * (1 / 9 + mu / 10.0)
    return -mu * (early + four * late)


@kernel
def growth_of(basis: Floats, beta: Floats) -> Floats:
    """Return what the follow-up multiplies ``exp(-eta)`` by, by arm and period.

    Parameters
    ----------
    basis : (2, K, q) float64
    beta : (p + q,) float64
        The last q belong to the follow-up.

    Returns
    -------
    growth : (2, K) float64
    """
    q = basis.shape[2]
    growth = np.empty((2, basis.shape[1]))
    for a in range(2):
        for k in range(basis.shape[1]):
            eta = 0.0
            for b in range(q):
                eta += basis[a, k, b] * beta[beta.size - q + b]
            growth[a, k] = _shrink(eta)
    return growth


@kernel
def squares_of(basis: Floats, inverse: Floats) -> Floats:
    """Return what the follow-up alone adds to the leverage, by arm and period.

    Parameters
    ----------
    basis : (2, K, q) float64
    inverse : (p + q, p + q) float64
        The last q rows and columns belong to the follow-up.

    Returns
    -------
    squares : (2, K) float64
    """
    q = basis.shape[2]
    p = inverse.shape[0] - q
    squares = np.zeros((2, basis.shape[1]))
    for a in range(2):
        for k in range(basis.shape[1]):
            for b in range(q):
                for c in range(q):
                    squares[a, k] += basis[a, k, b] * inverse[p + b, p + c] * basis[a, k, c]
    return squares


@kernel
def cumulative_products(first: Ints, step: Floats, cumulative: Floats) -> None:
    """Multiply the steps of each patient up, row by row.

    Parameters
    ----------
    first : (n + 1,) int64
        Rows of patient ``j`` are ``first[j]`` up to ``first[j + 1]``.
    step, cumulative : (n_rows,) float64
        ``cumulative`` is filled; the first step of a patient counts.
    """
    for j in range(first.size - 1):
        product = 1.0
        for r in range(first[j], first[j + 1]):
            product *= step[r]
            cumulative[r] = product


@kernel
def trial_pass(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,
    cumulative: Floats,
    unit: Floats,
    columns: Floats,
    basis: Floats,
    until_switch: bool,
    cap: float,
    copies: Floats,
    beta: Floats,
    begin: int,
    past: int,
    score: Floats,
    information: Floats,
    left: Floats,
    spread: Floats,
) -> float:
    """Add up log-likelihood, score and information over the trials of some patients.

    Parameters
    ----------
    copies : (n,) float64
        How often each patient counts; those of 0 are skipped.
    beta : (p + q,) float64
        Of the p columns of a trial, then of the q columns of follow-up.
    begin, past : int
        The patients of this block.
    score : (p,) float64
        Added to: of the columns of a trial only.
    information : (p, p + q) float64
        Added to: lower triangle of trial by trial, and trial by follow-up.
    left, spread : (2, K) float64
        Added to: residual and information by arm and follow-up, from which the rest is made.

    Returns
    -------
    float
        The weighted log-likelihood of these patients.
    """
    p, q, longest = columns.shape[1], basis.shape[2], basis.shape[1]
    growth = growth_of(basis, beta)
    across = np.empty(q)
    total = 0.0
    for j in range(begin, past):
        if copies[j] == 0.0:
            continue
        for t in range(trial_first[j], trial_first[j + 1]):
            m = start[t]
            a = 1 if treated[m] else 0
            eta = 0.0
            for i in range(p):
                eta += columns[t, i] * beta[i]
            shrunk = _shrink(eta)
            rest = inside = likelihood = 0.0
            product = 1.0
            across[:] = 0.0
            for r in range(m, min(first[j + 1], m + longest)):
                if until_switch and treated[r] != treated[m]:
                    break
                k = r - m
                w = min(cumulative[r] * unit[t], cap)
                mu = 1.0 / (1.0 + shrunk * growth[a, k])
                if event[r]:
                    residual = w * (1.0 - mu)
                    likelihood += w * np.log(max(mu, 1e-300))
                else:
                    residual = -w * mu
                    if w == 1.0 and product > LEAST:
                        product *= 1.0 - mu
                    else:
                        likelihood += w * _log_complement(mu)
                s = w * mu * (1.0 - mu)
                rest += residual
                inside += s
                left[a, k] += copies[j] * residual
                spread[a, k] += copies[j] * s
                for b in range(q):
                    across[b] += s * basis[a, k, b]
            total += copies[j] * (likelihood + np.log(product))
            for i in range(p):
                z = copies[j] * columns[t, i]
                score[i] += z * rest
                for h in range(i + 1):
                    information[i, h] += z * inside * columns[t, h]
                for b in range(q):
                    information[i, p + b] += z * across[b]
    return total


@kernel
def trial_scores(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,
    cumulative: Floats,
    unit: Floats,
    columns: Floats,
    basis: Floats,
    until_switch: bool,
    cap: float,
    beta: Floats,
    begin: int,
    past: int,
    scores: Floats,
) -> None:
    """Fill what each patient, once, adds to the score.

    Parameters
    ----------
    beta, begin, past
        As in :func:`trial_pass`.
    scores : (n, p + q) float64
        Rows ``begin`` up to ``past`` are filled.
    """
    p, q, longest = columns.shape[1], basis.shape[2], basis.shape[1]
    growth = growth_of(basis, beta)
    for j in range(begin, past):
        scores[j, :] = 0.0
        for t in range(trial_first[j], trial_first[j + 1]):
            m = start[t]
            a = 1 if treated[m] else 0
            eta = 0.0
            for i in range(p):
                eta += columns[t, i] * beta[i]
            shrunk = _shrink(eta)
            rest = 0.0
            for r in range(m, min(first[j + 1], m + longest)):
                if until_switch and treated[r] != treated[m]:
                    break
                w = min(cumulative[r] * unit[t], cap)
                mu = 1.0 / (1.0 + shrunk * growth[a, r - m])
                residual = w * ((1.0 if event[r] else 0.0) - mu)
                rest += residual
                for b in range(q):
                    scores[j, p + b] += residual * basis[a, r - m, b]
            for i in range(p):
                scores[j, i] += columns[t, i] * rest


@kernel
def trial_penalty(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,  # noqa: ARG001
    cumulative: Floats,
    unit: Floats,
    columns: Floats,
    basis: Floats,
    until_switch: bool,
    cap: float,
    copies: Floats,
    beta: Floats,
    inverse: Floats,
    extra: Floats,
) -> None:
    """Add up what Firth's penalty adds to the score: ``h (1/2 - mu) x``.

    Parameters
    ----------
    copies, beta
        As in :func:`trial_pass`.
    inverse : (p + q, p + q) float64
        Of the information at ``beta``.
    extra : (p + q,) float64
        Added to.
    """
    p, q, longest = columns.shape[1], basis.shape[2], basis.shape[1]
    growth, own, across = growth_of(basis, beta), squares_of(basis, inverse), np.empty(q)
    for j in range(first.size - 1):
        for t in range(trial_first[j], trial_first[j + 1]):
            m = start[t]
            a = 1 if treated[m] else 0
            alone = eta = 0.0
            across[:] = 0.0
            for i in range(p):
                eta += columns[t, i] * beta[i]
                for h in range(p):
                    alone += columns[t, i] * inverse[i, h] * columns[t, h]
                for b in range(q):
                    across[b] += columns[t, i] * inverse[i, p + b]
            shrunk = _shrink(eta)
            for r in range(m, min(first[j + 1], m + longest)):
                if until_switch and treated[r] != treated[m]:
                    break
                w = min(cumulative[r] * unit[t], cap)
                leverage = alone + own[a, r - m]
                for b in range(q):
                    leverage += 2.0 * across[b] * basis[a, r - m, b]
                mu = 1.0 / (1.0 + shrunk * growth[a, r - m])
                pull = copies[j] * w * mu * (1.0 - mu) * leverage * (0.5 - mu)
                for i in range(p):
                    extra[i] += pull * columns[t, i]
                for b in range(q):
                    extra[p + b] += pull * basis[a, r - m, b]


@kernel
def trial_extremes(
    first: Ints,
    trial_first: Ints,
    start: Ints,
    treated: Bools,
    event: Bools,
    cumulative: Floats,  # noqa: ARG001
    unit: Floats,  # noqa: ARG001
    columns: Floats,
    basis: Floats,
    until_switch: bool,
    cap: float,  # noqa: ARG001
    copies: Floats,
    direction: Floats,
    extremes: Floats,
) -> None:
    """Find how a direction orders the virtual rows with and without an event.

    Parameters
    ----------
    copies : (n,) float64
    direction : (p + q,) float64
    extremes : (3,) float64
        Filled: smallest among rows with an event, largest among rows without, largest size.
    """
    p, q, longest = columns.shape[1], basis.shape[2], basis.shape[1]
    extremes[0], extremes[1], extremes[2] = np.inf, -np.inf, 0.0
    for j in range(first.size - 1):
        if copies[j] == 0.0:
            continue
        for t in range(trial_first[j], trial_first[j + 1]):
            m = start[t]
            a = 1 if treated[m] else 0
            eta = 0.0
            for i in range(p):
                eta += columns[t, i] * direction[i]
            for r in range(m, min(first[j + 1], m + longest)):
                if until_switch and treated[r] != treated[m]:
                    break
                later = eta
                for b in range(q):
                    later += basis[a, r - m, b] * direction[p + b]
                extremes[2] = max(extremes[2], abs(later))
                if event[r]:
                    extremes[0] = min(extremes[0], later)
                else:
                    extremes[1] = max(extremes[1], later)
