"""The claim's own words with its numbers marked where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from timezero.model.audit_result import AuditResult, UsedNumber
from timezero.report.audit_numbers import span_text
from timezero.report.document import Passage
from timezero.report.numbers import tick

LONGEST_TEXT: Final = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """Paragraphs of passages; ``shortened`` when sentences without numbers were left out."""

    paragraphs: tuple[tuple[Passage, ...], ...]
    shortened: bool


def marked_paragraphs(result: AuditResult) -> MarkedText:
    """Return the text that was read with each number marked, with its role and interval.

    Without a text, or where it is very long, the sentences of the numbers are shown.
    """
    text = result.claim.text
    shortened = len(text) > LONGEST_TEXT
    paragraphs = [] if shortened else [p for line in text.splitlines() if (p := _one_line(line))]
    for used in result.numbers:
        sentence = _one_line(used.sentence)
        if sentence and not any(sentence in paragraph for paragraph in paragraphs):
            paragraphs.append(sentence)
    taken: dict[int, list[tuple[int, int, str]]] = {k: [] for k in range(len(paragraphs))}
    for used in result.numbers:
        _take(used, paragraphs, taken)
    return MarkedText(
        paragraphs=tuple(_passages(p, taken[k]) for k, p in enumerate(paragraphs)),
        shortened=shortened,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _take(
    used: UsedNumber, paragraphs: list[str], taken: dict[int, list[tuple[int, int, str]]]
) -> None:
    """Mark a number at its first place that is still free, inside its sentence."""
    sentence, printed = _one_line(used.sentence), _one_line(used.printed)
    if not sentence or not printed:
        return
    # Not a part of a longer number: 2 is not found in 27.2, nor 27 in 27.2.
    pattern = rf"(?<![\w.,·]){re.escape(printed)}(?![\w]|[.,·]\d)"
    for k, paragraph in enumerate(paragraphs):
        start = paragraph.find(sentence)
        if start < 0:
            continue
        for found in re.finditer(pattern, sentence, re.IGNORECASE):
            place = start + found.start(), start + found.end()
            if all(place[1] <= a or b <= place[0] for a, b, _ in taken[k]):
                taken[k].append((*place, _role(used)))
                return


def _role(used: UsedNumber) -> str:
    stands_for = span_text(used.lower, used.upper, tick)
    return used.label if stands_for == used.printed else f"{used.label}: {stands_for}"


def _passages(paragraph: str, marks: list[tuple[int, int, str]]) -> tuple[Passage, ...]:
    found: list[Passage] = []
    at = 0
    for start, end, role in sorted(marks):
        found.append(Passage(text=paragraph[at:start]))
        found.append(Passage(text=paragraph[start:end], role=role))
        at = end
    found.append(Passage(text=paragraph[at:]))
    return tuple(passage for passage in found if passage.text)
