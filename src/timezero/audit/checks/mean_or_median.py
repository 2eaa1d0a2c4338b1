"""A median is not called a mean, nor a mean a median.

Two signs: the sentence around a number has only the other word; or mean and median of one group
are the same to every digit, with three digits or more, which happens by chance in about one
skewed sample of a hundred.
"""

from __future__ import annotations

import re
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import SCALARS
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, digits_that_matter, outcome
from timezero.findings import Finding

MEAN: Final = re.compile(r"\b(mean(?! that\b)|average|averaged|averaging)\b", re.IGNORECASE)
MEDIAN: Final = re.compile(r"\bmedians?\b", re.IGNORECASE)
ENDINGS: Final = ("", "_late", "_never")
REMARK = Remark(code="mean_or_median")
ASK = "ask whether the number is a mean or a median"


def mean_or_median(evidence: Evidence) -> CheckOutcome:
    """Find medians called averages, means called medians, and both with the same digits."""
    found: list[Finding] = []
    seen = False
    for ending in ENDINGS:
        median, mean = f"median{ending}", f"mean{ending}"
        for name in (median, mean):
            seen = seen or name in evidence.printed
            found += _called(evidence, name)
        first, second = evidence.number(median), evidence.number(mean)
        if first is None or second is None:
            continue
        same = first.printed.strip() == second.printed.strip()
        if same and digits_that_matter(first.printed) >= 3:
            said = f"mean and median are both {first.printed} ({SCALARS[median][2]})"
            found.append(REMARK.warning(evidence, [median, mean], said, ASK))
    return outcome(found, possible=seen)


def _called(evidence: Evidence, name: str) -> list[Finding]:
    number = evidence.number(name)
    if number is None or not number.sentence:
        return []
    is_median = name.startswith("median")
    right, wrong = (MEDIAN, MEAN) if is_median else (MEAN, MEDIAN)
    other = wrong.search(number.sentence)
    if other is None or right.search(number.sentence):
        return []
    kind = "median" if is_median else "mean"
    if is_median:
        said = f"the sentence says '{other.group(0)}'; the number is read as a {kind}"
        return [REMARK.note(evidence, [name], said, ASK)]
    said = f"the sentence says '{other.group(0)}', but the number is entered as a {kind}"
    return [REMARK.warning(evidence, [name], said, ASK)]


CHECK = PrintCheck(
    title="means are called means and medians medians",
    needs="a mean or a median",
    run=mean_or_median,
)
