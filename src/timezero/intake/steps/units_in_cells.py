"""Cells such as ``70 kg``, ``>1000``, ``~12`` and ``10-12`` among numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option, Severity
from timezero.intake.bench import Bench
from timezero.intake.emptied import emptied
from timezero.intake.number_cells import NUMBER_ROLES, UNIT, NumberCells, number_cells
from timezero.intake.step import Step
from timezero.intake.tables import NUMBER, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

UNITS_CODE: Final = "number_with_unit"
LIMITS_CODE: Final = "number_limit"


def _run(bench: Bench) -> None:
    for column in bench.used(*NUMBER_ROLES):
        cells = number_cells(bench, column)
        if cells is None:
            continue
        is_text = column.kinds == TEXT
        limits = (cells.is_limit | cells.is_range) & is_text
        units = cells.has_unit & is_text
        if units.any():
            _units(bench, column, cells, np.asarray(units))
        if limits.any():
            _limits(bench, bench.table.column(column.name), cells, np.asarray(limits))


def _units(bench: Bench, column: Column, cells: NumberCells, mask: Bools) -> None:
    said = bench.said(column.name).units_in_cells
    found = _units_found(column, mask)
    several = len(found) > 1
    if said is None:
        first = int(np.flatnonzero(mask)[0])
        listed = ", ".join(f"{unit} ({n})" for unit, n in found)
        strip = f"the number: {shown(column.text[first])} is {cells.values[first]:.12g}"
        if several:
            strip += "; several units occur, and numbers are not converted from one to another"
        bench.ask(
            UNITS_CODE,
            f"{counted(mask, 'cell')} of {column.name} with a unit: {listed}",
            key="units_in_cells",
            column=column,
            mask=mask,
            options=(
                Option(value="strip", words=strip),
                Option(value="missing", words="not recorded: they become empty"),
            ),
            default=None if several else "strip",
        )
    rule = "units taken away from numbers"
    _settle(bench, column, cells, mask, code=UNITS_CODE, rule=rule, gone=said == "missing")


def _units_found(column: Column, mask: Bools) -> list[tuple[str, int]]:
    import polars as pl

    units = column.text.filter(pl.Series(mask)).str.extract(UNIT, 2).str.to_lowercase()
    rows: list[tuple[str, int]] = units.value_counts().rows()
    return sorted(rows, key=lambda row: (-row[1], str(row[0])))


def _limits(bench: Bench, column: Column, cells: NumberCells, mask: Bools) -> None:
    said = bench.said(column.name).limits_in_cells
    if said is None:
        first = int(np.flatnonzero(mask)[0])
        example = f"{shown(column.text[first])} is {cells.values[first]:.12g}"
        bench.ask(
            LIMITS_CODE,
            f"{counted(mask, 'cell')} of {column.name} with a limit, a range or a rough number",
            key="limits_in_cells",
            column=column,
            mask=mask,
            options=(
                Option(value="limit", words=f"the limit, of a range the middle: {example}"),
                Option(value="missing", words="not recorded: they become empty"),
            ),
            default="missing",
        )
    share = mask.sum() / max(int(cells.is_number.sum() + mask.sum()), 1)
    rule = f"limits, ranges and rough numbers taken for numbers ({share:.0%} of the column)"
    if said == "missing":
        rule = f"limits, ranges and rough numbers left out ({share:.0%} of the column)"
    gone = said == "missing"
    _settle(bench, column, cells, mask, code=LIMITS_CODE, rule=rule, gone=gone)


def _settle(
    bench: Bench,
    column: Column,
    cells: NumberCells,
    mask: Bools,
    *,
    code: str,
    rule: str,
    gone: bool,
) -> None:
    """Put the numbers in place; before an answer without a word, since nothing is analysed."""
    changed = emptied(column, mask) if gone else _with_numbers(column, cells, mask)
    said = bench.said(column.name)
    answer = said.units_in_cells if code == UNITS_CODE else said.limits_in_cells
    if answer is None:
        bench.put(changed)
        return
    warned = code == LIMITS_CODE or gone
    bench.change(
        changed,
        code=code,
        rule=rule if not gone or code == LIMITS_CODE else "numbers with a unit left out",
        mask=mask,
        new=changed.text if gone else _as_text(cells),
        severity=Severity.WARNING if warned else Severity.NOTE,
    )


def _with_numbers(column: Column, cells: NumberCells, mask: Bools) -> Column:
    return dataclasses.replace(
        column,
        kinds=np.where(mask, NUMBER, column.kinds).astype(np.int8),
        numbers=np.where(mask, cells.values, column.numbers),
    )


def _as_text(cells: NumberCells) -> pl.Series:
    import polars as pl

    return pl.Series(cells.values).cast(pl.String).str.strip_suffix(".0")


STEP = Step(order=340, title="Units and limits in cells", run=_run)
