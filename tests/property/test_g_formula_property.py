"""What must not change a g-formula: order, unit, copies; and no effect is no effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from period_patients import patients_drawn, periods_of
from timezero.estimate._g_fits import GFits
from timezero.estimate.g_formula import Course, GData, Grace, course, fit_models, g_data
from timezero.model.person_periods import PersonPeriods

SEEDS = st.integers(0, 300)
FEW = settings(max_examples=8, deadline=None)


def both(periods: PersonPeriods, *, grace: float = 4.0) -> tuple[GData, GFits, Course, Course]:
    data = g_data(periods, horizon=10.0 * periods.width)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    given_grace = Grace(period=grace * periods.width, simulated_patients=2_000, seed=1)
    never, treat = (
        course(data, fits, everybody, s, grace=given_grace) for s in ("never", "natural")
    )
    return data, fits, never, treat


def without_effect(data: GData, fits: GFits) -> GFits:
    """Return the fits with every coefficient of treatment set to zero."""
    beta = [b.copy() for b in fits.beta]
    for k, model in enumerate(data.models):
        for j, name in enumerate(model.rows.names):
            if name.startswith("on treatment"):
                beta[k][j] = 0.0
    return replace(fits, beta=tuple(beta))


@FEW
@given(seed=SEEDS, history=st.sampled_from(["", "numeric", "binary"]))
def test_without_effect_in_any_model_strategies_agree(seed: int, history: str) -> None:
    data, fits, _, _ = both(periods_of(150, 10, seed=seed, history=history, competing=True))
    nothing = without_effect(data, fits)
    grace = Grace(period=4.0, simulated_patients=1_000, seed=seed)
    everybody = np.ones(data.patient.size)
    never = course(data, nothing, everybody, "never", grace=grace)
    for strategy in ("as_observed", "natural", "uniform"):
        other = course(data, nothing, everybody, strategy, grace=grace)
        np.testing.assert_allclose(other.event, never.event, rtol=1e-12)
        np.testing.assert_allclose(other.competing, never.competing, rtol=1e-12)


@FEW
@given(seed=SEEDS)
def test_order_of_patients(seed: int) -> None:
    periods = periods_of(140, 10, seed=seed)
    order = np.random.default_rng(seed).permutation(140)
    _, _, never, treat = both(periods)
    _, _, never_again, treat_again = both(patients_drawn(periods, order))
    np.testing.assert_allclose(never_again.event, never.event, rtol=1e-9)
    np.testing.assert_allclose(treat_again.event, treat.event, rtol=1e-9)


@FEW
@given(seed=SEEDS, unit=st.sampled_from([1e-3, 7.0, 30.4375]))
def test_unit_of_time_and_of_a_covariate(seed: int, unit: float) -> None:
    periods = periods_of(140, 10, seed=seed, history="numeric")
    stretched = periods.columns * np.array([unit, 1.0, unit]) + np.array([5.0, 0.0, -2.0])
    _, _, never, treat = both(periods)
    _, _, never_again, treat_again = both(replace(periods, columns=stretched, width=unit))
    np.testing.assert_allclose(treat_again.event, treat.event, rtol=1e-8)
    np.testing.assert_allclose(never_again.event, never.event, rtol=1e-8)
    assert treat_again.restricted_mean(7.3 * unit) == pytest.approx(
        unit * treat.restricted_mean(7.3), rel=1e-8
    )


@FEW
@given(seed=SEEDS)
def test_copies_are_repeated_patients(seed: int) -> None:
    periods = periods_of(150, 10, seed=seed)
    data, fits, _, _ = both(periods)
    drawn = np.sort(np.random.default_rng(seed + 1).integers(0, 150, 150))
    copies = np.bincount(drawn, minlength=150).astype(np.float64)
    again = fit_models(data, copies, start=fits)
    weighted = course(data, again, copies, "natural", grace=Grace(period=4.0))
    other = g_data(patients_drawn(periods, drawn), horizon=10.0)
    # How many columns of time there are is decided by the outcomes: in a resample others.
    assume(
        all(a.clock.shape == b.clock.shape for a, b in zip(data.models, other.models, strict=True))
    )
    everybody = np.ones(other.patient.size)
    repeated = course(
        other, fit_models(other, everybody), everybody, "natural", grace=Grace(period=4.0)
    )
    np.testing.assert_allclose(weighted.event, repeated.event, rtol=1e-6)


@FEW
@given(seed=SEEDS)
def test_shares_add_up_and_grow(seed: int) -> None:
    _, _, never, treat = both(periods_of(150, 10, seed=seed, competing=True, history="binary"))
    for one in (never, treat):
        assert np.all(np.diff(one.event, prepend=0.0) >= 0.0)
        assert np.all(np.diff(one.competing, prepend=0.0) >= 0.0)
        assert np.all(one.event + one.competing + one.treated <= 1.0 + 1e-12)
    assert np.all(never.treated == 0.0)
    left = 1.0 - treat.event[-1] - treat.competing[-1]
    assert treat.treated[-1] == pytest.approx(left, rel=1e-12)
