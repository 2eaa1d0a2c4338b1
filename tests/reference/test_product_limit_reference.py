"""Curves against their definition in exact fractions: value and standard error, 14 digits."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timezero.estimate.curve_contrasts import rmst_difference, survival_difference
from timezero.estimate.product_limit import restricted_mean, survival_curve
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
FOURTEEN_DIGITS = Fraction(1, 10**14)
LATE = float("-inf")


class Case(NamedTuple):
    exits: Sequence[float]
    events: Sequence[int]
    entries: Sequence[float] | None = None
    weights: Sequence[float] | None = None


CERTIFIED = {
    "no ties": Case([1, 2, 3, 4, 5, 6, 7], [1, 0, 1, 1, 0, 1, 0]),
    "tied events": Case([1, 1, 1, 2, 2, 5, 5, 9], [1, 1, 0, 1, 1, 1, 1, 0]),
    "censoring at event times": Case([2, 2, 3, 3, 3, 6, 6], [1, 0, 1, 0, 0, 1, 0]),
    "late entry": Case([4, 3, 5, 6, 2, 9, 8], [1, 1, 0, 1, 0, 0, 1], [0, 1, 2, 3, LATE, 4, 2]),
    "entry at event times": Case(
        [3, 3, 5, 5, 7, 7, 8], [1, 0, 1, 1, 0, 1, 0], [0, LATE, 3, 0, 3, 5, 5]
    ),
    "event at time zero": Case([0, 0, 1, 4, 4], [1, 0, 1, 1, 0]),
    "fractions of a month": Case([0.1, 0.3, 0.7, 1.9, 2.2, 2.3], [1, 1, 0, 1, 1, 0]),
    "very long and very short": Case([1e-6, 0.25, 3.5, 4e5, 1e7, 2e7], [1, 0, 1, 1, 1, 0]),
    "everybody dies": Case([3, 1, 4, 1, 5, 9, 2, 6], [1] * 8),
    "whole weights": Case([1, 2, 2, 3, 4], [1, 1, 0, 1, 0], None, [2, 1, 3, 1, 2]),
    "weights of all sizes": Case(
        [1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 2, 0], [1e9, 0.3, 1e-3, 7.7, 0.9, 2.1]
    ),
    "one dies of a thousand": Case([*range(1, 1001)], [int(k == 500) for k in range(1000)]),
    "three hundred deaths": Case(
        [7 * k % 301 + 1 for k in range(300)], [int(k % 4 > 0) for k in range(300)]
    ),
}


class Twin(NamedTuple):
    """Survival and Greenwood's sum just after each distinct exit, by definition."""

    times: list[Fraction]
    survival: list[Fraction]
    greenwood: list[Fraction | None]


def twin(case: Case) -> Twin:
    """Estimate the curve by looking at everybody at every time."""
    n = len(case.exits)
    entries = case.entries or [LATE] * n
    weights = [Fraction(w) for w in case.weights or [1.0] * n]
    times = sorted({Fraction(t) for t in case.exits})
    survival, greenwood = [Fraction(1)], [Fraction(0)]
    for t in times:
        at_risk = [i for i in range(n) if entries[i] < t <= case.exits[i]]
        whole = sum(weights[i] for i in at_risk)
        died = sum(weights[i] for i in at_risk if case.exits[i] == t and case.events[i])
        survival.append(survival[-1] * (1 - died / whole) if died else survival[-1])
        gone = greenwood[-1] is None or (died > 0 and died == whole)
        greenwood.append(None if gone else greenwood[-1] + died / (whole * (whole - died or 1)))
    return Twin(times, survival[1:], greenwood[1:])


def area(curve: Twin, start: Fraction, end: Fraction) -> Fraction:
    """Integrate the curve between two times."""
    edges = [start, *(t for t in curve.times if start < t < end), end]
    total = Fraction(0)
    for left, right in itertools.pairwise(edges):
        heights = [s for t, s in zip(curve.times, curve.survival, strict=True) if t <= left]
        total += (right - left) * (heights[-1] if heights else 1)
    return total


def mean_and_variance(case: Case, horizon: Fraction) -> tuple[Fraction, Fraction]:
    """Return the restricted mean and its variance by definition (PL5) to (PL7)."""
    curve = twin(case)
    variance, before = Fraction(0), Fraction(0)
    for t, sum_until in zip(curve.times, curve.greenwood, strict=True):
        if t > horizon or sum_until is None:
            break
        variance += area(curve, t, horizon) ** 2 * (sum_until - before)
        before = sum_until
    return area(curve, Fraction(0), horizon), variance


def assert_same(found: float, exact: Fraction) -> None:
    assert abs(Fraction(float(found)) - exact) <= FOURTEEN_DIGITS * abs(exact)


def assert_root(found: float, exact_square: Fraction) -> None:
    """Compare a standard error with the root of an exact variance, to the same digits."""
    assert abs(Fraction(float(found)) ** 2 - exact_square) <= 2 * FOURTEEN_DIGITS * exact_square


def built(make_rows: Rows, case: Case) -> PersonTime:
    return make_rows(case.exits, case.events, entries=case.entries, weights=case.weights)


def check_curve(make_rows: Rows, case: Case) -> None:
    found, exact = survival_curve(built(make_rows, case)), twin(case)
    assert found.times.tolist() == [float(t) for t in exact.times]
    for k, greenwood in enumerate(exact.greenwood):
        assert_same(found.survival[k], exact.survival[k])
        if greenwood is None or exact.survival[k] == 0:
            assert found.survival[k] == 0.0
            assert np.isnan(found.standard_error[k])
        else:
            assert_root(found.standard_error[k], exact.survival[k] ** 2 * greenwood)


def check_means(make_rows: Rows, case: Case) -> None:
    curve = survival_curve(built(make_rows, case))
    last = float(curve.times[-1])
    for horizon in (last, 0.61 * last, float(curve.times[len(curve.times) // 2])):
        value, variance = mean_and_variance(case, Fraction(horizon))
        found = restricted_mean(curve, horizon)
        assert_same(found.value, value)
        assert_root(found.standard_error, variance)


@pytest.mark.parametrize("name", CERTIFIED)
def test_curve_and_its_standard_error(make_rows: Rows, name: str) -> None:
    check_curve(make_rows, CERTIFIED[name])


@pytest.mark.parametrize("name", [n for n in CERTIFIED if n != "one dies of a thousand"])
def test_time_lived_and_its_standard_error(make_rows: Rows, name: str) -> None:
    check_means(make_rows, CERTIFIED[name])


@pytest.mark.parametrize("names", [("no ties", "late entry"), ("tied events", "whole weights")])
def test_differences_add_the_variances(make_rows: Rows, names: tuple[str, str]) -> None:
    cases = [CERTIFIED[name] for name in names]
    curves = [survival_curve(built(make_rows, case)) for case in cases]
    horizon = Fraction(7, 2)
    (mean_0, var_0), (mean_1, var_1) = (mean_and_variance(case, horizon) for case in cases)
    lived = rmst_difference(*curves, horizon=float(horizon))
    assert_same(lived.value, mean_1 - mean_0)
    assert_root(lived.standard_error, var_0 + var_1)
    twins = [twin(case) for case in cases]
    at = [max(k for k, t in enumerate(c.times) if t <= horizon) for c in twins]
    alive = [c.survival[k] for c, k in zip(twins, at, strict=True)]
    spread = [s**2 * (c.greenwood[k] or 0) for s, c, k in zip(alive, twins, at, strict=True)]
    survival = survival_difference(*curves, horizon=float(horizon))
    assert_same(survival.value, alive[1] - alive[0])
    assert_root(survival.standard_error, spread[0] + spread[1])


whole_rows = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(1, 12), st.integers(1, 4)),
    min_size=1,
    max_size=25,
)


@given(whole_rows)
def test_any_small_data(make_rows: Rows, rows: list[tuple[int, bool, int, int]]) -> None:
    case = Case(
        [leave for leave, _, _, _ in rows],
        [int(event) for _, event, _, _ in rows],
        [float(leave - length) if length < leave else LATE for leave, _, length, _ in rows],
        [float(weight) for *_, weight in rows],
    )
    check_curve(make_rows, case)
    check_means(make_rows, case)


def test_the_twin_knows_a_textbook_curve() -> None:
    # Six patients, worked by hand: S = 5/6, 5/6, 5/8, 5/16; area to 5 is 173/48.
    case = Case([1, 2, 3, 3, 4, 5], [1, 0, 1, 0, 1, 0])
    assert twin(case).survival == [Fraction(k, 16 * 6) for k in (80, 80, 60, 30, 30)]
    assert mean_and_variance(case, Fraction(5)) == (Fraction(173, 48), Fraction(9625, 27648))
