"""The hazard ratio of the late treated against the never treated."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage
from timezero.intake.article.readings import Reading, Role, interval_readings

_RATIO = pattern(r"(?:\bhazards? ratios?\b|\b[ac]?hrs?\b|\brelative hazard\b)[^.;{!}]{0,40}{N}")
# Of something else than the treatment.
_OF_OTHERS = pattern(
    r"(?:hazards? ratios?|\bhrs?) (?:for|of|per) (?:each |every |an? )?(?:age|sex|"
    r"male|female|grade|stage|pci|index|node|year|unit|smok)"
)


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    if passage.treatment is None:
        return found
    for place, line in passage.read():
        if _OF_OTHERS.search(line.masked):
            continue
        for match in _RATIO.finditer(line.masked):
            k = int(match.group(1))
            if line.quantities[k].value > 100:
                continue
            named = bool(line.groups())
            crude = pattern(r"unadjusted|crude").search(match.group()) is not None
            confidence = 0.9 + 0.04 * named - 0.01 * (match.start() > 0) + 0.01 * crude
            found.append(
                Reading(field="hazard_ratio", line=place, quantity=k, confidence=confidence)
            )
            found += interval_readings(line, place, k, field="hazard_ratio", bare=True)
    return found


ROLE: Role = _readings
