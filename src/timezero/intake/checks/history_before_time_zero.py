"""What was measured before time zero is known at time zero."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_before_time_zero(draft: Draft) -> list[Finding]:
    """Say how many values were measured before time zero: the last of them counts at time zero."""
    measured = draft.histories
    if measured is None or draft.rows is not None:
        return []
    wrong = measured.holds_value & (draft.history_time < 0.0)
    if not wrong.any():
        return []
    return [
        draft.finding(
            "history_before_time_zero",
            Severity.NOTE,
            f"{counted(wrong, 'measurement')} before time zero; the last of a patient "
            "counts at time zero",
            column=measured.moments.column,
            mask=wrong,
            mend="data.maximum_age limits how old a value may be",
            table=measured.table,
        )
    ]


CHECK = history_before_time_zero
