"""Points read off a printed survival curve, made into a curve that starts at 1 and never rises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from timezero.arrays import Floats
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.near_ties import merge_near_ties

Scale: TypeAlias = Literal["auto", "proportion", "percent"]

CODE: Final = "TZ-AUDIT-curve"
# A reading this far above 1 (in percent: 105) or below 0 is still a reading of 1 or 0.
OVERSHOOT: Final = 0.05
# Between these a largest value can be neither a proportion nor the top of a curve in percent.
PERCENT_FROM: Final = 1.5
# A curve is at 1 at time zero; a tenth may die there and then. Lower: the axes are not calibrated.
LOWEST_START: Final = 0.9
# How far left of time zero a reading can lie, as a share of the curve's length.
LEFT_OF_ZERO: Final = 0.05
# A rise that needs more mending than this is not a reading error: it is another curve.
LARGEST_MEND: Final = 0.05
# A net rise that reading errors of a flat curve can make.
RISE_OF_FLAT: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurvePoints:
    """One digitised survival curve, cleaned, beside the points as they were read.

    Parameters
    ----------
    times : (n_points,) float64
        After time zero, strictly ascending, in the claim's unit.
    survival : (n_points,) float64
        From 0 to 1, never rising.
    end : float
        The last time to which the curve was drawn.
    read_times, read_survival : (n_read,) float64
        Every point from time zero on as it was read, as a proportion surviving, ascending in time.
    notes : tuple of Finding
        What cleaning did, each kind once.
    """

    times: Floats
    survival: Floats
    end: float
    read_times: Floats
    read_survival: Floats
    notes: tuple[Finding, ...] = ()


def clean_points(
    times: ArrayLike,
    survival: ArrayLike,
    *,
    scale: Scale = "auto",
    is_incidence: bool = False,
    where: str = "curve",
) -> CurvePoints:
    """Make a falling curve from points in any order, and say what was mended.

    Parameters
    ----------
    times, survival : (n_read,) array-like
        Points in any order; survival from 0 to 1 or from 0 to 100.
    scale : {"auto", "proportion", "percent"}
        How survival was printed; ``auto`` goes by the largest value.
    is_incidence : bool
        The curve is a cumulative incidence and is read as 1 less its value.
    where : str
        The user's name for the curve, for refusals.

    Returns
    -------
    CurvePoints
        Points at one time are one step: the lowest counts (RC1). Rises are levelled by the
        nearest curve that never rises, in least squares (RC2).

    Raises
    ------
    InputRefused
        The points are not numbers, not on one scale, rise, start too low, or mix two curves.
    """
    t, s = _as_arrays(times, survival, where)
    s = _as_proportion(s, scale, where)
    s = 1.0 - s if is_incidence else s
    order = np.lexsort((-s, t))
    t, s = t[order], s[order]
    _refuse_direction(t, s, is_incidence, where)
    notes = _notes_on_start(t, s, where)
    kept = t >= 0.0
    read_t, read_s = t[kept], s[kept]
    after = t > 0.0
    if not after.any():
        _refuse("no point of the curve lies after time zero", where, "read the curve to its end")
    steps_t, steps_s, merged = _lowest_at_each_time(t[after], np.clip(s[after], 0.0, 1.0))
    fitted = never_rising(steps_s)
    mended = np.abs(fitted - steps_s)
    _refuse_two_curves(steps_t, mended, where)
    if merged:
        notes.append(_note(f"{merged} points share their time with another", where))
    if np.any(s != np.clip(s, 0.0, 1.0)):
        notes.append(_note("readings beyond 0 or 1 count as 0 or 1", where))
    if np.any(mended > 0.0):
        notes.append(
            _note(f"rises were levelled, by at most {100 * mended.max():.2g} points of 100", where)
        )
    return CurvePoints(
        times=steps_t,
        survival=fitted,
        end=float(steps_t[-1]),
        read_times=read_t,
        read_survival=read_s,
        notes=tuple(notes),
    )


def never_rising(values: Floats) -> Floats:
    """Return the nearest sequence in least squares that never rises (RC2).

    Parameters
    ----------
    values : (n,) float64
    """
    means: list[float] = []
    sizes: list[int] = []
    for value in values.tolist():
        mean, size = value, 1
        while means and means[-1] < mean:
            before, n_before = means.pop(), sizes.pop()
            mean = (mean * size + before * n_before) / (size + n_before)
            size += n_before
        means.append(mean)
        sizes.append(size)
    return np.repeat(np.array(means), sizes)


def _as_arrays(times: ArrayLike, survival: ArrayLike, where: str) -> tuple[Floats, Floats]:
    try:
        t, s = np.asarray(times, dtype=np.float64), np.asarray(survival, dtype=np.float64)
    except (TypeError, ValueError):
        _refuse("the points of the curve hold text", where, "give numbers only")
    if t.ndim != 1 or t.shape != s.shape or t.size == 0:
        _refuse(
            f"times and survival of the curve have shapes {t.shape} and {s.shape}",
            where,
            "give one survival for each time, and at least one of them",
        )
    wrong = int(np.sum(~np.isfinite(t) | ~np.isfinite(s)))
    if wrong:
        _refuse(f"{wrong} points of the curve are not numbers", where, "read those points again")
    return t, s


def _as_proportion(s: Floats, scale: Scale, where: str) -> Floats:
    top = float(s.max())
    if scale == "auto" and 1.0 + OVERSHOOT < top <= PERCENT_FROM:
        _refuse(
            f"the largest value of the curve, {top:g}, is neither a proportion nor a percentage",
            where,
            "say scale = 'proportion' or 'percent', or calibrate the axis again",
        )
    in_percent = scale == "percent" or (scale == "auto" and top > PERCENT_FROM)
    s = s / 100.0 if in_percent else s
    if s.max() > 1.0 + OVERSHOOT or s.min() < -OVERSHOOT:
        _refuse(
            f"survival of the curve runs from {100 * s.min():g} to {100 * s.max():g} percent",
            where,
            "calibrate the survival axis again: it runs from 0 to 100 percent",
        )
    return s


def _refuse_direction(t: Floats, s: Floats, is_incidence: bool, where: str) -> None:
    changes = np.diff(_lowest_at_each_time(t, s)[1])
    rise = float(changes.sum())
    if rise <= RISE_OF_FLAT:
        return
    if is_incidence:
        _refuse(
            "the curve falls, although it is said to be a cumulative incidence",
            where,
            "leave is_incidence out",
        )
    _refuse(
        "the curve rises: it is a cumulative incidence, or no survival curve",
        where,
        "say is_incidence = True for a cumulative incidence without competing events",
    )


def _notes_on_start(t: Floats, s: Floats, where: str) -> list[Finding]:
    early = t <= 0.0
    if t[0] < -LEFT_OF_ZERO * max(float(t[-1]), 0.0):
        _refuse(
            f"the curve begins at {t[0]:g}, far before time zero",
            where,
            "calibrate the time axis again: time zero is 0",
        )
    if early.any() and s[early].min() < LOWEST_START:
        _refuse(
            f"survival at time zero reads {s[early].min():g}",
            where,
            "calibrate the survival axis again: a survival curve starts at 1",
        )
    notes: list[Finding] = []
    if t[0] < 0.0:
        left = int(np.sum(t < 0.0))
        notes.append(_note(f"{left} points lie before time zero and do not count", where))
    if early.any() and s[early].min() < 1.0:
        notes.append(
            _note(f"survival at time zero reads {s[early].min():g} and counts as 1", where)
        )
    return notes


def _lowest_at_each_time(t: Floats, s: Floats) -> tuple[Floats, Floats, int]:
    """Return distinct times (C5), the lowest value at each, and how many points that leaves out."""
    (same,), _ = merge_near_ties(t)
    distinct, first = np.unique(same, return_index=True)
    return distinct, np.minimum.reduceat(s, first), int(t.size - distinct.size)


def _refuse_two_curves(t: Floats, mended: Floats, where: str) -> None:
    worst = int(mended.argmax())
    if mended[worst] > LARGEST_MEND:
        _refuse(
            f"the points do not make one falling curve: near time {t[worst]:g} they are "
            f"{100 * mended[worst]:.2g} points of 100 off any",
            where,
            "take out the points of the other curve, or read that part again",
        )


def _note(what: str, where: str) -> Finding:
    return Finding(code="curve_cleaned", severity=Severity.NOTE, what=what, where=where)


def _refuse(what: str, where: str, mend: str) -> NoReturn:
    raise InputRefused(what=what, where=where, mend=mend, code=CODE)
