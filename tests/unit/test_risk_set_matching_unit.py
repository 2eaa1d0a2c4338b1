"""The rung risk_set_matching, its tables, rosenbaum_bounds taken from it, and weighted deals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matched_patients import cohort_of, simulated
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.estimate.matched_comparison import matched_differences
from timezero.estimate.treatment_hazard import candidates_of, fit_treatment_hazard
from timezero.ladder.climb import Climb
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.ladder.design import baseline_design
from timezero.ladder.fitness_plan import fitness_plan
from timezero.ladder.rungs.mantel_byar import RUNG as MANTEL_BYAR
from timezero.ladder.rungs.risk_set_matching import RUNG
from timezero.ladder.sensitivity.rosenbaum_bounds import SENSITIVITY
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.protocol import AnalysisPart, FitnessPart, Protocol
from timezero.model.result import Rung


def cohort(n: int = 120, seed: int = 5, **changes: Any) -> Cohort:
    made, columns = simulated(n, seed)
    age = Covariate(name="age", kind="numeric", values=columns[:, 0])
    site = Covariate(
        name="site",
        kind="categorical",
        values=(columns[:, 1] > 0.0).astype(np.float64),
        levels=("east", "west"),
    )
    return replace(made, covariates=(age, site), **changes)


def climb_of(made: Cohort, *, strata: tuple[str, ...] = (), **fitness: Any) -> Climb:
    protocol = Protocol(
        analysis=AnalysisPart(
            horizons=(6.0, 12.0), redeals=300, bootstrap=0, strata=strata, workers=1
        ),
        fitness=FitnessPart(**{"replicates": 60, **fitness}),
    )
    horizons, rule = horizons_for(protocol, time_varying(made))
    landmarks, landmark_rule = landmarks_for(protocol, made)
    design = baseline_design(made)
    return Climb(
        cohort=made,
        protocol=protocol,
        design=design,
        plan=fitness_plan(made, protocol, design, horizons),
        horizons=horizons,
        landmarks=landmarks,
        horizon_rule=rule,
        landmark_rule=landmark_rule,
        progress=lambda *_: None,
    )


@pytest.fixture(scope="module")
def rung() -> Rung:
    return RUNG.rung(climb_of(cohort()))


def test_the_rung_gives_ratios_differences_and_the_exact_test(rung: Rung) -> None:
    assert rung.status == "ok"
    for variant in ("matched", "matched_censored", "matched_exact"):
        ratio, log_ratio = (rung.contrast(m, variant) for m in ("hazard_ratio", "log_hazard_ratio"))
        assert ratio is not None
        assert log_ratio is not None
        assert ratio.value == pytest.approx(np.exp(log_ratio.value))
        assert ratio.lower < ratio.value < ratio.upper
    measures = {(c.measure, c.at) for c in rung.contrasts if c.variant == "matched"}
    assert {("rmst_difference", 6.0), ("survival_difference", 12.0)} <= measures
    assert [c.arm for c in rung.curves] == ["reference", "intervention"]


def test_intervals_come_from_the_sets_unless_resampled_patients_are_asked_for(rung: Rung) -> None:
    lived = next(c for c in rung.contrasts if c.measure == "rmst_difference")
    assert "n_replicates" not in lived.details
    assert lived.upper - lived.value == pytest.approx(1.959964 * lived.standard_error, rel=1e-5)
    asked = RUNG.rung(climb_of(cohort(), variance="person_bootstrap"))
    again = next(c for c in asked.contrasts if c.measure == "rmst_difference")
    assert again.value == lived.value
    assert again.standard_error != lived.standard_error
    assert again.details["n_replicates"] == 60.0
    assert again.details["set_standard_error"] == lived.standard_error
    off = RUNG.rung(climb_of(cohort(), variance="person_bootstrap", replicates=0))
    assert not any("n_replicates" in c.details for c in off.contrasts)


def test_tables_count_everybody_once(rung: Rung) -> None:
    table = rung.table("matched_sets")
    assert table is not None
    n = dict(zip(table.columns["who"], table.columns["n"], strict=True))
    without = sum(float(v) for k, v in n.items() if str(k).startswith("without"))
    assert n["began treatment under observation"] == n["of them with a set"] + without
    assert n["patients matched to them"] == n["of them with a set"]
    assert not any(str(v).startswith("p0") for v in table.columns["who"])
    for name in ("balance", "treatment_hazard", "switchboard", "bounds"):
        found = rung.table(name)
        assert found is not None
        assert len({len(column) for column in found.columns.values()}) == 1


def test_rosenbaum_bounds_are_taken_from_the_rung(rung: Rung) -> None:
    climb = climb_of(cohort())
    table, bounds = SENSITIVITY(climb, (rung,)), rung.table("bounds")
    assert table is not None
    assert bounds is not None
    assert table.name == "rosenbaum_bounds"
    assert table.columns == bounds.columns
    assert SENSITIVITY(climb, ()) is None
    assert SENSITIVITY(climb, (replace(rung, tables=()),)) is None
    exact = rung.contrast("hazard_ratio", "matched_exact")
    assert exact is not None
    assert table.columns["p_upper"][0] == pytest.approx(exact.p_value)


def test_several_matches_get_the_sandwich_by_set() -> None:
    found = RUNG.rung(climb_of(cohort(200), matches=3, caliper=0.5, replicates=0))
    robust = found.contrast("hazard_ratio", "robust_matched")
    assert robust is not None
    assert "by matched set" in robust.method


def test_exact_factors_and_centres_hold_within_sets() -> None:
    made = cohort(200)
    centre = Covariate(
        name="centre", kind="categorical", values=np.arange(200) % 2.0, levels=("a", "b")
    )
    found = RUNG.rung(
        climb_of(
            replace(made, centre=centre), match_exactly=("site",), centre="stratum", replicates=0
        )
    )
    balance = found.table("balance")
    assert balance is not None
    after = dict(zip(balance.columns["covariate"], balance.columns["after"], strict=True))
    assert after["site = west"] == 0.0
    assert any("different centres" in words for words in found.cautions) is False


def test_competing_events_leave_hazards_only() -> None:
    made = cohort()
    competing = ~made.event & (np.arange(made.n) % 3 == 0)
    found = RUNG.rung(climb_of(replace(made, competing=competing), replicates=20))
    assert found.contrast("hazard_ratio", "matched") is not None
    assert found.curves == ()
    assert any("competing" in words for words in found.cautions)


def test_values_measured_later_are_in_the_score() -> None:
    made = cohort()
    history = History(
        name="fitness",
        kind="numeric",
        patient=np.repeat(np.arange(made.n), 2),
        time=np.tile([0.0, 1.0], made.n),
        values=np.random.default_rng(3).normal(size=2 * made.n),
    )
    found = RUNG.rung(climb_of(replace(made, histories=(history,)), replicates=5))
    table = found.table("treatment_hazard")
    assert table is not None
    assert "fitness" in table.columns["covariate"]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (replace(cohort(), covariates=()), "names no covariates"),
        (replace(cohort(), initiation=np.full(120, np.nan)), "nobody was treated"),
    ],
)
def test_refusals_have_names(made: Cohort, words: str) -> None:
    found = RUNG.rung(climb_of(made))
    assert found.status == "refused"
    assert words in found.refusal


def test_nobody_beside_the_treated_is_refused() -> None:
    made = cohort_of(np.array([5.0, 6.0, 7.0]), np.ones(3, bool), np.array([1.0, 1.0, 1.0]))
    age = Covariate(name="age", kind="numeric", values=np.array([1.0, 2.0, 4.0]))
    found = RUNG.rung(climb_of(replace(made, covariates=(age,))))
    assert found.status == "refused"
    assert "untreated candidate" in found.refusal


def test_a_predictable_treatment_is_fitted_with_a_penalty() -> None:
    leave = np.arange(10.0, 20.0)
    wait = np.where(np.arange(10) < 5, np.arange(1.0, 11.0), np.nan)
    made = cohort_of(leave, np.ones(10, bool), wait)
    column = -np.arange(10.0)[:, np.newaxis]
    candidates = candidates_of(
        made,
        origin=np.zeros(10),
        used=np.ones(10, dtype=np.bool_),
        columns=np.hstack([column, np.ones((10, 1)), 2.0 * column]),
        names=("order", "constant", "twice"),
    )
    hazard = fit_treatment_hazard(candidates)
    assert hazard.penalised
    assert hazard.left_out == ("constant", "twice")
    assert hazard.coefficients[0] > 0.0
    assert np.isfinite(hazard.covariance[0, 0])
    assert np.isnan(hazard.covariance[1, 1])


def test_who_was_treated_before_the_origin_is_refused() -> None:
    made, columns = simulated(20, 1)
    with pytest.raises(AnalysisRefused) as refusal:
        candidates_of(
            made,
            origin=np.full(20, 50.0),
            used=np.ones(20, dtype=np.bool_),
            columns=columns,
            names=("a", "b"),
        )
    assert refusal.value.code == "TZ-EST-treated-before"


def test_a_difference_beyond_the_follow_up_is_not_estimated() -> None:
    from matched_patients import from_time_zero
    from timezero.estimate.risk_set_matching import match_in_risk_sets

    made, columns = simulated(80, 2)
    candidates = from_time_zero(made, columns)
    sets = match_in_risk_sets(candidates, fit_treatment_hazard(candidates), matches=1, caliper=1.0)
    (found,) = matched_differences(sets, (1e4,))
    assert np.isnan(found.rmst_difference)
    assert np.isnan(found.rmst_standard_error)


def test_mantel_byar_adds_the_weighted_and_the_stratified_deals() -> None:
    found = MANTEL_BYAR.rung(climb_of(cohort(), strata=("site",)))
    by_variant = {c.variant: c for c in found.contrasts if c.measure == "hazard_ratio"}
    assert {"exact", "exact_stratified", "exact_weighted"} <= set(by_variant)
    assert "within site" in by_variant["exact_stratified"].method
    assert "in proportion to the fitted hazard" in by_variant["exact_weighted"].method
    # The simulated treated are fitter: weighted deals expect fewer events among them.
    details = [by_variant[v].details["null_score_mean"] for v in ("exact", "exact_weighted")]
    assert details[1] < details[0]
    assert any("as if it were known" in words for words in found.cautions)


def test_weighted_deals_leave_out_who_lacks_a_covariate() -> None:
    made = cohort()
    age = made.covariates[0]
    values = age.values.copy()
    values[:5] = np.nan
    some = replace(made, covariates=(replace(age, values=values),))
    found = MANTEL_BYAR.rung(climb_of(some))
    assert any("5 patients lack a covariate" in words for words in found.cautions)
    values = values.copy()
    values[:60] = np.nan
    many = replace(made, covariates=(replace(age, values=values),))
    refused = MANTEL_BYAR.rung(climb_of(many))
    assert not any(c.variant == "exact_weighted" for c in refused.contrasts)
    assert any("no exact test weighted" in words for words in refused.cautions)


def test_without_covariates_there_is_only_the_ordinary_exact_test() -> None:
    found = MANTEL_BYAR.rung(climb_of(replace(cohort(), covariates=())))
    variants = {c.variant for c in found.contrasts}
    assert variants == {"peto", "exact"}
