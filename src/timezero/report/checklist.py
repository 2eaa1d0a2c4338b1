"""The TARGET 2025 checklist, filled from what a study states; the rest is not stated."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from timezero.model.protocol import Protocol
from timezero.model.result import StudyResult
from timezero.report.checklist_answers import ANSWERS, Known
from timezero.report.document import Table
from timezero.report.shareable import shareable

NOT_STATED = "not stated"
Status: TypeAlias = Literal["stated", "in part", "not stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the statement: its number, its section, and what it asks in our own words."""

    number: str
    section: str
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item with what the study states about it.

    Parameters
    ----------
    status : {"stated", "in part", "not stated"}
        ``in part``: something is stated, and ``missing`` is not.
    answer : str
        What is stated; empty when nothing is.
    missing : str
        What the item also asks for and nothing says.
    """

    number: str
    section: str
    asks: str
    status: Status
    answer: str
    missing: str

    @property
    def words(self) -> str:
        """What is printed as the answer."""
        if not self.answer:
            return NOT_STATED
        return f"{self.answer} Not stated: {self.missing}." if self.missing else self.answer


@cache
def statement() -> dict[str, str]:
    """Return the name of the statement, its reference and its DOI."""
    return _content()["statement"]


@cache
def items() -> tuple[Item, ...]:
    """Return the items in the order of the statement."""
    return tuple(Item(**item) for item in _content()["item"])


def filled(protocol: Protocol, result: StudyResult | None = None) -> tuple[Line, ...]:
    """Return every item with what the protocol, and the result if there is one, state.

    Parameters
    ----------
    protocol : Protocol
    result : StudyResult, optional
        Without it, items about results are not stated.
    """
    known = Known(protocol=protocol, result=None if result is None else shareable(result))
    return tuple(_line(item, known) for item in items())


def as_table(lines: tuple[Line, ...]) -> Table:
    """Return the checklist as a table of the report."""
    return Table(
        caption=f"{statement()['name']}, item by item",
        header=("Item", "Asks for", "Status", "What this study states"),
        rows=tuple((line.number, line.asks, line.status, line.words) for line in lines),
        note=f"Items by their numbers, what they ask for in our own words. {statement()['text']} "
        "Filled from the study file and the result; nothing is guessed. A study that does not "
        "emulate a target trial is reported by STROBE.",
    )


def _content() -> dict[str, Any]:
    place = Path(__file__).with_name("target.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))


def _line(item: Item, known: Known) -> Line:
    answer = ANSWERS[item.number](known) if item.number in ANSWERS else None
    said = "" if answer is None else answer.said.strip()
    missing = "" if answer is None or not said else answer.missing
    status: Status = "not stated" if not said else "in part" if missing else "stated"
    return Line(
        number=item.number,
        section=item.section,
        asks=item.asks,
        status=status,
        answer=said,
        missing=missing,
    )
