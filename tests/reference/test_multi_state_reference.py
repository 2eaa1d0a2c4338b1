"""Slow twins: shares and variances in exact fractions, posteriors by high-precision quadrature."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from multi_state_patients import random_cohort
from timezero.align.transitions import StateRows, transitions, transitions_from
from timezero.estimate.aalen_johansen import landmark_occupancy, occupancy
from timezero.estimate.bayesian_illness_death import Pieces, RatioPrior, ratio_posterior
from timezero.estimate.cumulative_incidence import incidence_curve
from timezero.estimate.illness_death import illness_death
from timezero.model.person_time import PersonTime

Matrix = list[list[Fraction]]


def product(a: Matrix, b: Matrix) -> Matrix:
    return [
        [
            sum((x * y for x, y in zip(row, c, strict=True)), Fraction(0))
            for c in zip(*b, strict=True)
        ]
        for row in a
    ]


def transposed(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def exact_shares(
    rows: StateRows, start: int, closed: bool = False
) -> tuple[list[float], list[list[Fraction]], list[Matrix]]:
    """Return times, shares and covariances, walking over the patients at each time."""
    n = len(rows.states)
    table = list(
        zip(
            rows.entry.tolist(),
            rows.exit.tolist(),
            rows.source.tolist(),
            rows.target.tolist(),
            strict=True,
        )
    )
    times = sorted({leave for _, leave, _, target in table if target >= 0})
    share = [Fraction(int(k == start)) for k in range(n)]
    covariance = [[Fraction(0)] * n for _ in range(n)]
    shares, covariances = [], []
    for time in times:
        step = [[Fraction(int(a == b)) for b in range(n)] for a in range(n)]
        count = [0] * n
        for h in range(n):
            here = [r for r in table if r[2] == h and r[0] < time <= r[1]]
            count[h] = len(here)
            for _, leave, _, target in here:
                if leave == time and target >= 0 and not (closed and target == 1):
                    step[h][target] += Fraction(1, len(here))
                    step[h][h] -= Fraction(1, len(here))
        covariance = product(transposed(step), product(covariance, step))
        for h in range(n):
            for a in range(n):
                for b in range(n):
                    if count[h]:
                        both = step[h][a] * (int(a == b) - step[h][b])
                        covariance[a][b] += share[h] ** 2 * both / count[h]
        share = product([share], step)[0]
        shares.append(share)
        covariances.append(covariance)
    return times, shares, covariances


@pytest.mark.parametrize("seed", range(6))
def test_shares_and_their_covariance_in_fractions(seed: int) -> None:
    rows = transitions(random_cohort(seed))
    found = occupancy(rows)
    times, shares, covariances = exact_shares(rows, 0)
    np.testing.assert_array_equal(found.times, times)
    np.testing.assert_allclose(found.share, np.array(shares, dtype=np.float64), atol=1e-14)
    np.testing.assert_allclose(
        found.covariance, np.array(covariances, dtype=np.float64), atol=1e-15
    )


def test_landmark_shares_in_fractions() -> None:
    rows = transitions(random_cohort(11, n=80))
    found = landmark_occupancy(rows, landmark=2.0, state=1)
    who = rows.patient[(rows.source == 1) & (rows.entry <= 2.0) & (rows.exit > 2.0)]
    later = rows.chosen(np.isin(rows.patient, who) & (rows.exit > 2.0))
    times, shares, covariances = exact_shares(later, 1)
    np.testing.assert_array_equal(found.times, times)
    np.testing.assert_allclose(found.share, np.array(shares, dtype=np.float64), atol=1e-14)
    variance = [[float(c[k][k]) for k in range(5)] for c in covariances]
    np.testing.assert_allclose(
        np.diagonal(found.covariance, axis1=1, axis2=2), variance, atol=1e-15
    )


def test_courses_in_fractions() -> None:
    cohort = random_cohort(5, n=60)
    rows = transitions_from(cohort, np.zeros(cohort.n), "time zero")
    courses = illness_death(rows, np.empty((60, 0)), wait=math.nan, enough=5).crude(
        np.ones(60, dtype=np.int64)
    )
    for rule, closed in enumerate((False, True)):
        times, shares, _ = exact_shares(rows, 0, closed)
        np.testing.assert_array_equal(courses.times, times)
        np.testing.assert_allclose(
            courses.free[:, rule], [float(s[0] + s[1]) for s in shares], atol=1e-14
        )
        np.testing.assert_allclose(
            courses.event[:, rule], [float(s[2]) for s in shares], atol=1e-14
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_cumulative_incidence_and_its_standard_error_in_fractions(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 30
    exit_time, how = np.ceil(random.exponential(6.0, n)), random.integers(0, 3, n)
    entry = np.where(random.random(n) < 0.3, np.floor(exit_time * random.random(n)), -np.inf)
    rows = PersonTime(
        entry=entry,
        exit=exit_time,
        event=how == 1,
        arm=np.zeros(n, dtype=np.int64),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("a", "b"),
        counted_from="time zero",
    )
    curve = incidence_curve(rows, how == 2, arm=0)
    walked = StateRows(
        entry=entry,
        exit=exit_time,
        source=np.zeros(n, dtype=np.int64),
        target=np.where(how > 0, how, -1),
        since=np.zeros(n),
        patient=np.arange(n),
        states=("free", "event", "competing event"),
        n_transient=1,
        counted_from="time zero",
    )
    times, shares, covariances = exact_shares(walked, 0)
    at = np.searchsorted(curve.times, times)
    np.testing.assert_allclose(1.0 - curve.survival[at], [float(s[1]) for s in shares], atol=1e-14)
    standard_error = [math.sqrt(c[1][1]) for c in covariances]
    np.testing.assert_allclose(curve.standard_error[at], standard_error, atol=1e-14)


@pytest.mark.parametrize(
    ("events", "mean", "spread"),
    [
        ([[3, 1], [2, 4]], 0.0, 0.35),
        ([[5, 0], [2, 0]], 0.0, 1.175),
        ([[0, 3], [0, 2]], -0.7, 0.35),
    ],
)
def test_ratio_posterior_against_quadrature(
    events: list[list[int]], mean: float, spread: float
) -> None:
    time = [[11.0, 4.5], [6.0, 7.25]]
    found = ratio_posterior(
        Pieces(
            cuts=np.array([0.0, 5.0, np.inf]),
            events=np.array(events, dtype=np.float64),
            competing=np.zeros((2, 2)),
            time=np.array(time),
        ),
        RatioPrior(name="sceptical", mean=mean, spread=spread),
        level=0.95,
    )
    mpmath.mp.dps = 30

    def density(b: mpmath.mpf) -> mpmath.mpf:
        value = -((b - mean) ** 2) / (2 * spread**2)
        for (d0, d1), (t0, t1) in zip(events, time, strict=True):
            value += d1 * b - (d0 + d1) * mpmath.log(t0 + mpmath.exp(b) * t1)
        return mpmath.exp(value)

    edges = [found.median + k * found.spread for k in (-14, -8, -4, -2, 0, 2, 4, 8, 14)]
    total = mpmath.quad(density, edges)
    average = mpmath.quad(lambda b: b * density(b), edges) / total
    square = mpmath.quad(lambda b: (b - average) ** 2 * density(b), edges) / total
    np.testing.assert_allclose(found.mean, float(average), atol=1e-10)
    np.testing.assert_allclose(found.spread, float(mpmath.sqrt(square)), rtol=1e-9)
    for limit, share in ((found.lower, 0.025), (found.median, 0.5), (found.upper, 0.975)):
        below = mpmath.quad(density, sorted([edges[0], edges[1], edges[2], limit])) / total
        np.testing.assert_allclose(float(below), share, atol=1e-7)
    below_0 = mpmath.quad(density, [edges[0], found.lower, 0.0]) / total
    np.testing.assert_allclose(found.below_0, float(below_0), atol=1e-7)
