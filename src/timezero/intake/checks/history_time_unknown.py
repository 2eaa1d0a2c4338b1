"""A measurement has a time, of the same kind as all other times."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_time_unknown(draft: Draft) -> list[Finding]:
    """Find measured values without a time that can be read and counted from time zero."""
    measured = draft.histories
    if measured is None or draft.rows is not None:
        return []
    moments, used = measured.moments, measured.holds_value & (measured.patient >= 0)
    readable = ~np.isnan(moments.days if draft.in_dates else moments.numbers)
    wrong = used & (~readable | np.isinf(moments.numbers))
    if not wrong.any():
        return []
    kind = "date" if draft.in_dates else f"number of {draft.protocol.data.unit} since time zero"
    return [
        draft.finding(
            "history_time_unknown",
            Severity.ERROR,
            f"{counted(wrong, 'measurement')} whose time is not a {kind}",
            column=moments.column,
            mask=wrong,
            mend="say with data.history_time which column holds it, with data.date_format how "
            "dates are written; a value without a time cannot be placed",
            table=measured.table,
        )
    ]


CHECK = history_time_unknown
