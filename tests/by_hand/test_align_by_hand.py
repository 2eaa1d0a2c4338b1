"""Six patients, every row of person-time written out.

patient      0        1        2        3        4        5
exit         10       8        3        6        5        12
event        yes      no       yes      yes      yes      no
treated at   4        never    never    6        never    0
trigger      2        5        never    1        5        never
"""

from __future__ import annotations

import numpy as np
import pytest

from timezero.align.clock_reset import clock_reset
from timezero.align.ever_treated import ever_treated
from timezero.align.from_trigger import from_trigger
from timezero.align.landmark import landmark
from timezero.align.time_since_treatment import time_since_treatment
from timezero.align.time_varying import time_varying
from timezero.align.trigger_state import trigger_state
from timezero.align.waiting_excluded import waiting_excluded
from timezero.errors import AnalysisRefused

NEVER = float("nan")
START = -np.inf


@pytest.fixture
def six(make_cohort):
    return make_cohort(
        [10, 8, 3, 6, 5, 12],
        [1, 0, 1, 1, 1, 0],
        [4, NEVER, NEVER, 6, NEVER, 0],
        triggers=[2, 5, NEVER, 1, 5, NEVER],
    )


def rows_of(person_time):
    return sorted(
        zip(
            person_time.patient.tolist(),
            person_time.entry.tolist(),
            person_time.exit.tolist(),
            person_time.event.tolist(),
            person_time.arm.tolist(),
            strict=True,
        )
    )


def test_ever_treated_groups_by_the_future(six):
    assert rows_of(ever_treated(six)) == [
        (0, START, 10, True, 1),
        (1, START, 8, False, 0),
        (2, START, 3, True, 0),
        (3, START, 6, True, 1),
        (4, START, 5, True, 0),
        (5, START, 12, False, 1),
    ]


def test_clock_reset_starts_the_treated_at_their_treatment(six):
    assert rows_of(clock_reset(six)) == [
        (0, START, 6, True, 1),
        (1, START, 8, False, 0),
        (2, START, 3, True, 0),
        (3, START, 0, True, 1),
        (4, START, 5, True, 0),
        (5, START, 12, False, 1),
    ]


def test_waiting_excluded_gives_the_waiting_time_to_nobody(six):
    assert rows_of(waiting_excluded(six)) == [
        (0, 4, 10, True, 1),
        (1, START, 8, False, 0),
        (2, START, 3, True, 0),
        (4, START, 5, True, 0),
        (5, 0, 12, False, 1),
    ]


def test_time_varying_counts_treatment_from_just_after(six):
    assert rows_of(time_varying(six)) == [
        (0, START, 4, False, 0),
        (0, 4, 10, True, 1),
        (1, START, 8, False, 0),
        (2, START, 3, True, 0),
        # Treated on the day of death: the death is in untreated time (C4).
        (3, START, 6, True, 0),
        (4, START, 5, True, 0),
        (5, START, 0, False, 0),
        (5, 0, 12, False, 1),
    ]


def test_landmark_keeps_those_who_got_there(six):
    rows = landmark(six, 4)
    assert rows_of(rows) == [
        (0, 4, 10, True, 1),
        (1, 4, 8, False, 0),
        (3, 4, 6, True, 0),
        (4, 4, 5, True, 0),
        (5, 4, 12, False, 1),
    ]
    assert rows.starts_at == 4


def test_landmark_window_censors_at_its_end(six):
    assert rows_of(landmark(six, 4, window=2)) == [
        (0, 4, 6, False, 1),
        (1, 4, 6, False, 0),
        (3, 4, 6, True, 0),
        (4, 4, 5, True, 0),
        (5, 4, 6, False, 1),
    ]


def test_landmark_counts_late_entries_from_their_entry(make_cohort):
    late = make_cohort([10, 9, 8], [1, 1, 0], [2, 6, NEVER], entries=[0, 5, 7])
    assert rows_of(landmark(late, 4)) == [
        (0, 4, 10, True, 1),
        (1, 5, 9, True, 0),
        (2, 7, 8, False, 0),
    ]
    # The window of the third closes before observation begins.
    assert [row[0] for row in rows_of(landmark(late, 4, window=3))] == [0, 1]


def test_from_trigger_counts_candidates_from_their_trigger(six):
    # Patient 4 is triggered on the day of death and has no time after it.
    assert rows_of(from_trigger(six)) == [
        (0, START, 2, False, 0),
        (0, 2, 8, True, 1),
        (1, START, 3, False, 0),
        (3, START, 5, True, 0),
    ]


def test_treated_before_the_trigger_is_treated_from_the_trigger(make_cohort):
    cohort = make_cohort([10], [1], [2], triggers=[5])
    assert rows_of(from_trigger(cohort)) == [(0, START, 5, True, 1)]


def test_trigger_state_splits_at_treatment_and_trigger(six):
    rows, triggered = trigger_state(six)
    found = sorted(
        (*row[:4], row[4], state)
        for row, state in zip(
            zip(
                rows.patient.tolist(),
                rows.entry.tolist(),
                rows.exit.tolist(),
                rows.event.tolist(),
                rows.arm.tolist(),
                strict=True,
            ),
            triggered.tolist(),
            strict=True,
        )
    )
    assert found == [
        (0, START, 2, False, 0, False),
        (0, 2, 4, False, 0, True),
        (0, 4, 10, True, 1, True),
        (1, START, 5, False, 0, False),
        (1, 5, 8, False, 0, True),
        (2, START, 3, True, 0, False),
        (3, START, 1, False, 0, False),
        (3, 1, 6, True, 0, True),
        (4, START, 5, True, 0, False),
        (5, START, 0, False, 0, False),
        (5, 0, 12, False, 1, False),
    ]


def test_time_since_treatment_splits_treated_time(six):
    rows, early = time_since_treatment(six, 3)
    treated = [
        (row, bool(is_early))
        for row, is_early in sorted(
            zip(
                zip(
                    rows.patient.tolist(),
                    rows.entry.tolist(),
                    rows.exit.tolist(),
                    rows.event.tolist(),
                    rows.arm.tolist(),
                    strict=True,
                ),
                early.tolist(),
                strict=True,
            )
        )
        if row[4] == 1
    ]
    assert treated == [
        ((0, 4, 7, False, 1), True),
        ((0, 7, 10, True, 1), False),
        ((5, 0, 3, False, 1), True),
        ((5, 3, 12, False, 1), False),
    ]
    assert int(rows.event.sum()) == 4


def test_zero_exit_moves_only_where_treatment_depends_on_time(make_cohort):
    cohort = make_cohort([0, 9], [1, 1], [NEVER, 4], zero_exit=0.5)
    assert ever_treated(cohort).exit.tolist() == [0, 9]
    assert rows_of(time_varying(cohort)) == [
        (0, START, 0.5, True, 0),
        (1, START, 4, False, 0),
        (1, 4, 9, True, 1),
    ]


def test_delayed_entry_bounds_every_row(make_cohort):
    cohort = make_cohort([10, 9], [1, 1], [4, 1], entries=[2, 3])
    assert rows_of(time_varying(cohort)) == [
        (0, 2, 4, False, 0),
        (0, 4, 10, True, 1),
        (1, 3, 9, True, 1),
    ]


def test_without_a_trigger_the_alignment_is_refused(make_cohort):
    with pytest.raises(AnalysisRefused, match="no trigger"):
        from_trigger(make_cohort([5], [1], [2]))
