"""Which columns of a table of perfusions hold what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.known_items import known_item
from timezero.intake.tables import Column, Table
from timezero.model.perfusion import Sensor
from timezero.model.protocol import DataPart

CODE: Final = "perfusion_columns"
PARTS: Final = {
    "series_minute": "minute",
    "series_phase": "phase",
    "series_inflow_temperature": "inflow",
    "series_outflow_temperature": "outflow",
    "series_abdomen_temperature": "abdomen",
    "series_flow": "flow",
    "inflow_temperature": "inflow",
    "outflow_temperature": "outflow",
    "abdominal_temperature": "abdomen",
    "flow": "flow",
    "procedure_number": "procedure",
    "minutes_planned": "planned",
    "minutes_done": "recorded",
    "study_id": "patient",
}
SENSORS: Final[tuple[Sensor, ...]] = ("inflow", "outflow", "abdomen")
READINGS: Final = (*SENSORS, "flow")
NUMBERS: Final = ("minute", *READINGS, "procedure", "planned", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerfusionColumns:
    """The columns of a table of perfusions, by the part they play.

    Parameters
    ----------
    by_part : dict of str to str
        Header by part: patient, procedure, minute, phase, inflow, outflow, abdomen, flow, planned,
        recorded.
    problems : tuple of Finding
        Parts that are missing, or that two columns may play.
    """

    by_part: dict[str, str]
    problems: tuple[Finding, ...]

    def column(self, table: Table, part: str) -> Column | None:
        """Return the column that plays a part.

        Parameters
        ----------
        table : Table
        part : str
        """
        return table.column(self.by_part[part]) if part in self.by_part else None


def perfusion_columns(table: Table, data: DataPart) -> PerfusionColumns:
    """Recognise the columns of a table of perfusions by the aliases of the dictionary.

    Parameters
    ----------
    table : Table
    data : DataPart
        Of the study: ``id`` names the patient here, too, if there is such a column.
    """
    found: dict[str, list[str]] = {}
    for column in table.columns:
        known = known_item(column.name)
        part = None if known is None else PARTS.get(known.item.key)
        if part is not None:
            found.setdefault(part, []).append(column.name)
    if data.id is not None and table.has(data.id):
        found["patient"] = [table.column(data.id).name]
    problems = [
        _problem(table, f"{' and '.join(names)} may both be the {part}", "rename one of them")
        for part, names in found.items()
        if len(names) > 1
    ]
    if "patient" not in found:
        what, mend = "no column holds the patient", f"call it {data.id or 'study_id'}"
        problems.append(_problem(table, what, f"{mend}, as in the registry"))
    if "minute" not in found:
        what = "no column holds the minute of a reading"
        problems.append(_problem(table, what, "call it series_minute or minute"))
    if not any(part in found for part in READINGS):
        what = "no column holds a temperature or a flow"
        mend = "call them inflow temperature, outflow temperature, abdominal temperature, flow"
        problems.append(_problem(table, what, mend))
    return PerfusionColumns(
        by_part={part: names[0] for part, names in found.items()}, problems=tuple(problems)
    )


def used_columns(table: Table, data: DataPart) -> DataPart:
    """Return which columns are used, so that their cells are read like those of the registry.

    Parameters
    ----------
    table : Table
    data : DataPart
        Of the study.
    """
    named = perfusion_columns(table, data).by_part
    return DataPart(
        id=named.get("patient"),
        history_time=named.get("minute"),
        history=tuple(name for part, name in named.items() if part not in {"patient", "minute"}),
        missing=data.missing,
        decimal_comma=data.decimal_comma,
    )


def refuse_problems(table: Table, columns: PerfusionColumns) -> None:
    """Stop when it is not known what the columns hold.

    Parameters
    ----------
    table : Table
    columns : PerfusionColumns

    Raises
    ------
    InputRefused
        All problems at once.
    """
    if columns.problems:
        raise InputRefused(
            what="; ".join(problem.what for problem in columns.problems),
            where=f"{table.name}; data.perfusion_file",
            mend="; ".join(problem.mend for problem in columns.problems),
            code="TZ-PER-01",
            findings=(*table.findings, *columns.problems),
        )


def _problem(table: Table, what: str, mend: str) -> Finding:
    return Finding(
        code=CODE, severity=Severity.ERROR, what=what, where=f"{table.name}, header", mend=mend
    )
