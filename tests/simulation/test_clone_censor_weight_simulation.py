"""Bias, standard errors and coverage of clone-censor-weight where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from clone_patients import arranged, late_treatment
from timezero.estimate.bootstrap import copies_of_patients
from timezero.estimate.censoring_weights import WeightChoice
from timezero.estimate.clone_censor_weight import (
    ccw_replicate,
    compare_strategies,
    no_weights,
)
from timezero.estimate.clone_influence import influences
from timezero.model.cohort import Cohort

pytestmark = pytest.mark.simulation

STUDIES = 300
PATIENTS = 400
RESAMPLES = 60
AGAIN_IN = 40
MONTE_CARLO_ERRORS = 4.0
# Survival at both horizons by arm, then differences: places in the vector of numbers.
NONE, ONE = [1, 3], [5, 7]


@pytest.fixture(scope="module")
def studies() -> dict[str, np.ndarray]:
    """Repeat a confounded study in which the treatment does nothing."""
    weighted, plain, errors, resampled = [], [], [], []
    for seed in range(STUDIES):
        made = arranged(late_treatment(cohort_of, n=PATIENTS, seed=seed), WeightChoice())
        found = compare_strategies(made.study, made.fitted.arms)
        moved = influences(made.study, found, made.fitted.arms)
        weighted.append(contrasts(found.numbers))
        plain.append(contrasts(compare_strategies(made.study, no_weights(made.study)).numbers))
        errors.append(np.sqrt(np.sum(contrasts(moved.T).T ** 2, axis=0)))
        if seed < AGAIN_IN:
            again = [
                contrasts(
                    ccw_replicate(
                        made.study,
                        made.fitted,
                        copies_of_patients(PATIENTS, seed=seed, replicate=k),
                    )[: found.numbers.size]
                )
                for k in range(RESAMPLES)
            ]
            resampled.append(np.std(again, axis=0, ddof=1))
    return {
        "weighted": np.array(weighted),
        "plain": np.array(plain),
        "errors": np.array(errors),
        "resampled": np.array(resampled),
    }


def cohort_of(*columns: object, **changes: object) -> Cohort:
    """Build a cohort as the fixture ``make_cohort`` does, for use outside a test."""
    leave, event, initiation = (np.asarray(column, dtype=float) for column in columns)
    return Cohort(
        patient=tuple(map(str, range(leave.size))),
        entry=np.full(leave.size, -np.inf),
        exit=leave,
        event=event == 1.0,
        initiation=initiation,
        trigger=None,
        zero_exit=float("nan"),
        name="simulated patients",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="0" * 64,
        **changes,
    )


def contrasts(numbers: np.ndarray) -> np.ndarray:
    """Return the log hazard ratio and the survival differences."""
    return np.concatenate([numbers[:1], numbers[ONE] - numbers[NONE]])


def test_weights_remove_the_bias_that_choice_makes(studies: dict[str, np.ndarray]) -> None:
    """No effect: weighted estimates centre on 0, unweighted ones do not."""
    error = studies["weighted"].std(axis=0, ddof=1) / np.sqrt(STUDIES)
    assert np.all(np.abs(studies["weighted"].mean(axis=0)) < MONTE_CARLO_ERRORS * error)
    assert np.all(np.abs(studies["plain"].mean(axis=0)) > 2 * MONTE_CARLO_ERRORS * error)


def test_standard_errors_are_the_spread_over_studies(studies: dict[str, np.ndarray]) -> None:
    """Influence functions and resampled patients, against how far the estimates really vary."""
    spread = studies["weighted"].std(axis=0, ddof=1)
    within = MONTE_CARLO_ERRORS / np.sqrt(2 * STUDIES)
    assert np.all(np.abs(studies["errors"].mean(axis=0) / spread - 1.0) < within)
    assert np.all(np.abs(studies["resampled"].mean(axis=0) / spread - 1.0) < within)


def test_intervals_cover(studies: dict[str, np.ndarray]) -> None:
    covered = np.mean(np.abs(studies["weighted"]) < 1.96 * studies["errors"], axis=0)
    error = np.sqrt(0.95 * 0.05 / STUDIES)
    assert np.all(np.abs(covered - 0.95) < MONTE_CARLO_ERRORS * error)
