"""A confidence interval holds its estimate: lower limit <= estimate <= upper limit.

With rounding, an interval fails only when no values within print satisfy both inequalities.
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
)
from timezero.findings import Finding

REMARK = Remark(code="interval_contains_estimate")


def interval_contains_estimate(evidence: Evidence) -> CheckOutcome:
    """Find estimates outside their own confidence interval."""
    found: list[Finding] = []
    seen = False
    named = [(name, evidence.printed.get(name), label) for name, (_, _, label) in SCALARS.items()]
    named += [(r.name, r.span, r.label) for r in evidence.readings()]
    for name, span, label in named:
        limits = None if span is None else evidence.limits(name)
        if span is None or limits is None:
            continue
        seen = True
        low, high, _ = limits
        if certainly_above(low, span) or certainly_above(span, high) or certainly_above(low, high):
            number = evidence.number(name)
            ends = (number.lower, number.upper, number.printed) if number else ("", "", "")
            found.append(
                REMARK.error(
                    evidence,
                    [name],
                    f"the interval from {ends[0]} to {ends[1]} does not hold its estimate "
                    f"{ends[2]} ({label})",
                    "ask which of the three numbers is misprinted",
                )
            )
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="confidence intervals hold their estimates",
    needs="an estimate with both limits",
    run=interval_contains_estimate,
)
