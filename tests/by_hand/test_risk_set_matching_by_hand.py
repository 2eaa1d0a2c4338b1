"""Six patients matched on paper, and what their sets say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from matched_patients import cohort_of, from_time_zero
from timezero.estimate.matched_comparison import matched_differences, matched_log_hazard_ratio
from timezero.estimate.matched_randomisation import (
    matched_test,
    prentice_wilcoxon_scores,
    rosenbaum_bounds,
    within_set_scores,
)
from timezero.estimate.risk_set_matching import (
    MatchedSets,
    match_in_risk_sets,
    matched_balance,
)
from timezero.estimate.treatment_hazard import TreatmentHazard
from timezero.model.cohort import History

NEVER = np.nan
ROUND_OFF = 1e-12
# The score is the column itself. Spread of 0, 1, 2, 3, 4, 5 around 2.5: sqrt(17.5 / 5).
SCORE = TreatmentHazard(
    names=("x0",),
    coefficients=np.ones(1),
    covariance=np.ones((1, 1)),
    n_initiations=3,
    penalised=False,
    left_out=(),
)
SPREAD = math.sqrt(17.5 / 5.0)
# A treated at 2, B at 4, C at 6; D leaves at 5, E at 12, F at 9.
#         A     B      C      D     E     F
LEAVE = [10.0, 7.0, 20.0, 5.0, 12.0, 9.0]
EVENT = [True, True, False, True, True, False]
BEGAN = [2.0, 4.0, 6.0, NEVER, NEVER, NEVER]
COLUMN = [2.0, 3.0, 0.0, 5.0, 1.0, 4.0]


def matched(*, matches: int = 1, caliper: float = 10.0) -> MatchedSets:
    cohort = cohort_of(np.array(LEAVE), np.array(EVENT), np.array(BEGAN))
    candidates = from_time_zero(cohort, np.array(COLUMN)[:, np.newaxis])
    return match_in_risk_sets(candidates, SCORE, matches=matches, caliper=caliper)


def test_each_in_turn_gets_the_nearest_who_is_still_there() -> None:
    # A (2) at 2: B (3) and E (1) are equally near; B comes first by identifier. B is then used:
    # no set for him at 4. C (0) at 6: E (1) is nearer than F (4).
    sets = matched()
    assert sets.member.tolist() == [0, 1, 2, 4]
    assert sets.when.tolist() == [2.0, 6.0]
    assert sets.n_initiators == 3
    assert sets.n_used_before == 1
    assert sets.spread == pytest.approx(SPREAD, abs=ROUND_OFF)
    assert sets.gap == pytest.approx([0.0, 1.0 / SPREAD, 0.0, 1.0 / SPREAD], abs=1e-8)


def test_the_caliper_leaves_out_who_is_too_far() -> None:
    # Without E, C's nearest at 6 is F, 4 apart: more than 2 standard deviations (3.74).
    cohort = cohort_of(np.array(LEAVE), np.array(EVENT), np.array(BEGAN))
    columns = np.array(COLUMN)[:, np.newaxis]
    without = from_time_zero(cohort, columns, factor=np.array([0, 0, 0, 0, 1, 0]))
    sets = match_in_risk_sets(without, SCORE, matches=1, caliper=2.0)
    assert sets.member.tolist() == [0, 1]
    assert sets.n_nobody_near == 1
    wide = match_in_risk_sets(without, SCORE, matches=1, caliper=2.2)
    assert wide.member.tolist() == [0, 1, 2, 5]
    alone = replace(without, factor=np.array([0, 0, 2, 0, 1, 0]))
    assert match_in_risk_sets(alone, SCORE, matches=1, caliper=9.0).n_nobody_at_risk == 1


def test_two_matches_take_the_two_nearest() -> None:
    # A gets B and E (one apart), then at 6 only F is left for C.
    sets = matched(matches=2)
    assert sets.member.tolist() == [0, 1, 4, 2, 5]
    assert sets.bounds.tolist() == [0, 3, 5]
    assert sets.weight.tolist() == [1.0, 0.5, 0.5, 1.0, 1.0]


def test_pairs_say_who_had_the_event_first() -> None:
    # From the match: A event at 8, B event at 5: the matched first. C censored at 14, E event at
    # 6: the matched first. The ratio is 0.
    sets = matched()
    time, event = sets.follow_up()
    assert time.tolist() == [8.0, 5.0, 14.0, 6.0]
    assert event.tolist() == [True, True, False, True]
    assert matched_log_hazard_ratio(sets) == -np.inf
    assert within_set_scores(sets).tolist() == [-0.5, 0.5, -0.5, 0.5]
    # Until treated, B's time ends at 4 - 2 = 2 without an event; one pair is left.
    time, event = sets.follow_up(until_treated=True)
    assert time.tolist() == [8.0, 2.0, 14.0, 6.0]
    assert event.tolist() == [True, False, False, True]


def test_bounds_of_two_pairs() -> None:
    # Both sums at the far end: 2 * (1/2)^2 without bias; 2 * (g / (1 + g))^2 at most.
    sets = matched()
    scores = within_set_scores(sets)
    test = matched_test(scores, sets.bounds, draws=1, seed=0)
    assert test.p_value == pytest.approx(0.5, abs=ROUND_OFF)
    assert (test.observed, test.mean) == (-1.0, 0.0)
    assert test.variance == pytest.approx(0.5, abs=ROUND_OFF)
    found = rosenbaum_bounds(scores, sets.bounds, gammas=np.array([1.0, 2.0]), alpha=0.75)
    assert found.p_upper == pytest.approx([0.5, 2.0 * 4.0 / 9.0], abs=ROUND_OFF)
    assert found.p_lower == pytest.approx([0.5, 2.0 / 9.0], abs=ROUND_OFF)
    # 2 (g / (1 + g))^2 = 3/4 where g / (1 + g) = sqrt(3/8).
    share = math.sqrt(3.0 / 8.0)
    assert found.gamma_at_alpha == pytest.approx(share / (1.0 - share), rel=1e-9)


def test_curves_of_the_pairs_and_their_standard_error() -> None:
    # Matched: 5, 6: area to 5.5 is 5 + 0.5 / 2 = 5.25, survival 1/2. Treated: no event by then.
    found = matched_differences(matched(), (5.5,))[0]
    assert found.rmst_difference == pytest.approx(0.25, abs=ROUND_OFF)
    assert found.survival_difference == pytest.approx(0.5, abs=ROUND_OFF)
    # Influence on survival: each of two moves it by 1/4, one up, one down: sqrt(2) / 4; on the
    # area half as much again: 0.5 * that.
    assert found.survival_standard_error == pytest.approx(math.sqrt(2.0) / 4.0, abs=ROUND_OFF)
    assert found.rmst_standard_error == pytest.approx(math.sqrt(2.0) / 8.0, abs=ROUND_OFF)


def test_prentice_wilcoxon_scores_of_four() -> None:
    # Times 5 B, 6 E, 8 A events, 14 C censored: survival 4/5, 4/5 * 3/4 = 3/5, 3/5 * 2/3 = 2/5.
    assert prentice_wilcoxon_scores(matched()) == pytest.approx(
        [-0.2, 0.6, -0.6, 0.2], abs=ROUND_OFF
    )


def test_balance_before_and_after() -> None:
    # Treated 2, 3, 0: mean 5/3. Beside A: B C D E F, mean 13/5; beside B: C D E F, mean 10/4;
    # beside C: E F (D has left), mean 5/2. Each risk set counts once: 7.6 / 3.
    found = matched_balance(matched())[0]
    beside = (13.0 / 5.0 + 10.0 / 4.0 + 5.0 / 2.0) / 3.0
    square = (
        (9.0 + 0.0 + 25.0 + 1.0 + 16.0) / 5.0 + (0.0 + 25.0 + 1.0 + 16.0) / 4.0 + 17.0 / 2.0
    ) / 3.0
    pooled = math.sqrt((14.0 / 9.0 + square - beside**2) / 2.0)
    assert found.before == pytest.approx((5.0 / 3.0 - beside) / pooled, abs=ROUND_OFF)
    # Pairs 2 with 3, 0 with 1.
    assert found.after == pytest.approx(-1.0 / pooled, abs=ROUND_OFF)


def test_a_value_counts_from_just_after_it_was_measured() -> None:
    # x1 becomes 9 for D at 1 and for F at 2: at 2, when A (x1 = 9 from 0.5) begins, only D's is
    # known. Nobody's is known before it was measured, so that B, C and E are matched to nobody.
    history = History(
        name="x1",
        kind="numeric",
        patient=np.array([0, 3, 5]),
        time=np.array([0.5, 1.0, 2.0]),
        values=np.array([9.0, 9.0, 9.0]),
    )
    cohort = cohort_of(np.array(LEAVE), np.array(EVENT), np.array(BEGAN), histories=(history,))
    candidates = from_time_zero(cohort, np.array(COLUMN)[:, np.newaxis])
    score = replace(SCORE, names=("x0", "x1"), coefficients=np.array([0.0, 1.0]))
    sets = match_in_risk_sets(candidates, score, matches=5, caliper=10.0)
    assert sets.member.tolist() == [0, 3]
    assert sets.n_not_known == 2
