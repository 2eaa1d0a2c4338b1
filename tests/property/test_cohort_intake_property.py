"""What must hold for every registry: order, unit, format, and no crash on any bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timezero.conventions import DAYS_PER
from timezero.errors import InternalFault, TimezeroError
from timezero.intake.cohort import read_cohort
from timezero.intake.look import look
from timezero.intake.protocol_file import read_protocol, write_protocol
from timezero.model.protocol import AnalysisPart, DataPart, Protocol, RulesPart

# Each example writes a file; the first one also pays for imports.
QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DATA: dict[str, Any] = {
    "id": "id",
    "exit": "exit",
    "event": "event",
    "initiation": "initiation",
    "event_value": ("1",),
    "censored_value": ("0",),
}
DATED = DATA | {"time_zero": "zero"}
RULES = RulesPart(repeat_on_first_day="treated_at_zero")


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, int, int | None, int]]:
    """Return patients as day of time zero, days to exit, days to initiation, event."""
    patients = []
    for _ in range(draw(st.integers(2, 12))):
        leave = draw(st.integers(0, 4000))
        begin = draw(st.none() | st.integers(0, leave))
        patients.append((draw(st.integers(600, 16_000)), leave, begin, draw(st.integers(0, 1))))
    return patients


def frame_of(patients: list[tuple[int, int, int | None, int]]) -> pl.DataFrame:
    first = dt.date(1970, 1, 1)

    def day(count: int | None) -> dt.date | None:
        return None if count is None else first + dt.timedelta(days=count)

    return pl.DataFrame(
        {
            "id": [f"P{k}" for k in range(len(patients))],
            "zero": [day(z) for z, _, _, _ in patients],
            "exit": [day(z + e) for z, e, _, _ in patients],
            "initiation": [day(None if i is None else z + i) for z, _, i, _ in patients],
            "event": [e for *_, e in patients],
        },
        schema_overrides={"initiation": pl.Date},
    )


@QUIET
@given(patients=histories(), unit=st.sampled_from(sorted(DAYS_PER)))
def test_times_are_whole_days_in_every_unit(
    patients: list[tuple[int, int, int | None, int]], unit: str
) -> None:
    protocol = Protocol(data=DataPart(**DATED, unit=unit), rules=RULES)
    cohort = read_cohort(frame_of(patients), protocol)
    days = np.array([e for _, e, _, _ in patients], dtype=float)
    begin = np.array([np.nan if i is None else i for _, _, i, _ in patients], dtype=float)
    np.testing.assert_array_equal(cohort.exit, days / DAYS_PER[unit])
    np.testing.assert_array_equal(cohort.initiation, begin / DAYS_PER[unit])
    # Ties and order among all times are those of the calendar, whatever the unit.
    calendar = np.concatenate([days, begin[~np.isnan(begin)]])
    counted = np.concatenate([cohort.exit, cohort.initiation[cohort.initiated]])
    assert np.array_equal(
        np.unique(calendar, return_inverse=True)[1], np.unique(counted, return_inverse=True)[1]
    )


@QUIET
@given(patients=histories(), data=st.data())
def test_the_order_of_rows_moves_patients_and_nothing_else(
    patients: list[tuple[int, int, int | None, int]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(patients))))
    protocol = Protocol(data=DataPart(**DATED), rules=RULES)
    one = read_cohort(frame_of(patients), protocol)
    other = read_cohort(frame_of(patients)[list(order)], protocol)
    assert other.patient == tuple(one.patient[k] for k in order)
    for name in ("entry", "exit", "initiation", "event"):
        np.testing.assert_array_equal(getattr(other, name), getattr(one, name)[list(order)])
    assert np.array_equal(one.zero_exit, other.zero_exit, equal_nan=True)


@QUIET
@given(patients=histories())
def test_a_file_says_the_same_as_the_frame(
    patients: list[tuple[int, int, int | None, int]], tmp_path: Path
) -> None:
    frame, protocol = frame_of(patients), Protocol(data=DataPart(**DATED), rules=RULES)
    frame.write_csv(tmp_path / "r.csv")
    frame.write_parquet(tmp_path / "r.parquet")
    made = [read_cohort(s, protocol) for s in (frame, tmp_path / "r.csv", tmp_path / "r.parquet")]
    assert len({cohort.digest for cohort in made}) == 1


CELLS = st.sampled_from(
    ["", "1", "0", "2", "3.5", "-1", "inf", "NA", "x", "04/03/2016", "2016-03-04", "1e300", '"']
)


def refusal_or(call: Callable[[], Any]) -> Any:
    """Return what a call gives, or its refusal; a fault of ours fails the test."""
    try:
        return call()
    except InternalFault:
        raise
    except TimezeroError as refusal:
        return refusal


@QUIET
@given(rows=st.lists(st.tuples(*[CELLS] * 5), min_size=1, max_size=8))
def test_any_cells_are_read_or_refused(rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    lines = [",".join(row) for row in [("id", "exit", "event", "initiation", "age"), *rows]]
    path.write_text("\n".join(lines))
    protocol = Protocol(data=DataPart(**DATA, covariates=("age",)))
    cohort = refusal_or(lambda: read_cohort(path, protocol))
    if isinstance(cohort, TimezeroError):
        assert cohort.what
        assert cohort.mend
        return
    assert len(set(cohort.patient)) == cohort.n >= 2
    assert bool(np.isfinite(cohort.exit).all() and (cohort.exit >= 0).all())
    begun = cohort.initiation[cohort.initiated]
    assert bool((begun >= 0).all() and (begun <= cohort.exit[cohort.initiated]).all())


@QUIET
@given(raw=st.binary(max_size=300))
@pytest.mark.parametrize("start", [b"", b"id,exit\n", b"PK\x03\x04", b"PAR1", b"\xff\xfe"])
def test_any_bytes_are_read_or_refused(start: bytes, raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(start + raw)
    seen = refusal_or(lambda: look(path))
    assert seen.what if isinstance(seen, TimezeroError) else seen.n_rows >= 1


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@QUIET
@given(
    title=TEXTS,
    columns=st.lists(TEXTS, max_size=4),
    level=st.floats(0.51, 0.99),
    times=st.lists(st.floats(1e-300, 1e300), max_size=3),
)
def test_every_protocol_survives_its_file(
    title: str, columns: list[str], level: float, times: list[float], tmp_path: Path
) -> None:
    protocol = Protocol(
        data=DataPart(
            name=title,
            covariates=tuple(columns),
            covariate_dates={name: f"{name} seen" for name in columns},
        ),
        analysis=AnalysisPart(level=level, horizons=tuple(times)),
    )
    path = tmp_path / "study.toml"
    path.write_text(write_protocol(protocol), encoding="utf-8")
    assert read_protocol(path) == protocol
