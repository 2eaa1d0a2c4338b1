"""Patients are at risk on (entry, exit]: the exit comes after the entry (C2)."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.same_day import observed_from
from timezero.intake.wording import counted


def exit_before_entry(draft: Draft) -> list[Finding]:
    """Find patients who leave observation before they enter it, or at the same time."""
    wrong = draft.time("exit") <= observed_from(draft)
    if not wrong.any():
        return []
    merged = " (times closer than a relative 1e-9 were merged)" if draft.n_merged else ""
    return [
        draft.finding(
            "exit_before_entry",
            Severity.ERROR,
            f"observation ends before or at its start for {counted(wrong, 'patient')}{merged}",
            column=draft.moments["exit"].column,
            mask=wrong,
            mend="check which columns data.entry and data.exit name",
        )
    ]


CHECK = exit_before_entry
