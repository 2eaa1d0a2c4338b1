"""Columns of the table with one row a patient, picked from tables with several."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.tables import DATE, EMPTY, NUMBER, Column, Table, shown
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart

END_ROLES: Final = ("exit", "event", "death", "stated_time")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbered:
    """The patients of several tables under one numbering.

    Parameters
    ----------
    names : tuple of str
        Identifiers, in the order of the table of patients, then of first appearance.
    of : mapping of str to (n_rows,) int64
        For each table, the number of each row's patient.
    column : Column
        The identifiers.
    """

    names: tuple[str, ...]
    of: Mapping[str, Ints]
    column: Column


def numbered(ids: Mapping[str, Column], tables: Mapping[str, Table]) -> Numbered:
    """Return the patients that stand in any of the tables, numbered.

    Parameters
    ----------
    ids : mapping of str to Column
        For each table, its column of identifiers.
    tables : mapping of str to Table

    Raises
    ------
    InputRefused
        A row has no identifier, or an operation or contact belongs to nobody in the table of
        patients.
    """
    first = "patients" if "patients" in ids else "operations"
    places: dict[str, int] = {}
    of: dict[str, Ints] = {}
    for part in (first, *(p for p in ids if p != first)):
        texts = ids[part].text.to_list()
        if None in texts:
            raise InputRefused(
                what=f"a row of the table of {part.replace('_', ' ')} says no patient",
                where=tables[part].where(ids[part], ids[part].text.is_null().to_numpy()),
                mend="fill in the identifiers, or leave the rows out",
                code="TZ-IN-37",
            )
        unknown = ~ids[part].text.is_in(list(places)).to_numpy()
        strangers = [str(t) for t in texts if t not in places] if part != first else []
        if strangers and first == "patients":
            listed = ", ".join(shown(t) for t in dict.fromkeys(strangers))
            raise InputRefused(
                what=f"the table of {part.replace('_', ' ')} speaks of patients that the table of "
                f"patients does not know: {listed[:300]}",
                where=tables[part].where(ids[part], unknown),
                mend="put the patients into their table, or mend the identifiers",
                code="TZ-IN-38",
            )
        of[part] = np.array([places.setdefault(str(t), len(places)) for t in texts], dtype=np.int64)
    import polars as pl

    names = tuple(places)
    column = dataclasses.replace(
        ids[first],
        letter="",
        text=pl.Series(ids[first].name, names, dtype=pl.String),
        kinds=np.ones(len(names), dtype=np.int8),
        numbers=np.full(len(names), np.nan),
        days=np.full(len(names), np.nan),
    )
    return Numbered(names=names, of=of, column=column)


def at_rows(column: Column, rows: Ints, name: str) -> Column:
    """Return the cells of a column at the given rows; empty where the row is -1.

    Parameters
    ----------
    column : Column
    rows : (n,) int64
    name : str
        What the column is called now.
    """
    import polars as pl

    if column.text.len() == 0:
        rows = np.full(rows.size, -1)
    none = rows < 0
    safe = pl.Series(np.where(none, 0, rows))
    padded = column.text if column.text.len() else pl.Series([None], dtype=pl.String)
    text = padded.gather(safe).scatter(np.flatnonzero(none), None)
    at = np.where(none, 0, rows)
    empty = column.kinds.size == 0
    kinds = np.zeros(rows.size, np.int8) if empty else column.kinds[at]
    nothing = np.full(rows.size, np.nan)
    return dataclasses.replace(
        column,
        name=name,
        letter="",
        text=text.alias(name),
        kinds=np.where(none, EMPTY, kinds).astype(np.int8),
        numbers=nothing if empty else np.where(none, np.nan, column.numbers[at]),
        days=nothing if empty else np.where(none, np.nan, column.days[at]),
    )


def date_column(name: str, day: Floats, rows: Ints) -> Column:
    """Return a column of dates, picked by rows; empty where the row is -1."""
    import polars as pl

    days = np.where(rows < 0, np.nan, day[np.maximum(rows, 0)])
    known = pl.Series(days).fill_nan(None).cast(pl.Int32).cast(pl.Date).cast(pl.String)
    return Column(
        name=name,
        letter="",
        text=known.alias(name),
        kinds=np.where(rows < 0, EMPTY, DATE).astype(np.int8),
        numbers=np.full(rows.size, np.nan),
        days=days,
    )


def count_column(name: str, counts: Ints) -> Column:
    """Return a column of counts."""
    import polars as pl

    return Column(
        name=name,
        letter="",
        text=pl.Series(name, counts).cast(pl.String),
        kinds=np.full(counts.size, NUMBER, dtype=np.int8),
        numbers=counts.astype(np.float64),
        days=np.full(counts.size, np.nan),
    )


def appended(
    table: Table, patient: Ints, n: int, findings: list[Finding], *, taken: Sequence[Column]
) -> list[Column]:
    """Return the columns of the table of patients; a patient in two rows is an error there."""
    rows = np.full(n, -1, dtype=np.int64)
    rows[patient[::-1]] = np.arange(patient.size)[::-1]
    again = rows[patient] != np.arange(patient.size)
    if again.any():
        column = table.column(taken[0].name)
        findings.append(
            Finding(
                code="id_duplicated",
                severity=Severity.ERROR,
                what=f"{counted(again, 'row')} of patients that have a row already",
                where=table.where(column, again),
                evidence=table.evidence(column, again),
                mend="keep one row a patient in the table of patients",
                n_rows=int(again.sum()),
            )
        )
    names = {column.name for column in taken}
    return [at_rows(c, rows, c.name) for c in table.columns if c.name not in names]


def from_last_contact(
    table: Table, patient: Ints, n: int, *, data: DataPart, findings: list[Finding]
) -> list[Column]:
    """Return how each patient's observation ended, from the row with the latest contact or death.

    Parameters
    ----------
    table : Table
        One row an operation, the end of observation on each.
    patient : (n_rows,) int64
    n : int
        Number of patients.
    data : DataPart
        Names ``exit``, ``event``, ``death``.
    findings : list of Finding
        Told there when the rows of a patient say different things.
    """
    named = [name for role in END_ROLES if (name := getattr(data, role)) in table.names]
    if not named:
        return []
    when = np.full(patient.size, -np.inf)
    for role in ("exit", "death"):
        if (name := getattr(data, role)) in table.names:
            column = table.column(name)
            moment = np.where(np.isnan(column.days), column.numbers, column.days)
            when = np.fmax(when, np.nan_to_num(moment, nan=-np.inf))
    order = np.lexsort((when, patient))
    rows = np.full(n, -1, dtype=np.int64)
    rows[patient[order]] = order
    for name in named:
        column = table.column(name)
        texts = column.text.fill_null("")
        differs = (texts != texts.gather(rows[patient])).to_numpy()
        if differs.any():
            findings.append(
                Finding(
                    code="end_told_differently",
                    severity=Severity.WARNING,
                    what=f"{counted(differs, 'row')} with another {name} than the row with the "
                    "patient's latest contact, which is used",
                    where=table.where(column, differs),
                    evidence=table.evidence(column, differs),
                    n_rows=int(differs.sum()),
                )
            )
    return [at_rows(table.column(name), rows, name) for name in dict.fromkeys(named)]
