from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import timezero.estimate.redeal as subject
from timezero.arrays import Floats
from timezero.estimate.redeal import Redeal, redeal
from timezero.model.cohort import Cohort

DAYS_IN_A_MONTH, DAYS_IN_A_YEAR = 30.4375, 365.25
# Sums of a few dozen terms of order one, in another order or of rescaled times.
ROUND_OFF = 1e-9
DATA_SETS, DRAWS, PATIENTS = 300, 300, 24
# The Kolmogorov-Smirnov distance exceeds 1.63 / sqrt(n) once in a hundred; the seed is fixed.
KOLMOGOROV_SMIRNOV = 1.63


def patients(seed: int, n: int = 40, *, simulated_effect: float = 0.0) -> Cohort:
    """Return patients with tied days, treated at fixed times, each to someone then eligible."""
    rng = np.random.default_rng(seed)
    frailty = rng.gamma(2.0, 0.5, n)
    leave = np.ceil(rng.exponential(200.0 / frailty)) + 1.0
    event = rng.random(n) < 0.8
    initiation = np.full(n, np.nan)
    for w in np.unique(rng.integers(0, 150, n // 2)).astype(float):
        eligible = np.flatnonzero((leave > w) & np.isnan(initiation))
        if eligible.size:
            chosen = rng.choice(eligible)
            initiation[chosen] = w
            if simulated_effect:
                leave[chosen] = np.ceil(w + (leave[chosen] - w) * simulated_effect)
    return Cohort(
        patient=tuple(str(k) for k in range(n)),
        entry=np.full(n, -np.inf),
        exit=leave,
        event=event,
        initiation=initiation,
        trigger=None,
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="simulated",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def same(one: Redeal, other: Redeal, within: float) -> None:
    for name in ("scores", "null_log_hazard_ratios", "null_median_ratios"):
        left: Floats = getattr(one, name)
        right: Floats = getattr(other, name)
        np.testing.assert_allclose(left, right, rtol=within, atol=within, err_msg=name)
    assert one.p_value == pytest.approx(other.p_value, abs=within)


@pytest.mark.parametrize("days", [DAYS_IN_A_MONTH, DAYS_IN_A_YEAR])
@pytest.mark.parametrize("seed", range(5))
def test_the_unit_of_time_changes_nothing(seed: int, days: float) -> None:
    c = patients(seed)
    other = replace(c, exit=c.exit / days, initiation=c.initiation / days)
    same(redeal(c, draws=200, seed=1), redeal(other, draws=200, seed=1), ROUND_OFF)


@pytest.mark.parametrize("workers", [2, 3, 5])
def test_the_number_of_threads_changes_no_bit(workers: int) -> None:
    c = patients(3, 80)
    one = redeal(c, draws=1_111, seed=5, workers=1)
    many = redeal(c, draws=1_111, seed=5, workers=workers)
    same(one, many, 0.0)


def test_more_draws_begin_with_the_same_draws() -> None:
    c = patients(4)
    few, many = redeal(c, draws=77, seed=5), redeal(c, draws=700, seed=5)
    np.testing.assert_array_equal(few.scores, many.scores[:77])


def test_another_seed_draws_otherwise() -> None:
    c = patients(4)
    one, other = redeal(c, draws=50, seed=5), redeal(c, draws=50, seed=6)
    assert not np.array_equal(one.scores, other.scores)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_order_of_patients_changes_no_exact_result(seed: int) -> None:
    c = patients(seed, 9)
    order = np.random.default_rng(seed).permutation(c.n)
    moved = replace(
        c,
        entry=c.entry[order],
        exit=c.exit[order],
        event=c.event[order],
        initiation=c.initiation[order],
    )
    if not c.event.any():
        return
    one, other = redeal(c, draws=1, seed=0), redeal(moved, draws=1, seed=0)
    assert one.enumerated
    assert one.n_deals == other.n_deals
    assert one.p_value == pytest.approx(other.p_value, abs=ROUND_OFF)
    np.testing.assert_allclose(np.sort(one.scores), np.sort(other.scores), atol=ROUND_OFF)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_what_happened_is_one_of_the_deals(seed: int) -> None:
    c = patients(seed, 8)
    if not c.event.any():
        return
    found = redeal(c, draws=1, seed=0)
    assert np.min(np.abs(found.scores - found.observed_score)) < ROUND_OFF
    assert 0.0 < found.p_value <= 1.0


@pytest.mark.parametrize("seed", range(6))
def test_waiting_makes_the_naive_comparison_look_favourable(seed: int) -> None:
    found = redeal(patients(seed, 100), draws=300, seed=2)
    assert float(np.median(found.null_log_hazard_ratios)) < 0.0
    assert float(np.median(found.null_median_ratios)) > 1.0
    # The fair score is centred: its mean is within four of its standard errors.
    assert abs(found.scores.mean()) <= 4.0 * found.scores.std() / np.sqrt(found.n_deals)


def test_p_values_are_uniform_without_an_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_ENUMERATED", 0)
    p = np.sort(
        [
            redeal(patients(1_000 + k, PATIENTS), draws=DRAWS, seed=k).p_value
            for k in range(DATA_SETS)
        ]
    )
    grid = np.arange(1, DATA_SETS + 1) / DATA_SETS
    distance = max(float(np.max(grid - p)), float(np.max(p - grid + 1.0 / DATA_SETS)))
    assert distance <= KOLMOGOROV_SMIRNOV / np.sqrt(DATA_SETS)


def test_an_effect_is_seen() -> None:
    strong = [
        redeal(patients(k, 60, simulated_effect=0.1), draws=400, seed=k).p_value for k in range(20)
    ]
    assert float(np.median(strong)) < 0.01
