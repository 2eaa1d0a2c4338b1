"""Words and signs that mean: not recorded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

CODE_LIKE: Final = r"^[A-Z]{2}$|^[A-Z][a-z]?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingWords:
    """The table of words, all in small letters.

    Parameters
    ----------
    signs : frozenset of str
        Cannot be a category, in any column.
    never_numbers : frozenset of str
        Mean 'not recorded' where the rest of a column is numbers or dates.
    none_words : frozenset of str
        May be a category where the rest of a column is words.
    unknown_words : frozenset of str
        Say that nobody knows; where an empty cell means never, they are no empty cell.
    asked_words : frozenset of str
        Abbreviations that may mean something else; asked where the rest is numbers or dates.
    """

    signs: frozenset[str]
    never_numbers: frozenset[str]
    none_words: frozenset[str]
    unknown_words: frozenset[str]
    asked_words: frozenset[str]


@cache
def missing_words() -> MissingWords:
    """Return the table of words."""
    text = files("timezero.intake").joinpath("missing-words.toml").read_text(encoding="utf-8")
    said: dict[str, list[str]] = tomllib.loads(text)
    return MissingWords(**{name: frozenset(words) for name, words in said.items()})
