"""What has to be asked about operations before they can be numbered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import InputRefused
from timezero.findings import Finding, Option, Question, Severity, dotted
from timezero.intake.episodes import Kind
from timezero.intake.guess import WORDS, record_numbers, words_of
from timezero.intake.identifiers import identifier_kind
from timezero.intake.tables import Column, Table, shown
from timezero.intake.times import read_moments
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart
from timezero.model.recipe import ShapePart

MOST_VALUES: Final = 30
# Words for a perfusion that was not finished or not begun, in several languages.
_ABORTED: Final = re.compile(
    r"abort|abgebroch|abbruch|interromp|interrump|afgebroken|not (?:done|perform|complet)|"
    r"open (?:and|&) close|no hipec|ohne hipec|sans chip|exploration only",
    re.IGNORECASE,
)
_PLANNED: Final = re.compile(
    r"plan|stage|zweizeitig|deux temps|dos tiempos|due tempi|two.step", re.IGNORECASE
)


def kinds_of(table: Table, shape: ShapePart, findings: list[Finding]) -> NDArray[np.int8]:
    """Return what was done at each operation; asks when it is not said which values mean aborted.

    Parameters
    ----------
    table : Table
    shape : ShapePart
    findings : list of Finding
        The question, or a note with what each value was read as, is added.
    """
    kinds = np.zeros(int(table.rows.size), dtype=np.int8)
    if shape.operation_kind is None:
        return kinds
    column = table.column(shape.operation_kind)
    texts = column.text.fill_null("")
    aborted, other = shape.aborted_values, shape.other_values
    if not aborted and not other:
        likely = _values_like(column, _ABORTED)
        if likely:
            findings.append(_ask_values(table, column, likely))
            aborted = likely
    kinds[texts.is_in(list(aborted)).to_numpy()] = Kind.ABORTED
    kinds[texts.is_in(list(other)).to_numpy()] = Kind.OTHER
    findings.append(_as_read(table, column, kinds))
    return kinds


def _values_like(column: Column, words: re.Pattern[str]) -> tuple[str, ...]:
    values = column.text.drop_nulls().unique(maintain_order=True).to_list()
    return tuple(value for value in values[:1_000] if words.search(value))


def _ask_values(table: Table, column: Column, likely: tuple[str, ...]) -> Question:
    mask = column.text.is_in(list(likely)).fill_null(value=False).to_numpy()
    listed = ", ".join(shown(value) for value in likely)
    return Question(
        code="operation_aborted",
        what=f"which values of {column.name} mean that perfusion was aborted or not done?",
        where=table.where(column, mask),
        evidence=table.evidence(column, mask),
        n_rows=int(mask.sum()),
        key=("shape", "aborted_values"),
        options=(
            Option(value=likely, words=f"{listed}: kept as aborted, never counted as a repeat"),
            Option(value=("none of them",), words="none: every operation was complete"),
        ),
        default=likely,
        mend="answer it with `timezero init`, or write shape.aborted_values in the recipe",
    )


def _as_read(table: Table, column: Column, kinds: NDArray[np.int8]) -> Finding:
    parts: list[str] = []
    for kind, words in (
        (Kind.COMPLETE, "complete"),
        (Kind.ABORTED, "aborted"),
        (Kind.OTHER, "other"),
    ):
        mask = kinds == kind
        if mask.any():
            values = column.text.fill_null("empty").filter(mask.tolist()).unique().sort().to_list()
            listed = ", ".join(shown(value) for value in values[:MOST_VALUES])
            parts.append(f"{words}: {listed} ({int(mask.sum())})")
    return Finding(
        code="operation_kinds",
        severity=Severity.NOTE,
        what=f"operations were read as {'; '.join(parts)}",
        where=f"{table.name}, column {column.name}",
        n_rows=int(kinds.size),
    )


def raise_unknown_date(table: Table, key: str, what: str) -> NoReturn:
    """Refuse to go on before it is said which column holds a date; the refusal asks for it.

    Parameters
    ----------
    table : Table
    key : str
        Of the recipe's part shape.
    what : str
        Whose date it is.

    Raises
    ------
    InputRefused
        Always.
    """
    dated = [c.name for c in table.columns if _holds_dates(c)]
    _raise(table, ("shape", key), f"which column holds the date of {what}?", dated)


def raise_unknown_id(table: Table, name: str) -> NoReturn:
    """Refuse to go on before it is said which column holds the patient; the refusal asks for it.

    Parameters
    ----------
    table : Table
    name : str
        Of the table in the recipe.

    Raises
    ------
    InputRefused
        Always.
    """
    key = ("shape", "patient_id", name)
    numbers = record_numbers(table)
    likely = numbers[0] if len(numbers) == 1 else None
    _raise(table, key, "which column holds the patient?", table.names, likely=likely)


def _raise(
    table: Table,
    key: tuple[str, ...],
    what: str,
    names: Sequence[str],
    *,
    likely: str | None = None,
) -> NoReturn:
    question = Question(
        code="column_unknown",
        what=what,
        where=table.name,
        key=key,
        options=tuple(Option(value=name, words=_such_as(table.column(name))) for name in names),
        default=names[0] if len(names) == 1 else likely,
        mend=f"answer it with `timezero init`, or write {dotted(key)} in the recipe",
    )
    raise InputRefused(
        what=question.what,
        where=question.where,
        mend=question.mend,
        code="TZ-IN-35",
        findings=(*table.findings, question),
    )


def _holds_dates(column: Column) -> bool:
    moments = read_moments(column, DataPart())
    dated = ~np.isnan(moments.days) | moments.ambiguous
    return bool(dated.any() and dated.sum() * 2 >= (~moments.missing).sum())


def _such_as(column: Column) -> str:
    if identifier_kind(column.name, column) is not None:
        return "cells not shown"
    values = column.text.drop_nulls().unique(maintain_order=True).head(3).to_list()
    return "such as " + ", ".join(shown(value) for value in values)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Further:
    """Operations whose dates stand in a column of their own, beside the first one of the row."""

    patient: Ints
    day: Floats


def further_operations(
    table: Table, patient: Ints, date: Column, *, shape: ShapePart, findings: list[Finding]
) -> Further:
    """Return operations that have no row of their own; asks when there seem to be some.

    Parameters
    ----------
    table : Table
        One row an operation, or several operations in one row.
    patient : (n_rows,) int64
    date : Column
        The dates of the rows.
    shape : ShapePart
    findings : list of Finding
        The question is added.
    """
    names = shape.further_dates
    known = set(zip(patient.tolist(), date.days.tolist(), strict=True))
    if names is None:
        names = _second_dates(table, patient, date, known)
        if names:
            findings.append(_ask_further(table, names))
    found: list[tuple[int, float]] = []
    for name in names:
        days = read_moments(table.column(name), DataPart()).days
        for row in np.flatnonzero(~np.isnan(days)):
            operation = (int(patient[row]), float(days[row]))
            if operation not in known:
                known.add(operation)
                found.append(operation)
    return Further(
        patient=np.array([who for who, _ in found], dtype=np.int64),
        day=np.array([day for _, day in found], dtype=np.float64),
    )


def _second_dates(
    table: Table, patient: Ints, date: Column, known: set[tuple[int, float]]
) -> tuple[str, ...]:
    """Return columns that by their header hold later treatments, with dates that have no row."""
    names: list[str] = []
    for column in table.columns:
        if column is date or not any(
            re.search(rf"\b{word}\b", words_of(column.name)) for word in WORDS["initiation"]
        ):
            continue
        days = read_moments(column, DataPart()).days
        rows = np.flatnonzero(~np.isnan(days))
        if any((int(patient[row]), float(days[row])) not in known for row in rows):
            names.append(column.name)
    return tuple(names)


def _ask_further(table: Table, names: tuple[str, ...]) -> Question:
    mask = np.zeros(int(table.rows.size), dtype=np.bool_)
    for name in names:
        mask |= ~np.isnan(read_moments(table.column(name), DataPart()).days)
    column = table.column(names[0])
    return Question(
        code="operations_in_columns",
        what=f"{counted(mask, 'row')} with the date of another operation in {', '.join(names)}, "
        "though a row is an operation: are these operations too?",
        where=table.where(column, mask),
        evidence=table.evidence(column, mask),
        n_rows=int(mask.sum()),
        key=("shape", "further_dates"),
        options=(
            Option(value=names, words="yes: each is an operation, unless it has a row of its own"),
            Option(value=(), words="no: they are left aside"),
        ),
        default=names,
        mend="answer it with `timezero init`, or write shape.further_dates in the recipe",
    )


def planned_of(table: Table, shape: ShapePart) -> Bools:
    """Return which operations were planned as a further stage of one treatment.

    Parameters
    ----------
    table : Table
    shape : ShapePart
    """
    if shape.planned is None:
        return np.zeros(int(table.rows.size), dtype=np.bool_)
    column = table.column(shape.planned)
    meant = shape.planned_values or _values_like(column, _PLANNED)
    return np.asarray(column.text.is_in(list(meant)).fill_null(value=False).to_numpy(), np.bool_)


def ask_aborted_first(table: Table, concerned: Bools) -> Question:
    """Return the question what an aborted operation before all others counts as.

    Parameters
    ----------
    table : Table
    concerned : (n_rows,) bool
        Operations that are the first of their patient and were aborted.
    """
    n = counted(concerned, "patient")
    numbers = [int(row) for row in table.rows[concerned][:20]]
    return Question(
        code="operation_aborted_first",
        what=f"{n} whose first operation was aborted: is time counted from it?",
        where=table.name,
        evidence=tuple(f"row {number}" for number in numbers),
        n_rows=int(concerned.sum()),
        key=("shape", "aborted_first"),
        options=(
            Option(
                value="time_zero",
                words="yes: it is the first treatment, and the next complete one is a repeat",
            ),
            Option(
                value="not_counted",
                words="no: time begins with the first complete one; who has none is left out",
            ),
        ),
        default=None,
        mend="answer it with `timezero init`, or write shape.aborted_first in the recipe",
    )
