"""Cells that were found to mean 'not recorded' become empty."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.arrays import Bools
from timezero.intake.tables import EMPTY, Column


def emptied(column: Column, mask: Bools) -> Column:
    """Return a column with some cells empty.

    Parameters
    ----------
    column : Column
    mask : (n,) bool
        The cells.
    """
    import polars as pl

    return dataclasses.replace(
        column,
        text=column.text.set(pl.Series(mask), None),
        kinds=np.where(mask, EMPTY, column.kinds).astype(np.int8),
        numbers=np.where(mask, np.nan, column.numbers),
        days=np.where(mask, np.nan, column.days),
    )


def nothing(n: int) -> Bools:
    """Return a mask without a cell.

    Parameters
    ----------
    n : int
        How many rows there are.
    """
    return np.zeros(n, dtype=np.bool_)
