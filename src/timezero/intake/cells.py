"""From records of cells to a grid of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from timezero.intake.frames import column_from_cells, column_from_series, text_column
from timezero.intake.grid import Grid
from timezero.intake.tables import Column, column_letter


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


def _column(letter: str, cells: tuple[Any, ...]) -> Column:
    import polars as pl

    kinds = set(map(type, cells))
    if kinds == {str}:
        return text_column(letter, pl.Series(letter, cells, dtype=pl.String), letter=letter)
    if kinds == {float}:
        series = pl.Series(letter, cells, dtype=pl.Float64)
        return column_from_series(letter, series, letter=letter)
    return column_from_cells(letter, cells, letter=letter)
