"""B41: one row a patient, or one row an operation?"""

from __future__ import annotations

from pathlib import Path

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, clean_rows, write_csv


def _one_row_an_operation() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for row in clean_rows():
        second = row["second_crs"]
        first = {name: cell for name, cell in row.items() if name != "second_crs"}
        rows.append(first)
        if second:
            rows.append(first | {"first_crs": second})
    return rows


def _long(folder: Path) -> Given:
    data = DATA | {"initiation": None}
    return Given(source=write_csv(folder, _one_row_an_operation()), data=data, clean=None)


def _answered(folder: Path) -> Given:
    return Given(
        source=write_csv(folder, _one_row_an_operation()),
        data=DATA | {"time_zero": "first_treatment", "initiation": "second_treatment"},
        recipe={"shape": {"kind": "one_row_per_operation", "operation_date": "first_crs"}},
    )


def _mixed(folder: Path) -> Given:
    """Two patients have a second row for their second operation; the others have one row."""
    rows = clean_rows()
    again = [row | {"first_crs": row["second_crs"], "second_crs": ""} for row in rows[:4:3]]
    return Given(source=write_csv(folder, [*rows, *again]), clean=None)


def _mixed_answered(folder: Path) -> Given:
    given = _answered(folder)
    shape = given.recipe["shape"] | {"further_dates": ["second_crs"]}
    return Given(source=_mixed(folder).source, data=given.data, recipe={"shape": shape})


CASES = (
    Case(
        number="B41",
        response="Q",
        codes=("rows_long_or_wide",),
        make=_long,
        answered=_answered,
    ),
    Case(
        number="B41 mixed",
        response="Q",
        codes=("rows_long_or_wide",),
        make=_mixed,
        answered=_mixed_answered,
    ),
)
