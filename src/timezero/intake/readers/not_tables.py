"""Files that are no table, whatever their name says."""

from __future__ import annotations

from typing import Final

from timezero.errors import InputRefused
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader

_MARKS: Final = {
    b"%pdf": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<?xml": "an XML file",
    b"\x89png": "a picture",
    b"rdx": "an R data file",
}


def _kind(file: FileGiven) -> str | None:
    head = file.head[:64].lstrip().lower()
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)


def _recognises(file: FileGiven) -> bool:
    return _kind(file) is not None


def _refuse(file: FileGiven) -> Grid:
    raise InputRefused(
        what=f"the file is {_kind(file)}, whatever its name says",
        where=file.name,
        mend="give the table as CSV, Excel or Parquet",
        code="TZ-IN-18",
    )


READER = Reader(order=10, words="no table", recognises=_recognises, read=_refuse)
