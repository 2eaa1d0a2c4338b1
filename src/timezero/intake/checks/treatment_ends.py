"""A late treatment once begun counts from then on."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def treatment_ends(draft: Draft) -> list[Finding]:
    """Find rows without treatment that follow rows with it."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = rows.changes_treatment & (rows.treated == 0.0)
    if not wrong.any():
        return []
    return [
        draft.finding(
            "treatment_ends",
            Severity.ERROR,
            f"in {counted(wrong, 'row')} the treatment has ended; a late treatment "
            "counts from its beginning on",
            column=rows.treated_column,
            mask=wrong,
            mend="let the column say 1 from the beginning of the treatment on",
            table=rows.table,
        )
    ]


CHECK = treatment_ends
