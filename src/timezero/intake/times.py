"""Numbers and dates: what a time cell says, without ever guessing a date."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import InputRefused
from timezero.intake.distinct import distinct
from timezero.intake.tables import DATE, NUMBER, TEXT, Column
from timezero.model.protocol import DataPart

if TYPE_CHECKING:
    import polars as pl

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity)$"
_NUMBER_WITH_COMMA = r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity)$"
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
_DAY_MONTH = r"^\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})$"
_MINUS = "\u2212"
# Years outside belong to slips of the pen and to place-holders, not to patients.
EARLIEST_YEAR, LATEST_YEAR = 1800, 2200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """What the cells of one time column say, before anything is counted from time zero.

    Parameters
    ----------
    column : Column
    numbers : (n,) float64
        The number a cell holds; NaN where it holds none.
    days : (n,) float64
        The date a cell holds, in days since 1970-01-01; NaN where it holds none.
    missing : (n,) bool
        Empty, or a declared code for 'not recorded'.
    ambiguous : (n,) bool
        Text such as 04/03/2016 while no format is declared.
    unreadable : (n,) bool
        Neither missing, nor a number, nor a date.
    """

    column: Column
    numbers: Floats
    days: Floats
    missing: Bools
    ambiguous: Bools
    unreadable: Bools

    @property
    def holds_numbers(self) -> bool:
        """Whether any cell is a number."""
        return bool((~np.isnan(self.numbers)).any())

    @property
    def holds_dates(self) -> bool:
        """Whether any cell is a date, clear or not."""
        is_date = (self.column.kinds == DATE) & ~self.missing
        return bool((~np.isnan(self.days)).any() or self.ambiguous.any() or is_date.any())


def read_moments(column: Column, data: DataPart) -> Moments:
    """Read numbers and dates from the cells of a column that was prepared.

    A date cell without a day is one whose meaning was asked about or refused before.

    Parameters
    ----------
    column : Column
    data : DataPart
        Says which cells are missing, how dates are written and whether 3,5 is a number.

    Raises
    ------
    InputRefused
        The declared date format is none.
    """
    if data.date_format is not None:
        refuse_strange_format(data.date_format, "data.date_format")
    missing = column.missing(data.missing)
    is_text = (column.kinds == TEXT) & ~missing
    numbers = np.where((column.kinds == NUMBER) & ~missing, column.numbers, np.nan)
    days = np.where((column.kinds == DATE) & ~missing, column.days, np.nan)
    ambiguous = np.zeros_like(missing)
    if is_text.any():
        days = np.where(is_text, text_days(column.text, data.date_format), days)
        plain = text_numbers(column.text, decimal_comma=data.decimal_comma)
        numbers = np.where(is_text & np.isnan(days), plain, numbers)
        if data.date_format is None:
            ambiguous = is_text & _matches(column.text, _DAY_MONTH)
    told = (column.kinds == DATE) & ~missing
    unreadable = ~missing & ~ambiguous & ~told & np.isnan(numbers) & np.isnan(days)
    return Moments(
        column=column,
        numbers=numbers,
        days=days,
        missing=missing,
        ambiguous=ambiguous,
        unreadable=unreadable,
    )


def _matches(text: pl.Series, pattern: str) -> Bools:
    found = text.str.contains(pattern).fill_null(value=False).to_numpy()
    return np.asarray(found, dtype=np.bool_)


def text_numbers(text: pl.Series, *, decimal_comma: bool) -> Floats:
    """Return the number each text is; NaN where it is none.

    Parameters
    ----------
    text : (n,) polars String
    decimal_comma : bool
        Numbers are written 3,5; a full stop is then no part of a number.
    """
    told = distinct(text)
    return told.spread(_numbers_of(told.values, decimal_comma=decimal_comma))


def _numbers_of(text: pl.Series, *, decimal_comma: bool) -> Floats:
    import polars as pl

    text = text.str.replace_all(_MINUS, "-", literal=True)
    is_number = _matches(text, _NUMBER_WITH_COMMA if decimal_comma else _NUMBER)
    if decimal_comma:
        text = text.str.replace_all(",", ".", literal=True)
    values = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    return np.where(is_number, values, np.nan).astype(np.float64)


def text_days(text: pl.Series, date_format: str | None) -> Floats:
    """Return the date each text is, in days since 1970-01-01; NaN where it is none.

    Parameters
    ----------
    text : (n,) polars String
    date_format : str or None
        Format of dates, such as ``%d/%m/%Y``. ISO 8601 dates (2016-03-04) are always read, unless
        the declared format itself begins with the year.
    """
    days = np.full(len(text), np.nan)
    if date_format is not None:
        days = _parsed(text, date_format)
    if date_format is None or not date_format.startswith("%Y"):
        days = np.where(np.isnan(days), iso_days(text), days)
    return days


def iso_days(text: pl.Series) -> Floats:
    """Return the date of each text such as 2016-03-04 or 2016-03-04 13:30; NaN elsewhere.

    Parameters
    ----------
    text : (n,) polars String
    """
    told = distinct(text)
    is_iso = _matches(told.values, _ISO)
    if not is_iso.any():
        return np.full(len(text), np.nan)
    days = _parsed(told.values.str.slice(0, 10), "%Y-%m-%d")
    return told.spread(np.where(is_iso, days, np.nan))


def refuse_strange_format(date_format: str, where: str) -> None:
    """Refuse a format that does not say day, month and year.

    Parameters
    ----------
    date_format : str
    where : str
        The key under which it stands.

    Raises
    ------
    InputRefused
        It is no date format.
    """
    parts = (("%d", "%e"), ("%m", "%b", "%B"), ("%Y", "%y"))
    if all(any(directive in date_format for directive in part) for part in parts):
        return
    raise InputRefused(
        what=f"{date_format!r} is no date format",
        where=where,
        mend="write it with %d for the day, %m for the month and %Y for the year: %d/%m/%Y",
        code="TZ-IN-06",
    )


def _parsed(text: pl.Series, date_format: str) -> Floats:
    import polars as pl

    dates = text.str.to_date(date_format, strict=False, exact=True)
    years = dates.dt.year()
    known = ((years >= EARLIEST_YEAR) & (years <= LATEST_YEAR)).fill_null(value=False).to_numpy()
    days = dates.cast(pl.Int32).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.where(known, days, np.nan).astype(np.float64)


def both_readings(text: str) -> str:
    """Return both dates that a text such as 04/03/2016 can mean, in words.

    Parameters
    ----------
    text : str
        Day and month in either order, then the year.
    """
    first, second, year = (int(part) for part in re.split(r"[./-]", text.strip()))
    year_text = f"{year:02d}" if year < 100 else str(year)
    readings: list[str] = []
    for day, month in ((first, second), (second, first)):
        try:
            date = dt.date(2000, month, day)
        except ValueError:
            continue
        words = f"{day} {date.strftime('%B')} {year_text}"
        if words not in readings:
            readings.append(words)
    return " or ".join(readings) if readings else "no date in either order"
