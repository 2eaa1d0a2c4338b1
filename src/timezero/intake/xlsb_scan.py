"""The sheets of an .xlsb gone through record by record, keeping only what is out of the way."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from timezero.intake.package import Package
from timezero.intake.refusals_of_files import damaged
from timezero.intake.sheet_scan import SheetScan
from timezero.intake.xls_scan import ERROR_WORDS
from timezero.intake.xlsx_book import Book, relations_of

MAIN: Final = "xl/workbook.bin"
_ROW, _FIRST_CELL, _LAST_CELL, _COLUMNS = 0, 2, 11, 60
_ERRORS: Final = frozenset({3, 11})
_RICH_TEXT, _PROPERTIES, _SHEET, _FILTER, _MERGED = 62, 153, 156, 161, 176


def read_binary_book(package: Package) -> Book:
    """Read which sheets there are and where.

    Parameters
    ----------
    package : Package

    Raises
    ------
    InputRefused
        The records do not fit together.
    """
    targets, _ = relations_of(package, MAIN)
    parts: dict[str, str] = {}
    is_1904 = False
    try:
        for kind, body in _records(package, MAIN):
            if kind == _PROPERTIES:
                is_1904 = bool(body[0] & 1)
            elif kind == _SHEET:
                mark, at = _text(body, 8)
                name, _ = _text(body, at)
                parts[name] = targets.get(mark, "")
    except (struct.error, IndexError) as error:
        raise damaged(package.name, f"the records of {MAIN} do not fit together") from error
    return Book(parts=parts, is_1904=is_1904, styles="")


def _text(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", body, at)
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def scan_binary_sheet(package: Package, part: str) -> SheetScan:
    """Go through a sheet of an .xlsb.

    Parameters
    ----------
    package : Package
    part : str
        ``xl/worksheets/sheet1.bin``.

    Raises
    ------
    InputRefused
        The records do not fit together.
    """
    scan, row = SheetScan(), 0
    try:
        for kind, body in _records(package, part):
            if kind == _ROW:
                row = struct.unpack_from("<I", body)[0] + 1
                if body[11] & 0x10:
                    scan.hidden_rows.add(row)
            elif _FIRST_CELL <= kind <= _LAST_CELL or kind == _RICH_TEXT:
                column = struct.unpack_from("<I", body)[0] + 1
                scan.fill(row, column)
                if kind in _ERRORS:
                    scan.errors[row, column] = ERROR_WORDS.get(body[8], "#ERROR!")
            else:
                _other(scan, kind, body)
    except (struct.error, IndexError) as error:
        raise damaged(package.name, f"the records of {part} do not fit together") from error
    return scan


def _other(scan: SheetScan, kind: int, body: bytes) -> None:
    if kind == _COLUMNS:
        first, last, _width, _style, options = struct.unpack_from("<IIIIH", body)
        if options & 1:
            scan.hidden_columns.append((first + 1, last + 1))
    elif kind == _FILTER:
        scan.filter_range = "set"
    elif kind == _MERGED:
        top, bottom, left, right = struct.unpack_from("<IIII", body)
        scan.merged.append((top + 1, left + 1, bottom + 1, right + 1))


def _records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of each record; both numbers before it take seven bits a byte."""
    if part not in package.sizes:
        raise IndexError
    pending = b""
    for chunk in package.chunks(part):
        pending += chunk
        at = 0
        while (found := _one(pending, at)) is not None:
            kind, body, at = found
            yield kind, body
        pending = pending[at:]
    if pending:
        raise IndexError


def _one(raw: bytes, at: int) -> tuple[int, bytes, int] | None:
    """Return kind, body and end of the record at a place; None when it is not all there yet."""
    kind, at = _seven_bits(raw, at, 2)
    size, at = _seven_bits(raw, at, 4)
    if at < 0 or at + size > len(raw):
        return None
    return kind, raw[at : at + size], at + size


def _seven_bits(raw: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number with seven bits a byte, and where it ends; -1 when it does not."""
    number = 0
    for k in range(most):
        if not 0 <= at < len(raw):
            return 0, -1
        byte, at = raw[at], at + 1
        number |= (byte & 0x7F) << (7 * k)
        if byte < 0x80:
            break
    return number, at
