"""A sentence with its numbers and groups replaced by marks, so that short patterns can read it.

In a pattern, ``{T}`` is a time, ``{N}`` a plain number, ``{C}`` a percentage, ``{P}`` a p-value,
``{D}`` the dates of a period, ``{Q}`` any of the first three; each captures the place of its number
among the quantities of the sentence. Small letters match without capturing. ``{L}``, ``{V}`` and
``{A}`` are phrases for the late treated, the never treated and all patients, ``{G}`` any of them,
``{W}`` one of the first two. ``{CI}`` stands for the words of a confidence interval, and ``{!}`` is
the beginning of any mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from timezero.intake.article.tokens import Quantity

_OPEN, _CLOSE, _INTERVAL = "\ue000", "\ue001", "\ue002"
_LETTERS = {"time": "T", "number": "N", "percent": "C", "p": "P", "dates": "D", "not a claim": "X"}
_CLASSES = {"T": "T", "N": "N", "C": "C", "P": "P", "D": "D", "Q": "TNC", "X": "X"}
_GROUPS = {"L": "L", "V": "V", "A": "A", "G": "LVA", "W": "LV"}
_EMPHASIS = re.compile(r"\*\*|__|^[*•#]+\s")
_LEVEL_TEXT = re.compile(
    rf"(?:{_OPEN}X\d+{_CLOSE}\s?(?:%|per\s?cent)?[\s-]?)(?:CI|CrI|confidence "
    rf"intervals?|credible intervals?)\b|"
    r"\b(?:CI|confidence intervals?)\b",
    re.IGNORECASE,
)


def masked(text: str, quantities: Sequence[Quantity]) -> str:
    """Return a sentence with a mark for each of its numbers.

    Parameters
    ----------
    text : str
    quantities : sequence of Quantity
        In order; words that make a number vague are part of the mark.
    """
    pieces: list[str] = []
    place = 0
    for k, quantity in enumerate(quantities):
        begin = max(place, quantity.start - quantity.before)
        pieces.append(text[place:begin])
        pieces.append(f"{_OPEN}{_LETTERS[quantity.kind]}{k}{_CLOSE}")
        place = quantity.stop
    pieces.append(text[place:])
    said = _EMPHASIS.sub("", "".join(pieces))
    return re.sub(r"\s{2,}", " ", _LEVEL_TEXT.sub(_INTERVAL, said))


def group_mark(letter: str, k: int) -> str:
    """Return the mark of the k-th group phrase of a sentence: L, V or A."""
    return f"{_OPEN}g{letter}{k}{_CLOSE}"


@cache
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled pattern with ``{T}``, ``{N}`` and the other marks put in."""
    for name, letters in _CLASSES.items():
        one = f"[{letters}]" if len(letters) > 1 else letters
        source = source.replace(f"{{{name}}}", rf"{_OPEN}{one}(\d+){_CLOSE}")
        source = source.replace(f"{{{name.lower()}}}", rf"{_OPEN}{one}\d+{_CLOSE}")
    for name, letters in _GROUPS.items():
        one = f"[{letters}]" if len(letters) > 1 else letters
        source = source.replace(f"{{{name}}}", rf"{_OPEN}g{one}\d+{_CLOSE}")
    return re.compile(source.replace("{CI}", _INTERVAL).replace("{!}", _OPEN), re.IGNORECASE)


def place_of(text: str, quantity: int) -> tuple[int, int]:
    """Return where the mark of a quantity begins and ends; (-1, -1) if it is nowhere.

    Parameters
    ----------
    text : str
    quantity : int
        Its place among the quantities of the sentence.
    """
    found = re.search(rf"{_OPEN}[TNCPDX]{quantity}{_CLOSE}", text)
    return found.span() if found else (-1, -1)


_MARK = re.compile(rf"{_OPEN}(?:([TNCPDX])(\d+)|g([LVA])(\d+)){_CLOSE}")


def marks(text: str) -> list[tuple[str, int, int]]:
    """Return the marks of a masked sentence in order: letter, number, and where it stands."""
    return [
        (m.group(1) or f"g{m.group(3)}", int(m.group(2) or m.group(4)), m.start())
        for m in _MARK.finditer(text)
    ]


def words_only(text: str) -> str:
    """Return a masked sentence without its marks."""
    return _MARK.sub(" ", text).replace(_INTERVAL, " ")
