"""One row a patient, or one row an operation? Asked when patients stand in several rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.guess import known_id, role_of_header, words_of
from timezero.intake.known_columns import is_of_a_person, repeated_in_a_centre
from timezero.intake.step import Step
from timezero.intake.tables import Column
from timezero.intake.times import read_moments
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart

SHARE_OF_DATES: Final = 0.5


def _run(bench: Bench) -> None:
    if bench.shape is not None or bench.key == "history":
        return
    if bench.data.layout == "counting_process":
        return
    column = _id_column(bench)
    if column is None:
        return
    again = repeated_in_a_centre(bench, column)
    if not again.any() or _is_counting_process(bench):
        return
    patient = _numbers(column)
    differing = {c.name: _differs(c, patient) for c in _may_be_operations(bench, column)}
    dates = [name for name, rows in differing.items() if rows.any()]
    if not dates:
        return
    several = np.zeros(int(patient.max()) + 1, dtype=np.bool_)
    for name in dates:
        several[patient[differing[name]]] = True
    again &= several[patient]
    n_patients = column.text.filter(again.tolist()).n_unique()
    named = ", ".join(dates[:5])
    bench.ask(
        "rows_long_or_wide",
        f"{counted(n_patients, 'patient')} in several rows, with different dates ({named}): is a "
        "row a patient, or an operation?",
        key=("shape", "kind"),
        column=column,
        mask=again,
        options=(
            Option(
                value="one_row_per_operation",
                words="a row is an operation: the first and the second treatment of a patient are "
                "found by their dates",
            ),
            Option(
                value="one_row_per_patient",
                words="a row is a patient: the repeated rows are mistakes, and will be refused",
            ),
        ),
        default="one_row_per_operation" if _all_repeat(again) else None,
    )


def _id_column(bench: Bench) -> Column | None:
    if bench.data.id is not None:
        named = [c for c in bench.table.columns if c.name == bench.data.id]
        return named[0] if named else None
    return known_id(bench.table)


def _all_repeat(again: Bools) -> bool:
    return bool(again.mean() > 0.5)


def _is_counting_process(bench: Bench) -> bool:
    names = {words_of(c.name) for c in bench.table.columns}
    return {"start", "stop"} <= names or {"tstart", "tstop"} <= names or {"entry", "exit"} <= names


def _may_be_operations(bench: Bench, ids: Column) -> list[Column]:
    """Return the columns that may hold dates of operations: time zero, where that is said."""
    if bench.table.has(str(bench.data.time_zero)):
        return [bench.table.column(str(bench.data.time_zero))]
    return [
        column
        for column in bench.table.columns
        if column is not ids
        and not is_of_a_person(bench, column)
        and role_of_header(column.name) != "exit"
        and column.name != bench.data.exit
    ]


def _differs(column: Column, patient: Ints) -> Bools:
    """Return the rows with another date than the last row of the same patient."""
    moments = read_moments(column, DataPart())
    dated = ~np.isnan(moments.days) | moments.ambiguous
    present = ~moments.missing
    if not present.any() or dated.sum() < SHARE_OF_DATES * present.sum():
        return np.zeros(patient.size, dtype=np.bool_)
    texts = column.text.fill_null("")
    last = np.zeros(int(patient.max()) + 1, dtype=np.int64)
    last[patient] = np.arange(patient.size)
    other = np.asarray((texts != texts.gather(last[patient])).to_numpy(), dtype=np.bool_)
    return other & present & present[last[patient]]


def _numbers(ids: Column) -> Ints:
    return np.asarray(ids.text.fill_null("").rank("dense").to_numpy(), dtype=np.int64) - 1


STEP = Step(order=195, title="One row a patient, or an operation", run=_run)
