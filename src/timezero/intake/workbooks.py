"""Excel workbooks, each cell with the type it has there."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.findings import Finding, Severity

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

UNPACKED_LIMIT = 1_000_000_000


def read_workbook(
    raw: bytes, name: str, sheet: str | None
) -> tuple[str, list[list[object]], list[Finding]]:
    """Read one sheet of a workbook.

    Parameters
    ----------
    raw : bytes
        The whole file.
    name : str
        What the file is called in messages.
    sheet : str or None
        The sheet; the first one that is not hidden and not empty when None.

    Returns
    -------
    tuple
        The name of the sheet, its rows from row 1 on, and what was noticed.

    Raises
    ------
    InputRefused
        The workbook is damaged, locked or too large.
    UnknownName
        There is no such sheet.
    """
    import python_calamine as calamine

    _refuse_bomb(raw, name)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    except (calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputRefused(
            what=f"the workbook cannot be opened: {error}",
            where=name,
            mend="check that it opens in Excel without a password, and save it again",
            code="TZ-IN-15",
        ) from error
    visible = [
        s.name for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible
    ]
    chosen = sheet if sheet is not None else _first_filled(book, visible or book.sheet_names)
    if chosen not in book.sheet_names:
        listed = ", ".join(nearest_first(chosen, book.sheet_names))
        raise UnknownName(
            what=f"there is no sheet {chosen!r}",
            where=name,
            mend=f"name one of the sheets: {listed}",
            code="TZ-IN-03",
        )
    page = book.get_sheet_by_name(chosen)
    rows: list[list[object]] = [list(row) for row in page.to_python(skip_empty_area=False)]
    return chosen, rows, _notes(name, chosen, book.sheet_names, page.merged_cell_ranges)


def _first_filled(book: CalamineWorkbook, names: list[str]) -> str:
    for name in names:
        if book.get_sheet_by_name(name).total_height:
            return name
    return names[0]


def _refuse_bomb(raw: bytes, name: str) -> None:
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise InputRefused(
            what="the workbook is damaged or cut short",
            where=name,
            mend="copy the file again, and check that it opens in Excel",
            code="TZ-IN-15",
        ) from error
    if size > UNPACKED_LIMIT:
        raise InputRefused(
            what=f"the workbook unpacks to {size / 1e9:.1f} GB; the limit is 1 GB",
            where=name,
            mend="export the sheet as CSV or Parquet",
            code="TZ-IN-16",
        )


def _notes(
    name: str, chosen: str, names: list[str], merged: list[tuple[tuple[int, int], ...]] | None
) -> list[Finding]:
    notes: list[Finding] = []
    others = [other for other in names if other != chosen]
    if others:
        what = f"sheet {chosen!r} was read; not read: {', '.join(others)}"
        notes.append(
            Finding(
                code="file_sheet",
                severity=Severity.NOTE,
                what=what,
                where=name,
                mend="data.sheet names another one",
            )
        )
    if merged:
        what = f"{len(merged)} groups of merged cells: only the first cell of each has a value"
        notes.append(
            Finding(
                code="file_merged_cells",
                severity=Severity.WARNING,
                what=what,
                where=f"{name}, sheet {chosen}",
                mend="check that no patient's value is hidden by a merged cell",
            )
        )
    return notes
