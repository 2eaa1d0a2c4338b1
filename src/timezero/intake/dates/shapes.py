"""What a date looks like as text, before it is known which of its numbers is the day."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final, Literal

from timezero.intake.dates.month_names import month_names

Kind = Literal["year_first", "year_last", "named", "era", "year", "number"]

_PART = r"(\d{1,2}|un|unk|uk|uu|nk|na|nn|x|xx|\?|\?\?)"
_SEP = r"\s*[-/.]\s*"
_SPACE = r"[-/.,\s]*"
_NAME = r"([a-z]{3,14})\.?"
_DAY = r"(\d{1,2}|un|unk|uk|uu|xx)(?:st|nd|rd|th|er|ª|º|o)?\.?"
_OF = r"(?:de\s+|del\s+|d')?"
_YEAR = r"(\d{4}|'?\d{2})"
_ERAS: Final = {
    "meiji": 1868, "m": 1868, "明治": 1868, "taisho": 1912, "t": 1912, "大正": 1912,
    "showa": 1926, "s": 1926, "昭和": 1926, "heisei": 1989, "h": 1989, "平成": 1989,
    "reiwa": 2019, "r": 2019, "令和": 2019,
}  # fmt: skip
_KANJI = "明治|大正|昭和|平成|令和"
_PATTERNS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("year_first", rf"(\d{{4}}){_SEP}{_PART}{_SEP}{_PART}"),
        ("year_last", rf"{_PART}{_SEP}{_PART}{_SEP}(\d{{4}})"),
        ("short", rf"{_PART}{_SEP}{_PART}{_SEP}'?(\d{{2}})"),
        ("compact", r"(\d{2})(\d{2})(\d{2})(\d{2})"),
        ("day_name", rf"{_DAY}{_SPACE}{_OF}{_NAME}{_SPACE}{_OF}{_YEAR}"),
        ("name_day", rf"{_NAME}{_SPACE}{_DAY}[-/,\s]+{_YEAR}"),
        ("year_name", rf"(\d{{4}}){_SPACE}{_NAME}{_SPACE}{_DAY}"),
        ("name_year", rf"{_NAME}{_SPACE}{_OF}(\d{{4}})"),
        ("unknown_name_year", rf"(?:un|unk|uk|uu|xx){_SEP}{_NAME}{_SPACE}(\d{{4}})"),
        ("year_month", rf"(\d{{4}}){_SEP}{_PART}"),
        ("month_year", rf"{_PART}{_SEP}(\d{{4}})"),
        ("year_then_name", rf"(\d{{4}}){_SPACE}{_NAME}"),
        ("number", r"(\d{1,7})(?:[.,](\d+))?"),
        ("era", rf"([a-z]{{1,6}}|{_KANJI})\.?\s*(\d{{1,2}}|元){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})"),
    )
)
_MOMENT = re.compile(
    r"(?:(?<=\d)t|\s+|,\s*)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]m)?\s*"
    r"(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The parts of a written date.

    Parameters
    ----------
    kind : str
        ``year_first`` (first is the month unless a format says otherwise), ``year_last`` (first
        and second may each be the day), ``named`` (first is the month, second the day), ``era``
        (likewise, years of a Japanese era), ``year`` (a year alone), ``number`` (a number that is
        no year).
    year : int
        As written; of two digits when ``short``.
    first, second : int or None
        None where the part is not known: 2018-UN-UN, 00.03.2018, 99/03/2018.
    short : bool
        The year has two digits.
    padded : bool
        First and second have two digits each.
    whole : bool
        False when no place was left for the day: 03/2018.
    number : float
        The number of a ``number`` or ``year``.
    minute : int or None
        Minute of the day, when a time is written.
    began : int
        The year in which a Japanese era began.
    offset : int or None
        Minutes by which its clock is ahead of UTC, when a zone is written.
    """

    kind: Kind
    year: int = 0
    first: int | None = None
    second: int | None = None
    short: bool = False
    padded: bool = False
    whole: bool = True
    number: float = float("nan")
    minute: int | None = None
    began: int = 0
    offset: int | None = None


def shape_of(text: str) -> Shape | None:
    """Return the parts of a written date; None when the text does not look like one.

    Parameters
    ----------
    text : str
        One cell.
    """
    plain = _plain(text)
    minute: int | None = None
    offset: int | None = None
    if found := _MOMENT.search(plain):
        minute, offset = _minute(found), _offset(found.group(5))
        if minute is None:
            return None
        plain = plain[: found.start()]
    for name, pattern in _PATTERNS:
        if matched := pattern.fullmatch(plain):
            shape = _shape(name, matched.groups())
            if shape is not None:
                return shape if minute is None else _at(shape, minute, offset)
    return None


def _at(shape: Shape, minute: int, offset: int | None) -> Shape | None:
    """Return a whole date with its time of day; None where a part of a date has one."""
    if shape.first is None or shape.second is None or shape.kind in {"year", "number"}:
        return None
    return replace(shape, minute=minute, offset=offset)


def _plain(text: str) -> str:
    """Return small letters without accents, and every digit as 0 to 9."""
    text = text.strip()
    if not text.isascii():
        composed = unicodedata.normalize("NFKD", text)
        kept = (c for c in composed if not unicodedata.combining(c))
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in kept)
        text = text.replace("年", "-").replace("月", "-").replace("日", "").replace("ß", "ss")
        text = text.translate({0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2212: "-", 0x2019: "'"})
    text = " ".join(text.casefold().split())
    return re.sub(r"(?<=\d)\s*(?:ah|هـ?)$", "", text)


def _minute(found: re.Match[str]) -> int | None:
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half = found.group(4)
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 and second < 60 else None


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone in {"z", "utc", "gmt"}:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    size = int(digits[:2]) * 60 + int(digits[2:])
    return -size if zone[0] == "-" else size


def _known(part: str) -> int | None:
    """Return a part of a date; None for UN, xx, 00 and the like."""
    return int(part) or None if part.isdigit() else None


def _coded(part: str) -> int | None:
    """Return a part beside a year of four digits; 99 and 88 are codes for: not known."""
    return None if part in {"99", "88"} else _known(part)


def _shape(name: str, parts: tuple[str, ...]) -> Shape | None:
    if name == "year_first":
        year, first, second = parts
        return Shape(kind="year_first", year=int(year), first=_coded(first), second=_coded(second))
    if name in {"year_last", "short"}:
        first, second, year = parts
        padded = len(first) == len(second) == 2
        known = _known if name == "short" else _coded
        return Shape(
            kind="year_last",
            year=int(year),
            first=known(first),
            second=known(second),
            short=name == "short",
            padded=padded,
        )
    if name == "compact":
        return _compact(parts)
    if name == "number":
        return _number(parts)
    if name == "era":
        return _era(parts)
    return (
        _partial(name, parts)
        if name.startswith(("year_month", "month_year"))
        else _named(name, parts)
    )


def _compact(parts: tuple[str, ...]) -> Shape | None:
    """Return 20190305, or 05032019 whose order is open; never both, whatever the digits."""
    one, two, three, four = (int(part) for part in parts)
    if 18 <= one <= 22 and three <= 12 and four <= 31:
        first, second = three or None, four or None
        return Shape(kind="year_first", year=one * 100 + two, first=first, second=second)
    if 18 <= three <= 22 and one and two:
        year = three * 100 + four
        return Shape(kind="year_last", year=year, first=one, second=two, padded=True)
    return None


def _number(parts: tuple[str, ...]) -> Shape:
    whole, fraction = parts
    value = float(f"{whole}.{fraction or 0}")
    if len(whole) == 4 and 1800 <= value <= 2200 and not int(fraction or 0):
        return Shape(kind="year", year=int(value), number=value, whole=False)
    return Shape(kind="number", number=value)


def _era(parts: tuple[str, ...]) -> Shape | None:
    name, year, month, day = parts
    if name not in _ERAS:
        return None
    in_era = 1 if year == "元" else int(year)
    if in_era == 0:
        return None
    return Shape(
        kind="era",
        year=_ERAS[name] + in_era - 1,
        first=_known(month),
        second=_known(day),
        began=_ERAS[name],
    )


def _partial(name: str, parts: tuple[str, ...]) -> Shape:
    """Return a year with a month, or with a month that is not known."""
    year, month = parts if name == "year_month" else parts[::-1]
    return Shape(kind="named", year=int(year), first=_known(month), whole=False)


def _named(name: str, parts: tuple[str, ...]) -> Shape | None:
    day = ""
    if name == "day_name":
        day, month, year = parts
    elif name == "name_day":
        month, day, year = parts
    elif name == "year_name":
        year, month, day = parts
    elif name == "year_then_name":
        year, month = parts
    else:
        month, year = parts
    number = month_names().get(month)
    if number is None:
        return None
    year = year.lstrip("'")
    return Shape(
        kind="named",
        year=int(year),
        first=number,
        second=_known(day),
        short=len(year) == 2,
        whole=bool(day),
    )
