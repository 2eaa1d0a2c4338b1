"""A text to sentences, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 1_500
_SHORT_LINE = 50
_END = re.compile(r"[.!?][\"'”’)\]]{0,2}(?=\s)")
_ABBREVIATIONS = frozenset({
    "vs", "dr", "drs", "mr", "mrs", "ms", "prof", "st", "no", "nos", "fig", "figs", "al",
    "approx", "ca", "e.g", "i.e", "eg", "ie", "resp", "incl", "tab", "ref", "refs", "vol", "pp",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "dept",
    "univ", "inc", "ltd", "tel", "ext", "op", "cf", "min", "max", "med",
})  # fmt: skip
_NEXT_STARTS = re.compile(r"\s+[\"'“‘(\[]?[A-ZÀ-Þ0-9•]")
_BULLET = re.compile(r"(?:[*•–-]|#{1,6}|\d{1,2}[.)])\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence and where it stands.

    Parameters
    ----------
    start, end : int
        Offsets in the text: ``text[start:end]``.
    text : str
        The same characters with line feeds as spaces.
    paragraph : int
        The number of the paragraph it belongs to, from 0.
    """

    start: int
    end: int
    text: str
    paragraph: int


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text, in order.

    Parameters
    ----------
    text : str
        Without invisible characters. Lines that were wrapped are put together; short lines, such as
        the entries of a menu, stand alone.
    """
    found: list[Sentence] = []
    for paragraph, (start, end) in enumerate(_paragraphs(text)):
        for first, last in _within(text, start, end):
            found.extend(
                Sentence(start=a, end=b, text=text[a:b].replace("\n", " "), paragraph=paragraph)
                for a, b in _cut(text, first, last)
            )
    return tuple(found)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the paragraphs: parted by blank lines, and by the ends of short or finished lines."""
    parts: list[tuple[int, int]] = []
    begin = place = 0
    for line in text.split("\n"):
        end = place + len(line)
        said = line.strip()
        if not said:
            parts.append((begin, place))
            begin = end + 1
        elif _BULLET.match(said) and place > begin:
            parts.append((begin, place))
            begin = place
            if len(said) < _SHORT_LINE or said[-1] in ".!?:":
                parts.append((begin, end))
                begin = end + 1
        elif len(said) < _SHORT_LINE or said[-1] in ".!?:":
            parts.append((begin, end))
            begin = end + 1
        place = end + 1
    parts.append((begin, len(text)))
    return [(a, b) for a, b in parts if b > a and text[a:b].strip()]


def _within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    begin = start
    for stop in _END.finditer(text, start, end):
        if not _ends_here(text, begin, stop, end):
            continue
        parts.append((begin, stop.end()))
        begin = stop.end()
    parts.append((begin, end))
    return parts


def _ends_here(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    if not _NEXT_STARTS.match(text, stop.end(), end):
        return False
    if stop.group()[0] != ".":
        return True
    before = text[max(begin, stop.start() - 12) : stop.start()].rsplit(None, 1)
    word = before[-1].lstrip("(\"'").lower() if before else ""
    if word in _ABBREVIATIONS:
        return False
    return not (len(word) == 1 and word.isalpha())


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Trim a sentence, and cut one that is too long to be one at a space."""
    parts: list[tuple[int, int]] = []
    while start < end:
        stop = end
        if end - start > LONGEST:
            space = text.rfind(" ", start + 1, start + LONGEST)
            stop = space if space > start else start + LONGEST
        a, b = start, stop
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if b > a:
            parts.append((a, b))
        start = stop
    return parts
