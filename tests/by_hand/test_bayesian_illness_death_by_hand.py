"""Posteriors of rates and of their ratio where the answer is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from multi_state_patients import state_cohort
from timezero.align.transitions import transitions_from
from timezero.errors import AnalysisRefused
from timezero.estimate.bayesian_illness_death import (
    PRIORS,
    Pieces,
    RatioPrior,
    count_pieces,
    pieces_of,
    rate_interval,
    rates_given_ratio,
    ratio_posterior,
    separate_rates,
    treated_from_wait,
)

NAN = float("nan")


def pieces(events: list[list[float]], time: list[list[float]]) -> Pieces:
    n = len(events)
    return Pieces(
        cuts=np.array([*(float(k) for k in range(n)), math.inf]),
        events=np.array(events),
        competing=np.zeros((n, 2)),
        time=np.array(time),
    )


def test_the_gamma_posterior_of_a_rate_is_conjugate() -> None:
    # Gamma(1/2 + 0, T) is half a chi-square with one degree of freedom over T.
    middle, lower, upper = rate_interval(0.0, 10.0, level=0.95)
    np.testing.assert_allclose(
        [middle, lower, upper], np.array([0.45493642, 0.00098207, 5.02388619]) / 20.0, rtol=1e-5
    )
    draws = separate_rates(
        np.array([[3.0, 8.0]]),
        np.array([[10.0, 20.0]]),
        draws=200_000,
        generator=np.random.default_rng(1),
    )
    np.testing.assert_allclose(draws.mean(axis=0), [[3.5 / 10, 8.5 / 20]], rtol=0.01)
    np.testing.assert_allclose(draws.var(axis=0), [[3.5 / 100, 8.5 / 400]], rtol=0.02)


def test_with_many_events_rates_are_events_divided_by_time() -> None:
    middle, lower, upper = rate_interval(40_000.0, 1e6, level=0.95)
    np.testing.assert_allclose(middle, 0.04, rtol=1e-4)
    np.testing.assert_allclose(upper - lower, 2 * 1.96 * math.sqrt(40_000.0) / 1e6, rtol=1e-3)


def test_with_many_events_the_ratio_is_that_of_the_rates() -> None:
    wide = RatioPrior(name="neutral", mean=0.0, spread=5.0)
    found = ratio_posterior(pieces([[4e4, 2e4]], [[1e6, 1e6]]), wide, level=0.95)
    np.testing.assert_allclose(found.median, math.log(0.5), atol=1e-4)
    # Var log ratio = 1 / d0 + 1 / d1.
    np.testing.assert_allclose(found.spread, math.sqrt(1 / 4e4 + 1 / 2e4), rtol=1e-3)


def test_without_patients_the_posterior_is_the_prior() -> None:
    nobody = pieces([[0.0, 0.0]], [[1.0, 0.0]])
    for prior in PRIORS:
        found = ratio_posterior(nobody, prior, level=0.95)
        z = 1.959963984540054
        limits = [prior.mean - z * prior.spread, prior.mean, prior.mean + z * prior.spread]
        np.testing.assert_allclose([found.lower, found.median, found.upper], limits, atol=1e-6)
        np.testing.assert_allclose(
            [found.mean, found.spread], [prior.mean, prior.spread], atol=1e-7
        )


def test_both_states_are_treated_alike() -> None:
    prior = PRIORS[0]
    one = ratio_posterior(
        pieces([[7.0, 2.0], [1.0, 4.0]], [[9.0, 5.0], [3.0, 8.0]]), prior, level=0.9
    )
    other = ratio_posterior(
        pieces([[2.0, 7.0], [4.0, 1.0]], [[5.0, 9.0], [8.0, 3.0]]), prior, level=0.9
    )
    np.testing.assert_allclose(one.median, -other.median, atol=1e-7)
    np.testing.assert_allclose([one.lower, one.upper], [-other.upper, -other.lower], atol=1e-7)
    np.testing.assert_allclose(one.below_0, 1.0 - other.below_0, atol=1e-7)


def test_the_three_beliefs() -> None:
    neutral, sceptical, enthusiastic = PRIORS
    z = 1.959963984540054
    np.testing.assert_allclose(math.exp(z * neutral.spread), 10.0)
    np.testing.assert_allclose(math.exp(z * sceptical.spread), 2.0)
    np.testing.assert_allclose(math.exp(enthusiastic.mean), 0.5)
    assert enthusiastic.spread == sceptical.spread


def test_difference_after_a_wait_of_constant_rates() -> None:
    # Rate 1 untreated, 1/2 treated, treated from 1 on, until 3.
    rates = np.array([[[1.0, 0.5]]])
    lived, event = treated_from_wait(
        np.array([0.0, math.inf]), rates, np.zeros((1, 1, 2)), wait=1.0, horizon=3.0
    )
    at_wait = math.exp(-1.0)
    treated, untreated = at_wait * 2.0 * (1 - math.exp(-1.0)), at_wait * (1 - math.exp(-2.0))
    np.testing.assert_allclose(lived, [treated - untreated], rtol=1e-12)
    np.testing.assert_allclose(event, [-at_wait * (math.exp(-1.0) - math.exp(-2.0))], rtol=1e-12)


def test_difference_with_a_competing_event() -> None:
    # Both rates 1: half of those who have any event have this one.
    same = np.array([[[1.0, 0.0]]])
    _, event = treated_from_wait(
        np.array([0.0, math.inf]), same, np.array([[[1.0, 1.0]]]), wait=0.0, horizon=2.0
    )
    np.testing.assert_allclose(event, [-0.5 * (1 - math.exp(-4.0))], rtol=1e-12)


def test_rates_given_the_ratio() -> None:
    counted = pieces([[3.0, 5.0]], [[10.0, 20.0]])
    ratios = np.full(200_000, math.log(0.5))
    drawn = rates_given_ratio(counted, ratios, np.random.default_rng(2))
    np.testing.assert_allclose(drawn[:, 0, 1], drawn[:, 0, 0] / 2.0)
    np.testing.assert_allclose(drawn[:, 0, 0].mean(), 8.0 / (10.0 + 0.5 * 20.0), rtol=0.01)


def test_events_and_time_are_counted_in_pieces() -> None:
    rows = transitions_from(
        state_cohort(
            exit_time=np.array([3.0, 6.0, 8.0]),
            event=np.array([True, False, True]),
            initiation=np.array([NAN, 2.0, 5.0]),
        ),
        np.zeros(3),
        "time zero",
    )
    found = count_pieces(rows, np.array([0.0, 3.0, math.inf]))
    np.testing.assert_array_equal(found.events, [[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(found.time, [[3.0 + 2.0 + 3.0, 1.0], [2.0, 3.0 + 3.0]])
    # Two events make one piece.
    np.testing.assert_array_equal(pieces_of(rows).cuts, [0.0, math.inf])
    untreated = rows.chosen(rows.source == 0)
    with pytest.raises(AnalysisRefused, match="no time in one"):
        pieces_of(untreated)
