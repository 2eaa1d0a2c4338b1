"""The article made ready for reading: sentences, numbers, and phrases for groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from timezero.intake.article.boilerplate import outside_the_article
from timezero.intake.article.groups import group_phrases, with_groups
from timezero.intake.article.masking import group_mark, marks, masked, pattern
from timezero.intake.article.sentences import Sentence, sentences_of
from timezero.intake.article.tokens import LIST_OF_NUMBERS, MOST_NUMBERS, Quantity, quantities_of
from timezero.intake.article.treatment import LateTreatment, late_treatment

_LETTER_GROUPS = {"gL": "late", "gV": "never"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence, ready for the patterns of the roles.

    Parameters
    ----------
    sentence : Sentence
    quantities : tuple of Quantity
    masked : str
        With marks for its numbers.
    marked : str
        With marks for its groups as well.
    outside : str
        Why the sentence is no part of the article; empty when it is.
    """

    sentence: Sentence
    quantities: tuple[Quantity, ...]
    masked: str
    marked: str
    outside: str

    def groups(self) -> list[str]:
        """Return the groups in the order in which they are named, ``late`` and ``never`` only."""
        return [_LETTER_GROUPS[m] for m, _, _ in marks(self.marked) if m in _LETTER_GROUPS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """All lines of an article, and its late treatment."""

    lines: tuple[Line, ...]
    treatment: LateTreatment | None

    def read(self) -> list[tuple[int, Line]]:
        """Return the lines of the article proper with their places."""
        return [(k, line) for k, line in enumerate(self.lines) if not line.outside]

    def both_groups_before(self, k: int) -> tuple[str, ...]:
        """Return the two groups in the order of the nearest earlier sentence that names both."""
        for line in reversed([line for j, line in self.read() if j < k]):
            order = list(dict.fromkeys(line.groups()))
            if len(order) == 2:
                return tuple(order)
        return ()

    def only_group_before(self, k: int) -> str:
        """Return the group that the sentence before names, if it names just one."""
        earlier = [line for j, line in self.read() if j < k]
        named = set(earlier[-1].groups()) if earlier else set[str]()
        return named.pop() if len(named) == 1 else ""


def passage_of(text: str) -> Passage:
    """Return an article ready for reading.

    Parameters
    ----------
    text : str
        Without invisible characters.

    Raises
    ------
    MissingExtra
        The text has number words, and text2num is not installed.
    """
    sentences = sentences_of(text)
    quantities = [quantities_of(sentence.text) for sentence in sentences]
    outside = [
        LIST_OF_NUMBERS if len(found) > MOST_NUMBERS else why
        for found, why in zip(quantities, outside_the_article(sentences), strict=True)
    ]
    plain = [masked(s.text, q) for s, q in zip(sentences, quantities, strict=True)]
    treatment = late_treatment([p for p, why in zip(plain, outside, strict=True) if not why])
    lines = tuple(
        Line(
            sentence=sentence,
            quantities=found,
            masked=with_marks,
            marked=with_groups(with_marks, group_phrases(with_marks, treatment)),
            outside=why,
        )
        for sentence, found, with_marks, why in zip(
            sentences, quantities, plain, outside, strict=True
        )
    )
    return Passage(lines=lines, treatment=treatment)


def with_the_sizes(passage: Passage, sizes: Sequence[tuple[str, str]]) -> Passage:
    """Return the passage in which 'the eight' and 'the other twenty-one' are groups as well.

    Parameters
    ----------
    passage : Passage
    sizes : sequence of (str, str)
        Letter of the group (L or V), and its size as printed.
    """
    letters = {printed.lower(): letter for letter, printed in sizes}
    lines = tuple(replace(line, marked=_named_by_size(line, letters)) for line in passage.lines)
    return replace(passage, lines=lines)


def _named_by_size(line: Line, sizes: dict[str, str]) -> str:
    def mark(match: re.Match[str]) -> str:
        whole, k = match.group(), int(match.group(1))
        letter = sizes.get(line.quantities[k].printed.lower(), "")
        if "other" in whole.lower() or "remaining" in whole.lower():
            letter = "V"
        return group_mark(letter, 90 + k) if letter else whole

    return pattern(
        r"\b(?:the|these|those) (?:other |remaining )?{N}(?: (?:patients|people|women|men))?"
        r"(?= (?:lived|survived|for|had|died|was|were))"
    ).sub(mark, line.marked)
