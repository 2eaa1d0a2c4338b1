"""Rows of person-time from arrays of patients; shared by the ways of aligning."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


def one_row_each(
    *,
    entry: Floats,
    exit: Floats,  # noqa: A002  the field's own word
    event: Bools,
    arm: Bools,
    patient: Ints,
    words: tuple[tuple[str, str], str],
    starts_at: float = 0.0,
) -> PersonTime:
    """Return rows with unit weights, one stratum, and the given labels and clock."""
    labels, counted_from = words
    n_rows = exit.size
    return PersonTime(
        entry=np.ascontiguousarray(entry, dtype=np.float64),
        exit=np.ascontiguousarray(exit, dtype=np.float64),
        event=np.ascontiguousarray(event, dtype=np.bool_),
        arm=arm.astype(np.int64),
        patient=patient.astype(np.int64),
        stratum=np.zeros(n_rows, dtype=np.int64),
        weight=np.ones(n_rows),
        labels=labels,
        counted_from=counted_from,
        starts_at=starts_at,
    )


def exit_where_treatment_moves(cohort: Cohort) -> Floats:
    """Return the exits, those at time zero moved by the rule ``zero_exit``."""
    if np.isnan(cohort.zero_exit):
        return cohort.exit
    return np.where(cohort.exit == 0.0, cohort.zero_exit, cohort.exit)


def trigger_of(cohort: Cohort) -> Floats:
    """Return when each patient became a candidate; NaN = never.

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
    return cohort.trigger


def split_at(
    *,
    entry: Floats,
    exit: Floats,  # noqa: A002  the field's own word
    event: Bools,
    when: Floats,
    patient: Ints,
    words: tuple[tuple[str, str], str],
) -> PersonTime:
    """Split each patient's time at ``when`` (C4): reference until then, intervention after.

    Parameters
    ----------
    entry, exit, when : (n,) float64
        On one clock. ``when`` is NaN for patients who never change.
    event : (n,) bool
    patient : (n,) int64
    words : ((str, str), str)
        Labels of the two arms, and from when everybody is counted.
    """
    before_end = np.fmin(when, exit)
    has_before = before_end > entry
    ends_before = np.isnan(when) | (when >= exit)
    has_after = ~np.isnan(when) & (when < exit)
    after_start = np.fmax(when, entry)
    return one_row_each(
        entry=np.concatenate([entry[has_before], after_start[has_after]]),
        exit=np.concatenate([before_end[has_before], exit[has_after]]),
        event=np.concatenate([(event & ends_before)[has_before], event[has_after]]),
        arm=np.concatenate(
            [np.zeros(int(has_before.sum()), bool), np.ones(int(has_after.sum()), bool)]
        ),
        patient=np.concatenate([patient[has_before], patient[has_after]]),
        words=words,
    )
