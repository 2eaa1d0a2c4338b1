"""Whoever was treated lived through the wait.

With W < X for every treated patient each quantile of W is below that of X, and the product-limit
curve of the treated lies above the share with X > t, so that median wait <= median survival. Sample
quantiles are defined in several ways, so that only the shortest wait makes an error: before it no
treated patient can have died, and S_late(t) = 1 for t < shortest wait. Where it is not stated what
the groups are counted from, that too is a warning.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.findings import Finding

FROM_TIME_ZERO: Final = {"ever_treated", "not_stated"}
REMARK = Remark(code="wait_within_life")
ASK = "ask what the wait and the survival are counted from"


def wait_within_life(evidence: Evidence) -> CheckOutcome:
    """Find waits longer than the lives of those who waited."""
    printed = evidence.printed
    shortest, median = printed.get("wait_shortest"), printed.get("median_late")
    early = evidence.readings("survival", "late")
    waits = [n for n in ("wait", "wait_lower_quartile") if n in printed]
    is_comparable = evidence.claim.question.comparison in FROM_TIME_ZERO
    if not is_comparable or not (median is not None or early) or not (shortest or waits):
        return outcome((), possible=False)
    found: list[Finding] = []
    is_stated = evidence.claim.question.comparison == "ever_treated"
    make = REMARK.error if is_stated else REMARK.warning
    if shortest is not None and median is not None and certainly_above(shortest, median):
        said = f"nobody was treated before {shown(shortest.lower)}, but half had died by then"
        found.append(make(evidence, ["wait_shortest", "median_late"], said, ASK))
    for r in early:
        if shortest is not None and r.at < shortest.lower and r.span.upper < 1.0:
            said = f"{r.label} is below 100 %, before anybody was treated"
            found.append(make(evidence, [r.name, "wait_shortest"], said, ASK))
    for name in waits:
        if median is not None and certainly_above(printed[name], median):
            said = (
                f"the treated waited {shown(printed[name].lower)} and lived "
                f"{shown(median.upper)} {evidence.unit}: half of them would have died waiting"
            )
            found.append(REMARK.warning(evidence, [name, "median_late"], said, ASK))
            break
    return outcome(found, possible=True)


CHECK = PrintCheck(
    title="the treated lived longer than they waited",
    needs="a wait, and the median or survival of the late treated from time zero",
    run=wait_within_life,
)
