"""Time until treatment begins: who could begin it when, and what was known of them then."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import exit_where_treatment_moves, one_row_each
from timezero.align.history import split_at_measurements
from timezero.arrays import Floats
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime, chosen_rows


def until_initiation(
    cohort: Cohort,
    *,
    origin: Floats,
    horizon: float,
    columns: Floats,
    names: tuple[str, ...],
    words_of_origin: str,
) -> tuple[PersonTime, Floats, tuple[str, ...]]:
    """Return untreated time from the origin, ended by the beginning of treatment.

    Treatment that begins at or after the exit never counts (C4), nor after the horizon. Where a
    history is not known, that piece of time is left out.

    Parameters
    ----------
    cohort : Cohort
    origin : (n,) float64
        From when each patient's time is counted, in the cohort's time; NaN = left out.
    horizon : float
        Measured from the origin.
    columns : (n, p) float64
        Covariates known at the origin.
    names : tuple of str
        Of the p columns.
    words_of_origin : str

    Returns
    -------
    rows : PersonTime
        ``event`` is the beginning of treatment; whole rows carry no arm.
    design : (n_rows, q) float64
        Covariates, then histories as known throughout the row.
    names : tuple of str
    """
    leave = exit_where_treatment_moves(cohort)
    here = np.flatnonzero(~np.isnan(origin) & (leave > origin))
    waited = (cohort.initiation - origin)[here]
    followed = np.minimum((leave - origin)[here], horizon)
    begins = (cohort.initiation[here] < leave[here]) & (waited <= horizon)
    end = np.where(begins, waited, followed)
    rows = one_row_each(
        entry=np.full(here.size, -np.inf),
        exit=end,
        event=begins,
        arm=np.zeros(here.size, dtype=np.bool_),
        patient=here,
        words=(("not yet treated", "treated"), f"candidates, from {words_of_origin}"),
    )
    pieces, values, more = split_at_measurements(rows, cohort, origin=origin)
    design = np.hstack([columns[pieces.patient], values])
    known = np.flatnonzero(np.isfinite(design).all(axis=1))
    return chosen_rows(pieces, known), design[known], (*names, *more)


ALIGNMENT = until_initiation
