"""The columns of a table that certainly hold items of the CRS/HIPEC record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.intake.known_items import KnownItem, known_item
from timezero.intake.record_items import Item
from timezero.intake.tables import EVIDENCE_LIMIT, NUMBER, TEXT, Column, Table, shown
from timezero.intake.times import text_days, text_numbers
from timezero.model.protocol import DataPart

if TYPE_CHECKING:
    import polars as pl

OF_PATIENT: Final = 0
FIRST: Final = 1
# What belongs to a procedure; a registry without three of these holds no record of procedures.
OF_PROCEDURE: Final = ("procedure", "drug")
OPERATED: Final = {1: "first_procedure_date", 2: "second_procedure_date", 3: "third_procedure_date"}


@lru_cache(maxsize=4096)
def _known(header: str) -> KnownItem | None:
    return known_item(header)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordColumns:
    """Recognised columns of one table, by item and procedure.

    Parameters
    ----------
    table : Table
    data : DataPart
        Says which cells mean 'not recorded', and how dates and decimals are written.
    columns : dict of (str, int) to Column
        By key of the item and procedure: 0 for what belongs to the patient, 1 for the first
        procedure or the only one of the row. An item that two columns may hold is left out.
    items : dict of str to Item
    """

    table: Table
    data: DataPart
    columns: dict[tuple[str, int], Column]
    items: dict[str, Item]
    _read: dict[tuple[str, str], Floats] = field(default_factory=dict[tuple[str, str], Floats])

    @property
    def n_of_procedure(self) -> int:
        """How many different items of procedures are recognised."""
        return sum(item.per in OF_PROCEDURE for item in self.items.values())

    def column(self, key: str, procedure: int = FIRST) -> Column | None:
        """Return the column of an item for a procedure, or the one for the patient."""
        return self.columns.get((key, procedure)) or self.columns.get((key, OF_PATIENT))

    def procedures(self, *keys: str) -> Iterator[tuple[int, list[Column]]]:
        """Give each procedure for which all items have a column, with the columns in that order.

        Parameters
        ----------
        *keys : str
            Of items; the first belongs to procedures.
        """
        for procedure in sorted(p for key, p in self.columns if key == keys[0]):
            found = [self.column(key, procedure) for key in keys]
            there = [column for column in found if column is not None]
            if len(there) == len(keys):
                yield procedure, there

    def operated(self, procedure: int) -> Column | None:
        """Return the column with the date of a procedure."""
        named = self.columns.get((OPERATED.get(procedure, ""), OF_PATIENT))
        return self.columns.get(("procedure_date", procedure)) or named

    def numbers(self, column: Column) -> Floats:
        """Return the numbers of a column; NaN where a cell holds none."""
        return self._once("numbers", column, self._numbers)

    def days(self, column: Column) -> Floats:
        """Return the dates of a column as days since 1970-01-01; NaN where a cell holds none."""
        return self._once("days", column, self._days)

    def words(self, column: Column) -> pl.Series:
        """Return the cells of a column in small letters without spaces; null where empty."""
        gone = column.missing(self.data.missing)
        text = column.text.str.to_lowercase().str.replace_all(r"\s+", "")
        return text.set(_mask(gone), None)

    def _once(self, kind: str, column: Column, read: Callable[[Column], Floats]) -> Floats:
        place = kind, column.name
        if place not in self._read:
            self._read[place] = np.where(column.missing(self.data.missing), np.nan, read(column))
        return self._read[place]

    def _numbers(self, column: Column) -> Floats:
        found = np.where(column.kinds == NUMBER, column.numbers, np.nan)
        if (column.kinds == TEXT).any():
            texts = text_numbers(column.text, decimal_comma=self.data.decimal_comma)
            found = np.where(column.kinds == TEXT, texts, found)
        return found

    def _days(self, column: Column) -> Floats:
        if not (column.kinds == TEXT).any():
            return column.days
        texts = text_days(column.text, self.data.date_format)
        return np.where(np.isnan(column.days), texts, column.days)

    def finding(
        self,
        code: str,
        what: str,
        *columns: Column,
        mask: Bools,
        mend: str,
        severity: Severity = Severity.WARNING,
    ) -> Finding:
        """Return a finding about the rows of a mask, with their cells in each of some columns."""
        rows = np.flatnonzero(mask)[:EVIDENCE_LIMIT]
        return Finding(
            code=code,
            severity=severity,
            what=what,
            where=self.table.where(columns[0], mask),
            evidence=tuple(
                "; ".join(
                    f"{self.table.address(column, int(row))}: {shown(column.text[int(row)])}"
                    for column in columns
                )
                for row in rows
            ),
            mend=mend,
            n_rows=int(mask.sum()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a file in the folder ``plausibility`` exposes as ``RULE``.

    Parameters
    ----------
    name : str
        Of the file; the code of its findings.
    says : str
        What it finds, in one sentence.
    items : tuple of str
        Keys of the items it reads.
    find : callable
        Gives findings that stop nothing: notes and warnings.
    """

    name: str
    says: str
    items: tuple[str, ...]
    find: Callable[[RecordColumns], Iterator[Finding]]


def record_columns(table: Table, data: DataPart) -> RecordColumns:
    """Return the columns whose headers are an alias of an item of the record.

    Parameters
    ----------
    table : Table
    data : DataPart
    """
    found: dict[tuple[str, int], list[Column]] = {}
    items: dict[str, Item] = {}
    for column in table.columns:
        known = _known(column.name)
        if known is not None:
            procedure = OF_PATIENT if known.item.per == "patient" else known.procedure or FIRST
            found.setdefault((known.item.key, procedure), []).append(column)
            items[known.item.key] = known.item
    sure = {place: columns[0] for place, columns in found.items() if len(columns) == 1}
    kept = {key for key, _ in sure}
    return RecordColumns(
        table=table,
        data=data,
        columns=sure,
        items={key: item for key, item in items.items() if key in kept},
    )


def _mask(gone: Bools) -> pl.Series:
    import polars as pl

    return pl.Series(gone)
