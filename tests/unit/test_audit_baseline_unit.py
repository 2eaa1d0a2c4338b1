"""Baseline curves: median 1, rising hazards, and the families where they are not bent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from timezero.arrays import Floats
from timezero.audit.baseline import FAMILIES, KNOTS, N_BENDS, SHAPES, Family, cumulative_hazards


def drawn(family: Family, n: int = 300) -> Floats:
    rng = np.random.default_rng(7)
    return cumulative_hazards(
        family,
        rng.random(n),
        np.where(rng.random(n) < 0.5, 0.0, 0.49 * rng.random(n)),
        piece=rng.random(n),
        bends=rng.standard_normal((n, N_BENDS)),
    )


def unbent(family: Family, shape: float, cure: float = 0.0, piece: float = 0.5) -> Floats:
    one = (np.array([v]) for v in (shape, cure))
    bends = np.zeros((1, N_BENDS))
    return cumulative_hazards(family, *one, piece=np.array([piece]), bends=bends)[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_median_is_exactly_one(family: Family) -> None:
    at_one = drawn(family)[:, np.searchsorted(KNOTS, 1.0)]
    assert at_one == pytest.approx(np.full(300, math.log(2.0)), rel=1e-13)


@pytest.mark.parametrize("family", FAMILIES)
def test_hazards_start_at_nothing_and_rise(family: Family) -> None:
    hazards = drawn(family)
    assert np.all(hazards[:, 0] == 0.0)
    assert np.all(np.diff(hazards, axis=1) > 0.0)
    assert np.all(np.isfinite(hazards))


def shape_of(family: Family, share: float) -> float:
    low, high = SHAPES[family]
    return low * (high / low) ** share


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_families_where_they_are_not_bent(share: float) -> None:
    inside = KNOTS <= 10.0
    t = KNOTS[inside]
    power = shape_of("weibull", share)
    assert unbent("weibull", share)[inside] == pytest.approx(math.log(2) * t**power, rel=1e-6)
    power = shape_of("log_logistic", share)
    assert unbent("log_logistic", share)[inside] == pytest.approx(np.log1p(t**power), rel=1e-6)
    sigma = shape_of("log_normal", share)
    with np.errstate(divide="ignore"):
        survival = norm.sf(np.log(t) / sigma)
    assert unbent("log_normal", share)[inside] == pytest.approx(-np.log(survival), abs=1e-6)


def test_some_never_die() -> None:
    hazards = unbent("weibull", 0.5, cure=0.3)
    assert math.exp(-hazards[-2]) == pytest.approx(0.3, abs=0.01)


def test_piecewise_rates() -> None:
    rates = np.diff(unbent("piecewise", 1.0, piece=0.0)) / np.diff(KNOTS)
    middles = (KNOTS[1:] + KNOTS[:-1]) / 2
    relative = rates / rates[np.searchsorted(middles, 1.0)]
    # e^2 and e of the rate around the median before it, e^-2 of it in the end.
    assert relative[middles < 0.25] == pytest.approx(math.exp(2.0), rel=1e-9)
    assert relative[(middles > 0.25) & (middles < 0.7)] == pytest.approx(math.e, rel=1e-9)
    assert relative[middles > 1.7] == pytest.approx(math.exp(-2.0), rel=1e-9)


def test_bends_multiply_the_rate_of_their_piece() -> None:
    bends = np.zeros((1, N_BENDS))
    bends[0, -1] = 1.0
    straight = unbent("weibull", 0.5)
    half = np.array([0.5])
    bent = cumulative_hazards("weibull", half, np.zeros(1), piece=half, bends=bends)[0]
    change = np.diff(bent) / np.diff(straight)
    late = KNOTS[1:] > 2.8
    assert change[~late] == pytest.approx(1.0, rel=1e-9)
    assert change[late] == pytest.approx(change[late][0], rel=1e-9)
    assert change[-1] > 1.2
