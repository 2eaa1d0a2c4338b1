"""From settled cells to days: what is impossible is refused, what changed is shown."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.dates.calendars import day_in, in_its_era, settle_calendar
from timezero.intake.dates.cells import (
    FIRST_YEAR,
    LAST_YEAR,
    DateCells,
    declared_format,
    iso_text,
    open_columns,
)
from timezero.intake.dates.century import full_year, settle_century
from timezero.intake.dates.order import WORDS, needs, settle_orders
from timezero.intake.dates.partial import is_partial, read_partial
from timezero.intake.dates.placeholders import find_placeholders
from timezero.intake.dates.serials import read_serials
from timezero.intake.dates.zones import local_days
from timezero.intake.tables import DATE, EMPTY, Column
from timezero.intake.wording import counted

if TYPE_CHECKING:
    from timezero.intake.dates.shapes import Shape

_BOUNDS: Final = (FIRST_YEAR, LAST_YEAR)


def read_dates(bench: Bench) -> None:
    """Read every column of dates: ask what is open, refuse what cannot be, tell what changed."""
    columns = open_columns(bench)
    emptied = [find_placeholders(cells) for cells in columns]
    settle_orders(columns)
    written: list[Floats] = []
    for cells in columns:
        settle_calendar(cells)
        settle_century(cells)
        written.append(_whole_days(cells))
    known = {
        cells.name: _in_cells(cells, days, gone)
        for cells, days, gone in zip(columns, written, emptied, strict=True)
    }
    for cells, days, gone in zip(columns, written, emptied, strict=True):
        _finish(cells, days, gone, known)


def _in_cells(cells: DateCells, days: Floats, gone: Bools) -> Floats:
    """Return the day of each cell; NaN where none is known, or where it is a placeholder."""
    found = cells.clear.copy()
    held = cells.of >= 0
    if days.size:
        found[held] = days[cells.of[held]]
    found[gone] = np.nan
    return found


def _whole_days(cells: DateCells) -> Floats:
    """Return the day of each text that says year, month and day; NaN elsewhere."""
    days = np.full(len(cells.texts), np.nan)
    whole = cells.which("year_first", "year_last", "named", "era") & ~is_partial(cells)
    for k in np.flatnonzero(whole):
        shape = cells.shape(int(k))
        year, month, day = cells.parts(int(k))
        if shape.short:
            year = full_year(year, cells.pivot)
        days[k] = _day(cells, shape, year, (month or 0, day or 0))
    return days


def _day(cells: DateCells, shape: Shape, year: int, rest: tuple[int, int]) -> float:
    calendar = "gregorian" if shape.kind == "era" else cells.calendar
    day = day_in(calendar, year, *rest)
    if shape.kind == "era":
        return day if in_its_era(year, day, shape.began) else float("nan")
    common = year if calendar == "gregorian" else year - 543 if calendar == "buddhist" else 2000
    return day if _BOUNDS[0] <= common <= _BOUNDS[1] else float("nan")


def _finish(cells: DateCells, days: Floats, gone: Bools, known: dict[str, Floats]) -> None:
    bench = cells.bench
    impossible = (
        cells.which("year_first", "year_last", "named", "era") & np.isnan(days) & ~is_partial(cells)
    )
    serial, serial_days = read_serials(cells)
    days, zoned = local_days(cells, np.where(serial, serial_days, days))
    partial, partial_days, rule = read_partial(cells, known)
    impossible |= is_partial(cells) & ~_texts_of(cells, partial)
    _refuse_impossible(cells, impossible)
    final = _in_cells(cells, days, gone)
    final = np.where(partial, partial_days, final)
    handled = (cells.rows(cells.open | impossible) | cells.asked) & ~gone
    empty = gone | (partial & np.isnan(final))
    _put(cells, final, empty, handled)
    _say_hours_are_left(cells)
    for code, words, rows in _changes(cells, zoned, serial, days):
        bench.change(_now(cells), code=code, rule=words, mask=rows, new=iso_text(final))
    if partial.any():
        words = f"date without day or month, by the rule partial_dates = {rule}"
        bench.change(
            _now(cells), code="date_partial_read", rule=words, mask=partial, new=iso_text(final)
        )
    if gone.any():
        words = "a date that stands for 'not recorded' is empty"
        bench.change(
            _now(cells), code="date_placeholder_emptied", rule=words, mask=gone, new=iso_text(final)
        )
    if empty.any():
        _clear(cells, empty)


def _now(cells: DateCells) -> Column:
    return cells.bench.table.column(cells.name)


def _texts_of(cells: DateCells, rows: Bools) -> Bools:
    found = np.zeros(len(cells.texts), dtype=np.bool_)
    found[cells.of[rows]] = True
    return found


def _refuse_impossible(cells: DateCells, texts: Bools) -> None:
    rows = cells.rows(texts)
    if not rows.any():
        return
    order = f", read with {WORDS[cells.order]}" if cells.order in WORDS else ""
    cells.bench.tell(
        "date_impossible",
        Severity.ERROR,
        f"{counted(rows, 'cell')} with a date that does not exist{order}",
        column=cells.column,
        mask=rows,
        mend="look these dates up where they were first written",
    )


def _say_hours_are_left(cells: DateCells) -> None:
    """Say that times of day beside clear dates are not used."""
    text = cells.column.text
    long = (text.str.len_chars() > 10).fill_null(value=False).to_numpy() & ~np.isnan(cells.clear)
    if not long.any():
        return
    midnight = text.str.contains(r"[T ]00:00(:00(\.0+)?)?$").fill_null(value=True).to_numpy()
    rows = long & ~midnight
    if rows.any():
        cells.bench.tell(
            "date_time_of_day",
            Severity.NOTE,
            f"{counted(rows, 'date')} with a time of day, which is not used",
            column=cells.column,
            mask=rows,
        )


def _put(cells: DateCells, days: Floats, empty: Bools, handled: Bools) -> None:
    column = _now(cells)
    is_date = ~np.isnan(days) | handled | empty
    cells.bench.put(
        dataclasses.replace(
            column,
            kinds=np.where(is_date, DATE, column.kinds).astype(np.int8),
            numbers=np.where(is_date, np.nan, column.numbers),
            days=np.where(is_date, days, column.days),
        )
    )


def _clear(cells: DateCells, empty: Bools) -> None:
    """Leave cells empty that mean: not recorded."""
    import polars as pl

    column = _now(cells)
    cells.bench.put(
        dataclasses.replace(
            column,
            text=column.text.set(pl.Series(empty), None),
            kinds=np.where(empty, EMPTY, column.kinds).astype(np.int8),
            days=np.where(empty, np.nan, column.days),
        )
    )


def _changes(
    cells: DateCells, zoned: Bools, serial: Bools, days: Floats
) -> list[tuple[str, str, Bools]]:
    """Return the code, the rule and the cells of each way in which texts were read."""
    read = ~np.isnan(days) & ~cells.open
    other = np.array([s is not None and s.kind == "era" for s in cells.shapes], dtype=np.bool_)
    if cells.calendar != "gregorian":
        other |= read & ~serial
    found = [
        ("date_serial_read", f"days of a workbook, {_said(cells)}", read & serial),
        ("date_zone", "the date of a time with a zone", read & zoned & ~other),
        ("date_calendar_read", f"a date of the {cells.calendar} calendar", read & other),
    ]
    plain = read & ~serial & ~zoned & ~other
    last = np.array([s is not None and s.kind == "year_last" for s in cells.shapes], dtype=np.bool_)
    last &= ~cells.strict
    found += [
        ("date_written", _order_words(cells, plain & last), plain & last),
        ("date_written", _plain_words(cells), plain & ~last),
    ]
    return [(code, words, cells.rows(texts)) for code, words, texts in found if texts.any()]


def _said(cells: DateCells) -> str:
    return cells.bench.said(cells.name).serial_dates or "excel_1900"


def _pivot_words(cells: DateCells) -> str:
    return f"; years of two digits are none later than {cells.pivot}" if cells.pivot else ""


def _plain_words(cells: DateCells) -> str:
    return f"a date written so that it has one meaning{_pivot_words(cells)}"


def _order_words(cells: DateCells, texts: Bools) -> str:
    form = declared_format(cells.bench, cells.name)
    if form is not None:
        return f"a date written {form}, as declared{_pivot_words(cells)}"
    order = cells.order or "dmy"
    day, month = needs(cells, texts & _three(cells))
    proof = cells.addresses(cells.rows(day if order == "dmy" else month))
    settled = f", the only order that fits the whole column: {proof}" if proof else ""
    return f"a date read with {WORDS[order]}{settled}{_pivot_words(cells)}"


def _three(cells: DateCells) -> Bools:
    known = [s is not None and s.first is not None and s.second is not None for s in cells.shapes]
    return np.array(known, dtype=np.bool_)
