"""Where a test statistic crosses zero, and which values it does not reject: steps allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats

BISECTIONS = 45


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inverted:
    """What inverting a test gives.

    Parameters
    ----------
    grid, statistic : (n_grid,) float64
        Statistic at each value tried; NaN where it does not exist.
    roots : tuple of float
        Every crossing of zero between two grid points, ascending.
    estimate : float
        The crossing nearest to 0; NaN when there is none.
    lower, upper : float
        Ends of the values around the estimate that are not rejected; infinite where none is
        rejected up to the end of the grid.
    whole : bool
        False when values beyond a rejected one are not rejected again.
    """

    grid: Floats
    statistic: Floats
    roots: tuple[float, ...]
    estimate: float
    lower: float
    upper: float
    whole: bool


def invert_test(statistic: Callable[[float], float], grid: Floats, critical: float) -> Inverted:
    """Invert a test by a grid and, between grid points, bisection.

    Parameters
    ----------
    statistic : callable
        Signed and of unit spread; may jump.
    grid : (n_grid,) float64
        Ascending, with 0 inside.
    critical : float
        Absolute values below it are not rejected.
    """
    values = np.array([statistic(float(x)) for x in grid])
    roots = _crossings(statistic, grid, values, 0.0)
    estimate = min(roots, key=abs) if roots else np.nan
    accepted = np.abs(values) < critical
    if not roots:
        lower = upper = np.nan
    else:
        ends = [
            *_crossings(statistic, grid, values, critical),
            *_crossings(statistic, grid, values, -critical),
        ]
        lower = max((e for e in ends if e <= estimate), default=-np.inf)
        upper = min((e for e in ends if e >= estimate), default=np.inf)
    inside = (grid >= lower) & (grid <= upper)
    return Inverted(
        grid=grid,
        statistic=values,
        roots=tuple(roots),
        estimate=float(estimate),
        lower=float(lower),
        upper=float(upper),
        whole=not bool((accepted & ~inside).any()),
    )


def _crossings(
    statistic: Callable[[float], float], grid: Floats, values: Floats, level: float
) -> list[float]:
    shifted = values - level
    found = [float(x) for x, y in zip(grid, shifted, strict=True) if y == 0.0]
    found += [
        _bisect(statistic, float(grid[k]), float(grid[k + 1]), level)
        for k in np.flatnonzero(shifted[:-1] * shifted[1:] < 0.0)
    ]
    return sorted(found)


def _bisect(statistic: Callable[[float], float], low: float, high: float, level: float) -> float:
    below = statistic(low) < level
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        value = statistic(middle)
        if value == level:
            return middle
        if (value < level) == below:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
