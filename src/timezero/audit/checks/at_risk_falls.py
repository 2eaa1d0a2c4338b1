"""Numbers at risk start at the size of the group and never rise: n >= Y(t_1) >= Y(t_2) >= ... .

This holds where everybody is counted from time zero. Fewer at time zero than the group has means
that some were not followed at all, which asks for an explanation only.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from timezero.audit.evidence import Evidence, Reading
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.findings import Finding
from timezero.model.claim import Group

SIZES: Final[dict[Group, str]] = {"all": "n", "late": "n_late", "never": "n_never"}
REMARK = Remark(code="at_risk_falls")
ASK = "ask for the table of numbers at risk, and from when each patient is counted"


def at_risk_falls(evidence: Evidence) -> CheckOutcome:
    """Find numbers at risk that rise, or do not start at the size of their group."""
    found: list[Finding] = []
    seen = False
    for group, size in SIZES.items():
        readings = evidence.readings("at_risk", group)
        seen = seen or len(readings) > 1 or (bool(readings) and size in evidence.printed)
        for earlier, later in pairwise(readings):
            if certainly_above(later.span, earlier.span):
                found.append(
                    REMARK.error(
                        evidence,
                        [earlier.name, later.name],
                        f"{later.label} is {shown(later.span.lower)}, more than the "
                        f"{shown(earlier.span.upper)} at {earlier.at:g}",
                        ASK,
                    )
                )
        if readings:
            found += _start(evidence, readings[0], size)
    return outcome(found, possible=seen)


def _start(evidence: Evidence, first: Reading, size: str) -> list[Finding]:
    patients = evidence.printed.get(size)
    if patients is None:
        return []
    said = (
        f"{first.label} is {first.number.printed}; the group has {shown(patients.upper)} patients"
    )
    if certainly_above(first.span, patients):
        return [REMARK.error(evidence, [first.name, size], said, ASK)]
    if first.at == 0.0 and certainly_above(patients, first.span):
        return [REMARK.warning(evidence, [first.name, size], said, ASK)]
    return []


CHECK = PrintCheck(
    title="numbers at risk start at the size of the group and fall",
    needs="numbers at risk at two times, or at one and the size of the group",
    run=at_risk_falls,
)
