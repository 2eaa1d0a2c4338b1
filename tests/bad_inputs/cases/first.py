"""Cases that were there first: empty files and headers without rows."""

from __future__ import annotations

from pathlib import Path

from bad_inputs.case import Case, Given
from bad_inputs.clean import clean_rows


def _empty(folder: Path) -> Given:
    path = folder / "registry.csv"
    path.write_bytes(b"")
    return Given(source=path, clean=None)


def _header_only(folder: Path) -> Given:
    path = folder / "registry.csv"
    path.write_text(",".join(clean_rows()[0]) + "\n")
    return Given(source=path, clean=None)


CASES = (
    Case(number="B01", response="R", codes=("TZ-IN-04",), make=_empty),
    Case(number="B02", response="R", codes=("TZ-IN-05",), make=_header_only),
)
