"""What made a patient a candidate for the late treatment."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Passage

_EVENT = (
    r"((?:biochemical |local |disease |tumou?r |first )?(?:recurrence|relapse|"
    r"progression)|(?:loss|failure|rejection) of the (?:first )?graft|graft (?:loss|"
    r"failure))\b"
)
_NEAR = pattern(
    rf"\b(?:after|at|for|upon|following|because of|with|on|at first) (?:the |their |"
    rf"a |an )?{_EVENT}"
)
_HAPPENED = (
    pattern(
        r"\b(recurrence|relapse|progression) (?:occurred|developed|was (?:seen|found|diagnosed))"
    ),
    pattern(r"\bdeveloped (?:an? )?(?:\w+ )?(recurrence|relapse)\b"),
    pattern(r"\b(?:disease|cancer|tumou?r)s?(?: had)? (came back|grew back|returned|recurred)"),
)


def _words(passage: Passage) -> dict[str, str]:
    if passage.treatment is None:
        return {}
    for _, line in passage.read():
        for regex in _HAPPENED:
            if match := regex.search(line.masked):
                return {"trigger": match.group(1)}
        late = "late" in line.groups() or pattern(passage.treatment.phrases).search(line.masked)
        if late and (match := _NEAR.search(line.masked)):
            return {"trigger": match.group(1)}
    return {}


WORDS = _words
