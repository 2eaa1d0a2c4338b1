"""Cox's model with delayed entry for copies of rows, and courses under rules of treatment."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel


@kernel
def add_products(to: Floats, hazard: float, columns: Floats, i: int) -> None:
    """Add a row's products of (1, columns) with itself, times its hazard; lower triangle."""
    to[0, 0] += hazard
    for a in range(columns.shape[1]):
        to[a + 1, 0] += hazard * columns[i, a]
        for b in range(a + 1):
            to[a + 1, b + 1] += hazard * columns[i, a] * columns[i, b]


@kernel
def leave_tie(
    at_risk: Floats,
    tied: Floats,
    n_tied: float,
    n_steps: int,
    gradient: Floats,
    information: Floats,
) -> float:
    """Subtract what a tie of events takes, in so many steps; return its part of the likelihood."""
    value = 0.0
    for turn in range(n_steps):
        gone = turn / n_steps
        share = n_tied / n_steps
        left = at_risk[0, 0] - gone * tied[0, 0]
        value -= share * math.log(left)
        for a in range(gradient.size):
            mean = (at_risk[a + 1, 0] - gone * tied[a + 1, 0]) / left
            gradient[a] -= share * mean
            for b in range(a + 1):
                other = (at_risk[b + 1, 0] - gone * tied[b + 1, 0]) / left
                second = (at_risk[a + 1, b + 1] - gone * tied[a + 1, b + 1]) / left
                information[a, b] += share * (second - mean * other)
    return value


@kernel
def delayed_entry_pass(
    columns: Floats,
    copies: Floats,
    stratum: Ints,
    span: Ints,
    order: Ints,
    efron: bool,
    beta: Floats,
    gradient: Floats,
    information: Floats,
) -> float:
    """Return the log partial likelihood of rows with delayed entry, and fill its derivatives.

    Parameters
    ----------
    columns : (n_rows, p) float64
    copies : (n_rows,) float64
        How often each row counts, also among the ties.
    stratum : (n_rows,) int64
    span : (n_rows, 3) int64
        At risk at times ``span[:, 0] <= k < span[:, 1]``; ``span[:, 2]`` is 1 where the row ends
        in the event, at the last of them.
    order : (2, n_rows) int64
        Rows by stratum and descending ``span[:, 1]``; and by stratum and descending ``span[:, 0]``.
    efron : bool
        Efron's rule for ties (C9); otherwise Breslow's.
    beta : (p,) float64
    gradient, information : (p,), (p, p) float64
        Filled; of the information the lower triangle.
    """
    n, p = columns.shape
    gradient[:], information[:, :] = 0.0, 0.0
    linear = columns @ beta
    top = linear.max()
    value, n_tied, out = 0.0, 0.0, 0
    at_risk, tied = np.zeros((p + 1, p + 1)), np.zeros((p + 1, p + 1))
    for place in range(n):
        i = order[0, place]
        if place == 0 or stratum[i] != stratum[order[0, place - 1]]:
            at_risk[:, :] = 0.0
            out = place
        while out < n and stratum[order[1, out]] == stratum[i]:
            j = order[1, out]
            if span[j, 0] < span[i, 1]:
                break
            if span[j, 0] < span[j, 1]:
                add_products(at_risk, -float(copies[j]) * math.exp(linear[j] - top), columns, j)
            out += 1
        if span[i, 0] < span[i, 1] and copies[i] > 0.0:
            hazard = float(copies[i]) * math.exp(linear[i] - top)
            add_products(at_risk, hazard, columns, i)
            if span[i, 2] == 1:
                add_products(tied, hazard, columns, i)
                n_tied += float(copies[i])
                value += copies[i] * (linear[i] - top)
                for a in range(p):
                    gradient[a] += copies[i] * columns[i, a]
        after = order[0, min(place + 1, n - 1)]
        goes_on = stratum[after] == stratum[i] and span[after, 1] == span[i, 1]
        if n_tied > 0.0 and not (goes_on and place + 1 < n):
            n_steps = int(n_tied) if efron else 1
            value += leave_tie(at_risk, tied, n_tied, n_steps, gradient, information)
            n_tied, tied = 0.0, np.zeros((p + 1, p + 1))
    return value


@kernel
def breslow_steps(
    relative: Floats, copies: Floats, stratum: Ints, span: Ints, shape: tuple[int, int]
) -> Floats:
    """Return the baseline hazard of each stratum at each time (Breslow's estimator, IL7).

    Parameters
    ----------
    relative : (n_rows,) float64
        Hazard relative to the baseline.
    copies, stratum, span
        As in :func:`delayed_entry_pass`, all strata on one sequence of times.
    shape : (int, int)
        Number of times, number of strata.

    Returns
    -------
    steps : (n_times, n_strata) float64
    """
    n_times, n_strata = shape
    at_risk = np.zeros((n_times + 1, n_strata))
    steps = np.zeros((n_times, n_strata))
    present = np.zeros((n_times + 1, n_strata))
    for i in range(relative.size):
        if span[i, 0] >= span[i, 1] or copies[i] == 0.0:
            continue
        hazard = copies[i] * relative[i]
        at_risk[span[i, 0], stratum[i]] += hazard
        at_risk[span[i, 1], stratum[i]] -= hazard
        present[span[i, 0], stratum[i]] += copies[i]
        present[span[i, 1], stratum[i]] -= copies[i]
        if span[i, 2] == 1:
            steps[span[i, 1] - 1, stratum[i]] += copies[i]
    for s in range(n_strata):
        total, n = 0.0, 0.0
        for k in range(n_times):
            n += present[k, s]
            total = total + at_risk[k, s] if n > 0.0 else 0.0
            steps[k, s] = steps[k, s] / total if steps[k, s] > 0.0 else 0.0
    return steps


@kernel
def standardised_course(
    relative: Floats, weight: Floats, hazards: Floats, wait_at: int, out: Floats
) -> None:
    """Follow each patient through the states under three rules of treatment, and average (IL8).

    Parameters
    ----------
    relative : (n, 3) float64
        Each patient's hazard relative to the baseline: of treatment, event, competing event.
    weight : (n,) float64
    hazards : (n_times, 5) float64
        Baseline steps: treatment; event untreated and treated; competing event likewise.
    wait_at : int
        At this time all who are event-free begin treatment under the third rule; -1 = never.
    out : (n_times, 6) float64
        Filled: share event-free and with the event, treatment as observed, switched off, and
        everybody after the wait.
    """
    out[:, :] = 0.0
    n_times = hazards.shape[0]
    total = weight.sum()
    for i in range(weight.size):
        if weight[i] == 0.0:
            continue
        w = weight[i] / total
        untreated, treated, had = 1.0, 0.0, 0.0
        off, off_had, late, late_had = 1.0, 0.0, 1.0, 0.0
        for k in range(n_times):
            begin = relative[i, 0] * hazards[k, 0]
            event_0, event_1 = relative[i, 1] * hazards[k, 1], relative[i, 1] * hazards[k, 2]
            other_0, other_1 = relative[i, 2] * hazards[k, 3], relative[i, 2] * hazards[k, 4]
            end_0, end_1 = event_0 + other_0, event_1 + other_1
            gone_0 = -math.expm1(-end_0) if end_0 > 0.0 else 0.0
            gone_1 = -math.expm1(-end_1) if end_1 > 0.0 else 0.0
            share_0 = event_0 / end_0 * gone_0 if end_0 > 0.0 else 0.0
            share_1 = event_1 / end_1 * gone_1 if end_1 > 0.0 else 0.0
            off_had += off * share_0
            off -= off * gone_0
            # The rule acts just after its time (C4).
            if wait_at >= 0 and k > wait_at:
                late_had += late * share_1
                late -= late * gone_1
            else:
                late_had += late * share_0
                late -= late * gone_0
            had += treated * share_1
            treated -= treated * gone_1
            leaves = begin + end_0
            if leaves > 0.0:
                left = -math.expm1(-leaves) * untreated / leaves
                had += left * event_0
                treated += left * begin
                untreated -= left * leaves
            out[k, 0] += w * (untreated + treated)
            out[k, 1] += w * had
            out[k, 2] += w * off
            out[k, 3] += w * off_had
            out[k, 4] += w * late
            out[k, 5] += w * late_had
