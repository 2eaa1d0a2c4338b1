"""SPSS: .sav, .zsav and portable files."""

from __future__ import annotations

from typing import Final

from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.statistics_files import read_statistics_file

_MARKS: Final = (b"$FL2", b"$FL3")
# The portable format opens with five lines of 40 signs that name it in several alphabets.
_PORTABLE, _PORTABLE_AT = b"SPSSPORT", 456
_PORTABLE_WORDS: Final = b"SPSS PORT FILE"


def _is_portable(head: bytes) -> bool:
    plain = head.replace(b"\r", b"").replace(b"\n", b"")
    return _PORTABLE_WORDS in plain[:250] and _PORTABLE in plain[: _PORTABLE_AT + 60]


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith(_MARKS) or _is_portable(file.head[:600])


def _read(file: FileGiven) -> Grid:
    kind = "sav" if file.head.startswith(_MARKS) else "por"
    return read_statistics_file(file, kind, "an SPSS file")


READER = Reader(order=22, words="an SPSS file", recognises=_recognises, read=_read)
