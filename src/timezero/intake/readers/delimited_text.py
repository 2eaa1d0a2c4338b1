"""Delimited text of any encoding; whatever no other reader knows is tried as text."""

from __future__ import annotations

from mmap import ACCESS_READ, mmap

from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.text_files import TextGiven, grid_of_text


def _recognises(file: FileGiven) -> bool:
    del file
    return True


def _read(file: FileGiven) -> Grid:
    with file.path.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as raw:
        given = TextGiven(raw=raw, name=file.name, recipe=file.recipe, key=file.key, path=file.path)
        return grid_of_text(given)


READER = Reader(order=99, words="delimited text", recognises=_recognises, read=_read)
