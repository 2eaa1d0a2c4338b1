"""Nothing is seen after the last contact."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def negative_control_after_exit(draft: Draft) -> list[Finding]:
    """Find negative-control outcomes after the exit."""
    wrong = draft.time("negative_control") > draft.time("exit")
    if not wrong.any():
        return []
    return [
        draft.finding(
            "negative_control_after_exit",
            Severity.ERROR,
            "the negative-control outcome lies after the last contact in "
            f"{counted(wrong, 'patient')}",
            column=draft.moments["negative_control"].column,
            mask=wrong,
            mend="check which columns data.negative_control and data.exit name",
        )
    ]


CHECK = negative_control_after_exit
