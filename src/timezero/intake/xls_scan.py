"""The sheets of an .xls gone through record by record, keeping only what is out of the way."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from timezero.intake.refusals_of_files import damaged, locked
from timezero.intake.sheet_scan import SheetScan

ERROR_WORDS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BEGIN, _END, _LOCK, _SHEET, _DATES = 0x0809, 0x0A, 0x2F, 0x85, 0x22
_FONT, _STYLE, _LINKS, _MACROS = 0x31, 0xE0, 0x1AE, 0xD3
_ROW, _COLUMNS, _FILTER, _FILTERED, _MERGED, _COMMENT = 0x208, 0x7D, 0x9D, 0x9B, 0xE5, 0x1C
_NUMBER, _RK, _TEXT, _OLD_TEXT, _RICH = 0x203, 0x27E, 0xFD, 0x204, 0xD6
_BOOL_OR_ERROR, _FORMULA, _MANY_RK, _BLANK, _MANY_BLANKS = 0x205, 0x06, 0xBD, 0x201, 0xBE
LAST_COLUMN: Final = 256
_AUTOMATIC: Final = frozenset({8, 9, 64, 65, 0x7FFF})
_SINGLE: Final = frozenset({_NUMBER, _RK, _TEXT, _OLD_TEXT, _RICH, _BOOL_OR_ERROR, _FORMULA})


@dataclass(slots=True, kw_only=True)
class XlsBook:
    """What was seen of an .xls.

    Parameters
    ----------
    scans : list of SheetScan
        In the order of the sheets.
    is_1904 : bool
        Dates are counted from 1 January 1904.
    ignored : tuple of str
        Active parts in words; none of them is run or followed.
    """

    scans: list[SheetScan] = field(default_factory=list[SheetScan])
    is_1904: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Look:
    """Formats by number: what the font and the fill of a style show, and per cent."""

    fonts: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    telling: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    percent: set[int] = field(default_factory=set[int])
    n_styles: int = 0


def scan_book(stream: bytes, name: str) -> XlsBook:
    """Go through the workbook stream of an .xls.

    Parameters
    ----------
    stream : bytes
    name : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The workbook is locked, or its records do not fit together.
    """
    book, look, begins, ignored = XlsBook(), _Look(), list[int](), list[str]()
    try:
        for kind, body in _records(stream, 0):
            if kind == _LOCK:
                raise locked(name)
            if kind == _SHEET:
                begins.append(struct.unpack_from("<I", body)[0])
            elif kind == _DATES:
                book.is_1904 = body[:2] == b"\x01\x00"
            elif kind == _MACROS:
                ignored.append("macros")
            elif kind == _LINKS and len(body) > 4 and body[2:4] not in {b"\x01\x04", b"\x01\x3a"}:
                ignored.append("links to other workbooks or programs")
            else:
                _note_format(look, kind, body)
        book.scans = [_scan_sheet(stream, at, look) for at in begins]
    except (struct.error, IndexError) as error:
        raise damaged(name, "its records do not fit together") from error
    if any(scan.right > LAST_COLUMN for scan in book.scans):
        raise damaged(name, "it names cells beyond the last column that an .xls can have")
    book.ignored = tuple(dict.fromkeys(ignored))
    return book


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        # A chart within a sheet has a beginning and an end of its own.
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == _END and depth <= 0:
            return


def _note_format(look: _Look, kind: int, body: bytes) -> None:
    if kind == _FONT:
        options, colour = struct.unpack_from("<HH", body, 2)
        struck = ("struck through",) if options & 0x8 else ()
        letters = () if colour in _AUTOMATIC else (f"coloured letters {colour}",)
        look.fonts.append((*struck, *letters))
    elif kind == _STYLE and len(body) >= 20:
        font, number_format = struct.unpack_from("<HH", body)
        border, colours = struct.unpack_from("<IH", body, 14)
        # The fifth font is left out of the count.
        at = font - (font > 4)
        own = look.fonts[at] if at < len(look.fonts) else ()
        if border >> 26 and colours & 0x7F not in _AUTOMATIC:
            own = (f"fill {colours & 0x7F}", *own)
        if own:
            look.telling[look.n_styles] = own
        if number_format in {9, 10}:
            look.percent.add(look.n_styles)
        look.n_styles += 1


def _scan_sheet(stream: bytes, at: int, look: _Look) -> SheetScan:
    scan = SheetScan()
    for kind, body in _records(stream, at):
        if kind in _SINGLE:
            _cell(scan, kind, body, look)
        elif kind in {_MANY_RK, _MANY_BLANKS}:
            _stretch(scan, body, look, filled=kind == _MANY_RK)
        elif kind in _OTHER:
            _OTHER[kind](scan, body, look)
    return scan


def _cell(scan: SheetScan, kind: int, body: bytes, look: _Look) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    scan.fill(row + 1, column + 1)
    _mark(scan, row + 1, column + 1, look.telling.get(style, ()))
    if kind in {_NUMBER, _RK, _FORMULA} and style in look.percent:
        scan.n_percent += 1
    is_error = kind == _BOOL_OR_ERROR and body[7]
    if is_error or (kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2):
        code = body[6] if is_error else body[8]
        scan.errors[row + 1, column + 1] = ERROR_WORDS.get(code, "#ERROR!")


def _stretch(scan: SheetScan, body: bytes, look: _Look, *, filled: bool) -> None:
    """Note numbers, or empty cells with a format, that stand side by side."""
    row, first = struct.unpack_from("<HH", body)
    (last,) = struct.unpack_from("<H", body, len(body) - 2)
    size = 6 if filled else 2
    if filled and last >= first:
        scan.fill(row + 1, first + 1, n_columns=last - first + 1)
    for k in range(min(last - first + 1, (len(body) - 6) // size)):
        (style,) = struct.unpack_from("<H", body, 4 + k * size)
        _mark(scan, row + 1, first + 1 + k, look.telling.get(style, ()))
        scan.n_percent += filled and style in look.percent


def _mark(scan: SheetScan, row: int, column: int, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        scan.mark(kind, row, column)


def _blank(scan: SheetScan, body: bytes, look: _Look) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    _mark(scan, row + 1, column + 1, look.telling.get(style, ()))


def _row(scan: SheetScan, body: bytes, _: _Look) -> None:
    (row,) = struct.unpack_from("<H", body)
    if body[12] & 0x20:
        scan.hidden_rows.add(row + 1)


def _columns(scan: SheetScan, body: bytes, _: _Look) -> None:
    first, last, _width, _style, options = struct.unpack_from("<HHHHH", body)
    if options & 1:
        scan.hidden_columns.append((first + 1, last + 1))


def _filtered(scan: SheetScan, *_: object) -> None:
    scan.filter_range = "set"


def _merged(scan: SheetScan, body: bytes, _: _Look) -> None:
    for k in range(min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)):
        top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * k)
        scan.merged.append((top + 1, left + 1, bottom + 1, right + 1))


def _comment(scan: SheetScan, body: bytes, _: _Look) -> None:
    row, column = struct.unpack_from("<HH", body)
    scan.commented.append((row + 1, column + 1))


_OTHER: Final[dict[int, Callable[[SheetScan, bytes, _Look], None]]] = {
    _BLANK: _blank,
    _ROW: _row,
    _COLUMNS: _columns,
    _FILTER: _filtered,
    _FILTERED: _filtered,
    _MERGED: _merged,
    _COMMENT: _comment,
}
