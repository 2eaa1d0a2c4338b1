"""From a table to a validated cohort: everything that is wrong is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from timezero.arrays import Floats
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.collinear import collinear_sets
from timezero.intake.draft import TIME_ROLES, Draft, draft_of
from timezero.intake.same_day import moved_initiation, moved_trigger, observed_from, zero_exit
from timezero.intake.sources import read_table
from timezero.intake.usable_covariates import usable_covariates
from timezero.model.cohort import AttritionStep, Cohort, Covariate, TimeSource
from timezero.model.protocol import Protocol
from timezero.provenance import digest_of
from timezero.registry import discover


def read_cohort(source: Any, protocol: Protocol) -> Cohort:
    """Read a registry and check every patient in it.

    Parameters
    ----------
    source : path, or a Polars, pandas or Arrow data frame
        CSV, TSV, Excel or Parquet; the format is read from the file itself.
    protocol : Protocol
        Names the columns under ``data`` and the rules under ``rules``.

    Returns
    -------
    Cohort
        The patients in the order of the file, with findings that do not stop the analysis.

    Raises
    ------
    UnknownName
        A column that does not exist.
    InputRefused
        The file cannot be used as it is; ``findings`` holds everything that is wrong.
    """
    draft = draft_of(read_table(source, sheet=protocol.data.sheet), protocol)
    findings = inspect(draft)
    refuse_errors(draft, findings)
    return _cohort_of(draft, findings)


def inspect(draft: Draft) -> tuple[Finding, ...]:
    """Run every check of the folder and return what they found, errors first."""
    found = list(draft.table.findings)
    for check in discover("timezero.intake.checks", "CHECK").values():
        found += check(draft)
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(found, key=lambda finding: rank[finding.severity]))


def refuse_errors(draft: Draft, findings: tuple[Finding, ...]) -> None:
    """Raise one refusal that carries every error.

    Raises
    ------
    InputRefused
        At least one finding is an error.
    """
    errors = tuple(f for f in findings if f.severity is Severity.ERROR)
    if not errors:
        return
    first = errors[0]
    if len(errors) == 1:
        raise InputRefused(
            what=first.what,
            where=first.where,
            mend=first.mend,
            code="TZ-IN-20",
            findings=findings,
        )
    raise InputRefused(
        what=f"{len(errors)} things keep these data from being analysed; the first: {first.what}",
        where=first.where or draft.table.name,
        mend=f"{first.mend}; then see the other {len(errors) - 1}",
        code="TZ-IN-20",
        findings=findings,
    )


def _cohort_of(draft: Draft, findings: tuple[Finding, ...]) -> Cohort:
    data = draft.protocol.data
    trigger = moved_trigger(draft)
    patient = tuple(str(text) for text in draft.ids.text.to_list())
    entry, initiation = observed_from(draft), moved_initiation(draft)
    covariates = usable_covariates(draft, collinear_sets(draft))
    half_day = zero_exit(draft)
    return Cohort(
        patient=patient,
        entry=entry,
        exit=draft.time("exit"),
        event=draft.event.event,
        initiation=initiation,
        trigger=trigger,
        covariates=covariates,
        time_unit=data.unit,
        zero_exit=half_day,
        name=data.name or Path(draft.table.name.split(", sheet ")[0]).stem,
        simulated=data.simulated,
        sources=_sources(draft),
        attrition=_attrition(draft),
        findings=findings,
        digest=digest_of(
            repr((patient, data.unit, data.simulated)).encode(),
            *(_bytes_of(a) for a in (entry, draft.time("exit"), initiation, np.array([half_day]))),
            b"none" if trigger is None else _bytes_of(trigger),
            draft.event.event.tobytes(),
            *(part for covariate in covariates for part in _parts_of(covariate)),
        ),
    )


def _parts_of(covariate: Covariate) -> tuple[bytes, bytes]:
    named = repr((covariate.name, covariate.kind, covariate.levels)).encode()
    return named, _bytes_of(covariate.values)


def _bytes_of(values: Floats) -> bytes:
    """Return the same bytes for the same numbers on every machine."""
    # Adding 0.0 turns -0.0 into 0.0; every NaN becomes the one NaN.
    return np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes()


def _sources(draft: Draft) -> tuple[TimeSource, ...]:
    data, rules = draft.protocol.data, draft.protocol.rules
    rule = f"a number of {data.unit} since time zero"
    if draft.zero is not None:
        plus = ", plus one day (first_day = 1)" if rules.first_day else ""
        written = f" written {data.date_format}" if data.date_format else ""
        rule = f"days since {draft.zero.column.name}{plus}, in {data.unit}; dates{written}"
    extra = {
        "entry": "; observed from time zero where it is not later",
        "initiation": f"; empty = never; same day as the exit: {rules.same_day}",
        "trigger": "; empty = never",
        "exit": f"; at time zero: {rules.zero_exit}",
    }
    return tuple(
        TimeSource(
            name=role,
            table=draft.table.name,
            column=draft.moments[role].column.name,
            rule=rule + extra[role],
        )
        for role in TIME_ROLES
        if role in draft.moments
    )


def _attrition(draft: Draft) -> tuple[AttritionStep, ...]:
    n_empty = draft.table.n_read - draft.n
    return (
        AttritionStep(step="rows in the table", n_patients=draft.table.n_read),
        AttritionStep(
            step="rows with a patient",
            n_patients=draft.n,
            n_removed=n_empty,
            reason="empty rows" if n_empty else "",
        ),
        AttritionStep(step="patients analysed", n_patients=draft.n),
    )
