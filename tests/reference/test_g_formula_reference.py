"""The g-formula against plain enumerations of everything that can happen to a patient."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from period_patients import expit, periods_of
from timezero.arrays import Floats
from timezero.estimate._g_fits import packed
from timezero.estimate.g_formula import GData, GFits, Grace, Strategy, course, fit_models, g_data

STRATEGIES: tuple[Strategy, ...] = ("never", "as_observed", "natural", "uniform")
# Two hundred thousand simulated patients: four of their standard errors are never reached by luck.
ERRORS_APART = 4.0


def begins(strategy: str, k: int, last: int, fitted: float) -> float:
    """Return the chance of beginning in period k, from its definition."""
    if strategy == "never":
        return 0.0
    if strategy == "as_observed":
        return fitted
    if k >= last:
        return 1.0
    return fitted if strategy == "natural" else 1.0 / (last - k + 1)


def written_out(data: GData, fits: GFits, strategy: str, last: int) -> Floats:
    """Return the share with the event, over all starts of treatment and all histories."""
    base, clock, on_treatment, on_history, on_before, rules = packed(data, fits)
    n_periods = data.n_periods
    total = np.zeros(n_periods)
    paths: list[Any] = [()]
    if data.histories:
        paths = list(itertools.product((0.0, 1.0), repeat=n_periods - 1))
    for i in range(data.patient.size):
        for path in paths:
            levels = [*data.start[i], *path] if data.histories else [0.0] * n_periods
            for begun in range(n_periods + 1):
                chance, alive, hit_by = 1.0, 1.0, np.zeros(n_periods)
                for k in range(n_periods):
                    level = levels[k] if data.histories else 0.0
                    if k > 0 and data.histories:
                        eta = base[3, i] + clock[3, k] + on_before[3, 0] * levels[k - 1]
                        eta += rules[0, 5] * (begun < k)
                        chance *= expit(eta) if level == 1.0 else 1.0 - expit(eta)
                    odds = [
                        base[m, i]
                        + clock[m, k]
                        + (on_history[m, 0] * level if data.histories else 0.0)
                        for m in range(3)
                    ]
                    if k <= begun:
                        now = begins(strategy, k, last, expit(odds[2]))
                        chance *= now if k == begun else 1.0 - now
                    if begun <= k:
                        recent = k - begun < data.early
                        odds[0] += on_treatment[0, 0] + recent * on_treatment[0, 1]
                        odds[1] += on_treatment[1, 0] + recent * on_treatment[1, 1]
                    other = 0.0 if np.isneginf(odds[1]) else expit(odds[1])
                    hit = expit(odds[0])
                    hit_by[k:] += alive * hit
                    alive *= (1.0 - hit) * (1.0 - other)
                total += chance * hit_by
    return total / data.patient.size


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("competing", [False, True])
def test_exact_course_is_the_sum_over_all_starts(strategy: Strategy, competing: bool) -> None:
    periods = periods_of(400, 9, seed=5, competing=competing)
    data = g_data(periods, horizon=9.0, early_window=2.0)
    assert data.early == 2
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    found = course(data, fits, everybody, strategy, grace=Grace(period=4.0))
    np.testing.assert_allclose(found.event, written_out(data, fits, strategy, 3), rtol=1e-12)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_simulated_course_lies_within_its_error_of_the_sum_over_all_histories(
    strategy: Strategy,
) -> None:
    periods = periods_of(90, 5, seed=11, history="binary")
    data = g_data(periods, horizon=5.0)
    assert len(data.histories) == 1
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    grace = Grace(period=3.0, simulated_patients=200_000, seed=3)
    found = course(data, fits, everybody, strategy, grace=grace)
    exact = written_out(data, fits, strategy, 2)
    assert np.all(found.monte_carlo_error > 0.0)
    assert np.all(np.abs(found.event - exact) < ERRORS_APART * found.monte_carlo_error)
    assert found.monte_carlo_error[-1] < 0.002


def test_the_monte_carlo_error_is_the_spread_between_seeds() -> None:
    periods = periods_of(120, 8, seed=2, history="numeric")
    data = g_data(periods, horizon=8.0)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    again = [
        course(
            data,
            fits,
            everybody,
            "natural",
            grace=Grace(period=3.0, simulated_patients=2_000, seed=seed),
        )
        for seed in range(60)
    ]
    spread = np.std([one.event[-1] for one in again], ddof=1)
    said = np.mean([one.monte_carlo_error[-1] for one in again])
    # A standard deviation of 60 values has a relative error of 9 %.
    assert spread == pytest.approx(said, rel=0.3)
