"""An outcome that happened before time zero is none."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def negative_control_before_time_zero(draft: Draft) -> list[Finding]:
    """Find negative-control outcomes before time zero."""
    wrong = draft.time("negative_control") < draft.earliest
    if not wrong.any():
        return []
    return [
        draft.finding(
            "negative_control_before_time_zero",
            Severity.ERROR,
            f"the negative-control outcome lies before time zero in {counted(wrong, 'patient')}",
            column=draft.moments["negative_control"].column,
            mask=wrong,
            mend="check which columns data.negative_control and data.time_zero name",
        )
    ]


CHECK = negative_control_before_time_zero
