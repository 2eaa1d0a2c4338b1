"""An event, or a competing one, ends the observation."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def event_before_last_row(draft: Draft) -> list[Finding]:
    """Find rows with an event, or without a word on it, that are not the last of a patient."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = (rows.event.event | rows.event.competing | rows.event.missing) & ~rows.is_last
    if not wrong.any():
        return []
    return [
        draft.finding(
            "event_before_last_row",
            Severity.ERROR,
            f"{counted(wrong, 'row')} end in an event, or without a word on it, and "
            "further rows of the patient follow",
            column=rows.event.column,
            mask=wrong,
            mend="let data.event say censored in every row but the last of a patient",
            table=rows.table,
        )
    ]


CHECK = event_before_last_row
