"""The treatment dealt again at each moment it was given, and what each deal looks like."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.kernels._jit import kernel
from timezero.kernels.resample import binary_log_hazard_ratio, median_time


@kernel
def _let_in_and_out(joining: Ints, leaving: Ints, pool: Ints, place: Ints, size: int) -> int:
    """Update the pool of those who could be treated now; a hole is filled by the last one."""
    for patient in joining:
        pool[size] = patient
        place[patient] = size
        size += 1
    for patient in leaving:
        hole = place[patient]
        if hole >= 0:
            size -= 1
            pool[hole] = pool[size]
            place[pool[hole]] = hole
            place[patient] = -1
    return size


@kernel
def deal(
    uniforms: Floats,
    slots: Ints,
    joining: Ints,
    join_bounds: Ints,
    leaving: Ints,
    leave_bounds: Ints,
    n_patients: int,
    dealt: Ints,
) -> None:
    """Deal the treatments of every draw, each uniformly among those in the pool at its time.

    Treatments at step ``k`` are ``slots[k]`` up to before ``slots[k + 1]``; nobody (-1) gets a
    treatment when the pool is empty.
    """
    pool = np.empty(n_patients, dtype=np.int64)
    place = np.empty(n_patients, dtype=np.int64)
    for draw in range(uniforms.shape[0]):
        place[:] = -1
        size = 0
        for step in range(slots.size - 1):
            size = _let_in_and_out(
                joining[join_bounds[step] : join_bounds[step + 1]],
                leaving[leave_bounds[step] : leave_bounds[step + 1]],
                pool,
                place,
                size,
            )
            for slot in range(slots[step], slots[step + 1]):
                if size == 0:
                    dealt[draw, slot] = -1
                    continue
                drawn = int(uniforms[draw, slot] * size)
                patient = pool[drawn]
                dealt[draw, slot] = patient
                size -= 1
                pool[drawn] = pool[size]
                place[pool[drawn]] = drawn
                place[patient] = -1


@kernel
def _weigh(tree: Ints, leaf: int, root: int, chance: float, sums: Floats) -> None:
    """Set the chance of one leaf, and add up again on the way to its root.

    Sums are made anew from their two parts, never corrected, so that no rounding is left behind.
    """
    size = tree[root]
    node = size + leaf
    base = tree[root + 1]
    sums[base + node] = chance
    node >>= 1
    while node >= 1:
        sums[base + node] = sums[base + 2 * node] + sums[base + 2 * node + 1]
        node >>= 1


@kernel
def _descend(tree: Ints, root: int, uniform: float, sums: Floats) -> int:
    """Find the leaf at which a share of the total chance is reached; -1 when there is none."""
    size, base = tree[root], tree[root + 1]
    if not sums[base + 1] > 0.0:
        return -1
    left_over = uniform * sums[base + 1]
    node = 1
    while node < size:
        node *= 2
        lower, upper = sums[base + node], sums[base + node + 1]
        if upper > 0.0 and (left_over >= lower or not lower > 0.0):
            left_over -= lower
            node += 1
    return int(node - size)


@kernel
def _weigh_all(
    patients: Ints, chance: Floats, stratum: Ints, leaf: Ints, tree: Ints, sums: Floats
) -> None:
    """Set the chances of some patients."""
    for patient in patients:
        _weigh(tree, int(leaf[patient]), int(3 * stratum[patient]), float(chance[patient]), sums)


@kernel
def deal_by_chance(
    uniforms: Floats,
    slots: Ints,
    slot_stratum: Ints,
    joining: Ints,
    join_bounds: Ints,
    leaving: Ints,
    leave_bounds: Ints,
    chances: Floats,
    stratum: Ints,
    leaf: Ints,
    patient_of: Ints,
    tree: Ints,
    n_sums: int,
    dealt: Ints,
) -> None:
    """Deal the treatments of every draw, each in proportion to a chance, within strata.

    Parameters
    ----------
    uniforms : (n_draws, n_slots) float64
    slots, joining, join_bounds, leaving, leave_bounds, dealt
        As in :func:`deal`.
    slot_stratum : (n_slots,) int64
        In which stratum each treatment is dealt.
    chances : (1, n) or (n_steps, n) float64
        Of each patient, above 0; at every step, or the same at all.
    stratum, leaf : (n,) int64
        Of each patient; leaves are numbered within strata.
    patient_of : (n_leaves,) int64
        Who has each leaf, strata one after the other.
    tree : (3 * n_strata,) int64
        Of each stratum the number of leaves its tree can hold (a power of two), the first of its
        sums, and its first place in ``patient_of``.
    n_sums : int
    """
    sums = np.empty(n_sums)
    inside = np.empty(stratum.size, dtype=np.bool_)
    for draw in range(uniforms.shape[0]):
        sums[:] = 0.0
        inside[:] = False
        for step in range(slots.size - 1):
            chance = chances[min(step, chances.shape[0] - 1)]
            for patient in leaving[leave_bounds[step] : leave_bounds[step + 1]]:
                if inside[patient]:
                    inside[patient] = False
                    _weigh(tree, int(leaf[patient]), int(3 * stratum[patient]), 0.0, sums)
            if chances.shape[0] > 1:
                _weigh_all(np.flatnonzero(inside), chance, stratum, leaf, tree, sums)
            joins = joining[join_bounds[step] : join_bounds[step + 1]]
            inside[joins] = True
            _weigh_all(joins, chance, stratum, leaf, tree, sums)
            for slot in range(slots[step], slots[step + 1]):
                root = int(3 * slot_stratum[slot])
                found = _descend(tree, root, float(uniforms[draw, slot]), sums)
                dealt[draw, slot] = -1
                if found >= 0:
                    patient = patient_of[tree[root + 2] + found]
                    dealt[draw, slot] = patient
                    inside[patient] = False
                    _weigh(tree, found, root, 0.0, sums)


@kernel
def _score(
    dealt: Ints, when: Floats, hazard_when: Floats, leaving: Floats, residual: Floats
) -> float:
    """Sum events less expected events over the treated time of those dealt a treatment (C4)."""
    score = 0.0
    for slot in range(dealt.size):
        patient = dealt[slot]
        if patient >= 0 and leaving[patient] > when[slot]:
            score += residual[patient] + hazard_when[slot]
    return score


@kernel
def _count_ever(
    dealt: Ints,
    first: Ints,
    past: Ints,
    event: Bools,
    ever: Bools,
    n_at_risk_1: Floats,
    n_events_1: Floats,
) -> None:
    """Add those dealt a treatment to the counts of the ever treated at every event time."""
    for patient in dealt:
        if patient < 0:
            continue
        ever[patient] = True
        n_at_risk_1[first[patient]] += 1.0
        n_at_risk_1[past[patient]] -= 1.0
        if event[patient]:
            n_events_1[past[patient] - 1] += 1.0
    for k in range(1, n_at_risk_1.size):
        n_at_risk_1[k] += n_at_risk_1[k - 1]


@kernel
def _last_exit(ever: Bools, latest_first: Ints, leaving: Floats, wanted: bool) -> float:
    """Find the last exit of the ever or the never treated."""
    for k in range(latest_first.size):
        patient = latest_first[k]
        if ever[patient] == wanted:
            return float(leaving[patient])
    return -math.inf


@kernel
def judge_deals(
    dealt: Ints,
    when: Floats,
    hazard_when: Floats,
    moved_exit: Floats,
    residual: Floats,
    fixed_score: float,
    first: Ints,
    past: Ints,
    event: Bools,
    leaving: Floats,
    latest_first: Ints,
    fixed: Bools,
    times: Floats,
    n_at_risk: Floats,
    n_events: Floats,
    fixed_at_risk: Floats,
    fixed_events: Floats,
    found: Floats,
) -> None:
    """Give each deal its score, its naive log hazard ratio and its naive ratio of medians."""
    n_times = times.size
    for draw in range(dealt.shape[0]):
        ever = fixed.copy()
        at_risk_1, events_1 = fixed_at_risk.copy(), fixed_events.copy()
        _count_ever(dealt[draw], first, past, event, ever, at_risk_1, events_1)
        risk_1 = at_risk_1[:n_times]
        found[draw, 0] = fixed_score + _score(dealt[draw], when, hazard_when, moved_exit, residual)
        found[draw, 1] = binary_log_hazard_ratio(n_events, events_1, n_at_risk, risk_1)
        last_1 = _last_exit(ever, latest_first, leaving, wanted=True)
        last_0 = _last_exit(ever, latest_first, leaving, wanted=False)
        found[draw, 2] = median_time(times, events_1, risk_1, last_1)
        found[draw, 3] = median_time(times, n_events - events_1, n_at_risk - risk_1, last_0)
