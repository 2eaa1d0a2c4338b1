"""Either all times are dates, or all are numbers since time zero."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.times import Moments
from timezero.intake.unset_roles import fitting_columns, role_questions

CODE = "dates_and_numbers_mixed"


def dates_and_numbers_mixed(draft: Draft) -> list[Finding]:
    """Find columns that mix dates and numbers, and dates without a time zero to count from."""
    if draft.zero is None:
        return _without_time_zero(draft)
    columns = {"time zero": draft.zero, **draft.moments}
    return [
        _numbers_among_dates(draft, role, moments)
        for role, moments in columns.items()
        if moments.holds_numbers
    ]


def _without_time_zero(draft: Draft) -> list[Finding]:
    dated = {role: m for role, m in draft.moments.items() if m.holds_dates}
    data = draft.protocol.data
    in_dates = dated and not any(m.holds_numbers for m in draft.moments.values())
    if in_dates and draft.rows is None and fitting_columns(draft.table, data, "time_zero"):
        return [*role_questions(draft.table, data, ("time_zero",))]
    found: list[Finding] = []
    for role, moments in dated.items():
        is_date = ~np.isnan(moments.days) | moments.ambiguous
        mixed = " and numbers" if moments.holds_numbers else ""
        found.append(
            draft.finding(
                CODE,
                Severity.ERROR,
                f"{role} holds dates{mixed}, and no column says from which date they are counted",
                column=moments.column,
                mask=is_date,
                mend="declare data.time_zero (--time-zero)",
            )
        )
    return found


def _numbers_among_dates(draft: Draft, role: str, moments: Moments) -> Finding:
    beside = "dates and numbers" if moments.holds_dates else "numbers, while time zero is declared"
    return draft.finding(
        CODE,
        Severity.ERROR,
        f"{role} holds {beside}",
        column=moments.column,
        mask=~np.isnan(moments.numbers),
        mend="with data.time_zero every time is a date; without it every time is a number since "
        "time zero",
    )


CHECK = dates_and_numbers_mixed
