"""Empty rows among the patients: left out, counted."""

from __future__ import annotations

from timezero.errors import InputRefused
from timezero.intake.bench import Bench
from timezero.intake.row_looks import filled_rows
from timezero.intake.step import Step


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    bench.drop_rows(
        ~filled_rows(bench.table.columns, bench.n), code="file_empty_rows", reason="empty"
    )
    if not bench.n:
        raise InputRefused(
            what="the table has a header and no rows with a patient",
            where=bench.table.name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )


STEP = Step(order=155, title="Empty rows", run=_run)
