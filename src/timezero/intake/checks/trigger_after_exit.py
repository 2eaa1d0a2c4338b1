"""Nobody becomes a candidate after the last contact."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def trigger_after_exit(draft: Draft) -> list[Finding]:
    """Find triggers after the exit."""
    after = draft.time("trigger") > draft.time("exit")
    if not after.any():
        return []
    return [
        draft.finding(
            "trigger_after_exit",
            Severity.ERROR,
            f"the trigger lies after the last contact in {counted(after, 'patient')}",
            column=draft.moments["trigger"].column,
            mask=after,
            mend="check which columns data.trigger and data.exit name",
        )
    ]


CHECK = trigger_after_exit
