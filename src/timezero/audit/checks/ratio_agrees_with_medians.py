"""A printed ratio, such as three times as long, is what the medians or the means give.

The printed ratio must meet [late lower / never upper, late upper / never lower].
"""

from __future__ import annotations

import math

from timezero.audit.evidence import Evidence, is_bounded
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.intake.printed import Span

REMARK = Remark(code="ratio_agrees_with_medians")


def ratio_agrees_with_medians(evidence: Evidence) -> CheckOutcome:
    """Find a printed ratio that neither the medians nor the means give."""
    times = evidence.printed.get("times_as_long")
    ratios = [
        (name, ratio)
        for name in ("median", "mean")
        if (ratio := _ratio(evidence, name)) is not None
    ]
    if times is None or not ratios:
        return outcome((), possible=False)
    if any(not certainly_above(times, r) and not certainly_above(r, times) for _, r in ratios):
        return outcome((), possible=True)
    name, ratio = ratios[0]
    return outcome(
        [
            REMARK.warning(
                evidence,
                ["times_as_long", f"{name}_late", f"{name}_never"],
                f"the {name}s are {shown(ratio.lower)} to {shown(ratio.upper)} times as long, "
                "which is not the ratio printed",
                "ask what the ratio is of",
            )
        ],
        possible=True,
    )


def _ratio(evidence: Evidence, name: str) -> Span | None:
    late, never = evidence.printed.get(f"{name}_late"), evidence.printed.get(f"{name}_never")
    if late is None or never is None or not is_bounded(never) or math.isnan(late.lower):
        return None
    return Span(lower=late.lower / never.upper, upper=late.upper / never.lower, rule="ratio")


CHECK = PrintCheck(
    title="the printed ratio agrees with the medians",
    needs="how many times as long, and both medians or both means",
    run=ratio_agrees_with_medians,
)
