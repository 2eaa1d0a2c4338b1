"""What must not change g-estimation: unit, order, scale; and what no effect means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from late_starts import late_start, start_of
from timezero.estimate.randomised_crossover import CrossoverTrial, rank_preserving
from timezero.estimate.structural_failure_time import (
    LateStart,
    censoring_weights,
    g_estimate,
    untreated_life,
)

SEEDS = st.integers(0, 300)
FEW = settings(max_examples=6, deadline=None)


def stretched(late: LateStart, unit: float) -> LateStart:
    return start_of(late.design[:, 0], late.followed * unit, late.event, late.waited * unit)


@FEW
@given(seed=SEEDS, unit=st.sampled_from([1e-3, 30.4375, 365.25]))
def test_unit_of_time(seed: int, unit: float) -> None:
    late = late_start(seed, n=150)
    one, other = (
        g_estimate(late, horizon=36.0),
        g_estimate(stretched(late, unit), horizon=36.0 * unit),
    )
    # A jump of the statistic is found to where round-off puts it.
    for name in ("psi", "lower", "upper", "p_value"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=1e-9)


@FEW
@given(seed=SEEDS)
def test_order_of_patients_and_scale_of_a_covariate(seed: int) -> None:
    late = late_start(seed, n=150)
    order = np.random.default_rng(seed).permutation(150)
    x = (7.0 - 3.0 * late.design[:, 0])[order]
    other = start_of(x, late.followed[order], late.event[order], late.waited[order])
    ours, theirs = g_estimate(late, horizon=36.0), g_estimate(other, horizon=36.0)
    for name in ("psi", "lower", "upper", "p_value"):
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), abs=1e-7)


@FEW
@given(seed=SEEDS, psi=st.floats(-1.5, 1.5))
def test_untreated_life_of_the_never_treated_is_their_life(seed: int, psi: float) -> None:
    late = late_start(seed, n=100, psi=psi)
    time, happened, limit = untreated_life(late, psi, 36.0)
    never = np.isnan(late.waited)
    np.testing.assert_array_equal(time[never], np.minimum(late.followed[never], limit))
    assert not (happened & (late.followed > 36.0)).any()
    # Everybody alive at the horizon is censored at the limit, treated or not.
    alive = late.followed >= 36.0
    assert time[alive] == pytest.approx(limit)


@FEW
@given(seed=SEEDS)
def test_weights_add_up_to_the_patients_while_somebody_is_seen_to_the_end(seed: int) -> None:
    late = late_start(seed, n=100)
    assert censoring_weights(late, 50.0).sum() == pytest.approx(100.0)
    assert (censoring_weights(late, 36.0) == 1.0).all()


@FEW
@given(seed=SEEDS, factor=st.floats(-0.6, 0.6))
def test_an_arm_stretched_on_purpose_is_found_exactly(seed: int, factor: float) -> None:
    random = np.random.default_rng(seed)
    half = random.weibull(1.2, size=60)
    trial = CrossoverTrial(
        time=np.concatenate([half, half * np.exp(-factor)]),
        event=np.ones(120, dtype=np.bool_),
        on_treatment=np.concatenate([np.zeros(60), half * np.exp(-factor)]),
        arm=np.repeat([0.0, 1.0], 60),
        censoring=np.full(120, 1e6),
        covariates=np.empty((120, 0)),
    )
    found = rank_preserving(trial, test="weibull")
    assert found.estimate == pytest.approx(factor, abs=1e-7)
    assert found.lower < factor < found.upper
    doubled = replace(trial, time=trial.time * 9.0, on_treatment=trial.on_treatment * 9.0)
    again = rank_preserving(doubled, test="weibull")
    assert again.lower == pytest.approx(found.lower, abs=1e-6)
