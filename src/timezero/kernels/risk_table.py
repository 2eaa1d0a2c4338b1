"""Who is at risk, who has the event and who leaves, at each time; and sums that keep their digits.

Sums and products run in two parts, the number and what rounding took from it. Rows that leave are
subtracted without losing the digits of those who stay, and a curve of 100,000 steps is as
accurate as one of ten.
"""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel

EVENT, CENSORED, CROSSED, CONTINUES = 0, 1, 2, 3


@kernel
def count_risk(
    times: Floats,
    entry: Floats,
    entry_weight: Floats,
    entry_group: Ints,
    leave: Floats,
    leave_weight: Floats,
    leave_group: Ints,
    leave_kind: Ints,
    n_groups: int,
) -> tuple[Floats, Floats]:
    """Count, at each time and in each group, who is at risk and how rows end there.

    Parameters
    ----------
    times : (n_times,) float64
        Distinct, ascending.
    entry, entry_weight, entry_group : (n_rows,)
        Of the same rows as ``leave``, in ascending order of ``entry``.
    leave, leave_weight, leave_group, leave_kind : (n_rows,)
        In ascending order of ``leave``. Kind 0 event, 1 censored, 2 crossed, 3 goes on.
    n_groups : int
        Groups are numbered from 0.

    Returns
    -------
    n_at_risk : (n_times, n_groups) float64
        Sums of weights.
    n_leaving : (n_times, n_groups, 3) float64
        Sums of weights of events, censorings and crossings.
    """
    n_at_risk = np.zeros((times.size, n_groups))
    n_leaving = np.zeros((times.size, n_groups, 3))
    total = np.zeros(n_groups)
    lost = np.zeros(n_groups)
    rows = np.zeros(n_groups, np.int64)
    fallen = np.zeros(n_groups, np.int64)
    n_in = n_out = done = 0
    for k in range(times.size):
        now = times[k]
        # C2: an entry at `now` is not yet at risk, an exit at `now` still is.
        while True:
            if n_in < entry.size and entry[n_in] < now:
                g, change = entry_group[n_in], entry_weight[n_in]
                rows[g] += 1
                n_in += 1
            elif n_out < leave.size and leave[n_out] < now:
                g, change = leave_group[n_out], -leave_weight[n_out]
                rows[g] -= 1
                n_out += 1
            else:
                break
            new = total[g] + change
            part = new - total[g]
            lost[g] += (total[g] - (new - part)) + (change - part)
            total[g] = new
            if rows[g] == 0:
                total[g] = lost[g] = 0.0
        done = max(done, n_out)
        fallen[:] = 0
        while done < leave.size and leave[done] == now:
            g = leave_group[done]
            if leave_kind[done] < 3:
                n_leaving[k, g, leave_kind[done]] += leave_weight[done]
            if leave_kind[done] == 0:
                fallen[g] += 1
            done += 1
        for g in range(n_groups):
            n_at_risk[k, g] = total[g] + lost[g]
            if fallen[g] == rows[g]:
                n_at_risk[k, g] = n_leaving[k, g, 0]
    return n_at_risk, n_leaving


@kernel
def product_of_survivals(n_at_risk: Floats, n_events: Floats) -> Floats:
    """Multiply the shares that survive each time (PL1), each product within rounding.

    Parameters
    ----------
    n_at_risk, n_events : (n_times,) float64

    Returns
    -------
    survival : (n_times,) float64
    """
    survival = np.empty(n_at_risk.size)
    split = 134217729.0
    high, low = 1.0, 0.0
    for k in range(n_at_risk.size):
        n = n_at_risk[k]
        if n_events[k] > 0.0:
            left = n - n_events[k]
            share = left / n
            # Dekker's exact products: share * n, for what the division left; then high * share.
            a = share * split
            a = a - (a - share)
            b = n * split
            b = b - (b - n)
            c = high * split
            c = c - (c - high)
            product = share * n
            rest = ((a * b - product) + a * (n - b) + (share - a) * b) + (share - a) * (n - b)
            share_low = ((left - product) - rest) / n
            product = high * share
            rest = ((c * a - product) + c * (share - a) + (high - c) * a) + (high - c) * (share - a)
            low = rest + high * share_low + low * share
            high = product + low
            low = low - (high - product)
        survival[k] = high
    return survival


@kernel
def running_sums(values: Floats) -> Floats:
    """Add up, each running sum within rounding.

    Parameters
    ----------
    values : (n,) float64

    Returns
    -------
    sums : (n,) float64
    """
    sums = np.empty(values.size)
    total = lost = 0.0
    for k in range(values.size):
        new = total + values[k]
        part = new - total
        lost += (total - (new - part)) + (values[k] - part)
        total = new
        sums[k] = total + lost
    return sums
