"""How many patients were studied."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role

_PEOPLE = (
    r"(?:patients?|pts|people|persons|women|men|adults|recipients|candidates|"
    r"subjects|cases|participants|children|"
    r"athletes|poets|actors|players|individuals|scientists)"
)
_WORDS = (
    r"(?: (?!who|that|were|was|had|underwent|received|died|of|centres|centers|hospitals|"
    r"institutions|countries|sites)[\w/-]{2,20}){0,4}?"
)
_COUNTED = rf"{{N}}{_WORDS} {_PEOPLE}\b"
_CUES = (
    r"(?:review(?:ed)?|identified|analy[sz]ed|follow(?:ed|ing)?|stud(?:y|ied)|"
    r"includ(?:ed|es|ing)|traced|look(?:ed)? (?:back )?at|"
    r"collected|enrolled|compar(?:ed|ing)|records? of|dat(?:a|abase) (?:of|on|from)|"
    r"cohort|series of|registry of|registry|total of|group of|"
    r"sample of|among|treated|operated on|covers|based on|observed|tracked|examined|"
    r"used the records of|evaluated|assessed|experience (?:with|of)|"
    r"data from|shown|showed)"
)
_PATTERNS = (
    (0.97, pattern(rf"\b(?:a )?total of {_COUNTED}")),
    (0.95, pattern(rf"\bcohort (?:of|included|comprised|consisted of) (?:\w+ )?{_COUNTED}")),
    (0.94, pattern(rf"^(?:[\w ]{{2,24}}[.:] )?of (?:the |all |these )?{_COUNTED}")),
    (0.93, pattern(rf"^(?:[\w ]{{2,24}}[.:] )?among (?:the )?{_COUNTED}")),
    (0.92, pattern(rf"\b{_CUES}(?: \w+){{0,4}}? {_COUNTED}")),
    (
        0.9,
        pattern(
            rf"\b(?:in|of) (?:a |this )?(?:\w+ )?(?:registry|cohort|study|analysis|"
            rf"trial)(?: of)?,? {_COUNTED}"
        ),
    ),
    (
        0.85,
        pattern(
            rf"{_COUNTED} (?:with\b|were\b|underwent\b|who\b|on\b|placed\b|listed\b|"
            rf"developed\b|completed\b|referred\b|"
            r"starting\b|accepted\b|had\b|diagnosed\b|from\b|began\b)"
        ),
    ),
    (0.84, pattern(rf"^(?:[\w ]{{2,24}}: )?{_COUNTED}(?=[;,:.])")),
    (0.85, pattern(rf"\b{_PEOPLE} \(n ?= ?{{N}}\)|\(n ?= ?{{N}}\)")),
    (0.86, pattern(r"^(?:[\w ]{2,24}: )?n ?= ?{N}")),
    (0.8, pattern(r"\b(?:data|look(?:ed)? at|collected)[\w ]{0,20} {N} cases")),
)
# Not the cohort: those who had the treatment, or not, who died or answered, or somebody else.
_NOT = pattern(
    r"^[^,;.{!}]{0,30}?(?:{W}|\b(?:later|eventually|subsequently|then) |respond|"
    r"replied|attended|will be|each year|per year|did not|never)"
    r"|^(?: who)? (?:died|lived|survived|are alive)"
)


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    for place, line in passage.read():
        for confidence, regex in _PATTERNS:
            for match in regex.finditer(line.marked):
                k = int(next(g for g in match.groups() if g))
                if _fits(line, match.end(), k, match.group()):
                    found.append(
                        Reading(
                            field="n",
                            line=place,
                            quantity=k,
                            confidence=confidence - 0.002 * min(place, 20),
                        )
                    )
    return found


def _fits(line: Line, end: int, k: int, whole: str) -> bool:
    if _NOT.match(line.marked[end:]) and not whole.lower().startswith(("of ", "among ")):
        return False
    return line.quantities[k].value >= 2 and float(line.quantities[k].value).is_integer()


ROLE: Role = _readings
