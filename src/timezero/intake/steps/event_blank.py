"""An event column with one mark and empty cells: an empty cell may mean that nothing happened."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.blank_cells import blank_cells
from timezero.intake.events import same_value
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column, shown
from timezero.intake.wording import counted

CODE: Final = "event_blank"
NOTHING: Final = "0"


def _run(bench: Bench) -> None:
    for column in bench.used("event"):
        blank = blank_cells(bench, column)
        said = bench.said(column.name).blank
        if not blank.any() or blank.all() or said == "missing":
            continue
        values = {same_value(text) for text in column.text.drop_nulls().unique().to_list()}
        if said is None and (len(values) != 1 or NOTHING in values):
            continue
        if said is None:
            _ask(bench, column, blank)
        _fill(bench, column, blank, is_said=said is not None)


def _ask(bench: Bench, column: Column, blank: Bools) -> None:
    mark = shown(column.text.drop_nulls()[0])
    n = counted(blank, "empty cell")
    bench.ask(
        CODE,
        f"{column.name} has {mark} in {counted(~blank, 'cell')}, and {n}",
        key="blank",
        column=column,
        mask=blank,
        options=(
            Option(value="zero", words=f"it did not happen: {n} read as {NOTHING}"),
            Option(value="missing", words=f"not recorded: {n} left empty"),
        ),
    )


def _fill(bench: Bench, column: Column, blank: Bools, *, is_said: bool) -> None:
    """Put a nothing into empty cells; before an answer too, so that all else is found."""
    import polars as pl

    text = column.text.set(pl.Series(blank), NOTHING)
    kinds = np.where(blank, TEXT, column.kinds).astype(np.int8)
    filled = dataclasses.replace(column, text=text, kinds=kinds)
    if not is_said:
        bench.put(filled)
        return
    rule = "an empty cell means that it did not happen"
    bench.change(filled, code=CODE, rule=rule, mask=blank, new=text)


STEP = Step(order=380, title="Empty cells of the event column", run=_run)
