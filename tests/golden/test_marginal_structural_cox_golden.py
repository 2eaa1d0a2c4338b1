"""Weights and weighted Cox model against R's glm and coxph, and weights that zEpid states."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from confounded_patients import Confounded, cohort_of, periods_of
from timezero.estimate._time_terms import knots_for
from timezero.estimate.marginal_structural_cox import (
    fit_marginal_structural_cox,
    marginal_structural_replicate,
)
from timezero.estimate.pooled_logistic import fit_logistic

DATA = Path(__file__).resolve().parents[2] / "reference" / "data"
N_PERIODS = 20


def columns_of(file: str) -> dict[str, np.ndarray]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    return {k: np.array([float(row[k] or "nan") for row in table]) for k in table[0]}


@pytest.fixture(scope="module")
def patients() -> Confounded:
    who = columns_of("marginal_structural_patients.csv")
    rows = columns_of("marginal_structural_periods.csv")
    severity = np.full((who["patient"].size, N_PERIODS), np.nan)
    severity[rows["patient"].astype(int) - 1, rows["period"].astype(int)] = rows["severity"]
    cohort = cohort_of(who["exit"], who["event"] == 1.0, who["initiation"])
    return Confounded(
        cohort=cohort,
        periods=periods_of(cohort, who["age"], severity, width=1.0, event_order="treatment_first"),
        origin=np.zeros(cohort.n),
        age=who["age"],
        severity=severity,
    )


@pytest.fixture(scope="module")
def stored(read_output: Callable[[str], Any]) -> Any:
    return read_output("marginal_structural_cox")


@pytest.mark.parametrize("which", ["denominator", "numerator"])
def test_treatment_models_agree_with_glm(
    which: str, patients: Confounded, stored: Any, agrees: Callable[..., None]
) -> None:
    fit = getattr(fit_marginal_structural_cox(patients.data()).models, which)
    theirs = stored[which]
    agrees(f"pooled logistic: {which}", fit.coefficients, theirs["coefficients"])
    errors = np.sqrt(np.diag(fit.covariance))
    agrees(f"pooled logistic: {which} standard errors", errors, theirs["errors"])
    agrees(f"pooled logistic: {which} height", fit.log_likelihood, theirs["log_likelihood"])


def test_pooled_logistic_itself_agrees_with_glm(
    patients: Confounded, stored: Any, agrees: Callable[..., None]
) -> None:
    rows = patients.data().initiation
    fit = fit_logistic(rows.everything, rows.outcome, names=(*rows.names, *rows.time_names))
    theirs = stored["denominator"]
    agrees("pooled logistic: fitted", fit.coefficients, theirs["coefficients"])
    error = np.sqrt(np.diag(fit.covariance))
    agrees("pooled logistic: standard error", error, theirs["errors"])


def test_knots_are_the_quantiles_of_r(patients: Confounded, stored: Any) -> None:
    periods, treatment = patients.periods, patients.treatment
    found = knots_for(periods.period[treatment.began] + 0.5)
    np.testing.assert_allclose(found, stored["knots"], rtol=1e-13)


def test_weights_agree_with_r(
    patients: Confounded, stored: Any, agrees: Callable[..., None]
) -> None:
    fit = fit_marginal_structural_cox(patients.data())
    agrees("marginal structural: weights", np.exp(fit.models.log_weight[1:]), stored["through"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_weighted_cox_agrees_with_coxph(
    ties: str, patients: Confounded, stored: Any, agrees: Callable[..., None]
) -> None:
    fit = fit_marginal_structural_cox(patients.data(ties))
    weighted, plain = stored["weighted"][ties], stored["unweighted"][ties]
    agrees(f"marginal structural: {ties}", fit.log_hazard_ratio, weighted["coefficient"])
    error = fit.standard_error_known_weights
    agrees(f"marginal structural: {ties} sandwich", error, weighted["robust_error"])
    agrees(f"marginal structural: {ties} unweighted", fit.unweighted, plain["coefficient"])
    error = fit.unweighted_error
    agrees(f"marginal structural: {ties} unweighted sandwich", error, plain["robust_error"])


def test_truncated_weights_agree_with_r(
    patients: Confounded, stored: Any, agrees: Callable[..., None]
) -> None:
    fit = fit_marginal_structural_cox(patients.data(), truncate=0.95)
    theirs = stored["truncated"]
    agrees("marginal structural: largest weight", fit.largest_weight, theirs["largest"])
    agrees("marginal structural: truncated", fit.log_hazard_ratio, theirs["coefficient"])
    error = fit.standard_error_known_weights
    agrees("marginal structural: truncated sandwich", error, theirs["robust_error"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("truncate", [1.0, 0.95])
def test_a_replicate_of_everybody_once_is_the_estimate(
    ties: str, truncate: float, patients: Confounded
) -> None:
    data = patients.data(ties)
    fit = fit_marginal_structural_cox(data, truncate=truncate)
    again = marginal_structural_replicate(data, fit, truncate=truncate)
    found = again(np.ones(patients.cohort.n, dtype=np.int64))
    assert found == pytest.approx([fit.log_hazard_ratio, fit.unweighted], rel=1e-9)


def test_stabilised_weights_of_ten_patients_as_zepid_has_them() -> None:
    # zEpid, tests/test_ipw.py (MIT): one decision, A = 1 for five of ten, L as below.
    treated = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=np.bool_)
    level = np.array([1, 1, 0, 0, 0, 1, 1, 1, 1, 0], dtype=np.float64)
    exit_time = np.array([0.91, 0.99, 0.93, 0.97, 0.95, 0.92, 0.94, 1.0, 0.98, 0.96])
    cohort = cohort_of(exit_time, np.ones(10, dtype=np.bool_), np.where(treated, 0.25, np.nan))
    # Age takes part in no decision here: it is left out of the columns.
    both = periods_of(
        cohort, np.zeros(10), level[:, np.newaxis], width=1.0, event_order="treatment_first"
    )
    periods = replace(both, columns=both.columns[:, 1:], names=("L",), varying=(True,))
    one = Confounded(cohort=cohort, periods=periods, origin=np.zeros(10), age=level, severity=level)
    fit = fit_marginal_structural_cox(one.data())
    known = [1.5, 1.5, 2 / 3, 2 / 3, 2 / 3, 0.75, 0.75, 0.75, 0.75, 2.0]
    np.testing.assert_allclose(np.exp(fit.models.log_weight[1:]), known, rtol=1e-10)
    probability = [1 / 3, 1 / 3, 0.75, 0.75, 0.75, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 0.75]
    np.testing.assert_allclose(fit.models.probability, probability, rtol=1e-10)
