"""Two states of one registry, compared cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.tables import EVIDENCE_LIMIT, Column, Table, shown
from timezero.intake.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDifference:
    """One cell that says something else than before.

    Parameters
    ----------
    patient, column, address : str
        The address is that of the new table.
    old, new : str
    """

    patient: str
    column: str
    address: str
    old: str
    new: str

    def __str__(self) -> str:
        """Return the difference in one line."""
        return f"{shown(self.patient)}, {self.column} ({self.address}): {self.old} -> {self.new}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What distinguishes the new state of a registry from the old one.

    Parameters
    ----------
    identical : bool
        The two files are the same, byte by byte.
    added, removed : tuple of str
        Patients only in the new, only in the old table.
    new_columns, lost_columns : tuple of str
    cells : tuple of CellDifference
        In the order of the new table.
    """

    identical: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()
    cells: tuple[CellDifference, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the two tables say the same."""
        return not (
            self.added or self.removed or self.new_columns or self.lost_columns or self.cells
        )


def differences(old: Table, new: Table, *, key: str) -> Differences:
    """Compare two tables patient by patient and column by column.

    Parameters
    ----------
    old, new : Table
        Prepared under the same recipe.
    key : str
        The column with the identifier, unique in either table.

    Raises
    ------
    UnknownName
        One of the tables has no such column.
    InputRefused
        An identifier stands in several rows, so that rows cannot be told apart.
    """
    if old.digest and old.digest == new.digest:
        return Differences(identical=True)
    before, after = _places(old, key), _places(new, key)
    common = [name for name in new.names if name in old.names and name != key]
    both = [patient for patient in after if patient in before]
    old_rows = np.array([before[p] for p in both], dtype=np.int64)
    new_rows = np.array([after[p] for p in both], dtype=np.int64)
    cells = [
        cell
        for name in common
        for cell in _in_column(old.column(name), new, name, rows=(old_rows, new_rows), who=both)
    ]
    order = {name: k for k, name in enumerate(new.names)}
    cells.sort(key=lambda cell: (after[cell.patient], order[cell.column]))
    return Differences(
        identical=False,
        added=tuple(p for p in after if p not in before),
        removed=tuple(p for p in before if p not in after),
        new_columns=tuple(name for name in new.names if name not in old.names),
        lost_columns=tuple(name for name in old.names if name not in new.names),
        cells=tuple(cells),
    )


def _places(table: Table, key: str) -> dict[str, int]:
    texts = [str(text) for text in table.column(key).text.to_list()]
    places = {text: row for row, text in enumerate(texts)}
    if len(places) < len(texts):
        again = next(t for k, t in enumerate(texts) if places[t] != k)
        raise InputRefused(
            what=f"{shown(again)} stands in several rows, so rows cannot be compared",
            where=f"{table.name}, column {key}",
            mend="name a column that identifies each row",
            code="TZ-IN-32",
        )
    return places


def _in_column(
    before: Column, new: Table, name: str, *, rows: tuple[np.ndarray, np.ndarray], who: list[str]
) -> Iterator[CellDifference]:
    after = new.column(name)
    old_text, new_text = before.text.gather(rows[0]), after.text.gather(rows[1])
    differs = old_text.ne_missing(new_text).to_numpy()
    # The same date or number written in another way says the same.
    for mine, yours in ((before.days, after.days), (before.numbers, after.numbers)):
        differs &= ~(mine[rows[0]] == yours[rows[1]])
    for k in np.flatnonzero(differs):
        yield CellDifference(
            patient=who[int(k)],
            column=name,
            address=new.address(after, int(rows[1][k])),
            old=shown(old_text[int(k)]),
            new=shown(new_text[int(k)]),
        )


def _say(some: list[CellDifference]) -> str:
    return "says" if len(some) == 1 else "say"


def told(found: Differences, *, times: frozenset[str], name: str) -> tuple[Finding, ...]:
    """Return the differences as findings: a warning where a time or the event is concerned.

    Parameters
    ----------
    found : Differences
    times : frozenset of str
        Columns that hold times, the event or the treatment.
    name : str
        What the table is called.
    """
    if found.identical:
        what = "the file is identical to the one before, byte by byte"
        return (Finding(code="file_identical", severity=Severity.NOTE, what=what, where=name),)
    if found.none:
        what = "the file differs from the one before, but every cell says the same"
        return (Finding(code="file_changed", severity=Severity.NOTE, what=what, where=name),)
    weighty = [cell for cell in found.cells if cell.column in times]
    others = [cell for cell in found.cells if cell.column not in times]
    parts = (
        (weighty, Severity.WARNING, "of times, event or treatment that"),
        (others, Severity.NOTE, "that"),
    )
    cells = [
        Finding(
            code="file_changed",
            severity=severity,
            what=f"{counted(len(some), 'cell')} {words} {_say(some)} something else than before",
            where=name,
            evidence=tuple(str(cell) for cell in some[:EVIDENCE_LIMIT]),
            n_rows=len(some),
        )
        for some, severity, words in parts
        if some
    ]
    lists = (
        (found.added, "new patient", Severity.WARNING),
        (found.removed, "missing patient", Severity.WARNING),
        (found.new_columns, "new column", Severity.NOTE),
        (found.lost_columns, "missing column", Severity.WARNING),
    )
    rest = [
        Finding(
            code="file_changed",
            severity=severity,
            what=f"{counted(len(some), words)}, compared with the file before",
            where=name,
            evidence=tuple(shown(one) for one in some[:EVIDENCE_LIMIT]),
            n_rows=len(some),
        )
        for some, words, severity in lists
        if some
    ]
    return (*cells, *rest)
