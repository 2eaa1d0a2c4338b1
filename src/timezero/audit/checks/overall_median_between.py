"""The median of all lies between the medians of the groups.

Without censoring S(t) = pi S_late(t) + (1 - pi) S_never(t). Before the smaller of the two medians
both curves are above 1/2, from the larger one on both are at 1/2 or below, so that S crosses 1/2
between them. The same mixing says that while a share q of the never treated has died, at least
(1 - pi) q of all have: the median of all is not beyond that time where (1 - pi) q > 1/2. With
censoring the product-limit curve of all is close to the mixture, not equal to it; then the finding
is a warning.
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

OTHER_CLOCKS: Final = {"own_clocks", "waiting_excluded"}
NAMES: Final = ("median", "median_late", "median_never")
REMARK = Remark(code="overall_median_between")


def overall_median_between(evidence: Evidence) -> CheckOutcome:
    """Find a median of all outside those of the groups, or beyond what mixing allows."""
    overall, late, never = (evidence.printed.get(name) for name in NAMES)
    if evidence.claim.question.comparison in OTHER_CLOCKS or overall is None:
        return outcome((), possible=False)
    found: list[Finding] = []
    seen = False
    make = REMARK.error if _everybody_died(evidence) else REMARK.warning
    if late is not None and never is not None:
        seen = True
        below = certainly_above(late, overall) and certainly_above(never, overall)
        above = certainly_above(overall, late) and certainly_above(overall, never)
        if below or above:
            found.append(
                make(
                    evidence,
                    NAMES,
                    f"the median of all ({shown(overall.lower)}) is "
                    f"{'below' if below else 'above'} those of both groups",
                    "ask whether all three medians are of the same patients from the same time",
                )
            )
    share = evidence.share_late()
    for r in evidence.readings("quantile", "never"):
        if share is None:
            break
        seen = True
        if (1.0 - share.upper) * r.at > 0.5 and certainly_above(overall, r.span):
            found.append(
                make(
                    evidence,
                    ["median", r.name],
                    f"by {shown(r.span.upper)} {r.at:.0%} of the never treated had died, which is "
                    f"more than half of all, and the median of all ({shown(overall.lower)}) is "
                    "beyond it",
                    "ask whether all curves are of the same patients from the same time",
                )
            )
    return outcome(found, possible=seen)


def _everybody_died(evidence: Evidence) -> bool:
    deaths, n = evidence.printed.get("deaths"), evidence.span("n")
    return deaths is not None and n is not None and deaths.lower >= n.upper


CHECK = PrintCheck(
    title="the median of all lies between those of the groups",
    needs="the medians of all, of the late and of the never treated",
    run=overall_median_between,
)
