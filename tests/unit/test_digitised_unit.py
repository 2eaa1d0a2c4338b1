"""Points of a curve in every shape people read them off, and those that are no curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from timezero.audit.digitised import CurvePoints, clean_points, never_rising
from timezero.errors import InputRefused

T = [0.0, 1.0, 2.0, 3.0, 4.0]
S = [1.0, 0.9, 0.8, 0.8, 0.6]


def said(points: CurvePoints) -> str:
    return " ".join(note.what for note in points.notes)


def refused(times: Any, survival: Any, **options: Any) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        clean_points(times, survival, where="curve of the group 'late'", **options)
    assert caught.value.code == "TZ-AUDIT-curve"
    assert caught.value.where == "curve of the group 'late'"
    assert caught.value.mend
    return caught.value


def test_clean_points_stay_as_they_are() -> None:
    points = clean_points(T, S)
    assert points.times.tolist() == T[1:]
    assert points.survival.tolist() == S[1:]
    assert points.end == 4.0
    assert points.read_times.tolist() == T
    assert points.notes == ()


def test_percent_and_proportion_are_told_apart() -> None:
    percent = clean_points(T, [100 * s for s in S])
    np.testing.assert_allclose(percent.survival, S[1:], rtol=1e-15)
    said_percent = clean_points([1, 2], [1.4, 0.9], scale="percent")
    np.testing.assert_allclose(said_percent.survival, [0.014, 0.009], rtol=1e-15)
    assert "neither a proportion nor a percentage" in refused([1, 2], [1.3, 0.9]).what
    assert "0 to 100" in refused(T, [*S[:-1], -0.4]).mend
    assert "from 40 to 120 percent" in refused([1, 2], [120, 40]).what


def test_start_below_one_and_left_of_zero_is_said() -> None:
    points = clean_points([-0.1, 0.002, 1, 3], [0.989, 0.989, 0.9, 0.5])
    assert points.times.tolist() == [0.002, 1, 3]
    assert points.survival.tolist() == [0.989, 0.9, 0.5]
    assert points.read_times.tolist() == [0.002, 1, 3]
    assert "1 points lie before time zero" in said(points)
    assert "survival at time zero reads 0.989 and counts as 1" in said(points)
    assert "starts at 1" in refused([0, 1, 2], [0.7, 0.6, 0.5]).mend
    assert "far before time zero" in refused([-2, 1, 2], [1, 0.6, 0.5]).what


def test_points_at_one_time_are_one_step() -> None:
    points = clean_points([1, 2, 2, 2, 3], [0.9, 0.9, 0.7, 0.8, 0.7])
    assert points.times.tolist() == [1, 2, 3]
    assert points.survival.tolist() == [0.9, 0.7, 0.7]
    assert "2 points share their time" in said(points)
    near = clean_points([1, 2, 2 + 1e-12], [0.9, 0.8, 0.7])
    assert near.survival.tolist() == [0.9, 0.7]


def test_small_rises_are_levelled_and_said() -> None:
    points = clean_points([1, 2, 3, 4], [0.9, 0.80, 0.82, 0.5])
    np.testing.assert_allclose(points.survival, [0.9, 0.81, 0.81, 0.5], rtol=1e-15)
    assert "rises were levelled, by at most 1 points of 100" in said(points)


def test_two_curves_in_one_are_refused() -> None:
    mixed = refused([1, 2, 3, 4, 5, 6], [0.9, 0.5, 0.85, 0.4, 0.8, 0.3])
    assert "do not make one falling curve" in mixed.what
    assert "other curve" in mixed.mend


def test_cumulative_incidence_is_refused_or_turned_round() -> None:
    rising = [0.0, 0.1, 0.2, 0.2, 0.4]
    assert "is_incidence = True" in refused(T, rising).mend
    turned = clean_points(T, rising, is_incidence=True)
    np.testing.assert_allclose(turned.survival, S[1:], rtol=1e-15)
    assert "leave is_incidence out" in refused(T, S, is_incidence=True).mend


def test_readings_beyond_the_axis_count_as_its_end() -> None:
    points = clean_points([0, 1, 2], [1.01, 0.5, -0.01])
    assert points.survival.tolist() == [0.5, 0.0]
    assert "beyond 0 or 1" in said(points)


@pytest.mark.parametrize(
    ("times", "survival", "what"),
    [
        ([1, 2], [0.9], "shapes"),
        ([], [], "shapes"),
        ([[1, 2]], [[0.9, 0.8]], "shapes"),
        ([1, np.nan], [0.9, 0.8], "1 points of the curve are not numbers"),
        ([1, 2], [0.9, np.inf], "1 points of the curve are not numbers"),
        (["a", "b"], [0.9, 0.8], "hold text"),
        ([0.0], [1.0], "no point of the curve lies after time zero"),
    ],
)
def test_what_is_no_curve_is_refused(times: Any, survival: Any, what: str) -> None:
    assert what in refused(times, survival).what


def test_never_rising_is_the_nearest_in_least_squares() -> None:
    values = np.array([0.9, 0.95, 0.4, 0.5, 0.45, 0.1])
    fitted = never_rising(values)
    np.testing.assert_allclose(fitted, [0.925, 0.925, 0.45, 0.45, 0.45, 0.1], rtol=1e-15)
    draw = np.random.default_rng(4)
    best = float(np.sum((values - fitted) ** 2))
    for _ in range(200):
        other = np.sort(fitted + draw.normal(0, 0.02, 6))[::-1]
        assert np.sum((values - other) ** 2) >= best
