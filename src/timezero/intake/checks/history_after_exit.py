"""After the exit nothing that is measured can matter."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_after_exit(draft: Draft) -> list[Finding]:
    """Find measurements after the last time under observation; they are not used."""
    measured = draft.histories
    if measured is None:
        return []
    known = measured.holds_value & (measured.patient >= 0)
    leave = draft.time("exit")[measured.patient]
    wrong = known & (draft.history_time > leave)
    if not wrong.any():
        return []
    return [
        draft.finding(
            "history_after_exit",
            Severity.WARNING,
            f"{counted(wrong, 'measurement')} after the exit of the patient, unused",
            column=measured.moments.column,
            mask=wrong,
            mend="check data.history_time and data.exit",
            table=measured.table,
        )
    ]


CHECK = history_after_exit
