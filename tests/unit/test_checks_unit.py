"""Every data check: a file that triggers it, at an exact address, and a near miss that does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from timezero.errors import InputRefused
from timezero.findings import Finding, Question, Severity
from timezero.intake.cohort import inspect, read_cohort
from timezero.intake.draft import draft_of
from timezero.intake.sources import read_table
from timezero.model.protocol import DataPart, Protocol, RulesPart
from timezero.registry import discover

# A dot stands for an empty cell.
TEXT = """
id exit event initiation trigger entry age sex measured zero last second twice
P1 10 1 . . 0 50 f -1 2016-01-31 2016-02-10 . 101
P2 20 0 5 4 0 61 m 0 2016-02-01 2016-02-20 2016-02-09 123
P3 30 1 6 5 0 47 f 0 2016-02-02 2016-03-30 2016-02-29 95
P4 40 0 . 30 0 70 m 0 2016-02-03 2016-03-20 . 141
P5 50 1 7 6 0 66 f -2 2016-02-04 2016-04-30 2016-03-01 133
P6 60 0 . 12 0 58 m 0 2016-02-05 2016-05-20 . 117
"""
GRID = [
    ["" if cell == "." else cell for cell in line.split()] for line in TEXT.strip().splitlines()
]
ROLES = {"id": "id", "exit": "exit", "event": "event", "initiation": "initiation"}
DATED = ROLES | {"exit": "last", "initiation": "second", "time_zero": "zero"}
WITH_TRIGGER, WITH_ENTRY = {"trigger": "trigger"}, {"entry": "entry"}
WITH_AGE = {"covariates": ("age",)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One edit that a check must see and one it must not."""

    trigger: dict[str, str] = field(default_factory=dict)
    where: str
    severity: Severity = Severity.ERROR
    near: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    near_data: dict[str, Any] = field(default_factory=dict)
    rows: int = 6
    near_rows: int = 6


def all_cells(letter: str, value: str) -> dict[str, str]:
    return {f"{letter}{row}": value for row in range(2, 8)}


W, N, Q = Severity.WARNING, Severity.NOTE, Severity.QUESTION
STOPS = {Severity.ERROR, Severity.QUESTION}
CASES: dict[str, Case] = {
    "id_missing": Case(trigger={"A3": ""}, near={"A3": "0"}, where="column id, row 3 (A3)"),
    "id_duplicated": Case(
        trigger={"A4": "P1"}, near={"A4": "P10"}, where="column id, 2 rows, first at row 2 (A2)"
    ),
    "time_missing": Case(trigger={"B4": ""}, near={"D4": ""}, where="column exit, row 4 (B4)"),
    "time_unreadable": Case(
        trigger={"B4": "3O"}, near={"B4": " 30 "}, where="column exit, row 4 (B4)"
    ),
    "time_infinite": Case(trigger={"B4": "inf"}, near={"B4": "3e1"}, where="exit, row 4 (B4)"),
    "time_negative": Case(
        trigger={"B2": "-0.001"}, near={"B2": "0"}, where="column exit, row 2 (B2)"
    ),
    "exit_before_entry": Case(
        trigger={"F4": "30"},
        near={"F4": "29.9"},
        data=WITH_ENTRY,
        where="column exit, row 4 (B4)",
    ),
    "initiation_before_time_zero": Case(
        trigger={"D3": "-0.1"}, near={"D3": "0"}, where="column initiation, row 3 (D3)"
    ),
    "initiation_after_exit": Case(
        trigger={"D3": "20.1"}, near={"D3": "20"}, where="column initiation, row 3 (D3)"
    ),
    "initiation_at_exit": Case(
        trigger={"D3": "20"},
        near={"D3": "19.9"},
        where="column initiation, row 3 (D3)",
        severity=N,
    ),
    "exit_at_zero": Case(
        trigger={"B2": "0"}, near={"B2": "0.1"}, where="column exit, row 2 (B2)", severity=W
    ),
    "trigger_before_time_zero": Case(
        trigger={"E4": "-1"}, near={"E4": "0"}, data=WITH_TRIGGER, where="trigger, row 4 (E4)"
    ),
    "trigger_after_exit": Case(
        trigger={"E2": "11"}, near={"E2": "10"}, data=WITH_TRIGGER, where="trigger, row 2 (E2)"
    ),
    "initiation_before_trigger": Case(
        trigger={"E3": "5.1", "E4": ""},
        near={"E3": "5"},
        data=WITH_TRIGGER,
        where="column initiation, 2 rows, first at row 3 (D3)",
        severity=W,
    ),
    "event_missing": Case(trigger={"C4": "NA"}, where="column event, row 4 (C4)"),
    "event_value_undeclared": Case(
        trigger={"C4": "2"},
        near={"C4": "2"},
        where="column event, 4 rows, first at row 3 (C3)",
        severity=Q,
        data={"competing_value": ()},
        near_data={"censored_value": ("0", "2")},
    ),
    "dates_and_numbers_mixed": Case(
        trigger={"K3": "400"}, data=DATED, near_data=DATED, where="column last, row 3 (K3)"
    ),
    "covariate_all_missing": Case(
        trigger=all_cells("G", ""),
        near={"G2": ""},
        data=WITH_AGE,
        where="column age, 6 rows, first at row 2 (G2)",
        severity=W,
    ),
    "covariate_constant": Case(
        trigger=all_cells("G", "50"),
        near=all_cells("G", "50") | {"G7": "51"},
        data=WITH_AGE,
        where="registry.csv, column age",
        severity=W,
    ),
    "covariate_collinear": Case(
        near={"M7": "118"},
        data={"covariates": ("age", "sex", "twice")},
        where="registry.csv, columns age, twice",
        severity=W,
    ),
    "covariate_missing": Case(
        trigger={"G4": "", "G6": "NA"},
        data=WITH_AGE,
        where="column age, 2 rows, first at row 4 (G4)",
    ),
    "covariate_mixed": Case(
        trigger={"G4": "old"},
        near={"G4": "old"},
        data=WITH_AGE,
        near_data=WITH_AGE | {"missing": ("old",)},
        where="column age, row 4 (G4)",
        severity=W,
    ),
    "covariate_levels": Case(
        data={"covariates": ("last",)},
        near_data={"covariates": ("sex",)},
        where="column last, 6 rows, first at row 2 (K2)",
    ),
    "covariate_scale": Case(
        trigger={"G4": "1e300"}, near={"G4": "1e5"}, data=WITH_AGE, where="age, row 4 (G4)"
    ),
    "covariate_after_time_zero": Case(
        trigger={"I4": "0.5"},
        near={"I4": "0"},
        data=WITH_AGE | {"covariate_dates": {"age": "measured"}},
        where="column measured, row 4 (I4)",
    ),
    "covariate_with_role": Case(
        data={"covariates": ("age", "trigger")} | WITH_TRIGGER,
        near_data={"covariates": ("age",)} | WITH_TRIGGER,
        where="registry.csv, column trigger",
    ),
    "too_few_patients": Case(rows=1, near_rows=2, where="registry.csv", severity=W),
    "arm_without_events": Case(
        trigger={"C2": "0"}, where="columns initiation and event", severity=W
    ),
    "delayed_entry": Case(
        trigger={"F4": "2"},
        near={"F4": "0"},
        data=WITH_ENTRY,
        where="column entry, row 4 (F4)",
        severity=Q,
    ),
    "near_ties": Case(
        trigger={"B4": "20.000000001"},
        near={"B4": "20.0000001"},
        where="registry.csv",
        severity=N,
    ),
    "unit_suspicious": Case(
        trigger={"B4": "600.5"},
        near={"B4": "600"},
        data={"unit": "months"},
        where="column exit, row 4 (B4)",
        severity=W,
    ),
}


def registry(folder: Path, edits: dict[str, str], n_rows: int = 6) -> Path:
    """Write the registry with some cells changed, each named by its address."""
    grid = [list(row) for row in GRID[: n_rows + 1]]
    for address, value in edits.items():
        grid[int(address[1:]) - 1][ord(address[0]) - ord("A")] = value
    path = folder / "registry.csv"
    path.write_text("\n".join(",".join(row) for row in grid) + "\n")
    return path


def protocol_of(data: dict[str, Any], **rules: Any) -> Protocol:
    named = ROLES | {"event_value": ("1",)} | data
    return Protocol(data=DataPart(**named), rules=RulesPart(**rules))


def found_in(path: Path, protocol: Protocol, code: str) -> list[Finding]:
    draft = draft_of(read_table(path, data=protocol.data), protocol)
    return [f for f in inspect(draft) if f.code == code]


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_check_sees_its_fault_at_its_address(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = registry(tmp_path, case.trigger, case.rows)
    found = found_in(path, protocol_of(case.data), name)
    assert [(f.severity, f.where.endswith(case.where)) for f in found] == [(case.severity, True)]
    assert found[0].what
    assert found[0].mend or case.severity is N


@pytest.mark.parametrize("name", sorted(CASES))
def test_no_check_sees_a_fault_in_a_near_miss(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = registry(tmp_path, case.near, case.near_rows)
    found = found_in(path, protocol_of(case.near_data or case.data), name)
    mild = {Severity.NOTE} if case.severity is not Severity.NOTE else set[Severity]()
    assert [f for f in found if f.severity not in mild] == []


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.severity in STOPS])
def test_every_error_stops_the_reading(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = registry(tmp_path, case.trigger, case.rows)
    with pytest.raises(InputRefused) as refusal:
        read_cohort(path, protocol_of(case.data))
    assert name in {f.code for f in refusal.value.findings}


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.severity not in STOPS])
def test_everything_milder_rides_on_the_cohort(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = registry(tmp_path, case.trigger, case.rows)
    cohort = read_cohort(path, protocol_of(case.data))
    assert name in {f.code for f in cohort.findings}


ELSEWHERE = (
    "test_changing_values_unit.py",
    "test_plausibility_unit.py",
    "test_time_checks_unit.py",
    "test_value_checks_unit.py",
)


def test_every_check_has_its_faults() -> None:
    checks = set(discover("timezero.intake.checks", "CHECK"))
    others = "".join(Path(__file__).with_name(name).read_text() for name in ELSEWHERE)
    assert {name for name in checks - set(CASES) if f'"{name}"' not in others} == set()
    assert set(CASES) <= checks


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    edits = {"A3": "", "B4": "x", "D6": "51", "B7": "-3", "C5": ""}
    with pytest.raises(InputRefused) as refusal:
        read_cohort(registry(tmp_path, edits), protocol_of({}))
    errors = {f.code: f.where for f in refusal.value.findings if f.severity is Severity.ERROR}
    assert errors == {
        "id_missing": "registry.csv, column id, row 3 (A3)",
        "time_unreadable": "registry.csv, column exit, row 4 (B4)",
        "initiation_after_exit": "registry.csv, column initiation, row 6 (D6)",
        "time_negative": "registry.csv, column exit, row 7 (B7)",
        "event_missing": "registry.csv, column event, row 5 (C5)",
    }


@pytest.mark.parametrize(
    ("n_missing", "severity"),
    [(1, N), (5, N), (6, W), (20, W), (21, Severity.ERROR)],
)
def test_missing_covariates_are_a_note_then_a_caution_then_a_refusal(
    n_missing: int, severity: Severity, tmp_path: Path
) -> None:
    path = tmp_path / "registry.csv"
    rows = [
        f"{k},{k + 1},{k % 2},{'' if k % 3 else k},{'' if k < n_missing else k * k % 71}"
        for k in range(100)
    ]
    path.write_text("\n".join(["id,exit,event,initiation,age", *rows]))
    found = found_in(path, protocol_of(WITH_AGE), "covariate_missing")
    assert [(f.severity, f.n_rows) for f in found] == [(severity, n_missing)]


@pytest.mark.parametrize(("n_levels", "n_found"), [(20, 0), (21, 1)])
def test_twenty_levels_are_the_most(n_levels: int, n_found: int, tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    rows = [f"{k},{k + 1},{k % 2},{'' if k % 3 else k},site {k % n_levels}" for k in range(100)]
    path.write_text("\n".join(["id,exit,event,initiation,site", *rows]))
    found = found_in(path, protocol_of({"covariates": ("site",)}), "covariate_levels")
    assert len(found) == n_found


def test_the_rule_for_one_day_says_what_became_of_each_time(tmp_path: Path) -> None:
    path = registry(tmp_path, {"D3": "20"})
    protocol = protocol_of({}, same_day="half_before", resolution=1.0)
    (found,) = found_in(path, protocol, "initiation_at_exit")
    assert found.evidence == ("D3: 20 → 19.5 months",)
    assert "after" in found.mend


def test_values_seen_are_named_when_none_is_declared(tmp_path: Path) -> None:
    path = registry(tmp_path, {"C4": "2"})
    (found,) = found_in(path, protocol_of({"event_value": ()}), "event_value_undeclared")
    assert "0 (3 patients), 1 (2 patients), 2 (1 patient)" in found.what


def test_the_other_value_is_named_when_it_is_read_as_censored(tmp_path: Path) -> None:
    (found,) = found_in(registry(tmp_path, {}), protocol_of({}), "event_value_undeclared")
    assert found.severity is Severity.NOTE
    assert "0 is the only value besides the event" in found.what


def test_a_declared_event_that_never_occurs_is_a_warning(tmp_path: Path) -> None:
    path = registry(tmp_path, all_cells("C", "2"))
    (found,) = found_in(path, protocol_of({}), "event_value_undeclared")
    assert found.severity is Severity.WARNING
    assert "the declared event value 1 does not occur" in found.what


def test_nobody_with_the_event_is_said(tmp_path: Path) -> None:
    path = registry(tmp_path, all_cells("C", "0"))
    (found,) = found_in(path, protocol_of({}), "arm_without_events")
    assert found.what.startswith("nobody has the event")


def test_dates_without_a_time_zero_are_a_question(tmp_path: Path) -> None:
    data = ROLES | {"exit": "last", "initiation": "second"}
    (asked,) = found_in(registry(tmp_path, {}), protocol_of(data), "role_unset")
    assert isinstance(asked, Question)
    assert asked.key == ("data", "time_zero")
    assert "zero" in {option.value for option in asked.options}


def test_dates_beside_numbers_without_a_time_zero_are_refused(tmp_path: Path) -> None:
    data = ROLES | {"exit": "last"}
    found = found_in(registry(tmp_path, {}), protocol_of(data), "dates_and_numbers_mixed")
    assert [f.where for f in found] == ["registry.csv, column last, 6 rows, first at row 2 (K2)"]


def test_fractions_of_days_within_a_month_are_questioned(tmp_path: Path) -> None:
    short = {f"B{row}": str(row + 0.5) for row in range(2, 8)} | all_cells("D", "")
    found = found_in(registry(tmp_path, short), protocol_of({"unit": "days"}), "unit_suspicious")
    assert "months or years" in found[0].mend
    whole = {f"B{row}": str(row) for row in range(2, 8)} | all_cells("D", "")
    assert not found_in(registry(tmp_path, whole), protocol_of({"unit": "days"}), "unit_suspicious")


def test_a_value_cannot_be_the_event_and_censored(tmp_path: Path) -> None:
    data = {"event_value": ("1",), "censored_value": ("0", "1")}
    (found,) = found_in(registry(tmp_path, {}), protocol_of(data), "event_value_undeclared")
    assert found.severity is Severity.ERROR
    assert found.what == "1 is declared both as the event and as censored"


def test_unreadable_treatments_do_not_look_like_no_treatment(tmp_path: Path) -> None:
    path = registry(tmp_path, {"D3": "x", "D4": "y", "D6": "z"})
    assert found_in(path, protocol_of({}), "arm_without_events") == []
