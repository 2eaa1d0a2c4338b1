"""The log-rank test against its definition in exact fractions, 14 digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from timezero.estimate.log_rank import log_rank
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
FOURTEEN_DIGITS = Fraction(1, 10**14)
LATE = float("-inf")


class Case(NamedTuple):
    exits: Sequence[float]
    events: Sequence[int]
    arms: Sequence[int]
    entries: Sequence[float] | None = None
    strata: Sequence[int] | None = None
    weights: Sequence[float] | None = None


CERTIFIED = {
    "no ties": Case([1, 2, 3, 4, 5, 6, 7], [1, 0, 1, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1, 1]),
    "tied events": Case([1, 1, 1, 2, 2, 5, 5, 9], [1, 1, 0, 1, 1, 1, 1, 0], [0, 1] * 4),
    "all die at once": Case([4] * 6, [1] * 6, [0, 0, 0, 0, 1, 1]),
    "censoring at event times": Case(
        [2, 2, 3, 3, 3, 6, 6], [1, 0, 1, 0, 0, 1, 0], [1, 0, 1, 1, 0, 0, 1]
    ),
    "late entry": Case(
        [4, 3, 5, 6, 2, 9, 8],
        [1, 1, 0, 1, 0, 0, 1],
        [1, 0, 1, 0, 0, 1, 1],
        [0, 1, 2, 3, LATE, 4, 2],
    ),
    "entry at event times": Case(
        [3, 3, 5, 5, 7, 7, 8],
        [1, 0, 1, 1, 0, 1, 0],
        [0, 1, 1, 0, 1, 0, 0],
        [0, LATE, 3, 0, 3, 5, 5],
    ),
    "event at time zero": Case([0, 0, 1, 4, 4], [1, 0, 1, 1, 0], [0, 1, 1, 0, 1]),
    "three centres": Case(
        [1, 2, 3, 1, 2, 3, 1, 2, 2],
        [1, 1, 0, 1, 1, 1, 0, 1, 1],
        [0, 1, 0, 1, 0, 1, 0, 1, 0],
        strata=[3, 3, 3, 9, 9, 9, -1, -1, -1],
    ),
    "centres and late entry": Case(
        [4, 3, 5, 6, 2, 9, 8, 8],
        [1, 1, 1, 1, 0, 0, 1, 1],
        [1, 0, 1, 0, 0, 1, 1, 0],
        [0, 1, 2, 3, LATE, 4, 2, 3],
        [0, 0, 1, 1, 0, 1, 1, 0],
    ),
    "whole weights": Case(
        [1, 2, 2, 3, 4], [1, 1, 0, 1, 0], [0, 1, 1, 1, 0], weights=[2, 1, 3, 1, 2]
    ),
    "fractions of a month": Case(
        [0.1, 0.3, 0.3, 1.9, 2.2, 2.3], [1, 1, 1, 1, 1, 0], [0, 1, 1, 0, 1, 0]
    ),
    "three hundred": Case(
        [7 * k % 101 + 1 for k in range(300)],
        [int(k % 4 > 0) for k in range(300)],
        [int(k % 3 > 0) for k in range(300)],
    ),
}


def twin(case: Case) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Return observed and expected in the intervention arm, score and variance (LR1), (LR2)."""
    n_rows = len(case.exits)
    entries = case.entries or [LATE] * n_rows
    strata = case.strata or [0] * n_rows
    weights = [Fraction(w) for w in case.weights or [1.0] * n_rows]
    observed = expected = variance = Fraction(0)
    for stratum, t in sorted({(s, e) for s, e in zip(strata, case.exits, strict=True)}):
        risk = [
            i for i in range(n_rows) if strata[i] == stratum and entries[i] < t <= case.exits[i]
        ]
        dead = [i for i in risk if case.exits[i] == t and case.events[i]]
        n, n_1 = sum(weights[i] for i in risk), sum(weights[i] for i in risk if case.arms[i])
        d = Fraction(sum(weights[i] for i in dead))
        observed += sum(weights[i] for i in dead if case.arms[i])
        expected += d * n_1 / n
        if n > 1:
            variance += d * (n_1 / n) * (1 - n_1 / n) * (n - d) / (n - 1)
    return observed, expected, observed - expected, variance


def assert_same(found: float, exact: Fraction) -> None:
    assert abs(Fraction(float(found)) - exact) <= FOURTEEN_DIGITS * abs(exact)


def check(make_rows: Rows, case: Case) -> None:
    found = log_rank(
        make_rows(
            case.exits,
            case.events,
            case.arms,
            entries=case.entries,
            strata=case.strata,
            weights=case.weights,
        )
    )
    observed, expected, score, variance = twin(case)
    assert_same(found.observed[1], observed)
    assert_same(found.expected[1], expected)
    assert_same(found.score, score)
    assert_same(found.variance, variance)
    other = twin(case._replace(arms=[1 - arm for arm in case.arms]))
    assert_same(found.observed[0], other[0])
    assert_same(found.expected[0], other[1])
    if variance > 0:
        assert_same(found.chi2, score**2 / variance)
        assert_same(found.log_hazard_ratio, score / variance)
        root = Fraction(found.standard_error) ** 2
        assert abs(root * variance - 1) <= 2 * FOURTEEN_DIGITS


@pytest.mark.parametrize("name", CERTIFIED)
def test_observed_expected_and_variance(make_rows: Rows, name: str) -> None:
    check(make_rows, CERTIFIED[name])


whole_rows = st.lists(
    st.tuples(
        st.integers(1, 8),
        st.booleans(),
        st.integers(0, 1),
        st.integers(1, 8),
        st.integers(0, 2),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=25,
)


@given(whole_rows)
def test_any_small_data(make_rows: Rows, rows: list[tuple[int, bool, int, int, int, int]]) -> None:
    assume(len({arm for _, _, arm, *_ in rows}) == 2)
    check(
        make_rows,
        Case(
            [leave for leave, *_ in rows],
            [int(event) for _, event, *_ in rows],
            [arm for _, _, arm, *_ in rows],
            [float(leave - length) if length < leave else LATE for leave, _, _, length, *_ in rows],
            [stratum for *_, stratum, _ in rows],
            [float(weight) for *_, weight in rows],
        ),
    )
