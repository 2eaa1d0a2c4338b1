"""Phrases that mean the late treated, the never treated, or all patients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from timezero.intake.article.masking import group_mark
from timezero.intake.article.treatment import LateTreatment

_VERB = (
    r"(?:received?|receiving|underwent|undergo(?:ne|ing)?|had|have|has|took|take[n]?|"
    r"start(?:ed)?|beg[aiu]n|got|get|given|used?|"
    r"won|win|required?|accepted|performed|treated (?:with|by))"
)
_NOT = (
    r"(?:(?:who |that |and )?(?:did|do|does|were|was|had|have|has|are) (?:not|never)|"
    r"(?:who )?didn't|(?:who )?never(?: did)?|\bnot)"
)
_DET = r"(?:(?:an?|the|any|such|such an?) )?"
_PEOPLE = (
    r"(?:patients?|people|persons|women|men|adults|those|cases|candidates|athletes|"
    r"nominees|poets|recipients)"
)
_STAYED = (
    r"(?:who )?(?:remain(?:ed|ing)?|stay(?:ed|ing)?) on (?:the )?(?:dialysis|waiting "
    r"list|list|medication|drugs?|first-line \w+)"
)
_ALONE = (
    r"(?:with |receiving |treated with )?(?:[\w-]{3,20} )?(?:chemotherapy|dialysis|"
    r"surgery|treatment|therapy|medication|drugs?|"
    r"operation|hipec|resection)[- ](?:alone|only)\b(?:[ -]group)?"
)
_PLAIN_NEVER = (
    r"untreated(?: patients| group)?|the controls?\b(?: group)?|control group|"
    r"(?:(?:the|all) )?others(?=[ ,.;:)]|$)|the rest\b|"
    r"the other (?:patients|group|people|women|men)\b|"
    r"non-?(?:users|recipients|winners)|"
    r"best supportive care|who stopped after the first|those not treated|without "
    r"it\b|without(?=\s?[(),.;:]|$)|who lost\b|"
    r"who (?:had|underwent|received) (?:just|only) one\b(?! \w)|who missed out"
)
_SINGLE = (
    r"(?:(?:had |underwent )?(?:only |just )?(?:an? )?(?:single|one|(?:initial|"
    r"first)(?= \w+ (?:alone|only)))[- ](?:[\w/-]{2,20} ){0,2}?"
    r"(?:surgery|operations?|procedures?|hipec|crs/hipec|resection|transplant|"
    r"cytoreduction|\w{3,20}ectomy)\b(?: alone| only)?(?: group)?"
    r"|(?<=\()single(?=\))|single[- ](?:group|patients|procedure group))"
)
_ALL = (
    r"(?:(?:the|our) )?(?:whole|entire|total|full|overall) (?:cohort|group|series|"
    r"study population|population|sample)|"
    r"\ball (?:the )?(?:patients|people|women|men)\b|\boverall(?! survival| response|"
    r" mortality| median survival)\b|"
    r"everyone\b|the cohort as a whole"
)
_DID = (
    r"(?:those|patients|people|women|men) who did(?! not| n't)\b|the treated(?: patients|"
    r" group)?\b|\b(?:ever-)?treated (?:patients|group)"
)
# 'listed for transplantation' names a purpose, not those who had it.
_PURPOSE = re.compile(
    r"\b(?:list(?:ed|ing)?|candidates?|accepted|eligib\w+|referred|referral|"
    r"evaluated|wait\w*|interval|considered|assessed|"
    r"programme|waiting list|waited|registered|whether|time|between|first|about|describe|outcomes)"
    r"(?: (?!who|which|was|were|had|in|survived|lived)[\w-]+| [^\w\s]?\S{0,6})?(?: "
    r"(?:for|to|until|before|till|of|after|and|from)(?: the| an?| first)?(?: "
    r"first)?)? $",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPhrase:
    """One phrase of a masked sentence that means a group: L late, V never, A all."""

    start: int
    end: int
    letter: str


@cache
def _patterns(kind: str, phrases: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    late = rf"(?:{phrases})"
    after = r"(?: (?:patients?|group|recipients?|users?|arm|candidates|winners|women|men))?"
    never = [
        rf"(?:{_PEOPLE} )?{_NOT} (?:ever )?(?:been )?(?:{_VERB} )?{_DET}{late}\b{after}",
        rf"(?:{_PEOPLE} )?(?:in the group )?(?:without|with no|with neither) {_DET}{late}\b{after}",
        rf"\bno {late}\b{after}",
        rf"\bnon-?{late}\b{after}",
        (
            rf"(?:{_PEOPLE} )?{_NOT}(?: (?:win|won|receive|received|have|had|undergo|"
            rf"underwent|did))?(?=\s?(?:[,.;:()]|$|\s(?:lived|survived|had|died|stand|"
            rf"and|\())| \ue000)"
        ),
        _STAYED,
        _ALONE,
        _PLAIN_NEVER,
    ]
    late_words = [late + r"\b" + after, _DID]
    if kind in {"repeat", "line"}:
        never.append(_SINGLE)
        late_words += [r"(?<=\()repeat(?:ed)?(?=\))", r"repeat(?:ed)?[- ]group"]
    if kind == "transplant":
        late_words.append(r"\brecipients\b")
    if kind in {"transplant", "repeat"}:
        never += [r"died (?:or were delisted )?before", r"\bremaining (?:listed|waitlisted)"]
    if kind in {"award", "learned"}:
        late_words.append(r"(?<!non-)(?<!non)\b(?:winners|users)\b")
    return (
        ("W", re.compile(rf"\bwith (?:and|versus|vs\.?) without {_DET}{late}\b", re.IGNORECASE)),
        ("V", re.compile("|".join(f"(?:{p})" for p in never), re.IGNORECASE)),
        ("A", re.compile(_ALL, re.IGNORECASE)),
        (
            "L",
            re.compile(
                rf"\b{_DET}(?:" + "|".join(f"(?:{p})" for p in late_words) + ")", re.IGNORECASE
            ),
        ),
    )


def group_phrases(text: str, treatment: LateTreatment | None) -> list[GroupPhrase]:
    """Return the group phrases of a masked sentence, in order.

    Parameters
    ----------
    text : str
        With marks for its numbers.
    treatment : LateTreatment or None
        Without one, only phrases for all patients are found.
    """
    if treatment is None:
        return [
            GroupPhrase(start=m.start(), end=m.end(), letter="A")
            for m in re.finditer(_ALL, text, re.IGNORECASE)
        ]
    found: list[GroupPhrase] = []
    for letter, regex in _patterns(treatment.kind, treatment.phrases):
        for m in regex.finditer(text):
            if any(m.start() < other.end and other.start < m.end() for other in found):
                continue
            if letter == "L" and _PURPOSE.search(text[max(m.start() - 50, 0) : m.start()]):
                continue
            if letter == "W":
                middle = m.start() + 5
                found.append(GroupPhrase(start=m.start(), end=middle, letter="L"))
                found.append(GroupPhrase(start=middle, end=m.end(), letter="V"))
                continue
            found.append(GroupPhrase(start=m.start(), end=m.end(), letter=letter))
    return sorted(found, key=lambda phrase: phrase.start)


def with_groups(text: str, phrases: list[GroupPhrase]) -> str:
    """Return a masked sentence in which its group phrases are marks too."""
    pieces: list[str] = []
    place = 0
    for k, phrase in enumerate(phrases):
        pieces += [text[place : phrase.start], group_mark(phrase.letter, k)]
        place = phrase.end
    return "".join([*pieces, text[place:]])
