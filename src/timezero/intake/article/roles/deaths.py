"""How many died: in all, of the late treated, of the never treated."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.pairing import GUESSED, paired
from timezero.intake.article.passage import Passage
from timezero.intake.article.readings import Reading, Role

_PEOPLE = r"(?:patients?|people|women|men|adults|recipients|candidates)"
_OF = rf"(?: of (?:the |these )?{{n}})?(?: {_PEOPLE}(?: with| who had)?)?"
_COUNTS = (
    pattern(r"{N} deaths\b(?! (?:within|in the first))"),
    pattern(
        rf"{{N}}(?: \({{c}}\))?(?: of (?:the |these )?(?:{{n}} ?)?)?(?: "
        rf"?{_PEOPLE})?(?: {{G}})?(?: {_PEOPLE})?(?: \({{c}}\))?(?: had| have)? "
        rf"died\b(?! (?:or|within|in the first|of complic))"
    ),
    pattern(
        rf"{{N}}{_OF} ?{{G}}(?: {_PEOPLE})? and {{N}}{_OF}(?: {_PEOPLE})? ?{{G}}"
        rf"(?: {_PEOPLE})?(?: had| have)? died"
    ),
)
_OTHER = pattern(
    r"perioperative|peri-operative|operative (?:death|mortality)|within {t}|30-day|"
    r"in hospital|in-hospital"
)


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    for place, line in passage.read():
        if _OTHER.search(line.masked):
            continue
        numbers = sorted(
            {
                int(k)
                for regex in _COUNTS
                for m in regex.finditer(line.marked)
                for k in m.groups()
                if k
            }
        )
        for k, (group, confidence) in paired(line.marked, numbers).items() if numbers else ():
            field = "deaths" if group == "all" else f"deaths_{group}"
            found.append(
                Reading(
                    field=field,
                    line=place,
                    quantity=k,
                    confidence=min(confidence, 0.94),
                    guessed=confidence <= GUESSED,
                )
            )
    return found


ROLE: Role = _readings
