"""Who is treated when first seen late began at an unknown earlier time."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.same_day import observed_from
from timezero.intake.wording import counted


def treated_before_first_row(draft: Draft) -> list[Finding]:
    """Find patients who come under observation after time zero, and are then treated already."""
    rows = draft.rows
    if rows is None:
        return []
    late = np.isfinite(observed_from(draft))[rows.patient]
    wrong = late & rows.is_first & (rows.treated == 1.0)
    if not wrong.any():
        return []
    return [
        draft.finding(
            "treated_before_first_row",
            Severity.WARNING,
            f"{counted(wrong, 'patient')} already treated when first seen after time "
            "zero; treatment counts from then",
            column=rows.treated_column,
            mask=wrong,
            mend="give the rows before, or say in the report that these began treatment unseen",
            table=rows.table,
        )
    ]


CHECK = treated_before_first_row
