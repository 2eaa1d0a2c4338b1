"""The first study file of a registry, and its recipe: every default visible, answers kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from timezero.errors import InputRefused
from timezero.findings import Finding, Question
from timezero.intake.events import read_event
from timezero.intake.guess import Guess, guess_roles, guess_unit
from timezero.intake.interview import (
    Answered,
    Asks,
    Settled,
    by_default,
    from_answers,
    settle,
    settle_table,
)
from timezero.intake.look import guessed_protocol
from timezero.intake.protocol_file import validated, write_protocol
from timezero.intake.recipe_file import Content, validated_recipe, write_recipe
from timezero.intake.tables import Table, shown
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart
from timezero.model.recipe import ONLY_TABLE, TableRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study file and a recipe that were written.

    Parameters
    ----------
    path, recipe : str
    guesses : tuple of Guess
        Columns filled in that the owner of the data has to check.
    answered : tuple of Answered
    still_open : tuple of Question
        What has to be answered before a study can be done.
    errors : tuple of Finding
        What has to be put right in the registry itself.
    n_patients : int
        0 as long as something is open or wrong.
    """

    path: str
    recipe: str
    guesses: tuple[Guess, ...]
    answered: tuple[Answered, ...]
    still_open: tuple[Question, ...]
    errors: tuple[Finding, ...]
    n_patients: int


def start_study_file(
    registry: str | Path,
    output: str | Path,
    *,
    sheet: str | None = None,
    answers: tuple[Content, Content] | None = None,
    ask: Asks = by_default,
    force: bool = False,
) -> StudyFile:
    """Ask what has to be asked about a registry, and write its study file and its recipe.

    Parameters
    ----------
    registry : str or Path
    output : str or Path
        Where the study file goes; the recipe goes beside it.
    sheet : str or None
        The sheet of a workbook.
    answers : (dict, dict) or None
        Keys of the recipe and of the study file that are settled beforehand.
    ask : callable
        As in :func:`timezero.intake.interview.settle`; without one, proposals are taken.
    force : bool
        Write over files that are there.

    Raises
    ------
    InputRefused
        The registry cannot be read, or a file is there already, or cannot be written.
    """
    output = Path(output)
    recipe_file = recipe_beside(output)
    _refuse_taken(output, recipe_file, force=force)
    recipe: Content = {} if sheet is None else {"tables": {ONLY_TABLE: {"sheet": sheet}}}
    study, recipe = from_answers({}, recipe, answers or ({}, {}))
    said = validated(study).data
    table, recipe, asked_first = settle_table(registry, recipe=recipe, ask=ask, patient=said.id)
    guesses = _unsaid(guess_roles(table), study)
    guessed = guessed_protocol(guesses, sheet).model_dump(exclude_unset=True)
    study, _ = from_answers({"data": dict(guessed["data"])}, {}, ({}, study))
    settled = settle(registry, study=study, recipe=recipe, ask=ask)
    _keep(settled, registry, output, recipe_file, guesses=guesses, table=table)
    return StudyFile(
        path=str(output),
        recipe=str(recipe_file),
        guesses=guesses,
        answered=(*asked_first, *settled.answered),
        still_open=settled.still_open,
        errors=settled.errors,
        n_patients=0 if settled.cohort is None else settled.cohort.n,
    )


def recipe_beside(study_file: Path) -> Path:
    """Return where the recipe of a study file goes: ``recipe.toml``, or with the study's name."""
    stem = study_file.stem
    return study_file.with_name("recipe.toml" if stem == "study" else f"{stem}-recipe.toml")


def _refuse_taken(*places: Path, force: bool) -> None:
    taken = [place for place in places if place.exists()]
    if taken and not force:
        raise InputRefused(
            what=f"{' and '.join(place.name for place in taken)} exists already",
            where=str(taken[0]),
            mend="choose another name with -o, or write over it with --force",
            code="TZ-IN-21",
        )


def _unsaid(guesses: tuple[Guess, ...], study: Content) -> tuple[Guess, ...]:
    said = study.get("data", {})
    return tuple(g for g in guesses if g.role not in said and g.column not in said.values())


def _keep(
    settled: Settled,
    registry: str | Path,
    output: Path,
    recipe_file: Path,
    *,
    guesses: tuple[Guess, ...],
    table: Table,
) -> None:
    data = settled.protocol.data
    update = {"file": _beside(Path(registry), output), "recipe": recipe_file.name, "sheet": None}
    protocol = settled.protocol.model_copy(update={"data": data.model_copy(update=update)})
    notes = {f"data.{guess.role}": f"guessed {guess.reason}: check" for guess in guesses}
    if guess_unit(guesses) is not None:
        notes["data.unit"] = "guessed from the header: check"
    for done in settled.answered:
        if done.question.key[0] == "data":
            notes[done.question.place] = "answered"
    if data.event is not None and not data.event_value and data.event in table.names:
        seen = read_event(table.column(data.event), DataPart()).seen[:12]
        values = ", ".join(f"{shown(value)} ({counted(n, 'patient')})" for value, n in seen)
        notes["data.event_value"] = f"to be declared; seen: {values}"
    told = settled.recipe.table()
    sheet = {} if data.sheet is None or told.sheet is not None else {"sheet": data.sheet}
    tables = {
        name: _found_again(part, settled.recipe.shape.patient_id.get(name) or data.id)
        for name, part in settled.recipe.tables.items()
    }
    if set(tables) <= {ONLY_TABLE}:
        told = _found_again(settled.recipe.table(), data.id)
        update = {"sha256": table.digest or None, **sheet}
        tables[ONLY_TABLE] = told.model_copy(update=update)
    recipe = validated_recipe(
        {
            "tables": {
                name: part.model_dump(exclude_defaults=True) for name, part in tables.items()
            },
            "shape": settled.recipe.shape.model_dump(exclude_defaults=True),
        }
    )
    _write(recipe_file, write_recipe(recipe))
    _write(output, write_protocol(protocol, notes))


def _found_again(table: TableRecipe, header: str | None) -> TableRecipe:
    """Let the header of the next export be found by its text, wherever it has moved."""
    if table.header_rows is None or table.header_begins is not None or header is None:
        return table
    return table.model_copy(update={"header_begins": header})


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
        output.chmod(output.stat().st_mode & 0o644)
    except OSError as error:
        raise InputRefused(
            what=f"the study file cannot be written: {error.strerror or error}",
            where=str(output),
            mend="choose another place with -o",
            code="TZ-IN-22",
        ) from error
