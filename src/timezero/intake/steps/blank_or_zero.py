"""An empty cell of a count may mean none."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.blank_cells import blank_cells
from timezero.intake.known_items import known_item
from timezero.intake.number_cells import number_cells
from timezero.intake.step import Step
from timezero.intake.tables import NUMBER, Column
from timezero.intake.wording import counted

CODE: Final = "blank_or_zero"
FEWEST_VALUES: Final = 5


def _run(bench: Bench) -> None:
    for column in bench.used("covariate", "history"):
        blank = blank_cells(bench, column)
        said = bench.said(column.name).blank
        if not blank.any() or said == "missing":
            continue
        if said == "zero":
            _fill(bench, column, blank)
        elif counts_from_one(bench, column):
            _ask(bench, column, blank)


def counts_from_one(bench: Bench, column: Column) -> bool:
    """Return whether a column holds whole numbers from 1 on that could have been 0.

    It does when the least is 1, and there are five values or more or the dictionary knows the
    column as one that can be 0. A scale that begins with 1, such as the ASA class, does not.

    Parameters
    ----------
    bench : Bench
    column : Column
    """
    cells = number_cells(bench, column)
    if cells is None:
        return False
    values = np.unique(cells.values[np.isfinite(cells.values)])
    if not values.size or values[0] != 1.0 or (values != np.floor(values)).any():
        return False
    known = known_item(column.name)
    if known is not None and known.item.hard is not None:
        return known.item.hard[0] <= 0.0
    return bool(values.size >= FEWEST_VALUES)


def _ask(bench: Bench, column: Column, blank: Bools) -> None:
    n = counted(blank, "empty cell")
    bench.ask(
        CODE,
        f"{column.name} has {n} and never 0; its least value is 1",
        key="blank",
        column=column,
        mask=blank,
        options=(
            Option(value="missing", words=f"not recorded: {n} left empty"),
            Option(value="zero", words=f"none: {n} read as 0"),
        ),
        default="missing",
    )


def _fill(bench: Bench, column: Column, blank: Bools) -> None:
    import polars as pl

    filled = dataclasses.replace(
        column,
        text=column.text.set(pl.Series(blank), "0"),
        kinds=np.where(blank, NUMBER, column.kinds).astype(np.int8),
        numbers=np.where(blank, 0.0, column.numbers),
    )
    rule = "an empty cell means 0, as the recipe says"
    bench.change(filled, code=CODE, rule=rule, mask=blank, new=filled.text)


STEP = Step(order=306, title="Empty cells that may mean 0", run=_run)
