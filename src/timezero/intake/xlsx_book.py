"""The parts of an .xlsx or .xlsb that stand around its sheets: states, dates, macros, links."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Any, Final

from timezero.intake.package import Package, new_parser, parse_part
from timezero.intake.sheet_scan import Cell, cell_of

_COMMENTS_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the main part of an .xlsx says.

    Parameters
    ----------
    parts : dict of str to str
        For each sheet, the part that holds it.
    is_1904 : bool
        Dates are counted from 1 January 1904.
    styles : str
        The part with the styles; empty when there is none.
    """

    parts: dict[str, str]
    is_1904: bool
    styles: str


def read_book(package: Package) -> Book:
    """Read which sheets there are and where.

    Parameters
    ----------
    package : Package

    Raises
    ------
    InputRefused
        The part is damaged.
    """
    main = _main_part(package)
    targets, kinds = relations_of(package, main)
    sheets: list[tuple[str, str]] = []
    flags: list[str] = []

    def start(tag: str, attrs: dict[str, str]) -> None:
        tag = tag[tag.find(":") + 1 :]
        if tag == "sheet":
            at = next((v for k, v in attrs.items() if k.endswith(":id") or k == "id"), "")
            sheets.append((attrs.get("name", ""), targets.get(at, "")))
        elif tag == "workbookPr":
            flags.append(attrs.get("date1904", ""))

    _walk(package, main, start)
    styles = next((targets[at] for at, kind in kinds.items() if kind == "styles"), "")
    return Book(parts=dict(sheets), is_1904=bool({"1", "true"} & set(flags)), styles=styles)


def _main_part(package: Package) -> str:
    targets, kinds = relations_of(package, "")
    found = next((targets[at] for at, kind in kinds.items() if kind == "officeDocument"), "")
    return found if found in package.sizes else "xl/workbook.xml"


def comments_of(package: Package, part: str) -> list[Cell]:
    """Return which cells of a sheet have a comment.

    Parameters
    ----------
    package : Package
    part : str
        The part of the sheet.
    """
    targets, kinds = relations_of(package, part)
    found: dict[Cell, None] = {}

    def start(tag: str, attrs: dict[str, str]) -> None:
        name = tag[tag.find(":") + 1 :]
        if name in {"comment", "threadedComment"} and len(found) < _COMMENTS_LIMIT:
            found[cell_of(attrs.get("ref", ""))] = None

    for at, kind in kinds.items():
        if kind in {"comments", "threadedComment"} and targets[at] in package.sizes:
            _walk(package, targets[at], start)
    return [cell for cell in found if cell != (0, 0)]


def ignored_parts(package: Package) -> tuple[str, ...]:
    """Say in words which active parts a workbook carries; none of them is run or followed.

    Parameters
    ----------
    package : Package
    """
    linked = package.begins("xl/externalLinks/externalLink")
    dde = any(b"ddeLink" in (package.read(part) or b"") for part in linked)
    wanted = (
        ("macros", any(part.lower().endswith("vbaproject.bin") for part in package.sizes)),
        ("macro sheets", bool(package.begins("xl/macrosheets/"))),
        ("links to other workbooks", bool(linked) and not dde),
        ("links to other programs (DDE)", dde),
        ("connections to data outside", "xl/connections.xml" in package.sizes),
        (
            "embedded objects",
            bool(package.begins("xl/embeddings/") + package.begins("xl/activeX/")),
        ),
    )
    return tuple(words for words, there in wanted if there)


def relations_of(package: Package, part: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return target and kind of each relation of a part, by its mark.

    Parameters
    ----------
    package : Package
    part : str
        Empty for the relations of the whole file.
    """
    folder, base = posixpath.split(part)
    at = posixpath.join(folder, "_rels", f"{base}.rels")
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}

    def start(tag: str, attrs: dict[str, str]) -> None:
        if tag[tag.find(":") + 1 :] != "Relationship" or attrs.get("TargetMode") == "External":
            return
        target = attrs.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        targets[attrs.get("Id", "")] = posixpath.normpath(whole)
        kinds[attrs.get("Id", "")] = attrs.get("Type", "").rpartition("/")[2]

    if at in package.sizes:
        _walk(package, at, start)
    return targets, kinds


def _walk(package: Package, part: str, start: Any) -> None:
    parser = new_parser(package.name, part)
    parser.StartElementHandler = start
    parse_part(package, part, parser)
