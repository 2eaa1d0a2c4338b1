"""Only candidates are treated late: n_late <= n_triggered <= n."""

from __future__ import annotations

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

REMARK = Remark(code="more_treated_than_triggered")


def more_treated_than_triggered(evidence: Evidence) -> CheckOutcome:
    """Find more treated patients than candidates, or more candidates than patients."""
    triggered = evidence.printed.get("n_triggered")
    if triggered is None:
        return outcome((), possible=False)
    n, late = evidence.span("n"), evidence.span("n_late")
    found: list[Finding] = []
    if late is not None and certainly_above(late, triggered):
        found.append(
            REMARK.error(
                evidence,
                ["n_late", "n_triggered"],
                f"{shown(late.lower)} were treated late, but only {shown(triggered.upper)} became "
                "candidates",
                "ask who was treated without being a candidate",
            )
        )
    if n is not None and certainly_above(triggered, n):
        found.append(
            REMARK.error(
                evidence,
                ["n_triggered", "n"],
                f"{shown(triggered.lower)} became candidates out of {shown(n.upper)} patients",
                "ask which of the two numbers is misprinted",
            )
        )
    return outcome(found, possible=late is not None or n is not None)


CHECK = PrintCheck(
    title="no more are treated than became candidates",
    needs="how many became candidates, and how many were treated or studied",
    run=more_treated_than_triggered,
)
