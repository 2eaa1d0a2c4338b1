"""The normal distribution, as far as intervals and tests need it."""

from __future__ import annotations

import math
from statistics import NormalDist


def critical_value(level: float) -> float:
    """Return the normal quantile of a two-sided interval (C7).

    Parameters
    ----------
    level : float
        Coverage, in (0, 1).
    """
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def two_sided_p(z: float) -> float:
    """Return the two-sided p-value of a standard normal statistic, exact far in the tail."""
    return math.erfc(abs(z) / math.sqrt(2.0))
