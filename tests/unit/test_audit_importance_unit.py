"""Adaptive importance sampling and regression where the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from timezero.audit.importance import (
    DEFENSIVE,
    Draws,
    Space,
    effective_number,
    fit_proposal,
    log_prior,
    prior_proposal,
    sample,
)
from timezero.audit.regression import features, fit

ROUNDS = (4_000, 4_000, 8_000)
NOISE = 0.3
SEEN = np.array([1.0, -0.5])


def test_density_is_that_of_the_mixture_it_draws_from() -> None:
    rng = np.random.default_rng(1)
    x, kind = rng.standard_normal((500, 2)) * 0.4 + 0.7, rng.integers(2, size=500)
    proposal = fit_proposal(x, kind, rng.random(500), 2)
    at, of = rng.standard_normal((50, 2)), rng.integers(2, size=50)
    expected = np.empty(50)
    for i in range(50):
        k = of[i]
        covariance = proposal.factor[k] @ proposal.factor[k].T
        own = multivariate_normal(proposal.mean[k], covariance).pdf(at[i])
        prior = norm.pdf(at[i]).prod() / 2.0
        expected[i] = DEFENSIVE * prior + (1.0 - DEFENSIVE) * proposal.share[k] * own
    assert proposal.log_density(at, of) == pytest.approx(np.log(expected), rel=1e-9)
    assert proposal.share.sum() == pytest.approx(1.0)


def test_the_prior_is_standard_normal() -> None:
    at, of = np.array([[0.3, -1.2]]), np.array([2])
    expected = norm.logpdf(at).sum() - math.log(3)
    assert log_prior(at, 3)[0] == pytest.approx(expected)
    assert prior_proposal(3, 2).log_density(at, of)[0] == pytest.approx(expected)


def test_draws_have_the_law_of_the_proposal() -> None:
    rng = np.random.default_rng(2)
    proposal = fit_proposal(
        rng.standard_normal((2_000, 2)) * [0.2, 1.0] + [3.0, 0.0],
        np.zeros(2_000, dtype=np.int64),
        np.ones(2_000),
        1,
    )
    x, kind = proposal.draw(100_000, rng)
    assert set(kind) == {0}
    near = x[:, 0] > 1.5
    assert near.mean() == pytest.approx(1 - DEFENSIVE + DEFENSIVE * norm.sf(1.5), abs=0.005)
    assert x[near, 0].mean() == pytest.approx(3.0, abs=0.02)


def known_problem() -> Draws:
    """Two unknowns seen with noise; the third is not seen; kind 1 shifts the second by 1."""

    def simulate(x, kind, number):
        rng = np.random.default_rng([3, number])
        seen = x[:, :2] + NOISE * rng.standard_normal((x.shape[0], 2))
        return seen + np.column_stack([np.zeros(kind.size), kind])

    def distance(found, _x, _weight):
        return np.sqrt(((found - SEEN) ** 2).sum(axis=1))

    return sample(
        Space(n_kinds=2, d=3), simulate, distance, rounds=ROUNDS, nearest=600, seed=(1, 1)
    )


@pytest.fixture(scope="module")
def draws() -> Draws:
    return known_problem()


def test_weights_integrate_to_one(draws: Draws) -> None:
    weight = draws.weights()
    assert weight.mean() == pytest.approx(1.0, abs=0.05)
    # Weighted, all draws together are the prior again.
    for k in range(3):
        assert np.average(draws.x[:, k], weights=weight) == pytest.approx(0.0, abs=0.06)
        assert np.average(draws.x[:, k] ** 2, weights=weight) == pytest.approx(1.0, abs=0.12)
    assert np.average(draws.kind, weights=weight) == pytest.approx(0.5, abs=0.03)
    # No weight can exceed one over the share of the prior in the mixture.
    first = ROUNDS[0] / sum(ROUNDS)
    assert weight.max() <= 1.0 / (first + (1.0 - first) * DEFENSIVE) + 1e-9


def test_a_known_posterior_is_recovered(draws: Draws) -> None:
    weight = draws.weights()
    # Likelihood weights instead of nearness: exact, so that only the sampling is tested.
    centred = SEEN - draws.x[:, :2] - np.column_stack([np.zeros(draws.kind.size), draws.kind])
    weight = weight * np.exp(-0.5 * (centred**2).sum(axis=1) / NOISE**2)
    assert effective_number(weight) > 1_500
    spread = 1.0 + NOISE**2
    assert np.average(draws.x[:, 0], weights=weight) == pytest.approx(SEEN[0] / spread, abs=0.03)
    mean, square = (np.average(draws.x[:, 0] ** p, weights=weight) for p in (1, 2))
    assert math.sqrt(square - mean**2) == pytest.approx(NOISE / math.sqrt(spread), rel=0.08)
    assert np.average(draws.x[:, 2], weights=weight) == pytest.approx(0.0, abs=0.1)
    # Kind 1 has the second number 1 higher: odds exp(-(1.5^2 - 0.5^2) / 2 / 1.09).
    odds = math.exp(-(1.5**2 - 0.5**2) / 2.0 / spread)
    found = np.average(draws.kind, weights=weight)
    assert found == pytest.approx(odds / (1.0 + odds), abs=0.04)


def test_later_rounds_come_nearer(draws: Draws) -> None:
    near = np.abs(draws.statistics - SEEN).max(axis=1) < 0.3
    shares = [near[: ROUNDS[0]].mean(), near[-ROUNDS[2] :].mean()]
    assert shares[1] > 5 * shares[0]


def test_the_same_seed_gives_the_same_draws(draws: Draws) -> None:
    again = known_problem()
    assert np.array_equal(draws.x, again.x)
    assert np.array_equal(draws.weights(), again.weights())


def test_no_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one round"):
        sample(
            Space(n_kinds=1, d=1),
            lambda x, _k, _n: x,
            lambda f, _x, _w: f[:, 0],
            rounds=(),
            nearest=1,
            seed=(1, 1),
        )


def test_effective_number() -> None:
    assert effective_number(np.ones(7)) == pytest.approx(7)
    assert effective_number(np.array([1.0, 0.0, 0.0])) == 1.0
    assert effective_number(np.zeros(3)) == 0.0


def test_regression_recovers_a_linear_relation() -> None:
    rng = np.random.default_rng(4)
    excess = rng.standard_normal((3_000, 2))
    unknowns = np.column_stack([2.0 + excess @ [1.0, -3.0], 5.0 - excess[:, 0]])
    found = fit(excess, unknowns, rng.random(3_000), scale=np.ones(2), squares=False)
    # The ridge of 0.001 shrinks slopes by a thousandth, and not what is predicted at print.
    assert found.at_print == pytest.approx([2.0, 5.0], abs=5e-4)
    assert found.predicted == pytest.approx(unknowns, abs=0.02)
    assert found.n_slopes == 3


def test_regression_follows_a_curve_and_obeys_weights() -> None:
    rng = np.random.default_rng(5)
    excess = rng.uniform(-2, 2, (4_000, 2))
    bent = (1.0 + excess[:, 0] ** 2 - excess[:, 0] * excess[:, 1])[:, None]
    # Studies without weight say something else.
    weight = (rng.random(4_000) < 0.7).astype(float)
    bent[weight == 0] = 99.0
    found = fit(excess, bent, weight, scale=np.ones(2), squares=True)
    assert found.at_print[0] == pytest.approx(1.0, abs=0.01)
    assert found.n_slopes == 1 + 2 + 3


def test_many_numbers_have_squares_but_no_products() -> None:
    assert features(np.ones((5, 12)), np.ones(12), squares=True).shape[1] == 1 + 12 + 78
    assert features(np.ones((5, 13)), np.ones(13), squares=True).shape[1] == 1 + 26
    far = features(np.array([[100.0]]), np.ones(1), squares=False)
    assert far.tolist() == [[1.0, 8.0]]
