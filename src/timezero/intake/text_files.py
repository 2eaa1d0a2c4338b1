"""Delimited text: which encoding, which delimiter, and never a shifted column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SNIFFED_RECORDS = 100
# Lead byte and continuation bytes of a character beyond ASCII in UTF-8.
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


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


def read_text(raw: bytes, name: str) -> TextRows:
    """Read delimited text of unknown encoding and delimiter.

    Parameters
    ----------
    raw : bytes
        The whole file.
    name : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The bytes are no text, a quote is left open, or a record has too few or too many cells.
    """
    text, findings = _decode(raw, name)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r"sep=(.)\r?", first.strip("\ufeff"))
    if declared:
        text, delimiter = rest, declared.group(1)
    else:
        delimiter = _delimiter(text)
    if delimiter != ",":
        findings.append(
            Finding(
                code="file_delimiter",
                severity=Severity.NOTE,
                what=f"cells are separated by {DELIMITERS.get(delimiter, repr(delimiter))}",
                where=name,
            )
        )
    return TextRows(records=_records(text, delimiter, name), findings=tuple(findings))


def _decode(raw: bytes, name: str) -> tuple[str, list[Finding]]:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], encoding, name), _encoding_note(encoding, name)
    sample = raw[:4096]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 3 and not any(sample[offset::2]) and any(sample[1 - offset :: 2]):
            return _strictly(raw, encoding, name), _encoding_note(encoding, name)
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise InputRefused(
            what="the file holds zero bytes: it is damaged, or not a text file",
            where=f"{name}, line {line}",
            mend="export the table again as CSV in UTF-8, Excel or Parquet",
            code="TZ-IN-11",
        )
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _windows(raw, name, error), _encoding_note("Windows-1252", name)


def _strictly(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputRefused(
            what=f"the file begins as {encoding.upper()} and then does not keep to it",
            where=f"{name}, byte {error.start}",
            mend="export the table again as CSV in UTF-8, Excel or Parquet",
            code="TZ-IN-12",
        ) from error


def _windows(raw: bytes, name: str, error: UnicodeDecodeError) -> str:
    line = raw[: error.start].count(b"\n") + 1
    refusal = InputRefused(
        what="the file mixes two ways of writing letters beyond plain English",
        where=f"{name}, line {line}",
        mend="export the table again as CSV in UTF-8, Excel or Parquet",
        code="TZ-IN-12",
    )
    if _UTF8_CHARACTER.search(raw):
        raise refusal from error
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as second:
        raise refusal from second


def _encoding_note(encoding: str, name: str) -> list[Finding]:
    if encoding == "utf-8":
        return []
    what = f"letters were read as {encoding.upper()}: check names with accents"
    return [Finding(code="file_encoding", severity=Severity.NOTE, what=what, where=name)]


def _delimiter(text: str) -> str:
    """Return the delimiter under which most of the first records have equally many cells."""
    head = "".join(text.splitlines(keepends=True)[:SNIFFED_RECORDS])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        sizes = [len(r) for r in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)]
        sizes = [size for size in sizes if size]
        if not sizes or sizes[0] < 2:
            continue
        share = Counter(sizes)[sizes[0]] / len(sizes)
        if (round(share, 1), sizes[0]) > best_score:
            best, best_score = delimiter, (round(share, 1), sizes[0])
    return best


def _records(text: str, delimiter: str, name: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise InputRefused(
            what=f"a quotation mark or a cell cannot be read: {error}",
            where=f"{name}, line {reader.line_num}",
            mend="write a quotation mark inside a quoted cell twice, or export the table again",
            code="TZ-IN-13",
        ) from error
    return records
