"""Error rates of the marginal structural Cox model where severity prompts treatment and kills.

The treatment does nothing, so the marginal hazard ratio is 1. Severity changes every period and was
measured. With 500 studies a rate of 5 % has a Monte-Carlo error of 1 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from confounded_patients import confounded
from timezero.estimate.marginal_structural_cox import (
    fit_marginal_structural_cox,
    marginal_structural_replicate,
)

pytestmark = pytest.mark.simulation

STUDIES = 500
PATIENTS = 300
LIMIT = 1.959963984540054
MONTE_CARLO_ERRORS = 4.0
RESAMPLED_STUDIES, RESAMPLES = 60, 150


@pytest.fixture(scope="module")
def studies() -> np.ndarray:
    """Return for each study: estimate, two standard errors, unweighted estimate and error."""
    found = np.empty((STUDIES, 5))
    for k in range(STUDIES):
        fit = fit_marginal_structural_cox(confounded(PATIENTS, seed=10_000 + k).data())
        found[k] = (
            fit.log_hazard_ratio,
            fit.standard_error,
            fit.standard_error_known_weights,
            fit.unweighted,
            fit.unweighted_error,
        )
    return found


def rejected(estimate: np.ndarray, error: np.ndarray) -> float:
    return float(np.mean(np.abs(estimate) > LIMIT * error))


def test_weighting_keeps_the_type_one_error(studies: np.ndarray) -> None:
    rate = rejected(studies[:, 0], studies[:, 1])
    allowed = MONTE_CARLO_ERRORS * np.sqrt(0.05 * 0.95 / STUDIES)
    assert abs(rate - 0.05) < allowed, f"type I error {rate:.3f}"


def test_taking_the_weights_for_known_does_not_reject_more_often(studies: np.ndarray) -> None:
    assert np.mean(studies[:, 2]) > np.mean(studies[:, 1])
    allowed = MONTE_CARLO_ERRORS * np.sqrt(0.05 * 0.95 / STUDIES)
    assert rejected(studies[:, 0], studies[:, 2]) < 0.05 + allowed


def test_without_weights_treatment_seems_to_kill(studies: np.ndarray) -> None:
    assert rejected(studies[:, 3], studies[:, 4]) > 0.30
    assert studies[:, 3].mean() > 0.25


def test_estimates_are_near_the_truth_and_spread_as_their_errors_say(studies: np.ndarray) -> None:
    estimate, error = studies[:, 0], studies[:, 1]
    spread = estimate.std(ddof=1)
    assert abs(estimate.mean()) < MONTE_CARLO_ERRORS * spread / np.sqrt(STUDIES) + 0.02
    # The standard deviation of 500 estimates is known to 3 %.
    assert np.mean(error) == pytest.approx(spread, rel=0.15)


def test_both_bootstraps_have_the_spread_of_the_sandwich() -> None:
    ratios = np.empty((RESAMPLED_STUDIES, 2))
    for k in range(RESAMPLED_STUDIES):
        data = confounded(PATIENTS, seed=20_000 + k).data()
        fit = fit_marginal_structural_cox(data)
        draw = np.random.default_rng(k)
        drawn = [
            np.bincount(draw.integers(0, PATIENTS, PATIENTS), minlength=PATIENTS)
            for _ in range(RESAMPLES)
        ]
        for way, one_step in enumerate((False, True)):
            again = marginal_structural_replicate(data, fit, one_step=one_step)
            standard_error = np.std([again(copies)[0] for copies in drawn], ddof=1)
            ratios[k, way] = standard_error / fit.standard_error
    middle = ratios.mean(axis=0)
    assert middle == pytest.approx([1.0, 1.0], abs=0.10), middle
