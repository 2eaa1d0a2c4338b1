"""A curve put together many times with its points moved by the reading error."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.digitised import CurvePoints, never_rising
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers, intervals
from timezero.errors import InputRefused

CURVE_STREAM: Final = 11
# Half a hundredth of each axis: what readers of one figure differ by.
USUAL_ERROR: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingError:
    """How far off a reading can be, either way.

    Parameters
    ----------
    time : float
        As a share of the curve's length, 0 to 0.1.
    survival : float
        As a proportion surviving, 0 to 0.1.
    """

    time: float = USUAL_ERROR
    survival: float = USUAL_ERROR


def reconstruct_repeatedly(
    points: CurvePoints,
    numbers: RiskNumbers,
    *,
    n_repeats: int,
    seed: int,
    reading_error: ReadingError | None = None,
    group: str = "all",
    n_workers: int = 1,
) -> tuple[Records, ...]:
    """Put a curve together many times, each time from points that could have been read too.

    Parameters
    ----------
    points : CurvePoints
    numbers : RiskNumbers
    n_repeats : int
    seed : int
        Repeat k depends on the seed, the group and k alone, so the number of workers and of
        repeats change no bit of it.
    reading_error : ReadingError, optional
        Default half a hundredth of each axis.
    group : str
    n_workers : int
        Threads.

    Returns
    -------
    tuple of Records
        In each the points, the calibration of both axes and the moments of censoring are drawn
        anew (RC11).

    Raises
    ------
    InputRefused
        The reading error is not between 0 and 0.1, or there are no repeats.
    """
    from timezero.estimate._replicates import in_chunks

    error = ReadingError() if reading_error is None else reading_error
    _refuse(error, n_repeats)
    draw = repeat_of(points, numbers, seed=seed, reading_error=error, group=group)
    found: list[Records | None] = [None] * n_repeats

    def work(first: int, past: int) -> None:
        for k in range(first, past):
            found[k] = draw(k)

    in_chunks(work, n_repeats, chunk=8, workers=n_workers, progress=None)
    return tuple(records for records in found if records is not None)


def repeat_of(
    points: CurvePoints,
    numbers: RiskNumbers,
    *,
    seed: int,
    reading_error: ReadingError,
    group: str = "all",
) -> Callable[[int], Records]:
    """Return the function from the index of a repeat to its patients."""
    from timezero.estimate._replicates import generator

    stream = (CURVE_STREAM << 32) + zlib.crc32(group.encode())
    n = int(intervals(numbers, points.end).at_risk[0])

    def draw(repeat: int) -> Records:
        random = generator(seed, stream, repeat)
        moved = moved_points(points, reading_error, random)
        places = np.clip(random.random(n), 1e-6, 1.0 - 1e-6)
        return reconstruct(moved, numbers, group=group, places=places)

    return draw


def moved_points(
    points: CurvePoints, reading_error: ReadingError, random: np.random.Generator
) -> CurvePoints:
    """Return the points moved one by one, and with both axes stretched (RC11).

    Parameters
    ----------
    points : CurvePoints
    reading_error : ReadingError
    random : numpy.random.Generator

    Returns
    -------
    CurvePoints
        Again ascending and never rising; the points as read stay what they were.
    """
    stretch_t, stretch_s = random.uniform(-1.0, 1.0, size=2)
    moves = random.uniform(-1.0, 1.0, size=(2, points.times.size))
    error_t = reading_error.time * points.end
    t = points.times * (1.0 + reading_error.time * stretch_t) + error_t * moves[0]
    t = np.where(t > 0.0, t, points.times)
    depth = (1.0 - points.survival) * stretch_s
    s = np.clip(points.survival + reading_error.survival * (depth + moves[1]), 0.0, 1.0)
    order = np.argsort(t, kind="stable")
    times, first = np.unique(t[order], return_index=True)
    survival: Floats = never_rising(np.minimum.reduceat(s[order], first))
    end = max(points.end * (1.0 + reading_error.time * stretch_t), float(times[-1]))
    return replace(points, times=times, survival=survival, end=end, notes=())


def _refuse(error: ReadingError, n_repeats: int) -> None:
    if not (0.0 <= error.time <= 0.1 and 0.0 <= error.survival <= 0.1):
        raise InputRefused(
            what=f"a reading error of {error.time:g} of the time axis and {error.survival:g} of "
            "survival",
            where="reading_error",
            mend="give shares from 0 to 0.1: half a line's width, over the length of the axis",
            code="TZ-AUDIT-reading-error",
        )
    if n_repeats < 1:
        raise InputRefused(
            what=f"{n_repeats} repeats were asked for",
            where="n_repeats",
            mend="ask for at least one",
            code="TZ-AUDIT-repeats",
        )
