"""Logistic models solved with pencil and paper.

A 2 x 2 table, 7 of 10 with the outcome when x = 1 and 2 of 8 when x = 0: odds 7/3 and 2/6, so the
log odds ratio is log 7 and its variance 1/7 + 1/3 + 1/2 + 1/6.
"""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from timezero.errors import AnalysisRefused
from timezero.estimate.pooled_logistic import fit_logistic, is_separated, logistic_score_residuals

ROUND_OFF = 1e-12
X = np.repeat([1.0, 1.0, 0.0, 0.0], [7, 3, 2, 6])[:, np.newaxis]
Y = np.repeat([True, False, True, False], [7, 3, 2, 6])


def test_log_odds_ratio_and_variance_of_a_table() -> None:
    fit = fit_logistic(X, Y, names=("x",))
    assert fit.coefficients == pytest.approx([log(2 / 6), log(7)], rel=ROUND_OFF)
    assert fit.covariance[1, 1] == pytest.approx(1 / 7 + 1 / 3 + 1 / 2 + 1 / 6, rel=ROUND_OFF)
    assert fit.covariance[0, 0] == pytest.approx(1 / 2 + 1 / 6, rel=ROUND_OFF)
    assert fit.covariance[0, 1] == pytest.approx(-1 / 2 - 1 / 6, rel=ROUND_OFF)
    assert not fit.penalised


def test_log_likelihood_and_probabilities_of_a_table() -> None:
    fit = fit_logistic(X, Y, names=("x",))
    known = 7 * log(0.7) + 3 * log(0.3) + 2 * log(0.25) + 6 * log(0.75)
    assert fit.log_likelihood == pytest.approx(known, rel=ROUND_OFF)
    assert fit.probabilities(np.array([[1.0], [0.0]])) == pytest.approx([0.7, 0.25], rel=ROUND_OFF)


def test_only_an_intercept() -> None:
    fit = fit_logistic(np.empty((18, 0)), Y, names=())
    assert fit.coefficients == pytest.approx([log(9 / 9)], abs=ROUND_OFF)
    assert fit.covariance[0, 0] == pytest.approx(18 / (9 * 9), rel=ROUND_OFF)


def test_firth_of_a_table_with_an_empty_cell_adds_one_half() -> None:
    # For a saturated table Firth's estimate is the log odds with 1/2 added to every cell.
    x = np.repeat([1.0, 0.0, 0.0], [5, 2, 6])[:, np.newaxis]
    y = np.repeat([True, True, False], [5, 2, 6])
    fit = fit_logistic(x, y, names=("x",))
    assert fit.penalised
    known = log(5.5 / 0.5) - log(2.5 / 6.5)
    assert fit.coefficients == pytest.approx([log(2.5 / 6.5), known], rel=1e-9)
    mu_1, mu_0 = 5.5 / 6, 2.5 / 9
    variance = 1 / (5 * mu_1 * (1 - mu_1)) + 1 / (8 * mu_0 * (1 - mu_0))
    assert fit.covariance[1, 1] == pytest.approx(variance, rel=1e-9)


def test_scores_by_patient_of_a_table() -> None:
    fit = fit_logistic(X, Y, names=("x",))
    owner = np.repeat([0, 1, 2, 3], [7, 3, 2, 6])
    scores = logistic_score_residuals(fit, X, Y, owner=owner, n_owners=5)
    known = [[7 * 0.3, 7 * 0.3], [-3 * 0.7, -3 * 0.7], [2 * 0.75, 0], [-6 * 0.25, 0], [0, 0]]
    np.testing.assert_allclose(scores, known, atol=ROUND_OFF)


def test_separation_is_decided_and_not_guessed() -> None:
    ones = np.ones((4, 1))
    apart = np.hstack([ones, np.array([[0.0], [1.0], [2.0], [3.0]])])
    assert is_separated(apart, np.array([False, False, True, True]))
    assert not is_separated(apart, np.array([False, True, False, True]))


def test_what_cannot_be_fitted_is_refused_by_name() -> None:
    with pytest.raises(AnalysisRefused, match="no person-period has the outcome of the weights"):
        fit_logistic(X, np.zeros(18, dtype=np.bool_), names=("x",), where="the weights")
    with pytest.raises(AnalysisRefused, match="every person-period has the outcome"):
        fit_logistic(X, np.ones(18, dtype=np.bool_), names=("x",))
    with pytest.raises(AnalysisRefused, match="the same value in every person-period: flat"):
        fit_logistic(np.hstack([X, np.ones((18, 1))]), Y, names=("x", "flat"))
    with pytest.raises(AnalysisRefused, match="cannot be told apart: x, twice"):
        fit_logistic(np.hstack([X, 2 * X]), Y, names=("x", "twice"))
    with pytest.raises(AnalysisRefused, match="missing or infinite"):
        fit_logistic(np.where(X == 1.0, np.nan, X), Y, names=("x",))
