"""Roles that a study does not fill: asked, with the columns whose headers suggest themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Option, Question
from timezero.intake.bench import roles_of
from timezero.intake.guess import TIME_ROLES, content_of, guess_roles, record_numbers
from timezero.intake.identifiers import identifier_kind
from timezero.intake.layout import required_roles
from timezero.intake.tables import Column, Table, shown
from timezero.intake.times import read_moments
from timezero.model.protocol import DataPart

WORDS: Final = {
    "id": "the patient",
    "initiation": "when the late treatment began",
    "exit": "the last time under observation",
    "event": "how observation ended",
    "entry": "the start of observation",
    "treated": "whether a row is on treatment",
    "time_zero": "the date from which all is counted",
}
_MOST: Final = 5
_CELLS: Final = 3
# A header found by its words in English stands between an exact alias and a part of one.
_GUESSED: Final = 0.9
_DATED: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suggestion:
    column: Column
    score: float
    reason: str


def refuse_unset(table: Table, data: DataPart) -> None:
    """Refuse a study that does not say which columns hold what it needs; each is a question.

    Parameters
    ----------
    table : Table
    data : DataPart

    Raises
    ------
    InputRefused
        A required role is not filled; ``findings`` holds one question a role, and what was noticed
        while the table was prepared.
    """
    unset = [role for role in required_roles(data) if getattr(data, role) is None]
    if not unset:
        return
    questions = role_questions(table, data, tuple(unset))
    keys = ", ".join(f"data.{role}" for role in unset)
    flags = " ".join(f"--{role} COLUMN" for role in unset)
    raise InputRefused(
        what=f"it is not said which columns hold: {', '.join(unset)}",
        where=f"{table.name}; {keys}",
        mend=f"add {flags}; the columns are: {', '.join(table.names)}",
        code="TZ-IN-07",
        findings=(*questions, *table.findings),
    )


def role_questions(table: Table, data: DataPart, unset: tuple[str, ...]) -> tuple[Question, ...]:
    """Return one question for each role that has no column.

    Parameters
    ----------
    table : Table
    data : DataPart
        Columns that it names already are not suggested.
    unset : tuple of str
        Keys of the data part. Time zero is asked too where it is not named and a header suggests
        itself for it.
    """
    suggested = _suggestions(table, data)
    open_zero = data.time_zero is None and "time_zero" not in unset
    if open_zero and "time_zero" in suggested and data.layout != "counting_process":
        unset = (*unset[:1], "time_zero", *unset[1:])
    return tuple(
        _question(table, role, suggested.get(role, []), fitting_columns(table, data, role))
        for role in unset
    )


def fitting_columns(table: Table, data: DataPart, role: str) -> list[Column]:
    """Return the columns that no other role has taken and that hold the kind of cells it needs.

    Parameters
    ----------
    table : Table
    data : DataPart
    role : str
        A key of the data part.
    """
    taken = roles_of(data)
    free = [column for column in table.columns if column.name not in taken]
    if role in TIME_ROLES:
        free = [c for c in free if _may_tell_when(c, data, in_dates=role == "time_zero")]
    return free


def _may_tell_when(column: Column, data: DataPart, *, in_dates: bool) -> bool:
    content = content_of(read_moments(column, data))
    if content == "text":
        # Dates in words are read once the column is used: 05. Mär 2014.
        dated = column.text.drop_nulls().str.contains(r"\d.*\d.*\d")
        return bool(dated.len()) and int(dated.sum()) > _DATED * len(dated)
    return content not in {"empty", "true/false"} and not (in_dates and content == "numbers")


def _question(
    table: Table, role: str, suggested: list[_Suggestion], fitting: list[Column]
) -> Question:
    """Ask for one role; without a suggestion every column that fits may be the answer."""
    offered = [(s.column, s.reason) for s in suggested[:_MOST]]
    if not offered:
        offered = [(column, "") for column in fitting or table.columns]
    options = tuple(
        Option(value=column.name, words=_words(column, reason)) for column, reason in offered
    )
    return Question(
        code="role_unset",
        what=f"which column holds {WORDS[role]} ({role})?",
        where=table.name,
        key=("data", role),
        options=options,
        default=suggested[0].column.name if suggested else None,
        evidence=tuple(f"{shown(str(option.value))}: {option.words}" for option in options[:_MOST]),
        mend=f"answer it with `timezero init`, or write data.{role} in the study file",
    )


def _words(column: Column, reason: str) -> str:
    if identifier_kind(column.name, column) is not None:
        return "; ".join(part for part in (reason, "cells not shown") if part)
    cells = column.text.drop_nulls().unique(maintain_order=True)[:_CELLS].to_list()
    said = ", ".join(shown(cell) for cell in cells) or "empty"
    return f"{reason}; {said}" if reason else said


def _suggestions(table: Table, data: DataPart) -> dict[str, list[_Suggestion]]:
    """Return for each role the columns that may play it, best first."""
    taken = roles_of(data)
    free = [column for column in table.columns if column.name not in taken]
    found: dict[str, list[_Suggestion]] = {}
    numbers = record_numbers(table) if data.id is None else []
    for column in free:
        for role, score, reason in _roles_of_header(column.name):
            suggestion = _Suggestion(column=column, score=score, reason=reason)
            found.setdefault(role, []).append(suggestion)
    for guess in guess_roles(table):
        known = {s.column.name for s in found.get(guess.role, [])}
        column = next((c for c in free if c.name == guess.column), None)
        if column is not None and guess.column not in known:
            suggestion = _Suggestion(column=column, score=_GUESSED, reason=guess.reason)
            found.setdefault(guess.role, []).append(suggestion)
    for column in free:
        known = {s.column.name for s in found.get("id", [])}
        if column.name in numbers and column.name not in known:
            suggestion = _Suggestion(column=column, score=_GUESSED, reason="a record number")
            found.setdefault("id", []).append(suggestion)
    found["event"] = [s for s in found.get("event", []) if not _holds_dates(s.column, data)]
    for suggestions in found.values():
        suggestions.sort(key=lambda s: -s.score)
    return found


def _holds_dates(column: Column, data: DataPart) -> bool:
    return content_of(read_moments(column, data)) in {"dates", "unclear dates"}


def _roles_of_header(header: str) -> list[tuple[str, float, str]]:
    """Return the roles that a header suggests, with the reason in words."""
    from timezero.intake.recognise import recognise, role_of
    from timezero.intake.record_items import item

    found: dict[str, tuple[str, float, str]] = {}
    for suggestion in recognise(header):
        role, score = role_of(suggestion.item_key), suggestion.score
        if role == "death":
            # Observation ends with death, if nothing else says when.
            role, score = "exit", 0.5 * score
        if role is not None and role not in found:
            reason = f"like {suggestion.alias!r} ({item(suggestion.item_key).name})"
            found[role] = (role, score, reason)
    return list(found.values())
