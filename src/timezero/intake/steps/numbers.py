"""Numbers written with a comma or with signs between thousands, and cells that went wrong."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.findings import Option, Severity
from timezero.intake.bench import Bench
from timezero.intake.blank_cells import declared_codes
from timezero.intake.number_cells import NUMBER_ROLES, VALUE_ROLES, NumberCells, number_cells
from timezero.intake.number_reading import Decimal
from timezero.intake.step import Step
from timezero.intake.tables import NUMBER, TEXT, Column, shown
from timezero.intake.times import text_numbers
from timezero.intake.wording import counted

LARGEST: Final = 1e300
SMALLEST: Final = 1e-300
_NOT_FINITE: Final = r"(?i)^[+-]?(inf|infinity|nan|1\.#(inf|qnan|ind|snan).*|\u221e)$"
SHOWN: Final = 3


def _run(bench: Bench) -> None:
    for column in bench.used(*NUMBER_ROLES):
        cells = number_cells(bench, column)
        if cells is None:
            continue
        _refuse_extremes(bench, column, cells)
        if cells.is_plain:
            continue
        if set(VALUE_ROLES) & set(bench.roles[column.name]):
            _refuse_malformed(bench, column, cells)
        _ask_decimal(bench, column, cells)
        _convert(bench, column, cells)


def _refuse_extremes(bench: Bench, column: Column, cells: NumberCells) -> None:
    size = np.abs(np.where(np.isnan(cells.values), 0.0, cells.values))
    wrong = (size > LARGEST) | ((size > 0.0) & (size < SMALLEST))
    if column.text.null_count() < bench.n - int(cells.is_number.sum()):
        words = column.text.str.contains(_NOT_FINITE).fill_null(value=False).to_numpy()
        declared = list(declared_codes(bench, column))
        wrong |= words & ~column.text.is_in(declared).fill_null(value=False).to_numpy()
    if not wrong.any():
        return
    bench.tell(
        "number_extreme",
        Severity.ERROR,
        f"{counted(wrong, 'cell')} of {column.name} that no measurement can give: infinite, not a "
        "number, or of an impossible size",
        column=column,
        mask=wrong,
        mend="put the cells right in the file, or declare them with columns."
        f"{column.name}.missing in the recipe",
    )


def _refuse_malformed(bench: Bench, column: Column, cells: NumberCells) -> None:
    if not cells.is_malformed.any():
        return
    bench.tell(
        "number_malformed",
        Severity.ERROR,
        f"{counted(cells.is_malformed, 'cell')} of {column.name} that should be a number and "
        "cannot be read as one",
        column=column,
        mask=cells.is_malformed,
        mend="put the cells right in the file, or say what each means with columns."
        f"{column.name}.values in the recipe",
    )


def _ask_decimal(bench: Bench, column: Column, cells: NumberCells) -> None:
    if not cells.is_open:
        return
    mask = cells.readings.ambiguous
    bench.ask(
        "number_ambiguous",
        f"{counted(mask, 'cell')} of {column.name} can be two numbers, and no other cell decides",
        key="decimal",
        column=column,
        mask=mask,
        options=(
            Option(value=".", words=f"a point before decimals: {_examples(column, cells, '.')}"),
            Option(value=",", words=f"a comma before decimals: {_examples(column, cells, ',')}"),
        ),
        # Programs write a point; a comma says nothing.
        default="." if cells.decimal == "." else None,
    )


def _examples(column: Column, cells: NumberCells, decimal: Decimal) -> str:
    values = cells.readings.under(decimal)
    first = np.flatnonzero(cells.readings.ambiguous)[:SHOWN]
    return "; ".join(f"{shown(column.text[int(k)])} is {values[k]:.12g}" for k in first)


def _convert(bench: Bench, column: Column, cells: NumberCells) -> None:
    """Give the numbers to the cells that would not be read so by themselves."""
    import polars as pl

    is_text = cells.is_number & (column.kinds == TEXT)
    if not is_text.any():
        return
    unchanged = text_numbers(column.text, decimal_comma=bench.data.decimal_comma) == cells.values
    mask = np.asarray(is_text & ~unchanged)
    if not mask.any():
        return
    converted = dataclasses.replace(
        column,
        kinds=np.where(mask, NUMBER, column.kinds).astype(np.int8),
        numbers=np.where(mask, cells.values, column.numbers),
    )
    sign = "comma" if cells.decimal == "," else "point"
    rule = f"numbers written with a {sign} before decimals, or signs between thousands"
    if _is_mixed(cells):
        rule = "numbers written with a comma before decimals in some cells and a point in others"
    bench.change(
        converted,
        code="number_notation",
        rule=rule,
        mask=mask,
        new=pl.Series(cells.values).cast(pl.String).str.strip_suffix(".0"),
        severity=Severity.WARNING if _is_mixed(cells) else Severity.NOTE,
    )


def _is_mixed(cells: NumberCells) -> bool:
    return bool(cells.readings.only_point.any() and cells.readings.only_comma.any())


STEP = Step(order=330, title="Numbers and how they are written", run=_run)
