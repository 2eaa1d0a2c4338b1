"""Partial likelihood of Cox's model on (entry, exit], without ever subtracting a risk set sum.

A row is at risk at a run ``first <= k < last`` of consecutive event times of its stratum. Runs
that begin with the stratum go into a cumulative sum, the others into the O(log n) nodes of a
segment tree that cover them. Both only ever add, so a row of enormous hazard that enters and
leaves a risk set takes no digits with it.
"""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def add_row(to: Floats, k: int, rows: Floats, i: int) -> None:
    """Add row ``i`` of one table to row ``k`` of another, without temporary arrays."""
    for m in range(rows.shape[1]):
        to[k, m] += rows[i, m]


@kernel
def risk_set_sums(values: Floats, first: Ints, last: Ints, begins: Bools) -> Floats:
    """Sum the rows at risk at each event time.

    Parameters
    ----------
    values : (n_rows, q) float64
        What to sum.
    first, last : (n_rows,) int64
        The row is at risk at event times ``first <= k < last`` (C2).
    begins : (n_times,) bool
        True where an event time is the first of its stratum.

    Returns
    -------
    sums : (n_times, q) float64
    """
    n = begins.size
    q = values.shape[1]
    sums = np.zeros((n, q))
    tree = np.zeros((2 * n, q))
    for i in range(first.size):
        left, right = first[i], last[i]
        if left >= right:
            continue
        if begins[left]:
            add_row(sums, right - 1, values, i)
            continue
        left += n
        right += n
        while left < right:
            if left & 1:
                add_row(tree, left, values, i)
                left += 1
            if right & 1:
                right -= 1
                add_row(tree, right, values, i)
            left >>= 1
            right >>= 1
    for k in range(n - 2, -1, -1):
        if not begins[k + 1]:
            add_row(sums, k, sums, k + 1)
    for node in range(1, n):
        add_row(tree, 2 * node, tree, node)
        add_row(tree, 2 * node + 1, tree, node)
    for k in range(n):
        add_row(sums, k, tree, n + k)
    return sums


@kernel
def range_sums(tables: Floats, first: Ints, last: Ints, begins: Bools) -> Floats:
    """Sum what happens at the event times at which each row is at risk.

    Parameters
    ----------
    tables : (n_times, q) float64
        One record per event time.
    first, last, begins
        As in :func:`risk_set_sums`.

    Returns
    -------
    sums : (n_rows, q) float64
    """
    n, q = tables.shape
    sums = np.zeros((first.size, q))
    cumulative = tables.copy()
    for k in range(1, n):
        if not begins[k]:
            add_row(cumulative, k, cumulative, k - 1)
    tree = np.zeros((2 * n, q))
    # Row by row: assigning a slice would take seconds to compile.
    for k in range(n):
        add_row(tree, n + k, tables, k)
    for node in range(n - 1, 0, -1):
        add_row(tree, node, tree, 2 * node)
        add_row(tree, node, tree, 2 * node + 1)
    for i in range(first.size):
        left, right = first[i], last[i]
        if left >= right:
            continue
        if begins[left]:
            add_row(sums, i, cumulative, right - 1)
            continue
        left += n
        right += n
        while left < right:
            if left & 1:
                add_row(sums, i, tree, left)
                left += 1
            if right & 1:
                right -= 1
                add_row(sums, i, tree, right)
            left >>= 1
            right >>= 1
    return sums


@kernel
def hazards_at_events(
    columns: Floats,
    risk: Floats,
    weight: Floats,
    event: Bools,
    first: Ints,
    last: Ints,
    begins: Bools,
    efron: bool,
) -> tuple[float, Floats, Floats, Floats, Floats, Floats]:
    """Walk over the event times: log denominators, hazards, means of the risk sets.

    Parameters
    ----------
    columns : (n_rows, p) float64
    risk : (n_rows,) float64
        Weight times exp(linear predictor).
    weight : (n_rows,) float64
    event : (n_rows,) bool
    first, last, begins
        As in :func:`risk_set_sums`.
    efron : bool
        Efron's rule for ties (C9); otherwise Breslow's.

    Returns
    -------
    log_denominator : float
        Sum of weighted log denominators; NaN when a risk set has no hazard left.
    steps : (n_times, 1 + p), tied_steps : (n_times, 1 + p) float64
        Sum over the tie's steps of hazard and of hazard times mean, for rows at risk and, with
        Efron's discount, for the rows of the tie.
    means : (n_times, p) float64
        Mean of the risk set, averaged over the tie's steps.
    mean_sum, mean_squares : (p,), (p, p) float64
        Weighted sums of the means and of their outer products.
    """
    n_rows, p = columns.shape
    n = begins.size
    values = np.empty((n_rows, 1 + p))
    tied = np.zeros((n, 1 + p))
    n_tied = np.zeros(n)
    weight_tied = np.zeros(n)
    for i in range(n_rows):
        values[i, 0] = risk[i]
        for m in range(p):
            values[i, 1 + m] = risk[i] * columns[i, m]
        if event[i]:
            add_row(tied, last[i] - 1, values, i)
            n_tied[last[i] - 1] += 1.0
            weight_tied[last[i] - 1] += weight[i]
    at_risk = risk_set_sums(values, first, last, begins)
    steps = np.zeros((n, 1 + p))
    tied_steps = np.zeros((n, 1 + p))
    means = np.zeros((n, p))
    mean_sum, lost = np.zeros(p), np.zeros(p)
    mean_squares = np.zeros((p, p))
    mean = np.empty(p)
    log_denominator = log_lost = 0.0
    for k in range(n):
        n_steps = int(n_tied[k]) if efron else 1
        share = weight_tied[k] / n_steps
        for step in range(n_steps):
            gone = step / n_steps
            denominator = at_risk[k, 0] - gone * tied[k, 0]
            if not denominator > 0.0:
                return np.nan, steps, tied_steps, means, mean_sum, mean_squares
            term = share * np.log(denominator)
            log_denominator, log_lost = add_exactly(log_denominator, log_lost, term)
            hazard = share / denominator
            steps[k, 0] += hazard
            tied_steps[k, 0] += (1.0 - gone) * hazard
            for m in range(p):
                mean[m] = (at_risk[k, 1 + m] - gone * tied[k, 1 + m]) / denominator
                means[k, m] += mean[m] / n_steps
                steps[k, 1 + m] += hazard * mean[m]
                tied_steps[k, 1 + m] += (1.0 - gone) * hazard * mean[m]
                mean_sum[m], lost[m] = add_exactly(mean_sum[m], lost[m], share * mean[m])
                for j in range(m + 1):
                    mean_squares[m, j] += share * mean[m] * mean[j]
    return log_denominator + log_lost, steps, tied_steps, means, mean_sum + lost, mean_squares


@kernel
def add_exactly(total: float, lost: float, term: float) -> tuple[float, float]:
    """Add a term to a running total and its rounding error to what was lost (Neumaier)."""
    new = total + term
    if abs(total) >= abs(term):
        lost += (total - new) + term
    else:
        lost += (term - new) + total
    return new, lost


@kernel
def partial_likelihood(
    columns: Floats,
    linear: Floats,
    weight: Floats,
    event: Bools,
    first: Ints,
    last: Ints,
    begins: Bools,
    efron: bool,
) -> tuple[float, Floats, Floats]:
    """Return the log partial likelihood, its gradient and the observed information.

    Parameters
    ----------
    columns : (n_rows, p) float64
        Centred and scaled.
    linear : (n_rows,) float64
        Linear predictor less its maximum in the stratum, so that exp cannot overflow.
    weight, event, first, last, begins, efron
        As in :func:`hazards_at_events`.

    Returns
    -------
    value : float
        NaN where it cannot be computed.
    gradient : (p,) float64
    information : (p, p) float64
    """
    n_rows, p = columns.shape
    risk = weight * np.exp(linear)
    log_denominator, steps, tied_steps, _, mean_sum, mean_squares = hazards_at_events(
        columns, risk, weight, event, first, last, begins, efron
    )
    until = last - event
    hazard = range_sums(np.ascontiguousarray(steps[:, :1]), first, until, begins)
    value = value_lost = 0.0
    gradient, lost = np.zeros(p), np.zeros(p)
    information = -mean_squares
    for i in range(n_rows):
        met = hazard[i, 0]
        if event[i]:
            met += tied_steps[last[i] - 1, 0]
            value, value_lost = add_exactly(value, value_lost, weight[i] * linear[i])
            for m in range(p):
                term = weight[i] * columns[i, m]
                gradient[m], lost[m] = add_exactly(gradient[m], lost[m], term)
        met *= risk[i]
        for m in range(p):
            for j in range(m + 1):
                information[m, j] += met * columns[i, m] * columns[i, j]
    for m in range(p):
        gradient[m], lost[m] = add_exactly(gradient[m], lost[m], -mean_sum[m])
        for j in range(m):
            information[j, m] = information[m, j]
    value, value_lost = add_exactly(value, value_lost, -log_denominator)
    return value + value_lost, gradient + lost, information


@kernel
def weighted_score_residuals(
    columns: Floats,
    linear: Floats,
    weight: Floats,
    event: Bools,
    first: Ints,
    last: Ints,
    begins: Bools,
    efron: bool,
) -> Floats:
    """Return each row's share of the gradient, times its weight.

    Parameters are those of :func:`partial_likelihood`.

    Returns
    -------
    residuals : (n_rows, p) float64
        They sum to the gradient.
    """
    n_rows, p = columns.shape
    hazard_ratio = np.exp(linear)
    _, steps, tied_steps, means, _, _ = hazards_at_events(
        columns, weight * hazard_ratio, weight, event, first, last, begins, efron
    )
    met = range_sums(steps, first, last - event, begins)
    residuals = np.empty((n_rows, p))
    for i in range(n_rows):
        if event[i]:
            add_row(met, i, tied_steps, last[i] - 1)
        for m in range(p):
            drift = hazard_ratio[i] * (columns[i, m] * met[i, 0] - met[i, 1 + m])
            if event[i]:
                residuals[i, m] = weight[i] * (columns[i, m] - means[last[i] - 1, m] - drift)
            else:
                residuals[i, m] = -weight[i] * drift
    return residuals
