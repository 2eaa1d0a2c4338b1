"""What must hold for clones and their weights whatever the patients are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clone_patients import arranged, columns_of, late_treatment, repeated
from clone_twin import Question, plain_way
from timezero.align.clone_censor import clone_censor
from timezero.errors import AnalysisRefused
from timezero.estimate.bootstrap import copies_of_patients
from timezero.estimate.censoring_weights import WeightChoice, fit_weights, weight_models
from timezero.estimate.clone_censor_weight import (
    ccw_replicate,
    clone_study,
    compare_strategies,
    no_weights,
)
from timezero.estimate.clone_influence import influences
from timezero.estimate.cox import fit_cox
from timezero.estimate.product_limit import restricted_mean, survival_at, survival_curve

RANDOM = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
MODELS = st.sampled_from(["cox", "pooled_logistic"])
SEEDS = st.integers(0, 10_000)
CHOICES = [WeightChoice(), WeightChoice(grace="uniform"), WeightChoice(model="cox")]


@RANDOM
@given(
    seed=SEEDS,
    n=st.integers(30, 60),
    grid=st.sampled_from([1.0, 7.0, 20.0]),
    model=MODELS,
    hazard_at=st.sampled_from(["before", "through"]),
    ties=st.sampled_from(["efron", "breslow"]),
    timing=st.sampled_from(["natural", "uniform"]),
)
def test_equals_the_rows_written_out(make_cohort, seed, n, grid, model, hazard_at, ties, timing):
    """Coefficients, curves and robust standard error, to 1e-8, against the plain twin."""
    timing = "natural" if model == "cox" else timing
    cohort = late_treatment(make_cohort, n=n, seed=seed, grid=grid)
    late = np.flatnonzero(cohort.initiation <= 40.0)
    initiation = cohort.initiation.copy()
    initiation[late[19:]] = np.nan
    cohort = replace(cohort, initiation=initiation)
    asked = Question(
        grace=40.0,
        width=11.0,
        model=model,
        hazard_at=hazard_at,
        timing=timing,
        ties=ties,
        horizons=(60.0,),
    )
    choice = WeightChoice(model=model, ties=ties, hazard_at=hazard_at, grace=timing)
    try:
        made = arranged(cohort, choice, grace=40.0, width=11.0, horizons=(60.0,), ties=ties)
        estimate = compare_strategies(made.study, made.fitted.arms)
        # Firth's maximum, where covariates tell outcomes apart, is not found to 1e-8.
        assume(not any("Firth" in note for note in made.fitted.notes))
        assume(np.isfinite(estimate.log_hazard_ratio) and abs(estimate.log_hazard_ratio) < 4)
        twin = plain_way(cohort, columns_of(cohort), asked)
    except AnalysisRefused:
        assume(False)
        return
    assert abs(estimate.log_hazard_ratio - twin.log_hazard_ratio) < 1e-8
    assert np.allclose(estimate.at_horizons[:, :, 0], twin.survival, atol=1e-8, equal_nan=True)
    assert np.allclose(estimate.at_horizons[:, :, 1], twin.rmst, rtol=1e-8, equal_nan=True)
    moved = influences(made.study, estimate, made.fitted.arms, weights_known=True)[:, 0]
    robust_error = np.sqrt(np.sum(moved**2))
    assert abs(robust_error - twin.robust_error) < 1e-8


@RANDOM
@given(seed=SEEDS)
def test_clones_are_identical_until_one_departs(make_cohort, seed):
    cohort = late_treatment(make_cohort, n=40, seed=seed)
    clones = clone_censor(cohort, origin=np.zeros(40), grace=50.0)
    either = clones.censored.any(axis=0)
    assert not clones.censored.all(axis=0).any()
    assert np.array_equal(clones.follow_up[0][~either], clones.follow_up[1][~either])
    assert np.array_equal(clones.event[0][~either], clones.event[1][~either])
    departs = np.where(clones.censored, clones.follow_up, np.inf).min(axis=0)
    assert np.all(clones.follow_up >= np.minimum(departs, clones.exit))
    assert np.all(departs[either] <= 50.0)
    # Whoever departs from one strategy keeps the own end under the other.
    other = np.where(clones.censored[0], clones.follow_up[1], clones.follow_up[0])
    assert np.array_equal(other[either], clones.exit[either])


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("seed", range(4))
def test_copies_are_patients_entered_again(make_cohort, choice, seed):
    """A resample by multiplicities is the analysis of the patients written down again."""
    cohort = late_treatment(make_cohort, n=80, seed=seed, grid=5.0)
    made = arranged(cohort, choice)
    copies = copies_of_patients(cohort.n, seed=3, replicate=seed)
    by_weight = ccw_replicate(made.study, made.fitted, copies)
    again = repeated(cohort, copies)
    written = arranged(again, choice)
    models = replace(made.models.logistic, periods=made.periods) if made.models.logistic else None
    if models is not None:
        # The knots of the time terms are those of the patients once.
        moment = replace(
            written.models.logistic.moment,
            names=made.models.logistic.moment.names,
            columns=np.repeat(made.models.logistic.moment.columns, times_of(made, copies), axis=0)[
                order_of(made, copies)
            ],
        )
        logistic = replace(written.models.logistic, moment=moment)
        fitted = fit_weights(replace(written.models, logistic=logistic))
    else:
        fitted = written.fitted
    weighted = compare_strategies(written.study, fitted.arms)
    plain = compare_strategies(written.study, no_weights(written.study))
    expected = np.concatenate([weighted.numbers, plain.numbers])
    assert np.allclose(by_weight, expected, rtol=1e-7, atol=1e-8)


def times_of(made, copies):
    """Return how often each person-period is written down."""
    return np.repeat(copies, np.diff(made.periods.first))


def order_of(made, copies):
    """Return the order that puts the repeated rows of one copy together."""
    owner = np.repeat(np.arange(copies.size), np.diff(made.periods.first))
    place = np.arange(owner.size) - made.periods.first[owner]
    rows = np.repeat(np.arange(owner.size), times_of(made, copies))
    turn = np.concatenate([np.arange(c) for c in times_of(made, copies)])
    return np.lexsort((place[rows], turn, owner[rows]))


@pytest.mark.parametrize("choice", CHOICES)
def test_everybody_twice_changes_no_estimate_without_ties(make_cohort, choice):
    cohort = late_treatment(make_cohort, n=70, seed=8, grid=1e-6)
    made = arranged(cohort, choice, ties="breslow")
    once = compare_strategies(made.study, made.fitted.arms)
    twice = np.full(70, 2.0)
    again = fit_weights(made.models, copies=twice)
    both = compare_strategies(made.study, again.arms, copies=twice)
    if choice.model == "cox":
        choice = replace(choice, ties="breslow")
        made = arranged(cohort, choice, ties="breslow")
        once = compare_strategies(made.study, made.fitted.arms)
        again = fit_weights(made.models, copies=twice)
        both = compare_strategies(made.study, again.arms, copies=twice)
    assert np.allclose(once.numbers, both.numbers, rtol=1e-9)


@pytest.mark.parametrize("choice", CHOICES)
def test_the_unit_of_time_changes_nothing(make_cohort, choice):
    cohort = late_treatment(make_cohort, n=90, seed=5, grid=4.0)
    per = 365.25 / 12.0
    in_months = replace(
        cohort, exit=cohort.exit / per, initiation=cohort.initiation / per, time_unit="months"
    )
    days = arranged(cohort, choice)
    months = arranged(
        in_months, choice, grace=60.0 / per, width=14.0 / per, horizons=(90.0 / per, 300.0 / per)
    )
    one = compare_strategies(days.study, days.fitted.arms)
    other = compare_strategies(months.study, months.fitted.arms)
    assert other.log_hazard_ratio == pytest.approx(one.log_hazard_ratio, rel=1e-9)
    assert np.allclose(other.at_horizons[:, :, 0], one.at_horizons[:, :, 0], rtol=1e-9)
    assert np.allclose(other.at_horizons[:, :, 1] * per, one.at_horizons[:, :, 1], rtol=1e-9)


@pytest.mark.parametrize("choice", CHOICES)
def test_patients_in_any_order(make_cohort, choice):
    cohort = late_treatment(make_cohort, n=90, seed=7, grid=4.0)
    shuffled = np.random.default_rng(1).permutation(cohort.n)
    other = replace(
        cohort,
        exit=cohort.exit[shuffled],
        event=cohort.event[shuffled],
        initiation=cohort.initiation[shuffled],
        covariates=tuple(replace(c, values=c.values[shuffled]) for c in cohort.covariates),
    )
    found = [
        compare_strategies(made.study, made.fitted.arms).numbers
        for made in (arranged(cohort, choice), arranged(other, choice))
    ]
    assert np.allclose(*found, rtol=1e-8)


def test_weights_that_depend_on_nothing_leave_the_curves(make_cohort):
    """With no covariate in the models, all clones of an arm at risk weigh the same."""
    cohort = late_treatment(make_cohort, n=100, seed=3)
    same = replace(
        cohort, covariates=tuple(replace(c, values=np.zeros(100)) for c in cohort.covariates)
    )
    for choice in (WeightChoice(), WeightChoice(model="cox"), WeightChoice(truncate=0.9)):
        made = arranged(same, choice)
        weighted = compare_strategies(made.study, made.fitted.arms)
        plain = compare_strategies(made.study, no_weights(made.study))
        assert np.allclose(weighted.survival, plain.survival, rtol=1e-12)
        assert np.allclose(weighted.at_horizons, plain.at_horizons, rtol=1e-12)


def test_with_nobody_artificially_censored_it_is_the_plain_comparison(make_cohort):
    """Treated at the origin or never, and a grace period of no length: groups of a trial."""
    cohort = late_treatment(make_cohort, n=80, seed=9)
    treated = np.arange(80) % 2 == 0
    cohort = replace(cohort, initiation=np.where(treated, 0.0, np.nan))
    clones = clone_censor(cohort, origin=np.zeros(80), grace=1e-9)
    models = weight_models(
        clones, np.zeros((80, 1)), names=("none",), choice=WeightChoice(model="cox")
    )
    study = clone_study(clones, models, horizons=(200.0,))
    estimate = compare_strategies(study, no_weights(study))
    rows = replace(clones.rows(), exit=np.tile(clones.exit, 2))
    kept = np.concatenate([~treated, treated])
    plain = replace(
        rows,
        **{
            name: getattr(rows, name)[kept]
            for name in ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
        },
    )
    fit = fit_cox(plain, plain.arm[:, np.newaxis].astype(float))
    assert estimate.log_hazard_ratio == pytest.approx(fit.coefficients[0], rel=1e-10)
    for arm in (0, 1):
        curve = survival_curve(plain, arm)
        expected = (survival_at(curve, 200.0).value, restricted_mean(curve, 200.0).value)
        assert np.allclose(estimate.at_horizons[arm, 0], expected, rtol=1e-12)
    error = np.sqrt(np.sum(influences(study, estimate, no_weights(study))[:, 0] ** 2))
    assert error == pytest.approx(np.sqrt(fit.robust_covariance[0, 0]), rel=1e-9)


def test_warm_starts_change_nothing(make_cohort):
    for choice in CHOICES:
        made = arranged(late_treatment(make_cohort, n=90, seed=2), choice)
        copies = copies_of_patients(90, seed=1, replicate=0).astype(float)
        cold = fit_weights(made.models, copies=copies)
        warm = fit_weights(made.models, copies=copies, start=made.fitted)
        for one, other in zip(cold.coefficients, warm.coefficients, strict=True):
            assert np.allclose(one, other, rtol=1e-8, atol=1e-9)
