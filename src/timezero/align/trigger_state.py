"""Treatment and trigger both as they happened, from the original time zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align._rows import trigger_of
from timezero.align.time_varying import time_varying
from timezero.arrays import Bools
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime, chosen_rows


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
    rows = time_varying(cohort)
    trigger = trigger_of(cohort)[rows.patient]
    before = np.isnan(trigger) | (trigger > rows.entry)
    after = ~np.isnan(trigger) & (trigger < rows.exit)
    ends_before = np.isnan(trigger) | (trigger >= rows.exit)
    order = np.concatenate([np.flatnonzero(before), np.flatnonzero(after)])
    triggered = np.concatenate([np.zeros(int(before.sum()), bool), np.ones(int(after.sum()), bool)])
    split = replace(
        chosen_rows(rows, order),
        entry=np.where(triggered, np.fmax(rows.entry, trigger)[order], rows.entry[order]),
        exit=np.where(triggered, rows.exit[order], np.fmin(rows.exit, trigger)[order]),
        event=rows.event[order] & (triggered | ends_before[order]),
    )
    return split, triggered


ALIGNMENT = trigger_state
