"""Patients who came under observation late were alive until then."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.same_day import observed_from
from timezero.intake.wording import counted


def delayed_entry(draft: Draft) -> list[Finding]:
    """Say how many patients enter late, and how many were observed before time zero."""
    if "entry" not in draft.times:
        return []
    column = draft.moments["entry"].column
    late = np.isfinite(observed_from(draft))
    before = draft.time("entry") < draft.earliest
    found: list[Finding] = []
    if late.any():
        found.append(
            draft.finding(
                "delayed_entry",
                Severity.NOTE,
                f"under observation only after time zero: {counted(late, 'patient')}, who count "
                "only from then on",
                column=column,
                mask=late,
            )
        )
    if draft.in_dates and before.any():
        found.append(
            draft.finding(
                "delayed_entry",
                Severity.NOTE,
                f"under observation before time zero: {counted(before, 'patient')}, who count "
                "from time zero on",
                column=column,
                mask=before,
            )
        )
    return found


CHECK = delayed_entry
