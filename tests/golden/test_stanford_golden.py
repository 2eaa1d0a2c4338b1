"""Every rung on the Stanford heart programme against R, in both versions of the file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.align.clock_reset import clock_reset
from timezero.align.ever_treated import ever_treated
from timezero.align.landmark import landmark
from timezero.align.time_since_treatment import time_since_treatment
from timezero.align.time_varying import time_varying
from timezero.align.waiting_excluded import waiting_excluded
from timezero.arrays import Floats
from timezero.estimate.cox import fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.landmark_supermodel import landmark_supermodel
from timezero.estimate.log_rank import log_rank
from timezero.estimate.no_effect_variance import no_effect_standard_errors
from timezero.estimate.product_limit import (
    median_survival,
    restricted_mean,
    rows_after,
    survival_at,
    survival_curve,
)
from timezero.estimate.profile_likelihood import profile_interval
from timezero.estimate.proportional_hazards import proportional_hazards_test
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import read_protocol, registry_path
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
EXAMPLES = {"heart": "stanford_heart", "jasa": "stanford_heart_jasa"}
VERSIONS = tuple(EXAMPLES)
COLUMNS = ("age", "surgery", "year")
# The R program of Firth's method differentiates numerically: its maximum is good to about 1e-9
# of a standard error, its limits are roots found to 1e-11.
FIRTH_AGREEMENT = 1e-8
# Both find the interval by a root of the profile, whose height carries about 1e-12 of round-off.
ROOT_AGREEMENT = 1e-9
Agrees = Callable[..., None]


def cohort_of(version: str) -> Cohort:
    file = example_study_file(EXAMPLES[version])
    protocol = read_protocol(file)
    data = protocol.data.model_copy(update={"covariates": COLUMNS})
    registry = registry_path(protocol, file)
    assert registry is not None
    return read_cohort(registry, protocol.model_copy(update={"data": data}))


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def cohort(version: str) -> Cohort:
    return cohort_of(version)


@pytest.fixture(scope="module")
def stored(version: str, read_output: Callable[[str], Any]) -> dict[str, Any]:
    return read_output("stanford")[version]


def design_of(cohort: Cohort, rows: PersonTime, names: list[str]) -> Floats:
    """Return the design by R's names: the arm, and covariates of the patient of each row."""
    by_name = {c.name: c.values[rows.patient] for c in cohort.covariates}
    centred = by_name["age"] - 48.0
    by_name |= {
        "arm": rows.arm.astype(np.float64),
        "age_arm": centred * rows.arm,
        "surgery_arm": by_name["surgery"] * rows.arm,
        "age": centred,
    }
    return np.column_stack([by_name[name] for name in names])


def by_surgery(cohort: Cohort, rows: PersonTime) -> PersonTime:
    surgery = next(c.values for c in cohort.covariates if c.name == "surgery")
    return replace(rows, stratum=surgery[rows.patient].astype(np.int64))


def same_cox(
    agrees: Agrees, what: str, cohort: Cohort, rows: PersonTime, stored: dict[str, Any]
) -> None:
    fit = fit_cox(rows, design_of(cohort, rows, stored["design"]), ties=stored["ties"])
    what = f"Cox: {what} {stored['ties']}"
    agrees(f"{what} coefficients", fit.coefficients, stored["coefficients"])
    for name, covariance in (("", fit.covariance), ("robust_", fit.robust_covariance)):
        errors = np.sqrt(np.diag(covariance))
        agrees(f"{what} {name}errors", errors, stored[f"{name}standard_errors"])
        theirs = stored[f"{name}covariance"]
        agrees(f"{what} {name}covariance", covariance, theirs, scale=np.outer(errors, errors))
    for name in ("log_likelihood_null", "log_likelihood", "score_statistic", "wald_statistic"):
        agrees(f"{what} {name}", getattr(fit, name), stored[name])


def same_log_rank(agrees: Agrees, what: str, rows: PersonTime, stored: dict[str, Any]) -> None:
    ours = log_rank(rows)
    for name, theirs in stored.items():
        agrees(f"log-rank: {what} {name}", getattr(ours, name), theirs)


def same_curves(
    agrees: Agrees,
    curve_agrees: Agrees,
    what: str,
    rows: PersonTime,
    stored: dict[str, Any],
) -> None:
    for arm, name in enumerate(("reference", "intervention")):
        theirs = stored[name]
        curve = survival_curve(rows, arm, from_time=theirs["from_time"])
        label = f"curves: {what} {name}"
        curve_agrees(label, curve, theirs)
        agrees(f"{label} median", median_survival(curve), theirs["median"])
        for at in theirs["horizons"]:
            survival, area = survival_at(curve, at["at"]), restricted_mean(curve, at["at"])
            if at["at"] <= curve.starts_at:
                continue
            agrees(f"{label} survival", survival.value, at["survival"])
            agrees(f"{label} its error", survival.standard_error, at["survival_se"])
            agrees(f"{label} mean", area.value, at["rmst"])
            agrees(f"{label} its error", area.standard_error, at["rmst_se"])


def test_the_registry_holds_the_patients_of_r(version: str, cohort: Cohort) -> None:
    with (REFERENCE / "data" / "stanford.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    longer = 1.0 if version == "heart" else 0.0
    assert cohort.exit.tolist() == [float(row["futime"]) + longer for row in table]
    assert cohort.event.tolist() == [row["died"] == "1" for row in table]
    wait = np.array([float(row["wait"] or "nan") for row in table]) + longer
    moved = np.where(wait == cohort.exit, wait - 0.5, wait)
    assert np.array_equal(cohort.initiation, moved, equal_nan=True)
    for covariate in cohort.covariates:
        theirs = [float(row[covariate.name]) for row in table]
        shift = 48.0 if covariate.name == "age" else 0.0
        # The registry prints 15 digits.
        assert np.allclose(covariate.values - shift, theirs, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("rung", "align"),
    [
        ("ever_treated", ever_treated),
        ("clock_reset", clock_reset),
        ("waiting_excluded", waiting_excluded),
    ],
    ids=["ever_treated", "clock_reset", "waiting_excluded"],
)
def test_the_published_errors_agree(
    rung: str,
    align: Callable[[Cohort], PersonTime],
    cohort: Cohort,
    stored: dict[str, Any],
    agrees: Agrees,
    curve_agrees: Agrees,
) -> None:
    rows, theirs = align(cohort), stored[rung]
    assert (rows.n_rows, rows.event.sum(), rows.arm.sum()) == (
        theirs["n"],
        theirs["n_events"],
        theirs["n_intervention"],
    )
    for model in theirs["cox"].values():
        same_cox(agrees, rung, cohort, rows, model)
    same_log_rank(agrees, rung, rows, theirs["log_rank"])
    same_curves(agrees, curve_agrees, rung, rows, theirs["curves"])


def test_the_naive_comparison_adjusted_agrees(
    cohort: Cohort, stored: dict[str, Any], agrees: Agrees
) -> None:
    for model in stored["ever_treated_adjusted"].values():
        same_cox(agrees, "ever treated, adjusted", cohort, ever_treated(cohort), model)


@pytest.mark.parametrize("k", range(3))
def test_landmarks_agree(
    k: int, cohort: Cohort, stored: dict[str, Any], agrees: Agrees, curve_agrees: Agrees
) -> None:
    theirs = stored["landmark"][k]
    rows = landmark(cohort, theirs["at"])
    assert (rows.n_rows, rows.event.sum(), rows.arm.sum()) == (
        theirs["n"],
        theirs["n_events"],
        theirs["n_intervention"],
    )
    what = f"landmark {theirs['at']:g}"
    for model in theirs["cox"].values():
        same_cox(agrees, what, cohort, rows, model)
    same_log_rank(agrees, what, rows, theirs["log_rank"])
    same_curves(agrees, curve_agrees, what, rows, theirs["curves"])


def test_the_supermodel_agrees(cohort: Cohort, stored: dict[str, Any], agrees: Agrees) -> None:
    theirs = stored["supermodel"]
    landmarks = tuple(float(s) for s in theirs["landmarks"])
    fits = {f.name: f for f in landmark_supermodel(cohort, landmarks, window=theirs["window"])}
    # In the order of our columns, the places of R's.
    for name, own, order in (
        ("ipl_constant", "ipl_constant", (0,)),
        ("ipl_quadratic", "ipl_quadratic", (0, 1, 2)),
        ("ipl_star_linear", "ipl_star", (0, 3, 1, 2)),
    ):
        fit = fits[own]
        for field in ("coefficients", "standard_errors", "robust_standard_errors"):
            values = [theirs[name][field][place] for place in order]
            agrees(f"supermodel: {name} {field}", getattr(fit, field), values)
        for field in ("log_likelihood_null", "log_likelihood"):
            agrees(f"supermodel: {name} {field}", getattr(fit, field), theirs[name][field])
    stacked = sum(landmark(cohort, s, window=theirs["window"]).n_rows for s in landmarks)
    assert stacked == theirs["n_rows"]


def test_mantel_byar_agrees(cohort: Cohort, stored: dict[str, Any], agrees: Agrees) -> None:
    rows = time_varying(cohort)
    same_log_rank(agrees, "Mantel-Byar", rows, stored["mantel_byar"])
    stratified = by_surgery(cohort, rows)
    same_log_rank(agrees, "Mantel-Byar by surgery", stratified, stored["mantel_byar_by_surgery"])


def test_simon_makuch_agrees(
    cohort: Cohort, stored: dict[str, Any], agrees: Agrees, curve_agrees: Agrees
) -> None:
    rows = time_varying(cohort)
    same_curves(agrees, curve_agrees, "Simon-Makuch", rows, stored["simon_makuch"])
    for start in ("from_30", "from_a_death"):
        later = stored[f"simon_makuch_{start}"]
        same_curves(agrees, curve_agrees, f"Simon-Makuch {start}", rows, later)


def test_errors_without_effect_agree(
    cohort: Cohort, stored: dict[str, Any], agrees: Agrees
) -> None:
    for theirs in stored["without_effect_from_30"]:
        rows = rows_after(time_varying(cohort), theirs["from"])
        ours = no_effect_standard_errors(rows, horizon=theirs["at"])
        what = f"errors without effect: {theirs['at']:g}"
        agrees(what, ours, [theirs["time_lived"], theirs["survival"]])


def test_time_varying_cox_agrees(cohort: Cohort, stored: dict[str, Any], agrees: Agrees) -> None:
    rows, theirs = time_varying(cohort), stored["time_varying"]
    # Treatment at time zero counts from just after it (C4): a row before it, without length.
    assert int((rows.exit > 0.0).sum()) == theirs["n_rows"]
    for name in ("unadjusted", "two_covariates", "three_covariates"):
        for model in theirs[name].values():
            same_cox(agrees, f"time-varying, {name}", cohort, rows, model)
    for model in theirs["by_surgery"].values():
        same_cox(agrees, "time-varying, stratified", cohort, by_surgery(cohort, rows), model)
    same_cox(agrees, "time-varying, interactions", cohort, rows, theirs["interactions"])


def test_early_and_late_effects_agree(
    cohort: Cohort, stored: dict[str, Any], agrees: Agrees
) -> None:
    for theirs in stored["time_varying"]["early_and_late"]:
        rows, early = time_since_treatment(cohort, theirs["window"])
        design = np.column_stack([early, (rows.arm == 1) & ~early]).astype(np.float64)
        fit = fit_cox(rows, design)
        what = f"Cox: early and late at {theirs['window']:g}"
        errors, robust = (np.sqrt(np.diag(v)) for v in (fit.covariance, fit.robust_covariance))
        agrees(f"{what} coefficients", fit.coefficients, theirs["coefficients"])
        agrees(f"{what} errors", errors, theirs["standard_errors"])
        agrees(f"{what} robust errors", robust, theirs["robust_standard_errors"])


def test_profile_intervals_agree(cohort: Cohort, stored: dict[str, Any], agrees: Agrees) -> None:
    rows = time_varying(cohort)
    for theirs in stored["time_varying"]["profile"]:
        design = design_of(cohort, rows, theirs["design"])
        ours = profile_interval(rows, design, 0, ties=theirs["ties"])
        what = f"profile interval: {theirs['ties']} {len(theirs['design'])} columns"
        agrees(what, ours, [theirs["lower"], theirs["upper"]], within=ROOT_AGREEMENT)


def test_proportional_hazards_agree(cohort: Cohort, stored: dict[str, Any], agrees: Agrees) -> None:
    rows, theirs = time_varying(cohort), stored["time_varying"]
    for test in (*theirs["proportional_hazards"], theirs["proportional_hazards_of_arm"]):
        design = design_of(cohort, rows, test["design"])
        fit = fit_cox(rows, design, ties=test["ties"])
        ours = proportional_hazards_test(
            rows, fit, design, test["design"], transform=test["transform"]
        )
        what = f"proportional hazards: {test['transform']}"
        p = ours.chi2.size
        agrees(f"{what} chi2", ours.chi2, test["chi2"][:p])
        agrees(f"{what} p", ours.p_values, test["p_value"][:p])
        agrees(f"{what} global", ours.global_chi2, test["chi2"][-1])
        agrees(f"{what} global p", ours.global_p_value, test["p_value"][-1])


def same_firth(
    agrees: Agrees, what: str, rows: PersonTime, design: Floats, stored: dict[str, Any]
) -> None:
    fit = fit_firth(rows, design, ties=stored["ties"])
    errors = np.sqrt(np.diag(fit.covariance))
    what = f"Firth: {what} {stored['ties']}"
    # A numerical maximum is as good as the curvature lets it be: measured in standard errors.
    ours = {"coefficients": fit.coefficients, "lower": fit.lower, "upper": fit.upper}
    for name, value in ours.items():
        theirs = stored[name]
        agrees(f"{what} {name}", value, theirs, within=FIRTH_AGREEMENT, scale=errors)
    agrees(f"{what} errors", errors, stored["standard_errors"], within=FIRTH_AGREEMENT)
    agrees(f"{what} p", fit.p_values, stored["p_values"], within=FIRTH_AGREEMENT)
    agrees(f"{what} likelihood", fit.log_likelihood, stored["log_likelihood"])
    agrees(f"{what} null likelihood", fit.log_likelihood_null, stored["log_likelihood_null"])


def test_firth_agrees(
    version: str, cohort: Cohort, read_output: Callable[[str], Any], agrees: Agrees
) -> None:
    rows = time_varying(cohort)
    for theirs in read_output("stanford_firth")[version]:
        design = design_of(cohort, rows, theirs["design"])
        same_firth(agrees, f"{version} {len(theirs['design'])} columns", rows, design, theirs)


def test_firth_in_perfect_order_agrees(
    read_output: Callable[[str], Any],
    read_rows: Callable[[str], tuple[PersonTime, dict[str, Floats]]],
    agrees: Agrees,
) -> None:
    rows, columns = read_rows("perfect_order.csv")
    for theirs in read_output("stanford_firth")["perfect_order"]:
        same_firth(agrees, "perfect order", rows, columns["arm"][:, np.newaxis], theirs)
