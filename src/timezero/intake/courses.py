"""Tables with one row an operation, made one row a patient."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Floats, Ints
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.course_columns import (
    appended,
    at_rows,
    count_column,
    date_column,
    from_last_contact,
    numbered,
)
from timezero.intake.course_questions import (
    ask_aborted_first,
    further_operations,
    kinds_of,
    planned_of,
    raise_unknown_date,
    raise_unknown_id,
)
from timezero.intake.episodes import Episodes, Kind, Place, episodes_of
from timezero.intake.guess import known_id
from timezero.intake.plausible import implausible
from timezero.intake.sources import read_table
from timezero.intake.tables import EVIDENCE_LIMIT, Column, Table
from timezero.intake.wording import counted
from timezero.model.cohort import AttritionStep
from timezero.model.protocol import DataPart
from timezero.model.recipe import ONLY_TABLE, Recipe, ShapePart
from timezero.provenance import digest_of

PARTS: Final = ("operations", "patients", "follow_up", "recurrences")
FIRST: Final = "first_treatment"
SECOND: Final = "second_treatment"
ORDINALS: Final = (FIRST, SECOND, "third_treatment", "fourth_treatment", "fifth_treatment")
N_TREATMENTS: Final = "n_treatments"
N_ABORTED: Final = "n_aborted"
RECURRENCE: Final = "first_recurrence"
NO_ROWS: Final = "TZ-IN-05"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Operations:
    table: Table
    patient: Ints
    day: Floats
    episodes: Episodes
    findings: list[Finding]


def registry_table(
    source: Any, data: DataPart, recipe: Recipe | None, *, today: dt.date | None = None
) -> Table:
    """Return the registry as one row a patient, whatever its files look like.

    Parameters
    ----------
    source : path or data frame
        The registry; other tables of the recipe lie beside it.
    data : DataPart
    recipe : Recipe or None
    today : date, optional
        No date can be later.

    Raises
    ------
    InputRefused
        A file is no table, or the tables do not fit together.
    """
    if recipe is None or recipe.shape.kind != "one_row_per_operation":
        return read_table(source, sheet=data.sheet, data=data, recipe=recipe, today=today)
    return _courses(_Given(source=source, data=data, recipe=recipe, today=today))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    source: Any
    data: DataPart
    recipe: Recipe
    today: dt.date | None


def _courses(given: _Given) -> Table:
    shape, data = given.recipe.shape, given.data
    named = {part: name for part in PARTS if (name := getattr(shape, part)) is not None}
    named.setdefault("operations", ONLY_TABLE)
    tables, none = _read_all(given, named)
    named = {part: name for part, name in named.items() if part in tables}
    ids = {part: _id_column(tables[part], name, data, shape) for part, name in named.items()}
    who = numbered(ids, tables)
    operations = _operations(tables["operations"], who.of["operations"], shape)
    operations.findings.extend(implausible(tables["operations"], data))
    n = len(who.names)
    columns: list[Column] = [who.column]
    findings = [*none, *(f for table in tables.values() for f in table.findings)]
    findings += operations.findings
    if "patients" in tables:
        columns += appended(tables["patients"], who.of["patients"], n, findings, taken=columns)
    else:
        ends = who.of["operations"]
        columns += from_last_contact(tables["operations"], ends, n, data=data, findings=findings)
    columns += _of_operations(operations, n, taken=columns)
    if "follow_up" in tables:
        columns += _last_contact(tables["follow_up"], who.of["follow_up"], n, shape)
    if "recurrences" in tables:
        columns.append(_first_recurrence(tables["recurrences"], who.of["recurrences"], n, shape))
    elif none:
        columns.append(date_column(RECURRENCE, np.full(1, np.nan), np.full(n, -1, dtype=np.int64)))
    main = "patients" if "patients" in tables else "operations"
    first = np.unique(who.of[main], return_index=True)[1]
    table = _joined(tables, columns, tables[main].rows[first], findings)
    return _treated_only(table, operations, who.names)


def _read(given: _Given, part: str, name: str) -> Table:
    told, source = given.recipe.table(name), given.source
    place = source
    if told.file is not None:
        if not isinstance(source, str | Path):
            raise InputRefused(
                what="the registry is a data frame, so it is not known where its other tables are",
                where=f"tables.{name}.file",
                mend="give the path of the registry",
                code="TZ-IN-25",
            )
        place = Path(source).parent / told.file
    uses = _uses(given.data, given.recipe.shape, part, name)
    return read_table(place, data=uses, recipe=given.recipe, called=name, today=given.today)


def _read_all(given: _Given, named: dict[str, str]) -> tuple[dict[str, Table], list[Finding]]:
    """Read every table; one of recurrences may have no row yet, which is told."""
    tables: dict[str, Table] = {}
    none: list[Finding] = []
    for part, name in named.items():
        try:
            tables[part] = _read(given, part, name)
        except InputRefused as refusal:
            if part != "recurrences" or refusal.code != NO_ROWS:
                raise
            what = "the table of recurrences has no rows: nobody has one"
            none.append(
                Finding(
                    code="recurrences_none",
                    severity=Severity.WARNING,
                    what=what,
                    where=refusal.where,
                    mend="fill it in, or leave shape.recurrences and data.trigger out",
                )
            )
    return tables, none


def _uses(data: DataPart, shape: ShapePart, part: str, name: str) -> Any:
    """Return which columns of a table are used, once its columns are known."""
    own: dict[str, str | None] = {}
    if part == "operations":
        own = {"time_zero": shape.operation_date}
    elif part == "recurrences":
        own = {"trigger": shape.recurrence_date}
    elif part == "follow_up":
        own = {"exit": shape.contact_date, "event": shape.status}

    def uses(table: Table) -> DataPart:
        def there(column: str | None) -> str | None:
            return column if column in table.names else None

        kept: dict[str, Any] = {
            "missing": data.missing,
            "date_format": data.date_format,
            "decimal_comma": data.decimal_comma,
            "unit": data.unit,
            "event_value": data.event_value,
            "censored_value": data.censored_value,
            "competing_value": data.competing_value,
            "id": there(shape.patient_id.get(name)) or there(data.id),
            "covariates": tuple(c for c in data.covariates if c in table.names),
        }
        for role in ("exit", "event", "death", "birth", "trigger", "sex", "diagnosis", "centre"):
            kept[role] = there(getattr(data, role))
        kept |= {role: there(column) for role, column in own.items() if column is not None}
        return DataPart.model_validate(kept)

    return uses


def _id_column(table: Table, name: str, data: DataPart, shape: ShapePart) -> Column:
    said = shape.patient_id.get(name)
    if said is None and data.id in table.names:
        said = data.id
    column = known_id(table) if said is None else table.column(said)
    if column is None:
        raise_unknown_id(table, name)
    return column


def _operations(table: Table, patient: Ints, shape: ShapePart) -> _Operations:
    if shape.operation_date is None:
        raise_unknown_date(table, "operation_date", "an operation")
    findings: list[Finding] = []
    date = table.column(shape.operation_date)
    _refuse_undated(table, date)
    kind, planned = kinds_of(table, shape, findings), planned_of(table, shape)
    more = further_operations(table, patient, date, shape=shape, findings=findings)
    days = np.concatenate([date.days, more.day])
    patients = np.concatenate([patient, more.patient])
    none = np.zeros(more.day.size, dtype=np.int8)
    kind, planned = np.concatenate([kind, none]), np.concatenate([planned, none == 1])
    episodes = episodes_of(
        patients,
        days,
        kind=kind,
        planned=planned,
        minimum_interval=shape.minimum_interval or 0.0,
        aborted_first=_aborted_first(
            table,
            patient,
            date.days,
            kind[: patient.size],
            shape=shape,
            findings=findings,
        ),
    )
    findings += _told(table, date, episodes)
    return _Operations(
        table=table, patient=patients, day=days, episodes=episodes, findings=findings
    )


def _refuse_undated(table: Table, date: Column) -> None:
    undated = np.isnan(date.days)
    if undated.any():
        raise InputRefused(
            what=f"no date in {counted(undated, 'operation')}",
            where=table.where(date, undated),
            mend="fill in the dates of operations; one without a date cannot be put in order",
            code="TZ-IN-36",
            findings=(
                Finding(
                    code="operation_undated",
                    severity=Severity.ERROR,
                    what=f"no date in {counted(undated, 'operation')}",
                    where=table.where(date, undated),
                    evidence=table.evidence(date, undated),
                    mend="fill in the dates of operations",
                    n_rows=int(undated.sum()),
                ),
            ),
        )


def _aborted_first(
    table: Table,
    patient: Ints,
    day: Floats,
    kind: NDArray[np.int8],
    *,
    shape: ShapePart,
    findings: list[Finding],
) -> Literal["time_zero", "not_counted"]:
    first = np.zeros(patient.size, dtype=np.bool_)
    order = np.lexsort((day, patient))
    first[order[np.flatnonzero(np.diff(patient[order], prepend=-1))]] = True
    concerned = first & (kind == Kind.ABORTED)
    if shape.aborted_first is None and concerned.any():
        findings.append(ask_aborted_first(table, concerned))
    return shape.aborted_first or "not_counted"


def _told(table: Table, date: Column, episodes: Episodes) -> list[Finding]:
    words = {
        Place.ABORTED: "aborted: kept as such, and no treatment of its own",
        Place.OTHER: "of another kind, left aside",
        Place.PLANNED_STAGE: "planned stage of a treatment that had begun, and no repeat",
        Place.SAME_TREATMENT: "so soon after the one before that it belongs to it",
    }
    found: list[Finding] = []
    for place, what in words.items():
        mask = episodes.place[: int(table.rows.size)] == place
        if mask.any():
            found.append(
                Finding(
                    code="operation_not_counted",
                    severity=Severity.WARNING,
                    what=f"{counted(mask, 'operation')} {what}",
                    where=table.where(date, mask),
                    evidence=table.evidence(date, mask)[:EVIDENCE_LIMIT],
                    n_rows=int(mask.sum()),
                )
            )
    return found


def _of_operations(operations: _Operations, n: int, taken: Sequence[Column]) -> list[Column]:
    """Return the dates of the treatments, how many there were, and what was recorded at each."""
    ordinal, patient = operations.episodes.ordinal, operations.patient
    most = min(int(ordinal.max(initial=0)), len(ORDINALS))
    columns: list[Column] = []
    names = {column.name for column in taken}
    for k in range(1, max(most, 2) + 1):
        rows = np.full(n, -1, dtype=np.int64)
        rows[patient[ordinal == k]] = np.flatnonzero(ordinal == k)
        columns.append(date_column(ORDINALS[k - 1], operations.day, rows))
        rows = np.where(rows < operations.table.rows.size, rows, -1)
        for column in operations.table.columns:
            name = column.name if k == 1 else f"{column.name} (treatment {k})"
            if name not in names:
                columns.append(at_rows(column, rows, name))
    aborted = operations.episodes.place == Place.ABORTED
    totals = np.bincount(patient[ordinal > 0], minlength=n)
    columns.append(count_column(N_TREATMENTS, totals))
    columns.append(count_column(N_ABORTED, np.bincount(patient[aborted], minlength=n)))
    return columns


def _last_contact(table: Table, patient: Ints, n: int, shape: ShapePart) -> list[Column]:
    """Return the last contact of each patient, and what was recorded then."""
    if shape.contact_date is None:
        raise_unknown_date(table, "contact_date", "a contact")
    day = table.column(shape.contact_date).days
    order = np.lexsort((np.nan_to_num(day, nan=-np.inf), patient))
    rows = np.full(n, -1, dtype=np.int64)
    rows[patient[order]] = order
    ids = shape.patient_id.values()
    return [at_rows(c, rows, c.name) for c in table.columns if c.name not in ids]


def _first_recurrence(table: Table, patient: Ints, n: int, shape: ShapePart) -> Column:
    if shape.recurrence_date is None:
        raise_unknown_date(table, "recurrence_date", "a recurrence")
    day = table.column(shape.recurrence_date).days
    order = np.lexsort((-np.nan_to_num(day, nan=np.inf), patient))
    rows = np.full(n, -1, dtype=np.int64)
    rows[patient[order]] = order
    rows[(rows >= 0) & np.isnan(day[np.maximum(rows, 0)])] = -1
    return date_column(RECURRENCE, day, rows)


def _joined(
    tables: dict[str, Table], columns: list[Column], rows: Ints, findings: list[Finding]
) -> Table:
    """Put the columns together; a row is numbered like the patient's first one in the file."""
    main = tables.get("patients", tables["operations"])
    unique = {column.name: column for column in columns}
    return Table(
        name=f"{main.name} (one row a patient)",
        columns=tuple(unique.values()),
        rows=rows,
        n_read=int(rows.size),
        findings=tuple(findings),
        changes=tuple(change for table in tables.values() for change in table.changes),
        attrition=(),
        digest=digest_of(*(table.digest.encode() for table in tables.values())),
    )


def _treated_only(table: Table, operations: _Operations, names: tuple[str, ...]) -> Table:
    """Leave out, and list, patients without any treatment that counts: they have no time zero."""
    treated = np.zeros(len(names), dtype=np.bool_)
    treated[operations.patient[operations.episodes.ordinal > 0]] = True
    if treated.all():
        return table
    gone = tuple(names[int(k)] for k in np.flatnonzero(~treated)[:EVIDENCE_LIMIT])
    reason = "no treatment that counts, therefore no time zero"
    finding = Finding(
        code="patient_without_treatment",
        severity=Severity.WARNING,
        what=f"left out: {counted(~treated, 'patient')} with {reason}",
        where=table.name,
        evidence=gone,
        n_rows=int((~treated).sum()),
    )
    kept = np.flatnonzero(treated)
    step = AttritionStep(
        step="patient_without_treatment",
        n_patients=int(kept.size),
        n_removed=int((~treated).sum()),
        reason=reason,
    )
    return dataclasses.replace(
        table,
        columns=tuple(at_rows(c, kept, c.name) for c in table.columns),
        rows=table.rows[kept],
        findings=(*table.findings, finding),
        attrition=(*table.attrition, step),
    )
