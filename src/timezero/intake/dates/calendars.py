"""Years of other calendars: Buddhist 2562, Hijri 1440, and the eras of Japan."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.errors import MissingExtra
from timezero.findings import Option
from timezero.intake.dates.cells import EPOCH, DateCells
from timezero.intake.times import EARLIEST_YEAR, LATEST_YEAR
from timezero.intake.wording import counted

BUDDHIST_AHEAD: Final = 543
_YEARS: Final = {"buddhist": (2400, 2700), "hijri": (1300, 1500)}
_WORDS: Final = {
    "buddhist": "years of the Buddhist era",
    "hijri": "years of the Hijri calendar (Umm al-Qura)",
    "japanese": "years of Japanese eras",
    "gregorian": "years of the common calendar, as they stand",
}
# The first day of each era, by the year in which it began.
_ERA_BEGINS: Final = {
    1868: dt.date(1868, 10, 23),
    1912: dt.date(1912, 7, 30),
    1926: dt.date(1926, 12, 25),
    1989: dt.date(1989, 1, 8),
    2019: dt.date(2019, 5, 1),
}


def day_in(calendar: str, year: int, month: int, day: int) -> float:
    """Return a date of a calendar in days since 1970-01-01; NaN when there is no such date.

    Parameters
    ----------
    calendar : {"gregorian", "buddhist", "hijri", "japanese"}
        A year of a Japanese era comes as the year of the common calendar.
    year, month, day : int

    Raises
    ------
    MissingExtra
        hijridate, which converts dates of the Hijri calendar, is not installed.
    """
    try:
        if calendar == "hijri":
            date = _hijri(year, month, day)
        else:
            ahead = BUDDHIST_AHEAD if calendar == "buddhist" else 0
            date = dt.date(year - ahead, month, day)
    except (ValueError, OverflowError):
        return float("nan")
    if not EARLIEST_YEAR <= date.year <= LATEST_YEAR:
        return float("nan")
    return float(date.toordinal() - EPOCH)


def _hijri(year: int, month: int, day: int) -> dt.date:
    try:
        from hijridate import Hijri
    except ImportError as error:
        raise MissingExtra(
            what="reading dates of the Hijri calendar needs hijridate",
            where="calendar = 'hijri'",
            mend="pip install 'timezero[files]', or export the dates in the Gregorian calendar",
            code="TZ-IN-40",
        ) from error
    found = Hijri(year, month, day).to_gregorian()
    return dt.date(found.year, found.month, found.day)


def settle_calendar(cells: DateCells) -> None:
    """Ask for the calendar where most years of a column cannot be of the common one."""
    said = cells.bench.said(cells.name).calendar
    suspected = _suspected(cells)
    if said is not None:
        cells.calendar = said
        return
    if suspected is None:
        return
    calendar, texts = suspected
    rows = cells.rows(texts)
    shown = cells.first(texts)
    cells.bench.ask(
        "date_calendar",
        f"{counted(rows, 'date')} such as {cells.texts[shown]} in what look like "
        f"{_WORDS[calendar]}; the Persian solar calendar is not read",
        key="calendar",
        column=cells.column,
        mask=rows,
        options=(
            Option(value=calendar, words=f"{_WORDS[calendar]}: {_example(cells, shown, calendar)}"),
            Option(value="gregorian", words=_WORDS["gregorian"]),
        ),
        default=calendar,
    )
    cells.calendar = calendar


def _suspected(cells: DateCells) -> tuple[str, Bools] | None:
    eras = cells.which("era")
    if eras.any():
        return "japanese", eras
    whole = cells.which("year_first", "year_last", "named")
    years = np.array([cells.parts(k)[0] if whole[k] else 0 for k in range(whole.size)])
    n_all = int(cells.rows(whole).sum()) + int((~np.isnan(cells.clear)).sum())
    for calendar, (first, last) in _YEARS.items():
        texts = whole & (years >= first) & (years <= last)
        if 2 * int(cells.rows(texts).sum()) > n_all:
            return calendar, texts
    return None


def _example(cells: DateCells, k: int, calendar: str) -> str:
    year, month, day = cells.parts(k)
    days = day_in(calendar, year, month or 1, day or 1)
    if np.isnan(days):
        return f"{cells.texts[k]} cannot be read so"
    date = dt.date.fromordinal(int(days) + EPOCH)
    return f"{cells.texts[k]} is {date.isoformat()}"


def in_its_era(year: int, day: float, began: int) -> bool:
    """Return whether a date lies in the Japanese era that began in a year.

    Parameters
    ----------
    year : int
        Of the common calendar.
    day : float
        Days since 1970-01-01.
    began : int
        The year in which the era began.
    """
    later = [date for start, date in _ERA_BEGINS.items() if start > began]
    last = min(later).toordinal() - EPOCH if later else float("inf")
    first = _ERA_BEGINS[began].toordinal() - EPOCH
    # In 1912 and 1926 the first day of an era was also the last one of the era before.
    ends = day <= last if began in {1868, 1912} else day < last
    return first <= day and ends and year >= began
