"""From a table to a validated cohort: everything that is wrong is said at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from timezero.arrays import Floats
from timezero.conventions import DAYS_PER
from timezero.errors import InputRefused
from timezero.findings import Finding, Question, Severity
from timezero.intake.attrition import attrition_of
from timezero.intake.collinear import collinear_sets
from timezero.intake.courses import registry_table
from timezero.intake.data_cut import last_day
from timezero.intake.draft import TIME_ROLES, Draft, draft_of
from timezero.intake.earlier import changed_since
from timezero.intake.measurements import histories_of, history_source
from timezero.intake.open_questions import follows_from_open
from timezero.intake.perfusions import perfusion_source, read_perfusions, with_perfusions
from timezero.intake.recipe_file import write_recipe
from timezero.intake.same_day import moved_initiation, moved_trigger, observed_from, zero_exit
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.intake.usable_covariates import usable_covariates
from timezero.model.cohort import Cohort, Covariate, History, TimeSource
from timezero.model.protocol import Protocol
from timezero.model.recipe import Recipe
from timezero.provenance import digest_of
from timezero.registry import discover

# Roles of columns that the second table does not have.
_OF_REGISTRY: Final = (
    "time_zero", "entry", "initiation", "trigger", "exit", "event", "death", "birth", "age", "sex",
    "diagnosis", "stated_time", "negative_control", "centre", "treated",
)  # fmt: skip


def read_cohort(
    source: Any,
    protocol: Protocol,
    *,
    histories: Any = None,
    perfusions: Any = None,
    recipe: Recipe | None = None,
    earlier: Any = None,
) -> Cohort:
    """Read a registry and check every patient in it.

    Parameters
    ----------
    source : path, or a Polars, pandas or Arrow data frame
        CSV, TSV, Excel or Parquet; the format is read from the file itself.
    protocol : Protocol
        Names the columns under ``data`` and the rules under ``rules``.
    histories : path, or a Polars, pandas or Arrow data frame, optional
        A second table with values that change; ``data.history_file`` if not given.
    perfusions : path, or a Polars, pandas or Arrow data frame, optional
        The courses of perfusions, one row a moment; ``data.perfusion_file`` if not given.
    recipe : Recipe, optional
        How the cells are to be read, as `timezero init` writes it.
    earlier : path or data frame, optional
        An earlier state of the registry; the findings then say, cell by cell, what has changed.

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
    second = history_source(protocol, source, histories)
    until = last_day(protocol.rules)
    table = registry_table(source, protocol.data, recipe, today=until)
    _refuse_open_shape(table)
    draft = draft_of(
        table,
        protocol,
        history_table=None if second is None else _history_table(second, protocol, recipe, until),
    )
    perfused = perfusion_source(protocol, source, perfusions)
    courses, told = read_perfusions(perfused, draft, recipe=recipe, today=until)
    findings = (*inspect(draft), *told)
    if earlier is not None:
        findings = (*findings, *changed_since(earlier, draft.table, protocol, recipe=recipe))
    refuse_errors(draft, findings)
    cohort = replace(
        _cohort_of(draft, findings),
        file_digest=draft.table.digest,
        recipe_digest="" if recipe is None else digest_of(write_recipe(recipe).encode()),
    )
    return with_perfusions(cohort, courses)


def _refuse_open_shape(table: Table) -> None:
    """Stop while it is open what a row is: nothing that follows would mean anything."""
    waiting = [f for f in table.findings if isinstance(f, Question) and f.key[0] == "shape"]
    if waiting:
        raise InputRefused(
            what=waiting[0].what,
            where=waiting[0].where,
            mend=waiting[0].mend,
            code="TZ-IN-20",
            findings=table.findings,
        )


def _history_table(source: Any, protocol: Protocol, recipe: Recipe | None, until: dt.date) -> Table:
    """Read the second table under the same general rules; the recipe calls it history."""
    data = protocol.data
    named = data.model_copy(
        update={
            **dict.fromkeys(_OF_REGISTRY),
            **dict.fromkeys(("covariates", "further"), ()),
            "covariate_dates": {},
            "id": data.history_id or data.id,
        }
    )
    return read_table(source, data=named, recipe=recipe, called="history", today=until)


def inspect(draft: Draft) -> tuple[Finding, ...]:
    """Run every check of the folder and return what they found, errors first."""
    found = list(draft.table.findings)
    if draft.histories is not None and draft.rows is None:
        found += draft.histories.table.findings
    for check in discover("timezero.intake.checks", "CHECK").values():
        found += check(draft)
    rank = {Severity.ERROR: 0, Severity.QUESTION: 1, Severity.WARNING: 2, Severity.NOTE: 3}
    told = follows_from_open(found, draft.protocol.data)
    return tuple(sorted(told, key=lambda finding: rank[finding.severity]))


def refuse_errors(draft: Draft, findings: tuple[Finding, ...]) -> None:
    """Raise one refusal that carries every error and every open question.

    Raises
    ------
    InputRefused
        At least one finding is an error, or a question.
    """
    errors = tuple(f for f in findings if f.severity in {Severity.ERROR, Severity.QUESTION})
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
    histories = _histories(draft)
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
        attrition=attrition_of(draft),
        findings=findings,
        digest=digest_of(
            repr((patient, data.unit, data.simulated)).encode(),
            *(_bytes_of(a) for a in (entry, draft.time("exit"), initiation, np.array([half_day]))),
            b"none" if trigger is None else _bytes_of(trigger),
            draft.event.event.tobytes(),
            *(part for covariate in covariates for part in _parts_of(covariate)),
            *_further_parts(draft, histories),
        ),
        competing=draft.event.competing if data.competing_value else None,
        centre=_centre(draft),
        histories=histories,
        negative_control=draft.times.get("negative_control"),
        potential=_potential(draft),
    )


def _potential(draft: Draft) -> Floats | None:
    """Return how long each patient could have been followed by the last date of the file."""
    if draft.zero is None or "exit" not in draft.moments:
        return None
    last = max(float(np.nanmax(draft.moments[role].days)) for role in _ends_at(draft))
    return (last - draft.zero.days) / DAYS_PER[draft.protocol.data.unit]


def _ends_at(draft: Draft) -> tuple[str, ...]:
    """Return the roles of the columns that may end observation, and hold a date."""
    roles = ("exit",) if draft.deaths is None else ("exit", "death")
    dated = tuple(role for role in roles if not np.isnan(draft.moments[role].days).all())
    return dated or ("exit",)


def _histories(draft: Draft) -> tuple[History, ...]:
    if draft.histories is None:
        return ()
    ages = draft.protocol.data.maximum_age
    return histories_of(draft.histories, draft.history_time, draft.time("exit"), ages)


def _centre(draft: Draft) -> Covariate | None:
    """Return the centres; None when there is but one, which tells nobody apart."""
    return draft.centre if draft.centre is not None and len(draft.centre.levels) > 1 else None


def _further_parts(draft: Draft, histories: tuple[History, ...]) -> list[bytes]:
    """Return what only some registries hold, each part with its name before it."""
    parts: list[bytes] = []
    if draft.protocol.data.competing_value:
        parts += [b"competing", draft.event.competing.tobytes()]
    if (centre := _centre(draft)) is not None:
        parts += [b"centre", *_parts_of(centre)]
    if "negative_control" in draft.times:
        parts += [b"negative control", _bytes_of(draft.time("negative_control"))]
    for history in histories:
        named = (history.name, history.kind, history.levels, history.maximum_age)
        parts += [b"history", repr(named).encode(), history.patient.astype("<i8").tobytes()]
        parts += [_bytes_of(history.time), _bytes_of(history.values)]
    return parts


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
        "exit": f"{_end_words(draft)}; at time zero: {rules.zero_exit}",
        "death": "; empty = not known to have died",
        "negative_control": "; empty = never",
    }
    known = tuple(
        TimeSource(
            name=role,
            table=draft.table.name,
            column=draft.moments[role].column.name,
            rule=rule + extra[role],
        )
        for role in TIME_ROLES
        if role in draft.moments
    )
    return known + _history_sources(draft, rule)


def _end_words(draft: Draft) -> str:
    if draft.deaths is None:
        return ""
    data = draft.protocol.data
    event = "" if data.event is not None else "; the event is a recorded death"
    return f"; observation ends at {data.death} where it is recorded{event}"


def _history_sources(draft: Draft, rule: str) -> tuple[TimeSource, ...]:
    if draft.histories is None:
        return ()
    data = draft.protocol.data
    return tuple(
        TimeSource(
            name=f"history {cells.covariate.name}",
            table=draft.histories.table.name,
            column=draft.histories.moments.column.name,
            rule=f"{rule}; counts from just after its time (C4), {_carried(age, data.unit)}",
        )
        for cells in draft.histories.columns
        for age in [data.maximum_age.get(cells.covariate.name)]
    )


def _carried(age: float | None, unit: str) -> str:
    return "until the next" if age is None else f"until the next, at most {age:g} {unit}"
