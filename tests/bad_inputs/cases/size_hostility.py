"""Cases of size, and of cells, headers and file names that something would obey."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bad_inputs.case import Case, Given
from bad_inputs.clean import clean_rows, write_csv

COLUMNS, ROWS, LINE = 5_000, 10_000_000, 1_000_000_000
FORMULAS = (
    '=HYPERLINK("http://example.org","x")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1+9)",
    "\t=1+1", "\uff0bSUM(A1)", "\uff1d1+1", "=P01", "+A1", "-A1", "plain", "",
)  # fmt: skip
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "</style><b>", "javascript:alert(1)", "<!-- x -->", "&lt;b&gt;", "a < b", "<LOD", "plain",
    "<iframe src='//example.org'>", "",
)  # fmt: skip
HIDDEN = ("North\u202egpj", "So\x07uth", "\u2066West\u2069", "Ea\x1b[31mst") + ("North",) * 8


def _wide(folder: Path) -> Given:
    path = folder / "registry.csv"
    rows = [[f"c{k}" for k in range(COLUMNS)], ["1"] * COLUMNS]
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    return Given(source=path, clean=None)


@cache
def _large_folder() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _long(folder: Path) -> Given:
    del folder
    path = _large_folder() / "registry.csv"
    if not path.exists():
        header = ",".join(clean_rows()[0]).encode() + b"\n"
        empty = b"," * (header.count(b",")) + b"\n"
        with path.open("wb") as opened:
            opened.write(header)
            for _ in range(100):
                opened.write(empty * (ROWS // 100))
    return Given(source=path, clean=None)


def _one_line(folder: Path) -> Given:
    path = folder / "registry.csv"
    with path.open("wb") as opened:
        opened.write(b"patient_id,")
        opened.truncate(LINE)
    return Given(source=path, clean=None)


def _with_cells(folder: Path, cells: tuple[str, ...], *, header: str = "remark") -> Given:
    rows = clean_rows()
    for row, cell in zip(rows, cells, strict=True):
        row[header] = cell
    return Given(source=write_csv(folder, rows))


def _named(name: str) -> Case:
    short = name.encode("unicode_escape").decode()[:20]
    return Case(
        number=f"B94 {short}".replace("/", "_").replace("\\", "_"),
        response="S",
        codes=("file_name_odd",),
        make=lambda folder: Given(source=write_csv(folder, clean_rows(), name)),
    )


CASES = (
    Case(number="B91", response="R", codes=("TZ-IN-16",), make=_wide),
    Case(number="B91 rows", response="R", codes=("TZ-IN-16",), make=_long),
    Case(number="B91 line", response="R", codes=("TZ-IN-16",), make=_one_line),
    Case(
        number="B93",
        response="S",
        codes=("cells_like_formulas",),
        make=lambda folder: _with_cells(folder, FORMULAS),
    ),
    _named("..\\..\\x.csv"),
    _named("CON.csv"),
    _named("n" * 240 + ".csv"),
    _named("registry\u202evsc.exe"),
    _named("two\nlines.csv"),
    Case(
        number="B95",
        response="S",
        codes=("cells_with_markup",),
        make=lambda folder: _with_cells(folder, MARKUP),
    ),
    Case(
        number="B95 label",
        response="S",
        codes=("cells_with_markup",),
        make=lambda folder: _with_cells(
            folder, MARKUP, header="<img src=x onerror=alert(1)> {{7*7}} __proto__"
        ),
    ),
    Case(
        number="B95 hidden signs",
        response="S",
        codes=("cells_with_hidden_signs",),
        make=lambda folder: _with_cells(folder, HIDDEN),
    ),
)
