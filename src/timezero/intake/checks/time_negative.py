"""Observation does not end before time zero."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def time_negative(draft: Draft) -> list[Finding]:
    """Find exits before time zero, and negative numbers for the start of observation.

    With dates, observation may begin before time zero; the patient then counts from time zero.
    """
    found: list[Finding] = []
    for role in ("exit",) if draft.in_dates else ("exit", "entry"):
        at = draft.time(role)
        if role == "exit" and draft.deaths is not None:
            at = draft.deaths.contact
        before = at < draft.earliest
        if before.any():
            found.append(
                draft.finding(
                    "time_negative",
                    Severity.ERROR,
                    f"the {role} lies before time zero in {counted(before, 'patient')}",
                    column=draft.moments[role].column,
                    mask=before,
                    mend=f"say with data.{role} and data.time_zero which columns hold them; "
                    "declare a code for 'not recorded' under data.missing",
                )
            )
    return found


CHECK = time_negative
