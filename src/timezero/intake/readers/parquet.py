"""Parquet: each column has one type, and its name."""

from __future__ import annotations

from timezero.errors import InputRefused
from timezero.intake.frames import grid_from_frame
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith(b"PAR1")


def _read(file: FileGiven) -> Grid:
    import polars as pl

    try:
        frame = pl.read_parquet(file.path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(
            what=f"the Parquet file cannot be read: {error}",
            where=file.name,
            mend="write the file again",
            code="TZ-IN-15",
        ) from error
    return grid_from_frame(frame, file.name)


READER = Reader(order=20, words="a Parquet file", recognises=_recognises, read=_read)
