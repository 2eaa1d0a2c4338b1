"""The rung sequential_trials: what it says, what it refuses, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from confounded_patients import Confounded, confounded
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.estimate.sequential_trials import fit_trials
from timezero.estimate.trial_effects import trial_effects
from timezero.estimate.trial_rows import counts_of
from timezero.estimate.trial_sequence import trial_sequence
from timezero.ladder.climb import Climb
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.ladder.design import baseline_design
from timezero.ladder.fitness_plan import fitness_plan
from timezero.ladder.rungs.sequential_trials import RUNG
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.protocol import AnalysisPart, FitnessPart, Protocol
from timezero.model.result import Rung

QUICK = {"replicates": 60, "period": 1.0}
VARIANTS = ("per_protocol", "intention_to_treat")


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
    """Prepare the ladder for one cohort."""
    workers = fitness.pop("workers", 1)
    horizons = fitness.pop("horizons", (4.0, 8.0))
    protocol = Protocol(
        analysis=AnalysisPart(horizons=horizons, workers=workers),
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


def numbers_of(rung: Rung) -> Any:
    """Return every number of the contrasts."""
    return np.array(
        [[c.value, c.standard_error, c.lower, c.upper, c.p_value] for c in rung.contrasts]
    )


def words_of(rung: Rung) -> str:
    """Return the cautions in one piece."""
    return " | ".join(rung.cautions)


def choice(rung: Rung, convention: str) -> str:
    """Return what the switchboard says of a convention."""
    table = rung.table("switchboard")
    assert table is not None
    columns = table.columns
    return str(columns["choice"][columns["convention"].index(convention)])


def test_both_analyses_are_there_with_every_measure(rung: Rung) -> None:
    assert rung.status == "ok"
    for variant in VARIANTS:
        log, ratio = (rung.contrast(m, variant) for m in ("log_hazard_ratio", "hazard_ratio"))
        assert log is not None
        assert ratio is not None
        assert ratio.value == pytest.approx(np.exp(log.value))
        for measure in ("survival_difference", "rmst_difference"):
            found = [c for c in rung.contrasts if (c.measure, c.variant) == (measure, variant)]
            assert [c.at for c in found] == [4.0, 8.0]
            assert all(c.lower <= c.upper and c.standard_error > 0.0 for c in found)
            for c in found:
                both = c.details["intervention"] - c.details["reference"]
                assert c.value == pytest.approx(both)


def test_curves_and_arms_speak_of_patients_not_of_copies(rung: Rung, who: Confounded) -> None:
    assert [c.arm for c in rung.curves] == ["reference", "intervention"]
    for arm, curve in zip(rung.arms, rung.curves, strict=True):
        assert curve.n_at_risk[0] == arm.n_patients <= who.cohort.n
        assert curve.n_events.sum() == arm.n_events
        assert (np.diff(curve.survival) <= 0.0).all()
        assert (curve.lower <= curve.survival).all()
        assert (curve.survival <= curve.upper).all()
        assert (curve.n_censored >= 0.0).all()
        at = dict(zip(curve.times, curve.survival, strict=True))
        assert [s.value for s in arm.survival] == pytest.approx([at[4.0], at[8.0]])


def test_tables_are_complete(rung: Rung) -> None:
    tables = {t.name: t for t in rung.tables}
    wanted = {"switchboard", "weight_summary", "truncation_sweep", "positivity", "preference"}
    assert wanted <= set(tables)
    for table in tables.values():
        assert len({len(column) for column in table.columns.values()}) == 1
    sweep = tables["truncation_sweep"].columns
    assert list(sweep["quantile"]) == [1.0, 0.995, 0.99, 0.95]
    assert list(sweep["largest_weight"]) == sorted(sweep["largest_weight"], reverse=True)
    main = rung.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert sweep["log_hazard_ratio"][0] == pytest.approx(main.value, abs=1e-9)


def test_few_patients_are_resampled_and_the_reason_is_printed(rung: Rung) -> None:
    main = rung.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert main.details["n_replicates"] == 60.0
    assert "linearised" in main.method
    assert "200 patients, fewer than 300" in main.method
    assert choice(rung, "standard errors") in main.method


def test_many_patients_get_the_sandwich() -> None:
    cohort = cohort_of(confounded(420, seed=2))
    found = RUNG.rung(climb_of(cohort))
    main = found.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert "n_replicates" not in main.details
    assert "sandwich" in main.method
    assert "420 patients" in main.method


@pytest.mark.parametrize("variance", ["sandwich", "person_bootstrap", "lef_bootstrap"])
def test_declared_variance_is_used(who: Confounded, variance: str) -> None:
    found = RUNG.rung(climb_of(cohort_of(who), variance=variance, replicates=20))
    main = found.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert "declared in the protocol" in main.method
    assert ("n_replicates" in main.details) == (variance != "sandwich")


def test_without_resampling_the_sandwich_stands_in(who: Confounded) -> None:
    found = RUNG.rung(climb_of(cohort_of(who), replicates=0))
    main = found.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert "resampling is switched off" in main.method


def test_workers_do_not_change_a_digit(who: Confounded) -> None:
    one, three = (RUNG.rung(climb_of(cohort_of(who), workers=w)) for w in (1, 3))
    np.testing.assert_array_equal(numbers_of(one), numbers_of(three))


def test_huge_and_changed_identifiers_do_not_matter(who: Confounded, rung: Rung) -> None:
    """Identifiers above 2^53 differ only in digits that a float cannot hold."""
    names = tuple(str(2**53 + j) for j in range(who.cohort.n))
    found = RUNG.rung(climb_of(cohort_of(who, patient=names)))
    np.testing.assert_array_equal(numbers_of(found), numbers_of(rung))


def test_the_seed_matters(who: Confounded, rung: Rung) -> None:
    climb = climb_of(cohort_of(who))
    changed = climb.protocol.model_copy(
        update={"analysis": climb.protocol.analysis.model_copy(update={"seed": 99})}
    )
    other = RUNG.rung(replace(climb, protocol=changed))
    mine, theirs = (r.contrast("log_hazard_ratio", "per_protocol") for r in (rung, other))
    assert mine is not None
    assert theirs is not None
    assert mine.value == theirs.value
    assert mine.standard_error != theirs.standard_error


def test_nothing_recorded_later_means_weights_of_one_and_says_so(who: Confounded) -> None:
    found = RUNG.rung(climb_of(cohort_of(who, histories=())))
    assert "every weight is 1" in words_of(found)
    assert found.table("weight_summary") is None
    main = found.contrast("log_hazard_ratio", "per_protocol")
    assert main is not None
    assert main.details["largest_weight"] == 1.0
    assert "effective_sample_size_reference" not in main.details


def test_competing_events_leave_only_the_hazard(who: Confounded) -> None:
    competing = np.zeros(who.cohort.n, dtype=np.bool_)
    competing[~who.cohort.event & (who.cohort.exit < 8.0)] = True
    found = RUNG.rung(climb_of(cohort_of(who, competing=competing)))
    assert {c.measure for c in found.contrasts} == {"log_hazard_ratio", "hazard_ratio"}
    assert not found.curves
    assert "cause-specific" in words_of(found)


def test_horizons_that_few_reach_are_left_out_by_name(who: Confounded) -> None:
    found = RUNG.rung(climb_of(cohort_of(who), horizons=(8.0, 16.0)))
    at = {
        variant: {
            c.at
            for c in found.contrasts
            if (c.measure, c.variant) == ("survival_difference", variant)
        }
        for variant in VARIANTS
    }
    assert at == {"per_protocol": {8.0}, "intention_to_treat": {8.0}}
    assert "nothing is said per protocol at 16" in words_of(found)
    assert "nothing is said by intention to treat at 16" in words_of(found)
    later = RUNG.rung(climb_of(cohort_of(who), horizons=(8.0, 500.0)))
    assert {c.at for c in later.contrasts if c.measure == "survival_difference"} == {8.0}
    assert "nothing is said per protocol at 500" in words_of(later)


def test_no_covariates_is_refused(who: Confounded) -> None:
    found = RUNG.rung(climb_of(cohort_of(who, covariates=(), histories=())))
    assert found.status == "refused"
    assert "names no covariates" in found.refusal


def test_nobody_treated_is_refused(who: Confounded) -> None:
    nobody = np.full(who.cohort.n, np.nan)
    found = RUNG.rung(climb_of(cohort_of(who, initiation=nobody)))
    assert found.status == "refused"


def test_no_event_is_refused(who: Confounded) -> None:
    found = RUNG.rung(climb_of(cohort_of(who, event=np.zeros(who.cohort.n, dtype=np.bool_))))
    assert found.status == "refused"
    assert "0 patients have the event" in found.refusal


def test_few_events_take_fewer_terms_and_a_penalty(who: Confounded) -> None:
    """Guard G1: 15 patients with the event for 6 coefficients; 9 would be too few."""
    periods = who.periods
    ends = periods.first[1:] - 1
    hit = np.flatnonzero(periods.event[ends])
    event = periods.event.copy()
    event[ends[hit[15:]]] = False
    few = replace(periods, event=event)
    sequence = trial_sequence(few)
    assert sequence.terms == (1, 0)
    assert sequence.penalised
    assert trial_effects(sequence, width=1.0).protocol.penalised
    event[ends[hit[9:]]] = False
    with pytest.raises(AnalysisRefused, match="guard G1"):
        trial_sequence(replace(periods, event=event))


def test_an_arm_without_events_is_finite(who: Confounded) -> None:
    """Separation: never a standard error of 4,000."""
    periods = who.periods
    event = periods.event & ~periods.treated
    sequence = trial_sequence(replace(periods, event=event))
    effects = trial_effects(sequence, width=1.0)
    assert effects.protocol.penalised
    assert abs(effects.protocol.log_odds_ratio) < 8.0
    assert effects.protocol.robust_error < 10.0


def test_unknown_history_starts_no_trial_and_is_said(who: Confounded) -> None:
    n, n_periods = who.severity.shape
    kept = np.tile(np.arange(n_periods) % 4 != 1, n)
    history = History(
        name="severity",
        kind="numeric",
        patient=np.repeat(np.arange(n), n_periods)[kept].astype(np.int64),
        time=np.tile(np.arange(n_periods, dtype=np.float64), n)[kept],
        values=who.severity.ravel()[kept],
        maximum_age=0.5,
    )
    found = RUNG.rung(climb_of(cohort_of(who, histories=(history,)), replicates=5))
    assert found.status == "ok"
    assert "a covariate is unknown" in words_of(found)


def test_one_trial_alone_is_a_pooled_logistic_model(who: Confounded) -> None:
    """Everybody's only trial at the origin: no copy after the event, none of later trials."""
    starts = who.periods.eligible & (who.periods.period == 0)
    sequence = trial_sequence(replace(who.periods, eligible=starts))
    counts = counts_of(sequence.trials)
    assert counts.n_rows == who.periods.n_rows
    assert counts.events.sum() == who.periods.event.sum()
    assert fit_trials(sequence.trials).log_likelihood < 0.0
