"""A first look at a registry: what is there, what it may mean, what needs a decision."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timezero.arrays import Bools
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.changes_file import write_changes
from timezero.intake.cohort import inspect
from timezero.intake.draft import draft_of
from timezero.intake.events import read_event
from timezero.intake.guess import Guess, content_of, guess_roles, guess_unit
from timezero.intake.identifiers import identifier_kind
from timezero.intake.layout import required_roles
from timezero.intake.missing_words import missing_words
from timezero.intake.recognise import recognise
from timezero.intake.record_items import item
from timezero.intake.sources import read_table
from timezero.intake.tables import Column, Table, shown
from timezero.intake.times import Moments, both_readings, read_moments
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart, Protocol
from timezero.model.recipe import Recipe

if TYPE_CHECKING:
    import polars as pl

EXAMPLES = 3
_PLACE = re.compile(r"cent(?:re|er)|hospital|clinic(?!al)|institut|(?<![a-z])site", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLook:
    """What one column holds.

    Parameters
    ----------
    name, letter : str
    content : str
        dates, unclear dates, numbers, true/false, text, mixed, empty.
    n_missing, n_values : int
    examples : str
        The first few different values.
    meaning : str
        What a statistics file, or the dictionary of the procedure record, says the column is.
    """

    name: str
    letter: str
    content: str
    n_missing: int
    n_values: int
    examples: str
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found in a file, without changing or writing anything.

    Parameters
    ----------
    table : str
    n_rows : int
    columns : tuple of ColumnLook
    guesses : tuple of Guess
    unguessed : tuple of str
        Required roles for which no column was found.
    event_values : str
        Values of the guessed event column with their numbers of patients.
    centre_candidates : tuple of str
        Columns that may say where a patient was treated.
    findings : tuple of Finding
        What was noticed and changed, and what will be asked.
    n_changed : int
        How many cells are read otherwise than they are written.
    next_command : str
    """

    table: str
    n_rows: int
    columns: tuple[ColumnLook, ...]
    guesses: tuple[Guess, ...]
    unguessed: tuple[str, ...]
    event_values: str
    centre_candidates: tuple[str, ...]
    findings: tuple[Finding, ...]
    n_changed: int
    next_command: str


def guessed_protocol(guesses: tuple[Guess, ...], sheet: str | None = None) -> Protocol:
    """Return a protocol with the guessed columns; what the event is stays undeclared."""
    named: dict[str, Any] = {guess.role: guess.column for guess in guesses}
    unit = guess_unit(guesses)
    if unit is not None:
        named["unit"] = unit
    return Protocol(data=DataPart(sheet=sheet, **named))


def look(
    source: str | Path,
    *,
    sheet: str | None = None,
    recipe: Recipe | None = None,
    changes_to: Path | None = None,
) -> Look:
    """Look at a registry file.

    Parameters
    ----------
    source : str or Path
    sheet : str or None
        The sheet of a workbook; the first one with cells when None.
    recipe : Recipe or None
        Answers given before.
    changes_to : Path or None
        Where every changed cell is listed, old and new, as CSV.

    Raises
    ------
    InputRefused
        The file cannot be read as a table.
    """
    table = read_table(source, sheet=sheet, recipe=recipe)
    if changes_to is not None:
        write_changes(table, changes_to)
    plain = DataPart()
    cells = [read_moments(column, plain) for column in table.columns]
    guesses = guess_roles(table)
    protocol = guessed_protocol(guesses, sheet)
    guessed = {guess.role: guess.column for guess in guesses}
    unguessed = tuple(role for role in required_roles(protocol.data) if role not in guessed)
    findings = list(_judged(table, protocol, complete=not unguessed))
    told = {(finding.where, finding.n_rows) for finding in findings}
    for moments in cells:
        findings += [f for f in _problem_cells(table, moments) if (f.where, f.n_rows) not in told]
    return Look(
        table=table.name,
        n_rows=int(table.rows.size),
        columns=tuple(_column_look(moments, table) for moments in cells),
        guesses=guesses,
        unguessed=unguessed,
        event_values=_event_values(table, guessed.get("event")),
        centre_candidates=_centre_candidates(cells, set(guessed.values())),
        findings=tuple(findings),
        n_changed=sum(change.n for change in table.changes),
        next_command=f"timezero init {shlex.quote(str(source))} -o study.toml",
    )


def _judged(table: Table, protocol: Protocol, *, complete: bool) -> tuple[Finding, ...]:
    """Return what the steps told, and what the checks find under the guessed roles."""
    if not complete:
        return table.findings
    try:
        return inspect(draft_of(table, protocol))
    except InputRefused as refusal:
        return (*table.findings, *refusal.findings)


def _column_look(moments: Moments, table: Table) -> ColumnLook:
    values = moments.column.text.filter(~moments.missing).unique(maintain_order=True)
    hidden = identifier_kind(moments.column.name, moments.column)
    return ColumnLook(
        name=moments.column.name,
        letter=moments.column.letter,
        content=content_of(moments),
        n_missing=int(moments.missing.sum()),
        n_values=len(values),
        examples=f"not shown ({hidden})" if hidden else _first(values),
        meaning=_meaning(moments.column.name, table),
    )


def _first(values: pl.Series) -> str:
    return ", ".join(shown(value) for value in values.head(EXAMPLES).to_list())


def _meaning(name: str, table: Table) -> str:
    labels = table.labels.get(name)
    if labels is not None and labels.label:
        return shown(labels.label)
    found = recognise(name)
    sure = [one for one in found if one.reason == "exact alias"]
    return item(sure[0].item_key).name if sure else ""


def _event_values(table: Table, name: str | None) -> str:
    if name is None:
        return ""
    seen = read_event(table.column(name), DataPart()).seen
    return ", ".join(f"{shown(value)} ({counted(n, 'patient')})" for value, n in seen)


def _centre_candidates(cells: list[Moments], taken: set[str]) -> tuple[str, ...]:
    """Return columns whose header speaks of a place and that name several, each more than once."""
    found: list[str] = []
    for moments in cells:
        column = moments.column
        n_values = column.text.filter(~moments.missing).n_unique()
        repeated = 1 < n_values <= (~moments.missing).sum() / 2
        if column.name not in taken and repeated and _PLACE.search(column.name):
            found.append(column.name)
    return tuple(found)


def _problem_cells(table: Table, moments: Moments) -> list[Finding]:
    """Find unclear dates, and the few cells that differ in kind from the rest of their column."""
    column = moments.column
    found: list[Finding] = []
    unclear = column.text.filter(moments.ambiguous.tolist())
    texts = unclear.unique(maintain_order=True).to_list()
    open_ones = [text for text in texts if " or " in both_readings(text)]
    orders = {order for text in texts if (order := _order_told(text)) is not None}
    if open_ones and len(orders) != 1:
        what = f"{open_ones[0]} can be {both_readings(open_ones[0])}"
        found.append(_cells(table, column, moments.ambiguous, code="date_ambiguous", what=what))
    said = column.text.str.to_lowercase().is_in(list(missing_words().signs)).fill_null(value=False)
    unlike = moments.unreadable & ~said.to_numpy()
    n_present = int((~moments.missing).sum())
    if unlike.any() and 2 * int(unlike.sum()) < n_present:
        what = f"{counted(unlike, 'cell')} unlike the numbers or dates around"
        found.append(_cells(table, column, unlike, code="cell_unlike", what=what))
    return found


def _order_told(text: str) -> bool | None:
    """Return whether a date must have its day first; None where it tells no order."""
    first, second = (int(part) > 12 for part in re.split(r"[./-]", text.strip())[:2])
    return first if first != second and not both_readings(text).startswith("no date") else None


def _cells(table: Table, column: Column, mask: Bools, *, code: str, what: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        what=what,
        where=table.where(column, mask),
        evidence=table.evidence(column, mask),
        mend="if the column is used: data.date_format, data.decimal_comma or data.missing",
        n_rows=int(mask.sum()),
    )
