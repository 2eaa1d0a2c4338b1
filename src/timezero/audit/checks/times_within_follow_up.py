"""Accrual, follow-up, waits and times of curves fit into the study.

accrual <= follow_up_end, follow_up <= follow_up_end, every wait <= follow_up_end, and a survival, a
number at risk above 0, or a horizon at time t needs somebody followed to t: t <= follow_up_end.
"""

from __future__ import annotations

from typing import Final

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
from timezero.intake.printed import Span

PARTS: Final = (
    "accrual",
    "follow_up",
    "wait",
    "wait_lower_quartile",
    "wait_upper_quartile",
    "wait_shortest",
    "wait_longest",
    "wait_mean",
    "trigger_time",
)
REMARK = Remark(code="times_within_follow_up")


def times_within_follow_up(evidence: Evidence) -> CheckOutcome:
    """Find lengths of time that do not fit into the longest possible follow-up."""
    end = evidence.printed.get("follow_up_end")
    if end is None:
        return outcome((), possible=False)
    parts = [(n, evidence.printed[n], SCALARS[n][2]) for n in PARTS if n in evidence.printed]
    parts += [
        (r.name, Span(lower=r.at, upper=r.at, rule="time"), r.label)
        for kind in ("survival", "at_risk", "rmst")
        for r in evidence.readings(kind)
        if r.span.lower > 0.0
    ]
    found: list[Finding] = [
        REMARK.error(
            evidence,
            [name, "follow_up_end"],
            f"{label}: {shown(span.lower)} {evidence.unit} or more, but nobody was followed beyond "
            f"{shown(end.upper)} {evidence.unit}",
            "ask for the dates of first entry, last entry and analysis",
        )
        for name, span, label in parts
        if certainly_above(span, end)
    ]
    return outcome(found, possible=bool(parts))


CHECK = PrintCheck(
    title="accrual, follow-up, waits and times of curves fit into the study",
    needs="the longest possible follow-up and another length of time",
    run=times_within_follow_up,
)
