"""The sheets of an .ods gone through element by element, keeping only what is out of the way."""

from __future__ import annotations

from typing import Final

from timezero.intake.package import Package, new_parser, parse_part
from timezero.intake.sheet_scan import SheetScan

CONTENT: Final = "content.xml"
_HIDDEN: Final = frozenset({"collapse", "filter"})
_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})
_FORMATTED_LIMIT: Final = 100


def scan_sheets(package: Package) -> dict[str, SheetScan]:
    """Go through all sheets of an .ods.

    Parameters
    ----------
    package : Package

    Returns
    -------
    dict of str to SheetScan
    """
    reading = _Reading()
    parser = new_parser(package.name, CONTENT)
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parse_part(package, CONTENT, parser)
    return reading.scans


class _Reading:
    """Follows the elements of the content."""

    def __init__(self) -> None:
        self.scans: dict[str, SheetScan] = {}
        self._scan, self._depth = SheetScan(), 0
        self._row = self._next_row = self._column = self._next_column = self._col = 1
        self._rows_repeated = self._repeated = 1
        self._style, self._telling = "", dict[str, list[str]]()
        self._value = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """See an element begin."""
        if tag == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._begin_sheet(attrs)
        elif tag == "style:style":
            self._style = attrs.get("style:name", "")
        elif tag in {"style:table-cell-properties", "style:text-properties"}:
            self._format(attrs)
        elif self._depth == 1:
            self._within_sheet(tag, attrs)

    def end(self, tag: str) -> None:
        """See an element end."""
        if tag == "table:table":
            self._depth -= 1
        elif tag == "style:style":
            self._style = ""

    def _begin_sheet(self, attrs: dict[str, str]) -> None:
        self._scan = self.scans.setdefault(attrs.get("table:name", ""), SheetScan())
        self._next_row, self._col = 1, 1

    def _format(self, attrs: dict[str, str]) -> None:
        if not self._style:
            return
        own = self._telling.setdefault(self._style, [])
        fill = attrs.get("fo:background-color", "transparent")
        if fill not in {"transparent", "#ffffff"}:
            own.append(f"fill {fill}")
        if attrs.get("style:text-line-through-style", "none") != "none":
            own.append("struck through")
        if attrs.get("fo:color", "#000000") != "#000000":
            own.append(f"coloured letters {attrs['fo:color']}")

    def _within_sheet(self, tag: str, attrs: dict[str, str]) -> None:
        scan = self._scan
        if tag in _CELLS:
            self._cell(attrs)
        elif tag == "table:table-row":
            self._row, self._rows_repeated = self._next_row, _times(attrs, "rows")
            self._next_row += self._rows_repeated
            self._next_column = 1
            if attrs.get("table:visibility", "") in _HIDDEN:
                # A hidden stretch without end holds no patients.
                last = min(self._next_row, self._row + 1_100_000)
                scan.hidden_rows.update(range(self._row, last))
                if attrs["table:visibility"] == "filter":
                    scan.filter_range = "set"
        elif tag == "table:table-column":
            n = _times(attrs, "columns")
            if attrs.get("table:visibility", "") in _HIDDEN:
                scan.hidden_columns.append((self._col, self._col + n - 1))
            self._col += n
        elif tag == "office:annotation":
            scan.commented.append((self._row, self._column))

    def _cell(self, attrs: dict[str, str]) -> None:
        scan, n_rows = self._scan, self._rows_repeated
        n = _times(attrs, "columns")
        self._column = self._next_column
        self._next_column += n
        if "office:value-type" in attrs or "table:formula" in attrs:
            scan.fill(self._row, self._column, n_rows=n_rows, n_columns=n)
            if attrs.get("office:value-type") == "percentage":
                scan.n_percent += n * n_rows
            if "office:value-type" not in attrs:
                scan.uncalculated.append((self._row, self._column))
            scan.has_dde |= "DDE(" in attrs.get("table:formula", "").upper()
        if n <= _FORMATTED_LIMIT and n_rows <= _FORMATTED_LIMIT:
            for kind in self._telling.get(attrs.get("table:style-name", ""), ()):
                for row in range(self._row, self._row + n_rows):
                    for column in range(self._column, self._column + n):
                        scan.mark(kind, row, column)
        down = _number(attrs.get("table:number-rows-spanned", "1"))
        across = _number(attrs.get("table:number-columns-spanned", "1"))
        if max(down, across) > 1:
            merged = (self._row, self._column, self._row + down - 1, self._column + across - 1)
            scan.merged.append(merged)


def _times(attrs: dict[str, str], what: str) -> int:
    return _number(attrs.get(f"table:number-{what}-repeated", "1"))


def _number(text: str) -> int:
    return max(int(text), 1) if text.isdecimal() and len(text) <= 9 else 1
