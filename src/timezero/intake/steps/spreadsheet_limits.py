"""Tables that end exactly where a spreadsheet program cuts them."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.sheet_scan import column_number
from timezero.intake.step import Step
from timezero.intake.tables import TEXT, Column
from timezero.intake.wording import counted

LAST_ROWS: Final = {65_536: "an .xls", 1_048_576: "an .xlsx"}
LAST_COLUMNS: Final = {256: "an .xls", 16_384: "an .xlsx"}
LONGEST_TEXT: Final = 32_767


def _run(bench: Bench) -> None:
    if bench.grid.is_headed or not bench.n:
        return
    mend = "compare the number of rows and columns with the program that the table comes from"
    last = int(bench.table.rows[-1])
    if last in LAST_ROWS:
        what = (
            f"the table ends in row {last:,}, the last that {LAST_ROWS[last]} sheet can hold: it "
            "may be cut"
        )
        mask = np.asarray(bench.table.rows == last)
        bench.tell("file_may_be_cut", Severity.WARNING, what, mask=mask, mend=mend)
    width = max(column_number(c.letter) for c in bench.table.columns)
    if width in LAST_COLUMNS:
        what = (
            f"the table has {width:,} columns, all that {LAST_COLUMNS[width]} sheet can hold: it "
            "may be cut"
        )
        bench.tell("file_may_be_cut", Severity.WARNING, what, mend=mend)
    for column in bench.table.columns:
        _look_at_texts(bench, column)


def _look_at_texts(bench: Bench, column: Column) -> None:
    lengths = column.text.str.len_chars().fill_null(0).to_numpy()
    mask = np.asarray((lengths == LONGEST_TEXT) & (column.kinds == TEXT), dtype=np.bool_)
    if not mask.any():
        return
    what = (
        f"{counted(mask, 'cell')} of column {column.letter} with exactly 32,767 characters, all "
        "that a cell can hold: it may be cut"
    )
    mend = "compare it with the program that the table comes from"
    bench.tell("file_may_be_cut", Severity.WARNING, what, column=column, mask=mask, mend=mend)


STEP = Step(order=115, title="Tables cut where a spreadsheet ends", run=_run)
