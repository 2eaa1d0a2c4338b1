"""Nobody is treated after the last contact, or after death."""

from __future__ import annotations

from timezero.arrays import Bools
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
            f"{counted(after, 'patient')} began the late treatment after {_end(draft, after)}",
            column=draft.moments["initiation"].column,
            mask=after,
            mend="check which columns data.initiation and data.exit name, and look these dates up",
        )
    ]


def _end(draft: Draft, after: Bools) -> str:
    """Say what came before the treatment."""
    if draft.deaths is None or not (after & draft.deaths.ends).any():
        return "their last contact"
    return "their death" if draft.deaths.ends[after].all() else "their last contact or death"


CHECK = initiation_after_exit
