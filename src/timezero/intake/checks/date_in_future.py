"""No date of a patient can be later than the data cut, or than today."""

from __future__ import annotations

import datetime as dt

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

EPOCH = dt.date(1970, 1, 1)


def date_in_future(draft: Draft) -> list[Finding]:
    """Find dates after the last day on which anything can be known."""
    columns = dict(draft.moments) | {f"date of {k}": m for k, m in draft.measured.items()}
    columns |= {role: draft.beside[role] for role in ("birth", "diagnosis") if role in draft.beside}
    columns |= {f"later treatment {m.column.name}": m for m in draft.further}
    if draft.zero is not None:
        columns["time zero"] = draft.zero
    cut = draft.protocol.rules.data_cut
    last = float((draft.last_day - EPOCH).days)
    is_cut = cut is not None and draft.last_day.isoformat() == cut
    words = f"the data cut, {cut}" if is_cut else "today"
    found: list[Finding] = []
    for role, moments in columns.items():
        # A clock further east is a day ahead.
        after = np.asarray(moments.days > last + (0.0 if is_cut else 1.0))
        if after.any():
            found.append(
                draft.finding(
                    "date_in_future",
                    Severity.ERROR,
                    f"{role} is later than {words} in {counted(after, 'patient')}",
                    column=moments.column,
                    mask=after,
                    mend="look these dates up; check rules.data_cut",
                )
            )
    return found


CHECK = date_in_future
