"""Reading the numbers that guards judge off a rung."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Looked
from timezero.model.estimate import Contrast
from timezero.model.result import DataTable, Rung


def numbers(table: DataTable, column: str) -> tuple[float, ...]:
    """Return a column of numbers."""
    return tuple(float(value) for value in table.columns[column])


def words(table: DataTable, column: str) -> tuple[str, ...]:
    """Return a column of words."""
    return tuple(str(value) for value in table.columns[column])


def tables(looked: Looked, name: str) -> Iterator[tuple[Rung, DataTable]]:
    """Yield the rungs that have the table, with it; refused rungs may have it too."""
    for rung in looked.rungs.values():
        table = rung.table(name)
        if table is not None and any(table.columns.values()):
            yield rung, table


def ratios(rung: Rung) -> Iterator[Contrast]:
    """Yield the hazard ratios of a rung that are finite numbers."""
    for contrast in rung.contrasts:
        if contrast.measure == "hazard_ratio" and contrast.value > 0.0:
            yield contrast
