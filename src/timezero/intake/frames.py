"""The door for data frames: Polars, pandas and Arrow, one column at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from timezero.arrays import Bools
from timezero.errors import InputRefused
from timezero.intake.grid import Grid
from timezero.intake.tables import BOOLEAN, DATE, EMPTY, NUMBER, TEXT, Column, nothing

if TYPE_CHECKING:
    import polars as pl

EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()
WHOLE_NUMBER_LIMIT = 1e15
# Spaces of every kind, the byte-order mark and the zero-width space.
_BLANKS = " \t\r\n\f\v\u00a0\u2007\u202f\u200b\ufeff"


def grid_from_frame(frame: Any, name: str = "data frame") -> Grid:
    """Take a Polars, pandas or Arrow frame.

    Parameters
    ----------
    frame : any eager frame that Narwhals understands
    name : str
        What the table is called in addresses.

    Raises
    ------
    InputRefused
        The object is no data frame, or has no rows, or two columns of the same name.
    """
    import narwhals as nw

    try:
        opened = nw.from_native(frame, eager_only=True)
        names = [str(column) for column in opened.columns]
    except (TypeError, ValueError, nw.exceptions.NarwhalsError) as error:
        raise InputRefused(
            what=f"a {type(frame).__name__} is no table: {error}",
            where=name,
            mend="give a path, or a Polars, pandas or Arrow data frame",
            code="TZ-IN-17",
        ) from error
    if len(opened) == 0:
        raise InputRefused(
            what="the table has no rows",
            where=name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )
    columns = tuple(
        column_from_series(heading, _polars_series(opened[original]))
        for heading, original in zip(names, opened.columns, strict=True)
    )
    return Grid(
        name=name,
        columns=columns,
        rows=np.arange(1, len(opened) + 1, dtype=np.int64),
        is_headed=True,
        hidden_rows=np.empty(0, dtype=np.int64),
    )


def _polars_series(series: Any) -> pl.Series | list[object]:
    """Return a Polars series, or the bare cells of a column of mixed types."""
    try:
        return series.to_polars()
    except Exception:  # noqa: BLE001 -- every back end has its own error for mixed cells
        return list(series.to_list())


def column_from_series(name: str, cells: pl.Series | list[object], *, letter: str = "") -> Column:
    """Make a column from a series of one type, or from bare cells."""
    import polars as pl

    if isinstance(cells, list):
        return column_from_cells(name, cells, letter=letter)
    dtype = cells.dtype
    if dtype == pl.Object:
        return column_from_cells(name, cells.to_list(), letter=letter)
    none = nothing(len(cells))
    if dtype == pl.Boolean:
        numbers = _floats(cells.cast(pl.Float64))
        return _column(
            name, letter, text=cells.cast(pl.String), kind=BOOLEAN, numbers=numbers, days=none
        )
    if dtype.is_numeric():
        exact = cells.cast(pl.String) if dtype.is_integer() else None
        floats = cells.cast(pl.Float64).fill_nan(None)
        text = _number_text(floats) if exact is None else exact
        return _column(name, letter, text=text, kind=NUMBER, numbers=_floats(floats), days=none)
    if isinstance(dtype, pl.Date | pl.Datetime):
        days = _floats(cells.cast(pl.Date).cast(pl.Int32).cast(pl.Float64))
        text = cells.cast(pl.Date).cast(pl.String)
        if isinstance(dtype, pl.Datetime):
            text = _moment_text(cells, text)
        return _column(name, letter, text=text, kind=DATE, numbers=none, days=days)
    try:
        return text_column(name, cells.cast(pl.String, strict=False), letter=letter)
    except pl.exceptions.PolarsError:
        # Durations, structs and the like have no text of their own.
        return column_from_cells(name, cells.to_list(), letter=letter)


def text_column(name: str, cells: pl.Series, *, letter: str = "") -> Column:
    """Make a column of text; a cell of nothing but spaces is empty."""
    text = cells.str.strip_chars(_BLANKS)
    blank = (text == "").fill_null(value=False)
    if blank.any():
        text = text.set(blank, None)
    kinds = np.full(len(text), TEXT, dtype=np.int8)
    if text.null_count():
        kinds[text.is_null().to_numpy()] = EMPTY
    none = nothing(len(text))
    return Column(
        name=name, letter=letter, text=text.alias(name), kinds=kinds, numbers=none, days=none
    )


def _column(
    name: str, letter: str, *, text: pl.Series, kind: int, numbers: Any, days: Any
) -> Column:
    empty = text.is_null().to_numpy()
    kinds = np.where(empty, EMPTY, kind).astype(np.int8)
    return Column(
        name=name,
        letter=letter,
        text=text.alias(name),
        kinds=kinds,
        numbers=numbers if kind == DATE else np.where(empty, np.nan, numbers),
        days=np.where(empty, np.nan, days) if kind == DATE else days,
    )


def _floats(series: pl.Series) -> Any:
    return np.asarray(series.fill_null(float("nan")).to_numpy(), dtype=np.float64)


def _number_text(floats: pl.Series) -> pl.Series:
    import polars as pl

    whole = (floats == floats.floor()) & (floats.abs() < WHOLE_NUMBER_LIMIT)
    as_whole = floats.zip_with(whole.fill_null(value=False), pl.zeros(len(floats), eager=True))
    text = floats.cast(pl.String)
    return as_whole.cast(pl.Int64).cast(pl.String).zip_with(whole.fill_null(value=False), text)


def _moment_text(cells: pl.Series, day: pl.Series) -> pl.Series:
    """Show the time of day where there is one."""
    moments = cells.dt.strftime("%Y-%m-%d %H:%M:%S")
    midnight: Bools = (cells.dt.truncate("1d") == cells).fill_null(value=True).to_numpy()
    import polars as pl

    return day.zip_with(pl.Series(midnight), moments)


def column_from_cells(name: str, cells: Sequence[object], *, letter: str = "") -> Column:
    """Make a column from cells that each have their own type, as in a workbook."""
    import polars as pl

    n = len(cells)
    kinds = np.zeros(n, dtype=np.int8)
    numbers, days = np.full(n, np.nan), np.full(n, np.nan)
    texts: list[str | None] = [None] * n
    for k, cell in enumerate(cells):
        kinds[k], texts[k], numbers[k], days[k] = _one_cell(cell)
    return Column(
        name=name,
        letter=letter,
        text=pl.Series(name, texts, dtype=pl.String),
        kinds=kinds,
        numbers=numbers,
        days=days,
    )


def _one_cell(cell: object) -> tuple[int, str | None, float, float]:
    nan = float("nan")
    if cell is None:
        return EMPTY, None, nan, nan
    if isinstance(cell, np.generic):
        cell = cast("object", cell.item())
    if isinstance(cell, bool):
        return BOOLEAN, "true" if cell else "false", float(cell), nan
    if isinstance(cell, int | float):
        number = float(cell)
        if np.isnan(number):
            return EMPTY, None, nan, nan
        whole = number == np.floor(number) and abs(number) < WHOLE_NUMBER_LIMIT
        return NUMBER, str(int(number)) if whole else repr(number), number, nan
    if isinstance(cell, dt.datetime | dt.date):
        midnight = not isinstance(cell, dt.datetime) or cell.time() == dt.time()
        text = cell.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S")
        return DATE, text, nan, float(cell.toordinal() - EPOCH_ORDINAL)
    text = str(cell).strip(_BLANKS)
    return (TEXT, text, nan, nan) if text and text != "NaT" else (EMPTY, None, nan, nan)
