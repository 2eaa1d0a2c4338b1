"""Age on the day of a procedure."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats


def age_at(birth_days: Floats, on_days: Floats) -> Floats:
    """Return completed years of life, as the calendar counts them.

    The difference of the calendar years, less one before the birthday of that year. Who was born
    on 29 February has a birthday on 1 March in other years.

    Parameters
    ----------
    birth_days, on_days : (n,) float64
        Days since 1970-01-01; NaN = not recorded.

    Returns
    -------
    (n,) float64
        Whole years, >= 0; NaN where a date is missing or the birth lies later.
    """
    known = np.asarray(birth_days <= on_days)
    birth, day = (_dates(np.where(known, given, 0.0)) for given in (birth_days, on_days))
    years = (day.astype("M8[Y]") - birth.astype("M8[Y]")).astype(np.int64)
    before = _within_year(day) < _within_year(birth)
    return np.where(known, years - before, np.nan)


def _dates(days: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.floor(days).astype(np.int64).astype("M8[D]")


def _within_year(days: np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]) -> Floats:
    """Return a number that orders the days of any year: 100 for each month, plus the day."""
    months = days.astype("M8[M]")
    of_year = (months - days.astype("M8[Y]").astype("M8[M]")).astype(np.int64)
    of_month = (days - months.astype("M8[D]")).astype(np.int64)
    return np.asarray(of_year * 100 + of_month, dtype=np.float64)
