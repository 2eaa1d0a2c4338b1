"""Printed curves as targets: the times by which shares of each group had died."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from timezero.audit.claim_curves import Reconstruction
from timezero.audit.digitised import CurvePoints
from timezero.audit.targets import Target

SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
READING_ERROR: Final = 0.01


def curve_targets(reconstruction: Reconstruction) -> tuple[Target, ...]:
    """Return what the curves of all groups print about the times of deaths.

    Each time is an interval: where the curve is within a hundredth of the share.
    """
    found: list[Target] = []
    for group, records in reconstruction.records.items():
        for share in SHARES:
            lower, upper = times_of_share(records.points, share)
            if math.isinf(lower):
                continue
            found.append(
                Target(
                    statistic=f"quantile {group} {share:g}",
                    scale="time",
                    lower=lower,
                    upper=upper,
                    use="pooled" if group == "all" else "contrast",
                    printed=f"curve {group}",
                )
            )
    return tuple(found)


def times_of_share(points: CurvePoints, share: float) -> tuple[float, float]:
    """Return from when to when a share of the group may first have died; infinite if never."""

    def first_below(level: float) -> float:
        below = np.flatnonzero(points.survival <= level)
        return float(points.times[below[0]]) if below.size else math.inf

    alive = 1.0 - share
    return first_below(alive + READING_ERROR), first_below(alive - READING_ERROR)
