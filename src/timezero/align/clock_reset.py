"""Treated counted from treatment, untreated from time zero: two clocks on one page."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import one_row_each
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties


def clock_reset(cohort: Cohort) -> PersonTime:
    """Count the treated from their treatment and the never treated from time zero.

    Patients whose treatment is not before their exit have no time after it; they stay among the
    treated with an exit at zero on the new clock.
    """
    treated = cohort.initiated
    since_treatment = np.maximum(cohort.exit - cohort.initiation, 0.0)
    late_entry = np.maximum(cohort.entry - cohort.initiation, 0.0)
    entry_on_new_clock = np.where(late_entry > 0.0, late_entry, -np.inf)
    (entry, leave), _ = merge_near_ties(
        np.where(treated, entry_on_new_clock, cohort.entry),
        np.where(treated, since_treatment, cohort.exit),
    )
    return one_row_each(
        entry=entry,
        exit=leave,
        event=cohort.event,
        arm=treated,
        patient=np.arange(cohort.n),
        words=(
            ("never treated", "ever treated"),
            "the treated from their treatment, the never treated from time zero",
        ),
    )


ALIGNMENT = clock_reset
