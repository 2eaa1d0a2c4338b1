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
