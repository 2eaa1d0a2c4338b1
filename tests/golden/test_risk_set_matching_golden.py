"""Matching and matched comparisons against R: coxph, plain loops, residuals of survfit."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matched_patients import cohort_of
from timezero.arrays import Floats, Ints
from timezero.estimate.cox import fit_cox
from timezero.estimate.matched_comparison import matched_differences, matched_log_hazard_ratio
from timezero.estimate.risk_set_matching import MatchedSets, match_in_risk_sets
from timezero.estimate.treatment_hazard import Candidates, candidates_of, fit_treatment_hazard

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
STORED: dict[str, Any] = json.loads((REFERENCE / "output" / "risk_set_matching.json").read_text())
RELATIVE = 1e-9
CASES = range(3)


def patients() -> tuple[Candidates, Ints]:
    with (REFERENCE / "data" / "risk_set_matching.csv").open() as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> Floats:
        return np.array([np.nan if r[name] == "NA" else float(r[name]) for r in rows])

    cohort = cohort_of(
        column("exit"),
        column("event") == 1.0,
        column("initiation"),
        names=tuple(r["patient"] for r in rows),
    )
    columns = np.column_stack([column(name) for name in ("age", "spread", "site")])
    site = column("site").astype(np.int64)
    return (
        candidates_of(
            cohort,
            origin=np.zeros(cohort.n),
            used=np.ones(cohort.n, dtype=np.bool_),
            columns=columns,
            names=("age", "spread", "site"),
            factor=site,
        ),
        site,
    )


def matched(case: dict[str, Any]) -> MatchedSets:
    candidates, site = patients()
    factor = site if case["exact"] else np.zeros_like(site)
    candidates = replace(candidates, factor=factor)
    return match_in_risk_sets(
        candidates,
        fit_treatment_hazard(candidates),
        matches=case["matches"],
        caliper=case["caliper"],
    )


def test_treatment_hazard_and_its_standard_error_are_those_of_coxph() -> None:
    hazard = fit_treatment_hazard(patients()[0])
    np.testing.assert_allclose(hazard.coefficients, STORED["coefficients"], rtol=RELATIVE)
    np.testing.assert_allclose(
        np.sqrt(np.diag(hazard.covariance)), STORED["standard_errors"], rtol=RELATIVE
    )


@pytest.mark.parametrize("k", CASES)
def test_the_sets_are_those_of_plain_loops_in_r(k: int) -> None:
    case = STORED["cases"][k]
    sets = matched(case)
    assert sets.member.tolist() == case["member"]
    assert sets.set_of.tolist() == case["set"]


@pytest.mark.parametrize("until_treated", [False, True])
@pytest.mark.parametrize("k", CASES)
def test_hazards_within_sets_are_those_of_stratified_coxph(k: int, until_treated: bool) -> None:
    case = STORED["cases"][k]
    stored = case["matched_censored" if until_treated else "matched"]
    sets = matched(case)
    value = matched_log_hazard_ratio(sets, until_treated=until_treated)
    assert value == pytest.approx(stored["log_hazard_ratio"], rel=RELATIVE)
    rows = sets.rows(within_sets=True, until_treated=until_treated)
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(np.float64))
    assert fit.coefficients[0] == pytest.approx(value, rel=RELATIVE)
    assert fit.covariance[0, 0] ** 0.5 == pytest.approx(stored["standard_error"], rel=RELATIVE)
    robust = fit.robust_covariance[0, 0] ** 0.5
    assert robust == pytest.approx(stored["robust_standard_error"], rel=RELATIVE)


@pytest.mark.parametrize("k", CASES)
def test_differences_and_their_standard_errors_are_those_of_survfit(k: int) -> None:
    case = STORED["cases"][k]
    sets = matched(case)
    horizons = tuple(float(one["horizon"]) for one in case["over_sets"])
    for ours, stored in zip(matched_differences(sets, horizons), case["over_sets"], strict=True):
        for name in (
            "rmst_difference",
            "rmst_standard_error",
            "survival_difference",
            "survival_standard_error",
        ):
            assert getattr(ours, name) == pytest.approx(stored[name], rel=RELATIVE), name
