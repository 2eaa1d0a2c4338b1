"""Untreated lives, weights and implied survival of a few patients, worked out on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from timezero.align._rows import one_row_each
from timezero.estimate.randomised_crossover import CrossoverTrial, untreated_times
from timezero.estimate.structural_failure_time import (
    LateStart,
    censoring_weights,
    longest_horizon,
    survival_without,
    untreated_life,
)

LN2 = math.log(2.0)
NEVER = math.nan


def late(followed: list[float], event: list[int], waited: list[float]) -> LateStart:
    wait, seen = np.array(waited), np.array(followed)
    rows = one_row_each(
        entry=np.full(seen.size, -np.inf),
        exit=np.where(np.isnan(wait), seen, wait),
        event=~np.isnan(wait),
        arm=np.zeros(seen.size, dtype=np.bool_),
        patient=np.arange(seen.size),
        words=(("not yet", "treated"), "time zero"),
    )
    return LateStart(
        rows=rows,
        design=np.arange(float(seen.size))[:, np.newaxis],
        names=("x",),
        followed=seen,
        event=np.array(event) == 1,
        waited=wait,
    )


def test_treated_time_is_shrunk_and_everybody_is_censored_at_the_same_limit() -> None:
    # exp(psi) = 1/2: a treated unit is worth half an untreated one; the limit of 12 becomes 6.
    who = late([4.0, 8.0, 20.0, 7.0], [1, 1, 0, 1], [NEVER, 2.0, 3.0, NEVER])
    time, happened, limit = untreated_life(who, -LN2, 12.0)
    assert limit == pytest.approx(6.0)
    # 4; 2 + 6/2 = 5; alive at 12: 3 + 9/2 = 7.5, beyond 6; 7, beyond 6.
    assert time == pytest.approx([4.0, 5.0, 6.0, 6.0])
    assert happened.tolist() == [True, True, False, False]


def test_treated_time_is_stretched_without_lowering_the_limit() -> None:
    who = late([4.0, 8.0, 20.0], [1, 1, 0], [NEVER, 6.0, 3.0])
    time, happened, limit = untreated_life(who, LN2, 12.0)
    assert limit == pytest.approx(12.0)
    assert time == pytest.approx([4.0, 10.0, 12.0])
    assert happened.tolist() == [True, True, False]


def test_who_is_seen_stands_for_who_is_lost() -> None:
    # Lost at 3 (4 at risk, one of whom dies then, before the loss: 1/3) and at 6 (2 at risk: 1/2).
    who = late([2.0, 3.0, 3.0, 6.0, 9.0], [1, 1, 0, 0, 1], [NEVER] * 5)
    weight = censoring_weights(who, 8.0)
    assert weight == pytest.approx([1.0, 1.0, 0.0, 0.0, 1.0 / (2 / 3 * 1 / 2)])
    assert weight.sum() == pytest.approx(5.0)
    assert longest_horizon(who, (2.5, 5.0, 8.0)) == 5.0


def test_survival_never_treated_and_treated_from_the_origin() -> None:
    who = late([2.0, 4.0, 6.0, 20.0], [1, 1, 1, 0], [NEVER] * 4)
    found = survival_without(who, -LN2, horizon=12.0, times=(4.0, 6.0, 8.0))
    # Treated, 4 is worth 2 and 6 is worth 3. Untreated life is known to 6 only.
    assert found[0, :2] == pytest.approx([0.5, 0.25])
    assert found[1, :2] == pytest.approx([0.75, 0.75])
    assert np.isnan(found[:, 2]).all()


def test_an_arm_without_crossover_is_not_censored_again() -> None:
    trial = CrossoverTrial(
        time=np.array([2.0, 3.0, 2.0, 4.0]),
        event=np.array([True, False, True, True]),
        on_treatment=np.array([2.0, 3.0, 0.0, 2.0]),
        arm=np.array([1.0, 1.0, 0.0, 0.0]),
        censoring=np.array([3.0, 3.0, 5.0, 5.0]),
        covariates=np.empty((4, 0)),
    )
    time, event = untreated_times(trial, -LN2)
    # Treated arm: halved. Other arm: limit 2.5; 2 as it is; 2 + 2/2 = 3, beyond it.
    assert time == pytest.approx([1.0, 1.5, 2.0, 2.5])
    assert event.tolist() == [True, False, True, False]
