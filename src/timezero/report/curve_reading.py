"""Curves read off at ticks: bookkeeping for risk tables, no estimation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.conventions import MINIMUM_AT_RISK_DRAWN
from timezero.model.estimate import Curve


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """How far a curve is drawn: last time in full, and last time at all."""

    firm: float
    last: float


def at_risk_at(curve: Curve, other: Curve | None, ticks: Floats) -> Floats:
    """Return the numbers at risk at each tick (C2).

    Parameters
    ----------
    other : Curve or None
        The arm from which patients cross to this one: those who cross between a tick and the
        next exit are not yet at risk at the tick.
    """
    after = np.searchsorted(curve.times, ticks, side="left")
    padded = np.append(curve.n_at_risk, 0.0)
    next_exit = np.append(curve.times, np.inf)[after]
    at_risk = padded[after]
    if other is not None:
        crossed = np.append(0.0, np.cumsum(other.n_crossed))
        by_exit = crossed[np.searchsorted(other.times, next_exit, side="left")]
        by_tick = crossed[np.searchsorted(other.times, ticks, side="left")]
        at_risk = at_risk - np.where(after < curve.times.size, by_exit - by_tick, 0.0)
    return np.maximum(at_risk, 0.0)


def so_far(curve: Curve, counts: Floats, ticks: Floats) -> Floats:
    """Return how many have been counted up to and including each tick."""
    running = np.append(0.0, np.cumsum(counts))
    return running[np.searchsorted(curve.times, ticks, side="right")]


def value_at(curve: Curve, values: Floats, ticks: Floats) -> Floats:
    """Return survival or a limit at each tick; NaN before the start and after the end (C8)."""
    found = np.append(1.0, values)[np.searchsorted(curve.times, ticks, side="right")]
    outside = (ticks < curve.starts_at) | (ticks > curve.times[-1] if curve.times.size else True)
    return np.where(outside, np.nan, found)


def reach_of(curve: Curve, smallest: int) -> Reach:
    """Return how far a curve is drawn.

    In full while at least ten are at risk, thin after that, and not at all where fewer than the
    smallest number shown are at risk.
    """
    return Reach(
        firm=_last_with(curve, MINIMUM_AT_RISK_DRAWN), last=_last_with(curve, max(smallest, 1))
    )


def _last_with(curve: Curve, at_least: int) -> float:
    """Return the last time with so many at risk; a hidden number is never a small one."""
    enough = np.flatnonzero((curve.n_at_risk >= at_least) | (curve.n_at_risk < 0.0))
    return float(curve.times[enough[-1]]) if enough.size else curve.starts_at


def last_drawn(curves: Sequence[Curve], smallest: int) -> float:
    """Return the end of the time axis for curves drawn on the same axes."""
    return max((reach_of(curve, smallest).last for curve in curves), default=1.0) or 1.0
