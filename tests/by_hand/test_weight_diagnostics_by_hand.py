"""Diagnostics of weights with pencil and paper."""

from __future__ import annotations

from math import inf, isnan, log, sqrt

import numpy as np
import pytest

from timezero.estimate.weight_diagnostics import (
    effective_sample_size,
    intervals_by_treatments,
    most_influential,
    positivity_cells,
    preference,
    standardised_differences,
    summarise_weights,
    truncate_weights,
)

ROUND_OFF = 1e-12


def test_effective_sample_size_of_four_weights() -> None:
    # (1 + 1 + 1 + 3)^2 / (1 + 1 + 1 + 9) = 36 / 12.
    assert effective_sample_size(np.array([1.0, 1.0, 1.0, 3.0])) == pytest.approx(3.0)
    assert effective_sample_size(np.full(7, 0.3)) == pytest.approx(7.0)
    assert effective_sample_size(np.zeros(3)) == 0.0


def test_summary_of_two_intervals_and_arms() -> None:
    weight = np.array([1.0, 2.0, 3.0, 2.0, 0.0])
    arm = np.array([0, 0, 0, 1, 1])
    interval_start = np.array([0.0, 0.0, 5.0, 5.0, 5.0])
    first, second, third = summarise_weights(weight, arm, interval_start)
    assert (first.interval_start, first.arm, first.n) == (0.0, 0, 2)
    assert (second.interval_start, second.arm, second.n) == (5.0, 0, 1)
    assert (third.interval_start, third.arm, third.n) == (5.0, 1, 1)
    assert (first.mean, first.median, first.minimum, first.maximum) == (1.5, 1.5, 1.0, 2.0)
    assert first.sd == pytest.approx(sqrt(0.5))
    assert second.sd == 0.0
    assert first.p1 == pytest.approx(1.01)
    assert first.p99 == pytest.approx(1.99)
    assert first.effective_sample_size == pytest.approx(9 / 5)
    assert first.share_of_top_1_percent == pytest.approx(2 / 3)


def test_the_heaviest_percent_of_two_hundred_is_two_rows() -> None:
    weight = np.concatenate([np.ones(198), [51.0, 51.0]])
    (found,) = summarise_weights(weight, np.zeros(200, dtype=np.int64), np.zeros(200))
    assert found.share_of_top_1_percent == pytest.approx(102 / 300)


def test_standardised_difference_of_four_patients() -> None:
    # Treated 1 and 3, untreated 0 and 2, each with variance 2: (2 - 1) / sqrt 2. Weights 3 to 1
    # among the treated give a mean of 1.5; the yardstick stays.
    columns = np.array([[1.0, 5.0], [3.0, 5.0], [0.0, 5.0], [2.0, 5.0]])
    treated = np.array([True, True, False, False])
    weight = np.array([3.0, 1.0, 1.0, 1.0])
    age, flat = standardised_differences(columns, treated, weight, names=("age", "flat"))
    assert age.covariate == "age"
    assert age.before == pytest.approx(1 / sqrt(2), rel=ROUND_OFF)
    assert age.after == pytest.approx(0.5 / sqrt(2), rel=ROUND_OFF)
    assert (flat.before, flat.after) == (0.0, 0.0)


def test_standardised_difference_has_the_sign_of_treated_less_untreated() -> None:
    columns = np.array([[0.0], [2.0], [1.0], [3.0]])
    treated = np.array([True, True, False, False])
    (found,) = standardised_differences(columns, treated, np.ones(4), names=("x",))
    assert found.before == pytest.approx(-1 / sqrt(2))


def test_standardised_difference_at_the_edges() -> None:
    treated = np.array([True, True, False, False])
    columns = np.array([[1.0, np.nan], [1.0, 2.0], [0.0, 4.0], [0.0, 2.0]])
    apart, known = standardised_differences(columns, treated, np.ones(4), names=("a", "b"))
    assert apart.before == inf
    # Left out where unknown: means 2 and 3, variances 0 and 2.
    assert known.before == pytest.approx(-1.0)
    empty = standardised_differences(columns, np.ones(4, dtype=np.bool_), np.ones(4), names="ab")
    assert isnan(empty[0].before)


def test_preference_scores_of_three_odds() -> None:
    # Half are treated: the score is the probability. One in five: odds are divided by 1/4.
    treated = np.array([True, False])
    half = preference(np.array([0.5, 0.1]), treated)
    assert half.scores == pytest.approx([0.5, 0.1])
    assert half.share_in_equipoise == pytest.approx(0.5)
    fifth = preference(np.array([0.2, 0.5, 0.004]), np.array([1, 0, 0], dtype=bool), prevalence=0.2)
    assert fifth.scores == pytest.approx([0.5, 0.8, 4 * 0.004 / 0.996 / (1 + 4 * 0.004 / 0.996)])
    assert log(fifth.scores[1] / (1 - fifth.scores[1])) == pytest.approx(log(1) - log(0.25))
    assert fifth.share_in_equipoise == pytest.approx(1 / 3)
    assert fifth.share_extreme == 0.0
    certain = preference(np.array([0.0, 1.0]), treated)
    assert certain.scores == pytest.approx([0.0, 1.0])
    assert certain.share_extreme == 1.0


def test_preference_histogram_counts_every_row_once() -> None:
    found = preference(np.array([0.05, 0.5, 0.95, 1.0]), np.array([0, 1, 1, 1], dtype=bool))
    score, treated, untreated = found.histogram(2)
    assert score == pytest.approx([0.25, 0.75])
    assert treated.sum() == 3
    assert untreated.sum() == 1


def test_positivity_counts_patients_and_not_rows() -> None:
    # Twelve patients of each kind, two rows each; one of kind 0 is treated, nobody of kind 1.
    owner = np.repeat(np.arange(24), 2)
    kind = np.repeat([0.0, 1.0], [24, 24])[:, np.newaxis]
    treated = np.zeros(48, dtype=np.bool_)
    treated[1] = True
    (cell,) = positivity_cells(
        kind, treated, np.zeros(48), owner=owner, names=("histology = biphasic",)
    )
    assert (cell.cell, cell.n, cell.n_treated) == ("histology = biphasic", 12, 0)
    assert cell.problem == "none treated"
    few = positivity_cells(kind[:18], treated[:18], np.zeros(18), owner=owner[:18], names=("kind",))
    assert few == ()


def test_positivity_by_thirds_and_intervals() -> None:
    owner = np.arange(60)
    age = np.arange(60.0)[:, np.newaxis]
    interval_start = np.repeat([0.0, 1.0], 30)
    treated = (owner % 2 == 0) & (owner != 0) | (owner >= 40)
    found = positivity_cells(age, treated, interval_start, owner=owner, names=("age",))
    assert [(c.cell, c.interval_start, c.n, c.problem) for c in found] == [
        ("age above 39.33", 1.0, 20, "all treated")
    ]


def test_intervals_hold_equally_many_treatments() -> None:
    start = np.repeat(np.arange(6.0), 10)
    treated = np.zeros(60, dtype=np.bool_)
    treated[[10, 11, 12, 13, 30, 31, 50, 51]] = True
    # Two of eight treatments at least in each interval: from 0 (four begin at 1), 2 and 4.
    assert set(intervals_by_treatments(start, treated)) == {0.0, 2.0, 4.0}
    assert set(intervals_by_treatments(start, np.zeros(60, dtype=np.bool_))) == {0.0}


def test_truncation_at_a_quantile_of_repeated_rows() -> None:
    weight = np.array([1.0, 2.0, 3.0, 10.0])
    assert truncate_weights(weight, 1.0) is weight
    assert truncate_weights(weight, 0.9).max() == pytest.approx(np.quantile(weight, 0.9))
    copies = np.array([2.0, 0.0, 1.0, 1.0])
    expected = np.quantile([1.0, 1.0, 3.0, 10.0], 0.9)
    assert truncate_weights(weight, 0.9, copies=copies).max() == pytest.approx(expected)


def test_influence_of_patients_on_a_mean() -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0, 0.0])
    mean = values.mean()
    found = most_influential(
        (values - mean) / 5,
        lambda j: float(np.delete(values, j).mean()),
        estimate=float(mean),
        patient=np.array([7, 8, 9, 11, 12]),
        at_most=2,
    )
    assert [(i.rank, i.patient) for i in found] == [(1, 11), (2, 12)]
    assert found[0].change == pytest.approx(3.2 - 1.5)
    assert found[0].approximate == pytest.approx((10 - 3.2) / 5)
