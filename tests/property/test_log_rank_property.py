"""What must not change the log-rank test, and what turns its sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from timezero.estimate.log_rank import LogRank, log_rank
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
# A few roundings of double precision; the order of additions may differ.
ROUNDING = 1e-13
FIELDS = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
UNITS = (365.25, 12.0 / 365.25, 1 / 365.25, 1e-3, 1e9)

patients = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.booleans(),
        st.integers(0, 1),
        st.integers(1, 12),
        st.integers(0, 1),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=30,
).filter(lambda rows: len({row[2] for row in rows}) == 2)
Patients = list[tuple[int, bool, int, int, int, int]]


def built(make_rows: Rows, given_rows: Patients) -> PersonTime:
    """Return rows with late entry, two strata and whole weights."""
    return make_rows(
        [row[0] for row in given_rows],
        [int(row[1]) for row in given_rows],
        [row[2] for row in given_rows],
        entries=[row[0] - row[3] if row[3] < row[0] else -np.inf for row in given_rows],
        strata=[row[4] for row in given_rows],
        weights=[row[5] for row in given_rows],
    )


def take(rows: PersonTime, index: object) -> PersonTime:
    """Return the rows in this order, repeated or left out."""
    return replace(rows, **{name: getattr(rows, name)[index] for name in FIELDS})


def numbers(found: LogRank) -> list[float]:
    return [
        *found.observed,
        *found.expected,
        found.score,
        found.variance,
        found.chi2,
        found.p_value,
        found.log_hazard_ratio,
        found.standard_error,
    ]


def assert_same(one: LogRank, other: LogRank) -> None:
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=ROUNDING, atol=0.0)


@given(patients, st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(make_rows: Rows, given_rows: Patients, random: object) -> None:
    rows = built(make_rows, given_rows)
    order = list(range(rows.n_rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert numbers(log_rank(take(rows, order)))[:6] == numbers(log_rank(rows))[:6]


@given(patients, st.sampled_from(UNITS))
def test_unit_of_time_is_irrelevant(make_rows: Rows, given_rows: Patients, unit: float) -> None:
    rows = built(make_rows, given_rows)
    rescaled = replace(rows, entry=rows.entry * unit, exit=rows.exit * unit)
    assert numbers(log_rank(rescaled))[:6] == numbers(log_rank(rows))[:6]


@given(patients)
def test_relabelling_the_arms_turns_the_sign(make_rows: Rows, given_rows: Patients) -> None:
    rows = built(make_rows, given_rows)
    one, other = log_rank(rows), log_rank(replace(rows, arm=1 - rows.arm))
    assert other.score == -one.score
    np.testing.assert_allclose(other.variance, one.variance, rtol=ROUNDING)
    np.testing.assert_allclose(other.log_hazard_ratio, -one.log_hazard_ratio, rtol=ROUNDING)
    assert other.observed.tolist() == one.observed[::-1].tolist()
    assert other.expected.tolist() == one.expected[::-1].tolist()


@given(patients)
def test_weight_is_that_many_patients(make_rows: Rows, given_rows: Patients) -> None:
    rows = built(make_rows, given_rows)
    repeated = take(rows, np.repeat(np.arange(rows.n_rows), rows.weight.astype(int)))
    assert_same(log_rank(rows), log_rank(replace(repeated, weight=np.ones(repeated.n_rows))))


@given(patients, st.integers(1, 11))
def test_splitting_rows_changes_nothing(make_rows: Rows, given_rows: Patients, cut: int) -> None:
    rows = built(make_rows, given_rows)
    split = np.flatnonzero((rows.entry < cut) & (rows.exit > cut))
    parts = take(rows, np.concatenate([np.arange(rows.n_rows), split]))
    leave, event, enter = parts.exit.copy(), parts.event.copy(), parts.entry.copy()
    leave[split], event[split] = cut, False
    enter[rows.n_rows :] = cut
    assert_same(log_rank(rows), log_rank(replace(parts, entry=enter, exit=leave, event=event)))


@given(patients, st.integers(0, 1))
def test_patient_censored_at_time_zero_changes_nothing(
    make_rows: Rows, given_rows: Patients, arm: int
) -> None:
    more = [*given_rows, (0, False, arm, 1, 0, 2)]
    assert_same(log_rank(built(make_rows, given_rows)), log_rank(built(make_rows, more)))


@given(patients)
def test_observed_and_expected_add_up_to_the_same(make_rows: Rows, given_rows: Patients) -> None:
    found = log_rank(built(make_rows, given_rows))
    np.testing.assert_allclose(found.observed.sum(), found.expected.sum(), rtol=ROUNDING)
    np.testing.assert_allclose(
        found.score, found.observed[1] - found.expected[1], rtol=ROUNDING, atol=ROUNDING * 100
    )


@given(patients)
def test_strata_are_added(make_rows: Rows, given_rows: Patients) -> None:
    rows = built(make_rows, given_rows)
    alone = [take(rows, rows.stratum == k) for k in (0, 1)]
    informative = [part for part in alone if np.unique(part.arm).size == 2]
    parts = [log_rank(part) for part in informative]
    whole = log_rank(rows)
    np.testing.assert_allclose(
        [whole.score, whole.variance],
        [sum(p.score for p in parts), sum(p.variance for p in parts)],
        rtol=ROUNDING,
        atol=ROUNDING,
    )
