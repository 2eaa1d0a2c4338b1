"""Which files a study is made of: by its study file, an example, or the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.cli._walk import Given
    from timezero.cli.study import Files
    from timezero.model.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PointedAt:
    """What the command line points at, before its flags.

    Parameters
    ----------
    protocol : Protocol
    study : str
        Name of the study in the record; empty when the registry gives it.
    registry, second, perfusions, recipe : Path or None
        The registry, values that change, courses of perfusions, and how cells are read.
    """

    protocol: Protocol
    study: str
    registry: Path | None = None
    second: Path | None = None
    perfusions: Path | None = None
    recipe: Path | None = None


def pointed_at(file: Path | None, example: str | None) -> PointedAt:
    """Return the protocol and the files of a study file, an example, or a bare registry.

    Parameters
    ----------
    file : Path or None
    example : str or None
        One of the two.

    Raises
    ------
    InputRefused
        Both are given.
    """
    from timezero.intake.examples import example_study_file
    from timezero.intake.protocol_file import (
        history_path,
        perfusion_path,
        read_protocol,
        registry_path,
    )
    from timezero.intake.recipe_file import recipe_path
    from timezero.model.protocol import Protocol

    if file is not None and example is not None:
        raise InputRefused(
            what="both a file and an example are given",
            where="the command line",
            mend="give one of them",
            code="TZ-CLI-02",
        )
    study_file = example_study_file(str(example)) if file is None else file
    if study_file.suffix != ".toml":
        return PointedAt(protocol=Protocol(), study="", registry=study_file)
    protocol = read_protocol(study_file)
    return PointedAt(
        protocol=protocol,
        study=str(example) if file is None else _name_of(file),
        registry=registry_path(protocol, study_file),
        second=history_path(protocol, study_file),
        perfusions=perfusion_path(protocol, study_file),
        recipe=recipe_path(protocol, study_file),
    )


def _name_of(study_file: Path) -> str:
    """Return what a study is called in the record: its folder, or the name of its study file."""
    if study_file.stem == "study":
        return study_file.resolve().parent.name or study_file.stem
    return study_file.stem


def given_files(
    pointed: PointedAt,
    protocol: Protocol,
    *,
    registry: Path | None,
    second: Path | None,
    files: Files,
) -> Given:
    """Return what a study is made of, once flags have been heard.

    Parameters
    ----------
    pointed : PointedAt
    protocol : Protocol
        With what the flags say.
    registry, second : Path or None
    files : Files

    Raises
    ------
    InputRefused
        No registry is named.
    """
    from timezero.cli._walk import Given
    from timezero.intake.recipe_file import read_recipe

    if registry is None:
        raise InputRefused(
            what="the study file names no registry",
            where="data.file",
            mend="name the registry file under [data], or give it on the command line",
            code="TZ-CLI-01",
        )
    recipe = files.recipe or pointed.recipe
    return Given(
        protocol=protocol,
        registry=registry,
        second=second,
        perfusions=pointed.perfusions,
        recipe=None if recipe is None else read_recipe(recipe),
        earlier=files.earlier,
        study=pointed.study or registry.stem,
    )
