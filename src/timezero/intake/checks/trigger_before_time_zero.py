"""A patient becomes a candidate at time zero or later."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def trigger_before_time_zero(draft: Draft) -> list[Finding]:
    """Find triggers before time zero."""
    before = draft.time("trigger") < draft.earliest
    if not before.any():
        return []
    return [
        draft.finding(
            "trigger_before_time_zero",
            Severity.ERROR,
            f"the trigger lies before time zero in {counted(before, 'patient')}",
            column=draft.moments["trigger"].column,
            mask=before,
            mend="check which columns data.trigger and data.time_zero name",
        )
    ]


CHECK = trigger_before_time_zero
