"""Printed lengths of time: units, years and months together, and windows between two dates."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from timezero.conventions import DAYS_PER
from timezero.intake.vague_words import Amount
from timezero.model.protocol import TimeUnit

_UNITS: Final[dict[str, TimeUnit]] = {
    **dict.fromkeys(["d", "day", "days"], "days"),
    **dict.fromkeys(["w", "wk", "wks", "week", "weeks"], "weeks"),
    **dict.fromkeys(["mo", "mos", "mth", "mths", "month", "months"], "months"),
    **dict.fromkeys(["y", "yr", "yrs", "year", "years"], "years"),
}
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_UNIT = re.compile(
    rf"(?P<rest>.*?\d|.*\S(?= )|)[ -]?(?P<unit>{_NAMES})\.?"
    r"(?: (?:period|window|span|interval|of follow-up))?"
)
_AND_A_HALF = re.compile(r"^(.*\S) (weeks?|months?|years?) and (?:a|one) half$")
_COMPOUND = re.compile(
    r"(?P<years>\S.*?)(?:(?<=\d)| )(?:years?|yrs?|y)(?![a-z])\.?,?(?: and)? ?"
    r"(?P<months>\S.*?)(?:(?<=\d)| )(?:months?|mths?|mos?)\.?"
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_JOINED = r" ?(?:-|to|until|till|through|and) ?"
_MONTH = (
    r"(?:(?P<m{0}>[a-z]{{3,9}})\.?,? |(?=\d{{4}}-))(?P<y{0}>(?:19|20)\d\d)"
    r"(?:-(?P<n{0}>\d\d))?(?:-(?P<d{0}>\d\d))?"
)
_WINDOW = re.compile(r"(?:from |between )?" + _MONTH.format("1") + _JOINED + _MONTH.format("2"))
_YEARS = re.compile(r"(?:from |between )?((?:19|20)\d\d)" + _JOINED + r"((?:19|20)\d\d)")


def split_unit(text: str) -> tuple[str, TimeUnit | None]:
    """Return a text without the unit of time at its end, and that unit.

    Parameters
    ----------
    text : str
        Tidied: ``8-year period``, ``27.2 months``, ``a few years``.
    """
    match = _UNIT.fullmatch(_AND_A_HALF.sub(r"\1 and a half \2", text))
    if match is None:
        return text, None
    return match["rest"].strip(), _UNITS[match["unit"]]


def converted(value: float, unit: TimeUnit, into: TimeUnit) -> float:
    """Return a time in another unit.

    Parameters
    ----------
    value : float
        In ``unit``.
    unit, into : {"days", "weeks", "months", "years"}
    """
    return value if unit == into else value * DAYS_PER[unit] / DAYS_PER[into]


def compound_parts(text: str) -> tuple[str, str] | None:
    """Return the years and the months of ``7 y 9 mo``; None when a text is not of that form.

    Parameters
    ----------
    text : str
        Tidied.
    """
    match = _COMPOUND.fullmatch(text)
    return None if match is None else (match["years"], match["months"])


def window_of(text: str) -> tuple[Amount, TimeUnit] | None:
    """Return the length of a window between two dates; None when a text is no window.

    Parameters
    ----------
    text : str
        Tidied: ``june 2004 - march 2012``, ``1967-11-15 to 1974-04-01``, ``2004-2012``.

    Returns
    -------
    Amount, unit
        Between two days to the day; between two months from their difference to one month more,
        since the last month is inside; between two years likewise.
    """
    if years := _YEARS.fullmatch(text):
        return _length(int(years[2]) - int(years[1]), "years")
    match = _WINDOW.fullmatch(text)
    if match is None:
        return None
    first, last = _date(match, "1"), _date(match, "2")
    if first is None or last is None:
        return None
    if match["d1"] and match["d2"]:
        return _length((last - first).days, "days")
    if match["d1"] or match["d2"]:
        return None
    return _length((last.year - first.year) * 12 + last.month - first.month, "months")


def _length(difference: int, unit: TimeUnit) -> tuple[Amount, TimeUnit] | None:
    if difference < 0:
        return None
    lower = float(difference)
    rule = f"from the first to the last date, the last {unit.removesuffix('s')} inside"
    amount = Amount(value=lower + 0.5, lower=lower, upper=lower + 1.0, half=0.5, rule=rule)
    return amount, unit


def _date(match: re.Match[str], which: str) -> dt.date | None:
    name, year = match[f"m{which}"], int(match[f"y{which}"])
    number, day = match[f"n{which}"], match[f"d{which}"]
    if (name is None) == (number is None):
        return None
    if name is not None:
        found = [k for k, full in enumerate(_MONTHS, 1) if full == name or name in _short(full)]
        if not found:
            return None
        month = found[0]
    else:
        month = int(number)
    try:
        return dt.date(year, month, int(day or 1))
    except ValueError:
        return None


def _short(month: str) -> tuple[str, ...]:
    return (month[:3], "sept") if month == "september" else (month[:3],)
