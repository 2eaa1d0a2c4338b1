"""A gzip or zip archive with one delimited text inside."""

from __future__ import annotations

import dataclasses

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.archive_files import GZIP, ZIP, is_archive, unpacked
from timezero.intake.grid import Grid
from timezero.intake.not_tables import kind_of
from timezero.intake.reader import FileGiven, Reader
from timezero.intake.text_files import TextGiven, grid_of_text


def _recognises(file: FileGiven) -> bool:
    return is_archive(file.path, file.head)


def _read(file: FileGiven) -> Grid:
    member, raw = unpacked(file.path, file.head, name=file.name, recipe=file.recipe, key=file.key)
    name = f"{file.name}, {member}" if member else file.name
    _refuse_others(raw, name)
    grid = grid_of_text(TextGiven(raw=raw, name=name, recipe=file.recipe, key=file.key))
    kind = "gzip" if file.head.startswith(GZIP) else "zip"
    note = Finding(
        code="file_unpacked",
        severity=Severity.NOTE,
        what=f"the table was read from inside a {kind} archive, {len(raw):,} bytes",
        where=name,
    )
    return dataclasses.replace(grid, findings=(note, *grid.findings))


def _refuse_others(raw: bytes, name: str) -> None:
    """Refuse an archive in an archive, and what is no text."""
    nested = raw.startswith((GZIP, *ZIP)) or raw[257:262] == b"ustar"
    kind = "an archive or a workbook" if nested else kind_of(raw[:4096])
    if not raw.strip():
        kind = "empty"
    if kind is None:
        return
    raise InputRefused(
        what=f"the file inside the archive is {kind}",
        where=name,
        mend="unpack the archive and give the table itself",
        code="TZ-IN-18",
    )


READER = Reader(order=25, words="an archive", recognises=_recognises, read=_read)
