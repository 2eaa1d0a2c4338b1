"""The courses of perfusions, from a table with one row a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import InputRefused
from timezero.findings import Finding
from timezero.intake.draft import Draft
from timezero.intake.measurements import study_folder
from timezero.intake.perfusion_columns import (
    NUMBERS,
    READINGS,
    PerfusionColumns,
    perfusion_columns,
    refuse_problems,
    used_columns,
)
from timezero.intake.perfusion_doubts import doubts_of, doubts_of_courses
from timezero.intake.perfusion_heat import heat_of
from timezero.intake.record_columns import RecordColumns, record_columns
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.model.cohort import Cohort
from timezero.model.perfusion import Perfusion, Phase
from timezero.model.protocol import Protocol
from timezero.model.recipe import Recipe
from timezero.provenance import digest_of

CALLED: Final = "perfusion"
MOST_PROCEDURES: Final = 20
PHASES: Final = {
    "fill": "fill",
    "filling": "fill",
    "circulate": "circulate",
    "circulation": "circulate",
    "circulating": "circulate",
    "perfusion": "circulate",
    "drain": "drain",
    "drainage": "drain",
    "draining": "drain",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """The rows of the table of perfusions, read and not yet judged.

    Parameters
    ----------
    table : Table
    columns : PerfusionColumns
    patient : (n,) int64
        Index in the registry; -1 when there is no such patient.
    procedure : (n,) int64
        From 1; 1 without such a column, 0 where it is no whole number from 1.
    numbers : dict of str to (n,) float64
        By part; NaN where nothing is recorded or no number could be read.
    absent : dict of str to (n,) bool
        By part, which cells are empty or mean 'not recorded'.
    phase : (n,) object
        ``fill``, ``circulate``, ``drain``; empty where none is recorded, None where the word is
        not known.
    order : (n,) int64
        Rows of known patients by patient and procedure, in the order of the file within each.
    """

    table: Table
    columns: PerfusionColumns
    patient: Ints
    procedure: Ints
    numbers: dict[str, Floats]
    absent: dict[str, Bools]
    phase: np.ndarray[tuple[int], np.dtype[np.object_]]
    order: Ints

    def groups(self) -> list[Ints]:
        """Return the rows of each perfusion."""
        if not self.order.size:
            return []
        patient, procedure = self.patient[self.order], self.procedure[self.order]
        new = np.flatnonzero((np.diff(patient) != 0) | (np.diff(procedure) != 0)) + 1
        return list(np.split(self.order, new))


def perfusion_source(protocol: Protocol, registry: Any, given: Any) -> Any:
    """Return the table of perfusions: as given, or the file that the protocol names, or None.

    Parameters
    ----------
    protocol : Protocol
    registry : path or data frame
        A relative ``data.perfusion_file`` is looked up from where the study file stands.
    given : path, data frame or None

    Raises
    ------
    InputRefused
        The protocol names a file, and the registry is a data frame.
    """
    named = protocol.data.perfusion_file
    if given is not None or named is None:
        return given
    if not isinstance(registry, str | Path):
        raise InputRefused(
            what="the registry is a data frame, so it is not known where the perfusions are",
            where="data.perfusion_file",
            mend="give them: read_cohort(frame, protocol, perfusions=...)",
            code="TZ-IN-25",
        )
    return study_folder(Path(registry), protocol.data.file) / named


def read_perfusions(
    source: Any, draft: Draft, *, recipe: Recipe | None = None, today: dt.date | None = None
) -> tuple[tuple[Perfusion, ...], tuple[Finding, ...]]:
    """Read the courses of perfusions and compute what follows from them.

    Parameters
    ----------
    source : path, data frame or None
        One row a moment of a perfusion; None when there are none.
    draft : Draft
        The registry.
    recipe : Recipe or None
        Its table is called ``perfusion``.
    today : date, optional

    Returns
    -------
    tuple
        The perfusions, by patient and procedure, and what was found. With an error among the
        findings there are no perfusions.

    Raises
    ------
    InputRefused
        Columns are missing, or the file is no table.
    """
    if source is None:
        return (), ()
    data = draft.protocol.data
    told = recipe or Recipe()
    # Dates beside the readings belong to operations: what a row is is known here.
    shape = told.shape.model_copy(update={"kind": "one_row_per_operation"})
    table = read_table(
        source,
        data=lambda read: used_columns(read, data),
        recipe=told.model_copy(update={"shape": shape}),
        called=CALLED,
        today=today,
    )
    columns = perfusion_columns(table, data)
    refuse_problems(table, columns)
    moments = _moments(table, columns, draft)
    doubts = doubts_of(moments, draft)
    findings = (*table.findings, *doubts)
    if any(finding.severity == "error" for finding in findings):
        return (), findings
    registry = record_columns(draft.table, data)
    found = tuple(_perfusion(moments, rows, registry) for rows in moments.groups())
    return found, (*findings, *doubts_of_courses(moments, found))


def with_perfusions(cohort: Cohort, perfusions: tuple[Perfusion, ...]) -> Cohort:
    """Return a cohort with courses of perfusions, which its digest then tells, too.

    Parameters
    ----------
    cohort : Cohort
    perfusions : tuple of Perfusion
        Without any, the cohort is returned as it is.
    """
    if not perfusions:
        return cohort
    parts = [cohort.digest.encode(), b"perfusions"]
    for p in perfusions:
        parts.append(repr((p.patient, p.procedure, p.phases, p.planned, p.recorded)).encode())
        for values in (p.minutes, p.inflow, p.outflow, p.abdomen, p.flow):
            same = np.where(np.isnan(values), np.nan, values + 0.0)
            parts.append(same.astype("<f8").tobytes())
    return replace(cohort, perfusions=perfusions, digest=digest_of(*parts))


def _moments(table: Table, columns: PerfusionColumns, draft: Draft) -> Moments:
    data = draft.protocol.data
    cells = RecordColumns(table=table, data=data, columns={}, items={})
    n = int(table.rows.size)
    numbers: dict[str, Floats] = {}
    absent: dict[str, Bools] = {}
    for part in NUMBERS:
        column = columns.column(table, part)
        if column is not None:
            numbers[part] = cells.numbers(column)
            absent[part] = column.missing(data.missing)
    ids = table.column(columns.by_part["patient"])
    place: dict[str, int] = {}
    for k, text in enumerate(draft.ids.text.to_list()):
        place.setdefault(str(text), k)
    patient = np.array([place.get(str(text), -1) for text in ids.text.to_list()], dtype=np.int64)
    number = numbers.get("procedure", np.ones(n))
    sound = (number >= 1.0) & (number <= MOST_PROCEDURES) & (number == np.floor(number))
    procedure = np.where(sound, number, 0.0).astype(np.int64)
    known = np.flatnonzero(patient >= 0)
    by_procedure = np.lexsort((procedure[known], patient[known]))
    return Moments(
        table=table,
        columns=columns,
        patient=patient,
        procedure=procedure,
        numbers=numbers,
        absent=absent,
        phase=_phases_said(cells, columns, n),
        order=known[by_procedure].astype(np.int64),
    )


def _phases_said(
    cells: RecordColumns, columns: PerfusionColumns, n: int
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    column = columns.column(cells.table, "phase")
    said: list[str | None] = [""] * n
    if column is not None:
        words = cells.words(column).to_list()
        said = ["" if word is None else PHASES.get(word) for word in words]
    return np.array(said, dtype=object)


def _perfusion(moments: Moments, rows: Ints, registry: RecordColumns) -> Perfusion:
    minutes = moments.numbers["minute"][rows]
    nothing = np.full(rows.size, np.nan)
    readings = {
        part: moments.numbers[part][rows] if part in moments.numbers else nothing
        for part in READINGS
    }
    patient, procedure = int(moments.patient[rows[0]]), int(moments.procedure[rows[0]])
    phases = _runs(minutes, moments.phase[rows])
    stated = {
        part: _stated(moments, rows, part, _of_registry(registry, key, patient, procedure))
        for part, key in (("planned", "minutes_planned"), ("recorded", "minutes_done"))
    }
    spans = [end - start for start, end, name in phases if name == "circulate"]
    bare = Perfusion(
        patient=patient,
        procedure=procedure,
        minutes=minutes,
        phases=phases,
        circulated=sum(spans) if spans else float("nan"),
        inflow=readings["inflow"],
        outflow=readings["outflow"],
        abdomen=readings["abdomen"],
        flow=readings["flow"],
        planned=stated["planned"],
        recorded=stated["recorded"],
    )
    return replace(bare, heat=heat_of(bare))


def _runs(minutes: Floats, said: np.ndarray[tuple[int], np.dtype[np.object_]]) -> tuple[Phase, ...]:
    """Return each stretch of one phase, which lasts until the first row of the next."""
    starts = [0, *(k for k in range(1, said.size) if said[k] != said[k - 1])]
    ends = [*starts[1:], said.size - 1]
    return tuple(
        cast("Phase", (float(minutes[a]), float(minutes[b]), said[a]))
        for a, b in zip(starts, ends, strict=True)
        if said[a] and minutes[b] > minutes[a]
    )


def _stated(moments: Moments, rows: Ints, part: str, otherwise: float) -> float:
    """Return what all rows of a perfusion say, else what the registry says."""
    if part not in moments.numbers:
        return otherwise
    given = np.unique(moments.numbers[part][rows])
    known = given[~np.isnan(given)]
    return float(known[0]) if known.size == 1 else otherwise


def _of_registry(registry: RecordColumns, key: str, patient: int, procedure: int) -> float:
    column = registry.columns.get((key, procedure))
    return float("nan") if column is None else float(registry.numbers(column)[patient])
