"""``timezero redcap``: fetch a project, or propose how its export is read."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from timezero.errors import InputRefused

TOKEN_VARIABLE = "TIMEZERO_REDCAP_TOKEN"  # noqa: S105  the name of a variable, not a secret


def redcap(
    export: Path | None = None,
    dictionary: Path | None = None,
    *,
    url: str | None = None,
    to: Path = Path(),
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("redcap-answers.toml"),
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write the answers by which an export of REDCap is read; with --url, fetch it first.

    The token is read from the environment variable TIMEZERO_REDCAP_TOKEN or asked for; it is never
    written anywhere.

    Parameters
    ----------
    export
        Raw export of all records as CSV.
    dictionary
        The project's data dictionary as CSV, beside the export.
    url
        Address of the API; the only way in which timezero opens a connection.
    to
        Folder for what is fetched.
    output
        Where the answers go, for timezero init EXPORT --answers.
    json
        Print JSON instead of text.
    """
    from timezero.cli._output_places import refuse_places
    from timezero.cli._printing import print_json
    from timezero.intake.recipe_file import validated_recipe, write_recipe
    from timezero.intake.redcap_recipe import redcap_recipe
    from timezero.report.render.json import write_text

    if output.exists():
        raise InputRefused(
            what=f"{output} exists already",
            where="--output",
            mend="name another file with -o",
            code="TZ-CLI-21",
        )
    refuse_places({"--output": output}, given=export)
    if url is not None:
        from timezero.intake.redcap_api import fetch_redcap

        fetched = fetch_redcap(url, _token(), to)
        export, dictionary = fetched.export, fetched.dictionary
    if export is None or dictionary is None:
        raise InputRefused(
            what="an export and its data dictionary are needed",
            where="the command line",
            mend="timezero redcap EXPORT.csv DICTIONARY.csv, or --url ADDRESS",
            code="TZ-CLI-22",
        )
    recipe = validated_recipe(redcap_recipe(export, dictionary))
    write_text(output, write_recipe(recipe))
    if json:
        print_json({"export": str(export), "dictionary": str(dictionary), "answers": str(output)})
        return 0
    print(
        f"written: {output}\n"
        f"Next: timezero init {export} --answers {output} -o {export.parent / 'study.toml'}"
    )
    return 0


def _token() -> str:
    token = os.environ.get(TOKEN_VARIABLE) or getpass.getpass("token of the project: ")
    if not token.strip():
        raise InputRefused(
            what="no token is given",
            where=TOKEN_VARIABLE,
            mend=f"set {TOKEN_VARIABLE}, or type it when asked",
            code="TZ-CLI-23",
        )
    return token.strip()


COMMAND = redcap
