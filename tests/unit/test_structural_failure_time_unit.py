"""The rung structural_failure_time: what it says, and what it refuses by name."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from confounded_patients import confounded
from fitness_climb import climb_of
from timezero.align.until_initiation import until_initiation
from timezero.errors import AnalysisRefused
from timezero.estimate._sign_changes import invert_test
from timezero.estimate._weibull import fit_weibull
from timezero.estimate.randomised_crossover import CrossoverTrial, rank_preserving
from timezero.estimate.structural_failure_time import GEstimate
from timezero.ladder.rungs.structural_failure_time import RUNG, _test_cautions
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.result import Rung


def a_cohort(n: int = 300, **more: Any) -> Cohort:
    who = confounded(n, seed=12, rate=0.06, prompts=0.0, **more)
    return replace(who.cohort, covariates=(Covariate(name="age", kind="numeric", values=who.age),))


@pytest.fixture(scope="module")
def rung() -> Rung:
    return RUNG.rung(climb_of(a_cohort(), horizons=(6.0, 12.0, 20.0)))


def test_the_factor_with_its_interval(rung: Rung) -> None:
    assert rung.status == "ok"
    log, ratio = rung.contrasts[:2]
    assert (log.measure, ratio.measure) == ("log_time_ratio", "time_ratio")
    assert (log.variant, ratio.variant) == ("g_estimate", "g_estimate")
    assert ratio.value == pytest.approx(math.exp(log.value))
    assert log.lower < 0.0 < log.upper
    assert log.lower < log.value < log.upper
    assert log.value == -log.details["psi"]
    assert log.p_value > 0.05
    assert log.standard_error == pytest.approx((log.upper - log.lower) / 3.919928, rel=1e-6)


def test_the_grid_crosses_zero_at_the_estimate(rung: Rung) -> None:
    found = rung.table("g_estimation")
    assert found is not None
    psi, z = (np.array(found.columns[name]) for name in ("psi", "z"))
    before, after = z[psi < found.notes["estimate"]][-1], z[psi > found.notes["estimate"]][0]
    assert before * after <= 0.0
    inside = (psi > found.notes["lower"]) & (psi < found.notes["upper"])
    assert np.abs(z[inside]).max() <= found.notes["critical"] + 1e-9


def test_survival_is_implied_where_untreated_life_is_known(rung: Rung) -> None:
    log = rung.contrasts[0]
    reached = [h for h in (6.0, 12.0, 20.0) if h <= log.at * math.exp(-abs(log.value))]
    implied = [c for c in rung.contrasts if c.measure == "survival_difference"]
    assert [c.at for c in implied] == reached
    for one in implied:
        assert np.sign(one.value) in {0.0, np.sign(log.value)}
        assert math.isnan(one.lower) or one.lower <= one.value


def test_assumptions_are_said(rung: Rung) -> None:
    words = " ".join(rung.cautions)
    assert "one factor for everybody is assumed" in words
    assert rung.table("switchboard") is not None


def test_factors_beyond_a_rejected_one_are_named() -> None:
    grid = np.linspace(-3.0, 3.0, 121)
    found = GEstimate(
        psi=0.0,
        lower=-0.5,
        upper=0.5,
        z_no_effect=0.0,
        p_value=1.0,
        inverted=invert_test(lambda x: 4.0 * x if abs(x) < 2.0 else 0.5 * np.sign(x), grid, 1.96),
        horizon=12.0,
        n_events=50,
        n_began=50,
        n_complete=100,
    )
    climb = climb_of(a_cohort(60), horizons=(12.0,))
    words = " ".join(_test_cautions(climb, found))
    assert "from about 7.39 up and from about 0.135 down are not rejected either" in words


def test_refusals_name_what_is_missing() -> None:
    cohort = a_cohort(200)
    other = ~cohort.event & (np.arange(cohort.n) % 4 == 0)
    rung = RUNG.rung(climb_of(replace(cohort, competing=other), horizons=(12.0,)))
    assert "had a competing event" in rung.refusal
    few = np.zeros(cohort.n, dtype=np.bool_)
    few[np.flatnonzero(cohort.event)[:6]] = True
    rung = RUNG.rung(climb_of(replace(cohort, event=few), horizons=(20.0,)))
    assert "events" in rung.refusal
    assert "fewer than 10" in rung.refusal
    nobody = replace(cohort, initiation=np.full(cohort.n, np.nan))
    assert "cannot carry" in RUNG.rung(climb_of(nobody, horizons=(12.0,))).refusal


def test_several_crossings_flat_tests_and_open_ends() -> None:
    grid = np.linspace(-3.0, 3.0, 121)
    wave = invert_test(lambda x: 4.0 * math.sin(2.0 * x + 0.3), grid, 1.96)
    assert len(wave.roots) > 1
    assert wave.estimate == pytest.approx(-0.15)
    assert not wave.whole
    step = invert_test(lambda x: 3.0 if x > 0.123 else -3.0, grid, 1.96)
    assert step.estimate == pytest.approx(0.123)
    assert (step.lower, step.upper) == (pytest.approx(0.123), pytest.approx(0.123))
    flat = invert_test(lambda x: 0.1 * x + 0.02, grid, 1.96)
    assert (flat.lower, flat.upper) == (-math.inf, math.inf)
    none = invert_test(lambda _: 1.0, grid, 1.96)
    assert math.isnan(none.estimate)


def test_a_trial_without_an_arm_or_with_no_answer_is_refused() -> None:
    n = 40
    trial = CrossoverTrial(
        time=np.linspace(1.0, 2.0, n),
        event=np.ones(n, dtype=np.bool_),
        on_treatment=np.zeros(n),
        arm=np.zeros(n),
        censoring=np.full(n, 3.0),
        covariates=np.empty((n, 0)),
    )
    with pytest.raises(AnalysisRefused, match="an arm is empty"):
        rank_preserving(trial)
    better = replace(trial, arm=(np.arange(n) >= n // 2).astype(np.float64))
    with pytest.raises(AnalysisRefused, match="no effect makes the arms alike"):
        rank_preserving(better)
    with pytest.raises(AnalysisRefused, match="no events"):
        fit_weibull(np.ones((n, 1)), trial.time, np.zeros(n, dtype=np.bool_))


def test_untreated_time_ends_with_treatment_and_is_cut_where_a_history_changes() -> None:
    cohort = a_cohort(60)
    history = History(
        name="marker",
        kind="numeric",
        patient=np.repeat(np.arange(60), 2).astype(np.int64),
        time=np.tile([0.0, 3.0], 60),
        values=np.arange(120.0),
    )
    rows, design, names = until_initiation(
        replace(cohort, histories=(history,)),
        origin=np.zeros(60),
        horizon=20.0,
        columns=cohort.covariates[0].values[:, np.newaxis],
        names=("age",),
        words_of_origin="time zero",
    )
    assert names == ("age", "marker")
    began = ~np.isnan(cohort.initiation) & (cohort.initiation < cohort.exit)
    began &= cohort.initiation <= 20.0
    assert int(rows.event.sum()) == int(began.sum())
    later = rows.entry == 3.0
    assert np.array_equal(design[later, 1], 2.0 * rows.patient[later] + 1.0)
    assert np.array_equal(design[~later, 1], 2.0 * rows.patient[~later])
    ends = np.full(60, -np.inf)
    np.maximum.at(ends, rows.patient, rows.exit)
    until = np.where(began, cohort.initiation, np.minimum(cohort.exit, 20.0))
    np.testing.assert_allclose(ends, until)
