"""The clean registry gives one and the same cohort in every format it can be kept in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from bad_inputs.case import clean_cohort, same_course
from bad_inputs.clean import DATA
from bad_inputs.sheets import sheet_xml, typed_rows, write_ods, write_xls, write_xlsx
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated


def frame() -> pl.DataFrame:
    head, *rows = typed_rows()
    return pl.DataFrame(rows, schema=head, orient="row")


def xlsx(path: Path) -> None:
    write_xlsx(path, {"Patients": sheet_xml(typed_rows())})


def openpyxl(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in typed_rows():
        book.active.append(row)
    book.save(path)


WRITERS: dict[str, Any] = {
    "xlsx": xlsx,
    "openpyxl": openpyxl,
    "xls": lambda path: write_xls(path, typed_rows()),
    "ods": lambda path: write_ods(path, typed_rows()),
    "sav": lambda path: pyreadstat.write_sav(frame(), str(path)),
    "zsav": lambda path: pyreadstat.write_sav(frame(), str(path), compress=True),
    "dta": lambda path: pyreadstat.write_dta(frame(), str(path)),
    "xpt": lambda path: pyreadstat.write_xport(frame(), str(path)),
    "parquet": lambda path: frame().write_parquet(path),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_clean_registry_gives_the_same_cohort(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"registry.{kind}"
    WRITERS[kind](path)
    cohort = read_cohort(path, validated({"data": DATA}))
    clean = clean_cohort()
    assert same_course(cohort, clean)
    for one, other in zip(cohort.covariates, clean.covariates, strict=True):
        assert (one.name, one.values.tolist()) == (other.name, other.values.tolist())
