"""Which row is the header, and what the columns are called."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import Column, column_letter, on_one_line
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    filled = _filled(bench.table.columns, bench.n)
    if not filled.any():
        raise InputRefused(
            what="the file is empty", where=bench.table.name, mend="give a table", code="TZ-IN-04"
        )
    at = int(np.flatnonzero(filled)[0])
    kept = np.flatnonzero(filled[at + 1 :]) + at + 1
    if not kept.size:
        raise InputRefused(
            what="the table has a header and no rows",
            where=bench.table.name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )
    _refuse_ragged(bench, at, kept)
    names = _headings(bench, at, kept)
    rows, last = bench.table.rows, int(kept[-1])
    n_blank = last - at - kept.size
    if n_blank:
        bench.tell(
            "file_empty_rows", Severity.NOTE, f"passed over: {counted(n_blank, 'empty row')}"
        )
    if at:
        what = f"passed over above the header: {counted(at, 'empty row')}"
        bench.tell("file_empty_rows", Severity.NOTE, what)
    bench.table = dataclasses.replace(
        bench.table,
        columns=tuple(_below(bench.table.columns[k], name, kept) for k, name in names),
        rows=rows[kept],
        n_read=last - at,
    )


def _filled(columns: tuple[Column, ...], n: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    filled = np.zeros(n, dtype=np.bool_)
    for column in columns:
        filled |= column.kinds != 0
    return filled


def _below(column: Column, name: str, kept: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Column:
    return dataclasses.replace(
        column,
        name=name,
        text=column.text.gather(kept).alias(name),
        kinds=column.kinds[kept],
        numbers=column.numbers[kept],
        days=column.days[kept],
    )


def _headings(
    bench: Bench, at: int, kept: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> list[tuple[int, str]]:
    """Name every column that has a header or a value; same names get their letter."""
    header = [on_one_line(column.text[at] or "") for column in bench.table.columns]
    names: list[tuple[int, str]] = []
    for index, heading in enumerate(header):
        letter = column_letter(index)
        if not heading:
            if not (bench.table.columns[index].kinds[kept] != 0).any():
                continue
            what = f"column {letter} has no header; it is called column_{index + 1}"
            bench.tell("header_blank", Severity.WARNING, what)
            names.append((index, f"column_{index + 1}"))
        elif header.count(heading) > 1:
            names.append((index, f"{heading} [{letter}]"))
        else:
            names.append((index, heading))
    for heading in dict.fromkeys(h for h in header if h and header.count(h) > 1):
        letters = ", ".join(
            f"{heading} [{column_letter(k)}]" for k, other in enumerate(header) if other == heading
        )
        what = f"several columns are called {heading!r}; they are told apart as {letters}"
        bench.tell("header_duplicated", Severity.WARNING, what)
    return names


def _refuse_ragged(bench: Bench, at: int, kept: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
    widths = bench.grid.widths
    if widths is None:
        return
    width = int(widths[at])
    beyond = _filled(bench.table.columns[width:], bench.n)
    # Cells that are merely empty beyond the header shift nothing.
    ragged = [int(k) for k in kept if widths[k] < width or beyond[k]]
    if not ragged:
        return
    name = bench.table.name
    findings = tuple(
        Finding(
            code="file_ragged",
            severity=Severity.ERROR,
            what=f"row {k + 1} has {int(widths[k])} cells; the header has {width}",
            where=f"{name}, row {k + 1}",
            mend="export the table again; a cell with the delimiter in it needs quotation marks",
            n_rows=1,
        )
        for k in ragged[:20]
    )
    raise InputRefused(
        what=f"not as many cells as the header in {counted(len(ragged), 'row')}",
        where=f"{name}, first at row {ragged[0] + 1}",
        mend=findings[0].mend,
        code="TZ-IN-14",
        findings=findings,
    )


STEP = Step(order=110, title="The header", run=_run)
