"""A run of rows of a table."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.intake.tables import Table, nothing


def rows_between(table: Table, first: int, end: int) -> Table:
    """Return a table with the rows from ``first`` to before ``end``, everything else as it is.

    Parameters
    ----------
    table : Table
    first, end : int
        Indices, >= 0.
    """
    if (first, end) == (0, table.rows.size):
        return table
    columns = tuple(
        dataclasses.replace(
            column,
            text=column.text.slice(first, end - first),
            kinds=column.kinds[first:end],
            numbers=_between(column.numbers, first, end),
            days=_between(column.days, first, end),
        )
        for column in table.columns
    )
    return dataclasses.replace(table, columns=columns, rows=table.rows[first:end])


def _between(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], first: int, end: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    one_throughout = values.size > 1 and values.strides == (0,)
    return nothing(end - first) if one_throughout and np.isnan(values[0]) else values[first:end]
