"""The rung g_formula: what it says, and what it refuses by name."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from confounded_patients import Confounded, confounded
from fitness_climb import climb_of
from period_patients import periods_of
from timezero.errors import AnalysisRefused
from timezero.estimate.g_formula import (
    Grace,
    NaturalCourse,
    course,
    fit_models,
    g_data,
    natural_course,
)
from timezero.ladder.rungs._g_words import gap_words
from timezero.ladder.rungs.g_formula import RUNG
from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.result import Rung


def cohort_of(who: Confounded, *, history: bool, **changes: Any) -> Cohort:
    n, n_periods = who.severity.shape
    severity = History(
        name="severity",
        kind="numeric",
        patient=np.repeat(np.arange(n), n_periods).astype(np.int64),
        time=np.tile(np.arange(n_periods, dtype=np.float64), n),
        values=who.severity.ravel(),
    )
    return replace(
        who.cohort,
        **{
            "covariates": (Covariate(name="age", kind="numeric", values=who.age),),
            "histories": (severity,) if history else (),
            **changes,
        },
    )


@pytest.fixture(scope="module")
def who() -> Confounded:
    return confounded(260, seed=3, prompts=0.9, kills=0.9, rate=0.05)


@pytest.fixture(scope="module")
def with_history(who: Confounded) -> Rung:
    climb = climb_of(cohort_of(who, history=True), horizons=(12.0, 20.0), simulated_patients=4_000)
    return RUNG.rung(climb)


@pytest.fixture(scope="module")
def without(who: Confounded) -> Rung:
    return RUNG.rung(climb_of(cohort_of(who, history=False), horizons=(12.0, 20.0)))


def table(rung: Rung, name: str) -> Any:
    found = rung.table(name)
    assert found is not None
    return found.columns


def test_every_number_has_an_interval_around_it(without: Rung) -> None:
    assert without.status == "ok"
    measures = [(c.measure, c.at) for c in without.contrasts]
    assert measures == [
        ("log_hazard_ratio", 20.0),
        ("hazard_ratio", 20.0),
        ("survival_difference", 12.0),
        ("survival_difference", 20.0),
        ("rmst_difference", 12.0),
        ("rmst_difference", 20.0),
    ]
    for one in without.contrasts:
        assert one.variant == "standardised"
        assert one.lower < one.value < one.upper
        assert one.standard_error > 0.0
        assert one.details["n_replicates"] == 40.0


def test_differences_are_read_off_the_curves(without: Rung) -> None:
    never, treat = without.curves
    difference = without.contrasts[3]
    at = int(np.flatnonzero(never.times == 20.0)[0])
    assert difference.value == pytest.approx(treat.survival[at] - never.survival[at])
    ratio = math.log(treat.survival[at]) / math.log(never.survival[at])
    assert without.contrasts[1].value == pytest.approx(ratio)
    assert np.all((never.lower <= never.survival) & (never.survival <= never.upper))
    sweep = table(without, "grace_sweep")
    assert len(sweep["grace_period"]) == 3
    assert difference.value in sweep["survival_difference"]


def test_what_changes_takes_away_what_it_made(with_history: Rung, without: Rung) -> None:
    # Severity prompts treatment and kills; treatment does nothing.
    plain, adjusted = without.contrasts[3].value, with_history.contrasts[3].value
    assert plain < adjusted - 0.03
    assert with_history.contrasts[3].lower < 0.0 < with_history.contrasts[3].upper
    assert with_history.contrasts[3].details["monte_carlo_error"] > 0.0
    words = " ".join(with_history.cautions)
    assert "g-null paradox" in words
    assert "simulation error" in words
    kinds = dict(
        zip(
            table(with_history, "models")["model"],
            table(with_history, "models")["kind"],
            strict=True,
        )
    )
    assert kinds["severity"] == "linear, normal"


def test_same_for_any_number_of_workers(who: Confounded, without: Rung) -> None:
    climb = climb_of(cohort_of(who, history=False), horizons=(12.0, 20.0), workers=2)
    again = RUNG.rung(climb)
    assert [c.lower for c in again.contrasts] == [c.lower for c in without.contrasts]


def test_a_competing_event_gives_incidences_and_no_mean_times(who: Confounded) -> None:
    cohort = cohort_of(who, history=False)
    other = ~cohort.event & (np.arange(cohort.n) % 2 == 0) & (cohort.exit < 24.0)
    assert other.sum() > 10
    rung = RUNG.rung(climb_of(replace(cohort, competing=other), horizons=(20.0,)))
    assert rung.status == "ok"
    assert {c.measure for c in rung.contrasts} == {"cumulative_incidence_difference"}
    never, treat = rung.curves
    found = rung.contrasts[0]
    assert found.value == pytest.approx(never.survival[-1] - treat.survival[-1])
    assert any("competing event remains possible" in c for c in rung.cautions)


def test_uniform_grace_and_event_first_are_said(who: Confounded, without: Rung) -> None:
    climb = climb_of(
        cohort_of(who, history=False),
        horizons=(12.0, 20.0),
        grace="uniform",
        event_order="event_first",
    )
    rung = RUNG.rung(climb)
    said = " ".join(table(rung, "switchboard")["choice"])
    assert "uniform" in said
    assert "treatment from the next period" in said
    assert rung.contrasts[3].value != without.contrasts[3].value


def test_no_replicates_no_interval(who: Confounded) -> None:
    rung = RUNG.rung(climb_of(cohort_of(who, history=False), horizons=(12.0,), replicates=0))
    assert rung.status == "ok"
    assert all(math.isnan(c.lower) and math.isfinite(c.value) for c in rung.contrasts)


def test_refusals_name_what_is_missing(who: Confounded) -> None:
    cohort = cohort_of(who, history=False)
    nobody = climb_of(replace(cohort, initiation=np.full(cohort.n, np.nan)), horizons=(12.0,))
    assert "no candidate waited" in RUNG.rung(nobody).refusal
    assert "at no horizon" in RUNG.rung(climb_of(cohort, horizons=(60.0,))).refusal
    assert (
        "names no covariates"
        in RUNG.rung(climb_of(replace(cohort, covariates=()), horizons=(12.0,))).refusal
    )
    few = np.zeros(cohort.n, dtype=np.bool_)
    few[np.flatnonzero(cohort.event)[:6]] = True
    rung = RUNG.rung(climb_of(replace(cohort, event=few), horizons=(12.0,)))
    assert "fewer than 10 (guard G2)" in rung.refusal


def test_a_natural_course_that_is_off_is_said_and_then_refused() -> None:
    def gap(size: float) -> NaturalCourse:
        none = np.zeros(1)
        return NaturalCourse(
            times=none,
            observed=none,
            simulated=none,
            standard_error=none,
            largest_gap=size,
            gap_at=4.0,
        )

    assert gap_words(gap(1.9)) == []
    assert "2.5 standard errors, at 4" in gap_words(gap(2.5))[0]
    with pytest.raises(AnalysisRefused, match="do not give back what was observed"):
        gap_words(gap(3.2))


def test_models_that_miss_a_jump_are_found_out_by_the_natural_course() -> None:
    periods = periods_of(300, 16, seed=9)
    # In one late period most of those at risk have the event: no polynomial of time follows that.
    at = np.flatnonzero(periods.period == 12)
    last = periods.first[1:] - 1
    event = periods.event.copy()
    event[at[np.isin(at, last, invert=True)][::2]] = True
    cut = replace(periods, event=event)
    data = g_data(cut, horizon=16.0)
    everybody = np.ones(data.patient.size)
    simulated = course(
        data, fit_models(data, everybody), everybody, "as_observed", grace=Grace(period=3.0)
    )
    assert natural_course(cut, data, simulated, minimum_at_risk=5).largest_gap > 3.0


def test_unknown_first_values_and_constant_columns_are_counted() -> None:
    periods = periods_of(120, 10, seed=1, history="numeric")
    columns = periods.columns.copy()
    columns[periods.first[3], 2] = np.nan
    columns[:, 1] = 1.0
    data = g_data(replace(periods, columns=columns), horizon=10.0)
    assert data.n_left_out == 1
    assert data.left_out_columns == ("z",)
    assert 3 not in data.patient
    treated = np.zeros(periods.n_rows, dtype=np.bool_)
    with pytest.raises(AnalysisRefused, match="nobody is on treatment"):
        g_data(replace(periods, treated=treated), horizon=10.0)


def test_levels_of_one_history_exclude_each_other() -> None:
    periods = periods_of(200, 10, seed=4, history="binary")
    middle = periods.columns[:, 2]
    worst = np.where(middle == 0.0, (np.arange(middle.size) % 3 == 0).astype(float), 0.0)
    levels = replace(
        periods,
        columns=np.column_stack([periods.columns, worst]),
        names=("x", "z", "state = middle", "state = worst"),
        varying=(False, False, True, True),
    )
    data = g_data(levels, horizon=10.0)
    second = data.histories[1].rows
    assert not (second.used & (middle == 1.0)).any()
    everybody = np.ones(data.patient.size)
    found = course(
        data,
        fit_models(data, everybody),
        everybody,
        "as_observed",
        grace=Grace(period=3.0, simulated_patients=4_000),
    )
    gap = natural_course(levels, data, found, minimum_at_risk=10)
    assert gap.largest_gap < 2.0
