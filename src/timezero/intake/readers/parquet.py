"""Parquet: each column has one type, and its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.frames import grid_from_frame
from timezero.intake.grid import Grid
from timezero.intake.read_apart import read_apart
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.refusals_of_files import cut_short, damaged
from timezero.intake.size_limits import refuse_size
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

MARK: Final = b"PAR1"
CHILD: Final = "timezero.intake.parquet_child"
# Days since 1970-01-01 of the first and last day that have a date.
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
_A_DAY: Final = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_UNIVERSAL: Final = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu")


def _recognises(file: FileGiven) -> bool:
    return file.head.startswith(MARK)


def _read(file: FileGiven) -> Grid:
    import polars as pl

    _refuse_cut(file)
    try:
        schema = pl.read_parquet_schema(file.path)
        _refuse_nested(schema, file.name)
        n_rows = int(pl.scan_parquet(file.path).select(pl.len()).collect().item())
        refuse_size(len(schema), n_rows, file.name)
        # A damaged page can make Polars ask for more memory than there is, which ends a process.
        read_apart(CHILD, str(file.path.resolve()), name=file.name, size=file.size)
        frame = pl.read_parquet(file.path)
        _refuse_far_dates(frame, file.name)
    except (*_broken(), OSError, ValueError, OverflowError) as error:
        raise damaged(file.name, "its parts do not fit together") from error
    plain, findings = _plain(frame, file.name)
    return dataclasses.replace(grid_from_frame(plain, file.name), findings=findings)


def _refuse_cut(file: FileGiven) -> None:
    with file.path.open("rb") as opened:
        opened.seek(max(file.size - len(MARK), 0))
        if file.size < 12 or opened.read() != MARK:
            raise cut_short(file.name, "the description of its columns at the end")


def _refuse_nested(schema: Mapping[str, pl.DataType], name: str) -> None:
    import polars as pl

    nested = [heading for heading, kind in schema.items() if kind.is_nested() or kind == pl.Object]
    if nested:
        listed = ", ".join(shown(heading) for heading in nested[:EVIDENCE_LIMIT])
        raise InputRefused(
            what=f"{counted(len(nested), 'column')} hold lists or records in their cells: {listed}",
            where=name,
            mend="write one value a cell, or leave these columns out, and write the file again",
            code="TZ-IN-65",
        )


def _broken() -> tuple[type[BaseException], ...]:
    """Return what Polars raises on a damaged file; a panic of its own is no Exception."""
    import polars as pl

    return pl.exceptions.PolarsError, pl.exceptions.PanicException


def _refuse_far_dates(frame: pl.DataFrame, name: str) -> None:
    """Refuse dates that no calendar program can show; Polars itself breaks on some."""
    import polars as pl

    for series in frame:
        kind = series.dtype
        if isinstance(kind, pl.Datetime):
            a_day = _A_DAY[kind.time_unit]
        elif kind == pl.Date:
            a_day = 1
        else:
            continue
        days = series.to_physical().cast(pl.Int64) // a_day
        if bool(((days < FIRST_DAY) | (days > LAST_DAY)).any()):
            raise InputRefused(
                what=f"column {shown(series.name)} holds a date outside the years 1 to 9999",
                where=name,
                mend="correct it where the table comes from, and write the file again",
                code="TZ-IN-65",
            )


def _plain(frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return a frame whose times show the clock of their own zone, and bytes as text.

    Moments in universal time are written as such, with a Z, for the step that knows where the
    hospital is: midnight there is the evening before in universal time.
    """
    import polars as pl

    zoned: list[str] = []
    changed: list[pl.Series] = []
    for series in frame:
        kind = series.dtype
        if isinstance(kind, pl.Datetime) and kind.time_zone in _UNIVERSAL:
            changed.append(series.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        elif isinstance(kind, pl.Datetime) and kind.time_zone is not None:
            zoned.append(f"{shown(series.name)}: {kind.time_zone}")
            changed.append(series.dt.replace_time_zone(None))
        elif kind == pl.Binary:
            changed.append(_text_of_bytes(series, name))
    if not zoned:
        return frame.with_columns(changed), ()
    what = (
        f"{counted(len(zoned), 'column')} of times with a time zone: the day and hour are those of "
        "the clock there"
    )
    note = Finding(
        code="file_time_zone", severity=Severity.NOTE, what=what, where=name, evidence=tuple(zoned)
    )
    return frame.with_columns(changed), (note,)


def _text_of_bytes(series: pl.Series, name: str) -> pl.Series:
    import polars as pl

    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise InputRefused(
            what=f"column {shown(series.name)} holds bytes that are no text",
            where=name,
            mend="leave the column out, and write the file again",
            code="TZ-IN-65",
        ) from error


READER = Reader(order=20, words="a Parquet file", recognises=_recognises, read=_read)
