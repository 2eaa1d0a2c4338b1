"""Cases of delimited text and archives: encodings, line ends, delimiters, quotes, disguises."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, as_text, clean_rows

Make = Callable[[Path], Given]


def _bytes(
    raw: bytes | Callable[[], bytes],
    *,
    clean: bool | None = True,
    name: str = "registry.csv",
    recipe: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> Make:
    def make(folder: Path) -> Given:
        path = folder / name
        path.write_bytes(raw() if callable(raw) else raw)
        told = {"tables": {"registry": recipe}} if recipe else {}
        return Given(source=path, clean=clean, recipe=told, data=data or dict(DATA))

    return make


def _text(**changes: str) -> str:
    """Return the clean registry with some names of centres changed."""
    text = as_text(clean_rows())
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


ACCENTED = _text(North="Müller-Klinik Köln", South="São Paulo")
CENTRAL = _text(North="Plzeň, nemocnice Dvořák".replace(",", ""), South="Łódź Wiśniewski")


def _mixed() -> bytes:
    lines = ACCENTED.splitlines(keepends=True)
    return b"".join(
        line.encode("cp1252" if number in {4, 6} else "utf-8")
        for number, line in enumerate(lines, start=1)
    )


def _lost_letter() -> bytes:
    """A line whose letters no encoding explains: a byte that Windows-1252 does not have."""
    return ACCENTED.encode().replace("São Paulo".encode(), b"S\x81\xc3o Paulo", 1)


def _noted() -> bytes:
    rows = clean_rows()
    for row in rows:
        row["operation_note"] = "drain left\nno leak, discharged"
    return as_text(rows).encode()


def _one_row() -> bytes:
    return as_text(clean_rows()[:1]).encode()


def _with_empty_ends() -> bytes:
    width = len(clean_rows()[0])
    lines = as_text(clean_rows()).splitlines()
    empty = "," * (width + 4)
    return ("\n".join([*(line + ",,,,," for line in lines), *[empty] * 3000]) + "\n").encode()


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    rows = clean_rows()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members:
            member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(member, raw, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _forged() -> bytes:
    """A zip archive that promises 100 bytes and unpacks to thirty million."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("registry.csv", zeros())
    raw = bytearray(out.getvalue())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(raw)


def zeros() -> bytes:
    """Return what shrinks to a thousandth."""
    return b"0" * 30_000_000


CLEAN = as_text(clean_rows()).encode()
INCHES = _text().replace("North", '5" margin', 1)
SEMICOLONS = as_text(clean_rows(), ";")

CASES = (
    Case(number="B01", response="R", codes=("TZ-IN-04",), make=_bytes(b"", clean=None)),
    Case(
        number="B02",
        response="R",
        codes=("TZ-IN-05",),
        make=_bytes(as_text(clean_rows()).splitlines()[0].encode() + b"\n", clean=None),
    ),
    Case(
        number="B03",
        response="W",
        codes=("too_few_patients",),
        make=_bytes(_one_row(), clean=False),
    ),
    Case(number="B04", response="F", codes=("file_mark",), make=_bytes(b"\xef\xbb\xbf" + CLEAN)),
    *(
        Case(
            number=number,
            response="F",
            codes=("file_encoding",),
            make=_bytes(ACCENTED.encode(encoding)),
        )
        for number, encoding in (
            ("B05", "utf-16"),
            ("B05 big-endian without mark", "utf-16-be"),
            ("B06", "cp1252"),
            ("B06 mac-roman", "mac-roman"),
        )
    ),
    Case(
        number="B05 big-endian",
        response="F",
        codes=("file_encoding",),
        make=_bytes(b"\xfe\xff" + ACCENTED.encode("utf-16-be")),
    ),
    Case(
        number="B06 central European",
        response="F",
        codes=("file_encoding",),
        make=_bytes(CENTRAL.encode("cp1250")),
    ),
    Case(
        number="B06 iso-8859-15",
        response="F",
        codes=("file_encoding",),
        make=_bytes(_text(North="Sacré-Cœur").encode("iso8859-15")),
    ),
    Case(
        number="B07",
        response="Q",
        codes=("file_letters_mixed",),
        make=_bytes(_mixed()),
        answered=_bytes(_mixed(), recipe={"encoding": "utf-8, else windows-1252"}),
    ),
    Case(
        number="B07 damaged",
        response="Q",
        codes=("file_letters_mixed",),
        make=_bytes(_lost_letter()),
        answered=_bytes(_lost_letter(), recipe={"damaged_lines": "leave_out"}, clean=False),
    ),
    Case(
        number="B08",
        response="R",
        codes=("TZ-IN-11",),
        make=_bytes(CLEAN.replace(b"North", b"No\0th", 1), clean=None),
    ),
    Case(
        number="B09",
        response="F",
        codes=("file_line_ends",),
        make=_bytes(CLEAN.replace(b"\n", b"\r")),
    ),
    Case(
        number="B09 mixed",
        response="F",
        codes=("file_line_ends",),
        make=_bytes(CLEAN.replace(b"\n", b"\r\n", 5)),
    ),
    Case(
        number="B10",
        response="F",
        codes=("file_delimiter",),
        make=_bytes(SEMICOLONS.replace(";38;", ";38,5;").encode()),
    ),
    Case(
        number="B11",
        response="F",
        codes=("file_delimiter",),
        make=_bytes(as_text(clean_rows(), "\t").encode(), name="registry.txt"),
    ),
    Case(
        number="B11 pipe",
        response="F",
        codes=("file_delimiter",),
        make=_bytes(as_text(clean_rows(), "|").encode()),
    ),
    Case(
        number="B11 sep",
        response="F",
        codes=("file_delimiter",),
        make=_bytes(b"sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n").encode()),
    ),
    Case(number="B12", response="F", codes=("file_line_breaks",), make=_bytes(_noted())),
    Case(
        number="B13",
        response="Q",
        codes=("file_quotes",),
        make=_bytes(INCHES.encode()),
        answered=_bytes(INCHES.encode(), recipe={"quotes": "literal"}),
    ),
    Case(
        number="B13 left open",
        response="Q",
        codes=("file_quotes",),
        make=_bytes(_text().replace("North", '"North', 1).encode()),
        answered=_bytes(
            _text().replace("North", '"North', 1).encode(), recipe={"quotes": "literal"}
        ),
    ),
    Case(
        number="B18 delimited text",
        response="F",
        codes=("file_empty_edges",),
        make=_bytes(_with_empty_ends()),
    ),
    Case(
        number="B19 workbook",
        response="F",
        codes=("file_name_misleads",),
        make=_bytes(_workbook),
    ),
    *(
        Case(number=number, response="R", codes=("TZ-IN-18",), make=_bytes(raw, clean=None))
        for number, raw in (
            ("B19", b"<!DOCTYPE html><html><body><table><tr><td>P01</td></tr></table></html>"),
            ("B19 pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        )
    ),
    Case(
        number="B30",
        response="F",
        codes=("file_unpacked",),
        make=_bytes(gzip.compress(CLEAN, mtime=0), name="registry.csv.gz"),
    ),
    Case(
        number="B30 zip",
        response="F",
        codes=("file_unpacked",),
        make=_bytes(zipped(("export/registry.csv", CLEAN)), name="registry.zip"),
    ),
    *(
        Case(
            number=f"B30 {number}",
            response="R",
            codes=(code,),
            make=_bytes(raw, name=name, clean=None),
        )
        for number, code, name, raw in (
            ("nested", "TZ-IN-18", "a.zip", zipped(("b.zip", zipped(("registry.csv", CLEAN))))),
            ("bomb", "TZ-IN-16", "a.csv.gz", lambda: gzip.compress(zeros(), mtime=0)),
            ("bomb in zip", "TZ-IN-16", "a.zip", lambda: zipped(("registry.csv", zeros()))),
            ("forged size", "TZ-IN-15", "a.zip", _forged),
            ("path", "TZ-IN-15", "a.zip", zipped(("../../registry.csv", CLEAN))),
            (
                "many",
                "TZ-IN-16",
                "a.zip",
                lambda: zipped(*((f"{k}.csv", b"") for k in range(5_001))),
            ),
            ("cut short", "TZ-IN-15", "a.csv.gz", gzip.compress(CLEAN, mtime=0)[:-30]),
        )
    ),
)
