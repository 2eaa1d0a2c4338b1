"""The study file that a command is given, or that of a bundled example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.model.protocol import Protocol
    from timezero.model.recipe import Recipe


def study_source(file: Path | None, example: str | None, *, command: str) -> tuple[Path, Protocol]:
    """Return the study file that is meant, with its protocol.

    Parameters
    ----------
    file : Path or None
    example : str or None
        Exactly one of the two is given.
    command : str
        For the message.

    Raises
    ------
    InputRefused
        Neither or both are given, or the file is no study file.
    """
    from timezero.intake.examples import example_study_file
    from timezero.intake.protocol_file import read_protocol

    if (file is None) == (example is None):
        given = "nothing is given" if file is None else "both a file and an example are given"
        raise InputRefused(
            what=f"{given} to read the study from",
            where="the command line",
            mend=f"timezero {command} study.toml, or timezero {command} --example NAME",
            code="TZ-CLI-12",
        )
    chosen = example_study_file(example) if example is not None else file
    if chosen is None or chosen.suffix != ".toml":
        raise InputRefused(
            what=f"{chosen} is not a study file",
            where="the command line",
            mend="write one with `timezero init FILE -o study.toml`",
            code="TZ-CLI-13",
        )
    return chosen, read_protocol(chosen)


def registry_of(protocol: Protocol, study_file: Path) -> Path:
    """Return the registry that a study file names.

    Raises
    ------
    InputRefused
        It names none.
    """
    from timezero.intake.protocol_file import registry_path

    registry = registry_path(protocol, study_file)
    if registry is None:
        raise InputRefused(
            what="the study file names no registry",
            where="data.file",
            mend="name the registry file under [data]",
            code="TZ-CLI-01",
        )
    return registry


def recipe_of(protocol: Protocol, study_file: Path) -> Recipe | None:
    """Return the recipe that a study file names; None when it names none."""
    from timezero.intake.recipe_file import read_recipe, recipe_path

    path = recipe_path(protocol, study_file)
    return None if path is None else read_recipe(path)
