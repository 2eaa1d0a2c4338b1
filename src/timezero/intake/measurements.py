"""Values measured after time zero: from a second table, or from counting-process rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import InputRefused
from timezero.intake.counting_rows import CountingRows
from timezero.intake.covariates import CovariateCells, read_covariate
from timezero.intake.tables import Column, Table
from timezero.intake.times import Moments, read_moments
from timezero.model.cohort import History
from timezero.model.protocol import DataPart, Protocol


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurements:
    """Measurements as they stand in their table, not yet judged.

    Parameters
    ----------
    table : Table
    ids : Column
    patient : (n_rows,) int64
        Index of the patient in the registry; -1 when there is no such patient.
    id_missing : (n_rows,) bool
    moments : Moments
    columns : tuple of CovariateCells
        One a history, in the order of ``data.history``.
    """

    table: Table
    ids: Column
    patient: Ints
    id_missing: Bools
    moments: Moments
    columns: tuple[CovariateCells, ...]

    @property
    def holds_value(self) -> Bools:
        """Which rows hold a value of at least one history."""
        holds = np.zeros(self.patient.size, dtype=np.bool_)
        for cells in self.columns:
            holds |= ~cells.missing
        return holds


def history_source(protocol: Protocol, registry: Any, given: Any) -> Any:
    """Return the second table: as given, or the file that the protocol names; None without one.

    The file is looked up from where the study file stands, which is known from where its registry
    was found.

    Parameters
    ----------
    protocol : Protocol
    registry : path or data frame
    given : path, data frame or None

    Raises
    ------
    InputRefused
        The protocol names a file, and the registry is a data frame.
    """
    named = protocol.data.history_file
    if given is not None or named is None:
        return given
    if not isinstance(registry, str | Path):
        raise InputRefused(
            what="the registry is a data frame, so it is not known where the second table is",
            where="data.history_file",
            mend="give it: read_cohort(frame, protocol, histories=...)",
            code="TZ-IN-25",
        )
    return study_folder(Path(registry), protocol.data.file) / named


def study_folder(registry: Path, named: str | None) -> Path:
    """Return where a study file stands, from where its registry was found.

    Parameters
    ----------
    registry : Path
    named : str or None
        What the study file calls the registry: ``data.file``.
    """
    if named is None:
        return registry.parent
    steps = [part for part in Path(named).parts if part != "."]
    if Path(named).is_absolute() or tuple(registry.parts[-len(steps) :]) != tuple(steps):
        return registry.parent
    folder = registry
    for _ in steps:
        folder = folder.parent
    return folder


def read_measurements(table: Table, data: DataPart, patients: Column) -> Measurements:
    """Read the second table.

    Parameters
    ----------
    table : Table
    data : DataPart
        Names ``history_time``, ``history`` and, where it differs from ``id``, ``history_id``.
    patients : Column
        The identifiers of the registry.
    """
    ids = table.column(data.history_id or str(data.id))
    place: dict[str, int] = {}
    for k, text in enumerate(patients.text.to_list()):
        place.setdefault(str(text), k)
    missing = ids.missing(data.missing)
    found = [place.get(str(text), -1) for text in ids.text.to_list()]
    return Measurements(
        table=table,
        ids=ids,
        patient=np.where(missing, -1, np.array(found, dtype=np.int64)),
        id_missing=missing,
        moments=read_moments(table.column(str(data.history_time)), data),
        columns=_columns(table, data),
    )


def measurements_in_rows(rows: CountingRows, data: DataPart) -> Measurements:
    """Take the values that change from counting-process rows: each measured as its row begins."""
    ids = rows.table.column(str(data.id))
    return Measurements(
        table=rows.table,
        ids=ids,
        patient=rows.patient,
        id_missing=ids.missing(data.missing),
        moments=rows.entry,
        columns=_columns(rows.table, data),
    )


def _columns(table: Table, data: DataPart) -> tuple[CovariateCells, ...]:
    return tuple(read_covariate(table.column(name), data) for name in dict.fromkeys(data.history))


def histories_of(
    measured: Measurements, time: Floats, leave: Floats, maximum_age: dict[str, float]
) -> tuple[History, ...]:
    """Return the histories that enter the cohort: known patients, known times, until the exit.

    Parameters
    ----------
    measured : Measurements
    time : (n_rows,) float64
        From time zero, in the declared unit.
    leave : (n_patients,) float64
        The exits.
    maximum_age : dict of str to float
    """
    return tuple(
        _history(cells, measured.patient, time, leave, maximum_age=maximum_age)
        for cells in measured.columns
    )


def _history(
    cells: CovariateCells,
    patient: Ints,
    time: Floats,
    leave: Floats,
    *,
    maximum_age: dict[str, float],
) -> History:
    kept = (patient >= 0) & ~np.isnan(time) & ~cells.missing & (time <= leave[patient])
    rows = np.flatnonzero(kept)
    rows = rows[np.lexsort((time[rows], patient[rows]))]
    again = np.zeros(rows.size, dtype=np.bool_)
    again[1:] = (np.diff(patient[rows]) == 0) & (np.diff(time[rows]) == 0.0)
    rows = rows[~again]
    covariate = cells.covariate
    return History(
        name=covariate.name,
        kind=covariate.kind,
        patient=patient[rows],
        time=time[rows],
        values=covariate.values[rows],
        levels=covariate.levels,
        maximum_age=maximum_age.get(covariate.name, float("inf")),
    )
