"""A logarithmic axis for ratios: limits, ticks, and intervals that run off it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from timezero.report.drawing import Axes
from timezero.report.numbers import MINUS

_TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
NARROWEST, WIDEST = (0.45, 2.2), (0.04, 25.0)


def ratio_limits(values: Iterable[float]) -> tuple[float, float]:
    """Return limits of the axis that hold the values, never narrower or wider than is useful."""
    usable = [v for v in values if math.isfinite(v) and v > 0]
    low = min([*usable, NARROWEST[0]]) * 0.9
    high = max([*usable, NARROWEST[1]]) * 1.1
    return max(low, WIDEST[0]), min(high, WIDEST[1])


def set_ratio_axis(axes: Axes, limits: tuple[float, float], *, vertical: bool = False) -> None:
    """Make an axis logarithmic with plain numbers at its ticks."""
    inside = [t for t in _TICKS if limits[0] <= t <= limits[1]]
    labels = [f"{t:g}".replace("-", MINUS) for t in inside]
    axis = axes.yaxis if vertical else axes.xaxis
    if vertical:
        axes.set_yscale("log")
        axes.set_ylim(*limits)
        axes.set_yticks(inside, labels)
    else:
        axes.set_xscale("log")
        axes.set_xlim(*limits)
        axes.set_xticks(inside, labels)
    axis.set_tick_params(which="minor", length=0)
    axis.set_minor_formatter("")


def clipped(value: float, limits: tuple[float, float]) -> float:
    """Return a value moved onto the axis when it lies beyond it or is infinite."""
    return min(max(value, limits[0]), limits[1])
