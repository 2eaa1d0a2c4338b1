"""Nobody is treated after the last contact."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def initiation_after_exit(draft: Draft) -> list[Finding]:
    """Find treatments that began after the exit."""
    after = draft.time("initiation") > draft.time("exit")
    if not after.any():
        return []
    return [
        draft.finding(
            "initiation_after_exit",
            Severity.ERROR,
            f"{counted(after, 'patient')} began the late treatment after their last contact",
            column=draft.moments["initiation"].column,
            mask=after,
            mend="check which columns data.initiation and data.exit name",
        )
    ]


CHECK = initiation_after_exit
