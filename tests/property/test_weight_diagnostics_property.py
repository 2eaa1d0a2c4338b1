"""What diagnostics of weights must not depend on."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.estimate.weight_diagnostics import (
    effective_sample_size,
    intervals_by_treatments,
    preference,
    standardised_differences,
    summarise_weights,
    truncate_weights,
)

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=30, deadline=None)


@FEW
@given(seed=SEEDS, factor=st.floats(1e-3, 1e3))
def test_effective_size_has_no_unit_and_is_at_most_n(seed: int, factor: float) -> None:
    weight = np.random.default_rng(seed).lognormal(size=50)
    size = effective_sample_size(weight)
    assert 1.0 <= size <= 50.0
    np.testing.assert_allclose(effective_sample_size(weight * factor), size, rtol=1e-10)


@FEW
@given(seed=SEEDS)
def test_equal_weights_change_no_difference(seed: int) -> None:
    draw = np.random.default_rng(seed)
    columns, treated = draw.normal(size=(60, 2)), draw.random(60) < 0.5
    treated[:2] = [True, False]
    for one in standardised_differences(columns, treated, np.full(60, 2.5), names=("a", "b")):
        np.testing.assert_allclose(one.after, one.before, rtol=1e-10)


@FEW
@given(seed=SEEDS, scale=st.floats(1e-3, 1e3), shift=st.floats(-100, 100))
def test_differences_have_no_unit(seed: int, scale: float, shift: float) -> None:
    draw = np.random.default_rng(seed)
    columns, treated = draw.normal(size=(60, 1)), draw.random(60) < 0.5
    treated[:2] = [True, False]
    weight = draw.lognormal(size=60)
    (one,) = standardised_differences(columns, treated, weight, names=("a",))
    (other,) = standardised_differences(columns * scale + shift, treated, weight, names=("a",))
    np.testing.assert_allclose([other.before, other.after], [one.before, one.after], atol=1e-8)


@FEW
@given(seed=SEEDS)
def test_true_inverse_probabilities_balance(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = 4000
    x = draw.normal(size=(n, 1))
    p = 1.0 / (1.0 + np.exp(-0.7 * x[:, 0]))
    treated = draw.random(n) < p
    weight = np.where(treated, 1.0 / p, 1.0 / (1.0 - p))
    (found,) = standardised_differences(x, treated, weight, names=("x",))
    assert found.before > 0.4
    assert abs(found.after) < 0.25


@FEW
@given(seed=SEEDS)
def test_one_chance_for_all_is_equipoise(seed: int) -> None:
    draw = np.random.default_rng(seed)
    p = float(draw.uniform(0.001, 0.999))
    found = preference(np.full(40, p), draw.random(40) < 0.5, prevalence=p)
    np.testing.assert_allclose(found.scores, 0.5)
    assert found.share_in_equipoise == 1.0


@FEW
@given(seed=SEEDS, at=st.floats(0.5, 0.99))
def test_truncation_is_numpys_quantile(seed: int, at: float) -> None:
    draw = np.random.default_rng(seed)
    weight, copies = draw.lognormal(size=40), draw.integers(0, 3, 40)
    cut = np.quantile(np.repeat(weight, copies), at)
    found = truncate_weights(weight, at, copies=copies.astype(np.float64))
    np.testing.assert_allclose(found, np.minimum(weight, cut))


@FEW
@given(seed=SEEDS)
def test_every_interval_has_a_treatment_and_every_row_an_interval(seed: int) -> None:
    draw = np.random.default_rng(seed)
    start = draw.integers(0, 12, 80).astype(np.float64)
    treated = draw.random(80) < 0.15
    treated[0] = True
    interval = intervals_by_treatments(start, treated)
    assert np.all(interval <= start)
    assert all(treated[interval == s].any() for s in np.unique(interval))
    sizes = [s.n for s in summarise_weights(np.ones(80), np.zeros(80, dtype=np.int64), interval)]
    assert sum(sizes) == 80
