"""What must not change a curve, and what must change it in a known way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timezero.arrays import Floats
from timezero.estimate.product_limit import (
    earliest_stable_start,
    median_survival,
    restricted_mean,
    survival_at,
    survival_curve,
)
from timezero.model.estimate import Curve
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
# A few roundings of double precision; the order of additions may differ.
ROUNDING = 1e-13
UNITS = (365.25, 12.0 / 365.25, 1 / 365.25, 1e-3, 1e9)

patients = st.lists(
    st.tuples(st.integers(1, 15), st.booleans(), st.integers(1, 15), st.integers(1, 3)),
    min_size=2,
    max_size=30,
)
Patients = list[tuple[int, bool, int, int]]


def built(make_rows: Rows, given_rows: Patients) -> PersonTime:
    """Return rows with late entry where the length is shorter than the exit."""
    return make_rows(
        [leave for leave, *_ in given_rows],
        [int(event) for _, event, *_ in given_rows],
        entries=[
            leave - length if length < leave else -np.inf for leave, _, length, _ in given_rows
        ],
        weights=[weight for *_, weight in given_rows],
    )


def take(rows: PersonTime, index: object) -> PersonTime:
    """Return the rows in this order, repeated or left out."""
    fields = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    return replace(rows, **{name: getattr(rows, name)[index] for name in fields})


def same(a: Floats, b: Floats) -> None:
    np.testing.assert_allclose(a, b, rtol=ROUNDING, atol=0.0, equal_nan=True)


def assert_same_curve(a: Curve, b: Curve, *, unit: float = 1.0) -> None:
    same(a.times * unit, b.times)
    for name in ("survival", "standard_error", "lower", "upper", "n_at_risk", "n_events"):
        same(getattr(a, name), getattr(b, name))
    same(a.n_censored, b.n_censored)
    same(a.n_crossed, b.n_crossed)
    horizon = 0.7 * float(a.times[-1])
    one, other = restricted_mean(a, horizon), restricted_mean(b, horizon * unit)
    same(
        np.array([one.value, one.standard_error]) * unit,
        np.array([other.value, other.standard_error]),
    )
    same(np.array(median_survival(a)) * unit, np.array(median_survival(b)))


@given(patients, st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(make_rows: Rows, given_rows: Patients, random: object) -> None:
    rows = built(make_rows, given_rows)
    order = list(range(rows.n_rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert_same_curve(survival_curve(rows), survival_curve(take(rows, order)))


@given(patients, st.sampled_from(UNITS))
def test_unit_of_time_changes_times_only(
    make_rows: Rows, given_rows: Patients, unit: float
) -> None:
    rows = built(make_rows, given_rows)
    rescaled = replace(rows, entry=rows.entry * unit, exit=rows.exit * unit)
    assert_same_curve(survival_curve(rows), survival_curve(rescaled), unit=unit)


@given(patients)
def test_weight_is_that_many_patients(make_rows: Rows, given_rows: Patients) -> None:
    rows = built(make_rows, given_rows)
    repeated = take(rows, np.repeat(np.arange(rows.n_rows), rows.weight.astype(int)))
    alone = replace(repeated, weight=np.ones(repeated.n_rows), patient=np.arange(repeated.n_rows))
    assert_same_curve(survival_curve(rows), survival_curve(alone))


@given(patients, st.integers(1, 14), st.booleans())
def test_splitting_rows_changes_nothing(
    make_rows: Rows, given_rows: Patients, cut: int, everybody: bool
) -> None:
    rows = built(make_rows, given_rows)
    split = np.flatnonzero((rows.entry < cut) & (rows.exit > cut))
    second = take(rows, split)
    parts = take(rows, np.concatenate([np.arange(rows.n_rows), split]))
    leave, event, enter = parts.exit.copy(), parts.event.copy(), parts.entry.copy()
    leave[split], event[split] = cut, False
    enter[rows.n_rows :] = cut
    assert second.n_rows == enter.size - rows.n_rows
    arm = None if everybody else 0
    assert_same_curve(
        survival_curve(rows, arm),
        survival_curve(replace(parts, entry=enter, exit=leave, event=event), arm),
    )


@given(patients)
def test_patient_censored_at_time_zero_changes_nothing(
    make_rows: Rows, given_rows: Patients
) -> None:
    with_one = built(make_rows, [*given_rows, (0, False, 1, 2)])
    before = survival_curve(built(make_rows, given_rows))
    after = survival_curve(with_one)
    assert (after.times[0], after.survival[0], after.n_censored[0]) == (0.0, 1.0, 2.0)
    same(after.times[1:], before.times)
    same(after.survival[1:], before.survival)
    same(after.standard_error[1:], before.standard_error)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_without_censoring_the_curve_is_the_empirical_one(
    make_rows: Rows, exits: list[int]
) -> None:
    curve = survival_curve(make_rows(exits, [1] * len(exits)))
    n = len(exits)
    alive = np.array([sum(leave > t for leave in exits) for t in curve.times]) / n
    same(curve.survival, alive)
    here = alive > 0
    same(curve.standard_error[here], np.sqrt(alive * (1 - alive) / n)[here])
    horizon = 0.5 * (1 + max(exits))
    lived = np.minimum(exits, horizon)
    mean = restricted_mean(curve, horizon)
    assert mean.value == pytest.approx(lived.mean(), rel=ROUNDING)
    # The variance of a mean; the sum of squares loses a digit or two where all values are near.
    assert mean.standard_error**2 == pytest.approx(lived.var() / n, rel=1e-9, abs=1e-12)


@given(patients)
def test_curves_are_curves(make_rows: Rows, given_rows: Patients) -> None:
    curve = survival_curve(built(make_rows, given_rows))
    assert np.all(np.diff(curve.times) > 0)
    assert np.all(np.diff(curve.survival, prepend=1.0) <= 0)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    inside = (curve.survival > 0) & (curve.survival < 1)
    assert np.all(curve.lower[inside] <= curve.survival[inside])
    assert np.all(curve.upper[inside] >= curve.survival[inside])
    assert np.array_equal(np.isnan(curve.lower), ~inside)
    assert np.all(curve.n_events + curve.n_censored + curve.n_crossed <= curve.n_at_risk)
    for k, t in enumerate(curve.times):
        assert survival_at(curve, float(t)).value == curve.survival[k]


@given(patients, st.integers(0, 14))
def test_product_of_conditional_curves_is_the_curve(
    make_rows: Rows, given_rows: Patients, start: int
) -> None:
    rows = built(make_rows, given_rows)
    if not np.any(rows.exit > start):
        return
    whole, later = survival_curve(rows), survival_curve(rows, from_time=float(start))
    reached = survival_at(whole, float(start)).value
    same(whole.survival[whole.times > start], reached * later.survival)


@given(patients, st.integers(1, 6))
def test_stable_start_is_the_first_time_with_so_many_at_risk(
    make_rows: Rows, given_rows: Patients, wanted: int
) -> None:
    rows = built(make_rows, given_rows)
    at_risk = {
        t: int(np.sum((rows.entry <= t) & (rows.exit > t))) for t in np.arange(0.0, 15.5, 0.5)
    }
    enough = [t for t, n in at_risk.items() if n >= wanted]
    found = earliest_stable_start(rows, (0,), wanted)
    assert found == min(enough) if enough else np.isnan(found)
