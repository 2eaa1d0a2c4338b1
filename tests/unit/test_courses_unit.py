"""Tables of operations, patients and contacts, joined to one row a patient."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from timezero.errors import InputRefused
from timezero.findings import Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
from timezero.intake.recipe_file import validated_recipe
from timezero.intake.sources import read_table
from timezero.model.cohort import Cohort
from timezero.model.protocol import DataPart

PATIENTS = "nr,sex,birth year\nA,f,1950\nB,m,1961\nC,f,1955\nD,m,1948\n"
OPERATIONS = (
    "nr,date,what,pci\n"
    "C,2012-05-07,HIPEC,14\n"
    "A,2010-03-08,HIPEC,12\n"
    "A,2011-06-20,HIPEC,9\n"
    "A,2013-02-04,HIPEC,5\n"
    "B,2010-04-19,HIPEC aborted,30\n"
    "C,2013-09-02,HIPEC aborted,20\n"
)
CONTACTS = (
    "nr,seen,state\n"
    "A,2012-01-01,alive\nA,2015-09-30,dead\nB,2010-12-01,dead\nC,2018-12-31,alive\n"
    "C,2016-01-01,alive\nD,2017-01-01,alive\n"
)
SHAPE: dict[str, Any] = {
    "kind": "one_row_per_operation",
    "patients": "patients",
    "operations": "operations",
    "follow_up": "contacts",
    "operation_date": "date",
    "operation_kind": "what",
    "aborted_values": ["HIPEC aborted"],
    "aborted_first": "time_zero",
    "contact_date": "seen",
    "status": "state",
}
DATA: dict[str, Any] = {
    "id": "nr",
    "time_zero": "first_treatment",
    "initiation": "second_treatment",
    "further": ["third_treatment"],
    "exit": "seen",
    "event": "state",
    "event_value": ["dead"],
    "censored_value": ["alive"],
    "covariates": ["pci"],
    "unit": "days",
}


def read(
    folder: Path,
    *,
    shape: dict[str, Any] | None = None,
    patients: str = PATIENTS,
    operations: str = OPERATIONS,
    contacts: str = CONTACTS,
) -> Cohort:
    (folder / "patients.csv").write_text(patients)
    (folder / "operations.csv").write_text(operations)
    (folder / "contacts.csv").write_text(contacts)
    names = {"patients": "patients", "operations": "operations", "contacts": "contacts"}
    recipe = {
        "tables": {name: {"file": f"{file}.csv"} for name, file in names.items()},
        "shape": SHAPE | (shape or {}),
    }
    return read_cohort(
        folder / "operations.csv", validated({"data": DATA}), recipe=validated_recipe(recipe)
    )


def course(cohort: Cohort, patient: str) -> tuple[float, float, bool]:
    row = cohort.patient.index(patient)
    return float(cohort.exit[row]), float(cohort.initiation[row]), bool(cohort.event[row])


def test_first_second_and_last_contact_are_found_by_their_dates(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    assert course(cohort, "A") == (2032.0, 469.0, True)
    assert course(cohort, "C")[0] == 2429.0
    assert not course(cohort, "C")[2]
    assert cohort.n_initiated == 1


def test_what_was_recorded_at_the_first_operation_is_the_covariate(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    pci = dict(zip(cohort.patient, cohort.covariates[0].values, strict=True))
    assert pci == {"A": 12.0, "B": 30.0, "C": 14.0}


def test_aborted_operations_and_patients_without_one_are_told(tmp_path: Path) -> None:
    cohort = read(tmp_path)
    told = {f.code: f for f in cohort.findings}
    assert told["operation_not_counted"].n_rows == 1
    assert told["patient_without_treatment"].evidence == ("D",)
    assert [(s.n_patients, s.n_removed) for s in cohort.attrition][-1][0] == 3


def test_a_first_aborted_operation_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refusal:
        read(tmp_path, shape={"aborted_first": None})
    (question,) = [f for f in refusal.value.findings if isinstance(f, Question)]
    assert question.key == ("shape", "aborted_first")
    assert question.default is None


def test_not_counted_means_time_begins_with_a_complete_one(tmp_path: Path) -> None:
    cohort = read(tmp_path, shape={"aborted_first": "not_counted"})
    assert set(cohort.patient) == {"A", "C"}


def test_words_that_sound_aborted_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refusal:
        read(tmp_path, shape={"aborted_values": []})
    asked = {f.key: f.default for f in refusal.value.findings if isinstance(f, Question)}
    assert asked == {("shape", "aborted_values"): ("HIPEC aborted",)}


def test_kinds_without_such_words_are_not_asked_about(tmp_path: Path) -> None:
    plain = OPERATIONS.replace(" aborted", "")
    cohort = read(tmp_path, operations=plain, shape={"aborted_values": []})
    assert course(cohort, "C")[1] == 483.0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"operations": OPERATIONS.replace("B,2010-04-19", "B,")}, "TZ-IN-36"),
        ({"operations": OPERATIONS.replace("B,2010", ",2010")}, "TZ-IN-37"),
        ({"operations": OPERATIONS + "X,2010-01-01,HIPEC,3\n"}, "TZ-IN-38"),
        ({"patients": PATIENTS + "A,m,1950\n"}, "TZ-IN-20"),
        ({"shape": {"operation_date": None}}, "TZ-IN-35"),
        ({"shape": {"contact_date": None}}, "TZ-IN-35"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    changed: dict[str, Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused) as refusal:
        read(tmp_path, **changed)
    assert refusal.value.code == code


def test_rows_of_one_table_that_disagree_on_the_end_use_the_latest(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(
        "nr,date,pci,seen,state\n"
        "A,2010-03-08,12,2011-06-20,alive\nA,2011-06-20,9,2015-09-30,dead\n"
        "B,2010-04-19,30,2012-01-01,alive\n"
    )
    recipe = {"shape": {"kind": "one_row_per_operation", "operation_date": "date"}}
    data = DATA | {"further": []}
    cohort = read_cohort(path, validated({"data": data}), recipe=validated_recipe(recipe))
    assert course(cohort, "A") == (2032.0, 469.0, True)
    told = [f for f in cohort.findings if f.code == "end_told_differently"]
    assert {f.severity for f in told} == {Severity.WARNING}
    assert sum(f.n_rows for f in told) == 2


def test_the_earliest_of_several_recurrences_counts(tmp_path: Path) -> None:
    (tmp_path / "back.csv").write_text(
        "nr,found\nA,2012-05-01\nA,2011-01-10\nA,2014-01-01\nC,\nC,2013-01-01\n"
    )
    read(tmp_path)
    recipe = {
        "tables": {
            name: {"file": f"{name}.csv"} for name in ("patients", "operations", "contacts", "back")
        },
        "shape": SHAPE | {"recurrences": "back", "recurrence_date": "found"},
    }
    protocol = validated({"data": DATA | {"trigger": "first_recurrence"}})
    cohort = read_cohort(tmp_path / "operations.csv", protocol, recipe=validated_recipe(recipe))
    assert cohort.trigger is not None
    found = dict(zip(cohort.patient, cohort.trigger.tolist(), strict=True))
    assert (found["A"], found["C"]) == (308.0, 239.0)
    assert math.isnan(found["B"])


def test_copies_of_a_row_are_not_counted_among_the_operations(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    rows = ["A,2010-03-08", "A,2011-06-20", "B,2010-04-19", "B,2010-04-19", "C,2012-01-16"]
    path.write_text("nr,date\n" + "\n".join(rows) + "\n")
    table = read_table(path, data=DataPart(id="nr", time_zero="date"))
    (question,) = [f for f in table.findings if f.code == "rows_long_or_wide"]
    assert question.what.startswith("1 patient in several rows")
    assert question.evidence == ("A2: A", "A3: A")
