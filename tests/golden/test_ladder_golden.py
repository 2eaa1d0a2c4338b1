"""The numbers a study prints for the Stanford programme, against R, in both versions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import timezero
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import registry_path
from timezero.model.result import Rung, StudyResult

EXAMPLES = {"heart": "stanford_heart", "jasa": "stanford_heart_jasa"}
HORIZONS = (60.0, 90.0, 180.0, 365.0, 730.0)
FIRTH_AGREEMENT = 1e-8
Agrees = Callable[..., None]


def study_of(version: str, covariates: tuple[str, ...], **changes: Any) -> StudyResult:
    file = example_study_file(EXAMPLES[version])
    protocol = timezero.read_protocol(file)
    analysis = protocol.analysis.model_copy(
        update={
            "horizons": HORIZONS,
            "landmarks": (30.0, 60.0, 90.0),
            "redeals": 0,
            "bootstrap": 0,
        }
        | changes
    )
    data = protocol.data.model_copy(update={"covariates": covariates})
    protocol = protocol.model_copy(update={"analysis": analysis, "data": data})
    return timezero.study(timezero.read_cohort(registry_path(protocol, file), protocol), protocol)


@pytest.fixture(scope="module", params=tuple(EXAMPLES))
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def result(version: str) -> StudyResult:
    return study_of(version, ("age", "surgery"))


@pytest.fixture(scope="module")
def stored(version: str, read_output: Callable[[str], Any]) -> dict[str, Any]:
    return read_output("stanford")[version]


def same_ratio(
    agrees: Agrees, rung: Rung, variant: str, stored: dict[str, Any], *, error: str
) -> None:
    """Compare the log hazard ratio, its error, interval and test, and the hazard ratio."""
    what = f"ladder: {rung.name} {variant}"
    value, spread = stored["coefficients"][0], stored[error][0]
    log_ratio, ratio = (rung.contrast(m, variant) for m in ("log_hazard_ratio", "hazard_ratio"))
    assert log_ratio is not None
    assert ratio is not None
    # 0.975 quantile of the normal distribution
    half = 1.959963984540054 * spread
    agrees(f"{what} log", log_ratio.value, value)
    agrees(f"{what} error", log_ratio.standard_error, spread)
    agrees(f"{what} lower", log_ratio.lower, value - half, scale=spread)
    agrees(f"{what} upper", log_ratio.upper, value + half, scale=spread)
    agrees(f"{what} ratio", ratio.value, math.exp(value))
    agrees(f"{what} ratio lower", ratio.lower, math.exp(value - half))
    agrees(f"{what} ratio upper", ratio.upper, math.exp(value + half))
    agrees(f"{what} p", log_ratio.p_value, math.erfc(abs(value / spread) / math.sqrt(2.0)))
    assert ratio.standard_error == log_ratio.standard_error


def same_score_test(agrees: Agrees, rung: Rung, variant: str, stored: dict[str, Any]) -> None:
    contrast = rung.contrast("log_hazard_ratio", variant)
    assert contrast is not None
    what = f"ladder: {rung.name} {variant}"
    agrees(f"{what} Peto", contrast.value, stored["log_hazard_ratio"])
    agrees(f"{what} error", contrast.standard_error, stored["standard_error"])
    agrees(f"{what} statistic", contrast.statistic, stored["chi2"])
    agrees(f"{what} p", contrast.p_value, stored["p_value"])


def same_differences(
    agrees: Agrees, rung: Rung, variant: str, curves: dict[str, Any], *, after: float
) -> None:
    arms = [curves[arm]["horizons"] for arm in ("reference", "intervention")]
    for before, later in zip(*arms, strict=True):
        if before["at"] not in HORIZONS or before["at"] <= after:
            continue
        for name in ("rmst", "survival"):
            found = [
                c
                for c in rung.contrasts
                if (c.measure, c.variant, c.at) == (f"{name}_difference", variant, before["at"])
            ]
            if before[name] is None or later[name] is None:
                assert found == []
                continue
            what = f"ladder: {rung.name} {variant} {name} {before['at']:g}"
            error = math.hypot(before[f"{name}_se"], later[f"{name}_se"])
            agrees(what, found[0].value, later[name] - before[name], scale=error)
            agrees(f"{what} error", found[0].standard_error, error)


def same_medians(agrees: Agrees, rung: Rung, curves: dict[str, Any]) -> None:
    for arm in rung.arms[:2]:
        ours = (arm.median, arm.median_lower, arm.median_upper)
        agrees(f"ladder: {rung.name} {arm.arm} median", ours, curves[arm.arm]["median"])


@pytest.mark.parametrize("name", ["ever_treated", "clock_reset", "waiting_excluded"])
def test_published_errors(
    name: str, result: StudyResult, stored: dict[str, Any], agrees: Agrees
) -> None:
    rung, theirs = result.rung(name), stored[name]
    same_ratio(agrees, rung, "unadjusted", theirs["cox"]["efron"], error="standard_errors")
    same_score_test(agrees, rung, "log_rank", theirs["log_rank"])
    same_differences(agrees, rung, "unadjusted", theirs["curves"], after=0.0)
    same_medians(agrees, rung, theirs["curves"])


def test_landmarks(result: StudyResult, stored: dict[str, Any], agrees: Agrees) -> None:
    rung = result.rung("landmark")
    for theirs in stored["landmark"]:
        variant = f"landmark={theirs['at']:g}"
        same_ratio(agrees, rung, variant, theirs["cox"]["efron"], error="standard_errors")
        same_score_test(agrees, rung, f"log_rank_{variant}", theirs["log_rank"])
        same_differences(agrees, rung, variant, theirs["curves"], after=theirs["at"])


def test_mantel_byar(result: StudyResult, stored: dict[str, Any], agrees: Agrees) -> None:
    same_score_test(agrees, result.rung("mantel_byar"), "peto", stored["mantel_byar"])


def test_simon_makuch_is_conditional_on_its_start(
    result: StudyResult, stored: dict[str, Any], agrees: Agrees
) -> None:
    rung = result.rung("simon_makuch")
    for curve in rung.curves:
        theirs = stored["simon_makuch"][curve.arm]
        times, survival = np.array(theirs["times"]), np.array([1.0, *theirs["survival"]])

        def at(when: Any, times: Any = times, survival: Any = survival) -> Any:
            return survival[np.searchsorted(times, when, side="right")]

        conditional = at(curve.times) / at(curve.starts_at)
        agrees(f"ladder: simon_makuch {curve.arm}", curve.survival, conditional.tolist())


def test_time_varying(
    version: str,
    result: StudyResult,
    stored: dict[str, Any],
    agrees: Agrees,
    read_output: Callable[[str], Any],
) -> None:
    rung, theirs = result.rung("time_varying"), stored["time_varying"]
    one, two = theirs["unadjusted"]["efron"], theirs["two_covariates"]["efron"]
    same_ratio(agrees, rung, "unadjusted", one, error="standard_errors")
    same_ratio(agrees, rung, "robust", one, error="robust_standard_errors")
    same_ratio(agrees, rung, "adjusted", two, error="standard_errors")
    same_ratio(agrees, rung, "robust_adjusted", two, error="robust_standard_errors")
    same_differences(agrees, rung, "by_state", stored["simon_makuch"], after=0.0)
    profile = rung.contrast("log_hazard_ratio", "profile")
    assert profile is not None
    limits = [theirs["profile"][0][side] for side in ("lower", "upper")]
    agrees("ladder: profile", (profile.lower, profile.upper), limits)
    schoenfeld = rung.table("schoenfeld")
    assert schoenfeld is not None
    test = theirs["proportional_hazards_of_arm"]
    agrees("ladder: proportional hazards", schoenfeld.notes["chisq"], test["chi2"][0])
    agrees("ladder: proportional hazards p", schoenfeld.notes["p_value"], test["p_value"][0])
    firth = read_output("stanford_firth")[version]
    # With Breslow's rule, as coxphf does it.
    assert [fit["ties"] for fit in firth] == ["breslow", "efron"] * 2
    for variant, fit in (("firth", firth[0]), ("firth_adjusted", firth[2])):
        contrast = rung.contrast("log_hazard_ratio", variant)
        assert contrast is not None
        ours = (contrast.value, contrast.standard_error, contrast.lower, contrast.upper)
        names = ("coefficients", "standard_errors", "lower", "upper")
        spread = fit["standard_errors"][0]
        agrees(
            f"ladder: {variant}",
            ours,
            [fit[name][0] for name in names],
            within=FIRTH_AGREEMENT,
            scale=spread,
        )


def test_early_and_late(result: StudyResult, stored: dict[str, Any], agrees: Agrees) -> None:
    rung = result.rung("time_varying")
    theirs = stored["time_varying"]["early_and_late"][1]
    for k, part in enumerate(("within", "after")):
        contrast = rung.contrast("log_hazard_ratio", f"{part}={theirs['window']:g}")
        assert contrast is not None
        agrees(f"ladder: {part}", contrast.value, theirs["coefficients"][k])


@pytest.mark.parametrize("covariates", [("age", "surgery", "year"), ("year", "age", "surgery")])
def test_three_covariates_by_breslow_in_any_order(
    covariates: tuple[str, ...], version: str, stored: dict[str, Any], agrees: Agrees
) -> None:
    result = study_of(version, covariates, ties="breslow")
    rung, theirs = result.rung("time_varying"), stored["time_varying"]
    one, three = (theirs[name]["breslow"] for name in ("unadjusted", "three_covariates"))
    same_ratio(agrees, rung, "unadjusted", one, error="standard_errors")
    same_ratio(agrees, rung, "adjusted", three, error="standard_errors")
    same_ratio(agrees, rung, "robust_adjusted", three, error="robust_standard_errors")
    naive = stored["ever_treated"]["cox"]["breslow"]
    same_ratio(agrees, result.rung("ever_treated"), "unadjusted", naive, error="standard_errors")


def test_supermodel(version: str, stored: dict[str, Any], agrees: Agrees) -> None:
    theirs = stored["supermodel"]
    grid = tuple(float(s) for s in theirs["landmarks"])
    rung = study_of(version, (), landmarks=grid).rung("landmark_supermodel")
    for fit, names in (
        ("ipl_constant", ("ipl", "ipl_constant")),
        ("ipl_quadratic", ("ipl_quadratic",)),
        ("ipl_star_linear", ("ipl_star",)),
    ):
        there = [name for name in names if rung.contrast("log_hazard_ratio", name) is not None]
        same_ratio(agrees, rung, there[0], theirs[fit], error="robust_standard_errors")
