"""Data tables of a result found by name, and printed by what their columns hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.document import Table
from timezero.report.numbers import amount, p_value, percent, ratio, signed
from timezero.report.small_cells import printed_counts

DIAGNOSTICS: Final = ("weight_summary", "balance", "positivity", "preference", "switchboard")
NOT_SHOWN: Final = "not shown"
_RATIOS: Final = re.compile(
    r"hazard_ratio|time_ratio|treatment_ratio|gamma|^(first|longest)_|lower|upper|e_value"
)
_COUNTS: Final = re.compile(r"^n$|^n_|^patients$|^events$|^treated$|^untreated$|^changed_|^events_")
_SHARES: Final = re.compile(r"share|^probability|^survival$|^observed$|^simulated$|^quantile$")
_SIGNED: Final = re.compile(
    r"^log_|_log_|difference|^before$|^after$|^change|days_later|^z_|limit_on"
)
_P_VALUES: Final = re.compile(r"^p_(?!eriod)|^p$")
_PLAIN: Final = re.compile(r"error|weight|sd$|mean$|^p1$|^p99$")


def found_tables(result: StudyResult, name: str) -> Iterator[tuple[Rung, DataTable]]:
    """Yield the tables of this name with their rungs, in the order of the ladder.

    Of a refused rung only diagnostics, which say why it was refused, and never an estimate.
    """
    for rung in result.rungs:
        table = rung.table(name)
        shown = rung.status == "ok" or name in DIAGNOSTICS
        if table is not None and shown and any(table.columns.values()):
            yield rung, table


def sensitivity_table(result: StudyResult, name: str) -> DataTable | None:
    """Return the sensitivity analysis of this name, or None."""
    return next((table for table in result.sensitivity if table.name == name), None)


def numbers_of(table: DataTable, column: str) -> list[float]:
    """Return a column as numbers; words and missing columns give nothing."""
    return [float(v) for v in table.columns.get(column, ()) if not isinstance(v, str)]


def words_of(table: DataTable, column: str) -> list[str]:
    """Return a column as words."""
    return [str(v) for v in table.columns.get(column, ())]


def printed_cell(column: str, value: float | str, smallest: int) -> str:
    """Print a cell by what the name of its column says that it is."""
    if isinstance(value, str):
        return value.replace("_", " ") if column == "variant" else value
    if math.isnan(value):
        return ""
    return _printer(column, smallest)(value)


def _printer(column: str, smallest: int) -> Callable[[float], str]:
    kinds: tuple[tuple[re.Pattern[str], Callable[[float], str]], ...] = (
        (_COUNTS, lambda value: printed_counts([value], smallest)[0]),
        (_P_VALUES, lambda value: p_value(value).removeprefix("P ").removeprefix("= ")),
        (_SIGNED, signed),
        (_PLAIN, amount),
        (_SHARES, lambda value: percent(value, decimals=1)),
        (_RATIOS, lambda value: ratio(value) if value >= 0.0 else signed(value)),
    )
    return next((printer for pattern, printer in kinds if pattern.search(column)), amount)


def _heading(column: str) -> str:
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def printed_table(
    table: DataTable,
    *,
    smallest: int,
    before: str = "",
    names: Mapping[str, str] | None = None,
    folded: bool = False,
) -> Table:
    """Return a data table as a block of the report.

    Parameters
    ----------
    table : DataTable
        The sentence at the beginning of its title is the caption, the rest a note.
    smallest : int
        Counts from 1 to below this are hidden.
    before : str
        Stands before the caption: the name of a rung.
    names : mapping of str to str, optional
        Words for what stands in the table by another name.
    folded : bool
        Closed until the reader opens it.
    """
    caption, _, note = table.title.partition(". ")
    shown = names or {}
    rows = zip(*table.columns.values(), strict=True)
    columns = list(table.columns)
    return Table(
        caption=f"{before}: {caption}" if before else caption,
        header=tuple(_heading(column) for column in columns),
        rows=tuple(
            _named(
                tuple(
                    shown.get(cell, cell)
                    for cell in (
                        printed_cell(column, value, smallest)
                        for column, value in zip(columns, row, strict=True)
                    )
                )
            )
            for row in rows
        ),
        note=note,
        folded=folded,
    )


def _named(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return a row whose first cell, which heads it, says something even where it is hidden."""
    return (row[0] or NOT_SHOWN, *row[1:])
