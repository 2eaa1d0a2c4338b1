"""Times that name a survival percentage: '5-year survival', 'survival at 1, 3 and 5 years'."""

from __future__ import annotations

from timezero.intake.article.masking import pattern
from timezero.intake.article.passage import Line

_LIST = r"((?:{t}-?(?:, and |, or |, | and | or )){0,5}{t})"
_LABELS = (
    pattern(
        _LIST + r"[- ](?:(?:overall|patient|actuarial|crude|estimated|cumulative|"
        r"transplant-free) ){0,2}survival\b"
    ),
    pattern(r"\bsurvival(?: rates?| probabilit\w+)?(?: [\w-]+){0,8}? (?:at|after) " + _LIST),
    pattern(r"\b(?:after|at) ({t}),? [^.;]{0,160}?\b(?:alive|surviving|living)\b"),
    pattern(
        r"\b(?:alive|surviving|survived|living)\b(?: \w+){0,2}? "
        r"(?:after|at|for at least|beyond) ({t})"
    ),
    pattern(r"\balive ({t}) later"),
)
_TIME = pattern(r"{T}")
_OTHER = pattern(
    r"(?:progression|disease|recurrence|relapse|event|graft|failure)-free survival|mortality|"
    r"graft survival|morbidity|response rate"
)


def survival_labels(line: Line) -> list[int]:
    """Return the places of the times at which a sentence gives survival as percentages.

    Parameters
    ----------
    line : Line
        A sentence about another kind of survival, such as progression-free, has none.
    """
    if _OTHER.search(line.masked) or not any(q.kind == "percent" for q in line.quantities):
        return []
    for regex in _LABELS:
        if match := regex.search(line.masked):
            return [int(k) for k in _TIME.findall(match.group(1))]
    return []
