"""The late treatment begins at time zero or later."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def initiation_before_time_zero(draft: Draft) -> list[Finding]:
    """Find treatments that began before time zero."""
    before = draft.time("initiation") < draft.earliest
    if not before.any():
        return []
    return [
        draft.finding(
            "initiation_before_time_zero",
            Severity.ERROR,
            f"{counted(before, 'patient')} began the late treatment before time zero",
            column=draft.moments["initiation"].column,
            mask=before,
            mend="look these dates up, and those of time zero; where most are so, check which "
            "columns data.initiation and data.time_zero name",
        )
    ]


CHECK = initiation_before_time_zero
