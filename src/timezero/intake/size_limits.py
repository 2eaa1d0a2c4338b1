"""How large a table may be, found out without reading all of it."""

from __future__ import annotations

from mmap import mmap
from typing import Final

from timezero.errors import InputRefused

COLUMNS: Final = 2_000
CELLS: Final = 100_000_000
LINE: Final = 16_000_000
_PIECE: Final = 1 << 22


def refuse_early(raw: bytes | mmap, name: str) -> None:
    """Refuse a text whose first line is too long, or that surely has too many cells.

    Parameters
    ----------
    raw : bytes or mmap
    name : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The text is beyond the limits.
    """
    head = bytes(raw[:LINE])
    feed = next((end for end in (b"\n", b"\r") if end in head), None)
    if feed is None:
        if len(raw) > LINE:
            _refuse(f"line 1 has more than {LINE:,} signs and no end", name)
        return
    if len(raw) < CELLS or b'"' in head:
        return
    first = head.split(feed, 1)[0]
    delimiter = max((b",", b";", b"\t", b"|"), key=first.count)
    columns = first.count(delimiter) + 1
    rows = cells = 0
    for begin in range(0, len(raw), _PIECE):
        piece = bytes(raw[begin : begin + _PIECE])
        if b'"' in piece:
            return
        rows += piece.count(feed)
        cells += piece.count(delimiter) + piece.count(feed)
    if cells > CELLS:
        refuse_size(columns, rows, name)


def refuse_size(columns: int, rows: int, name: str) -> None:
    """Refuse a table with too many columns or too many cells.

    Parameters
    ----------
    columns, rows : int
    name : str
        What the table is called in messages.

    Raises
    ------
    InputRefused
        The table is beyond the limits.
    """
    if columns > COLUMNS:
        _refuse(f"the table has {columns:,} columns; the limit is {COLUMNS:,}", name)
    if columns * rows > CELLS:
        _refuse(
            f"the table has {rows:,} rows of {columns:,} cells; the limit is {CELLS:,} cells", name
        )


def _refuse(what: str, name: str) -> None:
    raise InputRefused(
        what=what, where=name, mend="keep only the columns the study needs", code="TZ-IN-16"
    )
