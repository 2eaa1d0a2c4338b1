"""Rows with more or fewer cells than the header: refused with a list, never shifted."""

from __future__ import annotations

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.bench import Bench
from timezero.intake.headings import place_of
from timezero.intake.row_looks import filled_rows
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    if bench.grid.widths is None or bench.grid.is_headed or not bench.table.columns:
        return
    of_header = bench.grid.widths[np.isin(bench.grid.rows, bench.header_rows)]
    of_rows = bench.grid.widths[np.searchsorted(bench.grid.rows, bench.table.rows)]
    places = [place_of(column.letter) for column in bench.table.columns]
    width = min(int(of_header.max()), max(places))
    further = [c for c, place in zip(bench.table.columns, places, strict=True) if place > width]
    # Cells that are merely empty beyond the header shift nothing.
    ragged = np.flatnonzero((of_rows < width) | filled_rows(further, bench.n))
    if not ragged.size:
        return
    name = bench.table.name
    findings = tuple(
        Finding(
            code="file_ragged",
            severity=Severity.ERROR,
            what=f"row {row} has {n_cells} cells; the header has {width}",
            where=f"{name}, row {row}",
            mend="export the table again; a cell with the delimiter in it needs quotation marks",
            n_rows=1,
        )
        for k in ragged[:EVIDENCE_LIMIT]
        for row, n_cells in [(int(bench.table.rows[k]), int(of_rows[k]))]
    )
    raise InputRefused(
        what=f"not as many cells as the header in {counted(ragged.size, 'row')}",
        where=f"{name}, first at row {int(bench.table.rows[ragged[0]])}",
        mend=findings[0].mend,
        code="TZ-IN-14",
        findings=findings,
    )


STEP = Step(order=160, title="Rows with more or fewer cells than the header", run=_run)
