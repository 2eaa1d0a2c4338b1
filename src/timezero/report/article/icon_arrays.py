"""Two icon arrays: the same 100 people twice, in the same order, with the text beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from timezero.report.article.facts import ALL, Facts, OfHundred

PER_ROW: Final = 10
STEP: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class IconArray:
    """One hundred people, the first of them drawn full.

    Parameters
    ----------
    name : str
        Unique on the page; part of the identifiers in the drawing.
    heading : str
    full : int
        How many are drawn full, 0 to 100.
    full_words, empty_words : str
        What the full and the empty figures stand for; both counts are said.
    shade : {"full", "lives"}
        Blue for who had the treatment, black for who was alive.
    """

    name: str
    heading: str
    full: int
    full_words: str
    empty_words: str
    shade: Literal["full", "lives"] = "full"

    @property
    def places(self) -> tuple[tuple[int, int, bool], ...]:
        """Return left edge, top edge and fullness of every figure, row by row."""
        return tuple(
            (STEP * (k % PER_ROW), STEP * (k // PER_ROW), k < self.full) for k in range(ALL)
        )

    @property
    def size(self) -> int:
        """Return the side of the drawing."""
        return STEP * PER_ROW

    @property
    def alt(self) -> str:
        """Return what the drawing shows, in at most two sentences."""
        return f"{self.full_words} {self.empty_words}"


def waiting_arrays(facts: Facts) -> tuple[IconArray, IconArray] | None:
    """Return the same 100 people on the first day and at the end; None when no share is printed."""
    if facts.had is None:
        return None
    return _fixed_pair(facts.had) if facts.groups_fixed else _moving_pair(facts, facts.had)


def arrays_finding(facts: Facts) -> str:
    """Return the title above both arrays: what they show."""
    if facts.had is None:
        return ""
    had = said(facts.had)
    if facts.groups_fixed:
        return f"Nobody changed groups: {had} of 100 had it, from the start to the end"
    return f"The groups were made later: from 0 of 100 to {had} of 100"


def said(had: OfHundred, *, others: bool = False) -> str:
    """Return how many of 100 had it, or had not; a share too small to draw is said so."""
    if 0 < had.drawn < ALL:
        return str(ALL - had.drawn if others else had.drawn)
    return "more than 99" if (had.drawn >= ALL) != others else "fewer than 1"


def capital(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _moving_pair(facts: Facts, had: OfHundred) -> tuple[IconArray, IconArray]:
    words = facts.outcome
    first = IconArray(
        name="first-day",
        heading="On the first day",
        full=0,
        full_words="0 of 100 have had it.",
        empty_words=f"100 of 100 are {words.alive} and still without it.",
    )
    last = IconArray(
        name="end",
        heading="At the end",
        full=had.drawn,
        full_words=f"{capital(said(had))} of 100 have had it. Each was {words.alive} when it came.",
        empty_words=f"{capital(said(had, others=True))} of 100 have not. "
        f"All who {words.died} too soon for it are here.",
    )
    return first, last


def _fixed_pair(had: OfHundred) -> tuple[IconArray, IconArray]:
    full = f"{capital(said(had))} of 100 are in the group that had it."
    empty = f"{capital(said(had, others=True))} of 100 are in the other group."
    first, last = (
        IconArray(name=name, heading=heading, full=had.drawn, full_words=full, empty_words=empty)
        for name, heading in (
            ("first-day", "When counting began"),
            ("end", "At the end"),
        )
    )
    return first, last
