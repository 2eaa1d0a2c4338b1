"""Periods and values against a twin that goes through days one by one, in whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changing_patients import (
    CENSORED,
    COMPETING,
    EVENT,
    OnePatient,
    cohort_of,
    drawn_patients,
    origins_of,
)
from cox_rows import rows_of
from timezero.align.history import history_at, split_at_measurements
from timezero.align.person_periods import person_periods
from timezero.align.time_varying import time_varying

ORDERS = ["treatment_first", "event_first"]
UNITS = {"days": 1.0, "months": 12 / 365.25, "years": 1 / 365.25}


def value_known(
    patient: OnePatient, day: int, age: float, *, just_after: bool = False
) -> float | None:
    """Return the value known at a day, looking back day by day."""
    start = day if just_after or day <= 0 else day - 1
    for earlier in range(start, -10, -1):
        for when, value in patient.measured:
            if when == earlier:
                return value if day - earlier <= age else None
    return None


def periods_of(
    number: int, patient: OnePatient, width: int, horizon: int, order: str, age: float
) -> list[tuple[Any, ...]]:
    """Return the rows of one patient by walking through every day he is followed."""
    if patient.origin is None:
        return []
    rows = []
    for k in range(200):
        begin, end = patient.origin + k * width, patient.origin + (k + 1) * width
        watched = [d for d in range(begin + 1, end + 1) if d <= patient.origin + horizon]
        if not watched or patient.exit <= begin:
            break
        if patient.entry is not None and patient.entry > begin:
            continue
        last_day = min(patient.exit, watched[-1])
        ends = patient.exit in watched
        at_horizon = last_day == patient.origin + horizon
        began = patient.initiation
        if began is not None and (began >= patient.exit or began > patient.origin + horizon):
            began = None
        counts_by = end if order == "treatment_first" else begin
        before = end - width if order == "treatment_first" else begin - width
        # Treated at the origin itself is treated in the first period, not before it.
        already = began is not None and (began < patient.origin or (k > 0 and began <= before))
        rows.append(
            (
                number,
                k,
                began is not None and began <= counts_by,
                not already,
                ends and patient.end == EVENT,
                ends and patient.end == COMPETING,
                ends and patient.end == CENSORED and not at_horizon,
                value_known(patient, begin, age, just_after=True),
            )
        )
    return rows


@settings(max_examples=300, deadline=None)
@given(
    patients=drawn_patients(),
    width=st.integers(1, 9),
    horizon=st.integers(1, 70),
    order=st.sampled_from(ORDERS),
    age=st.sampled_from([0.0, 3.0, 10.0, np.inf]),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_person_periods_are_those_of_a_walk_through_the_days(
    patients: list[OnePatient], width: int, horizon: int, order: str, age: float, unit: str
) -> None:
    day = UNITS[unit]
    found = person_periods(
        cohort_of(patients, day=day, maximum_age=age),
        origin=origins_of(patients, day),
        width=width * day,
        horizon=horizon * day,
        columns=np.arange(len(patients), dtype=float)[:, np.newaxis],
        names=("number",),
        event_order=order,
        words_of_origin="the test's origin",
    )
    expected = [
        row
        for number, patient in enumerate(patients)
        for row in periods_of(number, patient, width, horizon, order, age)
    ]
    of_row = np.repeat(found.patient, np.diff(found.first))
    value = found.columns[:, 1].tolist()
    got = list(
        zip(
            of_row.tolist(),
            found.period.tolist(),
            found.treated.tolist(),
            found.eligible.tolist(),
            found.event.tolist(),
            found.competing.tolist(),
            found.lost.tolist(),
            [None if np.isnan(v) else v for v in value],
            strict=True,
        )
    )
    assert got == expected
    np.testing.assert_array_equal(found.columns[:, 0], of_row)
    assert found.names == ("number", "crp")
    assert found.varying == (False, True)


@settings(max_examples=200, deadline=None)
@given(
    patients=drawn_patients(),
    days=st.lists(st.integers(-3, 70), min_size=1, max_size=10),
    age=st.sampled_from([0.0, 4.0, np.inf]),
    unit=st.sampled_from(sorted(UNITS)),
    just_after=st.booleans(),
)
def test_history_at_is_the_last_value_looking_back(
    patients: list[OnePatient], days: list[int], age: float, unit: str, just_after: bool
) -> None:
    day = UNITS[unit]
    history = cohort_of(patients, day=day, maximum_age=age).histories[0]
    asked = [(k, d) for k in range(len(patients)) for d in days]
    found = history_at(
        history,
        np.array([k for k, _ in asked], dtype=np.int64),
        np.array([d * day for _, d in asked]),
        just_after=just_after,
    )
    expected = [value_known(patients[k], d, age, just_after=just_after) for k, d in asked]
    assert [None if np.isnan(v) else v for v in found.tolist()] == expected


@settings(max_examples=200, deadline=None)
@given(
    patients=drawn_patients(),
    age=st.sampled_from([2.0, 7.0, np.inf]),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_split_rows_say_on_every_day_what_was_known_before_it(
    patients: list[OnePatient], age: float, unit: str
) -> None:
    day = UNITS[unit]
    cohort = cohort_of(patients, day=day, maximum_age=age)
    whole = time_varying(cohort)
    rows, columns, names = split_at_measurements(whole, cohort)
    assert names == ("crp",)
    daily = {}
    for r in range(rows.n_rows):
        start = 0 if np.isinf(rows.entry[r]) else round(rows.entry[r] / day)
        for d in range(start + 1, round(rows.exit[r] / day) + 1):
            key = (int(rows.patient[r]), d)
            assert key not in daily
            daily[key] = (int(rows.arm[r]), columns[r, 0])
    for k, patient in enumerate(patients):
        for d in range((patient.entry or 0) + 1, patient.exit + 1):
            arm, value = daily.pop((k, d))
            assert arm == (patient.initiation is not None and patient.initiation < d)
            known = value_known(patient, d, age)
            assert np.isnan(value) if known is None else value == known
    assert daily == {}
    assert rows.event.sum() == whole.event.sum()


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_split_rows_on_another_clock_know_the_same(unit: str) -> None:
    day = UNITS[unit]
    patients = [OnePatient(exit=30, end=EVENT, origin=7, measured=((5, 1.0), (10, 2.0)))]
    cohort = cohort_of(patients, day=day)
    rows = rows_of([23 * day], [True])
    split, columns, _ = split_at_measurements(rows, cohort, origin=origins_of(patients, day))
    np.testing.assert_allclose(split.exit, [3 * day, 23 * day], rtol=1e-12)
    np.testing.assert_allclose(split.entry, [-np.inf, 3 * day], rtol=1e-12)
    assert columns[:, 0].tolist() == [1.0, 2.0]
    assert split.event.tolist() == [False, True]
