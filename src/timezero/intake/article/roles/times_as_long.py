"""How many times as long the treated are said to have lived."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage
from timezero.intake.article.readings import Reading, Role

_PATTERNS = (
    (
        0.95,
        pattern(
            r"\b(?:live[ds]?|surviv\w+|living|life)\b[^.;]{0,30}? {N}(?: times|-fold|"
            r" fold)? (?:as long|longer)\b"
        ),
    ),
    (0.85, pattern(r"{N} times (?:as long|longer)\b")),
    (
        0.85,
        pattern(
            r"\bsurvival[^.;]{0,40}? {N}(?:-fold| times)(?: as long| longer| higher| greater)?"
        ),
    ),
)


def _readings(passage: Passage) -> list[Reading]:
    found = [
        Reading(field="times_as_long", line=place, quantity=int(m.group(1)), confidence=confidence)
        for place, line in passage.read()
        for confidence, regex in _PATTERNS
        for m in regex.finditer(line.masked)
    ]
    return found if passage.treatment else []


ROLE: Role = _readings
