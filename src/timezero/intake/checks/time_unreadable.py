"""Cells of time columns that are neither a number, nor a date, nor declared as missing."""

from __future__ import annotations

from timezero.arrays import Bools
from timezero.findings import Finding, Severity
from timezero.intake.checks.treatment_yes_no import ROLES, says_only
from timezero.intake.draft import Draft
from timezero.intake.times import Moments
from timezero.intake.wording import counted


def time_unreadable(draft: Draft) -> list[Finding]:
    """Find times that cannot be read."""
    data = draft.protocol.data
    columns = {role: m for role, m in draft.moments.items() if not _told_as_yes_no(role, m)}
    columns |= {} if draft.zero is None else {"time zero": draft.zero}
    columns |= {role: m for role, m in draft.beside.items() if role in {"birth", "diagnosis"}}
    columns |= {f"later treatment {m.column.name}": m for m in draft.further}
    if data.date_format:
        mend = f"check data.date_format ({data.date_format}), data.decimal_comma and data.missing"
    else:
        mend = "declare data.date_format, data.decimal_comma or data.missing as these cells need"
    return [
        draft.finding(
            "time_unreadable",
            Severity.ERROR,
            f"{role} is neither a number nor a date in {counted(_unread(moments), 'cell')}",
            column=moments.column,
            mask=_unread(moments),
            mend=mend,
        )
        for role, moments in columns.items()
        if _unread(moments).any()
    ]


def _told_as_yes_no(role: str, moments: Moments) -> bool:
    return role in ROLES and bool(says_only(moments))


def _unread(moments: Moments) -> Bools:
    """Return cells without a meaning: also dates that nobody was asked about."""
    return moments.unreadable | moments.ambiguous


CHECK = time_unreadable
