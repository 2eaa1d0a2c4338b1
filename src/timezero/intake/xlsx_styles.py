"""Which cell formats of an .xlsx may be meant to say something: fills and letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from timezero.intake.package import Package, new_parser, parse_part

FILL, STRIKE, LETTERS = "fill", "struck through", "coloured letters"
_PERCENT_FORMATS: Final = frozenset({9, 10})
_NO_FILL: Final = frozenset({"", "none", "gray125"})
_WHITE_OR_AUTOMATIC: Final = ("rgb:FFFFFFFF", "rgb:00FFFFFF", "indexed:9", "indexed:64", "theme:0")
_BLACK: Final = ("rgb:FF000000", "rgb:00000000", "indexed:8", "indexed:64", "theme:1", "auto:1", "")
_T = TypeVar("_T")
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(slots=True, kw_only=True)
class Styles:
    """What each cell style of a workbook shows.

    Parameters
    ----------
    telling : dict of int to tuple of str
        For a style number, its fill, strikethrough and colour of the letters.
    percent : set of int
        Styles that show 0.35 as 35 %.
    """

    telling: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    percent: set[int] = field(default_factory=set[int])


def read_styles(package: Package, part: str) -> Styles:
    """Read the styles of a workbook.

    Parameters
    ----------
    package : Package
    part : str
        ``xl/styles.xml``.
    """
    if part not in package.sizes:
        return Styles()
    reading = _Reading()
    parser = new_parser(package.name, part)
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parse_part(package, part, parser)
    return reading.styles


class _Reading:
    """Follows the elements of the part of styles."""

    def __init__(self) -> None:
        self.styles = Styles()
        self._within: list[str] = []
        self._fills: list[str] = []
        self._fonts: list[tuple[bool, str]] = []
        self._formats: dict[str, str] = {}
        self._pattern, self._n_styles = "", 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """See an element begin."""
        tag = tag[tag.find(":") + 1 :]
        above = self._within[-1] if self._within else ""
        self._within.append(tag)
        if tag == "fill" and above == "fills":
            self._fills.append("")
        elif tag == "font" and above == "fonts":
            self._fonts.append((False, ""))
        elif tag == "numFmt" and above == "numFmts":
            self._formats[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif tag == "xf" and above == "cellXfs":
            self._style(attrs)
        elif "fills" in self._within:
            self._part_of_fill(tag, attrs)
        elif above == "font" and self._fonts:
            self._part_of_font(tag, attrs)

    def end(self, _: str) -> None:
        """See an element end."""
        self._within.pop()

    def _part_of_fill(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "patternFill":
            self._pattern = attrs.get("patternType", "")
            if self._pattern not in _NO_FILL:
                self._fills[-1] = self._pattern
        elif tag == "fgColor" and self._fills and self._fills[-1]:
            colour = _colour(attrs)
            self._fills[-1] = "" if colour in _WHITE_OR_AUTOMATIC else f"{self._pattern} {colour}"
        elif tag == "gradientFill" and self._fills:
            self._fills[-1] = "gradient"

    def _part_of_font(self, tag: str, attrs: dict[str, str]) -> None:
        struck, colour = self._fonts[-1]
        if tag == "strike":
            struck = attrs.get("val", "1") not in {"0", "false"}
        elif tag == "color":
            found = _colour(attrs)
            colour = "" if found in _BLACK else found
        self._fonts[-1] = (struck, colour)

    def _style(self, attrs: dict[str, str]) -> None:
        number = self._n_styles
        self._n_styles += 1
        fill = _at(self._fills, attrs.get("fillId", "0"), "")
        struck, colour = _at(self._fonts, attrs.get("fontId", "0"), (False, ""))
        own = (
            *((f"{FILL} {fill}",) if fill else ()),
            *((STRIKE,) if struck else ()),
            *((f"{LETTERS} {colour}",) if colour else ()),
        )
        if own:
            self.styles.telling[number] = own
        code = attrs.get("numFmtId", "0")
        shows_percent = "%" in _QUOTED.sub("", self._formats.get(code, ""))
        if shows_percent or (code.isdecimal() and int(code) in _PERCENT_FORMATS):
            self.styles.percent.add(number)


def _colour(attrs: dict[str, str]) -> str:
    for kind in ("rgb", "indexed", "theme", "auto"):
        if kind in attrs:
            tint = attrs.get("tint", "")
            return f"{kind}:{attrs[kind]}" + (f" {tint}" if tint not in {"", "0"} else "")
    return ""


def _at(items: list[_T], number: str, otherwise: _T) -> _T:
    return items[int(number)] if number.isdecimal() and int(number) < len(items) else otherwise
