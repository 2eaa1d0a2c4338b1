"""From a path or a data frame to a table: the format is read from the bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.frames import (
    column_from_cells,
    column_from_series,
    table_from_frame,
    text_column,
)
from timezero.intake.tables import Column, Table, column_letter, on_one_line, shown
from timezero.intake.text_files import read_text
from timezero.intake.wording import counted
from timezero.intake.workbooks import read_workbook

FILE_LIMIT = 2_000_000_000
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"
_NOT_TABLES = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<?xml": "an XML file",
    b"\x89png": "a picture",
    b"rdx": "an R data file",
}


def read_table(source: Any, *, sheet: str | None = None) -> Table:
    """Read a table from a file or take a data frame.

    Parameters
    ----------
    source : path, or a Polars, pandas or Arrow data frame
    sheet : str or None
        The sheet of a workbook; the first one with cells when None.

    Raises
    ------
    InputRefused
        The file does not exist, is empty, or is no table.
    """
    if not isinstance(source, str | Path):
        return table_from_frame(source)
    path = Path(source)
    raw = _bytes_of(path)
    name = shown(path.name)
    if raw.startswith(b"PAR1"):
        return _parquet(path, name)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        chosen, rows, notes = read_workbook(raw, name, sheet)
        return _assembled(f"{name}, sheet {chosen}", rows, notes, name)
    for mark, kind in _NOT_TABLES.items():
        if raw[:64].lstrip().lower().startswith(mark.lower()):
            raise InputRefused(
                what=f"the file is {kind}, whatever its name says",
                where=name,
                mend="give the table as CSV, Excel or Parquet",
                code="TZ-IN-18",
            )
    text = read_text(raw, name)
    return _assembled(name, text.records, list(text.findings), name)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise InputRefused(
                what=f"the file has {size / 1e9:.1f} GB; the limit is {FILE_LIMIT / 1e9:.0f} GB",
                where=str(path),
                mend="keep only the columns the study needs",
                code="TZ-IN-16",
            )
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputRefused(
            what=f"the file cannot be read: {reason}",
            where=str(path),
            mend="check the path",
            code="TZ-IN-01",
        ) from error
    if not raw.strip():
        raise InputRefused(
            what="the file is empty",
            where=str(path),
            mend="give a table with a header and one row a patient",
            code="TZ-IN-04",
        )
    return raw


def _parquet(path: Path, name: str) -> Table:
    import polars as pl

    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(
            what=f"the Parquet file cannot be read: {error}",
            where=name,
            mend="write the file again",
            code="TZ-IN-15",
        ) from error
    return table_from_frame(frame, name)


def _assembled(name: str, records: list[Any], notes: list[Finding], file: str) -> Table:
    """Make a table of records: header, rows with their numbers, empty parts left out."""
    header_at = next((k for k, record in enumerate(records) if _filled(record)), None)
    if header_at is None:
        raise InputRefused(
            what="the file is empty", where=file, mend="give a table", code="TZ-IN-04"
        )
    body = range(header_at + 1, len(records))
    kept = [k for k in body if _filled(records[k])]
    if not kept:
        raise InputRefused(
            what="the table has a header and no rows",
            where=name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )
    header = [on_one_line(str(cell).strip(_BLANKS)) for cell in records[header_at]]
    width = len(header)
    by_column = list(zip(*(_fitted(records[k], width) for k in kept), strict=True))
    names, remarks = _headings(header, by_column, name)
    columns = tuple(
        _cells_to_column(heading, by_column[index], column_letter(index))
        for index, heading in names
    )
    inner_blank = kept[-1] - header_at - len(kept)
    if inner_blank:
        remarks.append(
            _note("file_empty_rows", f"passed over: {counted(inner_blank, 'empty row')}", name)
        )
    if header_at:
        what = f"passed over above the header: {counted(header_at, 'empty row')}"
        remarks.append(_note("file_empty_rows", what, name))
    return Table(
        name=name,
        columns=columns,
        rows=np.asarray(kept, dtype=np.int64) + 1,
        n_read=kept[-1] - header_at,
        findings=(*notes, *remarks),
    )


def _filled(record: Sequence[Any]) -> bool:
    try:
        # Text alone, the common case: one join is far quicker than a look at every cell.
        return bool("".join(record).strip(_BLANKS))
    except TypeError:
        pass
    return any(
        cell.strip(_BLANKS) if isinstance(cell, str) else cell is not None for cell in record
    )


def _fitted(record: list[Any], width: int) -> list[Any]:
    if len(record) == width:
        return record
    return (record + [""] * width)[:width]


def _cells_to_column(heading: str, cells: tuple[Any, ...], letter: str) -> Column:
    import polars as pl

    kinds = set(map(type, cells))
    if kinds == {str}:
        return text_column(heading, pl.Series(heading, cells, dtype=pl.String), letter=letter)
    if kinds == {float}:
        return column_from_series(
            heading, pl.Series(heading, cells, dtype=pl.Float64), letter=letter
        )
    return column_from_cells(heading, cells, letter=letter)


def _headings(
    header: list[str], by_column: list[tuple[Any, ...]], name: str
) -> tuple[list[tuple[int, str]], list[Finding]]:
    """Name every column that has a header or a value; same names get their letter."""
    remarks: list[Finding] = []
    names: list[tuple[int, str]] = []
    for index, heading in enumerate(header):
        letter = column_letter(index)
        if not heading:
            if not _filled(by_column[index]):
                continue
            remarks.append(
                _note(
                    "header_blank",
                    f"column {letter} has no header; it is called column_{index + 1}",
                    name,
                    severity=Severity.WARNING,
                )
            )
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
        remarks.append(_note("header_duplicated", what, name, severity=Severity.WARNING))
    return names, remarks


def _note(code: str, what: str, where: str, *, severity: Severity = Severity.NOTE) -> Finding:
    return Finding(code=code, severity=severity, what=what, where=where)
