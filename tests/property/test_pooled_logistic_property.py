"""What must not change a logistic model of person-periods, and what must in a known way."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.estimate.pooled_logistic import LogisticFit, fit_logistic

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25, deadline=None)
# Two fits in another order of summation, or on other columns.
SAME = 1e-8
N, P = 120, 3
NAMES = ("a", "b", "c")


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    columns = draw.normal(size=(N, P))
    outcome = draw.random(N) < 1.0 / (1.0 + np.exp(0.5 - 0.8 * columns[:, 0]))
    return columns, outcome, draw.integers(0, 4, N).astype(np.float64)


def alike(one: LogisticFit, other: LogisticFit) -> None:
    error = np.sqrt(np.diag(one.covariance))
    np.testing.assert_allclose(other.coefficients, one.coefficients, atol=SAME * error.max())
    scale = np.abs(one.covariance).max()
    np.testing.assert_allclose(other.covariance, one.covariance, atol=SAME * scale)


@FEW
@given(seed=SEEDS)
def test_whole_weights_are_repeated_rows(seed: int) -> None:
    columns, outcome, weight = drawn(seed)
    weighted = fit_logistic(columns, outcome, names=NAMES, weight=weight)
    rows = np.repeat(np.arange(N), weight.astype(np.int64))
    repeated = fit_logistic(columns[rows], outcome[rows], names=NAMES)
    alike(repeated, weighted)
    assert weighted.n_outcomes == repeated.n_outcomes


@FEW
@given(seed=SEEDS, scale=st.floats(1e-4, 1e4), shift=st.floats(-1e3, 1e3))
def test_units_of_columns(seed: int, scale: float, shift: float) -> None:
    columns, outcome, _ = drawn(seed)
    before = fit_logistic(columns, outcome, names=NAMES)
    moved = columns.copy()
    moved[:, 1] = moved[:, 1] * scale + shift
    after = fit_logistic(moved, outcome, names=NAMES)
    error = np.sqrt(np.diag(before.covariance))
    np.testing.assert_allclose(
        after.coefficients[1:] * [1.0, scale, 1.0], before.coefficients[1:], atol=1e-7 * error.max()
    )
    np.testing.assert_allclose(
        after.covariance[2, 2] * scale**2, before.covariance[2, 2], rtol=1e-7
    )
    np.testing.assert_allclose(after.probabilities(moved), before.probabilities(columns), rtol=1e-6)


@FEW
@given(seed=SEEDS)
def test_order_of_rows_and_start(seed: int) -> None:
    columns, outcome, weight = drawn(seed)
    before = fit_logistic(columns, outcome, names=NAMES, weight=weight)
    order = np.random.default_rng(seed + 1).permutation(N)
    after = fit_logistic(columns[order], outcome[order], names=NAMES, weight=weight[order])
    alike(before, after)
    far = fit_logistic(
        columns, outcome, names=NAMES, weight=weight, start=np.array([1.0, -1.0, 0.5, 2.0])
    )
    alike(before, far)


@FEW
@given(seed=SEEDS)
def test_the_other_outcome_turns_the_signs(seed: int) -> None:
    columns, outcome, weight = drawn(seed)
    one = fit_logistic(columns, outcome, names=NAMES, weight=weight)
    other = fit_logistic(columns, ~outcome, names=NAMES, weight=weight)
    error = np.sqrt(np.diag(one.covariance)).max()
    np.testing.assert_allclose(other.coefficients, -one.coefficients, atol=SAME * error)


@FEW
@given(seed=SEEDS)
def test_separated_rows_have_a_finite_estimate_that_says_so(seed: int) -> None:
    columns, _, _ = drawn(seed)
    fit = fit_logistic(columns, columns[:, 0] > np.median(columns[:, 0]), names=NAMES)
    assert fit.penalised
    assert np.isfinite(fit.coefficients).all()
    assert fit.coefficients[1] > 0.0
    assert np.isfinite(np.sqrt(np.diag(fit.covariance))).all()


@FEW
@given(seed=SEEDS)
def test_firth_does_not_depend_on_units_either(seed: int) -> None:
    columns, _, _ = drawn(seed)
    outcome = columns[:, 0] > np.median(columns[:, 0])
    one = fit_logistic(columns, outcome, names=NAMES)
    other = fit_logistic(columns * [100.0, 1.0, 1.0] + 7.0, outcome, names=NAMES)
    np.testing.assert_allclose(other.coefficients[1] * 100.0, one.coefficients[1], rtol=1e-7)
    variance, scaled = one.covariance[1, 1], other.covariance[1, 1]
    np.testing.assert_allclose(scaled * 1e4, variance, rtol=1e-6)
