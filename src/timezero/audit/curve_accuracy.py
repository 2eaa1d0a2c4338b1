"""How well a curve was put together again, in numbers and in words (guard G36)."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.pooled_curve import pool
from timezero.audit.reconstruct import Records
from timezero.model.audit_result import CurveAccuracy

# G36: patients or events further than this from what is stated make the answer approximate.
STATED_WITHIN: Final = 0.05
GROUP_IN_WORDS: Final = {
    "all": "the curve of all patients",
    "late": "the curve of the late treated",
    "never": "the curve of the never treated",
}


def curve_accuracy(records: Records) -> CurveAccuracy:
    """Compare the patients' curve with the points as they were read, and counts with print.

    Parameters
    ----------
    records : Records

    Returns
    -------
    CurveAccuracy
        Gaps of survival are proportions (RC10); the gap of the number at risk is the largest one,
        in patients, at the printed times. ``words`` begin with "Approximate" when patients,
        events or a number at risk are off by more than 5 % (of the stated number; a number at
        risk: of all patients).
    """
    gaps = point_gaps(records)
    largest = float(gaps.max())
    root_mean_square = float(np.sqrt(np.mean(gaps**2)))
    n_at_risk_gap = _number_at_risk_gap(records)
    doubts = _doubts(records, n_at_risk_gap)
    return CurveAccuracy(
        group=records.group,
        n=records.n,
        n_events=records.n_events,
        largest_gap=largest,
        root_mean_square_gap=root_mean_square,
        n_at_risk_gap=n_at_risk_gap,
        n_points=int(gaps.size),
        words=_in_words(records, (largest, root_mean_square, n_at_risk_gap), doubts),
    )


def point_gaps(records: Records) -> Floats:
    """Return how far each point as read is from the patients' curve (RC10).

    On the vertical part of a step a point is off only by what it lies beyond its ends.

    Parameters
    ----------
    records : Records

    Returns
    -------
    (n_read,) float64
        Proportions, >= 0.
    """
    curve, points = pool(records), records.points
    heights = np.concatenate([[1.0], curve.survival])
    after = heights[np.searchsorted(curve.times, points.read_times, side="right")]
    before = heights[np.searchsorted(curve.times, points.read_times, side="left")]
    read = points.read_survival
    return np.maximum(np.maximum(after - read, read - before), 0.0)


def _number_at_risk_gap(records: Records) -> float:
    numbers = records.numbers
    gaps = [
        abs(int(np.sum(records.exit >= t)) - printed)
        for t, printed in zip(numbers.times, numbers.at_risk, strict=True)
    ]
    return float(max(gaps, default=0))


def _doubts(records: Records, n_at_risk_gap: float) -> list[str]:
    stated = records.numbers
    found: list[str] = []
    if stated.n is not None and _is_off(records.n, stated.n):
        found.append(f"{records.n} patients where {stated.n} are stated")
    if stated.n_events is not None and _is_off(records.n_events, stated.n_events):
        found.append(f"{records.n_events} events where {stated.n_events} are stated")
    if n_at_risk_gap > STATED_WITHIN * records.n:
        found.append(f"a number at risk that is off by {n_at_risk_gap:g} patients")
    return found


def _is_off(found: int, stated: int) -> bool:
    return abs(found - stated) > STATED_WITHIN * stated


def _in_words(records: Records, gaps: tuple[float, float, float], doubts: list[str]) -> str:
    name = GROUP_IN_WORDS.get(records.group, f"the curve of {records.group}")
    largest, root_mean_square, at_risk = gaps
    said = (
        f"{name} was put together again as {records.n_events} events among {records.n} patients; "
        f"it meets the points read off to within {100 * largest:.1f} points of 100 (root mean "
        f"square {100 * root_mean_square:.1f})"
    )
    if records.numbers.times:
        said += f", and the printed numbers at risk to within {at_risk:g}"
    if doubts:
        return f"Approximate, with {' and '.join(doubts)}: {said}."
    return f"{said[0].upper()}{said[1:]}."
