"""Risk tables: the numbers at risk at a tick are those who are there at the tick."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from timezero.model.cohort import Cohort
from timezero.report.curve_reading import at_risk_at, last_drawn, reach_of, so_far, value_at


@pytest.fixture(scope="module")
def made_up() -> ModuleType:
    place = Path(__file__).resolve().parents[1] / "report_fixture.py"
    spec = importlib.util.spec_from_file_location("report_fixture", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_numbers_at_risk_are_counted_at_the_tick_itself(made_up: ModuleType) -> None:
    cohort: Cohort = made_up.made_up_cohort(80, seed=11)
    reference, intervention = made_up.by_state(cohort)
    ticks = np.array([0.0, 7.05, 20.0, 33.3, 60.0, 500.0])
    ever = cohort.initiated
    leaves = np.where(ever, cohort.initiation, cohort.exit)
    untreated = [int(np.sum(leaves >= t)) for t in ticks]
    treated = [int(np.sum(ever & (cohort.initiation < t) & (cohort.exit >= t))) for t in ticks]
    assert at_risk_at(reference, None, ticks).tolist() == untreated
    assert at_risk_at(intervention, reference, ticks).tolist() == treated
    assert max(treated) > treated[0]


def test_counts_so_far_include_the_tick(made_up: ModuleType) -> None:
    cohort: Cohort = made_up.made_up_cohort(80, seed=11)
    never, _ = made_up.ever_never(cohort)
    at = float(never.times[3])
    expected = int(np.sum(cohort.event & ~cohort.initiated & (cohort.exit <= at)))
    assert so_far(never, never.n_events, np.array([0.0, at, 1e9])).tolist() == [
        0.0,
        expected,
        float(np.sum(cohort.event & ~cohort.initiated)),
    ]


def test_nothing_is_read_after_the_last_exit_or_before_the_start(made_up: ModuleType) -> None:
    reference, _ = made_up.by_state(made_up.made_up_cohort(), starts=14.0)
    last = float(reference.times[-1])
    found = value_at(reference, reference.survival, np.array([13.0, 14.0, last, last + 1]))
    assert np.isnan(found[[0, 3]]).all()
    assert found[1] == 1.0
    assert found[2] == reference.survival[-1]


def test_drawing_ends_where_too_few_are_at_risk(made_up: ModuleType) -> None:
    never, ever = made_up.ever_never(made_up.made_up_cohort())
    reach = reach_of(never, 5)
    assert never.n_at_risk[never.times == reach.firm] >= 10
    assert np.all(never.n_at_risk[never.times > reach.firm] < 10)
    assert np.all(never.n_at_risk[never.times > reach.last] < 5)
    assert reach_of(never, 1).last == never.times[-1]
    assert last_drawn((never, ever), 1) == max(never.times[-1], ever.times[-1])
