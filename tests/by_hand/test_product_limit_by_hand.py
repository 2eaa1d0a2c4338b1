"""Survival curves of four to nine patients, with the working shown."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from timezero.estimate.product_limit import (
    arm_summary,
    median_survival,
    restricted_mean,
    survival_at,
    survival_curve,
)
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
ROUNDING = 1e-15


def exactly(value: object) -> object:
    return pytest.approx(value, rel=ROUNDING)


def test_six_patients(make_rows: Rows) -> None:
    # time   1  2  3  3  4  5
    # event  1  0  1  0  1  0     C3: the event at 3 before the censoring at 3
    curve = survival_curve(make_rows([1, 2, 3, 3, 4, 5], [1, 0, 1, 0, 1, 0]))
    assert curve.times.tolist() == [1, 2, 3, 4, 5]
    assert curve.n_at_risk.tolist() == [6, 5, 4, 2, 1]
    assert curve.n_events.tolist() == [1, 0, 1, 1, 0]
    assert curve.n_censored.tolist() == [0, 1, 1, 0, 1]
    # S: 5/6 = 0.8333; times 3/4 = 0.625; times 1/2 = 0.3125
    assert curve.survival == exactly([5 / 6, 5 / 6, 5 / 8, 5 / 16, 5 / 16])
    # Greenwood: 1/(6*5) = 1/30; plus 1/(4*3) = 7/60; plus 1/(2*1) = 37/60
    sums = np.array([1 / 30, 1 / 30, 7 / 60, 37 / 60, 37 / 60])
    assert curve.standard_error == exactly(curve.survival * np.sqrt(sums))
    # S first passes one half at 4.
    assert median_survival(curve)[0] == 4.0
    # Area to 5: 1*1 + 2*(5/6) + 1*(5/8) + 1*(5/16) = (48 + 80 + 30 + 15)/48 = 173/48
    # Still to come: after 1, 125/48; after 3, 45/48; after 4, 15/48.
    # Variance: (125/48)^2/30 + (45/48)^2/12 + (15/48)^2/2 = 9625/27648
    mean = restricted_mean(curve, 5.0)
    assert mean.value == exactly(173 / 48)
    assert mean.standard_error == exactly(math.sqrt(9625 / 27648))
    # To 3.5: 1 + 2*(5/6) + 0.5*(5/8) = 143/48; to come after 1: 95/48; after 3: 15/48
    shorter = restricted_mean(curve, 3.5)
    assert shorter.value == exactly(143 / 48)
    assert shorter.standard_error**2 == pytest.approx(
        (95 / 48) ** 2 / 30 + (15 / 48) ** 2 / 12, rel=4 * ROUNDING
    )


def test_late_entry(make_rows: Rows) -> None:
    # A (0, 4] dies, B (1, 3] dies, C (2, 5] censored, D (3, 6] dies,
    # E observed from the beginning, censored at 2.
    rows = make_rows([4, 3, 5, 6, 2], [1, 1, 0, 1, 0], entries=[0, 1, 2, 3, -np.inf])
    curve = survival_curve(rows)
    assert curve.times.tolist() == [2, 3, 4, 5, 6]
    # At 2: A, B, E; C enters at 2 and is not yet at risk (C2).
    # At 3: A, B, C. At 4: A, C, D. At 5: C, D. At 6: D.
    assert curve.n_at_risk.tolist() == [3, 3, 3, 2, 1]
    assert curve.survival == exactly([1, 2 / 3, 4 / 9, 4 / 9, 0])
    assert curve.standard_error[:4] == exactly(
        [0, 2 / 3 * math.sqrt(1 / 6), 4 / 9 * math.sqrt(1 / 3), 4 / 9 * math.sqrt(1 / 3)]
    )
    assert np.isnan(curve.standard_error[4])
    # Given survival to 3.5: at 4 three at risk, one dies.
    later = survival_curve(rows, from_time=3.5)
    assert later.survival == exactly([2 / 3, 2 / 3, 0])
    # From 3.5 to 5: 0.5 + 1 * 2/3
    assert restricted_mean(later, 5.0).value == exactly(7 / 6)


def test_crossing_is_no_censoring(make_rows: Rows) -> None:
    # A: waiting until 2, operated, dies at 6.   B: waiting, dies at 3.
    # C: waiting until 1, operated, censored at 5. D: waiting, censored at 4.
    rows = make_rows(
        [2, 6, 3, 1, 5, 4],
        [0, 1, 1, 0, 0, 0],
        [0, 1, 0, 0, 1, 0],
        entries=[-np.inf, 2, -np.inf, -np.inf, 1, -np.inf],
        patients=[0, 0, 1, 2, 2, 3],
    )
    waiting, operated = survival_curve(rows, 0), survival_curve(rows, 1)
    assert waiting.times.tolist() == [1, 2, 3, 4]
    assert waiting.n_at_risk.tolist() == [4, 3, 2, 1]
    assert waiting.n_crossed.tolist() == [1, 1, 0, 0]
    assert waiting.n_censored.tolist() == [0, 0, 0, 1]
    assert waiting.survival.tolist() == [1, 1, 0.5, 0.5]
    assert operated.times.tolist() == [5, 6]
    assert operated.n_at_risk.tolist() == [2, 1]
    assert operated.survival.tolist() == [1, 0]
    everybody = survival_curve(rows)
    assert everybody.times.tolist() == [3, 4, 5, 6]
    assert everybody.n_at_risk.tolist() == [4, 3, 2, 1]
    assert everybody.n_crossed.tolist() == [0, 0, 0, 0]
    assert everybody.survival.tolist() == [0.75, 0.75, 0.75, 0]
    # Waiting: 2 + 3 + 1 + 4 = 10; operated: (6 - 2) + (5 - 1) = 8
    assert arm_summary(rows, 0, waiting, horizons=()).person_time == 10.0
    assert arm_summary(rows, 1, operated, horizons=()).person_time == 8.0
    assert arm_summary(rows, 1, operated, horizons=()).n_patients == 2


def test_weight_two_is_two_patients(make_rows: Rows) -> None:
    # At 1: weights 2 + 1 + 1 = 4, two die: S = 1/2. At 2: weights 1 + 1, one dies: S = 1/4.
    curve = survival_curve(make_rows([1, 2, 3], [1, 1, 0], weights=[2, 1, 1]))
    assert curve.n_at_risk.tolist() == [4, 2, 1]
    assert curve.n_events.tolist() == [2, 1, 0]
    assert curve.survival.tolist() == [0.5, 0.25, 0.25]
    # Greenwood: 2/(4*2) + 1/(2*1) = 3/4
    assert curve.standard_error[1] == exactly(0.25 * math.sqrt(3 / 4))


def test_median_is_the_middle_of_a_flat_half(make_rows: Rows) -> None:
    # Four patients, deaths at 1, 2 and 5: S is exactly 1/2 from 2 until 5, the middle is 3.5.
    assert median_survival(survival_curve(make_rows([1, 2, 5, 6], [1, 1, 1, 0])))[0] == 3.5
    # Without the death at 5, the half lasts until the last exit, 6: the middle is 4.
    assert median_survival(survival_curve(make_rows([1, 2, 5, 6], [1, 1, 0, 0])))[0] == 4.0
    # Seven patients: 6/7 * 5/6 * 4/5 = 4/7, then 3/7 at 4: no half is met.
    seven = survival_curve(make_rows([1, 2, 3, 4, 5, 6, 7], [1] * 7))
    assert median_survival(seven)[0] == 4.0


def test_ten_patients_whose_curve_ends_at_one_half(make_rows: Rows) -> None:
    # Five deaths of ten, then five censorings: S = 0.9, 0.8, 0.7, 0.6, 0.5.
    curve = survival_curve(
        make_rows([54, 75, 77, 84, 87, 92, 103, 105, 112, 118], [1] * 5 + [0] * 5)
    )
    assert curve.survival[:5] == exactly([0.9, 0.8, 0.7, 0.6, 0.5])
    median, lower, upper = median_survival(curve)
    assert median == (87 + 118) / 2
    # At 80: S = 0.7, Greenwood's sum is 1/90 + 1/72 + 1/56 = 3/70 (no censoring: (1-S)/(nS)).
    at = survival_at(curve, 80.0)
    spread = math.sqrt(3 / 70)
    assert at.standard_error == exactly(0.7 * spread)
    theta = 1.959963984540054 * spread / math.log(0.7)
    assert at.lower == pytest.approx(0.7 ** math.exp(-theta), rel=4 * ROUNDING)
    assert at.upper == pytest.approx(0.7 ** math.exp(theta), rel=4 * ROUNDING)
    assert (round(at.lower, 4), round(at.upper, 4)) == (0.3287, 0.8919)
    # Lower limits: 0.9 ** exp(1.96 * 0.10541 / 0.10536) = 0.473 at 54 is already below one half;
    # the upper limit at the end is 0.75, so that the upper limit of the median is not reached.
    assert lower == 54.0
    assert np.isnan(upper)
