"""Time zero moved to the trigger: only those who could have had the treatment."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import exit_where_treatment_moves, split_at, trigger_of
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties


def from_trigger(cohort: Cohort) -> PersonTime:
    """Count patients with a trigger from their trigger, treatment as it happened from there.

    Raises
    ------
    AnalysisRefused
        No trigger was recorded.
    """
    trigger = trigger_of(cohort)
    moved_exit = exit_where_treatment_moves(cohort)
    counted = ~np.isnan(trigger) & (moved_exit > trigger)
    origin = trigger[counted]
    late_entry = cohort.entry[counted] - origin
    treated_before = cohort.initiation[counted] < origin
    (entry, leave, when), _ = merge_near_ties(
        np.where(late_entry > 0.0, late_entry, -np.inf),
        moved_exit[counted] - origin,
        np.where(treated_before, -np.inf, cohort.initiation[counted] - origin),
    )
    return split_at(
        entry=entry,
        exit=leave,
        event=cohort.event[counted],
        when=when,
        patient=np.flatnonzero(counted),
        words=(
            ("triggered, not yet treated", "triggered and treated"),
            "patients with the trigger, from the trigger",
        ),
    )


ALIGNMENT = from_trigger
