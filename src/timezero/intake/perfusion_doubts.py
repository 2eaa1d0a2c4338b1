"""What is wrong with a table of perfusions, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.perfusion_columns import SENSORS
from timezero.intake.plausibility.minutes_planned_and_done import LONGEST, SHORTEST
from timezero.intake.record_items import item
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted
from timezero.model.perfusion import Perfusion

if TYPE_CHECKING:
    from timezero.intake.perfusions import Moments

LIMITS: Final = {
    "minute": "series_minute",
    "inflow": "series_inflow_temperature",
    "outflow": "series_outflow_temperature",
    "abdomen": "series_abdomen_temperature",
    "flow": "series_flow",
}


def doubts_of(moments: Moments, draft: Draft) -> list[Finding]:
    """Find what keeps a table of perfusions from being used, and what is unusual in it.

    Parameters
    ----------
    moments : Moments
    draft : Draft
        The registry.
    """
    found = [*_of_patients(moments, draft), *_of_times(moments), *_of_numbers(moments)]
    return [*found, *_of_phases(moments)]


def doubts_of_courses(moments: Moments, perfusions: Sequence[Perfusion]) -> list[Finding]:
    """Find perfusions without thermal dose, and those far from the minutes planned.

    Parameters
    ----------
    moments : Moments
    perfusions : sequence of Perfusion
        In the order of ``moments.groups()``.
    """
    return [*_without_dose(moments, perfusions), *_not_as_planned(moments, perfusions)]


def _not_as_planned(moments: Moments, perfusions: Sequence[Perfusion]) -> Iterator[Finding]:
    said: dict[int, str] = {}
    for rows, perfusion in zip(moments.groups(), perfusions, strict=True):
        planned, done = perfusion.planned, perfusion.circulated
        if planned > 0.0 and (done < SHORTEST * planned or done > LONGEST * planned):
            said[int(rows[0])] = f"{done:g} of {planned:g} minutes"
    if said:
        n = counted(len(said), "perfusion")
        yield _of_courses(
            moments,
            "perfusion_not_as_planned",
            f"{n} circulated for less than {SHORTEST:.0%} or more than {LONGEST:.0%} of the "
            "minutes planned",
            said=said,
            mend="look up whether it was stopped early: its kind may be an aborted HIPEC",
        )


def _without_dose(moments: Moments, perfusions: Sequence[Perfusion]) -> Iterator[Finding]:
    for sensor in SENSORS:
        said = {
            int(rows[0]): heat.why_not
            for rows, perfusion in zip(moments.groups(), perfusions, strict=True)
            for heat in perfusion.heat
            if heat.sensor == sensor and heat.why_not
        }
        if said:
            n = counted(len(said), "perfusion")
            yield _of_courses(
                moments,
                "perfusion_without_dose",
                f"{n} without thermal dose from the {sensor}: readings are too far apart or too "
                "few",
                said=said,
                mend="add the readings if there are any; nothing is filled in",
            )


def _of_courses(
    moments: Moments, code: str, what: str, *, said: dict[int, str], mend: str
) -> Finding:
    """Return a warning whose evidence is a remark for each perfusion, at its first row."""
    table, mask = moments.table, np.zeros(moments.patient.size, dtype=np.bool_)
    mask[list(said)] = True
    column = table.column(moments.columns.by_part["minute"])
    return Finding(
        code=code,
        severity=Severity.WARNING,
        what=what,
        where=table.where(column, mask),
        evidence=tuple(
            f"{table.address(column, row)}: {words}"
            for row, words in list(said.items())[:EVIDENCE_LIMIT]
        ),
        mend=mend,
        n_rows=len(said),
    )


def _of_patients(moments: Moments, draft: Draft) -> Iterator[Finding]:
    unknown = moments.patient < 0
    if unknown.any():
        yield _finding(
            moments,
            "perfusion_patient_unknown",
            Severity.ERROR if unknown.all() else Severity.WARNING,
            what=f"{counted(unknown, 'reading')} of patients who are not in the registry, unused",
            part="patient",
            mask=unknown,
            mend="check that both tables name patients in the same way",
        )
    never = np.isnan(draft.time("initiation"))
    without = ~unknown & (moments.procedure == 2) & never[np.maximum(moments.patient, 0)]
    if without.any():
        n = np.unique(moments.patient[without]).size
        yield _finding(
            moments,
            "perfusion_without_procedure",
            Severity.WARNING,
            what=f"{counted(n, 'patient')} with a second perfusion and no second procedure in the "
            "registry",
            part="procedure",
            mask=without,
            mend="look up whether there was a second procedure, and how it is counted",
        )


def _of_times(moments: Moments) -> Iterator[Finding]:
    minute = moments.numbers["minute"]
    if (missing := moments.absent["minute"]).any():
        what = f"{counted(missing, 'reading')} without a minute"
        mend = "give the minute of every reading"
        yield _finding(
            moments,
            "perfusion_time_missing",
            Severity.ERROR,
            what=what,
            part="minute",
            mask=missing,
            mend=mend,
        )
    if "procedure" in moments.numbers and (wrong := moments.procedure == 0).any():
        yield _finding(
            moments,
            "perfusion_procedure_unknown",
            Severity.ERROR,
            what=f"{counted(wrong, 'reading')} whose procedure is no whole number from 1 to 20",
            part="procedure",
            mask=wrong,
            mend="say of every reading whether it belongs to procedure 1, 2, 3",
        )
    order = moments.order
    same = (np.diff(moments.patient[order]) == 0) & (np.diff(moments.procedure[order]) == 0)
    backward = np.zeros(minute.size, dtype=np.bool_)
    backward[order[1:][same & (np.diff(minute[order]) <= 0.0)]] = True
    if backward.any():
        several = "" if "procedure" in moments.numbers else "; no column has procedures"
        yield _finding(
            moments,
            "perfusion_times_unsorted",
            Severity.ERROR,
            what=f"{counted(backward, 'reading')} not later than the one before{several}",
            part="minute",
            mask=backward,
            mend="put the rows of each perfusion in the order of time, one row a moment; number "
            "procedures in a column procedure_number",
        )


def _of_numbers(moments: Moments) -> Iterator[Finding]:
    for part, numbers in moments.numbers.items():
        unreadable = np.isnan(numbers) & ~moments.absent[part]
        if unreadable.any():
            yield _finding(
                moments,
                "perfusion_unreadable",
                Severity.ERROR,
                what=f"{counted(unreadable, 'cell')} of the {part} without a number",
                part=part,
                mask=unreadable,
                mend="put the cells right, or leave them empty when nothing was read",
            )
        if part not in LIMITS:
            continue
        record = item(LIMITS[part])
        for limits, severity, word in (
            (record.hard, Severity.ERROR, "possible"),
            (record.plausible, Severity.WARNING, "usual"),
        ):
            outside = _outside(numbers, limits)
            if word == "usual":
                outside &= ~_outside(numbers, record.hard)
            if limits is not None and outside.any():
                yield _finding(
                    moments,
                    f"perfusion_outside_{word}",
                    severity,
                    what=f"{counted(outside, 'reading')} of the {part} outside what is {word}, "
                    f"{limits[0]:g} to {limits[1]:g} {record.unit}",
                    part=part,
                    mask=outside,
                    mend=f"look the readings up; give the {part} in {record.unit}",
                )


def _outside(numbers: Floats, limits: tuple[float, float] | None) -> Bools:
    if limits is None:
        return np.zeros(numbers.shape, dtype=np.bool_)
    return np.asarray((numbers < limits[0]) | (numbers > limits[1]))


def _of_phases(moments: Moments) -> Iterator[Finding]:
    unknown = np.array([said is None for said in moments.phase], dtype=np.bool_)
    if unknown.any():
        yield _finding(
            moments,
            "perfusion_phase_unknown",
            Severity.ERROR,
            what=f"{counted(unknown, 'reading')} in a phase that is not known",
            part="phase",
            mask=unknown,
            mend="call phases fill, circulate or drain",
        )


def _finding(
    moments: Moments,
    code: str,
    severity: Severity,
    *,
    what: str,
    part: str,
    mask: Bools,
    mend: str = "",
) -> Finding:
    table = moments.table
    column = moments.columns.column(table, part)
    return Finding(
        code=code,
        severity=severity,
        what=what,
        where=table.name if column is None else table.where(column, mask),
        evidence=() if column is None else table.evidence(column, mask),
        mend=mend,
        n_rows=int(mask.sum()),
    )
