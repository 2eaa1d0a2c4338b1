"""Tables and findings on the terminal; plain text where that is asked for."""

from __future__ import annotations

import codecs
import dataclasses
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from timezero.findings import Finding

PLAIN_SIGNS = "timezero-plain-signs"
RULES = "\u2500\u2501"


def print_json(value: Any) -> None:
    """Print a dataclass, or a sequence of them, as JSON."""
    sys.stdout.write(as_json(value))


def as_json(value: Any) -> str:
    """Return a dataclass, or a sequence of them, as JSON."""

    def plainly(item: Any) -> Any:
        if dataclasses.is_dataclass(item) and not isinstance(item, type):
            return dataclasses.asdict(item)
        return str(item)

    return json.dumps(value, default=plainly, indent=2, ensure_ascii=False) + "\n"


def write_in_any_encoding(stream: TextIO) -> None:
    """Let a terminal or pipe that knows few signs have plain ones, and escapes for the rest.

    A Windows pipe has no minus sign; a question mark in its place would hide a sign.
    """
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error(PLAIN_SIGNS, _plain_signs)
        stream.reconfigure(errors=PLAIN_SIGNS)


def _plain_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from timezero.report.numbers import as_ascii

    plain = as_ascii(error.object[error.start : error.end])
    said = "".join(c if c.isascii() else "-" if c in RULES else json.dumps(c)[1:-1] for c in plain)
    return said, error.end


def is_plain(*, plain: bool) -> bool:
    """Return whether output goes without boxes and colour."""
    return plain or bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, plain: bool) -> None:
    """Print rows under a header."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if is_plain(plain=plain):
        widths = [max(len(row[k]) for row in [list(header), *cells]) for k in range(len(header))]
        for row in [list(header), *cells]:
            padded = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            sys.stdout.write(padded.rstrip() + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_findings(findings: Iterable[Finding]) -> None:
    """Print findings with the cells they are about."""
    for finding in findings:
        print(printable(str(finding), keep="\n"))
        if finding.evidence:
            more = finding.n_rows - len(finding.evidence)
            rest = f"; and {more} more" if more > 0 else ""
            print(f"  cells: {printable('; '.join(finding.evidence))}{rest}")


def printable(text: str, keep: str = "") -> str:
    """Return text without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() or c in keep else " " for c in text)
