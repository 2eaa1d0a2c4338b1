"""What must not change a Cox model, and what must change it in a known way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cox_rows import drawn
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.proportional_hazards import proportional_hazards_test
from timezero.estimate.separation import monotone_columns
from timezero.model.person_time import PersonTime

# Two fits in another order of summation.
SAME = 1e-9
SEEDS = st.integers(0, 10_000)
TIES = st.sampled_from(["efron", "breslow"])
PROFILE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def fitted(rows: PersonTime, design: np.ndarray, ties: Any) -> CoxFit:
    """Fit, and leave data without a finite maximum to the tests of separation."""
    try:
        return fit_cox(rows, design, ties=ties)
    except AnalysisRefused as refusal:
        assume(refusal.code != "TZ-EST-monotone")
        raise


def same(one: CoxFit, other: CoxFit, *, factor: float = 1.0) -> None:
    """Compare two fits, the second's coefficients ``factor`` times the first's.

    A coefficient near zero is known only to a share of its standard error.
    """
    error = float(np.sqrt(np.max(one.covariance))) * abs(factor)
    np.testing.assert_allclose(
        other.coefficients, one.coefficients * factor, rtol=SAME, atol=SAME * error
    )
    for name in ("covariance", "robust_covariance"):
        expected = getattr(one, name) * factor**2
        atol = SAME * float(np.max(np.abs(expected)))
        np.testing.assert_allclose(getattr(other, name), expected, rtol=SAME, atol=atol)


def take(rows: PersonTime, index: np.ndarray) -> PersonTime:
    names = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    return replace(rows, **{name: getattr(rows, name)[index] for name in names})


@PROFILE
@given(seed=SEEDS, ties=TIES)
def test_order_of_rows_and_names_of_strata_do_not_matter(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 2)
    order = np.random.default_rng(seed).permutation(rows.n_rows)
    shuffled = replace(take(rows, order), stratum=7 - 5 * rows.stratum[order])
    same(fitted(rows, design, ties), fitted(shuffled, design[order], ties))


@PROFILE
@given(seed=SEEDS, ties=TIES, unit=st.sampled_from([1 / 365.25, 1e-3, 12.0, 86400.0]))
def test_unit_of_time_does_not_matter(seed: int, ties: str, unit: float) -> None:
    rows, design = drawn(seed, 40, 2)
    other = replace(rows, entry=rows.entry * unit, exit=rows.exit * unit)
    one, two = fitted(rows, design, ties), fitted(other, design, ties)
    same(one, two)
    trends = [
        proportional_hazards_test(r, f, design, ("a", "b"), transform="identity").chi2
        for r, f in ((rows, one), (other, two))
    ]
    np.testing.assert_allclose(trends[0], trends[1], rtol=1e-6)


@PROFILE
@given(seed=SEEDS, ties=TIES)
def test_turning_the_arms_round_turns_the_sign(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 1)
    arm = (design > 0).astype(float)
    assume(0 < arm.sum() < arm.size)
    same(fitted(rows, arm, ties), fitted(rows, 1.0 - arm, ties), factor=-1.0)


@PROFILE
@given(
    seed=SEEDS,
    ties=TIES,
    shift=st.sampled_from([0.0, -1e8, 1e6]),
    scale=st.sampled_from([1.0, -4.0, 2.0**-30, 2.0**40]),
)
def test_unit_of_a_covariate_carries_over(seed: int, ties: str, shift: float, scale: float) -> None:
    rows, design = drawn(seed, 40, 2)
    design = np.round(design, 3) * 1024.0
    moved = (np.round(design) + shift) * scale
    same(fitted(rows, np.round(design), ties), fitted(rows, moved, ties), factor=1.0 / scale)


@PROFILE
@given(seed=SEEDS, ties=TIES)
def test_cutting_a_row_in_two_changes_nothing(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 2)
    draw = np.random.default_rng(seed)
    start = np.maximum(rows.entry, 0.0)
    cut = start + (rows.exit - start) * draw.uniform(0.1, 0.9, rows.n_rows)
    on_event = np.floor(cut)
    cut = np.where(on_event > start, on_event, cut)
    first = replace(rows, exit=cut, event=np.zeros_like(rows.event))
    second = replace(rows, entry=cut)
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    }
    same(fitted(rows, design, ties), fitted(replace(rows, **joined), np.vstack([design] * 2), ties))


@PROFILE
@given(seed=SEEDS)
def test_rows_given_twice_are_rows_of_weight_two(seed: int) -> None:
    rows, design = drawn(seed, 40, 2, weighted=False)
    twice = take(rows, np.repeat(np.arange(rows.n_rows), 2))
    heavy = replace(rows, weight=np.full(rows.n_rows, 2.0))
    two, weighted = (
        fitted(twice, np.repeat(design, 2, axis=0), "breslow"),
        fitted(heavy, design, "breslow"),
    )
    same(two, weighted)
    once = fitted(rows, design, "breslow")
    np.testing.assert_allclose(weighted.covariance, once.covariance / 2.0, rtol=1e-7)
    np.testing.assert_allclose(weighted.robust_covariance, once.robust_covariance, rtol=1e-7)


@PROFILE
@given(seed=SEEDS, factor=st.sampled_from([1e-6, 3.0, 1e9]))
def test_weights_all_times_a_constant_leave_coefficient_and_robust_error(
    seed: int, factor: float
) -> None:
    rows, design = drawn(seed, 40, 2)
    one = fitted(rows, design, "efron")
    other = fitted(replace(rows, weight=rows.weight * factor), design, "efron")
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(other.robust_covariance, one.robust_covariance, rtol=1e-7)


@PROFILE
@given(seed=SEEDS, ties=TIES, value=st.sampled_from([500.0, -1e6]))
def test_a_row_that_meets_no_event_changes_not_one_bit(seed: int, ties: str, value: float) -> None:
    rows, design = drawn(seed, 40, 2)
    names = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    extra = {"entry": 3.25, "exit": 3.75, "event": False, "weight": 4.0}  # exits are whole numbers
    longer = replace(
        rows,
        **{
            n: np.append(getattr(rows, n), extra.get(n, 0)).astype(getattr(rows, n).dtype)
            for n in names
        },
    )
    one = fitted(rows, design, ties)
    other = fitted(longer, np.vstack([design, [value, -value]]), ties)
    np.testing.assert_array_equal(one.coefficients, other.coefficients)
    np.testing.assert_array_equal(one.covariance, other.covariance)
    assert other.score_residuals[-1].tolist() == [0.0, 0.0]


@PROFILE
@given(seed=SEEDS, ties=TIES)
def test_a_row_of_weight_zero_is_no_row(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 2)
    keep = np.random.default_rng(seed).random(40) < 0.9
    weightless = replace(rows, weight=np.where(keep, rows.weight, 0.0))
    same(
        fitted(take(rows, np.flatnonzero(keep)), design[keep], ties),
        fitted(weightless, design, ties),
    )


@PROFILE
@given(seed=SEEDS, ties=TIES)
def test_scaled_residuals_average_to_the_coefficients(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 2, weighted=False)
    fit = fitted(rows, design, ties)
    test = proportional_hazards_test(rows, fit, design, ("a", "b"))
    np.testing.assert_allclose(test.residuals.mean(axis=0), fit.coefficients, rtol=SAME, atol=SAME)


def all_comparisons(rows: PersonTime, design: np.ndarray) -> np.ndarray:
    """Return every row at risk less the one who has the event, without any shortcut."""
    found = []
    for e in np.flatnonzero(rows.event):
        at_risk = (
            (rows.stratum == rows.stratum[e])
            & (rows.entry < rows.exit[e])
            & (rows.exit >= rows.exit[e])
        )
        found.append(design[at_risk] - design[e])
    return np.vstack(found)


@PROFILE
@given(seed=SEEDS, n=st.integers(4, 14), p=st.integers(1, 3), times=st.sampled_from([1.0, 50.0]))
def test_separation_agrees_with_all_comparisons_at_once(
    seed: int, n: int, p: int, times: float
) -> None:
    rows, design = drawn(seed, n, p, strata=1, times=times)
    design = np.round(design)
    names = tuple("abc"[:p])
    try:
        found = monotone_columns(rows, design, names)
    except AnalysisRefused:
        assume(False)
    differences = all_comparisons(rows, design)
    # Maximise the total lead of the events, none of them outranked, entries at most one.
    solved = linprog(
        differences.sum(axis=0),
        A_ub=differences,
        b_ub=np.zeros(differences.shape[0]),
        bounds=(-1.0, 1.0),
    )
    assert bool(found) == (solved.fun < -1e-6)
    assert set(found) <= set(names)


@pytest.mark.parametrize("seed", range(12))
def test_fit_is_refused_exactly_where_there_is_separation(seed: int) -> None:
    rows, design = drawn(seed, 9, 2, strata=1)
    names = ("a", "b")
    separated = monotone_columns(rows, design, names)
    if separated:
        with pytest.raises(AnalysisRefused) as refusal:
            fit_cox(rows, design, names=names)
        assert refusal.value.code == "TZ-EST-monotone"
    else:
        assert np.all(np.isfinite(fit_cox(rows, design, names=names).coefficients))
