"""Clones without rows, against a plain twin that writes out every row, on random patients."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from clone_patients import arranged, columns_of, late_treatment
from clone_twin import Question, plain_way
from timezero.estimate.censoring_weights import WeightChoice, fit_weights
from timezero.estimate.clone_censor_weight import compare_strategies
from timezero.estimate.clone_influence import curve_errors, influences

AGREEMENT = 1e-8
HORIZONS = (80.0, 200.0)
CHOICES = [
    ("cox", at, "natural", ties)
    for at, ties in itertools.product(("before", "through"), ("efron", "breslow"))
] + [
    ("pooled_logistic", at, timing, "efron")
    for at, timing in itertools.product(("before", "through"), ("natural", "uniform"))
]


def few_outcomes(cohort):
    """Keep so few treatments that the model of their moment is straight in time."""
    late = np.flatnonzero(cohort.initiation <= 60.0)
    initiation = cohort.initiation.copy()
    initiation[late[18:]] += 61.0
    gone = ~(initiation < cohort.exit)
    return replace(cohort, initiation=np.where(gone, np.nan, initiation))


@pytest.mark.parametrize(("model", "hazard_at", "timing", "ties"), CHOICES)
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_rows_written_out(make_cohort, model, hazard_at, timing, ties, seed):
    cohort = few_outcomes(late_treatment(make_cohort, n=90, seed=seed, grid=3.0))
    asked = Question(
        grace=60.0,
        width=17.0,
        model=model,
        hazard_at=hazard_at,
        timing=timing,
        ties=ties,
        horizons=HORIZONS,
    )
    twin = plain_way(cohort, columns_of(cohort), asked)
    choice = WeightChoice(model=model, ties=ties, hazard_at=hazard_at, grace=timing)
    made = arranged(cohort, choice, width=17.0, horizons=HORIZONS, ties=ties)
    estimate = compare_strategies(made.study, made.fitted.arms)
    assert abs(estimate.log_hazard_ratio - twin.log_hazard_ratio) < AGREEMENT
    assert np.allclose(estimate.at_horizons[:, :, 0], twin.survival, rtol=0, atol=AGREEMENT)
    assert np.allclose(estimate.at_horizons[:, :, 1], twin.rmst, rtol=AGREEMENT, atol=0)
    moved = influences(made.study, estimate, made.fitted.arms, weights_known=True)[:, 0]
    assert abs(np.sqrt(np.sum(moved**2)) - twin.robust_error) < AGREEMENT
    for k in (0, 1):
        last = made.fitted.arms[k].at(made.clones.follow_up[k])
        assert np.allclose(last, twin.weights[k], rtol=AGREEMENT, atol=0)
    assert twin.n_rows > 20 * cohort.n


def nudged(made, i, by):
    """Estimate again with one patient counting a little more."""
    copies = np.ones(made.clones.n)
    copies[i] += by
    again = fit_weights(made.models, copies=copies, start=made.fitted)
    return compare_strategies(made.study, again.arms, copies=copies).numbers


@pytest.mark.parametrize("timing", ["natural", "uniform"])
def test_influences_are_derivatives_by_patient(make_cohort, timing):
    """The weight models move too, when a patient counts a little more."""
    cohort = late_treatment(make_cohort, n=60, seed=4, grid=0.01)
    made = arranged(cohort, WeightChoice(grace=timing), horizons=HORIZONS, ties="breslow")
    estimate = compare_strategies(made.study, made.fitted.arms)
    moved = influences(made.study, estimate, made.fitted.arms)
    step = 1e-4
    for i in range(0, made.clones.n, 3):
        slope = (nudged(made, i, step) - nudged(made, i, -step)) / (2.0 * step)
        assert np.allclose(moved[i], slope, rtol=1e-5, atol=1e-6 * np.abs(moved).max(axis=0))


def test_errors_along_the_curves_are_those_at_horizons(make_cohort):
    cohort = late_treatment(make_cohort, n=80, seed=6)
    made = arranged(cohort, WeightChoice(), horizons=HORIZONS)
    estimate = compare_strategies(made.study, made.fitted.arms)
    errors = curve_errors(made.study, estimate, made.fitted.arms)
    moved = influences(made.study, estimate, made.fitted.arms)
    for arm, (h, horizon) in itertools.product((0, 1), enumerate(HORIZONS)):
        place = 1 + 2 * len(HORIZONS) * arm + 2 * h
        at = int(np.searchsorted(made.study.times, horizon, side="right")) - 1
        assert errors[arm, at] == pytest.approx(np.sqrt(np.sum(moved[:, place] ** 2)), rel=1e-10)
