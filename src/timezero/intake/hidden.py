"""The question about hidden rows and columns of a workbook."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.row_looks import row_words
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted

KEY: Final = "hidden"


def hidden_letters(bench: Bench) -> tuple[str, ...]:
    """Return the letters of the columns that the workbook hides and that are still there.

    Parameters
    ----------
    bench : Bench
    """
    there = {column.letter for column in bench.table.columns}
    return tuple(letter for letter in bench.grid.hidden_columns if letter in there)


def _but(letters: tuple[str, ...]) -> str:
    return "; columns that the study names are used all the same" if letters else ""


def ask_hidden(bench: Bench, *, rows: Bools, letters: tuple[str, ...]) -> None:
    """Ask whether hidden rows and columns are used.

    Parameters
    ----------
    bench : Bench
    rows : (n,) bool
        Hidden rows with cells.
    letters : tuple of str
        Hidden columns with cells.
    """
    parts = [
        f"{counted(n, noun)}{named}"
        for n, noun, named in (
            (int(rows.sum()), "row", ""),
            (len(letters), "column", f" ({', '.join(letters)})"),
        )
        if n
    ]
    there = " and ".join(parts)
    is_one = int(rows.sum()) + len(letters) == 1
    bench.ask(
        KEY,
        f"{there} with cells {'is' if is_one else 'are'} hidden, by hand or by a filter",
        key=KEY,
        mask=rows,
        evidence=tuple(
            row_words(bench.table, int(row)) for row in np.flatnonzero(rows)[:EVIDENCE_LIMIT]
        ),
        options=(
            Option(value="use", words=f"{there} read like all others"),
            Option(value="leave_out", words=f"{there} left out and counted{_but(letters)}"),
        ),
        default="use",
    )
