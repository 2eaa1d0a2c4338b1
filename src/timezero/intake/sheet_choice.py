"""Which sheet of a workbook is the table: told, plain from the cells, or asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from timezero.errors import UnknownName, nearest_first
from timezero.findings import Finding, Option, Question, Severity, dotted
from timezero.intake.guess import WORDS
from timezero.intake.reader import FileGiven
from timezero.intake.sheet_scan import SheetScan
from timezero.intake.tables import shown
from timezero.intake.wording import counted

HEADERS_SHOWN: Final = 4
_SEPARATORS: Final = re.compile(r"[\W_]+")
_HEADER_WORDS: Final = frozenset(word for words in WORDS.values() for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet, looked through and not yet read.

    Parameters
    ----------
    name : str
    is_visible : bool
    scan : SheetScan
    header : callable
        Reads the first cells that may be its header.
    """

    name: str
    is_visible: bool
    scan: SheetScan
    header: Callable[[], tuple[str, ...]]

    @property
    def n_rows(self) -> int:
        """Rows from the first filled one to the last, the first not counted."""
        return max(self.scan.bottom - self.scan.top, 0)


def choose_sheet(sheets: Sequence[Sheet], file: FileGiven) -> tuple[Sheet, list[Finding]]:
    """Choose the sheet that is read; with several to choose from, ask.

    Parameters
    ----------
    sheets : sequence of Sheet
        At least one.
    file : FileGiven

    Returns
    -------
    tuple
        The sheet, and what is told or asked.

    Raises
    ------
    UnknownName
        The sheet that was named does not exist.
    """
    if file.recipe.sheet is not None:
        return _named(sheets, file), []
    filled = [sheet for sheet in sheets if sheet.scan.n_filled]
    visible = [sheet for sheet in filled if sheet.is_visible]
    hidden = [sheet for sheet in filled if not sheet.is_visible]
    if not filled:
        return sheets[0], []
    if len(visible) == 1:
        return visible[0], _note_hidden(visible[0], hidden, file)
    return _asked(visible or hidden, hidden, file)


def _named(sheets: Sequence[Sheet], file: FileGiven) -> Sheet:
    found = next((sheet for sheet in sheets if sheet.name == file.recipe.sheet), None)
    if found is None:
        names = [sheet.name for sheet in sheets]
        listed = ", ".join(nearest_first(str(file.recipe.sheet), names)[:12])
        raise UnknownName(
            what=f"there is no sheet {file.recipe.sheet!r}",
            where=file.name,
            mend=f"name one of the sheets: {listed}",
            code="TZ-IN-03",
        )
    return found


def _note_hidden(chosen: Sheet, hidden: list[Sheet], file: FileGiven) -> list[Finding]:
    if not hidden:
        return []
    listed = "; ".join(_described(sheet) for sheet in hidden)
    what = f"sheet {chosen.name!r} was read; hidden sheets, not read: {listed}"
    note = Finding(
        code="file_sheet",
        severity=Severity.NOTE,
        what=what,
        where=file.name,
        mend="data.sheet names another one",
    )
    return [note]


def _asked(
    offered: list[Sheet], hidden: list[Sheet], file: FileGiven
) -> tuple[Sheet, list[Finding]]:
    all_hidden = offered is hidden
    likely = max(offered, key=_likeness)
    beside = "; ".join(_described(sheet) for sheet in hidden)
    if all_hidden:
        what = f"all sheets with cells are hidden: {beside}"
    else:
        what = f"{counted(len(offered), 'sheet')} hold cells" + (
            f"; hidden sheets, not offered: {beside}" if hidden else ""
        )
    spread = _alike(likely, offered)
    if spread:
        what = (
            f"{what}; {', '.join(shown(name) for name in spread)} have the same headers, and one "
            "sheet is read: if each holds some of the patients, put them on one sheet, with a "
            "column that says which they came from"
        )
    key = ("tables", file.key, "sheet")
    question = Question(
        code="sheet",
        what=f"{what}. Which one holds the patients?",
        where=file.name,
        mend=f"answer it with `timezero init`, or write {dotted(key)} in the recipe",
        key=key,
        options=tuple(Option(value=s.name, words=_described(s)) for s in offered),
        default=None if all_hidden or spread else likely.name,
    )
    return likely, [question]


def _alike(likely: Sheet, offered: list[Sheet]) -> tuple[str, ...]:
    """Return the sheets with the headers of the likeliest one, when it is not the only one."""
    names = tuple(s.name for s in offered if s.header() == likely.header())
    return names if len(names) > 1 and len(likely.header()) > 1 else ()


def _described(sheet: Sheet) -> str:
    header = sheet.header()
    further = ", ..." if len(header) > HEADERS_SHOWN else ""
    cells = ", ".join(shown(cell) for cell in header[:HEADERS_SHOWN])
    return f"{shown(sheet.name)} ({counted(sheet.n_rows, 'row')} below {cells}{further})"


def _likeness(sheet: Sheet) -> tuple[int, int]:
    """Return how many headers are words of a registry, then how many cells there are."""
    words = {_SEPARATORS.sub(" ", cell.casefold()).strip() for cell in sheet.header()}
    known = sum(any(f" {w} " in f" {word} " for w in _HEADER_WORDS) for word in words)
    return known, sheet.scan.n_filled
