"""Rows that the workbook does not show: used or left out, as the owner says."""

from __future__ import annotations

import numpy as np

from timezero.intake.bench import Bench
from timezero.intake.hidden import ask_hidden, hidden_letters
from timezero.intake.step import Step


def _run(bench: Bench) -> None:
    is_hidden = np.isin(bench.table.rows, bench.grid.hidden_rows)
    filled = np.zeros(bench.n, dtype=np.bool_)
    for column in bench.table.columns:
        filled |= column.kinds != 0
    if bench.recipe.hidden is None and (is_hidden & filled).any():
        ask_hidden(bench, rows=is_hidden & filled, letters=hidden_letters(bench))
    elif bench.recipe.hidden == "leave_out" and (filled & ~is_hidden).any():
        bench.drop_rows(is_hidden, code="hidden_rows", reason="hidden in the workbook")


STEP = Step(order=100, title="Hidden rows", run=_run)
