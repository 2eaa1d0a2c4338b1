"""Nobody is in two rows at one time."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def rows_overlap(draft: Draft) -> list[Finding]:
    """Find rows that begin before the row before them, of the same patient, has ended."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = rows.step < 0.0
    if not wrong.any():
        return []
    return [
        draft.finding(
            "rows_overlap",
            Severity.ERROR,
            f"{counted(wrong, 'row')} begin before the row before them, of the same "
            "patient, has ended",
            column=rows.entry.column,
            mask=wrong,
            mend="check data.id, data.entry and data.exit; one time of one patient "
            "stands in one row",
            table=rows.table,
        )
    ]


CHECK = rows_overlap
