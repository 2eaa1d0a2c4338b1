"""Patients matched in risk sets, in order of time, and what each matched set says."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel

MATCHED, USED_BEFORE, NOBODY_NEAR, NOBODY_AT_RISK, NOT_KNOWN = 0, 1, 2, 3, 4
UNKNOWN = -(2**62)


@kernel
def _keep_nearest(nearest: Ints, gaps: Ints, size: int, who: int, gap: int) -> int:
    """Insert a patient among the nearest so far, which stay sorted; earlier ones win ties."""
    if size == nearest.size:
        if gap >= gaps[size - 1]:
            return size
        size -= 1
    k = size
    while k > 0 and gaps[k - 1] > gap:
        nearest[k], gaps[k] = nearest[k - 1], gaps[k - 1]
        k -= 1
    nearest[k], gaps[k] = who, gap
    return size + 1


@kernel
def _row_at(row: Ints, past: Ints, row_end: Floats, who: int, now: float) -> int:
    """Move a patient's row along until it holds, and return it."""
    while row[who] + 1 < past[who] and row_end[row[who]] < now:
        row[who] += 1
    return int(row[who])


@kernel
def _still_there(pool: Ints, size: int, used: Bools, leaves: Floats, now: float) -> int:
    """Drop from the pool, in its order, who is in a set or has been treated or has left."""
    left = 0
    for place in range(size):
        who = pool[place]
        if not used[who] and leaves[who] > now:
            pool[left] = who
            left += 1
    return left


@kernel
def match_in_order(
    initiators: Ints,
    when: Floats,
    leaves: Floats,
    factor: Ints,
    row: Ints,
    past: Ints,
    row_end: Floats,
    score: Ints,
    caliper: int,
    by_identifier: Ints,
    chosen: Ints,
    outcome: Ints,
) -> None:
    """Match each initiator to the nearest patients still untreated and unused at that moment.

    Parameters
    ----------
    initiators : (n_initiators,) int64
        In the order in which they are matched; ``when`` ascends.
    when : (n_initiators,) float64
    leaves : (n,) float64
        When each patient is treated or leaves; eligible until just before.
    factor : (n,) int64
        Matched patients share it.
    row, past : (n,) int64
        First row of each patient, and the one past the last; ``row`` is moved along.
    row_end : (n_rows,) float64
        Until when, inclusive, a row holds.
    score : (n_rows,) int64
        ``UNKNOWN`` where it is: such a patient is then matched to nobody.
    caliper : int
        Largest difference of scores.
    by_identifier : (n,) int64
        The patients in the order that decides ties.
    chosen : (n_initiators, matches) int64
        Filled with the matched patients, nearest first; -1 where there is none.
    outcome : (n_initiators,) int64
        Filled with what happened to each.
    """
    used = np.zeros(leaves.size, dtype=np.bool_)
    gaps = np.empty(chosen.shape[1], dtype=np.int64)
    pool = by_identifier.copy()
    size = pool.size
    for k in range(initiators.size):
        i, now = initiators[k], when[k]
        chosen[k, :] = -1
        if used[i]:
            outcome[k] = USED_BEFORE
            continue
        own = score[_row_at(row, past, row_end, i, now)]
        if own == UNKNOWN:
            outcome[k] = NOT_KNOWN
            continue
        size = _still_there(pool, size, used, leaves, now)
        found, eligible = 0, 0
        for place in range(size):
            j = pool[place]
            if factor[j] != factor[i]:
                continue
            eligible += 1
            gap = abs(score[_row_at(row, past, row_end, j, now)] - own)
            if gap <= caliper:
                found = _keep_nearest(chosen[k], gaps, found, j, gap)
        outcome[k] = NOBODY_AT_RISK if eligible == 0 else MATCHED if found else NOBODY_NEAR
        used[i] = used[i] or found > 0
        for place in range(found):
            used[chosen[k, place]] = True


@kernel
def set_tables(time: Floats, event: Bools, bounds: Ints, score: Floats, tables: Floats) -> int:
    """Count events and patients at risk within each set; the first member is the treated one.

    Parameters
    ----------
    time, event : (n_members,)
    bounds : (n_sets + 1,) int64
        Members of set ``k`` are ``bounds[k]`` up to before ``bounds[k + 1]``.
    score : (n_members,) float64
        Filled with events less expected events of each member, in its set.
    tables : (4, n_members) float64
        Filled with events, events of the treated, at risk, treated at risk, at each event time.

    Returns
    -------
    n_tables : int
    """
    n_tables = 0
    score[:] = 0.0
    for k in range(bounds.size - 1):
        first, past = bounds[k], bounds[k + 1]
        for i in range(first, past):
            if not event[i]:
                continue
            deaths, at_risk, again = 0.0, 0.0, False
            for j in range(first, past):
                if time[j] >= time[i]:
                    at_risk += 1.0
                if event[j] and time[j] == time[i]:
                    deaths += 1.0
                    again = again or j < i
            score[i] += 1.0
            if again:
                continue
            for j in range(first, past):
                if time[j] >= time[i]:
                    score[j] -= deaths / at_risk
            tables[0, n_tables] = deaths
            tables[1, n_tables] = 1.0 if event[first] and time[first] == time[i] else 0.0
            tables[2, n_tables] = at_risk
            tables[3, n_tables] = 1.0 if time[first] >= time[i] else 0.0
            n_tables += 1
    return n_tables
