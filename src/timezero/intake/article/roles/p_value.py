"""The p-value of the comparison of the groups."""

from __future__ import annotations

from timezero.intake.article.masking import pattern, place_of
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role

_SURVIVAL = pattern(
    r"surviv|\bm?os\b|lived|\bhazards?\b|\bhr\b|log-? ?rank|mortality|\bmedian\b|"
    r"risk of death|death rate"
)
_OTHER = pattern(
    r"complication|morbidity|blood loss|\bage\b|hospital stay|reoperation rate|"
    r"duration|follow-up|interval|time to"
)


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    if passage.treatment is None:
        return found
    for place, line in passage.read():
        values = [k for k, quantity in enumerate(line.quantities) if quantity.kind == "p"]
        found += [
            Reading(field="p_value", line=place, quantity=k, confidence=_confidence(line, k))
            for k in values
            if _confidence(line, k) > 0.5
        ]
    return found


def _confidence(line: Line, k: int) -> float:
    place = place_of(line.masked, k)[0]
    before = line.masked[:place]
    survival = [m.start() for m in _SURVIVAL.finditer(before)]
    other = [m.start() for m in _OTHER.finditer(before)]
    if not survival or (other and other[-1] > survival[-1]):
        return 0.3
    return 0.95 if set(line.groups()) >= {"late", "never"} else 0.88 if line.groups() else 0.8


ROLE: Role = _readings
