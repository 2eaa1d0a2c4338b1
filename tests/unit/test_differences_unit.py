"""Two states of a registry: what is told, what is not, and when it cannot be told."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bad_inputs.clean import DATA, clean_rows, write_csv
from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.differences import differences, told
from timezero.intake.protocol_file import validated
from timezero.intake.sources import read_table
from timezero.model.protocol import DataPart

PLAIN = DataPart(id="id")


def table(**columns: list[object]) -> object:
    return read_table(pl.DataFrame(columns), data=PLAIN)


def test_rows_in_another_order_are_no_difference() -> None:
    found = differences(table(id=["a", "b"], x=[1, 2]), table(id=["b", "a"], x=[2, 1]), key="id")
    assert found.none


def test_each_changed_cell_is_named_with_old_and_new() -> None:
    found = differences(
        table(id=["a", "b"], x=[1, 2], y=["u", None]),
        table(id=["a", "b"], x=[1, 3], y=["u", "v"]),
        key="id",
    )
    assert [(c.patient, c.column, c.old, c.new) for c in found.cells] == [
        ("b", "x", "2", "3"),
        ("b", "y", "empty", "v"),
    ]


def test_the_same_number_written_otherwise_is_no_difference() -> None:
    found = differences(table(id=["a"], x=[1.0]), table(id=["a"], x=[1]), key="id")
    assert found.none


def test_patients_and_columns_that_came_or_went_are_named() -> None:
    found = differences(table(id=["a", "b"], x=[1, 2]), table(id=["b", "c"], y=[1, 2]), key="id")
    assert (found.added, found.removed) == (("c",), ("a",))
    assert (found.new_columns, found.lost_columns) == (("y",), ("x",))


def test_an_identifier_in_two_rows_cannot_be_compared() -> None:
    with pytest.raises(InputRefused, match="several rows"):
        differences(table(id=["a", "a"], x=[1, 2]), table(id=["a"], x=[1]), key="id")


def test_a_changed_time_is_a_warning_and_a_changed_covariate_a_note(tmp_path: Path) -> None:
    earlier = write_csv(tmp_path, clean_rows(), "earlier.csv")
    rows = clean_rows()
    rows[0]["last_contact"] = "2015-10-01"
    rows[1]["albumin"] = "39"
    cohort = read_cohort(write_csv(tmp_path, rows), validated({"data": DATA}), earlier=earlier)
    changed = {f.severity: f.evidence for f in cohort.findings if f.code == "file_changed"}
    assert "2015-09-30 -> 2015-10-01" in changed[Severity.WARNING][0]
    assert "33 -> 39" in changed[Severity.NOTE][0]


def test_another_end_of_observation_is_a_warning(tmp_path: Path) -> None:
    earlier = write_csv(tmp_path, clean_rows(), "earlier.csv")
    rows = clean_rows()
    rows[2]["status"] = "dead"
    cohort = read_cohort(write_csv(tmp_path, rows), validated({"data": DATA}), earlier=earlier)
    (changed,) = [f for f in cohort.findings if f.code == "file_changed"]
    assert changed.severity is Severity.WARNING
    assert "alive -> dead" in changed.evidence[0]


def test_an_earlier_file_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"")
    path = write_csv(tmp_path, clean_rows())
    cohort = read_cohort(path, validated({"data": DATA}), earlier=broken)
    said = [f.what for f in cohort.findings if f.code == "file_changed"]
    assert said == ["it cannot be said what has changed since the earlier file: the file is empty"]


def test_nothing_is_told_twice() -> None:
    found = differences(table(id=["a"], x=[1]), table(id=["a"], x=[2]), key="id")
    assert len(told(found, times=frozenset({"x"}), name="t")) == 1
