"""Cells that were empty in the file, and codes that somebody declared."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.intake.bench import Bench
from timezero.intake.sheet_scan import column_number
from timezero.intake.tables import EMPTY, Column

# Roles of columns in which an empty cell says that something never happened.
EMPTY_MEANS_NEVER: Final = frozenset(
    ("initiation", "trigger", "further", "death", "negative_control")
)


def left_empty(bench: Bench, column: Column, n: str) -> str:
    """Say what becomes of cells that are not recorded: in some columns that means never.

    Parameters
    ----------
    bench : Bench
    column : Column
    n : str
        How many cells, in words.
    """
    never = EMPTY_MEANS_NEVER & set(bench.roles[column.name])
    return f"{n} left empty, which means: never" if never else f"not recorded: {n} left empty"


def blank_cells(bench: Bench, column: Column) -> Bools:
    """Return the cells that are empty in the file, not those that were emptied on the way.

    Parameters
    ----------
    bench : Bench
    column : Column
    """
    blank = np.asarray(column.kinds == EMPTY)
    for change in bench.changes:
        if change.column == column.name:
            blank &= ~np.isin(bench.table.rows, change.rows)
    if column.letter and bench.grid.uncalculated:
        at = column_number(column.letter)
        formulas = [row for row, number in bench.grid.uncalculated if number == at]
        blank &= ~np.isin(bench.table.rows, formulas)
    return blank


def declared_codes(bench: Bench, column: Column) -> frozenset[str]:
    """Return the codes for 'not recorded' that study file or recipe name, defaults left out.

    Parameters
    ----------
    bench : Bench
    column : Column
    """
    explicit = bench.data.missing if "missing" in bench.data.model_fields_set else ()
    return frozenset((*explicit, *(bench.said(column.name).missing or ())))
