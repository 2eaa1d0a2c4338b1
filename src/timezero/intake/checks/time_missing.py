"""Time zero, the start of observation and the exit have to be recorded for everybody."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

_NEEDED = {
    "time_zero": "time zero",
    "entry": "the start of observation",
    "exit": "the last time under observation",
}


def time_missing(draft: Draft) -> list[Finding]:
    """Find patients without a time that everybody has."""
    columns = dict(draft.moments)
    if draft.zero is not None:
        columns["time_zero"] = draft.zero
    return [
        draft.finding(
            "time_missing",
            Severity.ERROR,
            f"{words} is not recorded for {counted(columns[role].missing, 'patient')}",
            column=columns[role].column,
            mask=columns[role].missing,
            mend=f"say with data.{role} which column holds it for every patient",
        )
        for role, words in _NEEDED.items()
        if role in columns and columns[role].missing.any()
    ]


CHECK = time_missing
