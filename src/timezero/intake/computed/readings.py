"""Readings of one sensor in the order of time: what all thermal quantities are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.errors import InputRefused

LONGEST_GAP: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Temperatures of one sensor, between which the course is taken as a straight line.

    Parameters
    ----------
    minutes : (n,) float64
        Strictly ascending, n >= 2.
    temperature : (n,) float64
        In °C, all known.
    """

    minutes: Floats
    temperature: Floats

    def between(self, start: float, end: float) -> Readings | None:
        """Return the readings from one minute to another, with those interpolated at both ends.

        Parameters
        ----------
        start, end : float
            Nothing is carried beyond the first and the last reading.

        Returns
        -------
        Readings or None
            None when less than a moment of the readings lies there.
        """
        first, last = max(start, float(self.minutes[0])), min(end, float(self.minutes[-1]))
        if not first < last:
            return None
        inside = (self.minutes > first) & (self.minutes < last)
        at_ends = np.interp([first, last], self.minutes, self.temperature)
        return Readings(
            minutes=np.concatenate([[first], self.minutes[inside], [last]]),
            temperature=np.concatenate([at_ends[:1], self.temperature[inside], at_ends[1:]]),
        )


def readings_of(
    minutes: Floats, temperature: Floats, *, longest_gap: float = LONGEST_GAP
) -> Readings:
    """Return the readings of a sensor, or refuse what no course can be drawn through.

    Parameters
    ----------
    minutes : (n,) float64
        Strictly ascending.
    temperature : (n,) float64
        In °C; NaN = no reading, which joins the times before and after it.
    longest_gap : float
        In minutes. A longer time without a reading is refused: a line across it would be a guess.
        15 minutes is our choice; infinite for no limit.

    Raises
    ------
    InputRefused
        Times are missing, repeated or out of order; fewer than two readings; too long a gap.
    """
    if np.isnan(minutes).any():
        raise _refused("a reading has no time", "TZ-CMP-04", "give the minute of every reading")
    backward = np.flatnonzero(np.diff(minutes) <= 0.0)
    if backward.size:
        at = float(minutes[backward[0] + 1])
        what = (
            f"the times of the readings do not ascend: minute {at:g} follows a later or equal one"
        )
        raise _refused(what, "TZ-CMP-05", "put the readings in the order of time, one at a minute")
    known = np.isfinite(temperature)
    if known.sum() < 2:
        what = "there are fewer than two readings of the temperature"
        raise _refused(what, "TZ-CMP-06", "record the temperature at least at two moments")
    kept = Readings(minutes=minutes[known], temperature=temperature[known])
    gaps = np.diff(kept.minutes)
    if gaps.max() > longest_gap:
        at = float(kept.minutes[int(gaps.argmax())])
        raise _refused(
            f"{gaps.max():g} minutes without a reading follow minute {at:g}; "
            f"at most {longest_gap:g} are bridged",
            "TZ-CMP-07",
            "add the readings in between",
        )
    return kept


def _refused(what: str, code: str, mend: str) -> InputRefused:
    return InputRefused(what=what, where="a series of temperatures", mend=mend, code=code)
