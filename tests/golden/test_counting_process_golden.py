"""Stanford heart as counting-process rows gives the cohort and the Cox model of one row each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from timezero.align.time_varying import time_varying
from timezero.arrays import Floats
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import read_protocol, registry_path
from timezero.ladder.design import baseline_design
from timezero.model.cohort import Cohort
from timezero.model.protocol import DataPart, Protocol

ROWS: dict[str, Any] = {
    "layout": "counting_process",
    "id": "id",
    "entry": "start",
    "exit": "stop",
    "event": "event",
    "treated": "transplant",
    "event_value": ("1",),
    "censored_value": ("0",),
    "covariates": ("age", "surgery"),
    "unit": "days",
}


def bundled() -> Cohort:
    study_file = example_study_file("stanford_heart")
    protocol = read_protocol(study_file)
    return read_cohort(registry_path(protocol, study_file), protocol)


def rows_of(cohort: Cohort) -> pl.DataFrame:
    """Return a cohort as R's file heart has it: one row until the transplant, one after."""
    rows = time_varying(cohort)
    age, surgery = (c.values for c in cohort.covariates)
    frame = pl.DataFrame(
        {
            "id": [cohort.patient[k] for k in rows.patient],
            "start": np.maximum(rows.entry, 0.0),
            "stop": rows.exit,
            "event": rows.event.astype(int),
            "transplant": rows.arm,
            "age": age[rows.patient],
            "surgery": surgery[rows.patient].astype(int),
            "order": rows.patient,
        }
    )
    # The one who was transplanted on the first day has no time before it.
    return frame.filter(pl.col("stop") > pl.col("start")).sort("order", "start").drop("order")


def fitted(cohort: Cohort) -> CoxFit:
    rows = time_varying(cohort)
    design: Floats = baseline_design(cohort).columns[rows.patient]
    return fit_cox(rows, np.column_stack([rows.arm, design]).astype(float))


def test_heart_as_rows_is_the_same_cohort(tmp_path: Path) -> None:
    one = bundled()
    frame = rows_of(one)
    assert frame.height == 172
    path = tmp_path / "heart.csv"
    frame.write_csv(path)
    for source in (path, frame):
        cohort = read_cohort(source, Protocol(data=DataPart(**ROWS)))
        assert cohort.digest == one.digest
        assert cohort.n == 103
        for found, expected in zip(
            (fitted(cohort).coefficients, fitted(cohort).covariance),
            (fitted(one).coefficients, fitted(one).covariance),
            strict=True,
        ):
            np.testing.assert_array_equal(found, expected)


def test_heart_of_another_package_gives_the_same_model(agrees: Any) -> None:
    datasets = pytest.importorskip("lifelines.datasets")
    heart = pl.from_pandas(datasets.load_stanford_heart_transplants())
    cohort = read_cohort(heart, Protocol(data=DataPart(**ROWS)))
    one = bundled()
    np.testing.assert_array_equal(cohort.exit, one.exit)
    np.testing.assert_array_equal(cohort.initiation, one.initiation)
    np.testing.assert_array_equal(cohort.event, one.event)
    # That package ships ages, less 48, with fewer digits.
    agrees(
        "counting process: heart",
        fitted(cohort).coefficients,
        fitted(one).coefficients.tolist(),
        within=1e-6,
    )


def test_a_value_that_never_changes_is_a_covariate(agrees: Any) -> None:
    from timezero.align.history import split_at_measurements

    frame = rows_of(bundled()).with_columns(score=pl.col("age"))
    data = DataPart(**(ROWS | {"history": ("score",)}))
    cohort = read_cohort(frame, Protocol(data=data))
    rows, values, names = split_at_measurements(time_varying(cohort), cohort)
    assert names == ("score",)
    surgery = baseline_design(cohort).columns[rows.patient, 1]
    fit = fit_cox(rows, np.column_stack([rows.arm, values[:, 0], surgery]).astype(float))
    agrees("counting process: score", fit.coefficients, fitted(cohort).coefficients.tolist())
