"""Columns that the study uses and the workbook hides."""

from __future__ import annotations

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.hidden import KEY, ask_hidden, hidden_letters
from timezero.intake.step import Step
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    hidden = hidden_letters(bench)
    used = tuple(column.letter for column in bench.used() if column.letter in hidden)
    is_asked = any(finding.code == KEY for finding in bench.findings)
    if used and bench.recipe.hidden is None and not is_asked:
        ask_hidden(bench, rows=np.zeros(bench.n, dtype=np.bool_), letters=used)
    elif hidden:
        what = f"{counted(len(hidden), 'hidden column')} with cells: {', '.join(hidden)}"
        bench.tell("hidden_columns", Severity.NOTE, what)


STEP = Step(order=205, title="Hidden columns that are used", run=_run)
