"""Every changed cell of a table as CSV: address, column, old, new, rule."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from timezero.errors import InputRefused
from timezero.intake.tables import Table

HEADER = ("row", "column", "letter", "old", "new", "rule", "step")


def changes_text(table: Table) -> str:
    """Return every change as CSV, one row a cell; text that a spreadsheet would run is escaped.

    Parameters
    ----------
    table : Table
    """
    from timezero.intake.spreadsheet_safe import safe_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for change in table.changes:
        named = [safe_cell(change.column), change.letter]
        how = [safe_cell(change.rule), change.code]
        for row, old, new in zip(change.rows, change.old, change.new, strict=True):
            writer.writerow([int(row), *named, safe_cell(old or ""), safe_cell(new or ""), *how])
    return out.getvalue()


def write_changes(table: Table, path: Path) -> None:
    """Write every change to a file that only its owner can read.

    Parameters
    ----------
    table : Table
    path : Path
        Not written over when it exists.

    Raises
    ------
    InputRefused
        The file exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            path.chmod(0o600)
            file.write(changes_text(table))
    except OSError as error:
        raise InputRefused(
            what=f"the list of changes cannot be written: {error.strerror or error}",
            where=str(path),
            mend="name a new file in a folder that can be written to",
            code="TZ-IN-34",
        ) from error
