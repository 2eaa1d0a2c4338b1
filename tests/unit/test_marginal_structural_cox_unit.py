"""The rung marginal_structural_cox: what it says, what it refuses, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from confounded_patients import Confounded, confounded
from timezero.align.time_varying import time_varying
from timezero.ladder.climb import Climb
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.ladder.design import baseline_design
from timezero.ladder.fitness_plan import fitness_plan
from timezero.ladder.initiation_tables import SWEEP
from timezero.ladder.rungs.marginal_structural_cox import RUNG
from timezero.ladder.variance_choice import choose_variance
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.protocol import AnalysisPart, FitnessPart, Protocol
from timezero.model.result import Rung

QUICK = {"replicates": 60, "period": 1.0}


def cohort_of(who: Confounded, **changes: Any) -> Cohort:
    """Return the cohort with its age as a covariate and its severity as a history."""
    n, n_periods = who.severity.shape
    history = History(
        name="severity",
        kind="numeric",
        patient=np.repeat(np.arange(n), n_periods).astype(np.int64),
        time=np.tile(np.arange(n_periods, dtype=np.float64), n),
        values=who.severity.ravel(),
    )
    age = Covariate(name="age", kind="numeric", values=who.age)
    given = {"covariates": (age,), "histories": (history,), **changes}
    return replace(who.cohort, **given)


def climb_of(cohort: Cohort, **fitness: Any) -> Climb:
    workers = fitness.pop("workers", 1)
    protocol = Protocol(
        analysis=AnalysisPart(horizons=(12.0, 20.0), workers=workers),
        fitness=FitnessPart(**{**QUICK, **fitness}),
    )
    horizons, rule = horizons_for(protocol, time_varying(cohort))
    landmarks, landmark_rule = landmarks_for(protocol, cohort)
    design = baseline_design(cohort)
    return Climb(
        cohort=cohort,
        protocol=protocol,
        design=design,
        plan=fitness_plan(cohort, protocol, design, horizons),
        horizons=horizons,
        landmarks=landmarks,
        horizon_rule=rule,
        landmark_rule=landmark_rule,
        progress=lambda *_: None,
    )


@pytest.fixture(scope="module")
def who() -> Confounded:
    return confounded(200, seed=8)


@pytest.fixture(scope="module")
def rung(who: Confounded) -> Rung:
    return RUNG.rung(climb_of(cohort_of(who)))


def table(rung: Rung, name: str) -> Any:
    return next(t for t in rung.tables if t.name == name)


def log_ratio(rung: Rung, variant: str = "weighted") -> Any:
    found = rung.contrast("log_hazard_ratio", variant)
    assert found is not None
    return found


def test_weighting_takes_away_what_severity_made(rung: Rung) -> None:
    assert rung.status == "ok"
    weighted, plain = log_ratio(rung), log_ratio(rung, "unweighted")
    assert plain.value - weighted.value > 0.15
    assert weighted.lower < weighted.value < weighted.upper
    ratio = rung.contrast("hazard_ratio", "weighted")
    assert ratio is not None
    assert ratio.value == pytest.approx(np.exp(weighted.value))


def test_same_numbers_as_the_estimator_on_the_same_periods(who: Confounded, rung: Rung) -> None:
    from timezero.estimate.marginal_structural_cox import fit_marginal_structural_cox

    fit = fit_marginal_structural_cox(who.data())
    assert log_ratio(rung).value == pytest.approx(fit.log_hazard_ratio, abs=1e-8)
    details = log_ratio(rung).details
    assert details["sandwich_standard_error"] == pytest.approx(fit.standard_error, rel=1e-6)
    assert details["n_patients"] == 200.0
    assert details["effective_sample_size_intervention"] == pytest.approx(fit.effective[1])
    assert details["weighted_events_reference"] == pytest.approx(fit.weighted_events[0])


def test_the_reason_for_the_variance_is_printed(rung: Rung) -> None:
    assert "200 patients, fewer than 300" in log_ratio(rung).method
    assert log_ratio(rung).details["n_replicates"] == 60.0
    assert log_ratio(rung).details["monte_carlo_error_lower"] > 0.0


def test_tables_have_their_columns(rung: Rung) -> None:
    names = [t.name for t in rung.tables]
    assert names == [
        "weight_summary",
        "balance",
        "preference",
        "positivity",
        "truncation_sweep",
        "influence",
        "switchboard",
    ]
    for each in rung.tables:
        assert len({len(column) for column in each.columns.values()}) == 1
    assert table(rung, "truncation_sweep").columns["quantile"] == SWEEP
    weights = table(rung, "truncation_sweep").columns["largest_weight"]
    assert sorted(weights, reverse=True) == list(weights)
    first = table(rung, "truncation_sweep").columns["log_hazard_ratio"][0]
    assert first == pytest.approx(log_ratio(rung).value)
    assert set(table(rung, "weight_summary").columns["arm"]) == {"reference", "intervention"}


def test_weighting_balances_severity(rung: Rung) -> None:
    balance = table(rung, "balance").columns
    at = balance["covariate"].index("severity")
    assert balance["before"][at] > 0.4
    assert abs(balance["after"][at]) < 0.15


def test_influential_patients_come_in_order(rung: Rung) -> None:
    changes = np.abs(table(rung, "influence").columns["change_in_log_hazard_ratio"])
    assert list(changes) == sorted(changes, reverse=True)
    assert changes.size == 5


def test_without_histories_it_says_what_is_left_open(who: Confounded) -> None:
    rung = RUNG.rung(climb_of(cohort_of(who, histories=())))
    assert rung.status == "ok"
    assert any("nothing that changes" in caution for caution in rung.cautions)
    assert table(rung, "balance").columns["covariate"] == ("age",)


def test_values_not_measured_are_marked_and_said(who: Confounded) -> None:
    cohort = cohort_of(who)
    late = replace(
        cohort.histories[0],
        patient=cohort.histories[0].patient[cohort.histories[0].time >= 2.0],
        time=cohort.histories[0].time[cohort.histories[0].time >= 2.0],
        values=cohort.histories[0].values[cohort.histories[0].time >= 2.0],
    )
    rung = RUNG.rung(climb_of(replace(cohort, histories=(late,))))
    assert rung.status == "ok"
    assert any("had not been measured" in caution for caution in rung.cautions)
    assert "severity not measured" in table(rung, "balance").columns["covariate"]


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_do_not_matter(who: Confounded, rung: Rung, workers: int) -> None:
    again = RUNG.rung(climb_of(cohort_of(who), workers=workers))
    one, other = log_ratio(rung), log_ratio(again)
    assert (one.standard_error, one.lower, one.upper) == (
        other.standard_error,
        other.lower,
        other.upper,
    )


def test_each_variance_can_be_asked_for(who: Confounded, rung: Rung) -> None:
    errors = {"automatic": log_ratio(rung).standard_error}
    for way in ("sandwich", "person_bootstrap", "lef_bootstrap"):
        found = log_ratio(RUNG.rung(climb_of(cohort_of(who), variance=way)))
        assert "as declared" in found.method
        errors[way] = found.standard_error
    assert errors["automatic"] == errors["person_bootstrap"]
    assert len(set(errors.values())) == 3
    assert max(errors.values()) < 1.4 * min(errors.values())
    off = log_ratio(RUNG.rung(climb_of(cohort_of(who), replicates=0)))
    assert "switched off" in off.method
    assert off.standard_error == errors["sandwich"]


def test_variance_by_size_has_near_misses_on_both_sides(who: Confounded) -> None:
    climb = climb_of(cohort_of(who))

    def way(n_patients: int, n_events: float, n_centres: int = 0) -> str:
        return choose_variance(
            climb, n_patients=n_patients, n_events=n_events, n_centres=n_centres
        ).way

    assert way(299, 1000.0) == "person_bootstrap"
    assert way(300, 50.0) == "sandwich"
    assert way(300, 49.0) == "person_bootstrap"
    assert way(100, 20.0, n_centres=8) == "sandwich"


def centres(n: int, n_centres: int) -> Covariate:
    return Covariate(
        name="centre",
        kind="categorical",
        values=(np.arange(n) % n_centres).astype(np.float64),
        levels=tuple(f"centre {k}" for k in range(n_centres)),
    )


def test_centres_are_clusters_from_six_on(who: Confounded, rung: Rung) -> None:
    few = RUNG.rung(climb_of(cohort_of(who, centre=centres(200, 5))))
    assert any("5 centres are too few" in caution for caution in few.cautions)
    assert log_ratio(few).standard_error == log_ratio(rung).standard_error
    six = RUNG.rung(climb_of(cohort_of(who, centre=centres(200, 6))))
    assert any("multiplied by 6/5" in caution for caution in six.cautions)
    assert log_ratio(six).details["n_clusters"] == 6.0
    assert "by 6 centres" in log_ratio(six).method
    many = RUNG.rung(climb_of(cohort_of(who, centre=centres(200, 40))))
    assert not any("centres" in caution for caution in many.cautions)
    assert log_ratio(many).value == log_ratio(rung).value


def test_centres_can_be_strata_or_ignored(who: Confounded, rung: Rung) -> None:
    cohort = cohort_of(who, centre=centres(200, 4))
    strata = RUNG.rung(climb_of(cohort, centre="stratum"))
    assert log_ratio(strata).value != log_ratio(rung).value
    ignored = RUNG.rung(climb_of(cohort, centre="ignore"))
    assert log_ratio(ignored).standard_error == log_ratio(rung).standard_error


def test_competing_events_are_named(who: Confounded) -> None:
    cohort = cohort_of(who)
    competing = ~cohort.event & (np.arange(cohort.n) % 3 == 0)
    rung = RUNG.rung(climb_of(replace(cohort, competing=competing)))
    assert any("cause-specific" in caution for caution in rung.cautions)


def test_truncation_is_said_and_moves_the_estimate(who: Confounded, rung: Rung) -> None:
    cut = RUNG.rung(climb_of(cohort_of(who), truncate=0.95))
    assert "truncated at quantile 0.95" in log_ratio(cut).method
    sweep = table(rung, "truncation_sweep").columns
    assert log_ratio(cut).value == pytest.approx(sweep["log_hazard_ratio"][-1])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"covariates": (), "histories": ()}, "names no covariates"),
        ({"initiation": np.full(200, np.nan)}, "nobody is treated"),
        ({"event": np.zeros(200, dtype=np.bool_)}, "no events"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(
    who: Confounded, changes: dict[str, Any], words: str
) -> None:
    rung = RUNG.rung(climb_of(cohort_of(who, **changes)))
    assert rung.status == "refused"
    assert words in rung.refusal
    assert rung.needed


def test_too_few_treatments_for_the_model_are_refused_and_near_misses_warned(
    who: Confounded,
) -> None:
    initiated = np.flatnonzero(~np.isnan(who.cohort.initiation))

    def with_treated(n: int) -> Rung:
        initiation = np.full(200, np.nan)
        initiation[initiated[:n]] = who.cohort.initiation[initiated[:n]]
        return RUNG.rung(climb_of(cohort_of(who, initiation=initiation), variance="sandwich"))

    refused = with_treated(3)
    assert refused.status == "refused"
    assert "3 treatments cannot carry a treatment model of 2 columns" in refused.refusal
    warned = with_treated(19)
    assert any("9.5 treatments begun for each column" in c for c in warned.cautions)
    enough = with_treated(20)
    assert not any("treatments begun for each" in c for c in enough.cautions)


def test_columns_without_variation_are_left_out_and_named(who: Confounded) -> None:
    cohort = cohort_of(who)
    flat = Covariate(name="flat", kind="numeric", values=np.ones(cohort.n))
    rung = RUNG.rung(climb_of(replace(cohort, covariates=(*cohort.covariates, flat))))
    assert any("the same in all candidates: flat" in caution for caution in rung.cautions)


def test_counted_from_the_trigger_only_candidates_take_part(who: Confounded) -> None:
    cohort = cohort_of(who)
    trigger = np.where(np.arange(cohort.n) % 4 == 0, np.nan, 0.25)
    trigger = np.where(cohort.initiation < trigger, np.nan, trigger)
    rung = RUNG.rung(climb_of(replace(cohort, trigger=trigger)))
    n = int((~np.isnan(trigger) & (cohort.exit > trigger)).sum())
    assert log_ratio(rung).details["n_patients"] == n
    assert table(rung, "switchboard").columns["choice"][0] == "the trigger"
