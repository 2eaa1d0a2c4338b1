"""Every counting-process row is a time at risk: it ends after it begins."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.counting_rows import when
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def rows_without_span(draft: Draft) -> list[Finding]:
    """Find rows whose bounds are not recorded or not readable, and rows that end as they begin."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = ~(when(rows.exit) > when(rows.entry))
    if not wrong.any():
        return []
    return [
        draft.finding(
            "rows_without_span",
            Severity.ERROR,
            f"{counted(wrong, 'row')} on (entry, exit] without both bounds, or not "
            "ending after the beginning",
            column=rows.exit.column,
            mask=wrong,
            mend="say with data.entry and data.exit which columns bound each row",
            table=rows.table,
        )
    ]


CHECK = rows_without_span
