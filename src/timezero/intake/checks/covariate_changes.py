"""What is called known at time zero does not change from row to row."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def covariate_changes(draft: Draft) -> list[Finding]:
    """Find columns known at time zero that differ among the rows of a patient."""
    rows = draft.rows
    if rows is None:
        return []
    found: list[Finding] = []
    for column in rows.unchanging:
        texts = np.asarray(column.text.fill_null("").to_list(), dtype=str)
        changed = ~rows.is_first & (texts != texts[rows.previous])
        if changed.any():
            found.append(
                draft.finding(
                    "covariate_changes",
                    Severity.ERROR,
                    f"{column.name} differs from the row before in {counted(changed, 'row')}; it "
                    "is declared as known at time zero",
                    column=column,
                    mask=changed,
                    mend="a value that changes belongs under data.history",
                    table=rows.table,
                )
            )
    return found


CHECK = covariate_changes
