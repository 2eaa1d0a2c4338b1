"""Clones and their weights computed with pencil and paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from timezero.align.clone_censor import clone_censor, grace_periods
from timezero.align.person_periods import person_periods
from timezero.estimate.censoring_weights import WeightChoice, fit_weights, weight_models
from timezero.estimate.clone_censor_weight import clone_study, compare_strategies
from timezero.estimate.clone_influence import influences
from timezero.model.cohort import Covariate

NEVER = float("nan")
GRACE = 182.62

# The thirteen patients of Maringe and others 2020, Figure 2: when treated, when and how they left.
THIRTEEN = {
    "A": (61, 300, 1),
    "B": (150, 365, 0),
    "C": (20, 150, 1),
    "D": (140, 160, 0),
    "E": (10, 300, 0),
    "F": (220, 320, 1),
    "G": (340, 365, 0),
    "H": (200, 300, 0),
    "I": (NEVER, 365, 0),
    "J": (NEVER, 260, 1),
    "K": (NEVER, 40, 1),
    "L": (NEVER, 140, 0),
    "M": (NEVER, 320, 0),
}
# Follow-up and event of the clone "surgery within six months", then of the clone "none".
FIGURE_2 = {
    "A": ((300, 1), (61, 0)),
    "B": ((365, 0), (150, 0)),
    "C": ((150, 1), (20, 0)),
    "D": ((160, 0), (140, 0)),
    "E": ((300, 0), (10, 0)),
    "F": ((GRACE, 0), (320, 1)),
    "G": ((GRACE, 0), (365, 0)),
    "H": ((GRACE, 0), (300, 0)),
    "I": ((GRACE, 0), (365, 0)),
    "J": ((GRACE, 0), (260, 1)),
    "K": ((40, 1), (40, 1)),
    "L": ((140, 0), (140, 0)),
    "M": ((GRACE, 0), (320, 0)),
}
ARTIFICIAL = {"one": set("FGHIJM"), "none": set("ABCDE")}


def thirteen(make_cohort):
    when, leave, dies = zip(*THIRTEEN.values(), strict=True)
    return make_cohort(leave, dies, when, time_unit="days")


def test_the_thirteen_patients(make_cohort):
    clones = clone_censor(thirteen(make_cohort), origin=np.zeros(13), grace=GRACE)
    for i, (name, (one, none)) in enumerate(FIGURE_2.items()):
        assert (clones.follow_up[1, i], clones.event[1, i]) == one, name
        assert (clones.follow_up[0, i], clones.event[0, i]) == none, name
        assert clones.censored[1, i] == (name in ARTIFICIAL["one"]), name
        assert clones.censored[0, i] == (name in ARTIFICIAL["none"]), name


def test_ties_with_the_end_of_the_grace_period(make_cohort):
    """Treated on its last day is treated within it; who leaves that day keeps the own outcome."""
    cohort = make_cohort([10.0, 5.0, 5.0, 3.0], [0, 1, 0, 1], [5.0, NEVER, NEVER, 3.0])
    clones = clone_censor(cohort, origin=np.zeros(4), grace=5.0)
    assert clones.follow_up.tolist() == [[5.0, 5.0, 5.0, 3.0], [10.0, 5.0, 5.0, 3.0]]
    assert clones.event.tolist() == [[False, True, False, True], [False, True, False, True]]
    # C4: a treatment on the day of death counts after it, so nobody is censored by it.
    assert clones.censored.tolist() == [[True, False, False, False], [False] * 4]


def six(make_cohort, **changes):
    """Return three treated on days 1 and 2, three never; the group tells how likely it was."""
    return make_cohort(
        [8.0, 9.0, 10.0, 6.0, 7.0, 10.0],
        [1, 1, 0, 1, 0, 1],
        [1.0, 2.0, 2.0, NEVER, NEVER, NEVER],
        covariates=(
            Covariate(name="group", kind="numeric", values=np.array([1, 1, 0, 1, 0, 0.0])),
        ),
        **changes,
    )


def arranged(cohort, choice, *, width=1.0):
    origin, group = np.zeros(cohort.n), cohort.covariates[0].values[:, np.newaxis]
    clones = clone_censor(cohort, origin=origin, grace=4.0)
    periods = person_periods(
        cohort,
        origin=origin,
        width=width,
        horizon=4.0,
        columns=group,
        names=("group",),
        event_order="treatment_first",
        words_of_origin="time zero",
    )
    models = weight_models(
        clones,
        group,
        names=("group",),
        choice=choice,
        periods=grace_periods(clones, periods),
    )
    return clones, models, clone_study(clones, models, horizons=(8.0,))


def test_weights_by_the_logit_at_the_grace_end(make_cohort):
    """Two of three of group 1 are treated by day 4, one of three of group 0: odds by counting."""
    clones, models, study = arranged(six(make_cohort), WeightChoice())
    arm = fit_weights(models).arms[1]
    assert np.allclose(arm.at(np.full(6, 4.0)), 1.0)
    assert np.allclose(arm.at(np.full(6, 4.5)), [1.5, 1.5, 3.0, 1.5, 3.0, 3.0])
    # Deaths at 8 (weight 3/2 of 6) and 9; the third, of weight 3, is still there.
    estimate = compare_strategies(study, fit_weights(models).arms)
    assert clones.follow_up[1].tolist() == [8.0, 9.0, 10.0, 4.0, 4.0, 4.0]
    assert estimate.at_horizons[1, 0, 0] == pytest.approx(1.0 - 1.5 / 6.0)


def test_weights_by_the_moment_of_treatment_in_one_period(make_cohort):
    """One period of four days: the model of the moment is that of treatment by its end."""
    _, models, _ = arranged(six(make_cohort), WeightChoice(), width=4.0)
    arm = fit_weights(models).arms[0]
    assert np.allclose(arm.at(np.full(6, 4.0)), 1.0)
    assert np.allclose(arm.at(np.full(6, 4.5)), [3.0, 3.0, 1.5, 3.0, 1.5, 1.5])
    _, models, _ = arranged(six(make_cohort), WeightChoice(hazard_at="through"), width=4.0)
    through = fit_weights(models).arms[0]
    assert np.allclose(through.at(np.full(6, 0.5)), [3.0, 3.0, 1.5, 3.0, 1.5, 1.5])


def test_uniform_grace_in_two_periods(make_cohort):
    """Half are due in each of two periods of two days; all three treated are so in the first."""
    _, models, _ = arranged(six(make_cohort), WeightChoice(grace="uniform"), width=2.0)
    fitted = fit_weights(models)
    arm, moment = fitted.arms[1], models.logistic.moment
    eta = fitted.coefficients[0][0] + moment.columns @ fitted.coefficients[0][1:]
    chance = 1.0 / (1.0 + np.exp(-eta))
    first_rows = models.logistic.periods.first[:-1]
    p = chance[first_rows]
    at_three = arm.at(np.full(6, 3.0))
    assert np.allclose(at_three[:3], 0.5 / p[:3])
    assert np.allclose(at_three[3:], 0.5 / (1.0 - p[3:]))
    # Untreated at the end of the last period, none is left to stand for the strategy.
    assert np.allclose(arm.at(np.full(6, 4.5))[3:], 0.0)


def test_cox_weights_without_a_covariate_that_matters(make_cohort):
    """Day 1: one of six is treated; day 2: two of five. Efron's hazards, risk 1 for everybody."""
    same = Covariate(name="group", kind="numeric", values=np.zeros(6))
    cohort = make_cohort(
        [8.0, 9.0, 10.0, 6.0, 7.0, 10.0],
        [1, 1, 0, 1, 0, 1],
        [1.0, 2.0, 2.0, NEVER, NEVER, NEVER],
        covariates=(same,),
    )
    for ties, day_two in (("efron", 1 / 5 + 1 / 4), ("breslow", 2 / 5)):
        _, models, _ = arranged(cohort, WeightChoice(model="cox", ties=ties))
        arm = fit_weights(models).arms[0]
        assert np.allclose(arm.at(np.full(6, 2.0)), math.exp(1 / 6))
        assert np.allclose(arm.at(np.full(6, 2.5)), math.exp(1 / 6 + day_two))
    through = WeightChoice(model="cox", ties="breslow", hazard_at="through")
    _, models, _ = arranged(cohort, through)
    assert np.allclose(fit_weights(models).arms[0].at(np.full(6, 2.0)), math.exp(1 / 6 + 2 / 5))


def test_the_largest_weight_is_cut_at_a_quantile(make_cohort):
    """Last weights of the clones "within g": 1.5, 1.5, 3 and three times 1; half lie below 1.25."""
    _, models, _ = arranged(six(make_cohort), WeightChoice(truncate=0.75))
    arm = fit_weights(models).arms[1]
    assert arm.cap == pytest.approx(1.5)
    assert np.allclose(arm.at(np.full(6, 9.0)), 1.5)


def test_influence_on_a_curve_without_weights(make_cohort):
    """Four patients, two deaths: Greenwood's sum is that of the squares, up to the counting."""
    cohort = make_cohort([2.0, 3.0, 9.0, 9.0], [1, 1, 0, 0], [NEVER, NEVER, NEVER, NEVER])
    clones = clone_censor(cohort, origin=np.zeros(4), grace=5.0)
    models = weight_models(
        clones, np.zeros((4, 1)), names=("none",), choice=WeightChoice(model="cox")
    )
    study = clone_study(clones, models, horizons=(4.0,))
    estimate = compare_strategies(study, fit_weights(models).arms)
    moved = influences(study, estimate, fit_weights(models).arms)
    # Without censoring before day 4 survival is a mean: each moves it by (alive - 1/2) / 4.
    assert estimate.at_horizons[0, 0, 0] == pytest.approx(0.5)
    assert np.allclose(moved[:, 1], [-1 / 8, -1 / 8, 1 / 8, 1 / 8])
    # Time lived is 2, 3, 4 and 4 with mean 13/4.
    assert np.allclose(moved[:, 2], (np.array([2, 3, 4, 4]) - 13 / 4) / 4)
    standard_error = np.sqrt(np.sum(moved[:, 1] ** 2))
    assert standard_error == pytest.approx(math.sqrt(0.25 / 4))
