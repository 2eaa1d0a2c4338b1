"""Time after treatment split into an early window and the time after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.time_varying import time_varying
from timezero.arrays import Bools
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime, chosen_rows


def time_since_treatment(cohort: Cohort, window: float) -> tuple[PersonTime, Bools]:
    """Split treated time at ``window`` after treatment: the risk of an operation is not constant.

    Parameters
    ----------
    cohort : Cohort
    window : float
        Length of the early window, > 0, in the cohort's unit.

    Returns
    -------
    rows : PersonTime
    early : (n_rows,) bool
        Whether the row is treated time within the window.
    """
    rows = time_varying(cohort)
    ends = cohort.initiation[rows.patient] + window
    treated = rows.arm == 1
    first = ~treated | (rows.entry < ends)
    cut = treated & (rows.exit > ends)
    order = np.concatenate([np.flatnonzero(first), np.flatnonzero(cut)])
    late = np.concatenate([np.zeros(int(first.sum()), bool), np.ones(int(cut.sum()), bool)])
    split = replace(
        chosen_rows(rows, order),
        entry=np.where(late, np.fmax(rows.entry, ends)[order], rows.entry[order]),
        exit=np.where(~late & cut[order], ends[order], rows.exit[order]),
        event=rows.event[order] & (late | ~cut[order]),
    )
    return split, (split.arm == 1) & ~late


ALIGNMENT = time_since_treatment
