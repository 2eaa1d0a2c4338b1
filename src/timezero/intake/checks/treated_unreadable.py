"""Each counting-process row says whether the patient is on treatment: 1 or 0."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def treated_unreadable(draft: Draft) -> list[Finding]:
    """Find rows that do not say whether treatment has begun."""
    rows = draft.rows
    if rows is None:
        return []
    wrong = np.isnan(rows.treated)
    if not wrong.any():
        return []
    return [
        draft.finding(
            "treated_unreadable",
            Severity.ERROR,
            f"{counted(wrong, 'row')} say neither 1 nor 0 (true nor false) of the treatment",
            column=rows.treated_column,
            mask=wrong,
            mend="say with data.treated which column holds 1 while on treatment and 0 before",
            table=rows.table,
        )
    ]


CHECK = treated_unreadable
