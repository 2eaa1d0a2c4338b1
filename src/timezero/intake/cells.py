"""From records of cells to a grid of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from timezero.arrays import Ints
from timezero.intake.frames import column_from_cells, column_from_series, text_column
from timezero.intake.grid import Grid
from timezero.intake.tables import Column, column_letter

if TYPE_CHECKING:
    import polars as pl


def grid_of_records(name: str, records: Sequence[Sequence[Any]]) -> Grid:
    """Return the cells of records, columns called by their letters.

    Parameters
    ----------
    name : str
        What the table is called in addresses.
    records : sequence of sequences
        From row 1 of the file on; short records are filled up with empty cells.
    """
    widths = np.array([len(record) for record in records], dtype=np.int64)
    width = int(widths.max(initial=0))
    full = [[*record, *[""] * (width - len(record))] for record in records]
    by_column = list(zip(*full, strict=True))
    columns = tuple(_column(column_letter(k), by_column[k]) for k in range(width))
    return Grid(
        name=name,
        columns=columns,
        rows=np.arange(1, len(records) + 1, dtype=np.int64),
        widths=widths,
        hidden_rows=np.empty(0, dtype=np.int64),
    )


def grid_of_frame(name: str, frame: pl.DataFrame, widths: Ints, *, unquote: bool) -> Grid:
    """Return the cells of a frame of text, columns called by their letters.

    Parameters
    ----------
    name : str
        What the table is called in addresses.
    frame : polars DataFrame
        All text, from row 1 of the file on.
    widths : (n,) int64
        How many cells each record has in the file.
    unquote : bool
        Whether a pair of quotation marks around a cell is taken off.
    """
    n = frame.height
    columns: list[Column] = []
    for index in range(frame.width):
        cells = frame.drop_in_place(frame.columns[0])
        if unquote:
            cells = _unquoted(cells)
        letter = column_letter(index)
        columns.append(text_column(letter, cells, letter=letter))
    return Grid(
        name=name,
        columns=tuple(columns),
        rows=np.arange(1, n + 1, dtype=np.int64),
        widths=widths,
        hidden_rows=np.empty(0, dtype=np.int64),
    )


def _unquoted(cells: pl.Series) -> pl.Series:
    """Take off a pair of quotation marks around a cell, and write doubled ones once."""
    text = cells.str.strip_chars(" \t")
    paired = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() > 1)
    if not paired.any():
        return cells
    inner = text.str.replace(r'(?s)^"(.*)"$', "${1}").str.replace_all('""', '"', literal=True)
    return inner.zip_with(paired, cells)


def _column(letter: str, cells: tuple[Any, ...]) -> Column:
    import polars as pl

    kinds = set(map(type, cells))
    if kinds == {str}:
        return text_column(letter, pl.Series(letter, cells, dtype=pl.String), letter=letter)
    if kinds == {float}:
        series = pl.Series(letter, cells, dtype=pl.Float64)
        return column_from_series(letter, series, letter=letter)
    return column_from_cells(letter, cells, letter=letter)
