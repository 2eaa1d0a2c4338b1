"""Nobody dies before the operation from which all is counted."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def death_before_time_zero(draft: Draft) -> list[Finding]:
    """Find deaths before time zero."""
    before = draft.time("death") < draft.earliest
    if not before.any():
        return []
    return [
        draft.finding(
            "death_before_time_zero",
            Severity.ERROR,
            f"the death lies before time zero in {counted(before, 'patient')}",
            column=draft.moments["death"].column,
            mask=before,
            mend="look these dates up; check which columns data.death and data.time_zero name",
        )
    ]


CHECK = death_before_time_zero
