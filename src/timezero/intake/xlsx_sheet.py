"""One sheet of an .xlsx gone through element by element, keeping only what is out of the way."""

from __future__ import annotations

import re
from typing import Final

from timezero.intake.package import Package, new_parser, parse_part
from timezero.intake.sheet_scan import SheetScan, cell_of, column_number, range_of
from timezero.intake.xlsx_styles import Styles

_DDE: Final = re.compile(r"(?i)\bDDE\s*\(|^[a-z]\w*\|")
_WITHIN: Final = frozenset({"v", "is", "f"})
_TRUE: Final = frozenset({"1", "true"})
_MERGED_LIMIT: Final = 100_000


def scan_sheet(package: Package, part: str, styles: Styles) -> SheetScan:
    """Go through a sheet.

    Parameters
    ----------
    package : Package
    part : str
        ``xl/worksheets/sheet1.xml``.
    styles : Styles

    Returns
    -------
    SheetScan
    """
    reading = _Reading(styles)
    parser = new_parser(package.name, part)
    reading.parser = parser
    parser.StartElementHandler = reading.root
    parse_part(package, part, parser)
    return reading.scan


class _Reading:
    """Follows the elements of a sheet.

    Parameters
    ----------
    styles : Styles
    """

    def __init__(self, styles: Styles) -> None:
        self.scan, self.parser = SheetScan(), new_parser("", "")
        self._telling, self._percent = styles.telling, styles.percent
        self._row = self._column = 0
        self._letters: dict[str, int] = {}
        self._row_text = ""
        self._kind, self._style = "", 0
        self._has_formula = self._has_value = False
        self._text: list[str] = []

    def root(self, tag: str, _: dict[str, str]) -> None:
        """See the first element; where it has a prefix, all have."""
        start, end, at = self.start, self.end, tag.find(":") + 1
        if at:
            self.parser.StartElementHandler = lambda tag, attrs: start(tag[at:], attrs)
            self.parser.EndElementHandler = lambda tag: end(tag[at:])
        else:
            self.parser.StartElementHandler = start
            self.parser.EndElementHandler = end

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """See an element begin."""
        if tag == "c":
            self._cell(attrs)
        elif tag in _WITHIN:
            self._within_cell(tag)
        elif tag == "row":
            self._begin_row(attrs)
        elif tag == "col":
            self._columns(attrs)
        elif tag == "autoFilter":
            self.scan.filter_range = attrs.get("ref", "")
        elif tag == "mergeCell" and len(self.scan.merged) < _MERGED_LIMIT:
            merged = range_of(attrs.get("ref", ""))
            if min(merged) > 0:
                self.scan.merged.append(merged)

    def end(self, tag: str) -> None:
        """See an element end."""
        if tag == "c":
            self._end_cell()
        elif tag in {"v", "f"} and self.parser.CharacterDataHandler is not None:
            text = "".join(self._text)
            self._text.clear()
            self.parser.CharacterDataHandler = None
            if tag == "f":
                self.scan.has_dde |= _DDE.search(text) is not None
                return
            self._has_value = bool(text)
            if self._kind == "e" and text:
                self.scan.errors[self._row, self._column] = text[:40]

    def _begin_row(self, attrs: dict[str, str]) -> None:
        number = attrs.get("r", "")
        self._row = int(number) if number.isdecimal() and len(number) <= 8 else self._row + 1
        self._column, self._row_text = 0, str(self._row)
        if attrs.get("hidden", "") in _TRUE or attrs.get("ht", "") in {"0", "0.0"}:
            self.scan.hidden_rows.add(self._row)

    def _columns(self, attrs: dict[str, str]) -> None:
        first, last = attrs.get("min", ""), attrs.get("max", "")
        hidden = attrs.get("hidden", "") in _TRUE or attrs.get("width", "") == "0"
        if hidden and first.isdecimal() and last.isdecimal():
            self.scan.hidden_columns.append((int(first), int(last)))

    def _cell(self, attrs: dict[str, str]) -> None:
        address = attrs.get("r")
        if address is None:
            self._column += 1
        else:
            letters = address.rstrip("0123456789")
            column = self._letters.get(letters)
            if column is None:
                column = self._letters[letters] = column_number(letters) if letters else 0
            self._column = column
            if address[len(letters) :] != self._row_text:
                self._row, self._column = cell_of(address)
        self._kind, style = attrs.get("t", ""), attrs.get("s", "0")
        self._style = int(style) if style.isdecimal() else 0
        self._has_formula = self._has_value = False

    def _within_cell(self, tag: str) -> None:
        if tag == "f":
            self._has_formula = True
            self.parser.CharacterDataHandler = self._text.append
        elif tag == "v" and (self._has_formula or self._kind == "e"):
            self.parser.CharacterDataHandler = self._text.append
        else:
            self._has_value = True

    def _end_cell(self) -> None:
        scan, row, column = self.scan, self._row, self._column
        if self._has_formula or self._has_value:
            scan.fill_one(row, column)
            if self._has_formula and not self._has_value and self._kind != "str":
                scan.uncalculated.append((row, column))
            if self._style in self._percent and self._kind in {"", "n"}:
                scan.n_percent += 1
        if self._style in self._telling:
            for kind in self._telling[self._style]:
                scan.mark(kind, row, column)
