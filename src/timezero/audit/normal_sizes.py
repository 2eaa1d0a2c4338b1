"""P-values as sizes of a test statistic."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from timezero.intake.printed import Span

SMALLEST_P: Final = 1e-300


def sizes_of_p(p: Span) -> tuple[float, float]:
    """Return the least and the largest standard normal size that a two-sided p-value means.

    Parameters
    ----------
    p : Span
        0 to 1.

    Returns
    -------
    (float, float)
        Phi^-1(1 - p / 2) at the largest and at the smallest p; infinite for p = 0.
    """
    return _size(p.upper), _size(p.lower)


def gap_between(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the distance between two intervals; 0 where they meet."""
    return max(first[0] - second[1], second[0] - first[1], 0.0)


def _size(p: float) -> float:
    if p <= SMALLEST_P:
        return math.inf
    return max(-NormalDist().inv_cdf(min(p, 1.0) / 2.0), 0.0)
