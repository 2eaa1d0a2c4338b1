"""Workbooks, each cell with the type and the address it has there."""

from __future__ import annotations

from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.scanned_book import ZIP
from timezero.intake.workbooks import read_workbook

_OLE = b"\xd0\xcf\x11\xe0"


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith((ZIP, _OLE))


def _read(file: FileGiven) -> Grid:
    return read_workbook(file)


READER = Reader(order=30, words="a workbook", recognises=_recognises, read=_read)
