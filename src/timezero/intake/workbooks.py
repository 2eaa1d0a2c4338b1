"""Workbooks, each cell with the type and the address it has there."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from timezero.findings import Finding
from timezero.intake.calamine_pages import Pages, open_pages
from timezero.intake.cells import grid_of_records
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven
from timezero.intake.refusals_of_files import damaged, no_workbook
from timezero.intake.scanned_book import ScannedBook, refuse_vast, scanned_book
from timezero.intake.sheet_choice import Sheet, choose_sheet
from timezero.intake.sheet_scan import SheetScan
from timezero.intake.tables import Column
from timezero.intake.workbook_notes import header_row_of, notes_of

PEEKED_ROWS: Final = 30


def read_workbook(file: FileGiven) -> Grid:
    """Read one sheet of a workbook.

    Parameters
    ----------
    file : FileGiven
        An .xlsx, .xlsm, .xlsb, .xls or .ods.

    Returns
    -------
    Grid
        With questions about sheets among its findings.

    Raises
    ------
    InputRefused
        The workbook is locked, damaged, cut short, too large or hostile.
    UnknownName
        There is no such sheet.
    """
    looked = scanned_book(file.path, file.name, file.size, file.head)
    pages = open_pages(file.path, file.name, apart=looked.is_apart)
    sheet, findings = choose_sheet(_sheets(looked, pages, file), file)
    where = f"{file.name}, sheet {sheet.name}"
    rows = _rows(pages, sheet.name, sheet.scan, where)
    findings += notes_of(looked, sheet.scan, rows, name=file.name, where=where)
    return _grid(where, rows, sheet.scan, findings)


def _sheets(looked: ScannedBook, pages: Pages, file: FileGiven) -> list[Sheet]:
    wanted = file.recipe.sheet
    known = {name for name, _, is_cells in pages.sheets if is_cells}
    if not known:
        raise no_workbook(file.name, "a workbook without a sheet of cells")
    found: list[Sheet] = []
    for number, (name, is_visible, is_cells) in enumerate(pages.sheets):
        if is_cells:
            aside = wanted in known and name != wanted
            scan = SheetScan() if aside else looked.scan(name, number)
            header = _peek(pages, name, scan, file.name)
            found.append(Sheet(name=name, is_visible=is_visible, scan=scan, header=header))
    return found


def _peek(pages: Pages, name: str, scan: SheetScan, file_name: str) -> Any:
    def header() -> tuple[str, ...]:
        rows = _rows(pages, name, scan, f"{file_name}, sheet {name}", most=PEEKED_ROWS)
        cells = rows[header_row_of(rows, 0)] if rows else ()
        return tuple(text for cell in cells if (text := str(cell).strip()))

    return header


def _rows(
    pages: Pages, name: str, scan: SheetScan, where: str, *, most: int | None = None
) -> list[list[Any]]:
    """Return the cells from the first filled row and column on, errors as they are shown."""
    import python_calamine as calamine

    refuse_vast(scan, where)
    try:
        start, rows = pages.rows(name, most)
        scan.merged = scan.merged or pages.merged(name)
    except (calamine.CalamineError, OSError) as error:
        raise damaged(where, f"its cells cannot be read ({error})") from error
    rows = _from_first(rows, start, scan)
    for (row, column), error_text in scan.errors.items():
        at, across = row - scan.top, column - scan.left
        if 0 <= at < len(rows):
            rows[at][across] = error_text
    return rows


def _from_first(rows: list[list[Any]], start: tuple[int, int], scan: SheetScan) -> list[list[Any]]:
    """Return rows so that the first cell is the first filled one that the scan saw."""
    if not scan.n_filled:
        return []
    above, before = start[0] + 1 - scan.top, start[1] + 1 - scan.left
    width = scan.right - scan.left + 1
    blank: list[list[Any]] = [[""] * width for _ in range(max(above, 0))]
    kept = rows[max(-above, 0) :]
    full = [[*[""] * max(before, 0), *row[max(-before, 0) :]] for row in kept]
    return blank + [(row + [""] * (width - len(row)))[:width] for row in full]


def _grid(
    where: str, rows: Sequence[Sequence[Any]], scan: SheetScan, findings: list[Finding]
) -> Grid:
    """Return the grid with the letters and row numbers of the sheet."""
    shift = max(scan.left, 1) - 1
    padded = [[*[""] * shift, *row] for row in rows] if shift else rows
    grid = grid_of_records(where, padded)
    top = max(scan.top, 1)
    return dataclasses.replace(
        grid,
        rows=np.arange(top, top + len(rows), dtype=np.int64),
        widths=None,
        merged=tuple(scan.merged),
        hidden_rows=_hidden_rows(scan),
        hidden_columns=_hidden_columns(scan, grid.columns),
        uncalculated=tuple(scan.uncalculated),
        findings=tuple(findings),
    )


def _hidden_rows(scan: SheetScan) -> Any:
    inside = (row for row in scan.hidden_rows if scan.top <= row <= scan.bottom)
    return np.array(sorted(inside), dtype=np.int64)


def _hidden_columns(scan: SheetScan, columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(
        column.letter
        for number, column in enumerate(columns, start=1)
        if any(first <= number <= last for first, last in scan.hidden_columns)
        and (column.kinds != 0).any()
    )
