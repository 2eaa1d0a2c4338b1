"""Treatment and trigger both as they happened, from the original time zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.time_varying import time_varying
from timezero.arrays import Bools
from timezero.errors import AnalysisRefused
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def trigger_state(cohort: Cohort) -> tuple[PersonTime, Bools]:
    """Split each patient's time at the treatment and at the trigger (C4).

    Returns
    -------
    rows : PersonTime
        Treatment as it happened, split further at the trigger.
    triggered : (n_rows,) bool
        Whether the trigger has happened during the row.

    Raises
    ------
    AnalysisRefused
        No trigger was recorded.
    """
    if cohort.trigger is None:
        raise AnalysisRefused(
            what="no trigger was recorded",
            where="data.trigger",
            mend="name the column with the date on which each patient became a candidate",
            code="TZ-ALI-01",
        )
    rows = time_varying(cohort)
    trigger = cohort.trigger[rows.patient]
    before = np.isnan(trigger) | (trigger > rows.entry)
    after = ~np.isnan(trigger) & (trigger < rows.exit)
    ends_before = np.isnan(trigger) | (trigger >= rows.exit)
    order = np.concatenate([np.flatnonzero(before), np.flatnonzero(after)])
    triggered = np.concatenate([np.zeros(int(before.sum()), bool), np.ones(int(after.sum()), bool)])
    split = replace(
        rows,
        entry=np.where(triggered, np.fmax(rows.entry, trigger)[order], rows.entry[order]),
        exit=np.where(triggered, rows.exit[order], np.fmin(rows.exit, trigger)[order]),
        event=rows.event[order] & (triggered | ends_before[order]),
        arm=rows.arm[order],
        patient=rows.patient[order],
        stratum=rows.stratum[order],
        weight=rows.weight[order],
    )
    return split, triggered


ALIGNMENT = trigger_state
