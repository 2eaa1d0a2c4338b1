"""Error rates at a size that fits a check; the large runs are in simulations/results."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytestmark = pytest.mark.simulation

SIMULATIONS = Path(__file__).resolve().parents[2] / "simulations"
MODULES = ("worlds", "tables", "type_one_error", "interval_coverage")

REPLICATES = 250
# Seeds are fixed, so a bound of 4 Monte-Carlo errors is decided once; chance alone would exceed it
# for one method in some 16 000, while a variance wrong by 20 % moves a 5 % rate by 3.2 of them.
MONTE_CARLO_ERRORS = 4.0
PUBLISHED_ERRORS = ("ever_treated", "clock_reset", "waiting_excluded")


@pytest.fixture(scope="module")
def programs() -> Iterator[dict[str, ModuleType]]:
    """Import the simulation programs as they import each other: from their own folder."""
    sys.path.insert(0, str(SIMULATIONS))
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(SIMULATIONS))
        for name in MODULES:
            sys.modules.pop(name, None)


def rates(found: list[dict[str, float]], alpha: float = 0.05) -> dict[str, float]:
    """Return how often each method rejects."""
    methods = {name for one in found for name in one}
    # A p-value that is not a number would count as no rejection.
    assert not any(np.isnan(one[m]) for one in found for m in one)
    return {
        m: float(np.mean([one[m] < alpha for one in found if m in one])) for m in sorted(methods)
    }


def allowed(share: float) -> float:
    """Return how far a share may lie from its expectation."""
    return MONTE_CARLO_ERRORS * float(np.sqrt(share * (1.0 - share) / REPLICATES))


@pytest.mark.parametrize("name", ["CONSTANT", "FALLING"])
def test_only_the_published_errors_see_an_effect_that_is_not_there(
    programs: dict[str, ModuleType], name: str
) -> None:
    world = getattr(programs["worlds"], name)
    found = programs["type_one_error"].scenario(world, 100, REPLICATES)
    rejected = rates(found)
    assert len(rejected) == 16
    for method, share in rejected.items():
        if method.startswith(PUBLISHED_ERRORS):
            assert share > 0.3, method
        else:
            # 250 data sets without one rejection: once in 400 000 where 5 % reject.
            assert 0.0 < share <= 0.05 + allowed(0.05), (method, share)


def test_where_a_trigger_matters_only_what_knows_it_is_right(
    programs: dict[str, ModuleType],
) -> None:
    found = programs["type_one_error"].scenario(programs["worlds"].RECURRENT, 100, REPLICATES)
    rejected = rates(found)
    right = [m for m in rejected if "trigger" in m] + ["Mantel-Byar, exact"]
    assert len(right) == 5
    for method in right:
        assert 0.0 < rejected[method] <= 0.05 + allowed(0.05), (method, rejected[method])
    assert rejected["ever_treated, Cox"] > 0.3
    assert rejected["time-varying Cox, Wald"] > 0.3


def test_a_published_error_favours_the_treatment(programs: dict[str, ModuleType]) -> None:
    worlds, errors = programs["worlds"], programs["type_one_error"]
    ratios = []
    for k in range(50):
        rows = errors.ever_treated(worlds.draw(worlds.CONSTANT, 100, worlds.generator(1, k)))
        ratios.append(float(errors.fit_cox(rows, errors.arm_of(rows)).coefficients[0]))
    assert max(ratios) < 0.0


def test_exact_p_values_are_uniform_without_an_effect(programs: dict[str, ModuleType]) -> None:
    errors = programs["type_one_error"]
    worlds = programs["worlds"]
    p = [
        errors.exact(worlds.draw(worlds.FALLING, 60, worlds.generator(7, k)), seed=k)
        for k in range(600)
    ]
    shares = np.sort([one["Mantel-Byar, exact"] for one in p])
    steps = np.arange(1, shares.size + 1) / shares.size
    distance = float(max(np.max(steps - shares), np.max(shares - steps + 1.0 / shares.size)))
    # Kolmogorov's distribution: 1.95 / sqrt(n) is exceeded once in a thousand times.
    assert distance < 1.95 / np.sqrt(shares.size)


@pytest.mark.parametrize("world", [0, 1])
def test_intervals_hold_the_truth_as_often_as_they_say(
    programs: dict[str, ModuleType], world: int
) -> None:
    coverage = programs["interval_coverage"]
    found = coverage.scenario(coverage.WORLDS[world], 100, REPLICATES)
    methods = {name for one in found for name in one}
    assert len(methods) == 10
    for method in sorted(methods):
        there = [one[method] for one in found if method in one and not np.isnan(one[method].lower)]
        covered = float(np.mean([i.lower <= i.truth <= i.upper for i in there]))
        assert len(there) > 0.95 * REPLICATES, method
        assert abs(covered - 0.95) <= allowed(0.95), (method, covered)


def test_worlds_have_the_truth_they_state(programs: dict[str, ModuleType]) -> None:
    worlds = programs["worlds"]
    world = programs["interval_coverage"].WORLDS[1]
    cohort = worlds.draw_assigned_at_zero(world, 40_000, worlds.generator(3, 1))
    rows = programs["interval_coverage"].ever_treated(cohort)
    fit = programs["interval_coverage"].fit_cox(rows, rows.arm.astype(float)[:, None])
    # 40 000 patients: one standard error of the log hazard ratio is about 0.012.
    assert abs(float(fit.coefficients[0]) - np.log(world.hazard_ratio)) < 4 * 0.012
