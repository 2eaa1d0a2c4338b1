from __future__ import annotations

import math

import pytest

from timezero.model.estimate import Contrast
from timezero.report import numbers

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.2662166, "0.27"),
        (1.1333196, "1.13"),
        (21.94, "21.9"),
        (219.4, "219"),
        (0.0456, "0.046"),
        (0.0001, "<0.001"),
        (12345.0, "12,345"),
        (INF, "infinity"),
        (NAN, "not estimated"),
        (0.0, "0.00"),
    ],
)
def test_ratios_have_two_decimals_or_three_figures(value: float, printed: str) -> None:
    assert numbers.ratio(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.69712, "P = .70"),
        (0.0412, "P = .041"),
        (0.00123, "P = .0012"),
        (0.0005, "P < .001"),
        (0.0, "P < .001"),
        (0.999, "P > .99"),
        (NAN, ""),
    ],
)
def test_p_values_have_two_significant_digits(value: float, printed: str) -> None:
    assert numbers.p_value(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (2.345, "+2.35"),
        (-12.34, "−12.3"),
        (0.001, "0.00"),
        (-0.001, "0.00"),
        (NAN, "not estimated"),
    ],
)
def test_differences_carry_their_sign(value: float, printed: str) -> None:
    assert numbers.signed(value) == printed


def test_survival_differences_are_percentage_points() -> None:
    contrast = Contrast(
        measure="survival_difference", variant="x", value=-0.0123, lower=-0.1, upper=0.08
    )
    assert numbers.contrast_text(contrast) == "−1.2 (95% CI −10.0 to +8.0)"


def test_an_infinite_limit_is_said_in_words() -> None:
    contrast = Contrast(measure="hazard_ratio", variant="x", value=2.0, lower=0.4, upper=INF)
    assert numbers.contrast_text(contrast) == "2.00 (95% CI 0.40 to infinity)"


def test_an_estimate_without_interval_prints_none() -> None:
    contrast = Contrast(measure="median_difference", variant="x", value=3.0)
    assert numbers.contrast_text(contrast) == "+3.00"


def test_medians_beyond_follow_up_are_not_reached() -> None:
    assert numbers.median_text(NAN, 3.0, NAN) == "not reached"
    assert numbers.median_text(21.0, 12.0, NAN) == "21.0 (12.0 to not reached)"


def test_plain_text_is_ascii() -> None:
    assert numbers.as_ascii("−1 – ≥ × “a”").isascii()
