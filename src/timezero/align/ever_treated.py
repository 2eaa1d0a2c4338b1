"""Ever against never, both from time zero: the published error called immortal time."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import one_row_each
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def ever_treated(cohort: Cohort) -> PersonTime:
    """Group patients by what happened to them later, and count all from time zero.

    Whoever was ever treated is credited with the time survived while waiting.
    """
    return one_row_each(
        entry=cohort.entry,
        exit=cohort.exit,
        event=cohort.event,
        arm=cohort.initiated,
        patient=np.arange(cohort.n),
        words=(("never treated", "ever treated"), "everybody from time zero"),
    )


ALIGNMENT = ever_treated
