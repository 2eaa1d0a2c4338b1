"""What the columns are called: blank, repeated, long and unusual headers, told."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.header_rows import Part, joined_headings
from timezero.intake.headings import LONGEST, is_unusual, lettered, plain_heading
from timezero.intake.same_headers import settle_same_headers
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, Column, on_one_line, shown
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    headings = _headings(bench)
    _drop_blank(bench, headings)
    twins: dict[str, list[Column]] = defaultdict(list)
    for column in bench.table.columns:
        if headings[column.letter]:
            twins[column.name.removesuffix(lettered("", column.letter))].append(column)
    settle_same_headers(bench, {name: tuple(own) for name, own in twins.items() if len(own) > 1})
    _tell_changed(bench)


def _headings(bench: Bench) -> dict[str, str]:
    """Return the plain header of each column by its letter; empty where there is none."""
    grid = bench.grid
    letters = {column.letter for column in bench.table.columns}
    part = Part(
        columns=[column for column in grid.columns if column.letter in letters],
        rows=grid.rows,
        filled=np.isin(grid.rows, bench.header_rows),
        merged=grid.merged,
    )
    at = tuple(int(k) for k in np.flatnonzero(part.filled))
    named = zip(part.columns, joined_headings(part, at), strict=True)
    return {column.letter: heading for column, heading in named}


def _drop_blank(bench: Bench, headings: dict[str, str]) -> None:
    """Drop columns without header and cells; tell what those with cells are called."""
    blank = [column for column in bench.table.columns if not headings[column.letter]]
    empty = tuple(column.name for column in blank if not (column.kinds != 0).any())
    bench.drop_columns(empty)
    for column in blank:
        if column.name not in empty:
            what = f"column {column.letter} has no header; it is called {column.name}"
            bench.tell("header_blank", Severity.WARNING, what)


def _tell_changed(bench: Bench) -> None:
    """Tell which headers are shown otherwise than they are written, and which look like orders."""
    raw = _raw_headings(bench)
    for code, what, odd in (
        ("header_tidied", "with spaces or signs that cannot be seen", _is_tidied),
        ("header_long", "shortened", _is_long),
        ("header_unusual", "with signs that other programs may obey; here it is text", is_unusual),
    ):
        found = [c for c in bench.table.columns if any(odd(cell) for cell in raw[c.letter])]
        if found:
            listed = tuple(
                _old_and_new(c, " / ".join(raw[c.letter])) for c in found[:EVIDENCE_LIMIT]
            )
            counted_headers = counted(len(found), "header")
            bench.tell(code, Severity.NOTE, f"{counted_headers} {what}", evidence=listed)


def _raw_headings(bench: Bench) -> dict[str, tuple[str, ...]]:
    """Return what the header cells of each column say, by its letter."""
    at = np.flatnonzero(np.isin(bench.grid.rows, bench.header_rows))
    return {
        column.letter: tuple(text for text in column.text.gather(at).to_list() if text is not None)
        for column in bench.grid.columns
    }


def _is_tidied(heading: str) -> bool:
    return plain_heading(heading) != on_one_line(heading)


def _old_and_new(column: Column, raw: str) -> str:
    old = "" if raw == column.name else f"{shown(repr(raw))} -> "
    return f"{column.letter}: {old}{shown(column.name)}"


def _is_long(heading: str) -> bool:
    return len(heading) > LONGEST


STEP = Step(order=170, title="What the columns are called", run=_run)
