"""Columns that the workbook does not show; one that the study names is used all the same."""

from __future__ import annotations

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench, roles_of
from timezero.intake.hidden import KEY, ask_hidden, hidden_letters
from timezero.intake.step import Step
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    hidden = hidden_letters(bench)
    if not hidden:
        return
    named = roles_of(bench.data)
    columns = [column for column in bench.table.columns if column.letter in hidden]
    used = tuple(c.letter for c in columns if c.name in named or not named)
    is_asked = any(finding.code == KEY for finding in bench.findings)
    if used and bench.recipe.hidden is None and not is_asked:
        ask_hidden(bench, rows=np.zeros(bench.n, dtype=np.bool_), letters=used)
    elif bench.recipe.hidden == "leave_out":
        _leave_out(bench, {c.name: c.letter for c in columns if c.name not in named})
    else:
        what = f"{counted(len(hidden), 'hidden column')} with cells: {', '.join(hidden)}"
        bench.tell("hidden_columns", Severity.NOTE, what)
    kept = [c.name for c in columns if c.name in named]
    if bench.recipe.hidden == "leave_out" and kept:
        what = f"hidden, and used because the study names them: {', '.join(kept)}"
        bench.tell("hidden_columns", Severity.WARNING, what)


def _leave_out(bench: Bench, gone: dict[str, str]) -> None:
    if gone:
        what = f"left out: {counted(len(gone), 'hidden column')}, {', '.join(gone.values())}"
        bench.tell("hidden_columns", Severity.NOTE, what)
        bench.drop_columns(tuple(gone))


STEP = Step(order=191, title="Hidden columns", run=_run)
