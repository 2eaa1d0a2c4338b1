"""How long patients were followed: the median, and the longest."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage
from timezero.intake.article.readings import Reading, Role

_LONGEST = (
    pattern(r"\b(?:followed|traced|tracked|follow-up|observed)\b[^.;]{0,80}?{T}"),
    pattern(r"\b(?:maximum|longest|maximal) follow-?up[^.;{!}]{0,30}{T}"),
)
_TYPICAL = (
    (
        0.95,
        pattern(
            r"\b(?:median|mean|average) (?:duration of |length of |time of "
            r")?follow-?[- ]?up[^.;{!}]{0,40}{T}"
        ),
    ),
    (0.9, pattern(r"\bfollowed(?: up)? for an? (?:median|mean|average)(?: of)? {T}")),
    (0.93, pattern(r"\b(?:median|mean) fu\b[^.;{!}]{0,20}{T}")),
    (0.92, pattern(r"\bfollow-?[- ]?up ?[:,(] ?(?:median|mean)(?: of)? {T}")),
    (
        0.85,
        pattern(
            r"\bfollow-?[- ]?up (?:time |period |duration )?(?:was|of|:|"
            r"averaged)[^.;{!}]{0,20}{T}"
        ),
    ),
)
_UP_TO = ("up to", "as many as", "at most")


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    for place, line in passage.read():
        for match in _LONGEST[0].finditer(line.masked):
            k = int(match.group(1))
            if line.quantities[k].vague.lower() in _UP_TO:
                found.append(Reading(field="follow_up_end", line=place, quantity=k, confidence=0.9))
        found += [
            Reading(field="follow_up_end", line=place, quantity=int(m.group(1)), confidence=0.96)
            for m in _LONGEST[1].finditer(line.masked)
        ]
        found += [
            Reading(field="follow_up", line=place, quantity=int(m.group(1)), confidence=confidence)
            for confidence, regex in _TYPICAL
            for m in regex.finditer(line.masked)
            if line.quantities[int(m.group(1))].vague.lower() not in _UP_TO
        ]
    return found


ROLE: Role = _readings
