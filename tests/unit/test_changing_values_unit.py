"""Second tables and counting-process rows: every fault at its address, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from timezero.errors import InputRefused, UnknownName
from timezero.findings import Finding, Question, Severity
from timezero.intake.cohort import inspect, read_cohort
from timezero.intake.draft import draft_of
from timezero.intake.sources import read_table
from timezero.model.cohort import Cohort
from timezero.model.protocol import DataPart, Protocol, RulesPart

W, N, E = Severity.WARNING, Severity.NOTE, Severity.ERROR
REGISTRY = """id,exit,event,initiation,site,control
P1,10,1,,A,
P2,20,0,5,B,3
P3,30,1,6,A,
P4,40,2,,B,7
"""
HISTORY = """id,time,crp,state
P1,0,5,fit
P2,0,3,fit
P2,4,8,frail
P3,-2,2,fit
P3,9,1,fit
P4,0,4,
"""
PLAIN: dict[str, Any] = {
    "id": "id",
    "exit": "exit",
    "event": "event",
    "initiation": "initiation",
    "event_value": ("1",),
    "censored_value": ("0",),
    "competing_value": ("2",),
    "centre": "site",
    "negative_control": "control",
}
SECOND = {
    "history_file": "history.csv",
    "history_time": "time",
    "history": ("crp", "state"),
    "maximum_age": {"crp": 6.0},
}
ROWS = """id,start,stop,event,tx,crp,age
P2,0,4,0,0,3,61
P1,0,10,1,0,5,50
P2,4,20,0,1,8,61
P3,0,6,0,0,2,47
P3,6,9,0,1,2,47
P3,9,30,1,1,1,47
"""
COUNTING: dict[str, Any] = {
    "layout": "counting_process",
    "id": "id",
    "entry": "start",
    "exit": "stop",
    "event": "event",
    "treated": "tx",
    "event_value": ("1",),
    "censored_value": ("0",),
    "history": ("crp",),
    "covariates": ("age",),
}


def edited(text: str, edits: dict[str, str]) -> str:
    grid = [line.split(",") for line in text.strip().splitlines()]
    for address, value in edits.items():
        grid[int(address[1:]) - 1][ord(address[0]) - ord("A")] = value
    return "\n".join(",".join(row) for row in grid) + "\n"


def with_history(
    folder: Path,
    *,
    registry: dict[str, str] | None = None,
    history: dict[str, str] | None = None,
    **data: Any,
) -> tuple[Path, Protocol]:
    path = folder / "registry.csv"
    path.write_text(edited(REGISTRY, registry or {}))
    (folder / "history.csv").write_text(edited(HISTORY, history or {}))
    return path, Protocol(data=DataPart(**(PLAIN | SECOND | data)))


def with_rows(
    folder: Path, edits: dict[str, str] | None = None, **data: Any
) -> tuple[Path, Protocol]:
    path = folder / "rows.csv"
    path.write_text(edited(ROWS, edits or {}))
    return path, Protocol(data=DataPart(**(COUNTING | data)))


def findings_of(path: Path, protocol: Protocol) -> tuple[Finding, ...]:
    second = path.parent / "history.csv"
    named = protocol.data.history_file is not None
    draft = draft_of(
        read_table(path), protocol, history_table=read_table(second) if named else None
    )
    return inspect(draft)


HISTORY_FAULTS = [
    ("history_patient_unknown", {"A3": ""}, E, "history.csv, column id, row 3 (A3)"),
    ("history_patient_unknown", {"A3": "P9"}, W, "history.csv, column id, row 3 (A3)"),
    ("history_time_unknown", {"B4": ""}, E, "history.csv, column time, row 4 (B4)"),
    ("history_time_unknown", {"B4": "x"}, E, "history.csv, column time, row 4 (B4)"),
    ("history_time_unknown", {"B4": "inf"}, E, "history.csv, column time, row 4 (B4)"),
    ("history_time_unknown", {"B4": "2016-01-01"}, E, "history.csv, column time, row 4 (B4)"),
    ("history_after_exit", {"B4": "20.5"}, W, "history.csv, column time, row 4 (B4)"),
    ("history_before_time_zero", {}, N, "history.csv, column time, row 5 (B5)"),
    ("history_duplicated", {"B4": "0"}, E, "history.csv, column crp, row 4 (C4)"),
    ("history_unreadable", {"C4": "<8"}, E, "history.csv, column crp, row 4 (C4)"),
    ("history_absent", {"C7": ""}, W, "history.csv, column crp"),
]


@pytest.mark.parametrize(("code", "edits", "severity", "where"), HISTORY_FAULTS)
def test_each_fault_of_a_second_table_is_seen_at_its_address(
    code: str, edits: dict[str, str], severity: Severity, where: str, tmp_path: Path
) -> None:
    found = [f for f in findings_of(*with_history(tmp_path, history=edits)) if f.code == code]
    assert (severity, where) in [(f.severity, f.where) for f in found]
    assert all(f.mend for f in found if f.severity is not N)


def test_a_sound_second_table_is_noted_and_no_more(tmp_path: Path) -> None:
    found = findings_of(*with_history(tmp_path, history={"B5": "0", "D7": "ill"}))
    codes = {f.code for f in found if f.severity is not N}
    assert codes <= {"too_few_patients", "arm_without_events"}
    assert not any(f.code.startswith("history") for f in found)


ROW_FAULTS = [
    ("rows_without_span", {"C2": "0"}, E, "rows.csv, column stop, row 2 (C2)"),
    ("rows_without_span", {"B6": "?"}, E, "rows.csv, column stop, row 6 (C6)"),
    ("rows_overlap", {"B4": "3.9"}, E, "rows.csv, column start, row 4 (B4)"),
    ("rows_gap", {"B7": "9.5"}, E, "rows.csv, column start, row 7 (B7)"),
    ("rows_jump", {"B4": "4.5"}, E, "rows.csv, column tx, row 4 (E4)"),
    ("treatment_ends", {"E7": "0"}, E, "rows.csv, column tx, row 7 (E7)"),
    ("treated_unreadable", {"E6": "2"}, E, "rows.csv, column tx, row 6 (E6)"),
    ("treated_before_first_row", {"B3": "1", "E3": "1"}, W, "rows.csv, column tx, row 3 (E3)"),
    ("event_before_last_row", {"D2": "1"}, E, "rows.csv, column event, row 2 (D2)"),
    ("event_before_last_row", {"D2": ""}, E, "rows.csv, column event, row 2 (D2)"),
    ("covariate_changes", {"G6": "48"}, E, "rows.csv, column age, 2 rows, first at row 6 (G6)"),
    ("history_unreadable", {"F6": "<2"}, E, "rows.csv, column crp, row 6 (F6)"),
]


@pytest.mark.parametrize(("code", "edits", "severity", "where"), ROW_FAULTS)
def test_each_fault_of_rows_is_seen_at_its_address(
    code: str, edits: dict[str, str], severity: Severity, where: str, tmp_path: Path
) -> None:
    found = [f for f in findings_of(*with_rows(tmp_path, edits)) if f.code == code]
    assert [(f.severity, f.where) for f in found] == [(severity, where)]
    assert found[0].mend


def test_sound_rows_have_no_fault(tmp_path: Path) -> None:
    named = {code for code, *_ in ROW_FAULTS}
    # Round-off between an end and the next beginning is neither a gap nor an overlap (C5).
    for edits in ({}, {"B4": repr(4 * (1 + 1e-12)), "B7": repr(9 * (1 - 1e-12))}):
        assert not named & {f.code for f in findings_of(*with_rows(tmp_path, edits))}


@pytest.mark.parametrize(
    ("code", "edits", "where"),
    [
        ("centre_missing", {"E3": ""}, "registry.csv, column site, row 3 (E3)"),
        ("negative_control_after_exit", {"F3": "20.5"}, "column control, row 3 (F3)"),
        ("negative_control_before_time_zero", {"F3": "-1"}, "column control, row 3 (F3)"),
    ],
)
def test_faults_of_centre_and_negative_control(
    code: str, edits: dict[str, str], where: str, tmp_path: Path
) -> None:
    (found,) = [f for f in findings_of(*with_history(tmp_path, registry=edits)) if f.code == code]
    assert found.severity is E
    assert found.where.endswith(where)
    assert code not in {f.code for f in findings_of(*with_history(tmp_path))}


def test_one_centre_is_no_centre(tmp_path: Path) -> None:
    path, protocol = with_history(tmp_path, registry={"E3": "A", "E5": "A"})
    cohort = read_cohort(path, protocol)
    assert "centre_constant" in {f.code for f in cohort.findings}
    assert cohort.centre is None


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    edits = {"A2": "", "B4": "x", "C5": "x"}
    path, protocol = with_history(tmp_path, registry={"B3": "x"}, history=edits)
    with pytest.raises(InputRefused) as refusal:
        read_cohort(path, protocol)
    codes = {f.code for f in refusal.value.findings if f.severity is E}
    assert codes == {
        "history_patient_unknown",
        "history_time_unknown",
        "history_unreadable",
        "time_unreadable",
    }


def read(folder: Path, **changes: Any) -> Cohort:
    return read_cohort(*with_history(folder, **changes))


def test_the_cohort_holds_what_the_second_table_says(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    crp, state = cohort.histories
    assert (crp.name, crp.kind, crp.maximum_age) == ("crp", "numeric", 6.0)
    assert crp.patient.tolist() == [0, 1, 1, 2, 2, 3]
    assert crp.time.tolist() == [0.0, 0.0, 4.0, -2.0, 9.0, 0.0]
    assert crp.values.tolist() == [5.0, 3.0, 8.0, 2.0, 1.0, 4.0]
    assert (state.levels, state.maximum_age) == (("fit", "frail"), np.inf)
    assert state.patient.tolist() == [0, 1, 1, 2, 2]
    assert cohort.competing is not None
    assert cohort.competing.tolist() == [False, False, False, True]
    assert cohort.event.tolist() == [True, False, True, False]
    assert cohort.n_competing == 1
    assert cohort.centre is not None
    assert (cohort.centre.levels, cohort.centre.values.tolist()) == (
        ("A", "B"),
        [0.0, 1.0, 0.0, 1.0],
    )
    np.testing.assert_array_equal(cohort.negative_control, [np.nan, 3.0, np.nan, 7.0])
    rules = {s.name: s.rule for s in cohort.sources}
    assert "until the next, at most 6 months" in rules["history crp"]
    assert rules["history state"].endswith("until the next")


def test_centres_that_look_like_numbers_are_names(tmp_path: Path) -> None:
    sites = {"E2": "10", "E3": "9", "E4": "10", "E5": "9"}
    centre = read(tmp_path, registry=sites).centre
    assert centre is not None
    assert (centre.kind, centre.levels) == ("categorical", ("10", "9"))


def test_what_cannot_be_used_is_left_out_and_said(tmp_path: Path) -> None:
    cohort = read(tmp_path, history={"B4": "20.5", "A3": "P9"})
    assert cohort.histories[0].patient.tolist() == [0, 2, 2, 3]
    codes = {f.code for f in cohort.findings if f.severity is W}
    assert {"history_after_exit", "history_patient_unknown", "history_absent"} <= codes


def test_the_same_value_twice_is_kept_once_and_said(tmp_path: Path) -> None:
    cohort = read(tmp_path, history={"B4": "0", "C4": "3", "D4": ""})
    assert cohort.histories[0].patient.tolist() == [0, 1, 2, 2, 3]
    found = [f.where for f in cohort.findings if f.code == "history_duplicated"]
    assert found == ["history.csv, column crp, row 4 (C4)"]


def test_a_copied_row_of_the_second_table_is_left_out_and_said(tmp_path: Path) -> None:
    cohort = read(tmp_path, history={"B4": "0", "C4": "3", "D4": "fit"})
    assert cohort.histories[0].patient.tolist() == [0, 1, 2, 2, 3]
    (found,) = [f for f in cohort.findings if f.code == "rows_copied"]
    assert found.where == "history.csv, row 4"


def test_measurements_in_dates_count_from_the_patients_own_time_zero() -> None:
    registry = pl.DataFrame(
        {
            "id": ["a", "b"],
            "zero": ["2020-01-01", "2021-01-01"],
            "last": ["2020-06-01", "2021-06-01"],
            "second": ["2020-03-01", None],
            "dead": [1, 0],
        }
    )
    measured = pl.DataFrame(
        {
            "patient": ["b", "a", "b", "a"],
            "day": ["2021-01-11", "2020-01-01", "2020-12-31", "2020-01-02"],
            "crp": [1.0, 2.0, 3.0, 4.0],
        }
    )
    data = DataPart(
        id="id",
        time_zero="zero",
        exit="last",
        initiation="second",
        event="dead",
        event_value=("1",),
        unit="days",
        history_id="patient",
        history_time="day",
        history=("crp",),
    )
    for first_day, shift in ((0, 0.0), (1, 1.0)):
        protocol = Protocol(data=data, rules=RulesPart(first_day=first_day))
        (crp,) = read_cohort(registry, protocol, histories=measured).histories
        assert crp.patient.tolist() == [0, 0, 1, 1]
        # The day of time zero is time zero here, whatever day it counts as.
        assert crp.time.tolist() == [0.0, 1.0 + shift, -1.0, 10.0 + shift]
        assert crp.values.tolist() == [2.0, 4.0, 3.0, 1.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"history": {"C4": "9"}},
        {"history": {"B4": "4.5"}},
        {"history": {"D4": "ill"}},
        {"history": {"A4": "P3"}},
        {"maximum_age": {"crp": 7.0}},
        {"history": {}, "negative_control": None},
        {"centre": None},
        {"registry": {"E3": "A"}},
        {"registry": {"F3": "4"}},
        {"registry": {"C3": "2"}},
        {"competing_value": (), "censored_value": ("0", "2")},
    ],
)
def test_the_digest_sees_all_of_it(changes: dict[str, Any], tmp_path: Path) -> None:
    one, other = read(tmp_path), read(tmp_path, **changes)
    assert one.digest != other.digest
    assert read(tmp_path, name="another name").digest == one.digest


def test_competing_values_are_declared_once(tmp_path: Path) -> None:
    path, protocol = with_history(tmp_path, competing_value=("2", "1.0"))
    (found,) = [f for f in findings_of(path, protocol) if f.code == "event_value_undeclared"]
    assert found.what == "1 is declared both as the event and as a competing event"


def test_an_undeclared_third_value_points_to_competing_events(tmp_path: Path) -> None:
    path, protocol = with_history(tmp_path, competing_value=())
    found = [f for f in findings_of(path, protocol) if f.code == "event_value_undeclared"]
    assert [f.key for f in found if isinstance(f, Question)] == [("data", "censored_value")]
    assert "--competing-value" in found[0].mend


def test_rows_become_patients_with_histories(tmp_path: Path) -> None:
    cohort = read_cohort(*with_rows(tmp_path))
    assert cohort.patient == ("P2", "P1", "P3")
    assert cohort.entry.tolist() == [-np.inf] * 3
    assert cohort.exit.tolist() == [20.0, 10.0, 30.0]
    assert cohort.event.tolist() == [False, True, True]
    np.testing.assert_array_equal(cohort.initiation, [4.0, np.nan, 6.0])
    (crp,) = cohort.histories
    assert crp.patient.tolist() == [0, 0, 1, 2, 2, 2]
    assert crp.time.tolist() == [0.0, 4.0, 0.0, 0.0, 6.0, 9.0]
    assert crp.values.tolist() == [3.0, 8.0, 5.0, 2.0, 2.0, 1.0]
    assert cohort.covariates[0].values.tolist() == [61.0, 50.0, 47.0]
    steps = [(s.n_patients, s.n_removed, s.reason) for s in cohort.attrition]
    assert steps == [(6, 0, ""), (3, 3, "further rows of the same patients"), (3, 0, "")]


def test_the_order_of_rows_does_not_matter_but_for_who_comes_first(tmp_path: Path) -> None:
    one = read_cohort(*with_rows(tmp_path))
    header, *lines = ROWS.strip().splitlines()
    path, protocol = with_rows(tmp_path)
    path.write_text("\n".join([header, lines[2], lines[1], lines[0], *lines[:2:-1]]) + "\n")
    assert read_cohort(path, protocol).digest == one.digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"history_time": None}, "--history-time"),
        ({"history": (), "maximum_age": {}}, "--history COLUMN"),
        ({"layout": "counting_process", "treated": "event"}, "in one of the two"),
        ({"treated": "event"}, "counting_process"),
        ({"history_file": None}, "data.history_file"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path, protocol = with_history(tmp_path)
    data = protocol.data.model_copy(update=changes)
    with pytest.raises(InputRefused) as refusal:
        read_cohort(path, protocol.model_copy(update={"data": data}))
    assert refusal.value.code == "TZ-IN-24"
    assert words in refusal.value.mend


def test_rows_need_their_columns_and_no_initiation(tmp_path: Path) -> None:
    path, protocol = with_rows(tmp_path, treated=None)
    with pytest.raises(InputRefused, match="treated"):
        read_cohort(path, protocol)
    path, protocol = with_rows(tmp_path, initiation="start")
    with pytest.raises(InputRefused, match="first treated row"):
        read_cohort(path, protocol)


def test_a_history_is_no_covariate_of_time_zero(tmp_path: Path) -> None:
    path, protocol = with_rows(tmp_path, covariates=("age", "crp"))
    found = [f for f in findings_of(path, protocol) if f.code == "covariate_with_role"]
    assert [f.what for f in found] == ["covariate crp is also the column of data.history"]


def test_unknown_columns_are_named_in_the_table_they_are_missing_from(tmp_path: Path) -> None:
    path, protocol = with_history(
        tmp_path, history=None, history_time="tyme", centre="sight", history_id="idd"
    )
    with pytest.raises(UnknownName) as refusal:
        read_cohort(path, protocol)
    assert [f.where for f in refusal.value.findings] == [
        "registry.csv; data.centre",
        "history.csv; data.history_id",
        "history.csv; data.history_time",
    ]


def test_the_second_table_is_found_from_where_the_study_file_stands(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    path, protocol = with_history(tmp_path / "tables")
    data = protocol.data.model_copy(update={"file": "tables/registry.csv"})
    data = data.model_copy(update={"history_file": "tables/history.csv"})
    moved = protocol.model_copy(update={"data": data})
    assert read_cohort(path, moved).digest == read_cohort(path, protocol).digest


def test_a_data_frame_needs_its_histories_given(tmp_path: Path) -> None:
    _, protocol = with_history(tmp_path)
    with pytest.raises(InputRefused, match="data frame") as refusal:
        read_cohort(pl.DataFrame({"id": ["a"]}), protocol)
    assert "histories=" in refusal.value.mend
