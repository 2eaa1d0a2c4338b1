"""What must not change the patients behind a curve, and what they can never be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from digitised_curve import digitise, printed_beside
from timezero.audit.curve_accuracy import point_gaps
from timezero.audit.digitised import clean_points
from timezero.audit.pooled_curve import pool, pooled_knots
from timezero.audit.reading_error import ReadingError, reconstruct_repeatedly
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers
from timezero.errors import InputRefused

ROUNDING = 1e-9

seeds = st.integers(0, 10_000)


def drawn(seed: int) -> tuple[Any, Any, RiskNumbers]:
    """Return points and printed numbers of simulated patients."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(8, 250))
    life = draw.weibull(draw.uniform(0.6, 2.0), n) * 20
    lost = draw.uniform(0, draw.uniform(20, 90), n)
    exits = np.minimum(life, lost)
    event = life <= lost
    event[0] = True
    t, s = digitise(exits, event)
    return t, s, printed_beside(exits, event)


def same_patients(a: Records, b: Records, unit: float = 1.0) -> None:
    assert a.event.tolist() == b.event.tolist()
    np.testing.assert_allclose(b.exit, a.exit * unit, rtol=ROUNDING)


@given(seeds, st.sampled_from([365.25 / 12, 12 / 365.25, 1e-3, 7.0]))
def test_unit_of_time_does_not_matter(seed: int, unit: float) -> None:
    t, s, printed = drawn(seed)
    scaled = RiskNumbers(
        n=printed.n,
        n_events=printed.n_events,
        times=tuple(time * unit for time in printed.times),
        at_risk=printed.at_risk,
    )
    first = reconstruct(readable_points(t, s), printed)
    same_patients(first, reconstruct(clean_points(t * unit, s), scaled), unit)


def readable_points(t, s):
    """Return the points; a curve that falls within the error of reading time zero is set aside."""
    try:
        return clean_points(t, s)
    except InputRefused as refusal:
        if "survival at time zero" not in refusal.what:
            raise
        reject()


@given(seeds)
def test_order_and_percent_do_not_matter(seed: int) -> None:
    t, s, printed = drawn(seed)
    mixed = np.random.default_rng(seed + 1).permutation(t.size)
    order = mixed[: len(printed.times)][mixed[: len(printed.times)] < len(printed.times)]
    rest = [k for k in range(len(printed.times)) if k not in order]
    shuffled = RiskNumbers(
        n=printed.n,
        n_events=printed.n_events,
        times=tuple(printed.times[k] for k in [*order, *rest]),
        at_risk=tuple(printed.at_risk[k] for k in [*order, *rest]),
    )
    first = reconstruct(readable_points(t, s), printed)
    again = reconstruct(clean_points(t[mixed], 100.0 * s[mixed]), shuffled)
    same_patients(first, again)


@given(seeds)
def test_everybody_is_there_once_and_nobody_dies_who_is_not_at_risk(seed: int) -> None:
    t, s, printed = drawn(seed)
    records = reconstruct(readable_points(t, s), printed)
    assert records.n == printed.n
    assert records.exit.min() > 0.0
    assert np.all(np.diff(records.exit) >= 0.0)
    curve = pool(records)
    assert np.all(curve.n_events <= curve.n_at_risk)
    assert records.n_events + np.sum(~records.event) == records.n
    assert set(records.exit[records.event].tolist()) <= set(t.tolist())


@given(seeds)
def test_curve_is_met_to_a_pixel_and_half_a_death(seed: int) -> None:
    t, s, printed = drawn(seed)
    points = readable_points(t, s)
    records = reconstruct(points, RiskNumbers(times=printed.times, at_risk=printed.at_risk))
    # A death is a whole number: with n at risk the curve is met to half a step, S / 2n, and to
    # round-off. A reading at time zero itself counts as 1, whatever it says.
    curve = pool(records)
    before = np.searchsorted(curve.times, points.read_times, side="left")
    at_risk = curve.n_at_risk[np.minimum(before, curve.times.size - 1)]
    height = np.concatenate([[1.0], curve.survival])[before]
    off = point_gaps(records) > 0.5 * height / at_risk + ROUNDING
    assert not np.any(off & (points.read_times > 0.0))


@given(seeds)
def test_printed_numbers_at_risk_are_met(seed: int) -> None:
    t, s, printed = drawn(seed)
    records = reconstruct(readable_points(t, s), printed)
    gaps = [
        int(np.sum(records.exit >= time * (1 - 1e-9))) - count
        for time, count in zip(printed.times, printed.at_risk, strict=True)
    ]
    # Reading errors of the time can carry a step across a printed time.
    assert max(map(abs, gaps)) <= max(2, 0.05 * records.n)


@given(seeds)
def test_knots_rise_in_time_and_fall_in_survival(seed: int) -> None:
    t, s, printed = drawn(seed)
    records = reconstruct(readable_points(t, s), printed)
    if records.n_events == 0:
        return
    times, survival = pooled_knots(records)
    assert (times[0], survival[0]) == (0.0, 1.0)
    assert np.all(np.diff(times) > 0.0)
    assert np.all(np.diff(survival) < 0.0)
    assert survival[-1] > 0.0


@pytest.mark.parametrize("n_workers", [1, 2, 3])
def test_repeats_are_the_same_bits_for_any_number_of_workers(n_workers: int) -> None:
    t, s, printed = drawn(5)
    points = readable_points(t, s)
    alone = reconstruct_repeatedly(points, printed, n_repeats=20, seed=7)
    shared = reconstruct_repeatedly(points, printed, n_repeats=33, seed=7, n_workers=n_workers)
    assert len(shared) == 33
    for a, b in zip(alone, shared, strict=False):
        assert a.exit.tobytes() == b.exit.tobytes()
        assert a.event.tobytes() == b.event.tobytes()


def test_repeats_differ_by_seed_group_and_reading_error() -> None:
    t, s, printed = drawn(6)
    points = readable_points(t, s)

    def spread(error: float, seed: int = 7, group: str = "all") -> tuple[float, bytes]:
        many = reconstruct_repeatedly(
            points,
            printed,
            n_repeats=30,
            seed=seed,
            group=group,
            reading_error=ReadingError(time=error, survival=error),
        )
        middle = [float(np.mean(r.exit)) for r in many]
        return float(np.std(middle)), many[3].exit.tobytes()

    small, large = spread(0.001), spread(0.02)
    assert 0.0 < small[0] < large[0]
    assert spread(0.02)[1] == large[1]
    assert spread(0.02, seed=8)[1] != large[1]
    assert spread(0.02, group="late")[1] != large[1]


def test_repeats_lie_around_the_curve_that_was_read() -> None:
    t, s, printed = drawn(12)
    points = readable_points(t, s)
    at = 0.5 * points.end
    many = reconstruct_repeatedly(points, printed, n_repeats=60, seed=3)
    heights = [float(np.prod([1.0, *c.survival[c.times <= at][-1:]])) for c in map(pool, many)]
    read = float(points.survival[np.searchsorted(points.times, at, side="right") - 1])
    # Twice the reading error: the point's own, and that of the axis.
    assert max(abs(h - read) for h in heights) < 4 * 0.005 + 1.0 / many[0].n
    assert abs(np.mean(heights) - read) < 0.005
