"""What time is counted from, where the text says so."""

from __future__ import annotations

import re

from timezero.intake.article.masking import pattern, words_only
from timezero.intake.article.passage import Passage

_STOP = (
    r"(?!(?:with|in|was|were|is|for|and|to|until|between|among|using|by|on|had|lived|"
    r"than|or|at|as|over|after|who|the|versus|vs|"
    r"compared|a|their|median|each|but|cycle|patients)\b)"
)
_PHRASE = (
    rf"((?:(?:the )?(?:start|date|time|day|beginning|onset) of (?:the "
    rf")?)?(?:{_STOP}[\w/-]{{2,25}}(?![\w/-]) ?){{1,3}})"
)
_SOURCES = (
    (
        3,
        pattern(
            rf"\b(?:survival|time|follow-?up|time zero)(?: was| were|,)? "
            rf"(?:calculated|measured|counted|computed|estimated|defined|started|"
            rf"began|begins|starts|determined)(?: as the time)? (?:from|at|with|on) "
            rf"(?:the )?{_PHRASE}"
        ),
    ),
    (
        2,
        pattern(
            rf"\b(?:survival|m?os)(?: rates?| times?)?(?: at {{t}})?(?: {{q}}| "
            rf"\w+){{0,2}}? (?:from|after|since) (?:the )?{_PHRASE}"
        ),
    ),
    (2, pattern(rf"\b(?:followed|observed|tracked)(?: up)? from (?:the|their)? ?{_PHRASE}")),
    (
        1,
        pattern(
            rf"\b(?:lived?|survived)(?: for)?(?: an?)?(?: median| mean| average)?(?: "
            rf"of)? {{t}} from (?:the )?{_PHRASE}"
        ),
    ),
    (
        1,
        pattern(r"\b(?:athletes|patients|people|women|men|players) from their (first [\w-]{3,20})"),
    ),
)


def _words(passage: Passage) -> dict[str, str]:
    best: tuple[int, str] = (0, "")
    for _, line in passage.read():
        for weight, regex in _SOURCES:
            for match in regex.finditer(line.masked):
                phrase = " ".join(words_only(match.group(1)).split())
                if weight > best[0] and phrase and not _is_late(passage, phrase):
                    best = (weight, re.sub(r"^the ", "", phrase))
    return {"time_zero": best[1]} if best[1] else {}


def _is_late(passage: Passage, phrase: str) -> bool:
    """Say whether a phrase means the late treatment: time is then counted from two clocks."""
    if passage.treatment is None:
        return False
    return bool(re.match(rf"(?:{passage.treatment.phrases})\b", phrase, re.IGNORECASE))


WORDS = _words
