"""When patients entered: dates, or the length of a period."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage
from timezero.intake.article.readings import Reading, Role

_DATES = pattern(
    r"(?:\b(?:between|from|during|in|over|period|of|for|was|diagnosed|:)|\(|"
    r",)\s?(?:the (?:years|period) )?{D}|^{D}"
)
_LENGTH = (
    pattern(
        r"\b(?:over|during|in|within|for|throughout|across) (?:an?|the) (?:whole |"
        r"full |entire |study )?(?:period of )?(?:about )?{T}(?: long)?[- ](?:period|"
        r"span|interval|window|study)"
    ),
    pattern(r"\b(?:over|during|in|within|across|for) (?:a |the )?(?:study )?period of {T}"),
    pattern(
        r"\b(?:studied|treated|operated|collected|enrolled|seen|performed|recruited|"
        r"reviewed|accrued|gathered|procedures|operations|patients)\b[^.;]{0,30}? "
        r"over(?: the course of)? {T}"
    ),
    pattern(r"{T}[- ]period\b"),
    pattern(r"\b(?:studied|treated|operated on|collected|enrolled|recruited)\b[^.;]{0,40}? {T}$"),
)
_OVER = pattern(
    r"\b(?:studied|treated|operated|collected|enrolled|seen|recruited|reviewed|accrued|gathered)\b"
)
_NOT = pattern(r"follow(?:ed|-up)")


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    for place, line in passage.read():
        for match in _DATES.finditer(line.masked):
            k = int(match.group(1) or match.group(2))
            found.append(Reading(field="accrual", line=place, quantity=k, confidence=0.92))
        if _NOT.search(line.masked):
            continue
        for regex in _LENGTH[:4]:
            found += [
                Reading(
                    field="accrual", line=place, quantity=int(m.group(1)), confidence=0.9, bare=True
                )
                for m in regex.finditer(line.masked)
            ]
        found += [
            Reading(field="accrual", line=place, quantity=k, confidence=0.85, bare=True)
            for k, quantity in enumerate(line.quantities)
            if quantity.kind == "time"
            and quantity.vague.lower() == "over"
            and _OVER.search(line.masked)
        ]
    return found


ROLE: Role = _readings
