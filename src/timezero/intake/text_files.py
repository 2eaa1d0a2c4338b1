"""Delimited text: which encoding, which delimiter, and never a shifted column."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import re
from collections import Counter
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.cells import grid_of_frame, grid_of_records
from timezero.intake.grid import Grid
from timezero.intake.size_limits import refuse_early, refuse_size
from timezero.intake.tables import shown
from timezero.intake.text_doubts import (
    about_breaks,
    about_damage,
    about_quotes,
    damaged_records,
    without_records,
)
from timezero.intake.text_letters import Letters, letters_of
from timezero.intake.text_scan import Scan, scan
from timezero.model.recipe import ONLY_TABLE, TableRecipe

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SNIFFED_RECORDS: Final = 100
_SNIFFED_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRows:
    """The records of a text file, and what was noticed while reading it.

    Parameters
    ----------
    records : list of list of str
        As in the file, blank records included, the header among them.
    findings : tuple of Finding
    """

    records: list[list[str]]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGiven:
    """A text, and what is said about it.

    Parameters
    ----------
    raw : bytes or mmap
    name : str
        What it is called in messages.
    recipe : TableRecipe
    key : str
        Name of the table in the recipe.
    path : Path or None
        Where the very bytes of ``raw`` stand, if they do.
    """

    raw: bytes | mmap
    name: str
    recipe: TableRecipe
    key: str = ONLY_TABLE
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """A text in UTF-8 with line feeds, and its delimiter."""

    raw: bytes | mmap
    start: int
    delimiter: str
    findings: tuple[Finding, ...]
    letters: Letters


def read_text(raw: bytes, name: str) -> TextRows:
    """Read a small delimited text, such as a data dictionary, record by record.

    Parameters
    ----------
    raw : bytes
        The whole file.
    name : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The bytes are no text, or a quotation mark is out of place.
    """
    given = TextGiven(raw=raw, name=name, recipe=TableRecipe())
    plain = _plain(given)
    return TextRows(records=_records(plain, given), findings=plain.findings)


def grid_of_text(given: TextGiven) -> Grid:
    """Read delimited text of unknown encoding, line ends and delimiter.

    Parameters
    ----------
    given : TextGiven

    Raises
    ------
    InputRefused
        The bytes are no text, the table is beyond the limits, or its quotation marks cannot be
        told apart.
    """
    refuse_early(given.raw, given.name)
    plain = _plain(given)
    literal = given.recipe.quotes == "literal"
    seen = scan(plain.raw, plain.delimiter, quoted=not literal, start=plain.start)
    refuse_size(int(seen.widths.max(initial=0)), seen.widths.size, given.name)
    doubts: list[Finding] = [*plain.findings]
    if seen.strange_quotes.size:
        strange = seen
        literal = True
        seen = scan(plain.raw, plain.delimiter, quoted=False, start=plain.start)
        doubts.append(
            about_quotes(plain.raw, strange, seen, name=given.name, key=given.key, told=doubts)
        )
    doubts += about_breaks(seen, given.name)
    grid = _grid(plain, seen, given, quoted=not literal)
    if plain.letters.damaged:
        lost = damaged_records(plain.raw, seen)
        leaves_out = given.recipe.damaged_lines == "leave_out"
        doubts += about_damage(grid, lost, plain.letters, key=given.key, leaves_out=leaves_out)
        if leaves_out:
            grid = without_records(grid, lost)
    return dataclasses.replace(grid, findings=tuple(doubts))


def _plain(given: TextGiven) -> _Plain:
    letters = letters_of(given.raw, given.name, given.recipe)
    raw, start, findings = letters.raw, letters.start, [*letters.findings]
    if raw.find(b"\r") >= 0:
        raw, start = bytes(raw[start:]), 0
        findings += _line_ends(raw, given.name)
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head = bytes(raw[start : start + _SNIFFED_BYTES]).decode("utf-8", "replace")
    declared = re.match(r"sep=(.)\n", head)
    if declared:
        raw, start = bytes(raw[start + len(declared.group().encode()) :]), 0
    said = _said(given)
    if said is None:
        said = declared.group(1) if declared else _delimiter(head)
    _refuse_strange(said, given.name)
    if said != ",":
        what = f"cells are separated by {DELIMITERS.get(said, repr(said))}"
        findings.append(_note("file_delimiter", what, given.name))
    return _Plain(raw=raw, start=start, delimiter=said, findings=tuple(findings), letters=letters)


def _note(code: str, what: str, name: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, what=what, where=name)


def _line_ends(raw: bytes, name: str) -> list[Finding]:
    both = raw.count(b"\r\n")
    returns, feeds = raw.count(b"\r") - both, raw.count(b"\n") - both
    kinds = {"CRLF": both, "CR": returns, "LF": feeds}
    found = [f"{n:,} {kind}" for kind, n in kinds.items() if n]
    # A spreadsheet ends rows in CRLF, and lines within a quoted cell in LF.
    within = both and feeds and not returns and _breaks_within(raw) >= feeds
    if within or (both and len(found) == 1):
        return []
    words = f"in CR alone ({returns:,})" if len(found) == 1 else f"in {', '.join(found)}"
    return [_note("file_line_ends", f"lines end {words}; each counts as a line end", name)]


def _breaks_within(raw: bytes) -> int:
    return int(scan(raw, ",", quoted=True).breaks.sum())


def _said(given: TextGiven) -> str | None:
    said = given.recipe.delimiter
    named = {words: sign for sign, words in DELIMITERS.items()} | {"\\t": "\t"}
    return None if said is None else named.get(said, said)


def _refuse_strange(delimiter: str, name: str) -> None:
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return
    raise InputRefused(
        what=f"{shown(delimiter)!r} cannot separate cells",
        where=name,
        mend="separate cells by one sign: a comma, semicolon, tab or pipe",
        code="TZ-IN-06",
    )


def _delimiter(head: str) -> str:
    """Return the delimiter under which most of the first records have equally many cells."""
    first = "".join(head.splitlines(keepends=True)[:SNIFFED_RECORDS])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        sizes = _sizes(first, delimiter)
        if not sizes:
            continue
        size, n = max(Counter(sizes).items(), key=lambda item: (item[1], item[0]))
        score = (round(n / len(sizes), 1), size)
        if size > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _sizes(text: str, delimiter: str) -> list[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    sizes: list[int] = []
    with contextlib.suppress(csv.Error):
        sizes.extend(len(record) for record in reader if record)
    return sizes


def _grid(plain: _Plain, seen: Scan, given: TextGiven, *, quoted: bool) -> Grid:
    import polars as pl

    width = int(seen.widths.max(initial=0))
    if not width:
        return grid_of_records(given.name, [])
    as_it_stands = plain.raw is given.raw and given.path is not None
    begun = plain.raw if not plain.start else bytes(plain.raw[plain.start :])
    source = given.path.resolve() if as_it_stands and given.path else bytes(begun)
    try:
        frame = pl.read_csv(
            source,
            has_header=False,
            schema={f"c{k}": pl.String for k in range(width)},
            separator=plain.delimiter,
            quote_char='"' if quoted else None,
            missing_columns="insert",
            extra_columns="ignore",
            raise_if_empty=False,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        frame = None
    if frame is None or frame.height != seen.widths.size:
        return grid_of_records(given.name, _records(plain, given))
    return grid_of_frame(given.name, frame, seen.widths, unquote=not quoted)


def _records(plain: _Plain, given: TextGiven) -> list[list[str]]:
    text = bytes(plain.raw[plain.start :]).decode("utf-8", "replace")
    literal = given.recipe.quotes == "literal"
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=plain.delimiter,
        strict=True,
        quoting=csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL,
    )
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise InputRefused(
            what=f"a quotation mark or a cell cannot be read: {error}",
            where=f"{given.name}, line {reader.line_num}",
            mend="write a quotation mark inside a quoted cell twice, or export the table again",
            code="TZ-IN-13",
        ) from error
    return records
