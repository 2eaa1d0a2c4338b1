"""Rising broken lines: how simulated patients read cumulative hazards, and back."""

from __future__ import annotations

from timezero.arrays import Floats
from timezero.kernels._jit import kernel


@kernel
def interpolated(x: float, xs: Floats, ys: Floats) -> float:
    """Read a rising broken line at ``x``; beyond its last knot it goes on with its last slope.

    Parameters
    ----------
    x : float
    xs, ys : (n_knots,) float64
        Both rising strictly.
    """
    low, high = 0, xs.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if xs[middle] <= x:
            low = middle
        else:
            high = middle
    return ys[low] + (x - xs[low]) * (ys[high] - ys[low]) / (xs[high] - xs[low])
