"""The last day on which anything can be known: the data cut, or today."""

from __future__ import annotations

import datetime as dt

from timezero.errors import InputRefused
from timezero.model.protocol import RulesPart


def last_day(rules: RulesPart, today: dt.date | None = None) -> dt.date:
    """Return the data cut where it is said and past, else today.

    Parameters
    ----------
    rules : RulesPart
    today : date, optional
        The day of the clock if not given.

    Raises
    ------
    InputRefused
        The data cut is no date written as 2024-12-31.
    """
    today = today or dt.datetime.now(dt.UTC).date()
    if rules.data_cut is None:
        return today
    try:
        return min(dt.date.fromisoformat(rules.data_cut), today)
    except ValueError as error:
        raise InputRefused(
            what=f"{rules.data_cut!r} is no date",
            where="rules.data_cut",
            mend="write the last day of the data as 2024-12-31",
            code="TZ-IN-41",
        ) from error
