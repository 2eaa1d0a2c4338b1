"""Rows and columns that the workbook does not show: used or left out, as the owner says."""

from __future__ import annotations

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.hidden import ask_hidden, hidden_letters
from timezero.intake.step import Step
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    is_hidden = np.isin(bench.table.rows, bench.grid.hidden_rows)
    filled = np.zeros(bench.n, dtype=np.bool_)
    for column in bench.table.columns:
        filled |= column.kinds != 0
    letters = hidden_letters(bench)
    if bench.recipe.hidden is None and (is_hidden & filled).any():
        ask_hidden(bench, rows=is_hidden & filled, letters=letters)
    elif bench.recipe.hidden == "leave_out":
        if letters:
            what = f"left out: {counted(len(letters), 'hidden column')}, {', '.join(letters)}"
            bench.tell("hidden_columns", Severity.NOTE, what)
            bench.drop_columns(letters)
        if is_hidden.any() and not is_hidden.all():
            bench.drop_rows(is_hidden, code="hidden_rows", reason="hidden in the workbook")


STEP = Step(order=100, title="Hidden rows and columns", run=_run)
