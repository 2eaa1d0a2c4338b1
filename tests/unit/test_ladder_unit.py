"""The whole ladder on small cohorts: refusals, sums, and what must not matter."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import timezero
from timezero.errors import AnalysisRefused, UnknownName
from timezero.ladder.run import ladder_methods
from timezero.model.cohort import Covariate
from timezero.model.protocol import (
    AnalysisPart,
    DataPart,
    FitnessPart,
    Protocol,
    QuestionPart,
    ReportPart,
)

NEVER = float("nan")
QUICK = AnalysisPart(redeals=300, bootstrap=200, horizons=(12.0, 24.0), landmarks=(3.0, 6.0))


def illness_death(make_cohort, *, n=80, seed=5, scale=1.0, with_trigger=True, **changes):
    """Candidates from an exponential trigger, treated later by chance alone; nobody is helped."""
    rng = np.random.default_rng(seed)
    death = np.ceil(rng.exponential(700.0, n))
    trigger = np.ceil(rng.exponential(120.0, n))
    treated = trigger + np.ceil(rng.exponential(200.0, n))
    censored = np.ceil(rng.uniform(200.0, 1500.0, n))
    leave = np.minimum(death, censored)
    per_unit = 365.25 / 12.0 / scale
    return make_cohort(
        leave / per_unit,
        death <= censored,
        np.where((treated < leave) & (trigger < leave), treated, NEVER) / per_unit,
        triggers=np.where(trigger < leave, trigger, NEVER) / per_unit if with_trigger else None,
        **changes,
    )


@pytest.fixture
def cohort(make_cohort):
    return illness_death(make_cohort)


@pytest.fixture
def result(cohort):
    return timezero.study(cohort, Protocol(analysis=QUICK))


def all_numbers(result):
    return np.array(
        [
            value
            for rung in result.rungs
            for c in rung.contrasts
            for value in (c.value, c.standard_error, c.lower, c.upper, c.p_value)
        ]
        + [value for share in result.decomposition for value in (share.lower, share.upper)]
    )


def test_every_rung_is_on_the_ladder_in_order(result):
    assert [rung.name for rung in result.rungs] == [
        "ever_treated",
        "clock_reset",
        "waiting_excluded",
        "landmark",
        "landmark_supermodel",
        "mantel_byar",
        "simon_makuch",
        "time_varying",
        "from_trigger",
        "clone_censor_weight",
        "sequential_trials",
        "marginal_structural_cox",
        "risk_set_matching",
        "g_formula",
        "illness_death",
        "structural_failure_time",
        "bayesian",
    ]
    assert [m.name for m in ladder_methods()] == [rung.name for rung in result.rungs]
    refused = {rung.name for rung in result.rungs if rung.status == "refused"}
    # Without covariates nobody can be made comparable; states and priors need none.
    assert refused == {
        "clone_censor_weight",
        "sequential_trials",
        "marginal_structural_cox",
        "risk_set_matching",
        "g_formula",
        "structural_failure_time",
    }


def test_waiting_makes_an_advantage_and_the_corrections_take_it_away(result):
    naive = result.rung("ever_treated").contrast("hazard_ratio")
    assert naive.upper < 1
    for name in ("time_varying", "from_trigger"):
        fair = result.rung(name).contrast("hazard_ratio")
        assert fair.lower < 1 < fair.upper
    assert result.verdict.code in {"waiting_explains_it", "too_few_to_tell"}


@pytest.mark.parametrize("scale", ["log_hazard_ratio", "rmst_difference"])
def test_parts_add_up_to_the_published_difference(result, scale):
    parts = {s.part: s.value for s in result.decomposition if s.scale == scale}
    total = parts["clock"] + parts["person_time"] + parts["trigger"] + parts["remainder"]
    assert total == pytest.approx(parts["published"], rel=1e-12)


def test_parts_say_from_when_time_lived_counts(result):
    words = {(s.scale, s.part): s.words for s in result.decomposition}
    for part, rung in (("person_time", "simon_makuch"), ("trigger", "from_trigger")):
        start = result.rung(rung).curves[0].starts_at
        assert f"counts from {start:g} on" in words["rmst_difference", part]
        assert "counts from" not in words["log_hazard_ratio", part]
    assert "counts from" not in words["rmst_difference", "published"]


def test_the_clock_is_a_part_when_two_clocks_were_published(cohort):
    protocol = Protocol(analysis=QUICK, question=QuestionPart(published_error="clock_reset"))
    shares = timezero.study(cohort, protocol).decomposition
    clock = next(s for s in shares if s.part == "clock" and s.scale == "log_hazard_ratio")
    rungs = {r.name: r for r in timezero.study(cohort, protocol).rungs}
    first, second = (
        rungs[name].contrast("log_hazard_ratio").value
        for name in ("clock_reset", "waiting_excluded")
    )
    assert clock.value == pytest.approx(first - second, rel=1e-12)
    assert clock.lower < clock.value < clock.upper


def test_the_number_of_workers_changes_no_bit(cohort):
    one, three = (
        timezero.study(cohort, Protocol(analysis=QUICK.model_copy(update={"workers": workers})))
        for workers in (1, 3)
    )
    assert np.array_equal(all_numbers(one), all_numbers(three), equal_nan=True)


def test_another_seed_moves_only_what_is_drawn(cohort, result):
    other = timezero.study(cohort, Protocol(analysis=QUICK.model_copy(update={"seed": 7})))
    fixed, moved = (
        [r.rung("mantel_byar").contrast("log_hazard_ratio", v).p_value for r in (result, other)]
        for v in ("peto", "exact")
    )
    assert fixed[0] == fixed[1]
    assert moved[0] != moved[1]
    assert abs(moved[0] - moved[1]) < 0.2


def test_days_and_months_give_the_same_ratios(make_cohort, result):
    in_days = illness_death(make_cohort, scale=365.25 / 12.0, time_unit="days")
    per_month = 365.25 / 12.0
    analysis = QUICK.model_copy(
        update={
            "horizons": tuple(h * per_month for h in QUICK.horizons),
            "landmarks": tuple(s * per_month for s in QUICK.landmarks),
        }
    )
    days = timezero.study(in_days, Protocol(data=DataPart(unit="days"), analysis=analysis))
    for name, factor in (("hazard_ratio", 1.0), ("rmst_difference", per_month)):
        for first, second in zip(result.rungs, days.rungs, strict=True):
            ours = [c.value for c in first.contrasts if c.measure == name]
            theirs = [c.value for c in second.contrasts if c.measure == name]
            assert theirs == pytest.approx([x * factor for x in ours], rel=1e-8)


def test_the_order_of_patients_changes_no_estimate(make_cohort, cohort, result):
    order = np.random.default_rng(2).permutation(cohort.n)
    shuffled = make_cohort(
        cohort.exit[order],
        cohort.event[order],
        cohort.initiation[order],
        triggers=cohort.trigger[order],
    )
    analysis = QUICK.model_copy(update={"redeals": 0, "bootstrap": 0})
    fitness = FitnessPart(replicates=0)
    first, second = (
        timezero.study(c, Protocol(analysis=analysis, fitness=fitness)) for c in (cohort, shuffled)
    )
    assert all_numbers(second) == pytest.approx(all_numbers(first), rel=1e-9, nan_ok=True)


def test_without_a_trigger_the_rung_is_refused_and_said(make_cohort):
    result = timezero.study(
        illness_death(make_cohort, with_trigger=False), Protocol(analysis=QUICK)
    )
    rung = result.rung("from_trigger")
    assert rung.status == "refused"
    assert "no trigger" in rung.refusal
    assert "became a candidate" in rung.needed
    assert any("who could have had the treatment" in text for text in result.verdict.not_answered)
    trigger = [s for s in result.decomposition if s.part == "trigger"]
    assert {s.status for s in trigger} == {"not_assessed"}
    assert all(np.isnan(s.value) for s in trigger)
    left = [s.words for s in result.decomposition if s.part == "remainder"]
    assert all("no candidates" in words for words in left)


def test_everybody_treated_refuses_what_needs_the_untreated(make_cohort):
    result = timezero.study(
        make_cohort([5, 8, 9, 12], [1, 1, 1, 0], [2, 3, 1, 4]), Protocol(analysis=QUICK)
    )
    assert result.rung("ever_treated").status == "refused"
    assert "never treated" in result.rung("ever_treated").refusal
    assert result.rung("time_varying").status in {"ok", "refused"}
    assert result.decomposition == ()
    assert result.verdict.code == "cannot_be_compared"


@pytest.mark.parametrize(
    ("exits", "events", "initiations", "words"),
    [
        ([5, 6], [0, 0], [2, NEVER], "no event"),
        ([5], [1], [2], "1 patient"),
        ([5, 6], [1, 1], [NEVER, NEVER], "nobody began"),
    ],
)
def test_nothing_to_compare_is_refused(make_cohort, exits, events, initiations, words):
    with pytest.raises(AnalysisRefused, match=words):
        timezero.study(make_cohort(exits, events, initiations), Protocol(analysis=QUICK))


def test_no_event_among_the_treated_gives_firth_and_no_infinite_ratio(make_cohort):
    exits = [3, 4, 5, 6, 7, 8, 20, 21, 22, 23]
    result = timezero.study(
        make_cohort(exits, [1] * 6 + [0] * 4, [NEVER] * 6 + [2, 3, 4, 5]),
        Protocol(analysis=QUICK),
    )
    rung = result.rung("time_varying")
    assert rung.contrast("hazard_ratio") is None
    firth = rung.contrast("hazard_ratio", "firth")
    assert 0 < firth.value < 1
    assert np.isfinite(firth.upper)
    assert any("monotone" in caution for caution in rung.cautions)
    for each in result.rungs:
        for contrast in each.contrasts:
            assert contrast.value == pytest.approx(contrast.value, nan_ok=True)
            assert not np.isinf(contrast.value)


def test_landmark_hazards_are_those_of_the_declared_landmarks(result):
    variants = {c.variant for c in result.rung("landmark").contrasts}
    assert {"landmark=3", "landmark=6"} <= variants


def test_strata_of_the_mantel_byar_test(make_cohort):
    from timezero.model.cohort import Covariate

    centre = np.array([0.0, 1.0] * 40)
    cohort = illness_death(
        make_cohort,
        covariates=(
            Covariate(name="centre", kind="categorical", values=centre, levels=("a", "b")),
        ),
    )
    analysis = QUICK.model_copy(update={"strata": ("centre",)})
    rung = timezero.study(cohort, Protocol(analysis=analysis)).rung("mantel_byar")
    whole = rung.contrast("log_hazard_ratio", "peto")
    stratified = rung.contrast("log_hazard_ratio", "peto_stratified")
    assert stratified.details["observed_intervention"] == whole.details["observed_intervention"]
    assert stratified.details["variance"] < whole.details["variance"]


def test_e_values_only_for_rungs_without_waiting(result):
    table = next(t for t in result.sensitivity if t.name == "e_value")
    assert set(table.columns["rung"]) == {"time_varying", "from_trigger"}
    assert all(value >= 1 for value in table.columns["e_value"])


def test_an_unknown_stratum_is_refused_by_name(cohort):
    analysis = QUICK.model_copy(update={"strata": ("center",)})
    with pytest.raises(UnknownName, match="no covariate 'center'"):
        timezero.study(cohort, Protocol(analysis=analysis))


def test_everybody_dying_on_one_day_is_refused_in_words(make_cohort):
    initiations = np.array([NEVER, NEVER, NEVER, NEVER, 0.5, 1.0, 1.5, 2.0])
    cohort = make_cohort(np.full(8, 5.0), np.ones(8, dtype=bool), initiations)
    result = timezero.study(cohort, Protocol(analysis=QUICK))
    assert result.verdict.code == "cannot_be_compared"
    assert "all at risk have the event" in result.rung("ever_treated").refusal
    varying = result.rung("time_varying")
    assert varying.contrast("hazard_ratio", "unadjusted").value == pytest.approx(1.0, abs=1e-12)
    assert varying.contrast("hazard_ratio", "robust") is None
    assert any("no robust standard error" in caution for caution in varying.cautions)
    assert result.rung("landmark").table("landmark_curve") is None


def monotone(make_cohort):
    """Every untreated patient dies before any of the treated."""
    return make_cohort(
        np.array([1.0, 2.0, 3.0, 4.0, 21.0, 22.0, 23.0, 24.0]),
        np.ones(8, dtype=bool),
        np.array([NEVER] * 4 + [0.5] * 4),
    )


def test_a_ratio_with_no_finite_value_names_the_treatment_and_is_not_marked(make_cohort):
    result = timezero.study(monotone(make_cohort), Protocol(analysis=QUICK))
    cautions = result.rung("ever_treated").cautions
    assert any("no finite coefficient of the treatment" in caution for caution in cautions)
    assert any("implausibly far from 1" in caution for caution in cautions)
    assert result.rung("mantel_byar").table("null_naive_hazard_ratio") is None
    assert "0.00 " not in result.verdict.number
    assert not any("0.00 observed" in reason for reason in result.verdict.reasons)


def test_the_deals_are_said_to_be_of_ever_against_never_when_another_count_came_first(cohort):
    question = QuestionPart(published_error="clock_reset")
    analysis = QUICK.model_copy(update={"level": 0.9})
    said = " ".join(
        timezero.study(cohort, Protocol(analysis=analysis, question=question)).verdict.reasons
    )
    assert "comparing ever with never treated would still show" in said
    assert "90% of deals" in said


def test_a_curve_that_empties_before_it_fills_is_refused_and_the_ratio_stands(make_cohort):
    # Patient 0 is the only one under observation when she dies; all others enter later.
    base = illness_death(make_cohort, with_trigger=False)
    entry = np.full(base.n, 2.0)
    leave = np.maximum(base.exit, 2.5)
    entry[0], leave[0] = 0.0, 1.0
    event, late = base.event.copy(), base.initiation.copy()
    event[0], late[0] = True, NEVER
    cohort = dataclasses.replace(base, entry=entry, exit=leave, event=event, initiation=late)
    result = timezero.study(cohort, Protocol(analysis=QUICK))
    naive = result.rung("ever_treated")
    assert naive.curves == ()
    assert any("at 1 have the event then" in caution for caution in naive.cautions)
    assert {c.measure for c in naive.contrasts} == {"log_hazard_ratio", "hazard_ratio"}
    for curve in result.rung("simon_makuch").curves:
        assert curve.starts_at >= 2.0
        assert curve.survival[0] > 0.5
    result.to_json()
    cautions = str(result.rung("time_varying").cautions)
    assert "no test of proportional hazards: the km transform" in cautions


def test_one_patient_treated_and_dying_alone_leaves_no_curve_at_nought(make_cohort):
    leave = np.array([2.0, 5.0, 9.0, 12.0, 6.0, 7.0, 10.0, 11.0])
    late = np.array([1.0, 3.0, 3.0, 3.0, NEVER, NEVER, NEVER, NEVER])
    cohort = make_cohort(leave, np.ones(8, dtype=bool), late)
    varying = timezero.study(cohort, Protocol(analysis=QUICK)).rung("time_varying")
    assert varying.curves == ()
    assert varying.contrast("hazard_ratio", "unadjusted") is not None


# Of fewer than five patients nothing may be shared.
OWN = ReportPart(profile="own")


def test_one_rung_without_events_leaves_the_others_standing(make_cohort):
    """Found by random small cohorts: each of these once ended the whole study."""
    entered_late = make_cohort(
        [12.0, 30.0, 40.0, 8.0, 25.0, 33.0, 21.0, 38.0],
        [1, 1, 1, 1, 1, 1, 0, 1],
        [2.0, 4.0, 9.0, NEVER, NEVER, NEVER, 6.0, NEVER],
        entries=[0.0, 20.0, 28.0, 0.0, 0.0, 18.0, 0.0, 25.0],
    )
    whole_numbers = make_cohort([0.0, 1.0, 1.0], [1, 1, 1], [NEVER, 0.0, 0.0])
    window = QUICK.model_copy(update={"landmark_window": 10.0})
    for cohort in (entered_late, whole_numbers):
        for error in ("ever_treated", "clock_reset", "waiting_excluded"):
            question = QuestionPart(published_error=error)
            asked = Protocol(analysis=window, question=question, report=OWN)
            result = timezero.study(cohort, asked)
            assert len(result.rungs) == len(ladder_methods())
            result.to_json()


def test_random_small_cohorts_are_answered_or_refused_by_name(make_cohort):
    rng = np.random.default_rng(20)
    n_answered, refused = 0, set[str]()
    for _ in range(40):
        n = int(rng.integers(2, 12))
        leave = rng.integers(0, 6, n).astype(float)
        late = np.where(rng.random(n) < 0.5, np.floor(rng.random(n) * (leave + 1)), NEVER)
        late = np.where(late >= leave, NEVER, late)
        cohort = make_cohort(leave, rng.random(n) < 0.7, late)
        analysis = AnalysisPart(redeals=20, bootstrap=20, horizons=(2.0, 4.0))
        try:
            result = timezero.study(cohort, Protocol(analysis=analysis, report=OWN))
        except AnalysisRefused as refusal:
            refused.add(refusal.code)
            continue
        n_answered += 1
        assert "nan" not in result.verdict.number
        result.to_json()
    assert n_answered > 15
    assert refused <= {"TZ-LAD-11", "TZ-LAD-12"}


def test_what_the_two_mantel_byar_ratios_compare_is_said(make_cohort, result):
    assert "candidates only" in str(result.rung("mantel_byar").cautions)
    without = timezero.study(monotone(make_cohort), Protocol(analysis=QUICK)).rung("mantel_byar")
    assert "candidates only" not in str(without.cautions)
    assert "one-step ratio so far from 1" in str(without.cautions)


def test_curves_from_a_state_that_is_empty_at_an_event_have_no_test_and_no_interval(make_cohort):
    # Two die untreated before anybody is treated: until then the treated curve is 1 by convention.
    rng = np.random.default_rng(8)
    waits = np.concatenate([[NEVER] * 20, 3.0 + np.arange(20.0) / 4.0])
    leave = np.concatenate([[1.0, 2.0], 12.0 + rng.permutation(38) / 2.0])
    cohort = make_cohort(leave, [1] * 40, waits)
    analysis = AnalysisPart(redeals=20, bootstrap=20, horizons=(20.0,), landmarks=(8.0,))
    study = timezero.study(cohort, Protocol(analysis=analysis))

    def lived(name):
        rung = study.rung(name)
        return next(c for c in rung.contrasts if c.measure == "rmst_difference")

    empty = lived("time_varying")
    assert np.isfinite(empty.value)
    assert np.isnan([empty.lower, empty.upper, empty.p_value]).all()
    assert any("empty at an event" in caution for caution in empty.cautions)
    for name in ("simon_makuch", "landmark"):
        tested = lived(name)
        z = tested.value / tested.details["no_effect_standard_error"]
        assert tested.statistic == pytest.approx(z * z)
        assert np.isfinite([tested.lower, tested.p_value]).all()


@pytest.mark.parametrize(("n_events", "adjusted"), [(9, False), (10, True)])
def test_fewer_than_ten_events_are_not_adjusted(make_cohort, n_events, adjusted):
    rng = np.random.default_rng(14)
    leave = 10.0 + rng.permutation(40) / 2.0
    event = np.isin(np.arange(40), rng.permutation(40)[:n_events])
    waits = np.where(np.arange(40) % 2 == 0, NEVER, 1.0 + np.arange(40) / 8.0)
    age = Covariate(name="age", kind="numeric", values=rng.normal(60.0, 9.0, 40))
    cohort = dataclasses.replace(make_cohort(leave, event, waits), covariates=(age,))
    rung = timezero.study(cohort, Protocol(analysis=QUICK)).rung("time_varying")
    assert (rung.contrast("hazard_ratio", "firth_adjusted") is not None) is adjusted
    assert rung.contrast("hazard_ratio", "firth") is not None
    assert any("cannot carry" in caution for caution in rung.cautions) is not adjusted


def test_what_many_rows_leave_out_is_said(make_cohort, monkeypatch):
    monkeypatch.setattr("timezero.ladder.hazard.FIRTH_AFFORDABLE_ROWS", 10)
    monkeypatch.setattr("timezero.ladder.rungs.time_varying.PROFILE_AFFORDABLE_ROWS", 10)
    rung = timezero.study(illness_death(make_cohort), Protocol(analysis=QUICK)).rung("time_varying")
    assert rung.contrast("hazard_ratio", "firth") is None
    assert rung.contrast("hazard_ratio", "profile") is None
    said = " ".join(rung.cautions)
    assert "Firth's estimate is left out" in said
    assert "profile-likelihood interval is left out" in said
