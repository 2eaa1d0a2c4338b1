"""Sequential trials of a few patients, worked out with pencil and paper."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.estimate.lef_bootstrap import one_step, stepped_scores
from timezero.estimate.sequential_trials import fit_trials
from timezero.estimate.standardised_risk import StandardisedSurvival
from timezero.estimate.treatment_weights import switch_rows, weight_steps
from timezero.estimate.trial_rows import Trials, counts_of, make_trials, per_protocol

# Five patients. T = treated in the period, + = event in it.
#   0: . . T T+   1: . .+   2: T T T   3: . .   4: T+
TREATED = [0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1]
EVENT = [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1]
FIRST = [0, 4, 6, 9, 11, 12]
# Not treated in any period before.
ELIGIBLE = [1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1]


def five_patients(longest: int = 4) -> Trials:
    """Return their trials, with nothing in the model but the assigned treatment."""
    return make_trials(
        first=np.array(FIRST),
        starts=np.array(ELIGIBLE, dtype=bool),
        treated=np.array(TREATED, dtype=bool),
        event=np.array(EVENT, dtype=bool),
        columns=(np.empty((12, 0)), ()),
        follow_up=(np.empty((2, longest, 0)), ()),
    )


def test_trials_and_rows_are_counted_by_hand() -> None:
    """Patient 0 enters untreated twice (4 + 3 rows), then treated (2 rows); and so on."""
    counts = counts_of(five_patients())
    np.testing.assert_array_equal(counts.n_trials, [6, 3])
    np.testing.assert_array_equal(counts.rows.sum(axis=1), [4 + 3 + 2 + 1 + 2 + 1, 2 + 3 + 1])
    np.testing.assert_array_equal(counts.events.sum(axis=1), [4, 2])
    np.testing.assert_array_equal(counts.n_patients, [3, 3])


def test_per_protocol_ends_at_the_switch_and_nothing_follows_the_event() -> None:
    counts = counts_of(per_protocol(five_patients()))
    np.testing.assert_array_equal(counts.rows.sum(axis=1), [2 + 1 + 2 + 1 + 2 + 1, 2 + 3 + 1])
    np.testing.assert_array_equal(counts.events.sum(axis=1), [2, 2])
    np.testing.assert_array_equal(counts.patients_with_event, [1, 2])
    np.testing.assert_array_equal(counts.patients_at_risk(0), [3, 3, 0, 0])
    np.testing.assert_array_equal(counts.patients_hit(1), [1, 1, 0, 0])


def test_fit_trials_value_is_the_odds_ratio_of_the_table() -> None:
    """Intention to treat: 4 of 13 rows against 2 of 6."""
    fit = fit_trials(five_patients())
    assert fit.log_odds_ratio == pytest.approx(np.log((2 / 4) / (4 / 9)), rel=1e-12)
    assert fit.coefficients[0] == pytest.approx(np.log(4 / 9), rel=1e-12)


def test_fit_trials_standard_error_adds_up_patients() -> None:
    """The influence of a patient on a log odds is (events - rows p) / (all rows p (1 - p))."""
    p0, p1 = 4 / 13, 2 / 6
    untreated = np.array([2 - 7 * p0, 2 - 3 * p0, 0.0, -3 * p0, 0.0]) / (13 * p0 * (1 - p0))
    treated = np.array([1 - 2 * p1, 0.0, -3 * p1, 0.0, 1 - p1]) / (6 * p1 * (1 - p1))
    expected = np.sqrt(5 / 4 * np.sum((treated - untreated) ** 2))
    assert fit_trials(five_patients()).robust_error == pytest.approx(expected, rel=1e-12)


def test_follow_up_is_cut_at_its_longest() -> None:
    counts = counts_of(five_patients(longest=1))
    np.testing.assert_array_equal(counts.rows, [[6], [3]])


def test_weights_are_products_of_ratios() -> None:
    """P(treated) is 1/4 given time alone, 1/2 given more: staying out weighs 3/2 each time."""
    flags = np.array(TREATED, dtype=bool)
    nothing = (np.empty((12, 0)), ())
    switch = switch_rows(
        np.array(FIRST),
        flags,
        np.ones(12, dtype=np.bool_),
        came_from=False,
        numerator=nothing,
        denominator=nothing,
    )
    np.testing.assert_array_equal(switch.rows, np.flatnonzero(ELIGIBLE))
    step = np.ones(12)
    weight_steps(switch, (np.array([np.log(1 / 3)]), np.array([0.0])), step)
    np.testing.assert_allclose(
        step, np.where(np.array(ELIGIBLE) == 0, 1, np.where(flags, 0.5, 1.5))
    )
    trials = per_protocol(five_patients()).weighted(step)
    weight, arm, patient = trials.weights_at(1)
    np.testing.assert_allclose(weight[arm == 0], 1.5)
    np.testing.assert_allclose(weight[arm == 1], 1.0)
    np.testing.assert_array_equal(patient, [0, 0, 1, 2, 3])
    assert counts_of(trials).largest == pytest.approx(1.5)


def test_one_step_solves_a_straight_estimating_function_exactly() -> None:
    """A mean: its scores are deviations, its variance 1/n, and the step is the new mean."""
    values, copies = np.array([1.0, 2.0, 6.0]), np.array([2.0, 0.0, 1.0])
    at = np.array([3.0])
    scores = (values - 3.0)[:, np.newaxis]
    moved = one_step(at, np.array([[1 / 3]]), scores, copies)
    assert moved == pytest.approx(np.array([(1 + 1 + 6) / 3]))
    same = stepped_scores(at, np.array([[1 / 3]]), copies @ scores, at_estimate=np.zeros(1))
    assert same == pytest.approx(moved)


def test_survival_between_ends_of_periods_is_straight() -> None:
    """S = 1, 0.8, 0.5 at 0, 2 and 4: 0.65 at 3, and 1.8 + 0.725 lived until then."""
    curve = StandardisedSurvival(
        survival=np.array([[0.8, 0.5], [0.9, 0.9]]), gradient=np.empty((2, 0, 3)), width=2.0
    )
    np.testing.assert_allclose(curve.at(3.0)[0], [0.65, 0.9])
    np.testing.assert_allclose(curve.at(1.0)[0], [0.9, 0.95])
    np.testing.assert_allclose(curve.restricted_mean(3.0)[0], [1.8 + 0.725, 1.9 + 0.9])
    np.testing.assert_allclose(curve.restricted_mean(4.0)[0], [1.8 + 1.3, 1.9 + 1.8])
