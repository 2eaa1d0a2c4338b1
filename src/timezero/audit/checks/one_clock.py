"""Both groups are counted from the same time zero.

Counting the treated from their treatment and the others from an earlier time compares patients at
different times of their disease; throwing the waiting away does the same and takes person-time
without deaths from the comparison.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding

REMARK = Remark(code="one_clock")
SAID = {
    "own_clocks": "the two groups are counted from different times, each from its own procedure",
    "waiting_excluded": "the time the treated waited is not counted in either group",
}


def one_clock(evidence: Evidence) -> CheckOutcome:
    """Find groups counted from different times, and an unstated time zero."""
    asked = evidence.claim.question
    names = [n for n in ("median_late", "median_never") if n in evidence.printed]
    found: list[Finding] = []
    if asked.comparison in SAID:
        found.append(
            REMARK.warning(
                evidence,
                names,
                SAID[asked.comparison],
                "ask for both groups from one time zero, the waiting counted as untreated",
            )
        )
    if not asked.time_zero.strip():
        found.append(
            REMARK.note(
                evidence,
                names,
                "it is not stated what time is counted from",
                "ask for the time zero of each group",
            )
        )
    return outcome(found, possible=True)


CHECK = PrintCheck(
    title="both groups are counted from one stated time zero",
    needs="nothing more than the question",
    run=one_clock,
)
