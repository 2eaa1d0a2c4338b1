"""The waiting time of the treated thrown away: immortal time excluded."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import one_row_each
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def waiting_excluded(cohort: Cohort) -> PersonTime:
    """Count the treated only after treatment, and never count anybody's waiting time.

    One clock from time zero, but the days that the treated lived untreated are given to no one,
    so the untreated seem to die faster than they did.
    """
    treated = cohort.initiated
    counted = ~treated | (cohort.exit > cohort.initiation)
    entry = np.where(treated, np.fmax(cohort.initiation, cohort.entry), cohort.entry)
    return one_row_each(
        entry=entry[counted],
        exit=cohort.exit[counted],
        event=cohort.event[counted],
        arm=treated[counted],
        patient=np.flatnonzero(counted),
        words=(
            ("never treated", "after treatment"),
            "time zero, the time before treatment left out",
        ),
    )


ALIGNMENT = waiting_excluded
