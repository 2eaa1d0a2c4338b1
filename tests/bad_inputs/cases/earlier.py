"""B96: the same file again, and a file with three changed rows."""

from __future__ import annotations

from pathlib import Path

from bad_inputs.case import Case, Given
from bad_inputs.clean import clean_rows, write_csv


def _same_again(folder: Path) -> Given:
    earlier = write_csv(folder, clean_rows(), "last-month.csv")
    return Given(source=write_csv(folder, clean_rows()), earlier=earlier)


def _three_rows_changed(folder: Path) -> Given:
    earlier = write_csv(folder, clean_rows(), "last-month.csv")
    rows = clean_rows()
    rows[1]["second_crs"] = "2011-02-28"
    rows[4]["pci"] = "29"
    rows[6] |= {"last_contact": "2013-04-20", "death_date": "2013-04-20"}
    return Given(source=write_csv(folder, rows), earlier=earlier, clean=False)


def _same_cells_other_bytes(folder: Path) -> Given:
    earlier = write_csv(folder, clean_rows(), "last-month.csv")
    path = write_csv(folder, clean_rows())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return Given(source=path, earlier=earlier)


CASES = (
    Case(number="B96", response="F", codes=("file_identical",), make=_same_again),
    Case(
        number="B96 three rows changed",
        response="F",
        codes=("file_changed",),
        make=_three_rows_changed,
    ),
    Case(
        number="B96 other bytes",
        response="F",
        codes=("file_changed",),
        make=_same_cells_other_bytes,
    ),
)
