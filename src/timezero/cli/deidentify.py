"""``timezero deidentify``: a registry to pass on, and a report of what was taken out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from timezero.intake.deidentify import Deidentified
    from timezero.model.protocol import Protocol


def deidentify(
    registry: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    study: Path | None = None,
    keep_year: Annotated[bool, Parameter(negative="")] = False,
    k: Annotated[int, Parameter(validator=Number(gte=2))] = 5,
    correspondence: Path | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a registry without names, numbers, dates and rare values, and say what was done.

    Parameters
    ----------
    registry
        CSV, TSV, Excel or Parquet. It is only read.
    output
        Where the shareable CSV goes; its report goes beside it, as .report.txt and .report.json,
        and with --study a study file for it, as .study.toml.
    study
        Study file: which columns are what. Without it columns are guessed from their headers.
    keep_year
        Keep the calendar year of time zero.
    k
        Values of fewer patients than this are pooled into 'other'.
    correspondence
        Also write the table of old and new ids here, readable by you alone. Whoever has it can
        undo the new ids: never pass it on.
    force
        Write over files that are there.
    """
    import secrets

    from timezero.cli._output_places import refuse_places
    from timezero.cli._study_source import recipe_of, study_source
    from timezero.cli._write_bytes import refuse_files_there
    from timezero.intake.deidentify import deidentify as made_of
    from timezero.intake.deidentify_reading import read_for_sharing

    beside = _beside(output, with_study=study is not None)
    places = {"--output": output, "--correspondence": correspondence, **beside}
    refuse_places(places, given=registry)
    refuse_files_there(places, force=force)
    given, recipe = None, None
    if study is not None:
        study_file, given = study_source(study, None, command="deidentify REGISTRY --study")
        recipe = recipe_of(given, study_file)
    protocol, table, gone = read_for_sharing(registry, protocol=given, recipe=recipe)
    salt = secrets.token_bytes(32)
    made = made_of(table, protocol, salt=salt, smallest=k, keep_year=keep_year, gone=gone)
    _write(made, protocol, output, beside=beside, correspondence=correspondence)
    return 0


def _beside(output: Path, *, with_study: bool) -> dict[str, Path]:
    """Return what goes beside the shareable file, by ending."""
    endings = (".report.txt", ".report.json", *((".study.toml",) if with_study else ()))
    return {ending: output.with_suffix(ending) for ending in endings}


def _write(
    made: Deidentified,
    protocol: Protocol,
    output: Path,
    *,
    beside: dict[str, Path],
    correspondence: Path | None,
) -> None:
    """Write everything, and say where it is."""
    from timezero.cli._printing import printable
    from timezero.intake.deidentify_report import (
        correspondence_csv,
        report_json,
        report_text,
        shareable_csv,
    )
    from timezero.intake.protocol_file import write_protocol
    from timezero.intake.shareable_study import shareable_study
    from timezero.report.render.json import write_text

    write_text(output, shareable_csv(made), private=True)
    write_text(beside[".report.txt"], report_text(made))
    write_text(beside[".report.json"], report_json(made))
    if ".study.toml" in beside:
        text = write_protocol(shareable_study(protocol, made, output.name))
        write_text(beside[".study.toml"], text)
    print(printable(report_text(made), keep="\n"))
    if correspondence is not None:
        write_text(correspondence, correspondence_csv(made), private=True)
        print(f"warning: {correspondence} leads back to the patients: never pass it on")
    for place in (output, *beside.values()):
        print(f"wrote: {place}")


COMMAND = deidentify
