"""What the authors themselves say against their comparison, and the interests they declare."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage

_CAUTION = pattern(
    r"\blimitations?\b|\bsmall (?:number|sample|study|series)|\bsample (?:size "
    r")?(?:was|is) small|\bretrospective (?:design|nature)|"
    r"\bselection bias|\bconfound\w+|\bcaution\b|\b(?:fitter|healthier)\b|\bsurvive "
    r"the wait|\bfair race|\blimited by\b|\bimmortal time|\bnot (?:a )?randomi[sz]ed|"
    r"\bmany variables|"
    r"\bcannot be (?:excluded|ruled out)|\bshould not be read as|\bfurther "
    r"(?:studies|research) (?:is|are) needed"
)
_CONFLICTS = pattern(
    r"\bconflicts? of interests?\b|\bcompeting interests?\b|\b(?:consulting|"
    r"speaker'?s?|lecture) fees?\b|\bown(?:s)? (?:stock|shares)\b|"
    r"\bhonoraria\b|\badvisory board\b|\bemployees? of\b|\b(?:grant|supported) "
    r"(?:from|by) (?:an? )?(?:\w+ ){0,4}?(?:manufacturer|company|maker|firm)|"
    r"\bunrestricted grant\b"
)
_MOST = 600


def _words(passage: Passage) -> dict[str, str]:
    if passage.treatment is None:
        return {}
    said = {"authors_caution": _CAUTION, "conflicts": _CONFLICTS}
    found: dict[str, str] = {}
    for field, regex in said.items():
        lines = [line.sentence.text for _, line in passage.read() if regex.search(line.masked)]
        if lines:
            found[field] = " ".join(lines)[:_MOST]
    return found


WORDS = _words
