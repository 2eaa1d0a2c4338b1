"""E-values against those that others printed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from timezero.estimate.e_value import e_value

ORACLES = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "reference" / "published" / "e_values.toml").read_text(
        "utf-8"
    )
)
# Six decimals are printed.
PRINTED = 0.5000001e-6


@pytest.mark.parametrize("case", ORACLES["e_value"], ids=lambda case: f"{case['ratio']}")
def test_an_e_value_is_the_printed_one(case: dict[str, Any]) -> None:
    ours = e_value(case["ratio"], case["lower"], case["upper"], common=case["common"])
    assert abs(ours.point - float(case["point"])) <= PRINTED
    assert abs(ours.limit - float(case["limit"])) <= PRINTED


@pytest.mark.parametrize("common", [False, True])
def test_an_interval_with_one_in_it_needs_nothing_unmeasured(common: bool) -> None:
    assert e_value(1.3, 0.8, 2.1, common=common).limit == 1.0
    assert e_value(0.8, 0.6, 1.0, common=common).limit == 1.0


@pytest.mark.parametrize("common", [False, True])
def test_harm_and_benefit_are_mirrored(common: bool) -> None:
    above = e_value(2.5, 1.5, 4.0, common=common)
    below = e_value(1 / 2.5, 1 / 4.0, 1 / 1.5, common=common)
    assert above.point == pytest.approx(below.point, rel=1e-12)
    assert above.limit == pytest.approx(below.limit, rel=1e-12)
