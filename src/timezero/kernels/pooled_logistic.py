"""Score and information of a logistic model in one pass over the rows, without copies of them."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def logistic_pass(
    columns: Floats,
    outcome: Bools,
    weight: Floats,
    beta: Floats,
    score: Floats,
    information: Floats,
) -> float:
    """Add up log-likelihood, score and information at one coefficient vector.

    Parameters
    ----------
    columns : (n_rows, p) float64
    outcome : (n_rows,) bool
    weight : (n_rows,) float64
        Rows of weight 0 are skipped.
    beta : (p,) float64
    score : (p,) float64
        Filled with ``sum w (y - mu) x``.
    information : (p, p) float64
        Filled with ``sum w mu (1 - mu) x x'``.

    Returns
    -------
    float
        The weighted log-likelihood.
    """
    p = beta.size
    score[:] = 0.0
    information[:, :] = 0.0
    likelihood = 0.0
    for i in range(outcome.size):
        w = weight[i]
        if w == 0.0:
            continue
        eta = 0.0
        for a in range(p):
            eta += columns[i, a] * beta[a]
        shrunk = np.exp(-abs(eta))
        mu = 1.0 / (1.0 + shrunk) if eta >= 0.0 else shrunk / (1.0 + shrunk)
        likelihood -= w * (np.log1p(shrunk) + max(eta, 0.0) - (eta if outcome[i] else 0.0))
        left = w * ((1.0 if outcome[i] else 0.0) - mu)
        spread = w * mu * (1.0 - mu)
        for a in range(p):
            score[a] += left * columns[i, a]
            wide = spread * columns[i, a]
            for b in range(a + 1):
                information[a, b] += wide * columns[i, b]
    for a in range(p):
        for b in range(a):
            information[b, a] = information[a, b]
    return likelihood


@kernel
def logistic_scores(
    columns: Floats,
    outcome: Bools,
    weight: Floats,
    beta: Floats,
    owner: Ints,
    scores: Floats,
) -> None:
    """Add each row's score to its owner's.

    Parameters
    ----------
    columns, outcome, weight, beta
        As in :func:`logistic_pass`.
    owner : (n_rows,) int64
        To whom a row belongs: the patient.
    scores : (n_owners, p) float64
        Added to.
    """
    p = beta.size
    for i in range(outcome.size):
        w = weight[i]
        if w == 0.0:
            continue
        eta = 0.0
        for a in range(p):
            eta += columns[i, a] * beta[a]
        shrunk = np.exp(-abs(eta))
        mu = 1.0 / (1.0 + shrunk) if eta >= 0.0 else shrunk / (1.0 + shrunk)
        left = w * ((1.0 if outcome[i] else 0.0) - mu)
        for a in range(p):
            scores[owner[i], a] += left * columns[i, a]


@kernel
def factorise(information: Floats, factor: Floats) -> float:
    """Factorise an information matrix by Cholesky's rule; return its log determinant, or NaN.

    Parameters
    ----------
    information : (p, p) float64
    factor : (p, p) float64
        Filled with the lower triangle.
    """
    p = information.shape[0]
    log_det = 0.0
    for a in range(p):
        for b in range(a + 1):
            left = information[a, b]
            for c in range(b):
                left -= factor[a, c] * factor[b, c]
            if a == b:
                if not left > 1e-14 * information[a, a]:
                    return np.nan
                factor[a, a] = np.sqrt(left)
                log_det += np.log(left)
            else:
                factor[a, b] = left / factor[b, b]
    return log_det


@kernel
def solve_factorised(factor: Floats, right: Floats) -> None:
    """Solve a factorised system in place.

    Parameters
    ----------
    factor : (p, p) float64
        As :func:`factorise` fills it.
    right : (p,) float64
        The right side, replaced by the solution.
    """
    p = right.size
    for a in range(p):
        for c in range(a):
            right[a] -= factor[a, c] * right[c]
        right[a] /= factor[a, a]
    for a in range(p - 1, -1, -1):
        for c in range(a + 1, p):
            right[a] -= factor[c, a] * right[c]
        right[a] /= factor[a, a]


@kernel
def add_leverage_score(
    columns: Floats, weight: Floats, beta: Floats, factor: Floats, score: Floats
) -> None:
    """Add Firth's ``h (1/2 - mu) x`` to the score (Firth 1993, section 3.1).

    Parameters
    ----------
    columns, weight, beta
        As in :func:`logistic_pass`.
    factor : (p, p) float64
        Of the information at ``beta``.
    score : (p,) float64
        Added to.
    """
    p = beta.size
    half = np.empty(p)
    for i in range(weight.size):
        if weight[i] == 0.0:
            continue
        eta = 0.0
        inside = 0.0
        for a in range(p):
            eta += columns[i, a] * beta[a]
            left = columns[i, a]
            for c in range(a):
                left -= factor[a, c] * half[c]
            half[a] = left / factor[a, a]
            inside += half[a] * half[a]
        shrunk = np.exp(-abs(eta))
        mu = 1.0 / (1.0 + shrunk) if eta >= 0.0 else shrunk / (1.0 + shrunk)
        pull = weight[i] * mu * (1.0 - mu) * inside * (0.5 - mu)
        for a in range(p):
            score[a] += pull * columns[i, a]


@kernel
def approach_maximum(
    columns: Floats,
    outcome: Bools,
    weight: Floats,
    beta: Floats,
    penalised: bool,
    iterations: int,
    farthest: float,
) -> int:
    """Climb to near the maximum by Newton's steps, shortened while the likelihood falls.

    Parameters
    ----------
    columns, outcome, weight
        As in :func:`logistic_pass`.
    beta : (p,) float64
        Where to start; replaced by where the climb ended.
    penalised : bool
        With Firth's penalty.
    iterations : int
    farthest : float
        A linear predictor of this size ends a climb without penalty.

    Returns
    -------
    int
        0 near a maximum, 1 run off, 2 no end within the iterations, 3 an information that cannot
        be factorised.
    """
    p = beta.size
    score, there, factor = np.empty(p), np.empty(p), np.zeros((p, p))
    information = np.empty((p, p))
    before = -np.inf
    point = beta.copy()
    step = np.zeros(p)
    value, log_det = -np.inf, np.nan
    for _ in range(iterations):
        for _halving in range(40):
            for a in range(p):
                there[a] = point[a] + step[a]
            value = logistic_pass(columns, outcome, weight, there, score, information)
            log_det = factorise(information, factor)
            if penalised:
                value += 0.5 * log_det
            if value >= before - 1e-10 * (1.0 + abs(before)):
                break
            for a in range(p):
                step[a] *= 0.5
        if not np.isfinite(log_det) or not np.isfinite(value):
            return 3
        before = value
        for a in range(p):
            point[a] = there[a]
            beta[a] = there[a]
        if not penalised and largest_predictor(columns, weight, beta) > farthest:
            return 1
        if penalised:
            add_leverage_score(columns, weight, beta, factor, score)
        size = 0.0
        solve_factorised(factor, score)
        for a in range(p):
            step[a] = score[a]
            size = max(size, abs(step[a]) / (1.0 + abs(point[a])))
        if size < 1e-9:
            return 0
    return 2


@kernel
def largest_predictor(columns: Floats, weight: Floats, beta: Floats) -> float:
    """Return the largest linear predictor, in size, of a row with weight."""
    largest = 0.0
    for i in range(weight.size):
        if weight[i] == 0.0:
            continue
        eta = 0.0
        for a in range(beta.size):
            eta += columns[i, a] * beta[a]
        largest = max(largest, abs(eta))
    return largest
