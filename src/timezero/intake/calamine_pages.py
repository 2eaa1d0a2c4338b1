"""The values of a workbook, read in this process or in one that may be killed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from timezero.intake.read_apart import read_apart
from timezero.intake.refusals_of_files import damaged, locked

Rows: TypeAlias = tuple[tuple[int, int], list[list[Any]]]
Merged: TypeAlias = list[tuple[int, int, int, int]]


class Pages(Protocol):
    """The sheets of a workbook.

    Parameters
    ----------
    sheets : list of (str, bool, bool)
        For each sheet its name, whether it is visible, and whether it holds cells.
    """

    sheets: list[tuple[str, bool, bool]]

    def rows(self, name: str, most: int | None = None) -> Rows:
        """Return row and column of the first filled cell, from 0, and the cells from there on."""
        ...

    def merged(self, name: str) -> Merged:
        """Return merged cells: first row, first column, last row, last column, from 1."""
        ...


class CalaminePages:
    """Sheets read in this process.

    Parameters
    ----------
    path : str or Path
    """

    def __init__(self, path: str | Path) -> None:
        import io

        import python_calamine as calamine

        raw = Path(path).read_bytes()
        self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        cells, visible = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
        self.sheets = [
            (page.name, page.visible == visible, page.typ == cells)
            for page in self._book.sheets_metadata
        ]

    def rows(self, name: str, most: int | None = None) -> Rows:
        """Return row and column of the first filled cell, from 0, and the cells from there on."""
        page = self._book.get_sheet_by_name(name)
        cells: list[list[Any]] = page.to_python(skip_empty_area=True, nrows=most)
        return ((0, 0), []) if page.start is None else (page.start, cells)

    def merged(self, name: str) -> Merged:
        """Return merged cells: first row, first column, last row, last column, from 1."""
        ranges = self._book.get_sheet_by_name(name).merged_cell_ranges or ()
        return [(r0 + 1, c0 + 1, r1 + 1, c1 + 1) for (r0, c0), (r1, c1) in ranges]


class _ApartPages:
    """Sheets read in a process of its own.

    Parameters
    ----------
    said : list of dict
        What that process wrote.
    """

    def __init__(self, said: list[dict[str, Any]]) -> None:
        self._said = {page["name"]: page for page in said}
        self.sheets = [(page["name"], page["is_visible"], page["is_cells"]) for page in said]

    def rows(self, name: str, most: int | None = None) -> Rows:
        """Return row and column of the first filled cell, from 0, and the cells from there on."""
        page = self._said[name]
        kept: list[list[Any]] = page["rows"][:most]
        first_row, first_column = page["start"]
        return (first_row, first_column), [[_cell(cell) for cell in row] for row in kept]

    def merged(self, name: str) -> Merged:
        """Return merged cells: first row, first column, last row, last column, from 1."""
        return [(r0, c0, r1, c1) for r0, c0, r1, c1 in self._said[name]["merged"]]


def _cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((kind, said),) = cast("dict[str, Any]", cell).items()
    if kind == "s":
        return dt.timedelta(seconds=said)
    typed = {"m": dt.datetime, "d": dt.date, "t": dt.time}[kind]
    return typed.fromisoformat(said)


def open_pages(path: Path, name: str, *, apart: bool) -> Pages:
    """Open the sheets of a workbook.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages.
    apart : bool
        Read in a process of its own.

    Raises
    ------
    InputRefused
        The workbook is locked or damaged.
    """
    if apart:
        size = path.stat().st_size
        module = "timezero.intake.workbook_child"
        raw = read_apart(module, str(path.resolve()), name=name, size=size)
        return _ApartPages(json.loads(raw))
    import python_calamine as calamine

    try:
        return CalaminePages(path)
    except calamine.PasswordError as error:
        raise locked(name) from error
    except (calamine.CalamineError, OSError) as error:
        raise damaged(name, f"it cannot be opened ({error})") from error
