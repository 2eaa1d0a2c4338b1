"""The cells of one date column while it is settled what they mean."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.dates.order import ORDERS, Order, order_of_format
from timezero.intake.dates.shapes import Shape, shape_of
from timezero.intake.tables import DATE, NUMBER, TEXT, Column
from timezero.intake.times import iso_days, refuse_strange_format, text_days, text_numbers

if TYPE_CHECKING:
    import polars as pl

EPOCH = dt.date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1800, 2200
# Days of a workbook that can be dates of patients: 1919 to 2100.
SERIALS = (7_000.0, 73_051.0)
DATED_ROLES = (*TIME_ROLES, "history_time")


@dataclass(slots=True, kw_only=True, eq=False)
class DateCells:
    """One column: its different texts, what each looks like, and what it means so far.

    Parameters
    ----------
    bench : Bench
    column : Column
        As it stands in the table.
    clear : (n,) float64
        Days since 1970-01-01 of cells that need no reading: dates of a workbook, 2019-03-05.
    of : (n,) int64
        Index of the text of each cell that does; -1 elsewhere.
    texts : list of str
    shapes : list of Shape or None
        Of each text.
    strict : (n_texts,) bool
        Texts that were read by a declared format, whose order is therefore known.
    order : Order or None
        Which number of 04/03/2016 is the day; None while it is not known.
    first_year : Order
        Which number of 2016-04-03 is the day, likewise.
    open : (n_texts,) bool
        Texts whose meaning is asked, with nothing proposed; and those refused.
    asked : (n,) bool
        Cells whose day is not known until a question is answered.
    calendar : str
    pivot : int
        The latest year that two digits can mean.
    """

    bench: Bench
    column: Column
    clear: Floats
    of: Ints
    texts: list[str]
    shapes: list[Shape | None]
    strict: Bools
    order: Order | None = None
    first_year: Order = "ymd"
    open: Bools
    asked: Bools
    calendar: str = "gregorian"
    pivot: int = 0

    @property
    def name(self) -> str:
        """The header of the column."""
        return self.column.name

    def which(self, *kinds: str) -> Bools:
        """Return which texts have a shape of these kinds and are not settled otherwise."""
        found = [s is not None and s.kind in kinds for s in self.shapes]
        return np.array(found, dtype=np.bool_) & ~self.open

    def rows(self, texts: Bools) -> Bools:
        """Return the cells that hold one of some texts."""
        if not texts.any():
            return np.zeros(self.of.size, dtype=np.bool_)
        return (self.of >= 0) & texts[np.maximum(self.of, 0)]

    def first(self, texts: Bools) -> int:
        """Return the first of some texts, in the order of the file."""
        return int(np.flatnonzero(texts)[0])

    def shape(self, k: int) -> Shape:
        """Return the shape of a text; an empty number when it looks like no date."""
        return self.shapes[k] or Shape(kind="number")

    def parts(self, k: int, order: Order | None = None) -> tuple[int, int | None, int | None]:
        """Return year, month and day of a text as written, under an order of its numbers."""
        shape = self.shape(k)
        first, second = shape.first, shape.second
        if self.strict[k] or shape.kind in {"named", "era", "year"}:
            return shape.year, first, second
        if shape.kind == "year_first":
            return (shape.year, second, first) if self.first_year == "ydm" else (
                shape.year, first, second
            )  # fmt: skip
        return ORDERS[order or self.order or "dmy"](first, second, shape.year)

    def addresses(self, rows: Bools, most: int = 3) -> str:
        """Return the first cells with what they say: ``D7 says 25/03/2019``."""
        table = self.bench.table
        found = np.flatnonzero(rows)[:most]
        listed = [f"{table.address(self.column, int(k))} {self.column.text[int(k)]}" for k in found]
        return ", ".join(listed)


def open_columns(bench: Bench) -> list[DateCells]:
    """Return the columns that hold dates, with the cells that have to be read."""
    opened = (_opened(bench, column) for column in _candidates(bench))
    return [cells for cells in opened if cells is not None]


def _candidates(bench: Bench) -> list[Column]:
    roles = set(DATED_ROLES)
    return [
        column
        for column in bench.table.columns
        if bench.said(column.name).kind == "date"
        or (
            roles & set(bench.roles.get(column.name, ()))
            and bench.said(column.name).kind in {None, "date"}
        )
    ]


def declared_format(bench: Bench, name: str) -> str | None:
    """Return the format that the recipe, or else the study file, declares for a column."""
    said = bench.said(name).date_format
    return bench.data.date_format if said is None else said


def _opened(bench: Bench, column: Column) -> DateCells | None:
    import polars as pl

    missing = bench.missing(column)
    form = declared_format(bench, column.name)
    if form is not None:
        where = f"tables.{bench.key}.columns.{column.name}.date_format"
        refuse_strange_format(
            form, where if bench.said(column.name).date_format else "data.date_format"
        )
    first_year, order = order_of_format(form)
    is_text = np.isin(column.kinds, (TEXT, NUMBER)) & ~missing
    is_date = (column.kinds == DATE) & ~missing
    clear = np.where(is_date, column.days, np.nan)
    if is_text.any() and first_year == "ymd":
        written = column.text if is_text.all() else column.text.set(pl.Series(~is_text), None)
        clear = np.where(is_text, iso_days(written), clear)
    rest = is_text & np.isnan(clear)
    of = np.full(column.kinds.size, -1, dtype=np.int64)
    texts: list[str] = []
    if rest.any():
        asked = column.text.filter(pl.Series(rest))
        distinct = asked.unique(maintain_order=True)
        numbered = pl.Series(np.arange(len(distinct)))
        of[rest] = asked.replace_strict(distinct, numbered, return_dtype=pl.Int64).to_numpy()
        texts = distinct.to_list()
    shapes, strict = _shapes(texts, form)
    dated = bool((~np.isnan(clear)).any()) or _speaks_of_dates(bench, column, texts, shapes)
    if not dated:
        return None
    return DateCells(
        bench=bench,
        column=column,
        clear=clear,
        of=of,
        texts=texts,
        shapes=shapes,
        strict=strict,
        order=order,
        first_year=first_year,
        open=np.zeros(len(texts), dtype=np.bool_),
        asked=np.zeros(of.size, dtype=np.bool_),
    )


def _shapes(texts: list[str], form: str | None) -> tuple[list[Shape | None], Bools]:
    """Return the shape of each text; a text that fits the declared format is read by it."""
    import polars as pl

    shapes = [shape_of(text) for text in texts]
    strict = np.zeros(len(texts), dtype=np.bool_)
    if form is None or not texts:
        return shapes, strict
    days = text_days(pl.Series(texts, dtype=pl.String), form)
    short = "%y" in form
    for k in np.flatnonzero(~np.isnan(days)):
        date = dt.date.fromordinal(int(days[k]) + EPOCH)
        year = date.year % 100 if short else date.year
        shapes[int(k)] = Shape(
            kind="named", year=year, first=date.month, second=date.day, short=short
        )
        strict[k] = True
    return shapes, strict


def _speaks_of_dates(
    bench: Bench, column: Column, texts: list[str], shapes: list[Shape | None]
) -> bool:
    """Tell a column of dates from one of numbers such as months since time zero."""
    import polars as pl

    if not texts:
        return False
    if bench.said(column.name).kind == "date":
        return True
    values = text_numbers(pl.Series(texts, dtype=pl.String), decimal_comma=bench.data.decimal_comma)
    plain = ~np.isnan(values)
    shaped = np.array([s is not None and s.kind != "number" for s in shapes], dtype=np.bool_)
    if (shaped & ~plain).any():
        return True
    if bench.data.time_zero is None or not plain.all():
        return False
    # Every time is a date here, so whole columns of 43529, of 20190305 or of 2018 are dates.
    serial = (values >= SERIALS[0]) & (values <= SERIALS[1])
    return bool((serial | shaped).all())


def iso_text(days: Floats) -> pl.Series:
    """Return days since 1970-01-01 as 2016-03-04; null where there is none."""
    import polars as pl

    whole = pl.Series(days).fill_nan(None).cast(pl.Int32)
    return whole.cast(pl.Date).cast(pl.String)


def day_text(day: float) -> str:
    """Return one day as 2016-03-04."""
    return dt.date.fromordinal(int(day) + EPOCH).isoformat()
