"""What must hold of shares, courses and posteriors whatever the patients are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multi_state_patients import random_cohort, state_cohort
from timezero.align.transitions import transitions, transitions_from
from timezero.estimate.aalen_johansen import landmark_occupancy, occupancy, occupancy_influence
from timezero.estimate.bayesian_illness_death import PRIORS, pieces_of, ratio_posterior
from timezero.estimate.bootstrap import copies_of_patients
from timezero.estimate.illness_death import illness_death
from timezero.estimate.person_bootstrap import person_bootstrap
from timezero.estimate.product_limit import survival_at, survival_curve
from timezero.estimate.transition_hazards import transition_rates
from timezero.model.person_time import PersonTime

SEEDS = st.integers(0, 10_000)


@settings(max_examples=40)
@given(seed=SEEDS, competing=st.booleans(), ties=st.booleans())
def test_shares_add_up_and_time_is_spent_somewhere(seed: int, competing: bool, ties: bool) -> None:
    cohort = random_cohort(seed, competing=competing, ties=ties)
    rows = transitions(cohort)
    assert np.array_equal(np.bincount(rows.patient), np.bincount(rows.patient).clip(1, 3))
    assert np.sum(rows.exit - np.maximum(rows.entry, 0.0)) == pytest.approx(cohort.exit.sum())
    assert np.sum(rows.target == rows.named("event")) == cohort.event.sum()
    found = occupancy(rows)
    np.testing.assert_allclose(found.share.sum(axis=1), 1.0, atol=1e-12)
    assert found.share.min() > -1e-12
    np.testing.assert_allclose(found.covariance.sum(axis=(1, 2)), 0.0, atol=1e-12)
    stay = found.length_of_stay(found.ends_at)
    assert stay.sum() == pytest.approx(found.ends_at)


@settings(max_examples=20)
@given(seed=SEEDS, factor=st.sampled_from([30.4375, 1 / 365.25, 7.0]))
def test_the_unit_of_time_does_not_matter(seed: int, factor: float) -> None:
    cohort = random_cohort(seed)
    assert cohort.trigger is not None
    scaled = replace(
        cohort,
        exit=cohort.exit * factor,
        trigger=cohort.trigger * factor,
        initiation=cohort.initiation * factor,
    )
    ours, other = occupancy(transitions(cohort)), occupancy(transitions(scaled))
    np.testing.assert_allclose(ours.share, other.share, atol=1e-13)
    np.testing.assert_allclose(ours.covariance, other.covariance, atol=1e-13)
    rates = [transition_rates(transitions(c), level=0.95) for c in (cohort, scaled)]
    for one, two in zip(*rates, strict=True):
        np.testing.assert_allclose([one.rate, one.upper], [two.rate * factor, two.upper * factor])


@settings(max_examples=20)
@given(seed=SEEDS)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rows = transitions(random_cohort(seed))
    turned = rows.chosen(np.random.default_rng(seed).permutation(rows.exit.size))
    np.testing.assert_array_equal(occupancy(rows).share, occupancy(turned).share)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_a_patient_drawn_twice_is_two_patients(seed: int) -> None:
    cohort = random_cohort(seed, n=60)
    rows = transitions_from(cohort, np.zeros(60), "time zero")
    copies = copies_of_patients(60, seed=seed, replicate=0)
    written = rows.chosen(np.repeat(np.arange(rows.exit.size), copies[rows.patient]))
    age = np.random.default_rng(seed).normal(size=(60, 1))
    by_copies = illness_death(rows, age, wait=4.0, enough=1).crude(copies)
    by_rows = illness_death(written, age, wait=4.0, enough=1).crude(np.ones(60, dtype=np.int64))
    at = np.searchsorted(by_copies.times, by_rows.times)
    np.testing.assert_allclose(by_copies.free[at], by_rows.free, atol=1e-13)


def test_everybody_seen_to_the_end_makes_shares_proportions() -> None:
    random = np.random.default_rng(4)
    exit_time = random.exponential(5.0, 50)
    initiation = random.exponential(4.0, 50)
    cohort = state_cohort(
        exit_time=exit_time,
        event=np.ones(50, dtype=np.bool_),
        initiation=np.where(initiation < exit_time, initiation, np.nan),
    )
    shares, standard_error = occupancy(transitions(cohort)).at(3.0)
    dead, treated = exit_time <= 3.0, (initiation <= 3.0) & (exit_time > 3.0)
    np.testing.assert_allclose(shares[1:], [treated.mean(), dead.mean()])
    influence = occupancy_influence(transitions(cohort), np.array([3.0]), n_patients=50)
    jackknife = np.sqrt((influence[0] ** 2).sum(axis=0))
    exact = np.sqrt(shares * (1.0 - shares) / 50)
    np.testing.assert_allclose(jackknife, exact)
    np.testing.assert_allclose(standard_error, exact, rtol=0.1)


def test_closed_course_is_the_curve_that_censors_at_treatment() -> None:
    cohort = random_cohort(8, n=200, competing=False)
    rows = transitions_from(cohort, np.zeros(200), "time zero")
    model = illness_death(rows, np.empty((200, 0)), wait=np.nan, enough=5)
    leave = np.fmin(cohort.exit, cohort.initiation)
    plain = survival_curve(
        PersonTime(
            entry=np.full(200, -np.inf),
            exit=leave,
            event=cohort.event & ~(cohort.initiation < cohort.exit),
            arm=np.zeros(200, dtype=np.int64),
            patient=np.arange(200),
            stratum=np.zeros(200, dtype=np.int64),
            weight=np.ones(200),
            labels=("a", "b"),
            counted_from="time zero",
        ),
        0,
    )
    by_patient = person_bootstrap(
        lambda copies: 1.0 - model.crude(copies).event_at(6.0)[1:2],
        n_patients=200,
        n_numbers=1,
        replicates=600,
        seed=1,
    )
    read = survival_at(plain, 6.0)
    ours = 1.0 - model.crude(np.ones(200, dtype=np.int64)).event_at(6.0)[1]
    assert ours == pytest.approx(read.value, abs=1e-14)
    # The bootstrap's standard error is Greenwood's, give or take its own error of 3 %.
    assert by_patient.std(ddof=1) == pytest.approx(read.standard_error, rel=0.12)


def test_landmark_shares_are_right_where_the_past_matters() -> None:
    # Half the patients are frail: treated at once and dead soon; the others treated late.
    random = np.random.default_rng(6)
    n = 4_000
    frail = random.random(n) < 0.5
    initiation = np.where(frail, random.exponential(0.5, n), 2.0 + random.exponential(2.0, n))
    exit_time = initiation + random.exponential(np.where(frail, 2.0, 20.0), n)
    cohort = state_cohort(
        exit_time=exit_time, event=np.ones(n, dtype=np.bool_), initiation=initiation
    )
    rows = transitions(cohort)
    there = (initiation <= 3.0) & (exit_time > 3.0)
    truth = float(np.mean(exit_time[there] <= 6.0))
    alone, standard_error = landmark_occupancy(rows, landmark=3.0, state=1).at(6.0)
    markov, _ = occupancy(rows, start=np.array([0.0, 1.0, 0.0]), starts_at=3.0).at(6.0)
    assert alone[2] == pytest.approx(truth, abs=1e-12)
    assert abs(markov[2] - truth) > 5 * standard_error[2]


@settings(max_examples=25)
@given(seed=SEEDS)
def test_posteriors_lie_between_prior_and_patients(seed: int) -> None:
    cohort = random_cohort(seed, n=60, competing=False)
    pieces = pieces_of(transitions_from(cohort, np.zeros(60), "time zero"))
    assert np.all(pieces.time > 0.0)
    assert pieces.events.sum() == cohort.event.sum()
    neutral, sceptical, enthusiastic = (
        ratio_posterior(pieces, prior, level=0.95) for prior in PRIORS
    )
    assert abs(sceptical.median) <= abs(neutral.median) + 1e-9
    assert enthusiastic.median < sceptical.median
    assert enthusiastic.below_0 > sceptical.below_0
    for found in (neutral, sceptical, enthusiastic):
        assert found.lower < found.median < found.upper
        assert found.spread < found.prior.spread
