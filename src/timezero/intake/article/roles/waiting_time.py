"""How long the late treated waited, and when the trigger came."""

from __future__ import annotations

import re

from timezero.intake.article.masking import pattern, place_of
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role, limits_after
from timezero.intake.article.treatment import LateTreatment

_TRIGGER = r"(?:recurrence|relapse|progression|failure)"
_TO_TRIGGER = pattern(
    rf"\b(median|mean|average)? ?(?:time|interval)(?: from [\w -]{{3,30}}?)? to "
    rf"(?:first )?{_TRIGGER}[^.;{{!}}]{{0,20}}{{T}}"
)
_WAITS = (
    (
        0.96,
        pattern(
            r"\b(?:time|interval|delay|period)s?\b(?: \S{1,20}){0,10}? (?:to|until|"
            r"till|before|and|between)(?: \S{1,24}){0,6}? ?(?:was|of|were|is|:|,)(?: "
            r"about)?(?: a)?(?: (?:median|mean) of)? {T}"
        ),
    ),
    (
        0.97,
        pattern(
            r"\b(?:wait|waiting time|waiting period|time on the (?:waiting )?list|"
            r"waiting)\b[^.;{!}]{0,60}{T}"
        ),
    ),
    (
        0.95,
        pattern(r"\bwait(?:ed|s)?\b (?:for )?(?:an? )?(?:(?:median|mean|average)(?: of)? )?{T}"),
    ),
    (
        0.94,
        pattern(
            r"{L}[^.;]{0,80}?,? (?:after|at|following) an? (?:median|mean|"
            r"average)(?: wait| interval| time)?(?: of)? {T}"
        ),
    ),
    (0.93, pattern(r"{L}[^.;]{0,60}? an? (?:median|mean) of {T}[^.;]{0,40}? (?:after|later)\b")),
    (0.9, pattern(r"\btime to {L} (?:was|of) {T}")),
    (0.94, pattern(r"\bwith an? (median|mean) of {T}")),
)
_TO_LATE = pattern(
    r"{L}|\bwait|between \w+(?: \w+)? (?:transplant|operation|procedure|surger)|to "
    r"(?:treatment|transplantation|surgery|reoperation)|time between|from \w+ to "
    r"repeat"
)
_RANGED = pattern(
    r"\b(?:wait\w*|time|interval)\b[^.;]{0,60}?\branged (?:from )?{T} to {T}(?:,? "
    r"with an? (?:median|mean) of {T})?"
)
_RANGED_FIRST = pattern(
    r"\b(?:wait\w*|time|interval)\b[^.;]{0,60}? (?:was|of) {T} ?(?:to|-|–) ?{T} "
    r"\((?:median|mean),? {T}\)"
)
_MEAN = pattern(r"\b(?:mean|on average|average)\b")


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    if passage.treatment is None:
        return found
    for place, line in passage.read():
        found += [
            Reading(field="trigger_time", line=place, quantity=int(m.group(2)), confidence=0.97)
            for m in _TO_TRIGGER.finditer(line.masked)
        ]
        for confidence, regex in _WAITS[:6]:
            for match in regex.finditer(line.marked):
                if _about_late(match.group(), line, passage.treatment):
                    found += _wait(line, place, int(match.group(1)), confidence=confidence)
        found += _ranged(line, place)
    return found


def _about_late(said: str, line: Line, treatment: LateTreatment) -> bool:
    if pattern(
        rf"to (?:first )?{_TRIGGER}|follow-?up|hospital stay|disease-free|treatment-free|to peak"
    ).search(said):
        return False
    if pattern(r"\bsurviv\w+|\blived?\b").search(said):
        return False
    if re.search(treatment.phrases, said, re.IGNORECASE):
        return True
    return bool(_TO_LATE.search(said)) or bool(
        pattern(r"to \S+ ?\S* ?(?:transplant|treatment|re-?operation)").search(line.masked)
    )


def _wait(line: Line, place: int, k: int, *, confidence: float) -> list[Reading]:
    at = place_of(line.masked, k)[0]
    near = line.masked[max(at - 60, 0) : at + 30]
    is_mean = bool(_MEAN.search(near)) and not pattern(r"\bmedian\b").search(near)
    name = "wait_mean" if is_mean else "wait"
    found = [Reading(field=name, line=place, quantity=k, confidence=confidence)]
    after = limits_after(line, k)
    names = {
        "quartiles": ("wait_lower_quartile", "wait_upper_quartile"),
        "range": ("wait_shortest", "wait_longest"),
    }
    for kind, fields in names.items():
        if kind in after:
            found += [
                Reading(
                    field=field,
                    line=place,
                    quantity=j,
                    confidence=0.93,
                    unit=line.quantities[k].unit,
                )
                for field, j in zip(fields, after[kind], strict=True)
            ]
    return found


def _ranged(line: Line, place: int) -> list[Reading]:
    found: list[Reading] = []
    for match in (*_RANGED.finditer(line.masked), *_RANGED_FIRST.finditer(line.masked)):
        fields = ("wait_shortest", "wait_longest", "wait")
        found += [
            Reading(field=field, line=place, quantity=int(k), confidence=0.98)
            for field, k in zip(fields, match.groups(), strict=True)
            if k is not None
        ]
    return found


ROLE: Role = _readings
