"""The first study file of a registry: every default visible, guesses marked as guesses."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from timezero.errors import InputRefused
from timezero.intake.events import read_event
from timezero.intake.guess import Guess, guess_roles, guess_unit
from timezero.intake.look import guessed_protocol
from timezero.intake.protocol_file import write_protocol
from timezero.intake.sources import read_table
from timezero.intake.tables import shown
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study file that was written.

    Parameters
    ----------
    path : str
    guesses : tuple of Guess
        Columns filled in that its owner has to check.
    """

    path: str
    guesses: tuple[Guess, ...]


def start_study_file(
    registry: str | Path, output: str | Path, *, sheet: str | None = None, force: bool = False
) -> StudyFile:
    """Write a study file for a registry.

    Parameters
    ----------
    registry : str or Path
    output : str or Path
        Where the study file goes.
    sheet : str or None
        The sheet of a workbook.
    force : bool
        Write over a file that is there.

    Raises
    ------
    InputRefused
        The registry cannot be read, or the study file is there already, or cannot be written.
    """
    output = Path(output)
    if output.exists() and not force:
        raise InputRefused(
            what=f"{output.name} exists already",
            where=str(output),
            mend="choose another name with -o, or write over it with --force",
            code="TZ-IN-21",
        )
    table = read_table(registry, sheet=sheet)
    guesses = guess_roles(table)
    protocol = guessed_protocol(guesses, sheet)
    data = protocol.data.model_copy(update={"file": _beside(Path(registry), output)})
    protocol = protocol.model_copy(update={"data": data})
    notes = {f"data.{guess.role}": f"guessed {guess.reason}: check" for guess in guesses}
    if guess_unit(guesses) is not None:
        notes["data.unit"] = "guessed from the header: check"
    if data.event is not None:
        seen = read_event(table.column(data.event), DataPart()).seen[:12]
        values = ", ".join(f"{shown(value)} ({counted(n, 'patient')})" for value, n in seen)
        notes["data.event_value"] = f"to be declared; seen: {values}"
    _write(output, write_protocol(protocol, notes))
    return StudyFile(path=str(output), guesses=guesses)


def _beside(registry: Path, output: Path) -> str:
    """Return the registry's path as seen from the study file, with forward slashes."""
    try:
        relative = os.path.relpath(registry.resolve(), output.resolve().parent)
    except ValueError:
        return registry.resolve().as_posix()
    return Path(relative).as_posix()


def _write(output: Path, text: str) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputRefused(
            what=f"the study file cannot be written: {error.strerror or error}",
            where=str(output),
            mend="choose another place with -o",
            code="TZ-IN-22",
        ) from error
