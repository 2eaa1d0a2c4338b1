"""A disease is diagnosed before it is operated on; the other order is possible, and rare."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def diagnosis_after_time_zero(draft: Draft) -> list[Finding]:
    """Find diagnoses after time zero."""
    if draft.zero is None or "diagnosis" not in draft.beside:
        return []
    moments = draft.beside["diagnosis"]
    after = np.asarray(moments.days > draft.zero.days)
    if not after.any():
        return []
    return [
        draft.finding(
            "diagnosis_after_time_zero",
            Severity.WARNING,
            f"the diagnosis lies after time zero in {counted(after, 'patient')}",
            column=moments.column,
            mask=after,
            mend="look these dates up; an operation before the diagnosis can be the one that led "
            "to it",
        )
    ]


CHECK = diagnosis_after_time_zero
