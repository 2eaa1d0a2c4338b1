"""Curves at their edges: what is refused, what is not reached, what is not claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from timezero.errors import AnalysisRefused
from timezero.estimate.product_limit import (
    arm_summary,
    earliest_stable_start,
    last_exit,
    median_survival,
    restricted_mean,
    survival_at,
    survival_curve,
)
from timezero.model.estimate import AtTime
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]


def is_not_claimed(at: AtTime) -> bool:
    return all(np.isnan(x) for x in (at.value, at.standard_error, at.lower, at.upper))


def test_all_censored(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([1, 2, 2], [0, 0, 0]))
    assert curve.times.tolist() == [1.0, 2.0]
    assert curve.survival.tolist() == [1.0, 1.0]
    assert curve.standard_error.tolist() == [0.0, 0.0]
    assert np.isnan(curve.lower).all()
    assert np.isnan(curve.upper).all()
    assert np.isnan(median_survival(curve)).all()
    mean = restricted_mean(curve, 2.0)
    assert (mean.value, mean.standard_error, mean.lower, mean.upper) == (2.0, 0.0, 2.0, 2.0)


def test_one_patient_who_dies(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([3], [1]))
    assert curve.survival.tolist() == [0.0]
    assert np.isnan(curve.standard_error[0])
    assert np.isnan(curve.lower[0])
    assert np.isnan(curve.upper[0])
    assert median_survival(curve)[0] == 3.0
    mean = restricted_mean(curve, 10.0)
    assert (mean.value, mean.standard_error) == (3.0, 0.0)


def test_event_at_time_zero(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([0, 5, 5, 7], [1, 0, 1, 0]))
    assert survival_at(curve, 0.0).value == 0.75
    assert restricted_mean(curve, 5.0).value == 3.75


def test_nobody_in_the_arm_is_refused(make_rows: Rows) -> None:
    rows = make_rows([1, 2], [1, 0])
    with pytest.raises(AnalysisRefused, match="nobody in the arm 'operated'") as refused:
        survival_curve(rows, 1)
    assert refused.value.code == "TZ-EST-empty-arm"
    with pytest.raises(AnalysisRefused, match="nobody in the data is under observation after 2"):
        survival_curve(rows, from_time=2.0)
    with pytest.raises(AnalysisRefused, match="nobody in the data"):
        survival_curve(make_rows([], []))


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_impossible_weights_are_refused(make_rows: Rows, weight: float) -> None:
    with pytest.raises(AnalysisRefused, match="weights") as refused:
        survival_curve(make_rows([1, 2], [1, 0], weights=[1.0, weight]))
    assert refused.value.code == "TZ-EST-weight"


@pytest.mark.parametrize(
    ("entry", "leave", "event"),
    [(2.0, 1.0, 0), (1.0, 1.0, 1), (np.nan, 1.0, 0), (0.0, np.inf, 0), (0.0, np.nan, 0)],
)
def test_impossible_times_are_refused(
    make_rows: Rows, entry: float, leave: float, event: int
) -> None:
    rows = make_rows([leave, 4], [event, 1], entries=[entry, 0])
    with pytest.raises(AnalysisRefused) as refused:
        survival_curve(rows)
    assert refused.value.code == "TZ-EST-time"


def test_rows_without_weight_or_time_are_as_if_absent(make_rows: Rows) -> None:
    rows = make_rows([1, 2, 9, 1], [1, 0, 1, 0], entries=[-np.inf, 0, 0, 1], weights=[1, 1, 0, 1])
    curve = survival_curve(rows)
    assert curve.times.tolist() == [1.0, 2.0]
    assert curve.n_at_risk.tolist() == [2.0, 1.0]
    assert last_exit(curve) == 2.0


def test_nothing_is_claimed_after_the_last_exit(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([2, 4], [1, 0]))
    assert survival_at(curve, 4.0).value == 0.5
    assert is_not_claimed(survival_at(curve, np.nextafter(4.0, 5.0)))
    assert restricted_mean(curve, 4.0).value == 3.0
    assert is_not_claimed(restricted_mean(curve, np.nextafter(4.0, 5.0)))


def test_mean_goes_on_when_nobody_survives(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([2, 4], [1, 1]))
    assert restricted_mean(curve, 4.0) == replace(restricted_mean(curve, 9.0), at=4.0)


def test_nothing_is_claimed_before_the_start(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([2, 4, 6], [1, 1, 0]), from_time=3.0)
    assert is_not_claimed(survival_at(curve, 2.9))
    assert is_not_claimed(restricted_mean(curve, 2.9))
    before_first_event = survival_at(curve, 3.5)
    assert (before_first_event.value, before_first_event.standard_error) == (1.0, 0.0)


def test_curve_cannot_start_before_observation(make_rows: Rows) -> None:
    rows = make_rows([40, 50], [1, 0], entries=[30, 30], starts_at=30.0)
    assert survival_curve(rows).starts_at == 30.0
    with pytest.raises(AnalysisRefused, match="cannot start at 20") as refused:
        survival_curve(rows, from_time=20.0)
    assert refused.value.code == "TZ-EST-start"


def test_conditional_curve_is_the_quotient(make_rows: Rows) -> None:
    rows = make_rows([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0])
    whole, later = survival_curve(rows), survival_curve(rows, from_time=2.0)
    assert later.starts_at == 2.0
    assert later.times.tolist() == [3.0, 4.0, 5.0, 6.0]
    quotient = whole.survival[2:] / survival_at(whole, 2.0).value
    assert later.survival == pytest.approx(quotient, rel=1e-15)


def test_early_empty_risk_set_makes_the_curve_zero_and_is_not_hidden(make_rows: Rows) -> None:
    rows = make_rows([1, 5, 6, 7], [1, 1, 0, 0], entries=[0, 2, 2, 2])
    assert survival_curve(rows).survival.tolist() == [0.0, 0.0, 0.0, 0.0]
    start = earliest_stable_start(rows, (0,), 3)
    assert start == 2.0
    assert survival_curve(rows, from_time=start).survival[-1] == pytest.approx(2 / 3, rel=1e-15)


def test_earliest_stable_start(make_rows: Rows) -> None:
    rows = make_rows([9, 9, 9, 3, 9], [0] * 5, [1, 1, 1, 1, 0], entries=[1, 3, 4, -np.inf, -np.inf])
    starts = [earliest_stable_start(rows, (1,), k) for k in (1, 2, 3)]
    assert starts == [0.0, 1.0, 4.0]
    assert np.isnan(earliest_stable_start(rows, (1,), 4))
    assert earliest_stable_start(rows, (0,), 1) == 0.0


def test_both_states_must_hold_enough_at_the_same_time(make_rows: Rows) -> None:
    # The untreated hold three until 2, the treated three from 4 on; both hold two only on (1, 2].
    rows = make_rows(
        [2, 2, 9, 9, 9, 9],
        [0] * 6,
        [0, 0, 0, 1, 1, 1],
        entries=[-np.inf, -np.inf, -np.inf, 1, 1, 4],
    )
    assert earliest_stable_start(rows, (0,), 3) == 0.0
    assert earliest_stable_start(rows, (1,), 3) == 4.0
    assert np.isnan(earliest_stable_start(rows, (0, 1), 3))
    assert earliest_stable_start(rows, (0, 1), 2) == 1.0


def test_gap_in_observation_is_a_censoring_and_going_on_is_not(make_rows: Rows) -> None:
    whole = survival_curve(make_rows([5, 6], [1, 0]))
    going_on = survival_curve(
        make_rows([2, 5, 6], [0, 1, 0], entries=[-np.inf, 2, 0], patients=[0, 0, 1])
    )
    gap = survival_curve(
        make_rows([2, 5, 6], [0, 1, 0], entries=[-np.inf, 3, 0], patients=[0, 0, 1])
    )
    assert going_on.times.tolist() == whole.times.tolist()
    assert going_on.n_at_risk.tolist() == whole.n_at_risk.tolist()
    assert gap.n_censored.tolist() == [1.0, 0.0, 1.0]


def test_a_new_row_of_somebody_else_is_no_crossing(make_rows: Rows) -> None:
    curve = survival_curve(
        make_rows(
            [2, 5, 3, 6], [0, 1, 0, 0], [0, 1, 0, 1], entries=[0, 2, 0, 3], patients=[0, 1, 1, 0]
        ),
        0,
    )
    assert curve.n_crossed.tolist() == [0.0, 0.0]
    assert curve.n_censored.tolist() == [1.0, 1.0]


def test_event_of_a_patient_with_a_later_row_stays_an_event(make_rows: Rows) -> None:
    rows = make_rows([2, 5], [1, 0], [0, 1], entries=[0, 2], patients=[0, 0])
    curve = survival_curve(rows, 0)
    assert (curve.n_events.tolist(), curve.n_crossed.tolist()) == ([1.0], [0.0])


def test_summary_counts_people_from_the_start_of_the_curve(make_rows: Rows) -> None:
    rows = make_rows(
        [2, 4, 6, 8], [1, 0, 1, 1], [0, 0, 0, 1], patients=[0, 1, 1, 2], entries=[0, 0, 4, 0]
    )
    whole = arm_summary(rows, 0, survival_curve(rows, 0), horizons=(2.0, 7.0))
    assert (whole.n_patients, whole.n_events, whole.person_time) == (2, 2, 8.0)
    assert (whole.arm, whole.label) == ("reference", "waiting")
    assert whole.survival[0].value == 0.5
    assert [at.value for at in whole.rmst] == [2.0, 4.0]
    later = arm_summary(rows, 0, survival_curve(rows, 0, from_time=3.0), horizons=(5.0,))
    assert (later.n_patients, later.n_events, later.person_time) == (1, 1, 3.0)
    assert later.rmst[0].value == 2.0
    other = arm_summary(rows, 1, survival_curve(rows, 1), horizons=())
    assert (other.arm, other.median, other.survival) == ("intervention", 8.0, ())


def test_level_moves_the_limits_only(make_rows: Rows) -> None:
    rows = make_rows([1, 2, 3, 4, 5], [1, 1, 1, 0, 0])
    narrow, wide = survival_curve(rows, level=0.5), survival_curve(rows, level=0.99)
    assert narrow.survival.tolist() == wide.survival.tolist()
    assert np.all(narrow.lower > wide.lower)
    assert np.all(narrow.upper < wide.upper)
    read = survival_at(narrow, 2.5, level=0.99)
    assert read.lower == pytest.approx(wide.lower[1], rel=1e-14)
    assert read.upper == pytest.approx(wide.upper[1], rel=1e-14)


def test_who_dies_at_the_start_has_not_survived_it(make_rows: Rows) -> None:
    rows = make_rows([2, 2, 3, 4], [1, 0, 1, 0])
    curve = survival_curve(rows, from_time=2.0)
    assert (curve.times.tolist(), curve.n_at_risk.tolist()) == ([3.0, 4.0], [2.0, 1.0])
    assert arm_summary(rows, 0, curve, horizons=()).n_patients == 2


def test_interval_of_the_time_lived(make_rows: Rows) -> None:
    curve = survival_curve(make_rows([1, 2, 3, 4, 5], [1, 1, 1, 0, 0]))
    for level, z in ((0.95, 1.959963984540054), (0.5, 0.6744897501960817)):
        mean = restricted_mean(curve, 4.0, level=level)
        assert mean.lower == pytest.approx(mean.value - z * mean.standard_error, rel=1e-14)
        assert mean.upper == pytest.approx(mean.value + z * mean.standard_error, rel=1e-14)
