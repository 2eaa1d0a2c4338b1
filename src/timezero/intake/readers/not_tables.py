"""Files that are no table, whatever their name says."""

from __future__ import annotations

from timezero.errors import InputRefused
from timezero.intake.grid import Grid
from timezero.intake.not_tables import kind_of
from timezero.intake.reader import FileGiven, Reader


def _recognises(file: FileGiven) -> bool:
    return kind_of(file.head) is not None


def _refuse(file: FileGiven) -> Grid:
    raise InputRefused(
        what=f"the file is {kind_of(file.head)}, whatever its name says",
        where=file.name,
        mend="give the table as CSV, Excel or Parquet",
        code="TZ-IN-18",
    )


READER = Reader(order=10, words="no table", recognises=_recognises, read=_refuse)
