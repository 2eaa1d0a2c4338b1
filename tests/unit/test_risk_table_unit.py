"""Loops that count who is at risk, and sums that keep their digits; compiled and as written."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from timezero.kernels.risk_table import (
    CENSORED,
    CONTINUES,
    CROSSED,
    EVENT,
    count_risk,
    product_of_survivals,
    running_sums,
)

UNIT_ROUND_OFF = 2.0**-53


def as_written(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return the Python function behind a compiled kernel."""
    return getattr(kernel, "py_func", kernel)


BOTH = pytest.mark.parametrize("how", [lambda k: k, as_written], ids=["compiled", "as written"])


def counted(how: Callable[..., Any], rows: list[tuple[float, float, float, int, int]]) -> Any:
    """Count rows given as entry, exit, weight, group, kind at all distinct exits."""
    into, out = sorted(rows), sorted(rows, key=lambda r: r[1])
    times = np.unique([r[1] for r in rows])

    def column(of: list[tuple[float, ...]], k: int, kind: type = float) -> Any:
        return np.array([r[k] for r in of], dtype=kind)

    return how(count_risk)(
        times,
        column(into, 0),
        column(into, 2),
        column(into, 3, np.int64),
        column(out, 1),
        column(out, 2),
        column(out, 3, np.int64),
        column(out, 4, np.int64),
        2,
    )


@BOTH
def test_entry_is_not_yet_at_risk_and_exit_still_is(how: Callable[..., Any]) -> None:
    at_risk, _ = counted(how, [(0.0, 2.0, 1.0, 0, EVENT), (2.0, 3.0, 1.0, 0, CENSORED)])
    assert at_risk[:, 0].tolist() == [1.0, 1.0]


@BOTH
def test_ends_of_rows_are_told_apart(how: Callable[..., Any]) -> None:
    at_risk, leaving = counted(
        how,
        [
            (-np.inf, 5.0, 2.0, 0, EVENT),
            (-np.inf, 5.0, 3.0, 0, CENSORED),
            (-np.inf, 5.0, 5.0, 0, CROSSED),
            (-np.inf, 5.0, 7.0, 0, CONTINUES),
            (-np.inf, 5.0, 11.0, 1, CENSORED),
        ],
    )
    assert at_risk.tolist() == [[17.0, 11.0]]
    assert leaving.tolist() == [[[2.0, 3.0, 5.0], [0.0, 11.0, 0.0]]]


@BOTH
def test_a_very_heavy_row_takes_no_digits_with_it(how: Callable[..., Any]) -> None:
    at_risk, _ = counted(
        how,
        [
            (0.0, 1.0, 1e20, 0, CENSORED),
            (0.0, 2.0, 0.1, 0, EVENT),
            (0.0, 3.0, 0.7, 0, CENSORED),
        ],
    )
    assert at_risk[1, 0] == pytest.approx(0.8, rel=4 * UNIT_ROUND_OFF)
    assert at_risk[2, 0] == pytest.approx(0.7, rel=4 * UNIT_ROUND_OFF)


@BOTH
def test_when_all_at_risk_have_the_event_nobody_is_left(how: Callable[..., Any]) -> None:
    weights = (0.1, 0.2, 0.3, 0.7, 1e-7)
    at_risk, leaving = counted(how, [(0.0, 4.0, w, 0, EVENT) for w in weights])
    assert at_risk[0, 0] == leaving[0, 0, EVENT]


@BOTH
def test_long_products_and_sums_are_within_rounding(how: Callable[..., Any]) -> None:
    random = np.random.default_rng(7)
    n = random.integers(200, 10_000, 1_500).astype(float)
    d = random.integers(0, 4, 1_500).astype(float)
    survival = how(product_of_survivals)(n, d)
    sums = how(running_sums)(d / n)
    exact, total = Fraction(1), Fraction(0)
    for k in range(n.size):
        exact *= 1 - Fraction(d[k]) / Fraction(n[k])
        total += Fraction(d[k] / n[k])
        if k % 100 == 99:
            assert abs(Fraction(survival[k]) / exact - 1) <= 2 * UNIT_ROUND_OFF
            assert abs(Fraction(sums[k]) / total - 1) <= 2 * UNIT_ROUND_OFF


@BOTH
def test_product_reaches_zero_and_stays(how: Callable[..., Any]) -> None:
    survival = how(product_of_survivals)(np.array([3.0, 2.0, 4.0]), np.array([1.0, 2.0, 1.0]))
    assert survival.tolist() == [2.0 / 3.0, 0.0, 0.0]
