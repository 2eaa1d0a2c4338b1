"""Numbers printed beside a survival curve: patients, events, and those at risk at some times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity

CODE: Final = "TZ-AUDIT-at-risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskNumbers:
    """What is printed beside one curve; each part can be missing.

    Parameters
    ----------
    n : int, optional
        Patients at time zero.
    n_events : int, optional
        Events in all.
    times : tuple of float
        When numbers at risk are printed, in the unit of the curve, in any order.
    at_risk : tuple of int
        How many leave at or after each of these times.
    """

    n: int | None = None
    n_events: int | None = None
    times: tuple[float, ...] = ()
    at_risk: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Intervals:
    """Follow-up cut at the times with numbers at risk.

    Parameters
    ----------
    starts : (n_intervals,) float64
        The first is 0; each interval reaches to the next start, the last to ``end``.
    at_risk : (n_intervals,) int64
        Printed at each start.
    end : float
        Whoever is left then is censored.
    left_at_end : int
        How many a printed 0 leaves at the end of the last interval; -1: nobody printed that.
    notes : tuple of Finding
    """

    starts: Floats
    at_risk: Ints
    end: float
    left_at_end: int
    notes: tuple[Finding, ...]


def intervals(numbers: RiskNumbers, curve_end: float, *, where: str = "curve") -> Intervals:
    """Cut follow-up at the printed times, until nobody is at risk.

    Parameters
    ----------
    numbers : RiskNumbers
    curve_end : float
        The last time to which the curve was drawn.
    where : str
        The user's name for the curve, for refusals.

    Raises
    ------
    InputRefused
        There is no number of patients at time zero; or numbers at risk rise, or are negative, or
        contradict each other.
    """
    table = _sorted_table(numbers, where)
    notes: list[Finding] = []
    if not table or table[0][0] > 0.0:
        if numbers.n is None:
            raise InputRefused(
                what="nobody printed how many patients there are at time zero",
                where=where,
                mend="give the number of patients, or a number at risk at time 0",
                code=CODE,
            )
        table = [(0.0, numbers.n), *table]
    elif numbers.n is not None and numbers.n != table[0][1]:
        notes.append(_note(f"{table[0][1]} are at risk at time 0, of {numbers.n} patients", where))
    _refuse_rise(table, where)
    times, counts = (np.array(column) for column in zip(*table, strict=True))
    nobody = np.flatnonzero(counts == 0)
    last = int(nobody[0]) if nobody.size else counts.size
    end = max(curve_end, float(times[last - 1]))
    if nobody.size and curve_end > times[last]:
        notes.append(_note(f"the curve goes on after nobody is at risk, at {times[last]:g}", where))
    if end > curve_end:
        notes.append(_note(f"the curve ends at {curve_end:g} and counts as flat to {end:g}", where))
    return Intervals(
        starts=times[:last].astype(np.float64),
        at_risk=counts[:last].astype(np.int64),
        end=min(end, float(times[last])) if nobody.size else end,
        left_at_end=0 if nobody.size else -1,
        notes=tuple(notes),
    )


def _sorted_table(numbers: RiskNumbers, where: str) -> list[tuple[float, int]]:
    wrong: list[str] = []
    if len(numbers.times) != len(numbers.at_risk):
        wrong.append(f"{len(numbers.at_risk)} numbers at risk stand at {len(numbers.times)} times")
    if not all(np.isfinite(t) and t >= 0.0 for t in numbers.times):
        wrong.append("some times of the numbers at risk are negative or not numbers")
    if any(count < 0 for count in numbers.at_risk):
        wrong.append("some numbers at risk are negative")
    if numbers.n is not None and numbers.n < 1:
        wrong.append(f"there are {numbers.n} patients")
    if numbers.n_events is not None and numbers.n_events < 0:
        wrong.append(f"there are {numbers.n_events} events")
    table = sorted(set(zip(numbers.times, numbers.at_risk, strict=False)))
    twice = [t for (t, _), (later, _) in pairwise(table) if t == later]
    if twice:
        wrong.append(f"two different numbers at risk stand at {twice[0]:g}")
    if table and table[0] == (0.0, 0):
        wrong.append("nobody is at risk at time 0")
    _refuse_all(wrong, where)
    return table


def _refuse_rise(table: list[tuple[float, int]], where: str) -> None:
    rises = [
        f"numbers at risk rise from {n} at {t:g} to {n_later} at {later:g}"
        for (t, n), (later, n_later) in pairwise(table)
        if n_later > n
    ]
    _refuse_all(rises, where)


def _refuse_all(wrong: list[str], where: str) -> None:
    if not wrong:
        return
    mend = "copy the numbers at risk again, those of one group only"
    raise InputRefused(
        what="; ".join(wrong),
        where=where,
        mend=mend,
        code=CODE,
        findings=tuple(
            Finding(code="at_risk_wrong", severity=Severity.ERROR, what=w, where=where, mend=mend)
            for w in wrong
        ),
    )


def _note(what: str, where: str) -> Finding:
    return Finding(code="at_risk_read", severity=Severity.NOTE, what=what, where=where)
