"""Our estimators against R's survival, on data sets with every complication there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.arrays import Floats
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.curve_contrasts import rmst_difference, survival_difference
from timezero.estimate.log_rank import LogRank, log_rank
from timezero.estimate.product_limit import (
    median_survival,
    restricted_mean,
    survival_at,
    survival_curve,
)
from timezero.estimate.proportional_hazards import proportional_hazards_test
from timezero.model.person_time import PersonTime

STORED = json.loads(
    (Path(__file__).resolve().parents[2] / "reference" / "output" / "datasets.json").read_text(
        "utf-8"
    )
)["analyses"]
NAMES = [analysis["name"] for analysis in STORED]
ARMS = {"reference": 0, "intervention": 1, "all": None}
Agrees = Callable[..., None]
ReadRows = Callable[[str], tuple[PersonTime, dict[str, Floats]]]


def without_strata(rows: PersonTime) -> PersonTime:
    return replace(rows, stratum=np.zeros_like(rows.stratum))


def design_of(columns: dict[str, Floats], names: list[str]) -> Floats:
    return np.column_stack([columns[name] for name in names])


def sorted_points(times: Floats, residuals: Floats) -> Floats:
    """Return times and residuals side by side, sorted; the last digits decide nothing."""
    coarse = np.round(residuals, 6)
    return np.column_stack([times, residuals])[np.lexsort((*coarse.T, times))]


def cox_agrees(agrees: Agrees, what: str, fit: CoxFit, stored: dict[str, Any]) -> None:
    errors = np.sqrt(np.diag(fit.covariance))
    robust = np.sqrt(np.diag(fit.robust_covariance))
    agrees(f"{what} coefficients", fit.coefficients, stored["coefficients"])
    agrees(f"{what} standard errors", errors, stored["standard_errors"])
    agrees(f"{what} robust standard errors", robust, stored["robust_standard_errors"])
    # Covariances can be zero; they are measured by the standard errors they belong to.
    agrees(
        f"{what} covariance",
        fit.covariance,
        stored["covariance"],
        scale=np.outer(errors, errors),
    )
    agrees(
        f"{what} robust covariance",
        fit.robust_covariance,
        stored["robust_covariance"],
        scale=np.outer(robust, robust),
    )
    for name in ("log_likelihood_null", "log_likelihood", "score_statistic", "wald_statistic"):
        agrees(f"{what} {name}", getattr(fit, name), stored[name])
    assert fit.n_events == stored["n_events"]


def log_rank_agrees(agrees: Agrees, what: str, ours: LogRank, stored: dict[str, Any]) -> None:
    for name in (
        "observed",
        "expected",
        "variance",
        "chi2",
        "p_value",
        "log_hazard_ratio",
        "standard_error",
    ):
        agrees(f"{what} {name}", getattr(ours, name), stored[name])


@pytest.mark.parametrize("stored", STORED, ids=NAMES)
def test_cox_models_agree(stored: dict[str, Any], agrees: Agrees, read_rows: ReadRows) -> None:
    rows, columns = read_rows(stored["rows"])
    for model in stored["cox"]:
        fit = fit_cox(rows, design_of(columns, model["design"]), ties=model["ties"])
        what = f"Cox: {stored['name']} {model['ties']} {len(model['design'])} columns"
        cox_agrees(agrees, what, fit, model)
    for model in stored.get("cox_without_strata", []):
        design = design_of(columns, model["design"])
        fit = fit_cox(without_strata(rows), design, ties=model["ties"])
        cox_agrees(agrees, f"Cox: {stored['name']} {model['ties']} one stratum", fit, model)


@pytest.mark.parametrize("stored", STORED, ids=NAMES)
def test_curves_agree(
    stored: dict[str, Any], agrees: Agrees, curve_agrees: Agrees, read_rows: ReadRows
) -> None:
    rows, _ = read_rows(stored["rows"])
    for name, curve in stored["curves"].items():
        ours = survival_curve(rows, ARMS[name], from_time=curve["from_time"])
        what = f"curves: {stored['name']} {name}"
        curve_agrees(what, ours, curve)
        agrees(f"{what} median", median_survival(ours), curve["median"])
        for at in curve["horizons"]:
            survival, area = survival_at(ours, at["at"]), restricted_mean(ours, at["at"])
            agrees(f"{what} survival", survival.value, at["survival"])
            agrees(f"{what} its error", survival.standard_error, at["survival_se"])
            agrees(f"{what} mean", area.value, at["rmst"])
            agrees(f"{what} its error", area.standard_error, at["rmst_se"])


@pytest.mark.parametrize("stored", STORED, ids=NAMES)
def test_differences_of_curves_agree(
    stored: dict[str, Any], agrees: Agrees, read_rows: ReadRows
) -> None:
    rows, _ = read_rows(stored["rows"])
    theirs = [stored["curves"][arm] for arm in ("reference", "intervention")]
    ours = [survival_curve(rows, arm, from_time=theirs[arm]["from_time"]) for arm in (0, 1)]
    for before, after in zip(theirs[0]["horizons"], theirs[1]["horizons"], strict=True):
        for name, contrast in (("rmst", rmst_difference), ("survival", survival_difference)):
            difference = contrast(ours[0], ours[1], horizon=before["at"], level=0.95)
            if before[name] is None or after[name] is None:
                assert np.isnan(difference.value)
                continue
            what = f"differences: {stored['name']} {name} at {before['at']:g}"
            error = np.hypot(before[f"{name}_se"], after[f"{name}_se"])
            agrees(what, difference.value, after[name] - before[name], scale=error)
            agrees(f"{what} error", difference.standard_error, float(error))


@pytest.mark.parametrize("stored", STORED, ids=NAMES)
def test_log_rank_agrees(stored: dict[str, Any], agrees: Agrees, read_rows: ReadRows) -> None:
    rows, _ = read_rows(stored["rows"])
    if stored["weighted"]:
        assert "log_rank" not in stored
        return
    log_rank_agrees(agrees, f"log-rank: {stored['name']}", log_rank(rows), stored["log_rank"])
    if "log_rank_without_strata" in stored:
        ours = log_rank(without_strata(rows))
        what = f"log-rank: {stored['name']} one stratum"
        log_rank_agrees(agrees, what, ours, stored["log_rank_without_strata"])


@pytest.mark.parametrize("stored", STORED, ids=NAMES)
def test_proportional_hazards_agree(
    stored: dict[str, Any], agrees: Agrees, read_rows: ReadRows
) -> None:
    rows, columns = read_rows(stored["rows"])
    for test in stored.get("proportional_hazards", []):
        design = design_of(columns, test["design"])
        fit = fit_cox(rows, design, ties=test["ties"])
        ours = proportional_hazards_test(
            rows, fit, design, test["design"], transform=test["transform"]
        )
        what = f"proportional hazards: {stored['name']} {test['transform']}"
        chi2, p_values = test["chi2"], test["p_value"]
        agrees(f"{what} chi2", ours.chi2, chi2[: ours.chi2.size])
        agrees(f"{what} p", ours.p_values, p_values[: ours.chi2.size])
        # With one column R gives no line of its own for all together.
        agrees(f"{what} global", ours.global_chi2, chi2[-1])
        agrees(f"{what} global p", ours.global_p_value, p_values[-1])
        if test["residuals"] is not None:
            # Strata one after the other here, by time in R; tied events in any order.
            theirs, when = np.array(test["residuals"]), np.array(test["times"])
            mine = sorted_points(ours.times, ours.residuals)
            size = np.concatenate([[1.0], np.abs(theirs).max(axis=0)])
            agrees(f"{what} residuals", mine, sorted_points(when, theirs).tolist(), scale=size)


def test_columns_of_one_term_are_tested_together(
    agrees: Agrees, read_rows: ReadRows, read_output: Callable[[str], Any]
) -> None:
    theirs = read_output("datasets")["terms"]
    rows, columns = read_rows(f"{theirs['name']}.csv")
    design = design_of(columns, ["arm", "small", "adeno", "large", "karno"])
    ours = proportional_hazards_test(rows, fit_cox(rows, design), design, theirs["names"])
    what = "proportional hazards: terms"
    agrees(f"{what} chi2", [*ours.chi2, ours.global_chi2], theirs["chi2"])
    agrees(f"{what} df", [*ours.df, len(theirs["names"])], theirs["df"])
    agrees(f"{what} p", [*ours.p_values, ours.global_p_value], theirs["p_value"])
