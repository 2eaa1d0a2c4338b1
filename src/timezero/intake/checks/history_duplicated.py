"""One patient has one value at one time."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import Column
from timezero.intake.wording import counted


def history_duplicated(draft: Draft) -> list[Finding]:
    """Find values measured twice at one time: an error where they differ, else a note."""
    measured = draft.histories
    if measured is None or draft.rows is not None:
        return []
    found: list[Finding] = []
    for cells in measured.columns:
        used = (measured.patient >= 0) & ~np.isnan(draft.history_time) & ~cells.missing
        same, other = _again(measured.patient, draft.history_time, cells.covariate.values, used)
        if other.any():
            found.append(_finding(draft, cells.column, other, differ=True))
        if same.any():
            found.append(_finding(draft, cells.column, same, differ=False))
    return found


def _again(patient: Ints, time: Floats, values: Floats, used: Bools) -> tuple[Bools, Bools]:
    """Return which rows repeat an earlier one: with the same value, and with another."""
    rows = np.flatnonzero(used)
    rows = rows[np.lexsort((time[rows], patient[rows]))]
    same_time = (np.diff(patient[rows]) == 0) & (np.diff(time[rows]) == 0.0)
    differs = np.diff(values[rows]) != 0.0
    same, other = np.zeros(used.size, dtype=np.bool_), np.zeros(used.size, dtype=np.bool_)
    same[rows[1:][same_time & ~differs]] = True
    other[rows[1:][same_time & differs]] = True
    return same, other


def _finding(draft: Draft, column: Column, mask: Bools, *, differ: bool) -> Finding:
    again = f"{counted(mask, 'value')} of {column.name} measured again at the same time"
    return draft.finding(
        "history_duplicated",
        Severity.ERROR if differ else Severity.NOTE,
        f"{again}, with another result" if differ else f"{again}, with the same result",
        column=column,
        mask=mask,
        mend="give the time of day, or one value a time" if differ else "",
        table=None if draft.histories is None else draft.histories.table,
    )


CHECK = history_duplicated
