"""How observation ended has to be recorded for everybody."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def event_missing(draft: Draft) -> list[Finding]:
    """Find patients for whom it is not recorded whether the event happened."""
    missing = draft.event.missing
    if not missing.any():
        return []
    return [
        draft.finding(
            "event_missing",
            Severity.ERROR,
            f"for {counted(missing, 'patient')} it is not recorded how observation ended",
            column=draft.event.column,
            mask=missing,
            mend="say with data.event which column holds it for every patient",
        )
    ]


CHECK = event_missing
