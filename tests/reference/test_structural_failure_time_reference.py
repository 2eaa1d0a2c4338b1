"""The statistic of g-estimation, written out over every risk set in plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from late_starts import late_start
from timezero.estimate.cox import fit_cox
from timezero.estimate.structural_failure_time import (
    GRID,
    LateStart,
    censoring_weights,
    g_estimate,
    untreated_life,
)

HORIZON = 40.0


def statistic(late: LateStart, psi: float) -> float:
    """Return the score of untreated life over its standard error, from the definitions."""
    n = late.followed.size
    weight = censoring_weights(late, HORIZON)
    life, ended, _ = untreated_life(late, psi, HORIZON)
    score = np.zeros(n)
    for i in range(n):
        expected = 0.0
        for t in sorted({life[j] for j in range(n) if ended[j] and life[j] <= life[i]}):
            hit = sum(weight[j] for j in range(n) if ended[j] and life[j] == t)
            expected += hit / sum(weight[j] for j in range(n) if life[j] >= t)
        score[i] = weight[i] * (ended[i] - expected)
    beta = fit_cox(late.rows, late.design).coefficients
    columns = np.column_stack([late.design, score])
    relative = np.exp(late.design @ beta)
    residual, information = np.zeros_like(columns), np.zeros((columns.shape[1],) * 2)
    for j in np.flatnonzero(late.rows.event):
        at_risk = late.rows.exit >= late.rows.exit[j]
        share = at_risk * relative / (at_risk * relative).sum()
        mean = share @ columns
        centred = columns - mean
        information += (centred * share[:, np.newaxis]).T @ centred
        residual -= centred * share[:, np.newaxis]
        residual[j] += centred[j]
    turned = np.linalg.solve(information[:-1, :-1], information[:-1, -1])
    moved = residual[:, -1] - residual[:, :-1] @ turned
    return float(moved.sum() / math.sqrt((moved**2).sum()))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statistic_is_the_one_written_out(seed: int) -> None:
    late = late_start(seed, n=60, psi=-0.4)
    found = g_estimate(late, horizon=HORIZON)
    for psi in (-0.6, 0.0, 0.35):
        at = int(np.argmin(np.abs(GRID - psi)))
        ours = found.inverted.statistic[at]
        assert ours == pytest.approx(statistic(late, float(GRID[at])), rel=1e-8, abs=1e-9)


def test_treatments_begun_are_those_before_the_horizon() -> None:
    late = late_start(5, n=200)
    waited = late.waited[~np.isnan(late.waited)]
    assert (waited > 20.0).any()
    assert g_estimate(late, horizon=20.0).n_began == (waited <= 20.0).sum()


@pytest.mark.parametrize("seed", [4, 6])
def test_the_interval_holds_what_the_written_out_test_does_not_reject(seed: int) -> None:
    late = late_start(seed, n=120, psi=0.2)
    found = g_estimate(late, horizon=HORIZON, level=0.9)
    crossing = [statistic(late, found.psi + step) for step in (-1e-6, 1e-6)]
    assert crossing[0] * crossing[1] <= 0.0 or max(map(abs, crossing)) < 1e-4
    for limit, side in ((found.lower, 1.0), (found.upper, -1.0)):
        inside, outside = (abs(statistic(late, limit + side * s)) for s in (1e-6, -1e-6))
        assert inside < 1.6449 < outside + 1e-3
