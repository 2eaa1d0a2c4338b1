"""Excel workbooks, each cell with the type it has there."""

from __future__ import annotations

import dataclasses

from timezero.intake.cells import grid_of_records
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.workbooks import read_workbook


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _read(file: FileGiven) -> Grid:
    chosen, rows, notes = read_workbook(file.path.read_bytes(), file.name, file.recipe.sheet)
    grid = grid_of_records(f"{file.name}, sheet {chosen}", rows)
    return dataclasses.replace(grid, findings=tuple(notes))


READER = Reader(order=30, words="an Excel workbook", recognises=_recognises, read=_read)
