"""Against 60 digits (``reference/certified/make_certified_logistic.py``), and a plain twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.estimate.pooled_logistic import fit_logistic, logistic_score_residuals

CERTIFIED = json.loads((Path(__file__).parent / "certified" / "logistic.json").read_text("utf-8"))
# Newton's steps end at round-off; Firth's, steered by a curvature that is only nearly right, at
# steps of about 1e-12.
COEFFICIENT = {False: 1e-12, True: 1e-9}


@pytest.mark.parametrize("known", CERTIFIED, ids=lambda known: known["name"])
def test_certified_digits(known: dict[str, Any]) -> None:
    columns = np.array(known["columns"])
    fit = fit_logistic(
        columns,
        np.array(known["outcome"]),
        names=tuple(f"x{j}" for j in range(columns.shape[1])),
        weight=np.array(known["weight"]),
    )
    within = COEFFICIENT[known["penalised"]]
    assert fit.penalised == known["penalised"]
    np.testing.assert_allclose(
        fit.coefficients, [float(b) for b in known["coefficients"]], rtol=within, atol=0.0
    )
    standard_error = np.sqrt(np.diag(fit.covariance))
    np.testing.assert_allclose(
        standard_error, [float(b) for b in known["standard_errors"]], rtol=within, atol=0.0
    )
    assert fit.log_likelihood == pytest.approx(float(known["log_likelihood"]), rel=within)


def plain_newton(
    design: np.ndarray, outcome: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve the score equation on the columns as they are, matrices written out."""
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        mu = 1.0 / (1.0 + np.exp(-design @ beta))
        information = design.T @ ((weight * mu * (1.0 - mu))[:, np.newaxis] * design)
        beta = beta + np.linalg.solve(information, design.T @ (weight * (outcome - mu)))
    return beta, np.linalg.inv(information)


@pytest.mark.parametrize("seed", range(6))
def test_same_as_plain_newton(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n, p = 400, 4
    columns = draw.normal(size=(n, p)) * [1.0, 10.0, 0.1, 1.0] + [0.0, 50.0, 0.0, -3.0]
    outcome = draw.random(n) < 1.0 / (1.0 + np.exp(1.5 - columns[:, 0]))
    weight = draw.integers(0, 4, n).astype(np.float64)
    fit = fit_logistic(columns, outcome, names=tuple("abcd"), weight=weight)
    design = np.column_stack([np.ones(n), columns])
    beta, covariance = plain_newton(design, outcome, weight)
    np.testing.assert_allclose(fit.coefficients, beta, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_sums_over_rows_and_end_at_zero(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = 200
    columns, outcome = draw.normal(size=(n, 2)), draw.random(n) < 0.3
    owner, weight = draw.integers(0, 20, n), draw.uniform(0.5, 2.0, n)
    fit = fit_logistic(columns, outcome, names=("a", "b"), weight=weight)
    scores = logistic_score_residuals(
        fit, columns, outcome, owner=owner, n_owners=20, weight=weight
    )
    design = np.column_stack([np.ones(n), columns])
    by_row = (weight * (outcome - fit.probabilities(columns)))[:, np.newaxis] * design
    for j in range(20):
        np.testing.assert_allclose(scores[j], by_row[owner == j].sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(scores.sum(axis=0), 0.0, atol=1e-9)
