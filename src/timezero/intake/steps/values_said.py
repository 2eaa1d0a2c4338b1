"""Values that the recipe says mean the same."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column


def _run(bench: Bench) -> None:
    for column in bench.used():
        meant = {old: new for old, new in bench.said(column.name).values.items() if old != new}
        if meant:
            _replace(bench, column, meant)


def _replace(bench: Bench, column: Column, meant: dict[str, str]) -> None:
    mask = np.asarray(column.text.is_in(list(meant)).fill_null(value=False), dtype=np.bool_)
    new = column.text.replace(meant)
    changed = dataclasses.replace(
        column,
        text=new,
        kinds=np.where(mask, TEXT, column.kinds).astype(np.int8),
        numbers=np.where(mask, np.nan, column.numbers),
        days=np.where(mask, np.nan, column.days),
    )
    rule = "put right as the recipe says"
    bench.change(changed, code="values_said", rule=rule, mask=mask, new=new)


STEP = Step(order=304, title="Values that mean the same", run=_run)
