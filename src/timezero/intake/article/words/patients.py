"""Who was studied."""

from __future__ import annotations

import re

from timezero.intake.article.masking import pattern, words_only
from timezero.intake.article.passage import Passage

_STOP = (
    r"(?!(?:who|that|in|were|was|had|and|from|between|at|placed|treated|listed|"
    r"referred|after|over|undergoing|by|on|according|is|followed|"
    r"completed|died|lived|survived|diagnosed|assembled|starting|during|or|for|to|"
    r"compared|against|out|without|with|one|only)\b)"
)
_WITH = pattern(
    rf"\b(patients|people|women|men|adults|children|persons|pts)(?: "
    rf"\([^()]{{1,30}}\))? with (?:an? |the )?((?:{_STOP}[\w/-]{{2,25}}(?![\w/-]) ?){{1,6}})"
)
_HAVING = pattern(
    r"\b([\w-]{3,20} (?:cancer|mesothelioma|failure|fibrosis|leuk[a]?emia|lymphoma)) patients\b"
)
_OTHER_NOUNS = pattern(r"\b(nominees|athletes|poets|actors|scientists|players)\b")


def _words(passage: Passage) -> dict[str, str]:
    late = passage.treatment.phrases if passage.treatment else "(?!)"
    never = re.compile(
        rf"(?:\w+ )?(?:{late})|.*\b(?:surgery|operation|procedure|treatment)s?\b", re.IGNORECASE
    )
    for _, line in passage.read():
        for match in _WITH.finditer(line.masked):
            phrase = " ".join(words_only(match.group(2)).split())
            phrase = re.sub(r"(?: (?:of|the|a))+$", "", phrase)
            if phrase and not never.match(phrase):
                return {
                    "patients": f"{match.group(1).lower().replace('pts', 'patients')} with {phrase}"
                }
        if match := _HAVING.search(line.masked):
            return {"patients": f"patients with {match.group(1)}"}
    for _, line in passage.read():
        if match := _OTHER_NOUNS.search(line.masked):
            return {"patients": match.group(1).lower()}
    return {}


WORDS = _words
