"""The hazard ratio points the way the medians and the survival at times point.

A hazard ratio below 1 goes with longer medians and higher survival of the treated when the curves
do not cross; with crossing curves both can be right, so that this is a warning. Near 1 sampling
error alone turns the direction: the hazard ratio counts when its interval excludes 1 or its p-value
is below 0.05, and where neither is printed when ratio and medians both differ by half or more.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    outcome,
)
from timezero.findings import Finding
from timezero.intake.printed import Span

LEAST_RATIO: Final = 1.5
REMARK = Remark(code="direction_agrees")


def direction_agrees(evidence: Evidence) -> CheckOutcome:
    """Find a hazard ratio that points the other way than medians or survival."""
    ratio = evidence.printed.get("hazard_ratio")
    pairs = _pairs(evidence)
    if ratio is None or not pairs:
        return outcome((), possible=False)
    found: list[Finding] = []
    least = 1.0 if _is_clear(evidence) else LEAST_RATIO
    for names, late, never, words in pairs:
        better = late.lower > never.upper * least and ratio.lower > least
        worse = never.lower > late.upper * least and ratio.upper < 1.0 / least
        if better or worse:
            found.append(
                REMARK.warning(
                    evidence,
                    ["hazard_ratio", *names],
                    f"by {words} the late treated did {'better' if better else 'worse'}, by the "
                    f"hazard ratio they did {'worse' if better else 'better'}",
                    "ask which group the hazard ratio is of, and for the curves",
                )
            )
    return outcome(found, possible=True)


def _is_clear(evidence: Evidence) -> bool:
    limits, p = evidence.limits("hazard_ratio"), evidence.printed.get("p_value")
    if limits is not None:
        return limits[0].lower > 1.0 or limits[1].upper < 1.0
    return p is not None and p.upper < 0.05


def _pairs(evidence: Evidence) -> list[tuple[tuple[str, str], Span, Span, str]]:
    found: list[tuple[tuple[str, str], Span, Span, str]] = []
    late, never = evidence.printed.get("median_late"), evidence.printed.get("median_never")
    if late is not None and never is not None:
        found.append((("median_late", "median_never"), late, never, "the medians"))
    others = {r.at: r for r in evidence.readings("survival", "never")}
    at_both = [r for r in evidence.readings("survival", "late") if r.at in others]
    if not found and at_both:
        last = at_both[-1]
        other = others[last.at]
        words = f"survival at {last.at:g} {evidence.unit}"
        found.append(((last.name, other.name), last.span, other.span, words))
    return found


CHECK = PrintCheck(
    title="the hazard ratio points the same way as the medians",
    needs="a hazard ratio, and both medians or both survivals at a time",
    run=direction_agrees,
)
