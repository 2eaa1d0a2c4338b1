"""Stata: .dta of every version since 8."""

from __future__ import annotations

from typing import Final

from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.statistics_files import read_statistics_file

_MARK: Final = b"<stata_dta>"
# Before version 13: release number, byte order, file type, one unused byte.
_RELEASES: Final = frozenset({104, 105, 108, 110, 111, 113, 114, 115})


def _recognises(file: FileGiven) -> bool:
    head = file.head
    is_old = len(head) > 109 and head[0] in _RELEASES and head[1] in {1, 2} and head[2] == 1
    return head.startswith(_MARK) or is_old


def _read(file: FileGiven) -> Grid:
    return read_statistics_file(file, "dta", "a Stata file")


READER = Reader(order=24, words="a Stata file", recognises=_recognises, read=_read)
