"""Survival curves for others: on a grid of months, each step made by several events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.model.estimate import Curve
from timezero.report.curve_reading import at_risk_at, so_far, value_at
from timezero.report.small_cells import WITHHELD

MONTH: Final = {"days": 30.4375, "weeks": 30.4375 / 7.0, "months": 1.0, "years": 1.0 / 12.0}
FIRST_MONTHS: Final = (12, 6, 3, 1)
TABLE_MONTHS: Final = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
MOST_TICKS: Final = 5
NOTHING: Final = 1e-9
NEARLY: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoarseCurve(Curve):
    """A curve read off at some whole months only.

    ``times`` begins with the start. ``n_at_risk`` is the number under observation just after each
    time; ``n_events``, ``n_censored`` and ``n_crossed`` count since the time before. A count that
    is not shown is ``WITHHELD``.

    Parameters
    ----------
    month : float
        A month in the unit of the times.
    """

    month: float

    def ticks(self, last: float) -> Floats:
        """Return at most six times up to the last at which a table of numbers is read."""
        months = last / self.month
        step = next((s for s in TABLE_MONTHS if months / s <= MOST_TICKS), TABLE_MONTHS[-1])
        first = int(np.floor(self.starts_at / self.month / step)) + 1
        later = np.arange(first, int(months // step) + 1) * (step * self.month)
        return np.concatenate([[self.starts_at], later])

    def counts_at(self, ticks: Floats) -> dict[str, Floats]:
        """Return at risk, events, censored and crossed so far; ``WITHHELD`` off the grid."""
        place = np.searchsorted(self.times, ticks - NOTHING * self.month)
        inside = np.minimum(place, self.times.size - 1)
        on_grid = np.abs(self.times[inside] - ticks) < NEARLY * self.month
        found = {"at risk": self.n_at_risk, "events": np.cumsum(self.n_events)}
        for name, counts in (("censored", self.n_censored), ("crossed over", self.n_crossed)):
            known = np.logical_and.accumulate((counts >= 0) | (self.n_at_risk < 0))
            running = np.cumsum(np.maximum(counts, 0.0))
            found[name] = np.where(known & (self.n_at_risk >= 0), running, float(WITHHELD))
        return {
            name: np.where(on_grid, counts[inside], float(WITHHELD))
            for name, counts in found.items()
        }


def other_arm(curves: Sequence[Curve], curve: Curve) -> Curve | None:
    """Return the arm from which patients cross to this one, where patients do cross."""
    found = [c for c in curves if c is not curve and c.n_crossed.any()]
    return found[0] if found else None


def coarsened(curves: Sequence[Curve], unit: str, smallest: int) -> tuple[CoarseCurve, ...]:
    """Return the curves of one rung on a grid, each cut where few are left.

    Parameters
    ----------
    curves : sequence of Curve
    unit : str
        Of their times.
    smallest : int
        A step of a curve holds no event or at least so many; the curve ends where fewer are
        under observation, or where fewer events than that follow until its end.
    """
    made: list[CoarseCurve] = []
    for curve in curves:
        together = [c for c in curves if c.starts_at == curve.starts_at]
        made.append(_coarse(curve, other_arm(together, curve), MONTH[unit], smallest))
    return tuple(made)


def _fine(amount: float, smallest: int) -> bool:
    return abs(amount) < NOTHING or amount >= smallest


def _coarse(curve: Curve, other: Curve | None, month: float, smallest: int) -> CoarseCurve:
    last = float(curve.times[-1]) if curve.times.size else curve.starts_at
    first = math.floor(curve.starts_at / month) + 1
    months = np.array(range(first, math.floor(last / month) + 1), dtype=np.float64)
    grid = np.concatenate([[curve.starts_at], months * month])
    events = so_far(curve, curve.n_events, grid)
    at_risk = at_risk_at(curve, other, np.nextafter(grid, np.inf))
    total = float(curve.n_events.sum())
    kept = _kept(np.append(0.0, months), np.append(events, total), at_risk, smallest)
    times = grid[kept]
    censored, crossed = (so_far(curve, n, times) for n in (curve.n_censored, curve.n_crossed))
    counts = _shown_counts(
        at_risk[kept], events=events[kept], censored=censored, crossed=crossed, smallest=smallest
    )
    read = [
        value_at(curve, v, times)
        for v in (curve.survival, curve.lower, curve.upper, curve.standard_error)
    ]
    for values, begin in zip(read, (1.0, 1.0, 1.0, 0.0), strict=True):
        values[0] = begin if np.isnan(values[0]) or events[0] == 0 else values[0]
    return CoarseCurve(
        arm=curve.arm,
        label=curve.label,
        starts_at=curve.starts_at,
        times=times,
        survival=read[0],
        lower=read[1],
        upper=read[2],
        standard_error=read[3],
        n_at_risk=counts[0],
        n_events=np.diff(events[kept], prepend=0.0),
        n_censored=counts[1],
        n_crossed=counts[2],
        month=month,
    )


def _kept(months: Floats, events: Floats, at_risk: Floats, smallest: int) -> list[int]:
    """Return which points of the grid are kept: whole years first, then what fits between."""
    kept = [0]
    total = float(events[-1])
    for step in FIRST_MONTHS:
        for k in range(1, months.size):
            if k in kept or months[k] % step or at_risk[k] < smallest:
                continue
            before = max(j for j in kept if j < k)
            after = min((j for j in kept if j > k), default=None)
            rest = total if after is None else float(events[after])
            if _fine(events[k] - events[before], smallest) and _fine(rest - events[k], smallest):
                kept = sorted([*kept, k])
    return kept


def _shown_counts(
    at_risk: Floats, *, events: Floats, censored: Floats, crossed: Floats, smallest: int
) -> tuple[Floats, Floats, Floats]:
    """Return numbers at risk, censored and crossed; withheld where a difference is small."""
    shown = np.full((3, at_risk.size), float(WITHHELD))
    last = 0
    at_all = at_risk[0] >= smallest
    if at_all:
        shown[:, 0] = at_risk[0], censored[0], crossed[0]
    for k in range(1, at_risk.size if at_all else 0):
        gone, crossing = censored[k] - censored[last], crossed[k] - crossed[last]
        left = at_risk[last] - at_risk[k]
        net = left - (events[k] - events[last])
        entered = gone + crossing - net
        if not all(_fine(abs(n), smallest) for n in (net, left, entered)):
            continue
        shown[0, k] = at_risk[k]
        if _fine(gone, smallest) and _fine(crossing, smallest):
            shown[1:, k] = gone, crossing
        last = k
    return shown[0], shown[1], shown[2]
