"""Empty rows and columns around the table: passed over, and told."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.row_looks import filled_rows
from timezero.intake.rows import rows_between
from timezero.intake.step import Step
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    table = bench.table
    filled = np.flatnonzero(filled_rows(table.columns, bench.n))
    if not filled.size:
        if bench.grid.is_headed:
            return
        raise InputRefused(
            what="the file is empty", where=table.name, mend="give a table", code="TZ-IN-04"
        )
    if bench.grid.is_headed:
        return
    first, last = int(filled[0]), int(filled[-1])
    n_columns = 1 + max(k for k, c in enumerate(table.columns) if (c.kinds != 0).any())
    above, below = first, bench.n - 1 - last
    beside = len(table.columns) - n_columns
    _tell(bench, above=above, below=below, beside=beside)
    columns = table.columns[:n_columns]
    bench.table = rows_between(dataclasses.replace(table, columns=columns), first, last + 1)
    n_left_out = sum(step.n_removed for step in bench.attrition)
    bench.table = dataclasses.replace(bench.table, n_read=bench.n + n_left_out)


def _tell(bench: Bench, *, above: int, below: int, beside: int) -> None:
    # The line end that closes a text file is no row.
    below -= bench.grid.widths is not None and below == 1
    parts = [
        f"{counted(n, noun)} {place}"
        for n, noun, place in (
            (above, "row", "above the table"),
            (below, "row", "below it"),
            (beside, "column", "on its right"),
        )
        if n
    ]
    if parts:
        what = f"passed over, empty or with nothing but spaces: {', '.join(parts)}"
        bench.tell("file_empty_edges", Severity.NOTE, what)


STEP = Step(order=110, title="Empty rows and columns around the table", run=_run)
