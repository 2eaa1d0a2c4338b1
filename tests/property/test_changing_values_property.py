"""What must hold for every second table: order of rows, time unit, splitting without a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changing_patients import OnePatient, cohort_of, drawn_patients, origins_of
from timezero.align.history import split_at_measurements
from timezero.align.person_periods import person_periods
from timezero.align.time_varying import time_varying
from timezero.conventions import DAYS_PER
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.intake.cohort import read_cohort
from timezero.model.cohort import Cohort
from timezero.model.person_periods import PersonPeriods
from timezero.model.protocol import DataPart, Protocol

QUIET = settings(max_examples=60, deadline=None)


def periods_of(cohort: Cohort, patients: list[OnePatient], day: float = 1.0) -> PersonPeriods:
    return person_periods(
        cohort,
        origin=origins_of(patients, day),
        width=7.0 * day,
        horizon=49.0 * day,
        columns=np.empty((len(patients), 0)),
        names=(),
        event_order="treatment_first",
        words_of_origin="a test",
    )


def facts(periods: PersonPeriods) -> list[Any]:
    fields = ("patient", "first", "period", "treated", "eligible", "event", "competing", "lost")
    return [getattr(periods, name).tolist() for name in fields]


@QUIET
@given(patients=drawn_patients(), unit=st.sampled_from(sorted(DAYS_PER)))
def test_periods_are_the_same_in_every_unit(patients: list[OnePatient], unit: str) -> None:
    day = 1.0 / DAYS_PER[unit]
    one = periods_of(cohort_of(patients), patients)
    other = periods_of(cohort_of(patients, day=day), patients, day)
    assert facts(other) == facts(one)
    np.testing.assert_array_equal(other.columns, one.columns)


@QUIET
@given(patients=drawn_patients(), seed=st.integers(0, 1000))
def test_each_patient_has_the_same_rows_whoever_else_is_there(
    patients: list[OnePatient], seed: int
) -> None:
    shuffled = np.random.default_rng(seed).permutation(len(patients))
    moved = [patients[k] for k in shuffled]
    one, other = periods_of(cohort_of(patients), patients), periods_of(cohort_of(moved), moved)

    def rows_by_patient(periods: PersonPeriods, names: Any) -> dict[int, list[Any]]:
        cells = np.column_stack([periods.period, periods.treated, periods.lost, periods.columns])
        bounds = zip(periods.first[:-1], periods.first[1:], strict=True)
        return {
            int(names[p]): cells[a:b].tolist()
            for p, (a, b) in zip(periods.patient, bounds, strict=True)
        }

    first = rows_by_patient(one, np.arange(len(patients)))
    second = rows_by_patient(other, shuffled)
    assert repr(sorted(first.items())) == repr(sorted(second.items()))


def registry_of(patients: list[OnePatient]) -> tuple[pl.DataFrame, pl.DataFrame]:
    registry = pl.DataFrame(
        {
            "id": [f"P{k}" for k in range(len(patients))],
            "exit": [p.exit for p in patients],
            "event": [p.end for p in patients],
            "initiation": [
                p.initiation if p.initiation is not None and p.initiation <= p.exit else None
                for p in patients
            ],
        },
        schema_overrides={"initiation": pl.Int64},
    )
    measured = [(f"P{k}", d, v) for k, p in enumerate(patients) for d, v in p.measured]
    history = pl.DataFrame(measured, schema={"id": str, "day": int, "crp": float}, orient="row")
    return registry, history


@QUIET
@given(patients=drawn_patients(), seed=st.integers(0, 1000))
def test_the_order_of_measurements_in_the_file_does_not_matter(
    patients: list[OnePatient], seed: int
) -> None:
    patients = [
        OnePatient(exit=9, end=1, measured=((0, 1.0),)),
        OnePatient(exit=5, measured=((3, 1.0),)),
        *patients,
    ]
    registry, history = registry_of(patients)
    data = DataPart(
        id="id",
        exit="exit",
        event="event",
        initiation="initiation",
        event_value=("1",),
        censored_value=("0",),
        competing_value=("2",),
        history_time="day",
        history=("crp",),
    )
    shuffled = history.sample(fraction=1.0, shuffle=True, seed=seed)
    cohorts = [read_cohort(registry, Protocol(data=data), histories=h) for h in (history, shuffled)]
    assert cohorts[0].digest == cohorts[1].digest
    kept = cohorts[0].histories[0]
    assert np.all(kept.time <= cohorts[0].exit[kept.patient])
    used = [(k, d) for k, p in enumerate(patients) for d, _ in p.measured if d <= p.exit]
    assert list(zip(kept.patient.tolist(), kept.time.tolist(), strict=True)) == used


@QUIET
@given(seed=st.integers(0, 10_000))
def test_splitting_rows_changes_no_model_that_does_not_use_the_values(seed: int) -> None:
    draw = np.random.default_rng(seed)
    patients = [
        OnePatient(
            exit=int(draw.integers(10, 60)),
            end=int(k % 3 != 0),
            initiation=int(draw.integers(1, 40)) if k % 2 else None,
            measured=tuple((int(d), 1.0) for d in np.unique(draw.integers(-2, 60, 4))),
        )
        for k in range(25)
    ]
    cohort = cohort_of(patients, maximum_age=5.0)
    whole = time_varying(cohort)
    split, _, _ = split_at_measurements(whole, cohort)
    assert split.n_rows > whole.n_rows
    try:
        one = fit_cox(whole, whole.arm[:, np.newaxis].astype(float))
    except AnalysisRefused as refusal:
        with pytest.raises(AnalysisRefused, match=refusal.what):
            fit_cox(split, split.arm[:, np.newaxis].astype(float))
        return
    other = fit_cox(split, split.arm[:, np.newaxis].astype(float))
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=0, atol=1e-9)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-9)
    again, _, _ = split_at_measurements(split, replace(cohort, histories=()))
    assert again.exit.tolist() == split.exit.tolist()
