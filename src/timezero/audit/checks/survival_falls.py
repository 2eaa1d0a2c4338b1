"""Survival does not rise with time: S(t_1) >= S(t_2) for t_1 < t_2.

And the time by which a larger share had died is not the shorter one.
"""

from __future__ import annotations

from itertools import pairwise

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import ReadingKind
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

KINDS: tuple[tuple[ReadingKind, bool], ...] = (("survival", False), ("quantile", True))
GROUPS: tuple[Group, ...] = ("all", "late", "never")
REMARK = Remark(code="survival_falls")


def survival_falls(evidence: Evidence) -> CheckOutcome:
    """Find survival that rises with time, and quantiles in the wrong order."""
    found: list[Finding] = []
    seen = False
    for group in GROUPS:
        for kind, is_rising in KINDS:
            readings = evidence.readings(kind, group)
            seen = seen or len(readings) > 1
            for first, second in pairwise(readings):
                low, high = (second, first) if is_rising else (first, second)
                if certainly_above(high.span, low.span):
                    found.append(
                        REMARK.error(
                            evidence,
                            [first.name, second.name],
                            f"{first.label} is {shown(first.span.lower)}, and "
                            f"{second.label} is {shown(second.span.lower)}",
                            "ask which of the two numbers is misprinted, or of which group it is",
                        )
                    )
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="survival falls with time",
    needs="survival of a group at two times, or two quantiles",
    run=survival_falls,
)
