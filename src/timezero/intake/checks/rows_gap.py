"""Between the first and the last row every patient is in some row."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def rows_gap(draft: Draft) -> list[Finding]:
    """Find rows that begin after the row before them has ended, on the same treatment."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = (rows.step > 0.0) & ~rows.changes_treatment
    if not wrong.any():
        return []
    return [
        draft.finding(
            "rows_gap",
            Severity.ERROR,
            f"{counted(wrong, 'row')} begin after the row before them has ended: what "
            "happened between is not known",
            column=rows.entry.column,
            mask=wrong,
            mend="give the rows between, or end the rows of the patient where sight was lost",
            table=rows.table,
        )
    ]


CHECK = rows_gap
