"""Does the partial likelihood rise for ever? An exact answer by linear programming.

The likelihood is monotone exactly when some direction v ranks every event at least as high as
everybody else at risk at that moment, ``v'x_event >= v'x_j``, and strictly higher somewhere
(Jacobsen 1989). Among those directions the sparsest is sought, so that the columns named are the
ones to blame. Comparisons enter the linear programme only once they are violated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate.risk_sets import RiskSets, arrange
from timezero.kernels.partial_likelihood import risk_set_sums
from timezero.model.person_time import PersonTime

# The solver keeps constraints to 1e-7; scaled columns are of size one.
VIOLATED = 1e-6
COMPARISONS_ADDED = 500
ROUNDS = 200


def monotone_columns(rows: PersonTime, design: Floats, names: Sequence[str]) -> tuple[str, ...]:
    """Name the covariates whose hazard ratio has no finite likeliest value.

    Parameters
    ----------
    rows : PersonTime
    design : (n_rows, p) float64
    names : sequence of str
        Of the columns.

    Returns
    -------
    names : tuple of str
        Empty when the maximum is finite.

    Estimates
    ---------
    The columns with an entry in the sparsest ``v`` with ``v'x_event >= v'x_j`` for every row j
    at risk at each event, strictly somewhere.

    Assumes
    -------
    Nothing: it is a property of these rows, the same under either rule for ties.

    References
    ----------
    .. [jacobsen1989], [heinze2001]

    Raises
    ------
    InputRefused, AnalysisRefused
        As :func:`timezero.estimate.cox.fit_cox`, except for a monotone likelihood.
    """
    return recession_columns(arrange(rows, design, ties="breslow", names=names))


def recession_columns(sets: RiskSets) -> tuple[str, ...]:
    """Name the columns of a direction in which the likelihood rises for ever, if there is one."""
    gain = _gain(sets)
    p = gain.size
    alone = [
        j
        for j in range(p)
        if gain[j] != 0.0 and _violations(sets, np.sign(gain[j]) * np.eye(p)[j])[0].size == 0
    ]
    if alone or p == 1:
        return tuple(sets.names[j] for j in alone)
    direction = _sparsest_direction(sets, gain)
    if direction is None:
        return ()
    involved = np.abs(direction) > VIOLATED * np.max(np.abs(direction))
    return tuple(name for name, yes in zip(sets.names, involved, strict=True) if yes)


def _gain(sets: RiskSets) -> Floats:
    """Return the sum over all comparisons of event less row at risk, per column, normalised."""
    ones = np.ones((sets.weight.size, 1))
    sums = risk_set_sums(np.hstack([ones, sets.columns]), sets.first, sets.last, sets.begins)
    when = sets.last[sets.event] - 1
    each = sums[when, :1] * sets.columns[sets.event] - sums[when, 1:]
    total = each.sum(axis=0)
    size = float(sums[when, 0].sum())
    return np.where(np.abs(total) > VIOLATED * np.sqrt(size), total / size, 0.0)


def _violations(sets: RiskSets, direction: Floats) -> tuple[Ints, Ints]:
    """Return events that somebody at risk outranks, and who outranks each most."""
    score = sets.columns @ direction
    order = np.argsort(score, kind="stable")
    rank = np.empty(score.size, dtype=np.int64)
    rank[order] = np.arange(score.size)
    highest = order[_risk_set_maximum(rank, sets)]
    events = np.flatnonzero(sets.event)
    rival = highest[sets.last[events] - 1]
    short = score[rival] - score[events]
    worst = np.argsort(-short, kind="stable")[:COMPARISONS_ADDED]
    worst = worst[short[worst] > VIOLATED]
    return events[worst], rival[worst]


def _risk_set_maximum(rank: Ints, sets: RiskSets) -> Ints:
    """Return the highest rank among those at risk at each event time (segment tree)."""
    n = sets.begins.size
    tree = np.full(2 * n, -1, dtype=np.int64)
    left, right, value = sets.first + n, sets.last + n, rank
    while left.size:
        odd = (left & 1).astype(np.bool_)
        np.maximum.at(tree, left[odd], value[odd])
        left = left + odd
        odd = (right & 1).astype(np.bool_)
        right = right - odd
        np.maximum.at(tree, right[odd], value[odd])
        left, right = left >> 1, right >> 1
        going = left < right
        left, right, value = left[going], right[going], value[going]
    leaves = np.arange(n, 2 * n)
    highest = tree[leaves]
    while (leaves := leaves >> 1).any():
        highest = np.maximum(highest, np.where(leaves > 0, tree[leaves], -1))
    return highest


def _sparsest_direction(sets: RiskSets, gain: Floats) -> Floats | None:
    """Minimise the sum of absolute entries subject to gain one and no event outranked."""
    from scipy import optimize

    linprog = cast("Callable[..., Any]", optimize.linprog)  # type: ignore[reportUnknownMemberType]
    p = gain.size
    if not gain.any():
        return None
    direction = gain / float(gain @ gain)
    comparisons = np.empty((0, p))
    for _ in range(ROUNDS):
        events, rivals = _violations(sets, direction / np.max(np.abs(direction)))
        if events.size == 0:
            return direction
        added = sets.columns[rivals] - sets.columns[events]
        comparisons = np.unique(np.vstack([comparisons, added]), axis=0)
        solved = linprog(
            np.ones(2 * p),
            A_ub=np.hstack([comparisons, -comparisons]),
            b_ub=np.zeros(comparisons.shape[0]),
            A_eq=np.hstack([gain, -gain])[np.newaxis, :],
            b_eq=np.ones(1),
            bounds=(0.0, None),
            method="highs",
        )
        halves = cast("Floats | None", solved.x)
        if halves is None:
            return None
        direction = halves[:p] - halves[p:]
    return None
