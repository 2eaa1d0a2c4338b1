"""Logistic models of person-periods whose columns are mostly the patient's own: fast passes."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def person_rows_pass(
    first: Ints,
    persons: Floats,
    rows: Floats,
    used: Bools,
    outcome: Bools,
    copies: Floats,
    beta: Floats,
    score: Floats,
    information: Floats,
) -> float:
    """Add up log-likelihood, score and information; work with own columns is done once a patient.

    Parameters
    ----------
    first : (n + 1,) int64
        Rows of patient i are ``first[i]`` up to, not including, ``first[i + 1]``.
    persons : (n, p) float64
        Columns that do not change.
    rows : (n_rows, r) float64
        Columns that do, the intercept among them.
    used, outcome : (n_rows,) bool
    copies : (n,) float64
        How often each patient counts.
    beta : (p + r,) float64
        Of the columns of ``persons``, then of ``rows``.
    score : (p + r,) float64
        Filled with ``sum w (y - mu) x``.
    information : (p + r, p + r) float64
        Filled with ``sum w mu (1 - mu) x x'``.

    Returns
    -------
    float
        The log-likelihood.
    """
    p, r = persons.shape[1], rows.shape[1]
    score[:] = 0.0
    information[:, :] = 0.0
    cross = np.empty(r)
    likelihood = 0.0
    for i in range(copies.size):
        if copies[i] == 0.0:
            continue
        own = _own(persons, i, beta)
        left_of, spread_of = 0.0, 0.0
        cross[:] = 0.0
        for j in range(first[i], first[i + 1]):
            if not used[j]:
                continue
            eta = own
            for b in range(r):
                eta += rows[j, b] * beta[p + b]
            shrunk = np.exp(-abs(eta))
            mu = 1.0 / (1.0 + shrunk) if eta >= 0.0 else shrunk / (1.0 + shrunk)
            y = 1.0 if outcome[j] else 0.0
            likelihood -= copies[i] * (np.log1p(shrunk) + max(eta, 0.0) - y * eta)
            left, spread = copies[i] * (y - mu), copies[i] * mu * (1.0 - mu)
            left_of += left
            spread_of += spread
            for b in range(r):
                score[p + b] += left * rows[j, b]
                wide = spread * rows[j, b]
                cross[b] += wide
                for c in range(b + 1):
                    information[p + b, p + c] += wide * rows[j, c]
        _add_own(persons, i, left_of, spread_of, cross, score, information)
    for a in range(p + r):
        for b in range(a):
            information[b, a] = information[a, b]
    return likelihood


@kernel
def _own(persons: Floats, i: int, beta: Floats) -> float:
    """Return the part of the linear predictor that is the patient's own."""
    total = 0.0
    for a in range(persons.shape[1]):
        total += persons[i, a] * beta[a]
    return total


@kernel
def _add_own(
    persons: Floats,
    i: int,
    left: float,
    spread: float,
    cross: Floats,
    score: Floats,
    information: Floats,
) -> None:
    """Add what the rows of one patient give to the patient's own columns."""
    p = persons.shape[1]
    for a in range(p):
        score[a] += left * persons[i, a]
        for b in range(a + 1):
            information[a, b] += spread * persons[i, a] * persons[i, b]
        for b in range(cross.size):
            information[p + b, a] += cross[b] * persons[i, a]


@kernel
def add_firth_score(
    first: Ints,
    persons: Floats,
    rows: Floats,
    used: Bools,
    copies: Floats,
    beta: Floats,
    inverse: Floats,
    score: Floats,
) -> None:
    """Add the gradient of half the log determinant of the information to a score.

    Parameters
    ----------
    first, persons, rows, used, copies, beta
        As in :func:`person_rows_pass`.
    inverse : (p + r, p + r) float64
        Of the information.
    score : (p + r,) float64
        Added to: ``sum w h (1/2 - mu) x`` with ``h`` the leverage of a row.
    """
    p, r = persons.shape[1], rows.shape[1]
    mixed = np.empty(r)
    for i in range(copies.size):
        if copies[i] == 0.0:
            continue
        own = _own(persons, i, beta)
        square = 0.0
        for a in range(p):
            for b in range(p):
                square += persons[i, a] * inverse[a, b] * persons[i, b]
        for b in range(r):
            mixed[b] = 0.0
            for a in range(p):
                mixed[b] += 2.0 * inverse[p + b, a] * persons[i, a]
        pull_of = 0.0
        for j in range(first[i], first[i + 1]):
            if not used[j]:
                continue
            eta, inside = own, square
            for b in range(r):
                eta += rows[j, b] * beta[p + b]
                inside += rows[j, b] * mixed[b]
                for c in range(r):
                    inside += rows[j, b] * inverse[p + b, p + c] * rows[j, c]
            mu = 1.0 / (1.0 + np.exp(-eta))
            pull = copies[i] * mu * (1.0 - mu) * inside * (0.5 - mu)
            pull_of += pull
            for b in range(r):
                score[p + b] += pull * rows[j, b]
        for a in range(p):
            score[a] += pull_of * persons[i, a]


@kernel
def person_rows_predictor(
    first: Ints, persons: Floats, rows: Floats, beta: Floats, eta: Floats
) -> None:
    """Fill the linear predictor of every row.

    Parameters
    ----------
    first, persons, rows, beta
        As in :func:`person_rows_pass`.
    eta : (n_rows,) float64
    """
    p = persons.shape[1]
    for i in range(persons.shape[0]):
        own = _own(persons, i, beta)
        for j in range(first[i], first[i + 1]):
            total = own
            for b in range(rows.shape[1]):
                total += rows[j, b] * beta[p + b]
            eta[j] = total
