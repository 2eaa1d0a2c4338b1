from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from report_fixture import made_up_result
from timezero.errors import InputRefused
from timezero.estimate.e_value import e_value
from timezero.ladder.sensitivity.e_value import sensitivity
from timezero.model.reading import primary_ratio

# The published numbers have six decimals.
PRINTED = 5e-7
ROUND_OFF = 1e-12


@pytest.mark.parametrize(
    ("estimate", "common", "point", "limit"),
    [
        ((3.9, 1.8, 8.7), False, 7.263034, 3.0),
        ((0.80, 0.71, 0.91), False, 1.809017, 1.428571),
        ((0.56, 0.46, 0.69), True, 2.349531, 1.908004),
        ((0.56, 0.46, 0.69), False, 2.970223, 2.256198),
        ((0.2662166, 0.1650859, 0.4292995), True, 4.351014, 2.975941),
    ],
)
def test_published_values(estimate, common, point, limit) -> None:
    found = e_value(*estimate, common=common)
    assert found.point == pytest.approx(point, abs=PRINTED)
    assert found.limit == pytest.approx(limit, abs=PRINTED)


def test_an_interval_across_one_needs_nothing_unmeasured() -> None:
    assert e_value(0.8, 0.6, 1.1, common=False).limit == 1.0
    assert e_value(1.0, 0.6, 1.1, common=True).point == 1.0


def test_turning_the_comparison_round_changes_nothing() -> None:
    one, other = e_value(0.4, 0.2, 0.7, common=True), e_value(2.5, 1 / 0.7, 5.0, common=True)
    assert one.point == pytest.approx(other.point, rel=ROUND_OFF)
    assert one.limit == pytest.approx(other.limit, rel=ROUND_OFF)


def test_an_infinite_far_limit_does_no_harm() -> None:
    assert e_value(3.0, 2.0, math.inf, common=True).limit > 1.0
    assert e_value(0.3, 0.0, 0.5, common=True).limit > 1.0


@pytest.mark.parametrize(
    "bad", [(0.0, 0.0, 1.0), (-1.0, -2.0, 1.0), (math.nan, 0.5, 2.0), (3.0, 0.5, 2.0)]
)
def test_a_ratio_outside_its_interval_is_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(InputRefused) as refusal:
        e_value(*bad, common=False)
    assert refusal.value.code == "TZ-EST-e-value"


def test_a_ratio_without_a_known_interval_gets_none() -> None:
    result = made_up_result()
    fair = result.rung("time_varying")
    ratio = primary_ratio(fair)
    assert ratio is not None
    unknown = replace(ratio, lower=math.nan, upper=math.nan)
    others = tuple(c for c in fair.contrasts if c is not ratio)
    climb = SimpleNamespace(cohort=result.cohort)
    table = sensitivity(climb, (replace(fair, contrasts=(ratio, *others)),))
    assert table is not None
    assert table.columns["rung"] == ("time_varying",)
    assert sensitivity(climb, (replace(fair, contrasts=(unknown, *others)),)) is None
