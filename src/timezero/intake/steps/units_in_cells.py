"""Cells such as ``70 kg``, ``>1000``, ``~12`` and ``10-12`` among numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option, Severity
from timezero.intake.bench import Bench
from timezero.intake.blank_cells import left_empty
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
        if not _has_words(column):
            continue
        cells = number_cells(bench, column)
        if cells is None or cells.is_plain:
            continue
        is_text = column.kinds == TEXT
        limits = (cells.is_limit | cells.is_range) & is_text
        units = cells.has_unit & is_text
        if units.any():
            _units(bench, column, cells, np.asarray(units))
        if limits.any():
            _limits(bench, bench.table.column(column.name), cells, np.asarray(limits))


def _has_words(column: Column) -> bool:
    import polars as pl

    texts = column.text.filter(pl.Series(column.kinds == TEXT))
    return bool(texts.str.contains(r"[^\d.]").any())


def _units(bench: Bench, column: Column, cells: NumberCells, mask: Bools) -> None:
    said = bench.said(column.name).units_in_cells
    found = _units_found(column, mask)
    listed = ", ".join(f"{unit} ({n})" for unit, n in found)
    unlike = "; several units, and none is converted into another" if len(found) > 1 else ""
    if said is None:
        n = counted(mask, "cell")
        strip = f"the number: {_example(column, cells, mask)}{unlike}"
        bench.ask(
            UNITS_CODE,
            f"{n} of {column.name} with a unit: {listed}",
            key="units_in_cells",
            column=column,
            mask=mask,
            options=(
                Option(value="strip", words=strip),
                Option(value="missing", words=left_empty(bench, column, n)),
            ),
            default=None if unlike else "strip",
        )
        bench.put(_with_numbers(column, cells, mask))
        return
    taken = f"units taken away from numbers: {listed}{unlike}"
    bench.change(
        emptied(column, mask) if said == "missing" else _with_numbers(column, cells, mask),
        code=UNITS_CODE,
        rule=f"left out with their unit: {listed}" if said == "missing" else taken,
        mask=mask,
        new=_now(cells, gone=said == "missing"),
        severity=Severity.WARNING if unlike or said == "missing" else Severity.NOTE,
    )


def _units_found(column: Column, mask: Bools) -> list[tuple[str, int]]:
    import polars as pl

    units = column.text.filter(pl.Series(mask)).str.extract(UNIT, 2).str.to_lowercase()
    rows: list[tuple[str, int]] = units.value_counts().rows()
    return sorted(rows, key=lambda row: (-row[1], str(row[0])))


def _example(column: Column, cells: NumberCells, mask: Bools) -> str:
    first = int(np.flatnonzero(mask)[0])
    return f"{shown(column.text[first])} is {cells.values[first]:.12g}"


def _limits(bench: Bench, column: Column, cells: NumberCells, mask: Bools) -> None:
    said = bench.said(column.name).limits_in_cells
    if said is None:
        n = counted(mask, "cell")
        limit = f"the limit, of a range the middle: {_example(column, cells, mask)}"
        bench.ask(
            LIMITS_CODE,
            f"{n} of {column.name} with a limit, a range or a rough number",
            key="limits_in_cells",
            column=column,
            mask=mask,
            options=(
                Option(value="limit", words=limit),
                Option(value="missing", words=left_empty(bench, column, n)),
            ),
        )
        bench.put(_with_numbers(column, cells, mask))
        return
    share = mask.sum() / max(int(cells.is_number.sum() + mask.sum()), 1)
    done = "left out" if said == "missing" else "taken for numbers"
    bench.change(
        emptied(column, mask) if said == "missing" else _with_numbers(column, cells, mask),
        code=LIMITS_CODE,
        rule=f"limits, ranges and rough numbers {done} ({share:.0%} of the column)",
        mask=mask,
        new=_now(cells, gone=said == "missing"),
        severity=Severity.WARNING,
    )


def _with_numbers(column: Column, cells: NumberCells, mask: Bools) -> Column:
    return dataclasses.replace(
        column,
        kinds=np.where(mask, NUMBER, column.kinds).astype(np.int8),
        numbers=np.where(mask, cells.values, column.numbers),
    )


def _now(cells: NumberCells, *, gone: bool) -> pl.Series:
    """Return what the cells mean now."""
    import polars as pl

    values = pl.Series(cells.values).cast(pl.String).str.strip_suffix(".0")
    return pl.Series([None] * len(values), dtype=pl.String) if gone else values


STEP = Step(order=340, title="Units and limits in cells", run=_run)
