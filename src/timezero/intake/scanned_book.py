"""A workbook of any format looked through before its values are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timezero.intake.compound_file import CompoundFile
from timezero.intake.ods_scan import CONTENT, scan_sheets
from timezero.intake.package import PACKED_LIMIT, Package, opened_package
from timezero.intake.refusals_of_files import cut_short, damaged, locked, no_workbook, too_large
from timezero.intake.sheet_scan import DENSE_LIMIT, SheetScan
from timezero.intake.size_limits import refuse_size
from timezero.intake.tables import column_letter
from timezero.intake.xls_scan import scan_book
from timezero.intake.xlsb_scan import MAIN, read_binary_book, scan_binary_sheet
from timezero.intake.xlsx_book import comments_of, ignored_parts, read_book
from timezero.intake.xlsx_sheet import scan_sheet
from timezero.intake.xlsx_styles import read_styles

ZIP: Final = b"PK\x03\x04"
_LOCKED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_OTHER_PACKAGES: Final = (
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
    ("Index/", "an Apple Numbers document, which only its own program reads"),
)
_NOT_LOOKED_FOR: Final = "colours, comments and formulas without a value"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedBook:
    """A workbook in which nothing harmful was found.

    Parameters
    ----------
    scan : callable
        Goes through the sheet of that name and number.
    is_1904 : bool
        Dates are counted from 1 January 1904.
    ignored : tuple of str
        Active parts in words, such as ``macros``; none of them is run or followed.
    unseen : str
        What is not looked for in a workbook of this format; empty when all is.
    is_apart : bool
        Its values are to be read in a process of its own.
    """

    scan: Callable[[str, int], SheetScan]
    is_1904: bool
    ignored: tuple[str, ...]
    unseen: str = ""
    is_apart: bool = False


def scanned_book(path: Path, name: str, size: int, head: bytes) -> ScannedBook:
    """Look through a workbook under limits.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages.
    size : int
        Of the file, in bytes.
    head : bytes
        Its first bytes.

    Raises
    ------
    InputRefused
        The file is locked, damaged, cut short, too large, hostile, or no workbook.
    """
    if head.startswith(ZIP):
        return _zipped(opened_package(path, name, size))
    if size > PACKED_LIMIT:
        raise too_large(name, f"the workbook has {size / 1e6:,.0f} MB; the limit is 200 MB")
    return _compound(path.read_bytes(), name)


def _compound(raw: bytes, name: str) -> ScannedBook:
    if _LOCKED_STREAM in raw:
        raise locked(name)
    try:
        container = CompoundFile(raw, name)
        stream = container.stream("Workbook") or container.stream("Book")
    except RecursionError as error:
        raise damaged(name, "its sectors do not fit together") from error
    if stream is None:
        raise no_workbook(name, "an old Office file, but no workbook")
    book = scan_book(stream, name)

    def scan(_: str, number: int) -> SheetScan:
        if number >= len(book.scans):
            raise damaged(name, "its list of sheets does not fit the sheets")
        return book.scans[number]

    return ScannedBook(
        scan=scan,
        is_1904=book.is_1904,
        ignored=book.ignored,
        unseen="formulas without a value",
        is_apart=True,
    )


def _zipped(package: Package) -> ScannedBook:
    if CONTENT in package.sizes:
        return _open_document(package)
    if MAIN in package.sizes:
        binary = read_binary_book(package)
        return ScannedBook(
            scan=lambda name, _: scan_binary_sheet(package, _part(package, binary.parts, name)),
            is_1904=binary.is_1904,
            ignored=ignored_parts(package),
            unseen=_NOT_LOOKED_FOR,
            is_apart=True,
        )
    if not package.begins("xl/"):
        kinds = (kind for start, kind in _OTHER_PACKAGES if package.begins(start))
        raise no_workbook(package.name, next(kinds, "a zip archive, and no workbook"))
    book = read_book(package)
    styles = read_styles(package, book.styles)

    def scan(name: str, _: int) -> SheetScan:
        part = _part(package, book.parts, name)
        found = scan_sheet(package, part, styles)
        found.commented = comments_of(package, part)
        return found

    return ScannedBook(scan=scan, is_1904=book.is_1904, ignored=ignored_parts(package))


def _part(package: Package, parts: dict[str, str], name: str) -> str:
    part = parts.get(name, "")
    if part not in package.sizes:
        raise cut_short(package.name, f"the part with the sheet {name}")
    return part


def _open_document(package: Package) -> ScannedBook:
    manifest = package.read("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise locked(package.name)
    scans = scan_sheets(package)
    if not scans:
        raise no_workbook(package.name, "an OpenDocument file without a sheet")
    for sheet, scan in scans.items():
        refuse_vast(scan, f"{package.name}, sheet {sheet}")
    macros = ("macros",) if package.begins("Basic/") or package.begins("Scripts/") else ()
    return ScannedBook(
        scan=lambda name, _: scans.get(name, SheetScan()), is_1904=False, ignored=macros
    )


def refuse_vast(scan: SheetScan, where: str) -> None:
    """Refuse a sheet whose rectangle of cells would fill the memory.

    Parameters
    ----------
    scan : SheetScan
    where : str
        Of the sheet.

    Raises
    ------
    InputRefused
        Few cells lie far apart, or there are too many columns or cells.
    """
    if scan.lies_apart:
        last = f"{column_letter(scan.right - 1)}{scan.bottom}"
        what = f"{scan.n_filled:,} filled cells lie in an area of {scan.dense:,}, down to {last}"
        mend = "delete the stray cells far from the table (press Ctrl+End), or export it as CSV"
        raise too_large(where, what, mend=mend)
    refuse_size(scan.right, scan.bottom - scan.top + 1, where)
    if scan.dense > DENSE_LIMIT:
        limit = f"the limit is {DENSE_LIMIT // 1_000_000} million"
        raise too_large(where, f"the sheet has {scan.dense / 1e6:,.0f} million cells; {limit}")
