"""Means and restricted means are possible with the medians.

Survival is at least 1/2 before the median m, so that mean >= m / 2. For the mean time lived up to a
horizon h: it is at most h, at least min(m, h) / 2, and at most (m + h) / 2 when m < h, because
survival is then at most 1 before m and at most 1/2 after it.
"""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence, Reading
from timezero.audit.print_check import ROUND_OFF, CheckOutcome, PrintCheck, Remark, outcome, shown
from timezero.findings import Finding
from timezero.intake.printed import Span
from timezero.model.claim import Group

GROUPS: Final[dict[Group, str]] = {"all": "", "late": "_late", "never": "_never"}
REMARK = Remark(code="mean_possible")
ASK = "ask how the mean was computed, and up to what time"


def mean_possible(evidence: Evidence) -> CheckOutcome:
    """Find means below half the median, and restricted means outside their bounds."""
    found: list[Finding] = []
    seen = False
    for group, ending in GROUPS.items():
        median, mean = (
            evidence.printed.get(f"median{ending}"),
            evidence.printed.get(f"mean{ending}"),
        )
        if median is not None and mean is not None:
            seen = True
            if math.isfinite(median.lower) and mean.upper < median.lower / 2.0:
                found.append(
                    REMARK.error(
                        evidence,
                        [f"mean{ending}", f"median{ending}"],
                        f"a mean below half the median: with a median of "
                        f"{shown(median.lower)} it is {shown(median.lower / 2.0)} or more",
                        ASK,
                    )
                )
        for r in evidence.readings("rmst", group):
            seen = True
            found += _restricted(evidence, r, median, f"median{ending}")
    return outcome(found, possible=seen)


def _restricted(evidence: Evidence, r: Reading, median: Span | None, name: str) -> list[Finding]:
    low, high, names = 0.0, r.at, [r.name]
    if median is not None and not math.isnan(median.lower):
        low = min(median.lower, r.at) / 2.0
        high = min((median.upper + r.at) / 2.0, r.at)
        names.append(name)
    if low <= r.span.upper * (1.0 + ROUND_OFF) and r.span.lower <= high * (1.0 + ROUND_OFF):
        return []
    said = f"{r.label} can only be between {shown(low)} and {shown(high)}"
    return [REMARK.error(evidence, names, said, ASK)]


CHECK = PrintCheck(
    title="means are possible with the medians",
    needs="a mean and the median of a group, or a mean time lived",
    run=mean_possible,
)
