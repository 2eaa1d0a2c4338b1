"""Sensitivity analyses of the fair count: what they disturb, and what they leave alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from timezero.ladder import run as ladder_run
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity import (
    field_error,
    fragility,
    misdated,
    negative_control,
    tipping_benchmarks,
    tipping_map,
    too_sick,
)
from timezero.model.cohort import Cohort, Covariate
from timezero.model.protocol import Protocol
from timezero.model.result import Rung

NAN = float("nan")
MakeCohort = Callable[..., Cohort]


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    empty = Protocol()
    analysis = empty.analysis.model_copy(update={"bootstrap": 0, "redeals": 0})
    fitness = empty.fitness.model_copy(update={"replicates": 0})
    return empty.model_copy(update={"analysis": analysis, "fitness": fitness})


def patients(make_cohort: MakeCohort, n: int = 80, *, trigger: bool = False) -> Cohort:
    random = np.random.default_rng(8)
    fit = random.integers(0, 2, n).astype(float)
    exits = random.exponential(np.where(fit == 1, 30.0, 15.0)) + 0.5
    waits = random.exponential(np.where(fit == 1, 8.0, 20.0)) + 0.1
    triggers = np.minimum(random.exponential(3.0, n), 0.9 * waits)
    initiations = np.where(waits < exits, waits, NAN)
    known = np.where(triggers < exits, triggers, NAN)
    return make_cohort(
        exits.tolist(),
        (random.random(n) < 0.8).astype(int).tolist(),
        initiations.tolist(),
        triggers=known.tolist() if trigger else None,
        covariates=(Covariate(name="fit", kind="numeric", values=fit),),
    )


def climbed(cohort: Cohort, protocol: Protocol) -> tuple[Climb, tuple[Rung, ...]]:
    climb = ladder_run.prepare_climb(cohort, protocol)
    wanted = {"time_varying", "from_trigger", "ever_treated"}
    methods = [m for m in ladder_run.ladder_methods() if m.name in wanted]
    return climb, tuple(method.rung(climb) for method in methods)


def test_too_sick_starts_at_the_fair_ratio_and_bounds_it_on_both_sides(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    climb, rungs = climbed(patients(make_cohort), protocol)
    table = too_sick.SENSITIVITY(climb, rungs)
    assert table is not None
    fair = next(r for r in rungs if r.name == "time_varying").contrast("hazard_ratio")
    first = np.array(table.columns["first_left_out"], dtype=float)
    longest = np.array(table.columns["longest_left_out"], dtype=float)
    assert fair is not None
    assert first[0] == pytest.approx(fair.value)
    assert longest[0] == pytest.approx(fair.value)
    assert first[3] > fair.value > longest[1]
    assert np.all(np.array(table.columns["first_lower"], dtype=float) < first)


def test_misdated_treatment_that_comes_after_the_exit_was_never_given(
    make_cohort: MakeCohort,
) -> None:
    cohort = make_cohort([5.0, 9.0, 7.0], [1, 1, 0], [4.0, 2.0, NAN])
    moved = misdated.treatment_moved(cohort, np.full(3, 1.0))
    assert np.isnan(moved.initiation[[0, 2]]).all()
    assert moved.initiation[1] == 3.0


def test_misdated_treatment_never_comes_before_its_trigger(make_cohort: MakeCohort) -> None:
    cohort = make_cohort([5.0, 9.0], [1, 1], [4.0, 2.0], triggers=[3.5, 0.5])
    moved = misdated.treatment_moved(cohort, np.full(2, -1.0))
    assert moved.initiation.tolist() == [3.5, 1.0]


def test_a_trigger_that_never_came_still_never_comes(make_cohort: MakeCohort) -> None:
    cohort = make_cohort([5.0, 9.0], [1, 1], [NAN, 2.0], triggers=[NAN, 0.5])
    moved = misdated.trigger_moved(cohort, np.full(2, 3.0))
    assert moved.trigger is not None
    assert np.isnan(moved.trigger[0])
    assert moved.trigger[1] == 2.0


def test_misdated_speaks_of_the_trigger_only_when_there_is_one(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    for trigger in (False, True):
        climb, rungs = climbed(patients(make_cohort, trigger=trigger), protocol)
        table = misdated.SENSITIVITY(climb, rungs)
        assert table is not None
        assert ("trigger" in table.columns["date"]) is trigger
        assert np.all(np.array(table.columns["lower"]) < np.array(table.columns["upper"]))


def test_negative_control_compares_the_other_outcome(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    cohort = patients(make_cohort)
    climb, rungs = climbed(cohort, protocol)
    assert negative_control.SENSITIVITY(climb, rungs) is None
    fracture = np.where(np.arange(cohort.n) % 3 == 0, cohort.exit * 0.6, NAN)
    climb, rungs = climbed(replace(cohort, negative_control=fracture), protocol)
    table = negative_control.SENSITIVITY(climb, rungs)
    assert table is not None
    assert table.columns["events"] == (27.0,)
    assert table.columns["lower"][0] < table.columns["hazard_ratio"][0]


def test_negative_control_equal_to_the_event_gives_the_fair_ratio(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    cohort = patients(make_cohort)
    same = np.where(cohort.event, cohort.exit, NAN)
    climb, rungs = climbed(replace(cohort, negative_control=same), protocol)
    table = negative_control.SENSITIVITY(climb, rungs)
    fair = next(r for r in rungs if r.name == "time_varying").contrast("hazard_ratio")
    assert table is not None
    assert fair is not None
    assert table.columns["hazard_ratio"][0] == pytest.approx(fair.value)


def test_field_error_moves_more_where_more_hangs_on_the_field(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    climb, rungs = climbed(patients(make_cohort), protocol)
    table = field_error.SENSITIVITY(climb, rungs)
    assert table is not None
    assert table.columns["field"] == (
        "how observation ended",
        "the date of treatment",
        "whether there was treatment",
    )
    typical = table.columns["typical_move"]
    assert all(0.0 < float(move) < 3.0 for move in typical)
    again = field_error.SENSITIVITY(climb, rungs)
    assert again == table


def test_the_map_has_no_correction_where_nothing_is_unmeasured(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    climb, rungs = climbed(patients(make_cohort), protocol)
    table = tipping_map.SENSITIVITY(climb, rungs)
    assert table is not None
    columns = {name: np.array(values) for name, values in table.columns.items()}
    none = columns["hazard_ratio_of_unmeasured"] == 1.0
    corrected = columns["corrected_log_hazard_ratio"]
    assert corrected[none] == pytest.approx(table.notes["log_hazard_ratio"])
    fitter = columns["time_to_treatment_ratio"] == 5.0
    assert np.all(np.diff(corrected[fitter]) > 0)
    assert np.all(columns["lower"] < corrected)


def test_a_measured_fitness_is_placed_where_it_was_simulated(
    make_cohort: MakeCohort, protocol: Protocol
) -> None:
    climb, rungs = climbed(patients(make_cohort, 4000), protocol)
    table = tipping_benchmarks.SENSITIVITY(climb, rungs)
    assert table is not None
    assert table.columns["covariate"] == ("fit",)
    # Simulated: twice the death rate without it, and 2.5 times as fast treated with it.
    assert table.columns["hazard_ratio_of_unmeasured"][0] == pytest.approx(2.0, rel=0.12)
    assert table.columns["time_to_treatment_ratio"][0] == pytest.approx(2.5, rel=0.12)


def test_fragility_is_told_of_the_fair_count(make_cohort: MakeCohort, protocol: Protocol) -> None:
    climb, rungs = climbed(patients(make_cohort), protocol)
    table = fragility.SENSITIVITY(climb, rungs)
    assert table is not None
    assert table.columns["before"][0] in {"beyond the limit", "within the limit"}


@pytest.mark.parametrize(
    "analysis",
    [fragility, misdated, negative_control, tipping_map, tipping_benchmarks, too_sick, field_error],
)
def test_where_the_fair_count_is_refused_nothing_is_said(
    analysis: Any, make_cohort: MakeCohort, protocol: Protocol
) -> None:
    climb, rungs = climbed(patients(make_cohort), protocol)
    refused = tuple(
        replace(r, status="refused", contrasts=()) if r.name == "time_varying" else r for r in rungs
    )
    assert analysis.SENSITIVITY(climb, refused) is None
