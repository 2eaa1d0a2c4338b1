"""Counting-process rows: several rows a patient, each on (entry, exit], made one row a patient."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.conventions import NEAR_TIE
from timezero.intake.events import EventCells, read_event, same_value
from timezero.intake.tables import EMPTY, Column, Table
from timezero.intake.times import Moments, read_moments
from timezero.model.protocol import DataPart

NEVER_CHANGES = ("time_zero", "trigger", "centre", "negative_control")
FROM_FIRST_TREATED = "entry of the first treated row"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountingRows:
    """The rows of a table as they stand, with what each says.

    Parameters
    ----------
    table : Table
    entry, exit : Moments
    event : EventCells
    treated_column : Column
    treated : (n_rows,) float64
        1, 0, or NaN where the cell says neither.
    patient : (n_rows,) int64
        Number of the row's patient, in the order in which patients first appear.
    order : (n_rows,) int64
        Rows patient by patient, in order of time.
    first : (n_patients + 1,) int64
        Where in ``order`` the rows of each patient begin.
    previous : (n_rows,) int64
        The row before, of the same patient; -1 for a first row.
    unchanging : tuple of Column
        Columns that say one thing of each patient.
    """

    table: Table
    entry: Moments
    exit: Moments
    event: EventCells
    treated_column: Column
    treated: Floats
    patient: Ints
    order: Ints
    first: Ints
    previous: Ints
    unchanging: tuple[Column, ...]

    @property
    def is_first(self) -> Bools:
        """Which rows are the first of their patient."""
        return self.previous < 0

    @property
    def is_last(self) -> Bools:
        """Which rows are the last of their patient."""
        last = np.ones(self.patient.size, dtype=np.bool_)
        last[self.previous[self.previous >= 0]] = False
        return last

    @property
    def step(self) -> Floats:
        """Return how far each row begins after the row before ends; 0 for near ties and firsts."""
        begin, end = when(self.entry), when(self.exit)
        step = np.where(self.is_first, 0.0, begin - end[self.previous])
        scale = np.maximum(np.abs(begin), np.abs(end[self.previous]))
        return np.where(np.abs(step) <= NEAR_TIE * scale, 0.0, step)

    @property
    def changes_treatment(self) -> Bools:
        """Which rows say another thing of the treatment than the row before."""
        before = self.treated[self.previous]
        known = ~self.is_first & ~np.isnan(before) & ~np.isnan(self.treated)
        return known & (self.treated != before)


def when(moments: Moments) -> Floats:
    """Return the number, or the day, that each cell holds."""
    return np.where(np.isnan(moments.numbers), moments.days, moments.numbers)


def read_rows(table: Table, data: DataPart) -> CountingRows:
    """Read counting-process rows.

    Parameters
    ----------
    table : Table
    data : DataPart
        Names ``id``, ``entry``, ``exit``, ``event`` and ``treated``.
    """
    entry = read_moments(table.column(str(data.entry)), data)
    leave = read_moments(table.column(str(data.exit)), data)
    patient = _patients(table.column(str(data.id)))
    order = np.lexsort((when(leave), when(entry), patient))
    sorted_patient = patient[order]
    starts = np.flatnonzero(np.diff(sorted_patient, prepend=-1))
    previous = np.full(patient.size, -1, dtype=np.int64)
    previous[order[1:]] = np.where(np.diff(sorted_patient) == 0, order[:-1], -1)
    named = [name for role in NEVER_CHANGES if (name := getattr(data, role)) is not None]
    named += [*data.covariates, *data.covariate_dates.values()]
    treated = table.column(str(data.treated))
    return CountingRows(
        table=table,
        entry=entry,
        exit=leave,
        event=read_event(table.column(str(data.event)), data),
        treated_column=treated,
        treated=_yes_or_no(treated),
        patient=patient,
        order=order.astype(np.int64),
        first=np.append(starts, patient.size).astype(np.int64),
        previous=previous,
        unchanging=tuple(table.column(name) for name in dict.fromkeys(named)),
    )


def _patients(ids: Column) -> Ints:
    texts = np.asarray(ids.text.fill_null("").to_list(), dtype=str)
    _, first, inverse = np.unique(texts, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse.ravel()]


def _yes_or_no(column: Column) -> Floats:
    meaning = {"1": 1.0, "true": 1.0, "0": 0.0, "false": 0.0}
    texts = column.text.fill_null("").to_list()
    return np.array([meaning.get(same_value(text), np.nan) for text in texts])


def one_row_each(rows: CountingRows, data: DataPart) -> tuple[Table, DataPart]:
    """Return one row a patient, and the roles of its columns.

    What never changes and the entry come from a patient's first row, exit and event from the last
    one; treatment begins where the first treated row does. A row is numbered like the patient's
    first one.

    Parameters
    ----------
    rows : CountingRows
    data : DataPart
    """
    first, last = rows.order[rows.first[:-1]], rows.order[rows.first[1:] - 1]
    ends = {data.exit, data.event}
    columns = [
        _picked(column, last if column.name in ends else first) for column in rows.table.columns
    ]
    table = rows.table
    return replace(
        table,
        name=f"{table.name} (one row a patient, numbered like the patient's first row)",
        columns=(*columns, _initiation(rows)),
        rows=table.rows[first],
    ), data.model_copy(update={"initiation": FROM_FIRST_TREATED})


def _initiation(rows: CountingRows) -> Column:
    """Return a column with the entry of each patient's first treated row."""
    n_patients = rows.first.size - 1
    treated = rows.order[rows.treated[rows.order] == 1.0]
    whose, at = np.unique(rows.patient[treated], return_index=True)
    source = np.zeros(n_patients, dtype=np.int64)
    source[whose] = treated[at]
    never = np.ones(n_patients, dtype=np.bool_)
    never[whose] = False
    column = _picked(rows.entry.column, source)
    return replace(
        column,
        name=FROM_FIRST_TREATED,
        text=column.text.scatter(np.flatnonzero(never), None),
        kinds=np.where(never, EMPTY, column.kinds).astype(np.int8),
        numbers=np.where(never, np.nan, column.numbers),
        days=np.where(never, np.nan, column.days),
    )


def _picked(column: Column, which: Ints) -> Column:
    return replace(
        column,
        letter="",
        text=column.text.gather(which),
        kinds=column.kinds[which],
        numbers=column.numbers[which],
        days=column.days[which],
    )
