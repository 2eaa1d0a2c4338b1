"""The rung clone_censor_weight: what it says, what it refuses, what it leaves out by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clone_patients import late_treatment
from timezero.errors import AnalysisRefused
from timezero.estimate.censoring_weights import WeightChoice, weight_models
from timezero.ladder.run import prepare_climb
from timezero.ladder.rungs.clone_censor_weight import RUNG
from timezero.model.cohort import History
from timezero.model.protocol import AnalysisPart, FitnessPart, Protocol

QUICK = {"grace_period": 60.0, "period": 14.0, "replicates": 100}
NEVER = float("nan")


def rung_of(cohort, *, horizons=(90.0, 300.0), data=None, **fitness):
    protocol = Protocol(
        analysis=AnalysisPart(horizons=horizons),
        fitness=FitnessPart(**(QUICK | fitness)),
        data={"unit": "days", **(data or {})},
    )
    return RUNG.rung(prepare_climb(cohort, protocol))


@pytest.fixture
def cohort(make_cohort):
    return late_treatment(make_cohort, n=120, seed=1)


@pytest.fixture
def rung(cohort):
    return rung_of(cohort)


def test_every_number_has_both_versions_and_its_error(rung):
    assert rung.status == "ok"
    for variant in ("weighted", "unweighted"):
        measures = [(c.measure, c.at) for c in rung.contrasts if c.variant == variant]
        assert len(measures) == 2 + 4
    for contrast in rung.contrasts:
        assert contrast.standard_error > 0.0
        assert contrast.lower < contrast.value < contrast.upper
        assert contrast.details["n_replicates"] == 100.0


def test_the_hazard_ratio_carries_what_it_is_judged_by(rung):
    details = rung.contrast("hazard_ratio", "weighted").details
    assert 0.0 < details["effective_sample_size_intervention"] <= details["n_intervention"]
    assert details["effective_sample_size_reference"] <= details["n_reference"]
    assert details["standard_error_weights_known"] > 0.0


def test_an_event_of_both_clones_is_one_event(cohort, rung):
    details = rung.contrast("hazard_ratio", "weighted").details
    assert details["n_events"] <= cohort.event.sum() < sum(arm.n_events for arm in rung.arms)
    assert "weight models" in rung.contrast("hazard_ratio", "weighted").method
    assert "weight models" not in rung.contrast("hazard_ratio", "unweighted").method


def test_the_reason_for_the_standard_error_is_printed(make_cohort, rung):
    assert "120 patients are fewer than 300" in rung.contrasts[0].method
    large = rung_of(late_treatment(make_cohort, n=400, seed=1))
    assert "influence functions" in large.contrasts[0].method
    assert "counted as estimated" in large.contrasts[0].method
    assert "n_replicates" not in large.contrasts[0].details
    few = late_treatment(make_cohort, n=400, seed=1)
    few = replace(few, event=few.event & (np.cumsum(few.event) <= 45))
    assert "45 events are fewer than 50" in rung_of(few).contrasts[0].method
    off = rung_of(late_treatment(make_cohort, n=120, seed=1), replicates=0)
    assert "fitness.replicates = 0" in off.contrasts[0].method


def test_both_standard_errors_tell_the_same(make_cohort):
    """Resampling patients, and influence functions: within a quarter at 300 patients."""
    cohort = late_treatment(make_cohort, n=300, seed=3)
    by_influence = rung_of(cohort, variance="sandwich")
    resampled = rung_of(cohort, variance="person_bootstrap", replicates=300)
    for one, other in zip(by_influence.contrasts, resampled.contrasts, strict=True):
        assert one.value == other.value
        assert one.standard_error == pytest.approx(other.standard_error, rel=0.25)


def test_every_table_is_there(rung):
    for name in (
        "switchboard",
        "weight_summary",
        "balance",
        "balance_over_time",
        "grace_sweep",
        "truncation_sweep",
        "positivity",
        "preference",
        "influence",
    ):
        table = rung.table(name)
        assert table is not None, name
        assert len({len(column) for column in table.columns.values()}) == 1
    assert rung.table("grace_sweep").columns["grace_period"] == (40.0, 60.0, 90.0)
    assert min(rung.table("grace_sweep").columns["standard_error"]) > 0.0
    sweep = rung.table("truncation_sweep").columns
    assert sweep["quantile"] == (1.0, 0.995, 0.99, 0.95)
    assert list(sweep["largest_weight"]) == sorted(sweep["largest_weight"], reverse=True)


def test_the_switchboard_says_what_is_not_weighted(rung):
    board = rung.table("switchboard").columns
    choices = dict(zip(board["convention"], board["choice"], strict=True))
    assert choices["loss to follow-up before the end"].startswith("not weighted")
    assert choices["timing under the strategy to treat"] == "as was done (natural)"
    assert "exact times" in choices["event and treatment in one period"]
    assert all(board["alternatives"])


def test_weighting_balances_what_was_known(rung):
    balance = rung.table("balance").columns
    before, after = np.abs(balance["before"]), np.abs(balance["after"])
    assert before.max() > 0.3
    assert after.max() < before.max() / 2


def test_curves_hold_patients_and_leave_at_the_grace_end(rung):
    for curve in rung.curves:
        assert np.all(np.diff(curve.survival) <= 0.0)
        inside = np.isfinite(curve.lower)
        assert np.all(curve.lower[inside] <= curve.survival[inside])
        assert np.all(curve.survival[inside] <= curve.upper[inside])
        assert np.all(curve.n_censored >= 0.0)
    treated = rung.curves[1]
    assert treated.n_crossed[treated.times == 60.0][0] == treated.n_crossed.sum() > 0.0


def test_curves_and_arms_agree_with_contrasts(rung):
    none, one = rung.arms
    for h, horizon in enumerate((90.0, 300.0)):
        found = next(
            c
            for c in rung.contrasts
            if c.measure == "rmst_difference" and c.variant == "weighted" and c.at == horizon
        )
        assert one.rmst[h].value - none.rmst[h].value == pytest.approx(found.value)
        assert one.rmst[h].standard_error > 0.0


@pytest.mark.parametrize(
    "fitness",
    [
        {"weight_model": "cox"},
        {"grace": "uniform"},
        {"hazard_at": "through"},
        {"truncate": 0.95},
        {"variance": "lef_bootstrap"},
        {"event_order": "event_first"},
    ],
)
def test_every_choice_is_estimated_and_said(cohort, rung, fitness):
    other = rung_of(cohort, **fitness)
    assert other.status == "ok", other.refusal
    assert np.isfinite(other.contrast("hazard_ratio", "weighted").value)
    if "variance" in fitness:
        assert "linearised bootstrap was declared" in other.contrasts[0].method
    elif "event_order" not in fitness:
        assert other.table("switchboard").columns != rung.table("switchboard").columns


def test_uniform_grace_with_cox_weights_is_refused(cohort):
    refused = rung_of(cohort, weight_model="cox", grace="uniform")
    assert refused.status == "refused"
    assert "uniform grace" in refused.refusal


def test_logistic_weights_without_periods_are_refused(make_cohort, cohort):
    from timezero.align.clone_censor import clone_censor

    clones = clone_censor(cohort, origin=np.zeros(cohort.n), grace=60.0)
    with pytest.raises(AnalysisRefused, match="no periods"):
        weight_models(clones, np.zeros((cohort.n, 0)), names=(), choice=WeightChoice())


def test_nobody_treated_within_the_grace_period(cohort):
    late = replace(cohort, initiation=np.where(cohort.initiation > 70.0, cohort.initiation, NEVER))
    refused = rung_of(late)
    assert refused.status == "refused"
    assert refused.refusal == "nobody was treated within the grace period of 60"
    assert "grace_period" in refused.needed


def test_everybody_treated_within_the_grace_period(cohort):
    early = np.minimum(np.where(np.isnan(cohort.initiation), 30.0, cohort.initiation), 40.0)
    refused = rung_of(replace(cohort, initiation=np.minimum(early, cohort.exit - 0.5)))
    assert refused.status == "refused"
    assert "everybody followed beyond the grace period" in refused.refusal


def test_nobody_treated_is_followed_beyond_it(cohort):
    gone = np.where(cohort.initiation <= 60.0, np.minimum(cohort.exit, 60.0), cohort.exit)
    gone = np.where(cohort.initiation < gone, gone, np.maximum(gone, cohort.initiation + 0.1))
    gone = np.where(np.isnan(gone), cohort.exit, np.minimum(gone, cohort.exit))
    refused = rung_of(replace(cohort, exit=np.where(cohort.initiation <= 60.0, gone, cohort.exit)))
    assert refused.status == "refused"
    assert "followed beyond" in refused.refusal


def test_no_events(cohort):
    refused = rung_of(replace(cohort, event=np.zeros(cohort.n, dtype=bool)))
    assert refused.status == "refused"
    assert "no patient had the event" in refused.refusal


def test_no_covariates(cohort):
    assert rung_of(replace(cohort, covariates=())).status == "refused"


def test_competing_events_leave_the_hazard_ratio(cohort):
    competing = ~cohort.event & (np.arange(cohort.n) % 2 == 0)
    found = rung_of(replace(cohort, competing=competing))
    assert found.status == "ok"
    assert {c.measure for c in found.contrasts} == {"hazard_ratio", "log_hazard_ratio"}
    assert found.curves == ()
    assert any("cause-specific" in caution for caution in found.cautions)


def with_history(cohort, *, known_until=400.0):
    """Add a characteristic measured every ten days, which worsens in the frail."""
    frail = cohort.covariates[1].values
    times = np.arange(0.0, 100.0, 10.0)
    patient = np.repeat(np.arange(cohort.n), times.size)
    time = np.tile(times, cohort.n)
    rng = np.random.default_rng(2)
    values = rng.standard_normal(patient.size) + 0.05 * time * frail[patient]
    history = History(
        name="marker",
        kind="numeric",
        patient=patient,
        time=time,
        values=values,
        maximum_age=known_until,
    )
    return replace(cohort, histories=(history,))


@pytest.mark.parametrize("grace", ["natural", "uniform"])
def test_changing_characteristics_enter_the_weights(cohort, rung, grace):
    found = rung_of(with_history(cohort), grace=grace, replicates=20)
    assert found.status == "ok", found.refusal
    value = found.contrast("log_hazard_ratio", "weighted").value
    assert value != rung.contrast("log_hazard_ratio", "weighted").value
    assert "marker, at the origin" in found.table("balance").columns["covariate"]
    said = any("as of the origin" in caution for caution in found.cautions)
    assert said == (grace == "natural")


def test_unknown_changing_characteristics_are_counted(cohort):
    changing = with_history(cohort)
    history = changing.histories[0]
    kept = history.patient >= 5
    fewer = replace(
        history,
        patient=history.patient[kept],
        time=history.time[kept],
        values=history.values[kept],
    )
    found = rung_of(replace(changing, histories=(fewer,)), replicates=20)
    assert any(c.startswith("5 candidates are left out") for c in found.cautions)


def test_delayed_entry_is_left_out_by_the_plan(cohort):
    entry = np.full(cohort.n, -np.inf)
    entry[:4] = 0.5
    found = rung_of(replace(cohort, entry=entry))
    assert any("4 patients came under observation after time zero" in c for c in found.cautions)


def test_a_grace_period_nobody_keeps_is_said_in_the_sweep(cohort):
    found = rung_of(cohort, grace_periods=(0.25, 60.0, 90.0))
    assert any("no estimate with a grace period of 0.25" in c for c in found.cautions)
    assert found.table("grace_sweep").columns["grace_period"] == (60.0, 90.0)


def test_a_column_of_one_value_is_left_out_by_name(cohort):
    same = replace(cohort.covariates[0], name="ward", values=np.ones(cohort.n))
    found = rung_of(replace(cohort, covariates=(*cohort.covariates, same)))
    assert found.status == "ok"
    assert any("leaves out ward" in caution for caution in found.cautions)


def test_workers_change_nothing(cohort):
    def numbers(workers):
        protocol = Protocol(
            analysis=AnalysisPart(horizons=(90.0,), workers=workers),
            fitness=FitnessPart(**QUICK),
            data={"unit": "days"},
        )
        rung = RUNG.rung(prepare_climb(cohort, protocol))
        return [(c.value, c.standard_error, c.lower, c.upper) for c in rung.contrasts]

    assert numbers(1) == numbers(3)
