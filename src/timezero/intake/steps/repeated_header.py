"""The header repeated among the rows, as when exports are pasted below each other: left out."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.headings import matching_key
from timezero.intake.row_looks import looks_at, row_words
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted

_PROBED: Final = 4
_MOST: Final = 200


def _run(bench: Bench) -> None:
    if bench.grid.is_headed or len(bench.table.columns) < 2:
        return
    repeated = np.zeros(bench.n, dtype=np.bool_)
    for number in bench.header_rows:
        repeated |= _equal_to(bench, number)
    bench.drop_rows(
        repeated, code="file_repeated_header", reason="the header repeated among the rows"
    )
    _report_other_order(bench)


def _headings(bench: Bench, number: int) -> dict[str, str | None]:
    """Return the cells of a header row by the letters of their columns."""
    k = int(np.flatnonzero(bench.grid.rows == number)[0])
    letters = {column.letter for column in bench.table.columns}
    return {c.letter: c.text[k] for c in bench.grid.columns if c.letter in letters}


def _equal_to(bench: Bench, number: int) -> Bools:
    """Return which rows say what a header row says in every column, case and spaces aside."""
    wanted = _headings(bench, number)
    columns = sorted(bench.table.columns, key=lambda c: wanted[c.letter] is None)
    same = np.arange(bench.n, dtype=np.int64)
    for column in columns:
        heading = wanted[column.letter]
        same = same[_says(bench, column.letter, same, () if heading is None else (heading,))]
        if not same.size:
            break
    found = np.zeros(bench.n, dtype=np.bool_)
    found[same] = sum(heading is not None for heading in wanted.values()) > 1
    return found


def _says(bench: Bench, letter: str, at: Ints, headings: tuple[str, ...]) -> Bools:
    """Return at which rows a column says one of some headers; an empty cell when there is none."""
    column = next(c for c in bench.table.columns if c.letter == letter)
    if not headings:
        return column.kinds[at] == 0
    text = column.text.gather(at)
    plain = [heading.strip().lower() for heading in headings]
    return np.asarray(text.str.to_lowercase().is_in(plain).fill_null(value=False).to_numpy())


def _report_other_order(bench: Bench) -> None:
    """Report rows that repeat the header with its columns in another order."""
    headings = tuple(h for h in _headings(bench, bench.header_rows[-1]).values() if h)
    everywhere = np.arange(bench.n, dtype=np.int64)
    hits = np.zeros(bench.n, dtype=np.int64)
    for column in bench.table.columns[:_PROBED]:
        hits += _says(bench, column.letter, everywhere, headings)
    suspects = np.flatnonzero(hits >= 2)[:_MOST]
    keys = {matching_key(heading) for heading in headings}
    found = np.zeros(bench.n, dtype=np.bool_)
    for k, texts in zip(suspects, looks_at(bench.table.columns, suspects).texts, strict=True):
        own = [matching_key(text) for text in texts if text]
        known = sum(key in keys for key in own)
        found[k] = len(set(own)) == len(own) and 2 * known > len(own)
    if found.any():
        what = f"{counted(found, 'row')} repeating the header with other columns, or in other order"
        bench.tell(
            "file_other_header",
            Severity.ERROR,
            what,
            mask=found,
            evidence=tuple(
                row_words(bench.table, int(k)) for k in np.flatnonzero(found)[:EVIDENCE_LIMIT]
            ),
            mend="bring the rows below it into the order of the first header",
        )


STEP = Step(order=140, title="The header repeated among the rows", run=_run)
