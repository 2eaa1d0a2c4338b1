"""Cases of times: what contradicts, what cannot be, and what is counted in an unknown unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bad_inputs.dated import DEATHS, Rows, case, cells_are


def _in_unit(days: float) -> Callable[[Rows], None]:
    """Replace dates by numbers since the first operation."""

    def change(rows: Rows) -> None:
        for row in rows:
            zero = dt.date.fromisoformat(row["first_crs"])
            for column in ("recurrence", "second_crs", "last_contact"):
                if row[column]:
                    since = (dt.date.fromisoformat(row[column]) - zero).days
                    row[column] = f"{since / days:.6f}"

    return change


def _by_centre(rows: Rows) -> None:
    """Give the times of one centre in days and of the other in months."""
    for row in rows:
        if row["centre"] == "South":
            for column in ("recurrence", "second_crs", "last_contact"):
                if row[column]:
                    row[column] = f"{float(row[column]) * 365.25 / 12:.0f}"


def _stated(rows: Rows) -> None:
    for row in rows:
        zero, last = (dt.date.fromisoformat(row[c]) for c in ("first_crs", "last_contact"))
        row["follow_up"] = f"{(last - zero).days / 30.4375:.1f}"
    rows[2]["follow_up"] = "60.0"


def _third(patient: str, date: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in rows:
            row["third_crs"] = date if row["patient_id"] == patient else ""

    return change


def _referred(rows: Rows) -> None:
    """Let two patients come under observation only after their first operation."""
    for row in rows:
        late = row["patient_id"] in {"P01", "P03"}
        row["referral"] = "2010-09-01" if late else row["diagnosis_date"]


def _older_contacts(rows: Rows) -> None:
    """Add patients who live, and were last seen years before deaths were last looked up."""
    first = list(rows)
    for copy in range(3):
        for row in first:
            new = dict(row, patient_id=f"{row['patient_id']}-{copy}")
            if new["status"] == "alive":
                new["last_contact"] = "2013-03-01"
            rows.append(new)
    for row in rows:
        if row["status"] == "alive":
            row["last_contact"] = min("2013-03-01", row["last_contact"])
            for column in ("recurrence", "second_crs"):
                if row[column] > "2013-03-01":
                    row[column] = ""


NUMBERS = {"time_zero": None}
CASES = (
    case(
        "B57",
        "R",
        "death_before_time_zero",
        cells_are({(2, "death_date"): "2010-04-18", (2, "recurrence"): ""}),
        data=DEATHS,
        rules={"contact_after_death": "death"},
    ),
    case(
        "B58 death before repeat",
        "R",
        "initiation_after_exit",
        cells_are({(1, "death_date"): "2011-05-30", (1, "last_contact"): "2011-05-30"}),
        data=DEATHS,
    ),
    case(
        "B58 contact before surgery",
        "R",
        "time_negative trigger_after_exit",
        cells_are({(2, "last_contact"): "2010-04-01", (2, "recurrence"): ""}),
    ),
    case("B59 date", "R", "time_negative", cells_are({(3, "last_contact"): "2010-06-01"})),
    case(
        "B59 number",
        "R",
        "time_negative",
        _in_unit(30.4375),
        cells_are({(3, "last_contact"): "-2.5"}),
        data=NUMBERS,
    ),
    case(
        "B60",
        "Q",
        "contact_after_death",
        cells_are({(2, "last_contact"): "2012-03-01"}),
        data=DEATHS,
        answer={"rules": {"contact_after_death": "death"}},
    ),
    case(
        "B61 alive with date",
        "Q",
        "status_against_date",
        cells_are({(2, "status"): "alive"}),
        data=DEATHS,
        answer={"rules": {"status_against_date": "date"}},
    ),
    case(
        "B61 dead without date",
        "Q",
        "status_against_date",
        cells_are({(2, "death_date"): ""}),
        data=DEATHS,
        answer={"rules": {"status_against_date": "status"}},
    ),
    case(
        "B62",
        "W",
        "exit_at_zero",
        cells_are({(2, "first_crs"): "2011-08-25", (2, "recurrence"): ""}),
        clean=False,
    ),
    case(
        "B63",
        "Q",
        "repeat_on_first_day",
        cells_are({(3, "second_crs"): "2010-06-14"}),
        answer={"rules": {"repeat_on_first_day": "same_operation"}},
    ),
    case(
        "B64 third before second",
        "R",
        "further_out_of_order",
        _third("P01", "2011-06-01"),
        data={"further": ("third_crs",)},
    ),
    case(
        "B64 third without second",
        "R",
        "further_out_of_order",
        _third("P03", "2012-06-01"),
        data={"further": ("third_crs",)},
    ),
    case("B64 repeat without first", "R", "time_missing", cells_are({(1, "first_crs"): ""})),
    case(
        "B65 birth after surgery",
        "R",
        "birth_against_dates",
        cells_are({(1, "birth_date"): "2011-03-14"}),
        data={"birth": "birth_date"},
    ),
    case(
        "B65 too old",
        "R",
        "birth_against_dates",
        cells_are({(1, "birth_date"): "1851-03-14"}),
        data={"birth": "birth_date"},
    ),
    case(
        "B65 stated age",
        "W",
        "birth_against_dates",
        cells_are({(1, "birth_date"): "1941-03-14"}),
        data={"birth": "birth_date", "age": "age"},
    ),
    case(
        "B66",
        "W",
        "diagnosis_after_time_zero",
        cells_are({(1, "diagnosis_date"): "2010-05-01"}),
        data={"diagnosis": "diagnosis_date"},
    ),
    case(
        "B67",
        "Q",
        "delayed_entry",
        _referred,
        data={"entry": "referral"},
        answer={"rules": {"late_entry": "left_truncation"}, "clean": False},
    ),
    case("B68", "W", "differential_follow_up", _older_contacts, clean=False),
    case(
        "B69",
        "Q",
        "stated_time_against_dates",
        _stated,
        data={"stated_time": "follow_up"},
        answer={"rules": {"stated_time_against_dates": "dates"}},
    ),
    case(
        "B70 years",
        "Q",
        "unit_suspicious",
        _in_unit(365.25),
        data=NUMBERS | {"unit": ...},
        answer={"data": {"unit": "years"}, "clean": False},
    ),
    case(
        "B70 days",
        "Q",
        "unit_suspicious",
        _in_unit(1.0),
        data=NUMBERS | {"unit": ...},
        answer={"data": {"unit": "days"}, "clean": False},
    ),
    case(
        "B70 by centre",
        "Q",
        "unit_suspicious",
        _in_unit(30.4375),
        _by_centre,
        data=NUMBERS | {"unit": ..., "centre": "centre"},
        answer={"data": {"unit": "months"}, "clean": False},
    ),
    case(
        "B71",
        "F",
        "round_off_at_zero",
        _in_unit(365.25),
        cells_are({(3, "second_crs"): "0.0000001", (8, "recurrence"): "-0.0"}),
        data=NUMBERS | {"unit": "years"},
        clean=False,
    ),
)
