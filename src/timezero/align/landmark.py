"""Groups fixed at a landmark: who is alive then, by what had happened by then."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import one_row_each
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def landmark(cohort: Cohort, at: float, *, window: float | None = None) -> PersonTime:
    """Group those alive at the landmark by treatment so far.

    Who comes under observation after the landmark is at risk from then, not left out.

    Parameters
    ----------
    cohort : Cohort
    at : float
        The landmark, from time zero, >= 0. Treated means treatment began at or before it.
    window : float, optional
        Follow-up after the landmark; longer follow-up is censored there.
    """
    entered = np.maximum(cohort.entry, at)
    end = np.inf if window is None else at + window
    counted = np.minimum(cohort.exit, end) > entered
    beyond = cohort.exit > end
    return one_row_each(
        entry=entered[counted],
        exit=np.minimum(cohort.exit, end)[counted],
        event=(cohort.event & ~beyond)[counted],
        arm=(cohort.initiation <= at)[counted],
        patient=np.flatnonzero(counted),
        words=(
            ("not treated by the landmark", "treated by the landmark"),
            f"those alive at {at:g}, from then on",
        ),
        starts_at=at,
    )


ALIGNMENT = landmark
