"""Reading a registry and walking the ladder, with a record of it or without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.ladder.climb import Progress
    from timezero.model.cohort import Cohort
    from timezero.model.protocol import Protocol
    from timezero.model.recipe import Recipe
    from timezero.model.result import StudyResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a study is made of.

    Parameters
    ----------
    protocol : Protocol
    registry : Path
    second : Path or None
        The table with values that change.
    perfusions : Path or None
        The courses of perfusions.
    recipe : Recipe or None
    earlier : Path or None
        An earlier state of the registry.
    study : str
        Name of the study in the record.
    """

    protocol: Protocol
    registry: Path
    second: Path | None
    perfusions: Path | None
    recipe: Recipe | None
    earlier: Path | None
    study: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What came out of a study.

    Parameters
    ----------
    result : StudyResult
    unkept : InputRefused or None
        Why the record did not take the result, which is then still handed out.
    """

    result: StudyResult
    unkept: InputRefused | None = None


def walked(given: Given, place: str | None, progress: Progress) -> Walked:
    """Read and walk the ladder; with a record, everything about it is kept there.

    Raises
    ------
    InputRefused
        The registry cannot be used, or the record cannot be written before there is a result.
    JobCancelled
        Somebody asked for the study to stop.
    """
    from timezero.checkpoints import default_folder
    from timezero.intake.cohort import read_cohort
    from timezero.ladder.run import study as walk
    from timezero.ladder.run import study_key

    read = partial(
        read_cohort,
        protocol=given.protocol,
        histories=given.second,
        perfusions=given.perfusions,
    )
    if place is not None:
        return _walked_on_record(given, place, progress, read=read)
    cohort = read(given.registry, recipe=given.recipe, earlier=given.earlier)
    keep_in = default_folder(study_key(cohort, given.protocol), kind="studies")
    return Walked(result=walk(cohort, given.protocol, progress=progress, keep_in=keep_in))


def _beside(given: Given) -> tuple[Path, ...]:
    """Return every file that is read beside the registry."""
    tables = {} if given.recipe is None else given.recipe.tables
    named = [given.registry.parent / t.file for t in tables.values() if t.file is not None]
    named += [path for path in (given.second, given.perfusions) if path is not None]
    return tuple(path for path in dict.fromkeys(named) if path != given.registry)


def _walked_on_record(
    given: Given, place: str, progress: Progress, *, read: Callable[..., Cohort]
) -> Walked:
    from timezero.cli._record import Inputs, asked, earlier_registry, recorded
    from timezero.intake.recipe_file import write_recipe
    from timezero.ladder.run import study as walk
    from timezero.store import open_store

    inputs = Inputs(
        study=given.study,
        registry=given.registry,
        protocol=asked(given.protocol),
        recipe="" if given.recipe is None else write_recipe(given.recipe),
        beside=_beside(given),
    )
    result: StudyResult | None = None
    with open_store(place) as store:
        with earlier_registry(store, inputs) as earlier:
            cohort = read(given.registry, recipe=given.recipe, earlier=given.earlier or earlier)
        try:
            with recorded(store, inputs, cohort, given.protocol) as run:
                result = walk(
                    cohort,
                    given.protocol,
                    progress=run.job.telling(progress),
                    keep_in=run.job.keeper,
                    record=run.analysis,
                )
                run.finish(result)
        except InputRefused as refusal:
            if result is None:
                raise
            return Walked(result=result, unkept=refusal)
        return Walked(result=result)
