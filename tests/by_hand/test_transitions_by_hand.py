"""Ways through the states, shares, rates and courses, counted on fingers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from multi_state_patients import state_cohort
from timezero.align.transitions import transitions, transitions_from
from timezero.errors import AnalysisRefused
from timezero.estimate.aalen_johansen import landmark_occupancy, occupancy
from timezero.estimate.illness_death import illness_death
from timezero.estimate.transition_hazards import (
    exact_count_limits,
    exact_rate_ratio,
    rate_ratios_in_bands,
    transition_rates,
)

NAN = float("nan")
FOREVER = -math.inf


def ways(rows: object) -> list[tuple[int, float, float, int, int]]:
    """Return (patient, entry, exit, from, to) of every row, patient by patient."""
    columns = [getattr(rows, name) for name in ("patient", "entry", "exit", "source", "target")]
    return sorted(zip(*(c.tolist() for c in columns), strict=True))


def five_patients() -> object:
    """All ways: through every state, past the trigger, past both, treated last, censored."""
    return state_cohort(
        exit_time=np.array([9.0, 8.0, 3.0, 6.0, 7.0]),
        event=np.array([True, True, True, False, False]),
        trigger=np.array([2.0, NAN, NAN, 6.0, 5.0]),
        initiation=np.array([4.0, 5.0, NAN, NAN, 5.0]),
        competing=np.array([False, False, False, True, False]),
    )


def test_every_way_through_the_states() -> None:
    rows = transitions(five_patients())  # type: ignore[arg-type]
    assert rows.states[-2:] == ("event", "competing event")
    assert ways(rows) == [
        (0, FOREVER, 2.0, 0, 1),
        (0, 2.0, 4.0, 1, 2),
        (0, 4.0, 9.0, 2, 3),
        (1, FOREVER, 5.0, 0, 2),
        (1, 5.0, 8.0, 2, 3),
        (2, FOREVER, 3.0, 0, 3),
        # A trigger at the exit never counts (C4).
        (3, FOREVER, 6.0, 0, 4),
        # Treated on the day of the trigger: the state between is skipped.
        (4, FOREVER, 5.0, 0, 2),
        (4, 5.0, 7.0, 2, -1),
    ]


def test_late_entry_begins_in_the_state_of_that_day() -> None:
    cohort = state_cohort(
        exit_time=np.array([9.0, 9.0]),
        event=np.array([True, True]),
        trigger=np.array([2.0, 2.0]),
        initiation=np.array([4.0, 4.0]),
        entry=np.array([3.0, 4.0]),
    )
    assert ways(transitions(cohort)) == [
        (0, 3.0, 4.0, 1, 2),
        (0, 4.0, 9.0, 2, 3),
        (1, 4.0, 9.0, 2, 3),
    ]


def test_treatment_at_time_zero_moves_at_zero() -> None:
    cohort = state_cohort(
        exit_time=np.array([4.0, 4.0]),
        event=np.array([True, True]),
        initiation=np.array([0.0, NAN]),
    )
    rows = transitions(cohort)
    assert ways(rows) == [(0, FOREVER, 0.0, 0, 1), (0, 0.0, 4.0, 1, 2), (1, FOREVER, 4.0, 0, 2)]
    np.testing.assert_array_equal(occupancy(rows).at(0.0)[0], [0.5, 0.5, 0.0])


def test_candidates_and_the_clock_that_starts_again() -> None:
    cohort = five_patients()
    rows = transitions_from(cohort, cohort.trigger, "the trigger")  # type: ignore[attr-defined, arg-type]
    assert ways(rows) == [
        (0, FOREVER, 2.0, 0, 1),
        (0, 2.0, 7.0, 1, 2),
        (4, FOREVER, 0.0, 0, 1),
        (4, 0.0, 2.0, 1, -1),
    ]
    assert ways(rows.by_time_in_state())[1] == (0, FOREVER, 5.0, 1, 2)


def test_shares_of_four_patients() -> None:
    # At 1 one of four moves to treated, at 2 one of three dies untreated, at 3 the treated dies.
    rows = transitions(
        state_cohort(
            exit_time=np.array([3.0, 2.0, 5.0, 5.0]),
            event=np.array([True, True, False, False]),
            initiation=np.array([1.0, NAN, NAN, NAN]),
        )
    )
    found = occupancy(rows)
    np.testing.assert_allclose(
        found.share, [[3 / 4, 1 / 4, 0], [1 / 2, 1 / 4, 1 / 4], [1 / 2, 0, 1 / 2]]
    )
    # All observed to the end: shares are proportions, and Greenwood's variance is p (1 - p) / n.
    error = np.sqrt(np.array([[3, 3, 0], [4, 3, 3], [4, 0, 4]]) / 64.0)
    np.testing.assert_allclose([found.at(t)[1] for t in (1.0, 2.0, 3.0)], error, atol=1e-15)
    np.testing.assert_allclose(found.length_of_stay(4.0), [1.0 + 0.75 + 2 * 0.5, 0.5, 0.25 + 0.5])


def test_an_absent_way_after_a_landmark_does_not_make_death_impossible() -> None:
    # After the landmark no treated patient dies; the untreated do, and must be counted as dead.
    rows = transitions(
        state_cohort(
            exit_time=np.array([1.5, 4.0, 5.0, 9.0, 9.0, 9.0]),
            event=np.array([True, True, True, False, False, False]),
            initiation=np.array([1.0, NAN, NAN, 6.0, NAN, NAN]),
        )
    )
    assert any(r.n and (r.source, r.target) == (1, 2) for r in transition_rates(rows, level=0.95))
    found = landmark_occupancy(rows, landmark=2.0, state=0)
    np.testing.assert_allclose(found.at(8.0)[0], [2 / 5, 1 / 5, 2 / 5])
    with pytest.raises(AnalysisRefused, match="nobody is 'treated'"):
        landmark_occupancy(rows, landmark=2.0, state=1)


def test_rates_and_their_exact_limits() -> None:
    rates = transition_rates(transitions(five_patients()), level=0.95)  # type: ignore[arg-type]
    found = {(r.source, r.target): r for r in rates}
    assert found[0, 2].n == 2
    assert found[0, 2].person_time == 2 + 5 + 3 + 6 + 5
    assert found[0, 2].rate == 2 / 21
    # Garwood 1936: two events, 0.2422 to 7.2247; none, 0 to 3.6889.
    np.testing.assert_allclose(exact_count_limits(2, 0.95), [0.2422, 7.2247], atol=5e-5)
    np.testing.assert_allclose(exact_count_limits(0, 0.95), [0.0, -math.log(0.025)], rtol=1e-12)


def test_ratio_of_two_rates() -> None:
    # One event each in equal time: p in (0.0126, 0.9874), so the odds p / (1 - p).
    value, lower, upper = exact_rate_ratio((1, 1), (2.0, 2.0), 0.95)
    p = 1.0 - math.sqrt(0.975)
    assert value == 1.0
    np.testing.assert_allclose([lower, upper], [p / (1 - p), (1 - p) / p], rtol=1e-12)
    assert exact_rate_ratio((0, 1), (1.0, 1.0), 0.95)[::2] == (math.inf, math.inf)
    assert all(math.isnan(v) for v in exact_rate_ratio((0, 0), (1.0, 1.0), 0.95))
    assert all(math.isnan(v) for v in exact_rate_ratio((1, 0), (1.0, 0.0), 0.95))


def test_bands_count_time_on_each_states_own_clock() -> None:
    rows = transitions(five_patients()).by_time_in_state()  # type: ignore[arg-type]
    early, late = rate_ratios_in_bands(
        rows, states=(0, 2), target=3, edges=(0.0, 3.0, math.inf), level=0.95
    )
    assert (early.n_events, late.n_events) == ((1, 1), (0, 1))
    assert early.person_time == (2 + 3 * 4, 3 + 3 + 2)
    assert late.person_time == (2 + 0 + 3 + 2, 2)


def test_courses_of_four_candidates() -> None:
    rows = transitions_from(
        state_cohort(
            exit_time=np.array([3.0, 2.0, 5.0, 4.0]),
            event=np.array([True, True, False, True]),
            initiation=np.array([1.0, NAN, NAN, NAN]),
        ),
        np.zeros(4),
        "time zero",
    )
    model = illness_death(rows, np.empty((4, 0)), wait=2.0, enough=5)
    courses = model.crude(np.ones(4, dtype=np.int64))
    # Closed: of the three untreated one dies at 2, then one of two at 4. From 2 on: the one treated
    # dies at 3, so everybody does.
    np.testing.assert_allclose(courses.times, [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(courses.free[:, 0], [1.0, 3 / 4, 1 / 2, 1 / 4])
    np.testing.assert_allclose(courses.free[:, 1], [1.0, 2 / 3, 2 / 3, 1 / 3])
    np.testing.assert_allclose(courses.free[:, 2], [1.0, 2 / 3, 0.0, 0.0])
    np.testing.assert_allclose(courses.lived(3.0), [2 + 3 / 4, 2 + 2 / 3, 2 + 2 / 3])
    np.testing.assert_allclose(courses.event_at(3.0), [1 / 2, 1 / 3, 1.0])


def test_nobody_moves() -> None:
    cohort = state_cohort(
        exit_time=np.array([1.0, 2.0]),
        event=np.zeros(2, dtype=np.bool_),
        initiation=np.full(2, NAN),
    )
    with pytest.raises(AnalysisRefused, match="nobody moves"):
        occupancy(transitions(cohort))
