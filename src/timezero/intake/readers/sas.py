"""SAS: .sas7bdat and transport files (.xpt)."""

from __future__ import annotations

from typing import Final

from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.statistics_files import read_statistics_file

_DATA_SET: Final = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_TRANSPORT: Final = (b"HEADER RECORD*******LIBRARY HEADER", b"HEADER RECORD*******LIBV8")


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith((_DATA_SET, *_TRANSPORT))


def _read(file: FileGiven) -> Grid:
    kind = "sas7bdat" if file.head.startswith(_DATA_SET) else "xpt"
    return read_statistics_file(file, kind, "a SAS file")


READER = Reader(order=26, words="a SAS file", recognises=_recognises, read=_read)
