"""A median survival is not longer than anybody can have been followed.

Nobody is followed longer than from the first entry to the analysis: median <= follow_up_end. Where
only the accrual is printed, a median beyond it rests on follow-up after the last entry.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import SCALARS
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.findings import Finding

REMARK = Remark(code="median_within_follow_up")


def median_within_follow_up(evidence: Evidence) -> CheckOutcome:
    """Find medians beyond the longest possible follow-up, or beyond the accrual."""
    end, accrual = evidence.printed.get("follow_up_end"), evidence.printed.get("accrual")
    named = [
        (name, evidence.printed[name], SCALARS[name][2])
        for name in ("median", "median_late", "median_never")
        if name in evidence.printed
    ]
    named += [(r.name, r.span, r.label) for r in evidence.readings("quantile")]
    if not named or (end is None and accrual is None):
        return outcome((), possible=False)
    found: list[Finding] = []
    for name, span, label in named:
        if end is not None and certainly_above(span, end):
            found.append(
                REMARK.error(
                    evidence,
                    [name, "follow_up_end"],
                    f"{label}: {shown(span.lower)} or more, but nobody was followed beyond "
                    f"{shown(end.upper)} {evidence.unit}",
                    "ask when follow-up ended, and how the number was computed",
                )
            )
        elif end is None and accrual is not None and certainly_above(span, accrual):
            found.append(
                REMARK.note(
                    evidence,
                    [name, "accrual"],
                    f"{label}: {shown(span.lower)} or more, longer than patients were entered "
                    f"({shown(accrual.upper)} {evidence.unit}); when follow-up ended is not "
                    "printed",
                    "ask when follow-up ended, and how many were followed that long",
                )
            )
    return outcome(found, possible=True)


CHECK = PrintCheck(
    title="medians lie within the longest possible follow-up",
    needs="a median, and the length of follow-up or accrual",
    run=median_within_follow_up,
)
