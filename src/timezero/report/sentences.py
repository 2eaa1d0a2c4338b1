"""Counts and shares in sentences: small ones are said as 'fewer than 5'."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

COUNTED: Final = (
    r"patients?|people|persons?|events?|deaths?|died|rows?|candidates?|treated|untreated|"
    r"censored|exits?|initiations?|crossings?|missing|clones?|survivors?|outcomes?|were|was|are|is|"
    r"had|have|began|left|of them|of those|never|ever|at risk|"
    r"cells?|values?|readings?|measurements?|procedures?|perfusions?|operations?|doses?|volumes?|heights?|stays?"
)
_NUMBER: Final = r"(?<![\w.,=(/-])(?P<n>\d{1,3}(?:,\d{3})+|\d+)(?![\w.,]*\d)(?!\s?%)"
_NOUN: Final = re.compile(rf"{_NUMBER}(?P<gap>(?: [a-z-]+)?) (?P<noun>{COUNTED})\b")
_OF: Final = re.compile(
    r"(?<![\w.,-])(?P<n>\d[\d,]*) of (?P<the>(?:the |all |its )?)(?P<whole>\d[\d,]*)(?![\d.%])"
)
_FEWER: Final = re.compile(
    rf"\b(?P<lead>fewer than|below|under) (?P<n>\d+)(?= (?:[a-z-]+ )?(?:{COUNTED})\b)"
)
_IN_FRONT: Final = re.compile(
    r"(?P<lead>\b(?:n|events|patients|deaths|rows|missing|at risk|treated|untreated|censored)"
    r"(?: ?[=:] ?))(?P<n>\d[\d,]*)(?![\d.%])"
)
_WORDS: Final = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_IN_WORDS: Final = re.compile(
    rf"\b(?P<n>{'|'.join(_WORDS)})(?P<gap>(?: [a-z-]+)?) "
    r"(?P<noun>patients?|people|persons?|events?|deaths?|rows?)\b",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(
    r"(?<![\w.,-])(?P<share>\d+(?:\.\d+)?) ?% of (?:the |all )?(?P<noun>patients|events)\b"
)
_LIMIT: Final = re.compile(
    r"(fewer than|less than|below|under|at least|at most|above|more than|needs?|minimum of|up to|"
    r"one in|within|after|at|per|for each|every|or more|until|by|from|than)\s+$",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r",? ?(?:first at |at )?row \d+(?: \([A-Z]{1,3}\d+\))?| \([A-Z]{1,3}\d+\)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discreet:
    """Says sentences without small counts.

    Parameters
    ----------
    smallest : int
        Counts from 1 to below this are said as 'fewer than' it.
    n_patients, n_events : int
        What shares are of.
    withheld : collection of int
        Counts that are not said because small ones would follow from them.
    """

    smallest: int
    n_patients: int
    n_events: int
    withheld: Collection[int] = ()

    def say(self, text: str) -> str:
        """Return a sentence with counts that must not be known replaced."""
        if self.smallest <= 1 or not text:
            return text
        text = _FEWER.sub(self._limit, text)
        text = _OF.sub(self._part_of, text)
        text = _NOUN.sub(self._with_noun, text)
        text = _IN_WORDS.sub(self._in_words, text)
        text = _IN_FRONT.sub(lambda found: found["lead"] + self.count(_whole(found["n"])), text)
        return _SHARE.sub(self._share, text)

    def place(self, where: str) -> str:
        """Return an address without the cell and the row of a patient."""
        return self.say(_PLACE.sub("", where)) if self.smallest > 1 else where

    def count(self, n: int) -> str:
        """Return a count in words or digits: the one function through which counts are said."""
        if 0 < n < self.smallest:
            return f"fewer than {self.smallest}"
        return "some" if n in self.withheld else f"{n:,}"

    def _is_limit(self, found: re.Match[str]) -> bool:
        return _LIMIT.search(found.string[: found.start()]) is not None

    def _limit(self, found: re.Match[str]) -> str:
        return f"{found['lead']} {max(int(found['n']), self.smallest)}"

    def _with_noun(self, found: re.Match[str]) -> str:
        if self._is_limit(found):
            return found[0]
        return f"{self.count(_whole(found['n']))}{found['gap']} {found['noun']}"

    def _in_words(self, found: re.Match[str]) -> str:
        n = _WORDS[found["n"].lower()]
        if self._is_limit(found) or self.count(n).isdigit():
            return found[0]
        said = self.count(n)
        said = said.capitalize() if found["n"][0].isupper() else said
        return f"{said}{found['gap']} {found['noun']}"

    def _part_of(self, found: re.Match[str]) -> str:
        part, whole = _whole(found["n"]), _whole(found["whole"])
        hides = self._hides(part) or self._hides(whole)
        if 0 < whole - part < self.smallest and not hides:
            return f"nearly all of {found['the']}{found['whole']}"
        return f"{self.count(part)} of {found['the']}{self.count(whole)}" if hides else found[0]

    def _hides(self, n: int) -> bool:
        return 0 < n < self.smallest or n in self.withheld

    def _share(self, found: re.Match[str]) -> str:
        whole = self.n_events if found["noun"] == "events" else self.n_patients
        part = float(found["share"]) / 100.0 * whole
        if round(part) in self.withheld:
            return f"some of the {found['noun']}"
        if 0.5 <= part < self.smallest:
            return f"fewer than {self.smallest} of the {found['noun']}"
        if 0.5 <= whole - part < self.smallest:
            return f"nearly all of the {found['noun']}"
        return found[0]


def _whole(text: str) -> int:
    return int(text.replace(",", ""))
