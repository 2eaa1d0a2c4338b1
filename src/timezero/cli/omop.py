"""``timezero omop``: patients and operations from a database in the OMOP common data model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from timezero.errors import InputRefused


def omop(
    place: str,
    *,
    concepts: str,
    schema: str = "",
    to: Path = Path("omop"),
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Take patients and operations from a database; write them with the answers to read them by.

    Parameters
    ----------
    place
        A DuckDB file, or the address of a PostgreSQL server: postgresql://...
    concepts
        Concepts of the procedure, comma-separated; descendants are not looked up.
    schema
        Schema of the tables, such as cdm.
    to
        Folder for the files; none is written over.
    json
        Print JSON instead of text.
    """
    from timezero.cli._printing import print_json
    from timezero.intake.omop import extract_omop, omop_recipe
    from timezero.intake.protocol_file import validated, write_protocol
    from timezero.intake.recipe_file import validated_recipe, write_recipe
    from timezero.report.render.json import write_text

    files = extract_omop(place, to, concepts=_numbers(concepts), schema=schema)
    recipe, study = omop_recipe(files)
    study["data"] |= {"file": files.operations.name, "recipe": "recipe.toml"}
    write_text(to / "recipe.toml", write_recipe(validated_recipe(recipe)))
    write_text(to / "study.toml", write_protocol(validated(study)))
    if json:
        print_json(files)
        return 0
    print(
        f"written to {to}: {files.n_patients} patients, {files.n_operations} operations, "
        "recipe.toml, study.toml"
    )
    if files.n_with_gaps:
        print(
            f"{files.n_with_gaps} patients have several observation periods: nothing is known of "
            "them between, and they count as observed until the end of the last one"
        )
    if files.n_not_observed:
        print(f"{files.n_not_observed} patients have no observation period: no last contact")
    print(f"Next: check {to / 'study.toml'}; then\n  timezero study {to / 'study.toml'}")
    return 0


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise InputRefused(
            what=f"--concepts {text} is not a list of whole numbers",
            where="--concepts",
            mend="separate them by commas: 4142076,4145230",
            code="TZ-CLI-24",
        ) from error


COMMAND = omop
