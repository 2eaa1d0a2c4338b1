"""Which number of a rung is read first, also where there is no hazard ratio."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.estimate import Contrast
from timezero.model.reading import first_version, primary_contrast, primary_ratio
from timezero.model.result import Rung, StudyResult
from timezero.report.ladder_rows import ladder_rows

MakeResult = Callable[..., StudyResult]


def number(measure: str, variant: str, *, at: float = math.nan, value: float = 0.5) -> Contrast:
    return Contrast(measure=measure, variant=variant, value=value, at=at)  # type: ignore[arg-type]


def rung(name: str, *contrasts: Contrast) -> Rung:
    words = dict.fromkeys(
        ("title", "estimand", "symbols", "counted_from", "difference"), "words of it"
    )
    return Rung(name=name, role="correction", status="ok", contrasts=contrasts, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "variants", "first"),
    [
        ("clone_censor_weight", ("unweighted", "weighted"), "weighted"),
        ("marginal_structural_cox", ("weighted", "unweighted"), "weighted"),
        ("sequential_trials", ("intention_to_treat", "per_protocol"), "per_protocol"),
        ("risk_set_matching", ("matched",), "matched"),
        ("bayesian", ("posterior_sceptical", "posterior_neutral"), "posterior_neutral"),
        ("g_formula", ("standardised",), "standardised"),
    ],
)
def test_a_fitness_rung_is_read_by_its_own_version(
    name: str, variants: tuple[str, ...], first: str
) -> None:
    found = primary_ratio(rung(name, *(number("hazard_ratio", v) for v in variants)))
    assert found is not None
    assert found.variant == first


def test_firth_stands_for_a_version_with_few_events() -> None:
    firth = number("hazard_ratio", "firth_matched")
    few = replace(number("hazard_ratio", "matched"), details={"n_events": 9.0})
    many = replace(few, details={"n_events": 90.0})
    assert primary_ratio(rung("risk_set_matching", few, firth)) is firth
    assert primary_ratio(rung("risk_set_matching", many, firth)) is many
    assert primary_ratio(rung("risk_set_matching", firth)) is firth


def test_a_fitness_rung_has_no_adjusted_line() -> None:
    assert (
        primary_ratio(rung("g_formula", number("hazard_ratio", "standardised")), "adjusted") is None
    )


def test_without_a_ratio_the_order_of_measures_decides() -> None:
    lived = number("rmst_difference", "standardised", at=36.0)
    earlier = number("rmst_difference", "standardised", at=12.0)
    alive = number("survival_difference", "standardised", at=60.0)
    assert primary_contrast(rung("g_formula", alive, earlier, lived)) is lived
    assert primary_contrast(rung("g_formula", alive)) is alive
    ratio = number("time_ratio", "g_estimate")
    assert primary_contrast(rung("structural_failure_time", lived, ratio)) is ratio
    assert primary_contrast(rung("g_formula")) is None
    assert first_version(rung("g_formula"), "rmst_difference") is None


def test_time_ratios_are_never_on_the_axis_of_hazard_ratios(made_up_result: MakeResult) -> None:
    row = next(r for r in ladder_rows(made_up_result()) if r.rung.name == "structural_failure_time")
    assert row.hazard_ratio is None
    assert row.instead is not None
    assert row.instead.measure == "time_ratio"


def test_every_rung_stands_in_its_part_of_the_ladder(made_up_result: MakeResult) -> None:
    groups = {row.rung.name: row.group for row in ladder_rows(made_up_result())}
    assert groups["ever_treated"] == "published"
    assert groups["time_varying"] == "waiting"
    assert groups["from_trigger"] == "trigger"
    assert groups["bayesian"] == "fitness"
    order = list(dict.fromkeys(row.group for row in ladder_rows(made_up_result())))
    assert order == ["published", "waiting", "trigger", "fitness"]
