"""Only the first part of the road of intake: which rows and columns are the table."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from timezero.findings import Question, Severity
from timezero.intake.bench import Bench
from timezero.intake.grid import Grid
from timezero.intake.sources import read_grid
from timezero.intake.step import CONTENT_FROM
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart
from timezero.model.recipe import TableRecipe
from timezero.registry import discover

Rows = list[list[str]]


def as_csv(folder: Path, rows: Rows) -> Path:
    """Write rows as they are, short ones short, and return where."""
    path = folder / "registry.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def bench_of(grid: Grid, recipe: dict[str, Any] | None = None, **data: Any) -> Bench:
    """Return the bench after the steps of structure."""
    bench = Bench(
        grid=grid,
        table=Table(
            name=grid.name, columns=grid.columns, rows=grid.rows, n_read=int(grid.rows.size)
        ),
        recipe=TableRecipe.model_validate(recipe or {}),
        key="registry",
        data=DataPart(**data),
        today=dt.date(2026, 11, 25),
        findings=list(grid.findings),
    )
    steps = sorted(discover("timezero.intake.steps", "STEP").values(), key=lambda s: s.order)
    for step in steps:
        if step.order < CONTENT_FROM:
            step.run(bench)
    return bench


def structure(folder: Path, rows: Rows, recipe: dict[str, Any] | None = None, **data: Any) -> Bench:
    """Write rows as CSV and return the bench after the steps of structure."""
    told = TableRecipe.model_validate(recipe or {})
    return bench_of(read_grid(as_csv(folder, rows), told), recipe, **data)


def questions(bench: Bench) -> dict[str, Question]:
    """Return the open questions by their codes."""
    return {f.code: f for f in bench.findings if isinstance(f, Question)}


def cells(bench: Bench) -> dict[str, list[str | None]]:
    """Return what the table says, column by column."""
    return {column.name: column.text.to_list() for column in bench.table.columns}


def stops(bench: Bench) -> set[str]:
    """Return the codes of errors and questions."""
    return {f.code for f in bench.findings if f.severity in {Severity.ERROR, Severity.QUESTION}}
