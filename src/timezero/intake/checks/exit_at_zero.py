"""Exits at time zero itself: kept, under a named rule."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.same_day import exits_at_zero
from timezero.intake.wording import counted


def exit_at_zero(draft: Draft) -> list[Finding]:
    """State the rule for patients whose observation ends at time zero."""
    at_zero = exits_at_zero(draft)
    n = int(at_zero.sum())
    if n == 0:
        return []
    if draft.protocol.rules.zero_exit == "half":
        rule = (
            f"'half' they count at 0 → {draft.resolution / 2:g} {draft.protocol.data.unit} where "
            "treatment depends on time"
        )
        other = "keep (they count at time zero itself)"
    else:
        rule = "'keep' they count at time zero itself"
        other = "half (they count half a step after time zero where treatment depends on time)"
    return [
        draft.finding(
            "exit_at_zero",
            Severity.NOTE,
            f"observation ends at time zero for {counted(n, 'patient')}; by the rule "
            f"zero_exit = {rule}",
            column=draft.moments["exit"].column,
            mask=at_zero,
            mend=f"the other rule for rules.zero_exit is {other}",
        )
    ]


CHECK = exit_at_zero
