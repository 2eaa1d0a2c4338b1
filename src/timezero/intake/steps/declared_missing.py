"""Codes that a statistics file or a data dictionary declares to mean 'not recorded'."""

from __future__ import annotations

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.changes import Change
from timezero.intake.emptied import emptied
from timezero.intake.grid import ColumnLabels
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, Column, shown
from timezero.intake.wording import counted

CODE = "declared_missing"


def _run(bench: Bench) -> None:
    said: list[str] = []
    n = 0
    for column in bench.table.columns:
        labels = bench.grid.labels.get(column.name)
        if labels is None or not labels.missing:
            continue
        kept = bench.said(column.name).not_missing or ()
        codes = [code for code in labels.missing if code not in kept]
        gone = np.asarray(column.text.is_in(codes).fill_null(value=False).to_numpy())
        if gone.any():
            said.append(_empty(bench, column, gone, labels))
            n += int(gone.sum())
    if said:
        bench.tell(
            CODE,
            Severity.NOTE,
            f"{counted(n, 'cell')} in {counted(len(said), 'column')}: codes that the file declares "
            "as not recorded, read as empty",
            evidence=tuple(said[:EVIDENCE_LIMIT]),
        )


def _empty(
    bench: Bench,
    column: Column,
    gone: np.ndarray[tuple[int], np.dtype[np.bool_]],
    labels: ColumnLabels,
) -> str:
    """Make cells empty, and say how many there were of each code."""
    import polars as pl

    cells = column.text.filter(pl.Series(gone))
    counts = sorted(cells.value_counts().rows())
    new = emptied(column, gone)
    bench.changes.append(
        Change(
            code=CODE,
            rule="declared as not recorded in the file",
            column=column.name,
            letter=column.letter,
            rows=bench.table.rows[gone],
            old=cells,
            new=pl.Series([None] * len(cells), dtype=pl.String),
        )
    )
    bench.put(new)
    parts = [f"{_named(code, labels)}: {counted(n, 'cell')}" for code, n in counts]
    return f"{shown(column.name)}: {', '.join(parts)}"


def _named(code: str, labels: ColumnLabels) -> str:
    label = labels.values.get(code, "")
    return f"{shown(code)} ({shown(label)})" if label else shown(code)


STEP = Step(order=184, title="Codes declared as not recorded", run=_run)
