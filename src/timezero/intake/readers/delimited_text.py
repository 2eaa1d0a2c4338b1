"""Delimited text of any encoding; whatever no other reader knows is tried as text."""

from __future__ import annotations

import dataclasses

from timezero.intake.cells import grid_of_records
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.text_files import read_text


def _recognises(file: FileGiven) -> bool:
    del file
    return True


def _read(file: FileGiven) -> Grid:
    text = read_text(file.path.read_bytes(), file.name)
    return dataclasses.replace(grid_of_records(file.name, text.records), findings=text.findings)


READER = Reader(order=99, words="delimited text", recognises=_recognises, read=_read)
