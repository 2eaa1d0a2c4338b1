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
    missing = {role: moments.missing for role, moments in columns.items()}
    if draft.deaths is not None:
        # Who is known to have died needs no last contact.
        missing["exit"] = missing["exit"] & draft.moments["death"].missing
    return [
        draft.finding(
            "time_missing",
            Severity.ERROR,
            f"{words} is not recorded for {counted(missing[role], 'patient')}",
            column=columns[role].column,
            mask=missing[role],
            mend=f"say with data.{role} which column holds it for every patient",
        )
        for role, words in _NEEDED.items()
        if role in columns and missing[role].any()
    ]


CHECK = time_missing
