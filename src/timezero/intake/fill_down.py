"""Values that stand only in the first of several rows: merged cells, and identifiers."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.arrays import Ints
from timezero.intake.guess import WORDS, words_of
from timezero.intake.header_rows import Merged
from timezero.intake.headings import place_of
from timezero.intake.tables import Column, Table

_SHARE: Final = 0.1
_FEWEST: Final = 2


def from_merged_cells(table: Table, column: Column, merged: Merged) -> Ints:
    """Return for each row the row whose cell it takes: the first one of merged cells, or itself.

    Parameters
    ----------
    table : Table
    column : Column
    merged : tuple of (int, int, int, int)
        First row, first column, last row, last column, counted from 1.
    """
    source = np.arange(table.rows.size, dtype=np.int64)
    place = place_of(column.letter)
    for top, left, bottom, right in merged:
        if not (left <= place <= right and bottom > top):
            continue
        first, end = np.searchsorted(table.rows, [top, bottom + 1])
        if first < end and table.rows[first] == top and column.kinds[first] != 0:
            source[first:end] = np.where(column.kinds[first:end] == 0, first, source[first:end])
    return source


def from_rows_above(column: Column) -> Ints:
    """Return for each row the row whose cell it takes: the nearest filled one above, or itself.

    Parameters
    ----------
    column : Column
    """
    own = np.arange(column.kinds.size, dtype=np.int64)
    nearest = np.maximum.accumulate(np.where(column.kinds != 0, own, -1))
    return np.where(nearest >= 0, nearest, own)


def identifier_with_gaps(table: Table, named: str | None) -> str | None:
    """Return the column with the patient when it is filled only in the first of several rows.

    Parameters
    ----------
    table : Table
    named : str or None
        The column with the patient, if the study names it.

    Returns
    -------
    str or None
        None when the first cell is empty, or hardly any other one is.
    """
    if not table.columns:
        return None
    column = next((c for c in table.columns if c.name == named), None)
    if column is None and named is None and words_of(table.columns[0].name) in WORDS["id"]:
        column = table.columns[0]
    if column is None or column.kinds[0] == 0:
        return None
    n_empty = int((column.kinds == 0).sum())
    return column.name if n_empty >= max(_FEWEST, _SHARE * column.kinds.size) else None


def filled_down(column: Column, source: Ints) -> Column:
    """Return a column whose cells are those of other rows of it.

    Parameters
    ----------
    column : Column
    source : (n,) int64
        For each row, the row whose cell it takes.
    """
    return dataclasses.replace(
        column,
        text=column.text.gather(source),
        kinds=column.kinds[source],
        numbers=column.numbers[source],
        days=column.days[source],
    )
