"""What is told of a workbook besides its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from timezero.findings import Finding, Severity
from timezero.intake.scanned_book import ScannedBook
from timezero.intake.sheet_scan import SheetScan
from timezero.intake.tables import EVIDENCE_LIMIT, column_letter, shown
from timezero.intake.telling_formats import telling_cells
from timezero.intake.wording import counted

HEADER_SHARE: Final = 0.5


def header_row_of(rows: Sequence[Sequence[Any]], first: int) -> int:
    """Return the first row that is at least half as full as the fullest among the first hundred.

    Parameters
    ----------
    rows : sequence of sequences
        The cells, empty ones as empty text.
    first : int
        The row number of the first.
    """
    filled = [sum(cell not in ("", None) for cell in row) for row in rows[:100]]
    most = max(filled, default=0)
    return first + next((k for k, n in enumerate(filled) if n and n >= HEADER_SHARE * most), 0)


def notes_of(
    book: ScannedBook, scan: SheetScan, rows: Sequence[Sequence[Any]], *, name: str, where: str
) -> list[Finding]:
    """Tell what a sheet holds that is not read, or not as it looks.

    Parameters
    ----------
    book : ScannedBook
    scan : SheetScan
        Of the sheet that was read.
    rows : sequence of sequences
        Its cells from the first filled row and column on.
    name : str
        Of the file.
    where : str
        Of the sheet.
    """
    found = _about_book(book, scan, name, where)
    if book.is_1904:
        found.append(_about_1904(rows, where))
    found += _about_formats(scan, rows, where)
    if scan.merged:
        n = counted(len(scan.merged), "group")
        what = f"{n} of merged cells: only the first cell of each has a value"
        found.append(_warning("file_merged_cells", what, where, "check that no value is missing"))
    if scan.filter_range:
        at = "" if scan.filter_range == "set" else f" on {shown(scan.filter_range)}"
        found.append(_note("file_filter", f"a filter is set{at}; all its rows are read", where))
    return found


def _about_1904(rows: Sequence[Sequence[Any]], where: str) -> Finding:
    n = sum(hasattr(cell, "year") for row in rows for cell in row)
    what = (
        "the workbook counts its days from 1904 (an old Mac setting), 1,462 days later than "
        f"usual; {counted(n, 'date')} read so"
    )
    return _note("file_dates_from_1904", what, where)


def _about_book(book: ScannedBook, scan: SheetScan, name: str, where: str) -> list[Finding]:
    found: list[Finding] = []
    ignored = book.ignored
    if scan.has_dde and "links to other programs (DDE)" not in ignored:
        ignored = (*ignored, "links to other programs (DDE)")
    if ignored:
        what = f"ignored, neither run nor followed: {', '.join(ignored)}"
        mend = "values that came through them are those of the last saving"
        found.append(_note("file_active_parts", what, name, mend=mend))
    if scan.n_percent:
        what = f"{counted(scan.n_percent, 'number')} shown as per cent: 35 % is read as 0.35"
        found.append(_note("file_per_cent", what, where))
    if book.unseen:
        what = f"not looked for in a workbook of this format: {book.unseen}"
        found.append(
            _note("file_not_looked_for", what, where, mend="save it as .xlsx to have them seen")
        )
    return found


def _about_formats(scan: SheetScan, rows: Sequence[Sequence[Any]], where: str) -> list[Finding]:
    cells = telling_cells(scan, header_row_of(rows, scan.top))
    if not cells:
        return []
    said: list[str] = []
    for cell in cells[:EVIDENCE_LIMIT]:
        row, column = cell.row - scan.top, cell.column - scan.left
        inside = 0 <= row < len(rows) and 0 <= column < len(rows[row])
        text = str(rows[row][column]) if inside else ""
        address = f"{column_letter(cell.column - 1)}{cell.row}"
        said.append(f"{address}: {shown(text) if text else 'empty'} ({cell.how})")
    what = (
        f"formatting carries no data: {counted(len(cells), 'cell')} with a colour, a "
        "strikethrough or a comment that others do not have; what it means is not read"
    )
    warning = Finding(
        code="file_formatting",
        severity=Severity.WARNING,
        what=what,
        where=where,
        evidence=tuple(said),
        mend="if it means something, write that into a column of its own",
        n_rows=len({cell.row for cell in cells}),
    )
    return [warning]


def _note(code: str, what: str, where: str, *, mend: str = "") -> Finding:
    return Finding(code=code, severity=Severity.NOTE, what=what, where=where, mend=mend)


def _warning(code: str, what: str, where: str, mend: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, what=what, where=where, mend=mend)
