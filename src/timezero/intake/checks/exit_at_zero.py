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
        other = "keep (they count at time zero itself, where no analysis that lets treatment begin "
        other += "later has them at risk)"
    else:
        rule = "'keep' they count at time zero itself"
        other = "half (they count half a step after time zero where treatment depends on time)"
    return [
        draft.finding(
            "exit_at_zero",
            Severity.WARNING,
            f"observation ends at time zero for {counted(n, 'patient')}, "
            f"{counted(draft.event.event & at_zero, 'event')} among them; they are kept, and by "
            f"the rule zero_exit = {rule}",
            column=draft.moments["exit"].column,
            mask=at_zero,
            mend=f"estimate with the other rule for rules.zero_exit too: {other}",
        )
    ]


CHECK = exit_at_zero
