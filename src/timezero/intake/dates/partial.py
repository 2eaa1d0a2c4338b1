"""Dates without day or month: a rule takes one day of an interval, and says how far it matters."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option, Severity
from timezero.intake.dates.calendars import day_in
from timezero.intake.dates.cells import EPOCH, DateCells, day_text
from timezero.intake.dates.century import full_year
from timezero.intake.wording import counted

# Nothing comes before what has a lower number.
_RANKS: Final = {
    "birth": 0, "diagnosis": 1, "time_zero": 2, "trigger": 3, "initiation": 3, "further": 4,
    "exit": 5, "death": 5,
}  # fmt: skip


def interval_of(cells: DateCells, k: int) -> tuple[float, float]:
    """Return the first and the last day that a partial date can mean; NaN when there is none.

    Parameters
    ----------
    cells : DateCells
    k : int
        Which text.
    """
    year, month, _ = cells.parts(k)
    shape = cells.shapes[k]
    if shape is not None and shape.short:
        year = full_year(year, cells.pivot)
    if month is None:
        return day_in(cells.calendar, year, 1, 1), _last_of(cells.calendar, year, 12)
    return day_in(cells.calendar, year, month, 1), _last_of(cells.calendar, year, month)


def _last_of(name: str, year: int, month: int) -> float:
    if not 1 <= month <= 12:
        return float("nan")
    if name == "hijri":
        return max((day_in(name, year, month, day) for day in (29, 30)), default=float("nan"))
    common = year - 543 if name == "buddhist" else year
    if not 1 <= common <= 9999:
        return float("nan")
    return float(dt.date(common, month, calendar.monthrange(common, month)[1]).toordinal() - EPOCH)


def is_partial(cells: DateCells) -> Bools:
    """Return which texts lack the day, or month and day."""
    partial = [
        s is not None and s.kind != "number" and None in cells.parts(k)[1:]
        for k, s in enumerate(cells.shapes)
    ]
    return np.array(partial, dtype=np.bool_) & ~cells.open


def read_partial(cells: DateCells, all_days: dict[str, Floats]) -> tuple[Bools, Floats, str]:
    """Ask how partial dates are to be read, and return the cells, their days, and the rule.

    Parameters
    ----------
    cells : DateCells
    all_days : dict of str to (n,) float64
        For each column of dates, the days that are known.

    Returns
    -------
    rows : (n,) bool
    days : (n,) float64
        NaN where the cell means nothing.
    rule : str
    """
    texts = is_partial(cells)
    rows = cells.rows(texts)
    nothing = np.full(rows.size, np.nan)
    if not rows.any():
        return rows, nothing, ""
    bounds = np.array([interval_of(cells, k) if texts[k] else (np.nan, np.nan)
                       for k in range(texts.size)])  # fmt: skip
    bad = texts & (np.isnan(bounds).any(axis=1))
    rows &= ~cells.rows(bad)
    first, last = bounds[np.maximum(cells.of, 0)].T
    first, last = np.where(rows, first, np.nan), np.where(rows, last, np.nan)
    low, high = _possible(cells, first, last, all_days)
    said = cells.bench.said(cells.name).partial_dates
    if said is None and rows.any():
        _ask(cells, rows, first, last)
    rule = said or "interval"
    if rule == "missing":
        return rows, nothing, rule
    middle = np.floor((low + high) / 2.0)
    days = {"interval": middle, "middle": np.floor((first + last) / 2.0), "first": first}
    chosen = days.get(rule, last)
    if rows.any():
        _warn(cells, rows, (low, chosen, high), rule)
    return rows, chosen, rule


def _possible(
    cells: DateCells, first: Floats, last: Floats, all_days: dict[str, Floats]
) -> tuple[Floats, Floats]:
    """Narrow the interval to what the patient's other dates allow, and to today."""
    roles = cells.bench.roles
    own = [_RANKS[role] for role in roles.get(cells.name, ()) if role in _RANKS]
    low, high = first.copy(), np.fmin(last, cells.bench.today.toordinal() - EPOCH)
    if own:
        for name, days in all_days.items():
            ranks = [_RANKS[role] for role in roles.get(name, ()) if role in _RANKS]
            if name == cells.name or not ranks:
                continue
            if max(ranks) < min(own):
                low = np.fmax(low, np.where(np.isnan(first), np.nan, days))
            elif min(ranks) > max(own):
                high = np.fmin(high, np.where(np.isnan(last), np.nan, days))
    # Where the other dates contradict, the calendar alone speaks, and a check tells.
    sound = low <= high
    return np.where(sound, low, first), np.where(sound, high, last)


def _ask(cells: DateCells, rows: Bools, first: Floats, last: Floats) -> None:
    k = int(np.flatnonzero(rows)[0])
    text = cells.column.text[k]
    middle = day_text(np.floor((first[k] + last[k]) / 2.0))
    begin, end = day_text(first[k]), day_text(last[k])
    cells.bench.ask(
        "date_partial",
        f"{counted(rows, 'date')} without day or month, such as {text}",
        key="partial_dates",
        column=cells.column,
        mask=rows,
        options=(
            Option(
                value="interval",
                words=f"{text} is the middle of the days that the patient's other dates leave of "
                f"{begin} to {end}, and it is told how far each could be off",
            ),
            Option(value="middle", words=f"{text} is {middle}, whatever the other dates say"),
            Option(value="first", words=f"{text} is {begin}"),
            Option(value="last", words=f"{text} is {end}"),
            Option(value="missing", words=f"{text} is not recorded"),
        ),
        default="interval",
    )


def _warn(cells: DateCells, rows: Bools, spread: tuple[Floats, Floats, Floats], rule: str) -> None:
    low, chosen, high = spread
    earlier, later = chosen - low, high - chosen
    table = cells.bench.table
    evidence = tuple(
        f"{table.address(cells.column, int(k))}: {cells.column.text[int(k)]} -> "
        f"{day_text(float(chosen[k]))}, "
        f"possible {day_text(float(low[k]))} to {day_text(float(high[k]))}"
        for k in np.flatnonzero(rows)[:20]
    )
    cells.bench.tell(
        "date_partial_read",
        Severity.WARNING,
        f"{counted(rows, 'date')} without day or month, read by the rule {rule}: times that count "
        f"from or to them could be up to {np.nanmax(np.where(rows, earlier, 0)):.0f} days earlier "
        f"or {np.nanmax(np.where(rows, later, 0)):.0f} days later "
        f"({np.nanmean(np.where(rows, np.maximum(earlier, later), np.nan)):.0f} on average)",
        column=cells.column,
        mask=rows,
        mend="read the file with partial_dates = 'first' and with 'last' too, and compare",
        evidence=evidence,
    )
