"""Guesses from headers and contents: offered, marked as guesses, never used unseen."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np

from timezero.intake.identifiers import identifier_kind
from timezero.intake.tables import BOOLEAN, Column, Table
from timezero.intake.times import Moments, read_moments
from timezero.model.protocol import DataPart, TimeUnit

Content = Literal["empty", "dates", "unclear dates", "numbers", "true/false", "mixed", "text"]

# Words of headers, the likeliest first within a role; a space stands for any separator.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "id": (
        "id", "patient id", "patient", "subject", "subject id", "record id", "pid", "case",
        "patient no", "patient number", "study id", "no", "nr",
    ),
    "trigger": (
        "trigger", "recurrence", "recurred", "relapse", "progression", "recurrence date",
        "candidate",
    ),
    "initiation": (
        "initiation", "second treatment", "second operation", "second surgery", "repeat operation",
        "repeat", "reoperation", "redo", "crs 2", "second crs", "surgery 2", "operation 2",
        "transplanted", "transplant", "tx date", "second line", "treatment start",
        "treated", "wait time",
    ),
    "time_zero": (
        "time zero", "first treatment", "index date", "baseline date", "first operation",
        "first surgery", "crs 1", "first crs", "surgery 1", "operation 1", "accepted", "accept dt",
        "diagnosis", "diagnosis date", "date of diagnosis", "enrolment", "enrollment",
        "surgery date",
    ),
    "exit": (
        "exit", "last contact", "last follow up", "last fu", "last seen", "last follow up date",
        "fu date", "futime", "follow up", "followup", "end of follow up", "os months", "os days",
        "os", "survival", "survival months", "survival time", "death or last contact", "time",
        "months", "days", "years",
    ),
    "event": (
        "event", "status", "vital status", "dead", "died", "death", "fustat", "deceased", "alive",
        "censor", "censored",
    ),
    "entry": ("entry", "delayed entry", "referral", "referred", "registered", "registration"),
}  # fmt: skip
TIME_ROLES: Final = ("trigger", "initiation", "time_zero", "exit", "entry")
FEW_VALUES: Final = 6
# Below the English words above, which are ranked within a role.
RECOGNISED_SCORE: Final = 1.5
# Words for death in headers and cells, without accents: enough to offer a column, no more.
_DEATH: Final = re.compile(
    r"\b(?:dead|died|death|deceased|dod|tot|verstorben|gestorben|decede\w?|deces|mort\w?|fallecid\w|"
    r"muert\w|exitus|decedut\w|decesso|obito|falecid\w|overleden)\b"
)
_UNITS: Final[dict[str, TimeUnit]] = {
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Which column may play a role, and why.

    Parameters
    ----------
    role : str
        A key of the data part of a protocol.
    column : str
    reason : str
        ``from the header`` or ``from the cells``.
    """

    role: str
    column: str
    reason: str


def content_of(moments: Moments) -> Content:
    """Say what kind of cells a column has."""
    column = moments.column
    present = ~moments.missing
    if not present.any():
        return "empty"
    if (column.kinds[present] == BOOLEAN).all():
        return "true/false"
    words = bool(moments.unreadable.any())
    kinds = (moments.holds_numbers, moments.holds_dates)
    if kinds == (False, False):
        return "text"
    if words or all(kinds):
        return "mixed"
    if moments.holds_numbers:
        return "numbers"
    return "unclear dates" if moments.ambiguous.any() else "dates"


def guess_roles(table: Table) -> tuple[Guess, ...]:
    """Guess which column plays which role.

    Parameters
    ----------
    table : Table

    Returns
    -------
    tuple of Guess
        At most one column a role, and one role a column.
    """
    plain = DataPart()
    cells = {column.name: read_moments(column, plain) for column in table.columns}
    scored = [
        (score, role, column.name)
        for role in WORDS
        for column in table.columns
        if (score := _score(role, column, cells[column.name])) > 0
    ]
    scored = _in_one_kind(scored, cells)
    # A stable sort: among equals the earlier role and the earlier column win.
    scored.sort(key=lambda item: -item[0])
    chosen: dict[str, Guess] = {}
    for _, role, name in scored:
        if role not in chosen and all(guess.column != name for guess in chosen.values()):
            chosen[role] = Guess(role=role, column=name, reason="from the header")
    in_dates = any(
        content_of(cells[guess.column]) in {"dates", "unclear dates"}
        for role, guess in chosen.items()
        if role in {"initiation", "trigger", "exit"}
    )
    if not in_dates:
        chosen.pop("time_zero", None)
    _add_from_cells(chosen, table, cells, in_dates=in_dates)
    return tuple(chosen[role] for role in (*WORDS, "death") if role in chosen)


def _in_one_kind(
    scored: list[tuple[float, str, str]], cells: dict[str, Moments]
) -> list[tuple[float, str, str]]:
    """Leave out lengths of follow-up where the treatment and another last contact are dates."""
    dated = {name for name, moments in cells.items() if moments.holds_dates}
    treatments = [item for item in scored if item[1] == "initiation"]
    exits = {name for _, role, name in scored if role == "exit"}
    if not treatments or max(treatments)[2] not in dated or not exits & dated:
        return scored
    return [item for item in scored if item[1] != "exit" or item[2] in dated]


def record_numbers(table: Table) -> list[str]:
    """Return the columns that hold record numbers of patients, by header or cells.

    Parameters
    ----------
    table : Table
    """
    return [c.name for c in table.columns if identifier_kind(c.name, c) == "record_number"]


@lru_cache(maxsize=4096)
def role_of_header(header: str) -> str | None:
    """Return the role of the item that a header means by an exact alias, in any language.

    Parameters
    ----------
    header : str
    """
    from timezero.intake.recognise import recognise, role_of

    best = recognise(header)[:1]
    sure = bool(best) and best[0].reason == "exact alias" and best[0].procedure is None
    return role_of(best[0].item_key) if sure else None


def words_of(header: str) -> str:
    """Return the words of a header in small letters, whatever separates them.

    Parameters
    ----------
    header : str
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", header)
    return " ".join(re.sub(r"[^0-9a-z]+", " ", spaced.casefold()).split())


def _score(role: str, column: Column, moments: Moments) -> float:
    """Return how well header and cells fit a role; 0 when they do not."""
    header = words_of(column.name)
    score = 0.0
    for rank, words in enumerate(WORDS[role]):
        if header == words:
            score = max(score, 3.0 - rank / 100)
        elif re.search(rf"\b{words}\b", header) and len(words) > 2:
            score = max(score, 2.0 - rank / 100)
    if not score and role_of_header(column.name) == role:
        score = RECOGNISED_SCORE
    return score + _bonus(role, moments) if score and _fits(role, moments) else 0.0


def _fits(role: str, moments: Moments) -> bool:
    content, column = content_of(moments), moments.column
    if role == "id":
        return bool(column.text.n_unique() == len(column.text)) and content not in {
            "dates",
            "unclear dates",
        }
    n_values = column.text.drop_nulls().n_unique()
    if role == "event":
        return 0 < n_values <= FEW_VALUES and content != "dates"
    timed = content in {"dates", "unclear dates", "numbers", "mixed"}
    if role == "time_zero":
        return content in {"dates", "unclear dates", "mixed"}
    # A column of 0 and 1, or 1 and 2, tells whether, not when.
    values = set(column.text.filter(~moments.missing).unique().to_list())
    return timed and not values <= {"0", "1", "2"}


def _bonus(role: str, moments: Moments) -> float:
    some_missing = bool(moments.missing.any())
    expects_missing = role in {"initiation", "trigger"}
    return 0.5 if role in TIME_ROLES and some_missing == expects_missing else 0.0


def _add_from_cells(
    chosen: dict[str, Guess], table: Table, cells: dict[str, Moments], *, in_dates: bool
) -> None:
    """Fill what headers did not say: a column of distinct values, the first and the last date."""
    taken = {guess.column for guess in chosen.values()}
    free = [column.name for column in table.columns if column.name not in taken]
    if "id" not in chosen:
        distinct = [n for n in free if _fits("id", cells[n]) and not cells[n].missing.any()]
        if distinct and table.columns[0].name == distinct[0]:
            chosen["id"] = Guess(role="id", column=distinct[0], reason="from the cells")
            free.remove(distinct[0])
    if "event" not in chosen:
        died = [n for n in free if _is_date_of_death(cells[n])]
        if len(died) == 1:
            chosen["death"] = Guess(role="death", column=died[0], reason="from the header")
            free.remove(died[0])
    if not {"event", "death"} & set(chosen):
        dying = [n for n in free if _fits("event", cells[n]) and _says_death(cells[n].column)]
        if len(dying) == 1:
            chosen["event"] = Guess(role="event", column=dying[0], reason="from the cells")
            free.remove(dying[0])
    if not in_dates:
        return
    dated = [n for n in free if content_of(cells[n]) == "dates" and not cells[n].missing.any()]
    for role, order in (("time_zero", 0), ("exit", -1)):
        if role not in chosen and dated:
            dated.sort(key=lambda n: float(np.nanmedian(cells[n].days)))
            name = dated.pop(order)
            chosen[role] = Guess(role=role, column=name, reason="from the cells")


def _is_date_of_death(moments: Moments) -> bool:
    from timezero.intake.recognise import recognise, role_of

    some = bool(moments.missing.any()) and content_of(moments) in {"dates", "unclear dates"}
    if not some:
        return False
    best = recognise(moments.column.name)[:1]
    named = bool(best) and role_of(best[0].item_key) == "death"
    return named or _says_death(moments.column)


def _says_death(column: Column) -> bool:
    """Return whether the header or one of the cells is a word for death."""
    said = [column.name, *column.text.drop_nulls().unique().to_list()]
    plain = unicodedata.normalize("NFKD", " | ".join(said).casefold())
    return bool(_DEATH.search("".join(c for c in plain if not unicodedata.combining(c))))


def guess_unit(guesses: tuple[Guess, ...]) -> TimeUnit | None:
    """Return the unit that the header of the exit names, if any."""
    for guess in guesses:
        if guess.role == "exit":
            words = words_of(guess.column)
            for stem, unit in _UNITS.items():
                if re.search(rf"\b{stem}s?\b", words):
                    return unit
    return None


def guessed_data(table: Table) -> DataPart:
    """Return which columns are used as far as headers and cells tell.

    Parameters
    ----------
    table : Table
    """
    guesses = guess_roles(table)
    named: dict[str, Any] = {guess.role: guess.column for guess in guesses}
    unit = guess_unit(guesses)
    return DataPart(**named) if unit is None else DataPart(unit=unit, **named)


def known_id(table: Table) -> Column | None:
    """Return the column whose header names patients; None when none does.

    Parameters
    ----------
    table : Table
    """
    found = [column for column in table.columns if words_of(column.name) in WORDS["id"]]
    return found[0] if found else None
