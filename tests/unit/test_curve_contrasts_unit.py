"""Contrasts of curves at their edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from timezero.estimate.curve_contrasts import (
    median_difference,
    rmst_difference,
    survival_difference,
)
from timezero.estimate.product_limit import survival_curve
from timezero.model.estimate import Curve
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]


@pytest.fixture
def curves(make_rows: Rows) -> tuple[Curve, Curve]:
    rows = make_rows(
        [1, 2, 3, 4, 5, 2, 4, 6, 8, 10],
        [1, 1, 1, 0, 0, 0, 1, 0, 1, 0],
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    )
    return survival_curve(rows, 0), survival_curve(rows, 1)


def test_beyond_the_follow_up_of_an_arm_there_is_no_contrast(curves: tuple[Curve, Curve]) -> None:
    for contrast_of in (rmst_difference, survival_difference):
        beyond = contrast_of(*curves, horizon=6.0)
        numbers = (beyond.value, beyond.standard_error, beyond.lower, beyond.upper, beyond.p_value)
        assert np.isnan(numbers).all()
        assert np.isfinite(contrast_of(*curves, horizon=5.0).value)


def test_an_arm_without_events_is_said(curves: tuple[Curve, Curve]) -> None:
    contrast = survival_difference(*curves, horizon=2.0)
    assert contrast.value == pytest.approx(0.4)
    assert contrast.standard_error == pytest.approx(np.sqrt(0.6 * 0.4 / 5))
    assert len(contrast.cautions) == 1
    assert "intervention arm has no event" in contrast.cautions[0]
    assert survival_difference(*curves, horizon=4.0).cautions == ()


def test_no_events_at_all_give_no_interval(curves: tuple[Curve, Curve]) -> None:
    contrast = rmst_difference(*curves, horizon=0.5)
    assert (contrast.value, contrast.standard_error) == (0.0, 0.0)
    assert np.isnan((contrast.lower, contrast.upper, contrast.p_value)).all()


def test_swapping_the_arms_turns_the_sign(curves: tuple[Curve, Curve]) -> None:
    for contrast_of in (rmst_difference, survival_difference):
        one = contrast_of(*curves, horizon=4.5)
        other = contrast_of(curves[1], curves[0], horizon=4.5)
        assert (one.value, one.lower, one.upper) == (-other.value, -other.upper, -other.lower)
        assert (one.p_value, one.standard_error) == (other.p_value, other.standard_error)


def test_median_not_reached_has_no_difference(curves: tuple[Curve, Curve], make_rows: Rows) -> None:
    assert median_difference(*curves).value == 8.0 - 3.0
    never = survival_curve(make_rows([5, 6], [0, 0]))
    assert np.isnan(median_difference(curves[0], never).value)


def test_level_moves_the_interval_only(curves: tuple[Curve, Curve]) -> None:
    for contrast_of in (rmst_difference, survival_difference):
        usual = contrast_of(*curves, horizon=4.5)
        half = contrast_of(*curves, horizon=4.5, level=0.5)
        assert (half.value, half.p_value, half.level) == (usual.value, usual.p_value, 0.5)
        reach = 0.6744897501960817 * usual.standard_error
        assert half.upper - half.value == pytest.approx(reach, rel=1e-14)
