"""The bundled examples: a registry, its study file, where it comes from, its licence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import timezero.data
from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.intake.protocol_file import (
    history_path,
    perfusion_path,
    read_protocol,
    registry_path,
)

STUDY_FILE = "study.toml"
COPIED = (STUDY_FILE, "SOURCE.md", "LICENCE.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One bundled example.

    Parameters
    ----------
    name : str
        The name of its folder.
    title : str
        What it is, in one line.
    n_patients : int
    simulated : bool
        True when the patients are not real.
    source : str
        Where the data come from: the first sentence of ``SOURCE.md``.
    folder : Path
    """

    name: str
    title: str
    n_patients: int
    simulated: bool
    source: str
    folder: Path


def example_names() -> tuple[str, ...]:
    """Return the names of the bundled examples."""
    folder = Path(timezero.data.__path__[0])
    return tuple(sorted(p.parent.name for p in folder.glob(f"*/{STUDY_FILE}")))


def example_study_file(name: str) -> Path:
    """Return the study file of a bundled example.

    Raises
    ------
    UnknownName
        There is no such example.
    """
    names = example_names()
    if name not in names:
        raise UnknownName(
            what=f"there is no example {name!r}",
            where="the bundled examples",
            mend=f"name one of: {', '.join(nearest_first(name, names))}",
            code="TZ-IN-10",
        )
    return Path(timezero.data.__path__[0]) / name / STUDY_FILE


def read_example(name: str) -> Example:
    """Return what is known of one bundled example, without reading its patients into a cohort.

    Raises
    ------
    UnknownName
        There is no such example.
    """
    study_file = example_study_file(name)
    protocol = read_protocol(study_file)
    registry = registry_path(protocol, study_file)
    folder = study_file.parent
    source = folder / "SOURCE.md"
    return Example(
        name=name,
        title=protocol.question.title or protocol.data.name or name,
        n_patients=_rows(registry),
        simulated=protocol.data.simulated,
        source=_first_sentence(source.read_text("utf-8")) if source.exists() else "",
        folder=folder,
    )


def _rows(registry: Path | None) -> int:
    if registry is None:
        return 0
    from timezero.intake.sources import read_table

    return int(read_table(registry).rows.size)


def _first_sentence(text: str) -> str:
    paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
    prose = [p for p in paragraphs if p and not p.startswith(("#", "|", "-", "```"))]
    return prose[0].split(". ")[0].rstrip(".") + "." if prose else ""


def copy_example(name: str, folder: str | Path) -> tuple[Path, ...]:
    """Copy a bundled example into a folder; never over a file that is there.

    Parameters
    ----------
    name : str
    folder : str or Path
        Made when it does not exist.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    UnknownName
        There is no such example.
    InputRefused
        A file of that name exists already, or the folder cannot be written.
    """
    study_file = example_study_file(name)
    protocol = read_protocol(study_file)
    tables = tuple(
        path(protocol, study_file) for path in (registry_path, history_path, perfusion_path)
    )
    named = [study_file.parent / file for file in COPIED]
    sources = [path for path in (*named, *tables) if path is not None and path.exists()]
    target = Path(folder)
    taken = [source.name for source in sources if (target / source.name).exists()]
    if taken:
        raise InputRefused(
            what=f"{', '.join(taken)} would be written over",
            where=str(target),
            mend="choose an empty folder with --to",
            code="TZ-IN-21",
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        return tuple(Path(shutil.copyfile(s, target / s.name)) for s in sources)
    except OSError as error:
        raise InputRefused(
            what=f"the example cannot be written: {error.strerror or error}",
            where=str(target),
            mend="choose another folder with --to",
            code="TZ-IN-22",
        ) from error
