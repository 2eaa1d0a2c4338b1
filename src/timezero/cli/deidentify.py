"""``timezero deidentify``: a registry to pass on, and a report of what was taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


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
    from timezero.intake.deidentify_report import (
        correspondence_csv,
        report_json,
        report_text,
        shareable_csv,
    )
    from timezero.report.render.json import write_text

    beside = {name: output.with_suffix(name) for name in (".report.txt", ".report.json")}
    beside |= {} if study is None else {".study.toml": output.with_suffix(".study.toml")}
    places = {"--output": output, "--correspondence": correspondence, **beside}
    refuse_places(places, given=registry)
    refuse_files_there(places, force=force)
    given, recipe = None, None
    if study is not None:
        study_file, given = study_source(study, None, command="deidentify REGISTRY --study")
        recipe = recipe_of(given, study_file)
    protocol, table, gone = read_for_sharing(registry, given, recipe)
    made = made_of(
        table, protocol, salt=secrets.token_bytes(32), smallest=k, keep_year=keep_year, gone=gone
    )
    write_text(output, shareable_csv(made), private=True)
    write_text(beside[".report.txt"], report_text(made))
    write_text(beside[".report.json"], report_json(made))
    if study is not None:
        from timezero.intake.protocol_file import write_protocol
        from timezero.intake.shareable_study import shareable_study

        text = write_protocol(shareable_study(protocol, made, output.name))
        write_text(beside[".study.toml"], text)
    print(report_text(made))
    if correspondence is not None:
        write_text(correspondence, correspondence_csv(made), private=True)
        print(f"warning: {correspondence} leads back to the patients: never pass it on")
    for place in (output, *beside.values()):
        print(f"wrote: {place}")
    return 0


COMMAND = deidentify
