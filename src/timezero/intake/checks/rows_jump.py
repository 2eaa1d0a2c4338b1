"""Treatment does not begin while nobody looks."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def rows_jump(draft: Draft) -> list[Finding]:
    """Find rows that begin on another treatment, after a gap."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = (rows.step > 0.0) & rows.changes_treatment
    if not wrong.any():
        return []
    return [
        draft.finding(
            "rows_jump",
            Severity.ERROR,
            f"in {counted(wrong, 'row')} treatment has changed since the row before, "
            "after a gap: when is not known",
            column=rows.treated_column,
            mask=wrong,
            mend="give the rows between, so that it is known when treatment began",
            table=rows.table,
        )
    ]


CHECK = rows_jump
