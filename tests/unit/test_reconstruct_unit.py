"""Patients from curves: flat tails, missing numbers, contradictions, and how they are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitised_curve import digitise, patients
from timezero.audit.curve_accuracy import curve_accuracy, point_gaps
from timezero.audit.digitised import clean_points
from timezero.audit.pooled_curve import pool
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers, intervals
from timezero.errors import InputRefused
from timezero.estimate.product_limit import survival_at, survival_curve

# A death among fifty, and half a pixel of four hundred.
ONE_DEATH = 0.012


def flat_tail() -> tuple[Any, Any]:
    """Simulated: 84 patients, 37 deaths until 29, one at 33.5, and most censored about 35."""
    died = np.concatenate([np.linspace(1.7, 28.6, 37), [33.5]])
    left_early = np.array([20.3, 31.2, 32.9])
    burst = np.linspace(34.2, 35.8, 15)
    later = np.linspace(37.0, 48.0, 28)
    lost = np.concatenate([left_early, burst, later])
    exits = np.concatenate([died, lost])
    return exits, np.arange(exits.size) < died.size


def at_risk_of(exits: Any, times: tuple[float, ...]) -> RiskNumbers:
    return RiskNumbers(times=times, at_risk=tuple(int(np.sum(exits >= t)) for t in times))


def deaths_in(records: Records, after: float, until: float) -> int:
    return int(np.sum(records.event & (records.exit > after) & (records.exit <= until)))


EVERY_SIX = tuple(6.0 * k for k in range(9))


@pytest.mark.parametrize("times", [EVERY_SIX, EVERY_SIX[:7], EVERY_SIX[:6], (0.0,)])
@pytest.mark.parametrize("stated", [None, 38, 60])
def test_flat_tail_with_heavy_late_censoring_gets_only_its_own_death(
    times: tuple[float, ...], stated: int | None
) -> None:
    exits, event = flat_tail()
    printed = at_risk_of(exits, times)
    numbers = RiskNumbers(times=printed.times, at_risk=printed.at_risk, n_events=stated)
    t, s = digitise(exits, event)
    records = reconstruct(clean_points(t, s), numbers)
    truth = survival_at(survival_curve(patients(exits, event)), 36.0).value
    assert abs(survival_at(pool(records), 36.0).value - truth) <= ONE_DEATH
    assert deaths_in(records, 30.0, 36.0) == 1
    assert deaths_in(records, 36.0, 48.0) == 0


@pytest.mark.parametrize("times", [EVERY_SIX[:6], (0.0,)])
def test_too_few_stated_events_do_not_bend_a_flat_tail(times: tuple[float, ...]) -> None:
    exits, event = flat_tail()
    printed = at_risk_of(exits, times)
    numbers = RiskNumbers(times=printed.times, at_risk=printed.at_risk, n_events=20)
    records = reconstruct(clean_points(*digitise(exits, event)), numbers)
    truth = survival_at(survival_curve(patients(exits, event)), 36.0).value
    assert abs(survival_at(pool(records), 36.0).value - truth) <= ONE_DEATH
    assert deaths_in(records, 30.0, 48.0) <= 1
    assert curve_accuracy(records).words.startswith("Approximate")


def test_flat_tail_keeps_the_printed_numbers_at_risk() -> None:
    exits, event = flat_tail()
    records = reconstruct(clean_points(*digitise(exits, event)), at_risk_of(exits, EVERY_SIX))
    for t in EVERY_SIX:
        assert np.sum(records.exit >= t) == np.sum(exits >= t)
    assert records.n_events == event.sum()


def test_deaths_stand_only_where_the_curve_steps() -> None:
    points = clean_points([5, 10, 15, 20], [0.8, 0.8, 0.6, 0.6])
    table = RiskNumbers(times=(0, 6, 12, 18), at_risk=(50, 35, 20, 8))
    records = reconstruct(points, table)
    assert set(records.exit[records.event].tolist()) == {5.0, 15.0}


def test_curve_is_kept_where_numbers_at_risk_contradict_it() -> None:
    # Half of 40 die by 5, and yet 38 are printed to be at risk at 10.
    points = clean_points([5, 12], [0.5, 0.5])
    records = reconstruct(points, RiskNumbers(times=(0, 10), at_risk=(40, 38)))
    assert records.n == 40
    assert records.n_events == 20
    assert any("contradict each other" in note.what for note in records.notes)
    accuracy = curve_accuracy(records)
    assert accuracy.n_at_risk_gap == 18
    assert accuracy.largest_gap == 0.0
    assert accuracy.words.startswith("Approximate, with a number at risk that is off by 18")


def test_stated_events_set_the_censoring_where_nothing_else_is_printed() -> None:
    t = np.linspace(1, 40, 40)
    points = clean_points(t, np.exp(-t / 20))
    free = reconstruct(points, RiskNumbers(n=200))
    tied = reconstruct(points, RiskNumbers(n=200, n_events=120))
    assert free.n_events == round(200 * (1 - np.exp(-2)))
    assert tied.n_events == 120
    assert any("nobody counts as censored" in note.what for note in free.notes)
    assert not any("nobody counts as censored" in note.what for note in tied.notes)
    assert point_gaps(tied).max() < 0.02


def test_censoring_goes_on_at_its_rate_after_the_last_number() -> None:
    # 100 leave at 10 a month, all censored: the curve stays at 1 until one death at 5.
    points = clean_points([5, 8], [0.98, 0.98])
    records = reconstruct(points, RiskNumbers(times=(0, 4), at_risk=(100, 60)))
    lost = ~records.event & (records.exit > 4) & (records.exit < 8)
    # 40 lost in 4 * 80 patient-months: 0.125 a month, for four months: 1 - exp(-0.5) of 60.
    assert np.sum(lost) == pytest.approx(60 * (1 - np.exp(-0.5)), abs=1.0)
    assert np.sum(records.exit == 8.0) == records.n - 40 - np.sum(lost) - records.n_events


def test_zero_at_risk_ends_follow_up() -> None:
    points = clean_points([5, 30], [0.8, 0.8])
    table = RiskNumbers(times=(0, 10, 20, 40), at_risk=(10, 5, 0, 0))
    records = reconstruct(points, table)
    assert records.exit.max() < 20.0
    assert records.n == 10
    assert any("after nobody is at risk" in note.what for note in records.notes)


def test_numbers_beyond_the_curve_make_a_flat_end_and_it_is_said() -> None:
    points = clean_points([5, 10], [0.8, 0.7])
    records = reconstruct(points, RiskNumbers(times=(0, 10, 20), at_risk=(20, 14, 6)))
    assert records.exit.max() == 20.0
    assert np.sum(records.exit >= 20.0) == 6
    assert records.exit[records.event].max() == 10.0
    assert any("counts as flat to 20" in note.what for note in records.notes)


def test_curve_that_reaches_zero_takes_everybody() -> None:
    points = clean_points([1, 2, 3, 4], [0.75, 0.5, 0.25, 0.0])
    records = reconstruct(points, RiskNumbers(n=4))
    assert records.exit.tolist() == [1, 2, 3, 4]
    assert records.event.all()


def test_large_groups_are_matched_too() -> None:
    draw = np.random.default_rng(11)
    life, lost = draw.exponential(30, 4000), draw.uniform(0, 60, 4000)
    exits, event = np.minimum(life, lost), life <= lost
    times = (0.0, 15.0, 30.0, 45.0)
    records = reconstruct(clean_points(*digitise(exits, event)), at_risk_of(exits, times))
    for t in times:
        assert abs(np.sum(records.exit >= t) - np.sum(exits >= t)) <= 1
    assert abs(records.n_events - event.sum()) <= 0.05 * event.sum()


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        (RiskNumbers(), "how many patients there are at time zero"),
        (RiskNumbers(times=(6,), at_risk=(5,)), "how many patients there are at time zero"),
        (RiskNumbers(times=(0, 6), at_risk=(5,)), "1 numbers at risk stand at 2 times"),
        (RiskNumbers(times=(0, 6), at_risk=(5, 6)), "rise from 5 at 0 to 6 at 6"),
        (RiskNumbers(times=(0, 6, 6), at_risk=(9, 6, 5)), "two different numbers"),
        (RiskNumbers(times=(0, 6), at_risk=(9, -1)), "negative"),
        (RiskNumbers(times=(0, -6), at_risk=(9, 1)), "negative or not numbers"),
        (RiskNumbers(times=(0,), at_risk=(0,)), "nobody is at risk at time 0"),
        (RiskNumbers(n=0), "there are 0 patients"),
        (RiskNumbers(n=5, n_events=-1), "there are -1 events"),
    ],
)
def test_impossible_numbers_are_refused(numbers: RiskNumbers, what: str) -> None:
    with pytest.raises(InputRefused) as caught:
        intervals(numbers, 12.0, where="curve of the group 'late'")
    assert what in caught.value.what
    assert caught.value.code == "TZ-AUDIT-at-risk"
    assert caught.value.mend


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InputRefused) as caught:
        intervals(RiskNumbers(n=0, n_events=-1, times=(0, -6), at_risk=(9,)), 12.0)
    assert len(caught.value.findings) == 4


def accuracy_with(n_events: int | None, n: int | None = 100) -> str:
    points = clean_points([5, 10, 20], [0.8, 0.6, 0.6])
    table = RiskNumbers(n=n, n_events=n_events, times=(0, 10, 20), at_risk=(100, 80, 55))
    return curve_accuracy(reconstruct(points, table)).words


@pytest.mark.parametrize(("stated", "approximate"), [(None, False), (40, False), (42, False)])
def test_counts_near_those_stated_are_not_called_approximate(
    stated: int | None, approximate: bool
) -> None:
    assert accuracy_with(stated).startswith("Approximate") is approximate


def test_counts_five_percent_off_are_called_approximate() -> None:
    # 40 events are found: 2 of 42 are 4.8 percent, 3 of 43 are 7.0.
    assert "with 40 events where 43 are stated" in accuracy_with(43)
    assert "with 40 events where 38 are stated" in accuracy_with(38)
    # 5 of 105 are 4.8 percent, 6 of 106 are 5.7.
    assert not accuracy_with(40, n=105).startswith("Approximate")
    assert "with 100 patients where 106 are stated" in accuracy_with(40, n=106)


def test_accuracy_in_numbers_and_words() -> None:
    points = clean_points([5, 10, 20, 22], [0.8, 0.6, 0.594, 0.594])
    table = RiskNumbers(times=(0, 10, 20), at_risk=(100, 80, 55))
    accuracy = curve_accuracy(reconstruct(points, table, group="late"))
    assert (accuracy.group, accuracy.n, accuracy.n_events, accuracy.n_points) == (
        "late",
        100,
        41,
        4,
    )
    assert accuracy.largest_gap == pytest.approx(0.594 - 0.6 * 54 / 55, rel=1e-9)
    assert accuracy.root_mean_square_gap == pytest.approx(accuracy.largest_gap / 2)
    assert accuracy.words.startswith("The curve of the late treated was put together again as 41")


def test_points_on_the_vertical_part_of_a_step_are_not_off() -> None:
    points = clean_points([5, 5, 5, 10], [1.0, 0.9, 0.8, 0.8])
    assert point_gaps(reconstruct(points, RiskNumbers(n=10))).max() == pytest.approx(0, abs=1e-12)
