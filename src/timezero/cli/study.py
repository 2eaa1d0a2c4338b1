"""``timezero study``: from a registry file to the ladder and its report."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.model.protocol import Protocol
    from timezero.model.result import StudyResult

DEFAULT_EXAMPLE = "stanford_heart"
DEFAULT_REPORT = "timezero-report.html"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of the file hold what."""

    id: str | None = None
    "Column with the patient identifier."
    initiation: str | None = None
    "Column: when the late treatment began; empty = never."
    exit: str | None = None
    "Column: last time under observation."
    event: str | None = None
    "Column: how observation ended."
    event_value: str | None = None
    "Value or values, comma-separated, that mean the event happened."
    censored_value: str | None = None
    "Value or values that mean it did not, when there are more than two."
    entry: str | None = None
    "Column: start of observation (delayed entry)."
    trigger: str | None = None
    "Column: when the patient became a candidate; empty = never."
    time_zero: str | None = None
    "Column with the date from which all is counted, when times are dates."
    covariates: str | None = None
    "Columns known at time zero, comma-separated."
    unit: Literal["days", "weeks", "months", "years"] | None = None
    "Unit of the times."
    date_format: str | None = None
    "Format of dates stored as text, such as %d/%m/%Y."
    sheet: str | None = None
    "Sheet of a workbook."
    competing_value: str | None = None
    "Value or values that mean a competing event, after which the event is impossible."
    centre: str | None = None
    "Column: where the patient was treated."
    negative_control: str | None = None
    "Column: when an outcome happened that the treatment cannot change; empty = never."
    layout: Literal["one_row_per_patient", "counting_process"] | None = None
    "counting_process: several rows a patient, each on (entry, exit]."
    treated: str | None = None
    "Counting-process rows: column with 1 while on treatment, else 0."
    death: str | None = None
    "Column with the date of death; empty = not known to have died."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Which files are read, beside or instead of those that the study file names."""

    registry: Path | None = None
    "The registry, instead of the one the study file names: next month's export."
    recipe: Path | None = None
    "The recipe by which cells are read, as timezero init writes it."
    earlier: Path | None = None
    "An earlier state of the registry; what has changed since is told cell by cell."
    record: str | None = None
    "Folder, file or server of the study record; timezero.db beside the study file; none for none."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Where values are that change after time zero."""

    history_file: Path | None = None
    "A second table, one row a measurement."
    history_id: str | None = None
    "There: column with the patient, if it is called otherwise than in the registry."
    history_time: str | None = None
    "There: column with the date or time of the measurement."
    history: str | None = None
    "Columns with values that change, comma-separated: there, or of counting-process rows."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is estimated."""

    horizon: str | None = None
    "Time or times, comma-separated, for time lived and survival differences."
    landmarks: str | None = None
    "Landmarks, comma-separated."
    strata: str | None = None
    "Covariates, comma-separated, whose levels are strata of the Mantel-Byar test."
    ties: Literal["efron", "breslow"] | None = None
    "Ties in Cox models."
    seed: int | None = None
    "Seed of all random draws."
    redeals: int | None = None
    "Draws of the re-randomisation test."
    bootstrap: int | None = None
    "Bootstrap replicates of patients."
    workers: int | None = None
    "Threads; results do not depend on it."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """How those who were treated are made comparable with those who could have been."""

    counted_from: Literal["trigger", "time_zero"] | None = None
    "From when strategies are compared; the trigger if one is recorded."
    grace_period: float | None = None
    "Treatment within this time counts as treating; by a stated rule if not said."
    grace_periods: str | None = None
    "Grace periods to sweep over, comma-separated."
    period: float | None = None
    "Width of the periods of discrete-time methods."
    replicates: int | None = None
    "Bootstrap replicates of patients for these methods."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where results go."""

    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None
    "Write the whole result as JSON; - for standard output."
    html: Path | None = None
    "Write the report here; timezero-report.html if not said."
    no_html: Annotated[bool, Parameter(negative="")] = False
    "Write no report."
    plain: Annotated[bool, Parameter(negative="")] = False
    "No colour, no box drawing, no progress bar."
    profile: Literal["own", "publish", "cms"] | None = None
    "own: nothing hidden; publish: small numbers (below 5) hidden; cms: below 11. Report and JSON."


def study(
    file: Path | None = None,
    *,
    example: str | None = None,
    files: Files | None = None,
    columns: Columns | None = None,
    histories: Histories | None = None,
    choices: Choices | None = None,
    fitness: Fitness | None = None,
    output: Output | None = None,
) -> int:
    """Walk a registry from the naive comparison to the fair ones, and write the report.

    Parameters
    ----------
    file
        A registry (CSV, TSV, Parquet, Excel) with its columns named by flags, or a study file
        (``study.toml``). Without it, the bundled Stanford heart transplant data are used.
    example
        Run a bundled example; ``timezero example`` lists them.
    """
    from timezero.cli._study_files import given_files, pointed_at

    output, files = output or Output(), files or Files()
    pointed = pointed_at(file, example or DEFAULT_EXAMPLE if file is None else example)
    registry = files.registry or pointed.registry
    second = (histories or Histories()).history_file or pointed.second
    said = _analysis_said(choices or Choices(), fitness or Fitness(), output)
    said |= _data_said(columns or Columns(), histories or Histories())
    protocol = _with_flags(pointed.protocol, said)
    from timezero.cli._progress import showing_progress
    from timezero.cli._record import record_place, written_but_not_recorded

    report_to = _report_place(output, (registry, second, pointed.perfusions))
    from timezero.cli._report_process import report_writer
    from timezero.cli._walk import walked

    given = given_files(pointed, protocol, registry=registry, second=second, files=files)
    writing = nullcontext() if report_to is None else report_writer("study")
    with writing as write_report, showing_progress(plain=output.plain) as progress:
        progress("reading", 0, 1)
        place = record_place(files.record, file)
        found = walked(given, place, progress)
        result = found.result
        if report_to is not None and write_report is not None:
            progress("report", 0, 1)
            write_report(result, report_to)
    code = _deliver(result, output, report_to)
    if found.unkept is not None:
        raise written_but_not_recorded(found.unkept) from found.unkept
    _keep_exports(place, result, report_to=report_to, output=output)
    return code


def _report_place(output: Output, read: tuple[Path | None, ...]) -> Path | None:
    """Return where the report goes, and refuse to write over a file that is read."""
    from timezero.cli._output_places import refuse_places, report_path

    report_to = report_path(output.html, default=DEFAULT_REPORT, no_html=output.no_html)
    for path in read:
        refuse_places({"--html": report_to, "--json": output.json}, given=path)
    return report_to


def _keep_exports(
    place: str | None, result: StudyResult, *, report_to: Path | None, output: Output
) -> None:
    """Tell the record which files were written from a result."""
    from timezero.cli._record import record_exports

    if place is not None and result.record is not None:
        made = {"html": report_to, "json": output.json}
        kept = {kind: path for kind, path in made.items() if path is not None and path.is_file()}
        record_exports(place, result.record.run, kept, result.protocol.report.profile)


def _split(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _numbers(text: str | None, flag: str) -> tuple[float, ...] | None:
    parts = _split(text)
    if parts is None:
        return None
    try:
        return tuple(float(part) for part in parts)
    except ValueError as error:
        raise InputRefused(
            what=f"{flag} {text} is not a list of numbers",
            where=flag,
            mend="separate numbers by commas: 12,36,60",
            code="TZ-CLI-03",
        ) from error


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _data_said(columns: Columns, histories: Histories) -> dict[str, dict[str, Any]]:
    """Return the keys of the data part that the command line says."""
    second = histories.history_file
    return {
        "data": _given(
            id=columns.id,
            initiation=columns.initiation,
            exit=columns.exit,
            event=columns.event,
            event_value=_split(columns.event_value),
            censored_value=_split(columns.censored_value),
            competing_value=_split(columns.competing_value),
            entry=columns.entry,
            trigger=columns.trigger,
            time_zero=columns.time_zero,
            covariates=_split(columns.covariates),
            unit=columns.unit,
            date_format=columns.date_format,
            sheet=columns.sheet,
            centre=columns.centre,
            negative_control=columns.negative_control,
            layout=columns.layout,
            treated=columns.treated,
            death=columns.death,
            history_file=None if second is None else second.name,
            history_id=histories.history_id,
            history_time=histories.history_time,
            history=_split(histories.history),
        )
    }


def _analysis_said(choices: Choices, fitness: Fitness, output: Output) -> dict[str, dict[str, Any]]:
    """Return the keys of all other parts that the command line says."""
    return {
        "analysis": _given(
            horizons=_numbers(choices.horizon, "--horizon"),
            landmarks=_numbers(choices.landmarks, "--landmarks"),
            strata=_split(choices.strata),
            ties=choices.ties,
            seed=choices.seed,
            redeals=choices.redeals,
            bootstrap=choices.bootstrap,
            workers=choices.workers,
        ),
        "fitness": _given(
            counted_from=fitness.counted_from,
            grace_period=fitness.grace_period,
            grace_periods=_numbers(fitness.grace_periods, "--grace-periods"),
            period=fitness.period,
            replicates=fitness.replicates,
        ),
        "report": _given(profile=output.profile),
    }


def _with_flags(protocol: Protocol, said: dict[str, dict[str, Any]]) -> Protocol:
    """Return the protocol with what the command line says; flags win over the study file."""
    from timezero.intake.protocol_file import validated

    parts = protocol.model_dump(by_alias=True)
    for part, keys in said.items():
        parts[part] |= keys
    return validated(parts, where="the command line")


def _deliver(result: StudyResult, output: Output, report_to: Path | None) -> int:
    from timezero.report.render.text import render_text

    if output.json is not None and str(output.json) == "-":
        sys.stdout.write(result.to_json() + "\n")
        return 0
    if output.json is not None:
        result.to_json(str(output.json))
    made = {"report": report_to, "json": output.json}
    written = {name: str(path) for name, path in made.items() if path is not None}
    sys.stdout.write(render_text(result, plain=output.plain, written=written))
    return 0


COMMAND = study
