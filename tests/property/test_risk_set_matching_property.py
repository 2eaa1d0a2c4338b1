from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matched_patients import from_time_zero, simulated
from timezero.errors import AnalysisRefused
from timezero.estimate.matched_comparison import (
    matched_differences,
    matched_log_hazard_ratio,
    matched_replicate,
)
from timezero.estimate.matched_randomisation import matched_test, within_set_scores
from timezero.estimate.person_bootstrap import person_bootstrap
from timezero.estimate.risk_set_matching import (
    MatchedSets,
    match_in_risk_sets,
    matched_balance,
)
from timezero.estimate.treatment_hazard import Candidates, fit_treatment_hazard

ROUND_OFF = 1e-9
SEEDS = st.integers(0, 100_000)


def matched(candidates: Candidates, *, matches: int = 1, caliper: float = 0.5) -> MatchedSets:
    try:
        hazard = fit_treatment_hazard(candidates)
        return match_in_risk_sets(candidates, hazard, matches=matches, caliper=caliper)
    except AnalysisRefused:
        assume(False)
        raise


@given(seed=SEEDS, n=st.integers(6, 60), matches=st.integers(1, 4), tied=st.booleans())
@settings(max_examples=60, deadline=None)
def test_nobody_is_matched_to_the_treated_the_dead_or_the_unseen(
    seed: int, n: int, matches: int, tied: bool
) -> None:
    cohort, columns = simulated(n, seed, tied=tied)
    factor = (columns[:, 1] > 0.0).astype(np.int64)
    sets = matched(from_time_zero(cohort, columns, factor=factor), matches=matches)
    assert np.unique(sets.member).size == sets.member.size
    for k in range(sets.n_sets):
        first, past = sets.bounds[k], sets.bounds[k + 1]
        treated, others = sets.member[first], sets.member[first + 1 : past]
        when = cohort.initiation[treated]
        assert sets.when[k] == when
        assert cohort.exit[treated] > when
        assert 1 <= others.size <= matches
        assert np.all(cohort.exit[others] > when)
        assert not np.any(cohort.initiation[others] <= when)
        assert np.all(factor[others] == factor[treated])
        assert np.all(sets.gap[first:past] <= 0.5 + ROUND_OFF)
        assert np.all(np.diff(sets.gap[first + 1 : past]) >= 0.0)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_order_of_patients_changes_nothing(seed: int) -> None:
    cohort, columns = simulated(40, seed, tied=True)
    columns = np.round(columns)  # ties of the score too
    order = np.random.default_rng(seed).permutation(cohort.n)
    moved = replace(
        cohort,
        patient=tuple(cohort.patient[k] for k in order),
        entry=cohort.entry[order],
        exit=cohort.exit[order],
        event=cohort.event[order],
        initiation=cohort.initiation[order],
    )
    one = matched(from_time_zero(cohort, columns), matches=2)
    other = matched(from_time_zero(moved, columns[order]), matches=2)
    assert one.member.tolist() == order[other.member].tolist()
    assert one.bounds.tolist() == other.bounds.tolist()


@given(seed=SEEDS, unit=st.sampled_from([1 / 30.4375, 365.25]))
@settings(max_examples=30, deadline=None)
def test_units_of_time_and_of_covariates_change_no_set(seed: int, unit: float) -> None:
    cohort, columns = simulated(50, seed)
    other = replace(cohort, exit=cohort.exit * unit, initiation=cohort.initiation * unit)
    one = matched(from_time_zero(cohort, columns))
    two = matched(from_time_zero(other, columns * [100.0, -0.01] + [7.0, 3.0]))
    assert one.member.tolist() == two.member.tolist()
    assert one.gap == pytest.approx(two.gap, abs=1e-7)
    lived, scaled = (matched_differences(s, (h,))[0] for s, h in ((one, 6.0), (two, 6.0 * unit)))
    assert scaled.rmst_difference == pytest.approx(
        lived.rmst_difference * unit, abs=ROUND_OFF, nan_ok=True
    )
    assert scaled.rmst_standard_error == pytest.approx(
        lived.rmst_standard_error * unit, abs=ROUND_OFF, nan_ok=True
    )
    assert scaled.survival_difference == pytest.approx(
        lived.survival_difference, abs=ROUND_OFF, nan_ok=True
    )


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_exchanged_labels_change_the_sign(seed: int) -> None:
    cohort, columns = simulated(60, seed)
    sets = matched(from_time_zero(cohort, columns), caliper=2.0)
    swapped = replace(sets, member=sets.member.reshape(-1, 2)[:, ::-1].ravel().copy(), gap=sets.gap)
    value, other = matched_log_hazard_ratio(sets), matched_log_hazard_ratio(swapped)
    assert value == pytest.approx(-other, abs=ROUND_OFF, nan_ok=True)
    (one,), (two,) = matched_differences(sets, (4.0,)), matched_differences(swapped, (4.0,))
    assert one.rmst_difference == pytest.approx(-two.rmst_difference, abs=ROUND_OFF, nan_ok=True)
    assert one.rmst_standard_error == pytest.approx(
        two.rmst_standard_error, abs=ROUND_OFF, nan_ok=True
    )
    scores, mirrored = within_set_scores(sets), within_set_scores(swapped)
    try:
        p_value = matched_test(scores, sets.bounds, draws=1, seed=0).p_value
    except AnalysisRefused:
        return
    again = matched_test(mirrored, sets.bounds, draws=1, seed=0).p_value
    assert p_value == pytest.approx(again, abs=ROUND_OFF)


def test_a_patient_drawn_twice_is_two_patients() -> None:
    cohort, columns = simulated(40, 3)
    copies = np.bincount(np.random.default_rng(4).integers(0, 40, 40), minlength=40)
    who = np.repeat(np.arange(40), copies)
    drawn = replace(
        cohort,
        patient=tuple(f"q{k:05d}" for k in range(40)),
        exit=cohort.exit[who],
        event=cohort.event[who],
        initiation=cohort.initiation[who],
    )
    one = matched(from_time_zero(cohort, columns).drawn(copies))
    two = matched(from_time_zero(drawn, columns[who]))
    assert one.member.tolist() == two.member.tolist()
    numbers = matched_replicate(
        from_time_zero(cohort, columns), matches=1, caliper=0.5, horizons=(5.0,)
    )(copies)
    difference = matched_differences(two, (5.0,))[0]
    assert numbers[0] == matched_log_hazard_ratio(two)
    assert numbers[2] == difference.rmst_difference
    assert numbers[3] == difference.survival_difference


def test_threads_change_no_bit() -> None:
    cohort, columns = simulated(60, 8)
    replicate = matched_replicate(
        from_time_zero(cohort, columns), matches=1, caliper=0.5, horizons=(5.0,)
    )
    one, three = (
        person_bootstrap(
            replicate, n_patients=60, n_numbers=4, replicates=160, seed=1, workers=workers
        )
        for workers in (1, 3)
    )
    np.testing.assert_array_equal(one, three)


@pytest.mark.parametrize("seed", range(4))
def test_matching_takes_away_the_measured_difference(seed: int) -> None:
    cohort, columns = simulated(1_500, seed)
    sets = matched(from_time_zero(cohort, columns), caliper=0.2)
    first = matched_balance(sets)[0]
    assert abs(first.before) > 0.3
    assert abs(first.after) < 0.1
