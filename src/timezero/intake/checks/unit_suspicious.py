"""Numbers that do not look like the declared unit."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

# Fifty years and more of follow-up, in each unit.
LONGEST = {"days": 18_263.0, "weeks": 2_609.0, "months": 600.0, "years": 50.0}
# Follow-up of patients that ends within a month, with fractions of days, is rarely days.
SHORTEST_DAYS = 31.0


def unit_suspicious(draft: Draft) -> list[Finding]:
    """Find follow-up that is too long for the declared unit, or fractions of days."""
    if draft.in_dates:
        return []
    unit, times = draft.protocol.data.unit, draft.time("exit")
    known = times[np.isfinite(times)]
    if known.size == 0:
        return []
    long = np.asarray(times > LONGEST[unit])
    fractions = bool((known != np.round(known)).any())
    column = draft.moments["exit"].column
    if long.any():
        question = "days" if unit != "days" else "hours"
        what = f"more than {LONGEST[unit]:g} {unit} of follow-up in {counted(long, 'patient')}"
        mend = f"are these {question}? declare data.unit (--unit)"
        return [
            draft.finding(
                "unit_suspicious",
                Severity.WARNING,
                what,
                column=column,
                mask=long & np.isfinite(times),
                mend=mend,
            )
        ]
    if unit == "days" and fractions and known.max() <= SHORTEST_DAYS:
        what = "no follow-up is longer than a month, and some end at fractions of a day"
        mend = "are these months or years? declare data.unit (--unit)"
        mask = np.asarray(np.isfinite(times) & (times != np.round(times)))
        return [
            draft.finding(
                "unit_suspicious", Severity.WARNING, what, column=column, mask=mask, mend=mend
            )
        ]
    return []


CHECK = unit_suspicious
