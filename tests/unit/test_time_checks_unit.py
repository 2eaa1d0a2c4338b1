"""Checks of dates and deaths: a fault that each must see, and an innocent file that it must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bad_inputs.clean import DATA, clean_rows, write_csv
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.checks.differential_follow_up import deaths_after
from timezero.intake.checks.unit_suspicious import histogram
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
from timezero.model.cohort import Cohort

E, Q, W, N = Severity.ERROR, Severity.QUESTION, Severity.WARNING, Severity.NOTE
DEATH = {"death": "death_date"}
FURTHER = {"further": ("centre",)}
Cells = dict[tuple[int, str], str]


def read(
    folder: Path, cells: Cells, data: dict[str, Any], **rules: Any
) -> tuple[Cohort | None, tuple[Finding, ...]]:
    rows = clean_rows()
    for (patient, column), text in cells.items():
        rows[patient - 1][column] = text
    named = {k: v for k, v in (DATA | data).items() if v is not ...}
    protocol = validated({"data": named, "rules": {"data_cut": "2019-06-30"} | rules})
    try:
        cohort = read_cohort(write_csv(folder, rows), protocol)
    except InputRefused as refused:
        if refused.code != "TZ-IN-20":
            raise
        return None, refused.findings
    return cohort, cohort.findings


def third(**dates: str) -> Cells:
    """Put dates of a third operation into the column `centre`."""
    return {(k, "centre"): dates.get(f"P{k}", "") for k in range(1, 13)}


FAULTS: dict[str, tuple[Severity, Cells, Cells, dict[str, Any]]] = {
    "death_before_time_zero": (E, {(2, "death_date"): "2010-04-18"}, {}, DEATH),
    "contact_after_death": (
        Q, {(2, "last_contact"): "2011-08-26"}, {(2, "last_contact"): "2011-08-24"}, DEATH,
    ),
    "status_against_date": (
        Q, {(2, "status"): "alive"}, {(2, "status"): "alive", (2, "death_date"): ""}, DEATH,
    ),
    "date_in_future": (
        E, {(3, "last_contact"): "2019-07-01"}, {(3, "last_contact"): "2019-06-30"}, {},
    ),
    "repeat_on_first_day": (
        Q, {(3, "second_crs"): "2010-06-14"}, {(3, "second_crs"): "2010-06-15"}, {},
    ),
    "further_out_of_order": (E, third(P1="2011-06-19"), third(P1="2011-06-20"), FURTHER),
    "birth_against_dates": (
        W, {(1, "age"): "61"}, {(1, "age"): "59.9"}, {"birth": "birth_date", "age": "age"},
    ),
    "diagnosis_after_time_zero": (
        W, {(1, "diagnosis_date"): "2010-03-09"}, {(1, "diagnosis_date"): "2010-03-08"},
        {"diagnosis": "diagnosis_date"},
    ),
    "stated_time_against_dates": (
        Q, {(k, "albumin"): "12" if k == 3 else "" for k in range(1, 13)},
        {(k, "albumin"): "103" if k == 3 else "" for k in range(1, 13)}, {"stated_time": "albumin"},
    ),
    "differential_follow_up": (
        W, {(k, "last_contact"): "2013-04-10" for k in (3, 6, 8, 12)}
        | {(k, "second_crs"): "" for k in (6, 12)} | {(k, "recurrence"): "" for k in (6, 12)}
        | {(11, "status"): "alive", (11, "last_contact"): "2013-04-10", (11, "recurrence"): ""},
        {}, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_each_check_sees_its_fault_and_not_the_near_miss(code: str, tmp_path: Path) -> None:
    severity, fault, near, data = FAULTS[code]
    found = [f for f in read(tmp_path, fault, data)[1] if f.code == code]
    assert [f.severity for f in found] == [severity]
    assert found[0].where
    assert found[0].mend
    cohort, findings = read(tmp_path, near, data)
    assert cohort is not None
    assert code not in {f.code for f in findings}


def test_a_zero_torn_by_round_off_becomes_zero_and_is_told(tmp_path: Path) -> None:
    code = "round_off_at_zero"
    numbers: Cells = {}
    for k in range(1, 13):
        numbers |= {(k, "last_contact"): str(k), (k, "second_crs"): "", (k, "recurrence"): ""}
    data = {"time_zero": ..., "unit": "years"}
    cohort, findings = read(tmp_path, numbers | {(2, "second_crs"): "1e-7"}, data)
    assert cohort is not None
    assert (cohort.initiation[1], [f.severity for f in findings if f.code == code]) == (0.0, [N])
    cohort, findings = read(tmp_path, numbers | {(2, "second_crs"): "0.0028"}, data)
    assert cohort is not None
    assert cohort.initiation[1] == 0.0028
    assert code not in {f.code for f in findings}


def test_deaths_end_observation_where_no_status_is_given(tmp_path: Path) -> None:
    clean, _ = read(tmp_path, {}, {})
    nothing = dict.fromkeys(("event", "event_value", "censored_value"), ...)
    contacts: Cells = {(k, "last_contact"): "" for k in (1, 2)}
    cohort, _ = read(tmp_path, contacts, nothing | DEATH)
    assert clean is not None
    assert cohort is not None
    np.testing.assert_array_equal(cohort.exit, clean.exit)
    np.testing.assert_array_equal(cohort.event, clean.event)
    (rule,) = [s.rule for s in cohort.sources if s.name == "exit"]
    assert "observation ends at death_date where it is recorded; the event is a recorded" in rule


def test_without_a_last_contact_deaths_are_not_enough(tmp_path: Path) -> None:
    _, findings = read(tmp_path, {(3, "last_contact"): ""}, DEATH)
    assert {f.code for f in findings if f.severity is E} == {"time_missing"}
    with pytest.raises(InputRefused, match="which columns hold: exit"):
        read(tmp_path, {}, DEATH | {"exit": ...})


@pytest.mark.parametrize(
    ("rule", "months", "died"),
    [("death", 480, True), ("contact", 700, False)],
)
def test_which_date_is_right_moves_end_and_event(
    rule: str, months: int, died: bool, tmp_path: Path
) -> None:
    nothing = dict.fromkeys(("event", "event_value", "censored_value"), ...)
    cells = {(2, "death_date"): "2011-08-12", (2, "last_contact"): "2012-03-19"}
    cohort, _ = read(tmp_path, cells, nothing | DEATH | {"unit": "days"}, contact_after_death=rule)
    assert cohort is not None
    assert (cohort.exit[1], bool(cohort.event[1])) == (months, died)


@pytest.mark.parametrize(("rule", "died"), [("date", [True, False]), ("status", [False, True])])
def test_which_of_status_and_date_is_right_moves_the_event(
    rule: str, died: list[bool], tmp_path: Path
) -> None:
    cells = {(2, "status"): "alive", (5, "death_date"): ""}
    cohort, _ = read(tmp_path, cells, DEATH, status_against_date=rule)
    assert cohort is not None
    assert cohort.event[[1, 4]].tolist() == died


@pytest.mark.parametrize(
    ("rule", "initiation"), [("same_operation", np.nan), ("treated_at_zero", 0.0)]
)
def test_a_repeat_on_the_first_day_is_none_or_at_zero(
    rule: str, initiation: float, tmp_path: Path
) -> None:
    cells = {(3, "second_crs"): "2010-06-14"}
    cohort, _ = read(tmp_path, cells, {}, repeat_on_first_day=rule)
    assert cohort is not None
    np.testing.assert_array_equal(cohort.initiation[2], initiation)


@pytest.mark.parametrize(("rule", "begins"), [("left_truncation", True), ("from_time_zero", False)])
def test_late_entry_is_truncated_or_not(rule: str, begins: bool, tmp_path: Path) -> None:
    cells = {(k, "diagnosis_date"): "2010-02-01" for k in range(1, 13)}
    cells[3, "diagnosis_date"] = "2010-07-14"
    cohort, findings = read(tmp_path, cells, {"entry": "diagnosis_date"}, late_entry=rule)
    assert cohort is not None
    assert np.isfinite(cohort.entry).sum() == int(begins)
    (found,) = [f for f in findings if f.code == "delayed_entry"]
    assert found.severity is (N if begins else W)


def test_a_stated_time_can_stop_everything(tmp_path: Path) -> None:
    cells = {(k, "albumin"): "12" if k == 3 else "" for k in range(1, 13)}
    data = {"stated_time": "albumin"}
    _, findings = read(tmp_path, cells, data, stated_time_against_dates="refuse")
    assert {f.code for f in findings if f.severity is E} == {"stated_time_against_dates"}


def test_a_data_cut_that_is_no_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is no date"):
        read(tmp_path, {}, {}, data_cut="end of 2019")


def test_deaths_with_counting_process_rows_are_refused(tmp_path: Path) -> None:
    rows = {"layout": "counting_process", "entry": "diagnosis_date", "treated": "cc"}
    with pytest.raises(InputRefused, match="rows end at the death themselves"):
        read(tmp_path, {}, DEATH | rows | {"initiation": ...})


def test_a_unit_that_nobody_said_is_asked_with_a_histogram(tmp_path: Path) -> None:
    cells: Cells = {}
    for k in range(1, 13):
        cells |= {(k, "last_contact"): f"{k}.5", (k, "second_crs"): "", (k, "recurrence"): ""}
    _, findings = read(tmp_path, cells, {"time_zero": ..., "unit": ...})
    (found,) = [f for f in findings if f.code == "unit_suspicious"]
    assert found.severity is Q
    assert found.evidence == histogram(np.arange(1.5, 13.0))
    assert sum(int(line.rsplit(" ", 1)[1]) for line in found.evidence) == 12
    cohort, findings = read(tmp_path, cells, {"time_zero": ..., "unit": "months"})
    assert cohort is not None
    assert "unit_suspicious" not in {f.code for f in findings}


def test_sound_registries_seldom_look_differentially_followed() -> None:
    draw, alarms, n = np.random.default_rng(7), 0, 300
    for _ in range(n):
        zero = draw.uniform(0.0, 3650.0, 100)
        death = zero + draw.exponential(1300.0, 100)
        seen = np.maximum(5475.0 - draw.uniform(0.0, 365.0, 100), zero)
        died = death <= 5475.0
        late = deaths_after(death[died], seen[~died])
        alarms += late.size >= max(3, 0.2 * died.sum())
    assert alarms / n < 0.05
