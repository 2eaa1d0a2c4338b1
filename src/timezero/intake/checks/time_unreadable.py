"""Cells of time columns that are neither a number, nor a date, nor declared as missing."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def time_unreadable(draft: Draft) -> list[Finding]:
    """Find times that cannot be read."""
    data = draft.protocol.data
    columns = dict(draft.moments) | ({} if draft.zero is None else {"time zero": draft.zero})
    if data.date_format:
        mend = f"check data.date_format ({data.date_format}), data.decimal_comma and data.missing"
    else:
        mend = "declare data.date_format, data.decimal_comma or data.missing as these cells need"
    return [
        draft.finding(
            "time_unreadable",
            Severity.ERROR,
            f"{role} is neither a number nor a date in {counted(moments.unreadable, 'cell')}",
            column=moments.column,
            mask=moments.unreadable,
            mend=mend,
        )
        for role, moments in columns.items()
        if moments.unreadable.any()
    ]


CHECK = time_unreadable
