"""What columns are called: headers made readable, and compared without what nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 200
_SHORT: Final = 40
_UNSEEN: Final = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_UNUSUAL: Final = re.compile(r"^[=+@-]\s*[^\s\d]|<\s*[A-Za-z/!?]|[\"`;\\{}]|^__\w+__$")


def plain_heading(heading: str) -> str:
    """Return a header on one line, without signs that cannot be seen and with single spaces.

    Parameters
    ----------
    heading : str
        As the cell says it.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", heading))
    return " ".join("".join(c if c.isprintable() else " " for c in seen).split())


def matching_key(name: str) -> str:
    """Return a header as it is compared when no column is called exactly so.

    Case, unseen signs, kinds of spaces and ways of composing a letter do not count.

    Parameters
    ----------
    name : str
    """
    plain = unicodedata.normalize("NFKC", plain_heading(name))
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").casefold().strip()


def is_unusual(heading: str) -> bool:
    """Return whether a header holds what other programs would execute or take for an order."""
    return _UNUSUAL.search(heading.strip()) is not None


def names_of(headings: Sequence[str], letters: Sequence[str]) -> tuple[str, ...]:
    """Name every column, each name once.

    A blank header becomes ``column_7``, one of more than 200 characters its beginning, and columns
    of one name are told apart by their letters.

    Parameters
    ----------
    headings : sequence of str
        Plain headers; empty where there is none.
    letters : sequence of str
        Letter of each column; its place for ``column_7`` comes from it.
    """
    named = [
        _short(heading, letter) if heading else f"column_{place_of(letter)}"
        for heading, letter in zip(headings, letters, strict=True)
    ]
    twice = (
        {name for name in named if named.count(name) > 1} if len(set(named)) < len(named) else ()
    )
    return tuple(
        lettered(name, letter) if name in twice else name
        for name, letter in zip(named, letters, strict=True)
    )


def lettered(name: str, letter: str) -> str:
    """Return a name with the letter of its column: ``exit [C]``."""
    return f"{name} [{letter}]"


def place_of(letter: str) -> int:
    """Return the place of a column by its letter, counted from 1: AA is 27."""
    place = 0
    for sign in letter:
        place = 26 * place + ord(sign) - ord("A") + 1
    return place


def _short(heading: str, letter: str) -> str:
    if len(heading) <= LONGEST:
        return heading
    return lettered(heading[:_SHORT].rstrip() + "...", letter)
