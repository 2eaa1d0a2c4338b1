"""Treatment as it happened: untreated until it began, treated from just after."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import exit_where_treatment_moves, split_at
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def time_varying(cohort: Cohort) -> PersonTime:
    """Split each patient's time at the treatment (C4): not yet treated, then treated."""
    return split_at(
        entry=cohort.entry,
        exit=exit_where_treatment_moves(cohort),
        event=cohort.event,
        when=cohort.initiation,
        patient=np.arange(cohort.n),
        words=(("not yet treated", "treated"), "everybody from time zero"),
    )


ALIGNMENT = time_varying
