"""From a path or a data frame to a clean table: the format is read from the bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from timezero.errors import InputRefused
from timezero.findings import Finding
from timezero.intake.bench import Bench, roles_of
from timezero.intake.file_names import about_name
from timezero.intake.frames import grid_from_frame
from timezero.intake.grid import Grid
from timezero.intake.guess import guessed_data
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.step import CONTENT_FROM, Step
from timezero.intake.tables import Table, harmless, shown
from timezero.model.protocol import DataPart
from timezero.model.recipe import ONLY_TABLE, Recipe, TableRecipe
from timezero.registry import discover

Uses: TypeAlias = DataPart | Callable[[Table], DataPart]

FILE_LIMIT = 2_000_000_000
HEAD = 4_096


def read_table(
    source: Any,
    *,
    sheet: str | None = None,
    data: Uses | None = None,
    recipe: Recipe | None = None,
    called: str = ONLY_TABLE,
    today: dt.date | None = None,
) -> Table:
    """Read a table and prepare it under a recipe.

    Parameters
    ----------
    source : path, or a Polars, pandas or Arrow data frame
    sheet : str or None
        The sheet of a workbook; it wins over the recipe.
    data : DataPart, callable or None
        Which columns are used; a callable is given the table once its columns are known; guessed
        from the headers when None.
    recipe : Recipe or None
        Answers given before; without one nothing is asked that can be told from the cells.
    called : str
        Name of the table in the recipe.
    today : date or None
        No date can be later.

    Returns
    -------
    Table
        Its findings hold what was noticed and changed, and the open questions.

    Raises
    ------
    InputRefused
        The file does not exist, is empty, or is no table.
    """
    told = (recipe or Recipe()).table(called)
    if sheet is not None:
        told = told.model_copy(update={"sheet": sheet})
    grid = read_grid(source, told, called=called)
    shape = (recipe or Recipe()).shape.kind
    return _prepared(grid, told, called=called, data=data, today=today or _today(), shape=shape)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def read_grid(source: Any, recipe: TableRecipe, *, called: str = ONLY_TABLE) -> Grid:
    """Read the cells of a file or a data frame as they stand there.

    Parameters
    ----------
    source : path, or a Polars, pandas or Arrow data frame
    recipe : TableRecipe
    called : str
        Name of the table in the recipe.

    Raises
    ------
    InputRefused
        The file does not exist, is empty, or is no table.
    """
    if not isinstance(source, str | Path):
        return grid_from_frame(source)
    file = _given(Path(source), recipe, called)
    readers: list[Reader] = list(discover("timezero.intake.readers", "READER").values())
    reader = next(r for r in sorted(readers, key=lambda r: r.order) if r.recognises(file))
    grid = reader.read(file)
    notes = (*about_name(file, reader.words), *grid.findings)
    return dataclasses.replace(
        grid, digest=_digest(file.path), folder=file.path.parent, findings=notes
    )


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _given(path: Path, recipe: TableRecipe, called: str) -> FileGiven:
    try:
        size = path.stat().st_size
        with path.open("rb") as opened:
            head = opened.read(HEAD)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(
            what=f"the file cannot be read: {reason}",
            where=harmless(str(path)),
            mend="check the path",
            code="TZ-IN-01",
        ) from error
    if size > FILE_LIMIT:
        raise InputRefused(
            what=f"the file has {size / 1e9:.1f} GB; the limit is {FILE_LIMIT / 1e9:.0f} GB",
            where=shown(path.name),
            mend="keep only the columns the study needs",
            code="TZ-IN-16",
        )
    if size <= HEAD and not head.strip():
        raise InputRefused(
            what="the file is empty",
            where=shown(path.name),
            mend="give a table with a header and one row a patient",
            code="TZ-IN-04",
        )
    return FileGiven(
        path=path, name=shown(path.name), head=head, size=size, recipe=recipe, key=called
    )


def _prepared(
    grid: Grid,
    recipe: TableRecipe,
    *,
    called: str,
    data: Uses | None,
    today: dt.date,
    shape: str | None,
) -> Table:
    steps: list[Step] = sorted(
        discover("timezero.intake.steps", "STEP").values(), key=lambda step: step.order
    )
    table = Table(name=grid.name, columns=grid.columns, rows=grid.rows, n_read=int(grid.rows.size))
    bench = Bench(
        grid=grid,
        table=table,
        recipe=recipe,
        key=called,
        data=data if isinstance(data, DataPart) else DataPart(),
        today=today,
        shape=shape,
        findings=list[Finding](grid.findings),
    )
    for step in steps:
        if step.order < CONTENT_FROM:
            step.run(bench)
    if not isinstance(data, DataPart):
        bench.data = (data or guessed_data)(bench.table)
    bench.roles = roles_of(bench.data)
    for step in steps:
        if step.order >= CONTENT_FROM:
            step.run(bench)
    return dataclasses.replace(
        bench.table,
        findings=tuple(bench.findings),
        changes=tuple(bench.changes),
        attrition=tuple(bench.attrition),
        digest=grid.digest,
        labels={**bench.grid.labels, **bench.labels},
    )
