"""The re-randomisation within sets and its bounds against enumeration in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb
from statistics import NormalDist

import numpy as np
import pytest

import timezero.estimate.matched_randomisation as subject
from timezero.errors import AnalysisRefused
from timezero.estimate.matched_randomisation import (
    matched_test,
    rosenbaum_bounds,
)

EXACT = 1e-12
# Four standard errors of 20,000 draws: exceeded by chance once in 16,000, and the seed is fixed.
DRAWN = 4.0


def sets_of(seed: int, sizes: list[int]) -> tuple[list[list[Fraction]], np.ndarray, np.ndarray]:
    """Return scores with ties, as fractions by set and as the arrays of the estimator."""
    rng = np.random.default_rng(seed)
    scores = [[Fraction(int(v), 6) for v in rng.integers(-4, 5, m)] for m in sizes]
    flat = np.array([float(v) for one in scores for v in one])
    return scores, flat, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def law(scores: list[list[Fraction]], chances: list[list[Fraction]]) -> dict[Fraction, Fraction]:
    found: dict[Fraction, Fraction] = {}
    for chosen in product(*(range(len(one)) for one in scores)):
        total, chance = Fraction(0), Fraction(1)
        for one, shares, k in zip(scores, chances, chosen, strict=True):
            total += one[k]
            chance *= shares[k]
        found[total] = found.get(total, Fraction(0)) + chance
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_law_of_the_sum_is_the_enumerated_one(seed: int) -> None:
    scores, flat, bounds = sets_of(seed, [2, 2, 3, 2, 4, 2])
    found = law(scores, [[Fraction(1, len(one))] * len(one) for one in scores])
    told = sum(one[0] for one in scores)
    above = sum(p for value, p in found.items() if value >= told)
    below = sum(p for value, p in found.items() if value <= told)
    mean = sum(value * p for value, p in found.items())
    variance = sum((value - mean) ** 2 * p for value, p in found.items())
    test = matched_test(flat, bounds, draws=1, seed=0)
    assert test.p_value == pytest.approx(float(min(1, 2 * min(above, below))), abs=EXACT)
    assert test.monte_carlo_error == 0.0
    assert test.mean == pytest.approx(float(mean), abs=EXACT)
    assert test.variance == pytest.approx(float(variance), abs=EXACT)
    assert test.observed == pytest.approx(float(told), abs=EXACT)


@pytest.mark.parametrize("gamma", [Fraction(1), Fraction(3, 2), Fraction(3)])
@pytest.mark.parametrize("seed", range(8))
def test_bounds_of_pairs_are_the_enumerated_ones(seed: int, gamma: Fraction) -> None:
    scores, flat, bounds = sets_of(seed, [2] * 8)
    pairs = [one for one in scores if one[0] != one[1]]
    told, middle = sum(one[0] for one in pairs), sum(sum(one) / 2 for one in pairs)
    if told < middle:
        pairs, told = [[-v for v in one] for one in pairs], -told
    high = gamma / (1 + gamma)

    def tail(share: Fraction) -> float:
        chances = [[share if v == max(one) else 1 - share for v in one] for one in pairs]
        upper = sum(p for value, p in law(pairs, chances).items() if value >= told)
        return float(min(1, 2 * upper))

    found = rosenbaum_bounds(flat, bounds, gammas=np.array([float(gamma)]))
    assert found.exact
    assert found.p_upper[0] == pytest.approx(tail(high), abs=EXACT)
    assert found.p_lower[0] == pytest.approx(tail(1 - high), abs=EXACT)


@pytest.mark.parametrize("gamma", [Fraction(1), Fraction(5, 4), Fraction(2)])
@pytest.mark.parametrize(("n", "first"), [(9, 7), (40, 28), (122, 110)])
def test_bounds_of_the_sign_test_are_binomial(n: int, first: int, gamma: Fraction) -> None:
    scores = np.tile([0.5, -0.5], n)
    scores[2 * first :] *= -1.0
    found = rosenbaum_bounds(scores, np.arange(0, 2 * n + 1, 2), gammas=np.array([float(gamma)]))
    for share, p_value in ((gamma / (1 + gamma), found.p_upper), (1 / (1 + gamma), found.p_lower)):
        tail = sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(first, n + 1))
        assert p_value[0] == pytest.approx(float(min(1, 2 * tail)), rel=1e-10)


@pytest.mark.parametrize("gamma", [1.0, 1.5, 3.0])
def test_separable_bounds_take_the_farthest_mean_and_its_variance(gamma: float) -> None:
    scores, flat, bounds = sets_of(5, [3, 4, 5, 3, 2])
    told, middle = sum(one[0] for one in scores), sum(sum(one) / len(one) for one in scores)
    sign = -1 if told < middle else 1
    mean, variance = Fraction(0), Fraction(0)
    for one in scores:
        ordered = sorted(sign * v for v in one)
        best = (Fraction(-100), Fraction(0))
        for low in range(1, len(one)):
            odds = [Fraction(1) if k < low else Fraction(gamma) for k in range(len(one))]
            m = sum(o * v for o, v in zip(odds, ordered, strict=True)) / sum(odds)
            s = sum(o * v * v for o, v in zip(odds, ordered, strict=True)) / sum(odds) - m * m
            best = max(best, (m, s))
        mean, variance = mean + best[0], variance + best[1]
    z = (float(sign * told) - float(mean)) / float(variance) ** 0.5
    found = rosenbaum_bounds(flat, bounds, gammas=np.array([gamma]))
    assert not found.exact
    assert found.p_upper[0] == pytest.approx(min(1.0, 2 * (1 - NormalDist().cdf(z))), abs=1e-12)


def test_drawn_and_exact_p_values_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    _, flat, bounds = sets_of(7, [2, 3, 2, 2, 4, 3, 2])
    exact = matched_test(flat, bounds, draws=1, seed=3)
    monkeypatch.setattr(subject, "MOST_SUMS", 0)
    drawn = matched_test(flat, bounds, draws=20_000, seed=3)
    assert drawn.monte_carlo_error > 0.0
    assert abs(drawn.p_value - exact.p_value) <= DRAWN * drawn.monte_carlo_error
    assert matched_test(flat, bounds, draws=20_000, seed=3).p_value == drawn.p_value


def test_bounds_open_with_gamma_and_close_at_the_gamma_found() -> None:
    scores = np.tile([0.5, -0.5], 30)
    scores[2 * 24 :] *= -1.0
    bounds = np.arange(0, 61, 2)
    found = rosenbaum_bounds(scores, bounds, gammas=np.arange(1.0, 3.1, 0.25))
    assert np.all(np.diff(found.p_upper) >= 0.0)
    assert np.all(np.diff(found.p_lower) <= 0.0)
    there = rosenbaum_bounds(scores, bounds, gammas=np.array([found.gamma_at_alpha]))
    assert there.p_upper[0] == pytest.approx(0.05, abs=1e-9)
    even = np.tile([0.5, -0.5, -0.5, 0.5], 15)
    assert np.isnan(rosenbaum_bounds(even, bounds, gammas=np.array([1.0])).gamma_at_alpha)


def test_sets_without_a_difference_are_refused() -> None:
    with pytest.raises(AnalysisRefused) as refusal:
        matched_test(np.zeros(4), np.array([0, 2, 4]), draws=1, seed=0)
    assert refusal.value.code == "TZ-EST-sets-say-nothing"
