"""The length of a period whose printed dates have a day."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\b", re.IGNORECASE)
_DAY = re.compile(r"\b([0-3]?\d)\b(?:st|nd|rd|th)?")
_DAYS_IN_MONTH = 365.25 / 12


def months_between_days(printed: str) -> tuple[float, float] | None:
    """Return the shortest and longest period that two printed days can mean, in months.

    Parameters
    ----------
    printed : str
        Such as ``Jan 1, 2004, and Dec 31, 2012``.

    Returns
    -------
    (float, float) or None
        None when one of the two dates has no day (``intake/printed.py`` reads those), or the second
        is before the first.
    """
    years = list(_YEAR.finditer(printed))
    if len(years) != 2:
        return None
    first = _moment(printed[: years[0].start()], int(years[0].group()))
    second = _moment(printed[years[0].end() : years[1].start()], int(years[1].group()))
    if first is None or second is None or second <= first:
        return None
    one_day = 1 / _DAYS_IN_MONTH
    return round(max(second - first - one_day, 0.0), 4), round(second - first + one_day, 4)


def _moment(part: str, year: int) -> float | None:
    """Return the beginning of a day in months since the year 0."""
    month, day = _MONTH.search(part), _DAY.search(part)
    if month is None or day is None:
        return None
    before = _MONTHS.index(month.group(1).lower())
    return 12.0 * year + before + (int(day.group(1)) - 1) / _DAYS_IN_MONTH
