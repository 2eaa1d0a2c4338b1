"""Workbooks and files of statistics programs: B20 to B22, B25 to B29, B92."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_inputs.case import Case, Given
from bad_inputs.sheets import (
    FILLED,
    HEAD,
    MAIN,
    STRUCK,
    comment_parts,
    sheet_xml,
    typed_rows,
    write_ods,
    write_xls,
    write_xlsx,
)

BOMB = 64_000_000


def _simple(folder: Path, name: str = "registry.xlsx", **parts: Any) -> Path:
    return write_xlsx(folder / name, {"Patients": sheet_xml(typed_rows())}, **parts)


def _locked(folder: Path) -> Given:
    """Write the outside of a locked workbook: a container with the streams Office gives it."""
    raw = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1528))
    raw[512 + 128 : 512 + 160] = "EncryptedPackage".encode("utf-16-le")
    path = folder / "registry.xlsx"
    path.write_bytes(bytes(raw))
    return Given(source=path, clean=None)


def _corrupt(folder: Path) -> Given:
    path = _simple(folder)
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    raw[at + 200 : at + 240] = bytes(40)
    path.write_bytes(bytes(raw))
    return Given(source=path, clean=None)


def _cut(folder: Path) -> Given:
    path = _simple(folder)
    path.write_bytes(path.read_bytes()[:-700])
    return Given(source=path, clean=None)


def _full_xls(folder: Path) -> Given:
    rows = typed_rows()
    return Given(source=write_xls(folder / "r.xls", rows, first_row=65_536 - len(rows) + 1))


def _full_xlsx(folder: Path) -> Given:
    rows = typed_rows()
    xml = sheet_xml(rows, first_row=1_048_576 - len(rows) + 1)
    return Given(source=write_xlsx(folder / "r.xlsx", {"Patients": xml}))


def _full_cell(folder: Path) -> Given:
    rows = typed_rows()
    rows = [[*row, "notes" if k == 0 else None] for k, row in enumerate(rows)]
    rows[4][-1] = "a" * 32_767
    return Given(source=write_xlsx(folder / "r.xlsx", {"Patients": sheet_xml(rows)}))


def _several(folder: Path) -> Given:
    codes = [["code", "meaning"], ["CC0", "no tumour left"], ["CC1", "up to 2.5 mm"]]
    old = typed_rows()[:5]
    sheets = {"Codes": sheet_xml(codes), "Patients": sheet_xml(typed_rows()), "Old": sheet_xml(old)}
    path = write_xlsx(folder / "registry.xlsx", sheets, states={"Old": "veryHidden"})
    return Given(source=path)


def _told(make: Callable[[Path], Given], *, clean: bool = True, **table: str) -> Any:
    def given(folder: Path) -> Given:
        return Given(
            source=make(folder).source, recipe={"tables": {"registry": table}}, clean=clean
        )

    return given


def _filtered(folder: Path) -> Given:
    """Hide three patients by a filter, and a column that is used by hand."""
    before = '<cols><col min="11" max="11" width="9" hidden="1"/></cols>'
    xml = sheet_xml(
        typed_rows(),
        hidden_rows=(4, 7, 8),
        before=before,
        after='<autoFilter ref="A1:O13"/>',
    )
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": xml}))


def _hidden_column(folder: Path) -> Given:
    before = '<cols><col min="11" max="11" width="9" hidden="1"/></cols>'
    xml = sheet_xml(typed_rows(), before=before)
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": xml}))


def _errors(folder: Path) -> Given:
    """Put errors where the clean registry is empty, and a formula never calculated into age."""
    rows = typed_rows()
    rows[2][6] = '<c r="G3" t="e"><f>VLOOKUP(A3,Codes!A:B,2)</f><v>#N/A</v></c>'
    rows[3][5] = '<c r="F4" t="e"><v>#REF!</v></c>'
    rows[4][10] = '<c r="K5"><f>YEAR(E5)-YEAR(C5)</f></c>'
    rows[5][11] = '<c r="L6" t="e"><v>#DIV/0!</v></c>'
    rows[6][13] = '<c r="N7" t="e"><v>#VALUE!</v></c>'
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": sheet_xml(rows)}))


def _from_1904(folder: Path) -> Given:
    xml = sheet_xml(typed_rows(), first_day=24_107)
    path = write_xlsx(
        folder / "registry.xlsx", {"Patients": xml}, properties='<workbookPr date1904="1"/>'
    )
    return Given(source=path)


def _coloured(folder: Path) -> Given:
    styles = {"A3": FILLED, "B3": FILLED, "J6": STRUCK}
    xml = sheet_xml(typed_rows(), styles=styles)
    further = comment_parts("A1", "O9")
    return Given(source=write_xlsx(folder / "r.xlsx", {"Patients": xml}, further=further))


def _macros(folder: Path) -> Given:
    link = (
        f'{HEAD}<externalLink xmlns="{MAIN}"><ddeLink ddeService="a" ddeTopic="b"/></externalLink>'
    )
    further = {
        "xl/vbaProject.bin": b"\0" * 64,
        "xl/externalLinks/externalLink1.xml": link,
        "xl/connections.xml": f'{HEAD}<connections xmlns="{MAIN}"/>',
    }
    return Given(source=_simple(folder, "registry.xlsm", further=further))


def _frame() -> Any:
    import polars as pl

    head, *rows = typed_rows()
    return pl.DataFrame(rows, schema=head, orient="row")


def _sav(folder: Path) -> Given:
    """Write status as labelled codes, and albumin 99 as declared missing."""
    import polars as pl
    import pyreadstat

    frame = _frame().with_columns(
        pl.col("status").replace_strict({"alive": 1, "dead": 2}),
        pl.when(pl.col("patient_id") == "P03").then(99).otherwise(pl.col("pci")).alias("pci"),
    )
    path = folder / "registry.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"pci": "Peritoneal cancer index"},
        variable_value_labels={"status": {1: "alive", 2: "dead"}, "pci": {99: "not recorded"}},
        missing_ranges={"pci": [{"lo": 90, "hi": 99}]},
    )
    return Given(source=path)


def _dta(folder: Path) -> Given:
    """Write a missing age as .a, which only Stata can say."""
    import polars as pl
    import pyreadstat

    ages = [*_frame()["age"].to_list()[:-1], "a"]
    frame = _frame().with_columns(pl.Series("age", ages, dtype=pl.Object))
    path = folder / "registry.dta"
    pyreadstat.write_dta(frame.to_pandas(), str(path), missing_user_values={"age": ["a"]})
    return Given(source=path)

    path = folder / "registry.xpt"
    pyreadstat.write_xport(_frame(), str(path))
    return Given(source=path)


def _rds(folder: Path) -> Given:
    path = folder / "registry.csv"
    path.write_bytes(gzip.compress(b"X\n\0\0\0\x03\0\x04\x03\x01\0\x03\x05\0", mtime=0))
    return Given(source=path, clean=None)


def _pickle(folder: Path) -> Given:
    path = folder / "registry.xlsx"
    path.write_bytes(pickle.dumps(typed_rows(), protocol=4))
    return Given(source=path, clean=None)


def _laughs(folder: Path) -> Given:
    entities = "".join(f'<!ENTITY e{k + 1} "{"".join([f"&e{k};"] * 10)}">' for k in range(9))
    return _with_type(folder, f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>', "&e9;")


def _quadratic(folder: Path) -> Given:
    return _with_type(folder, f'<!DOCTYPE x [<!ENTITY a "{"b" * 100_000}">]>', "&a;" * 10_000)


def _outside(folder: Path) -> Given:
    return _with_type(folder, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hosts">]>', "&a;")


def _with_type(folder: Path, declared: str, used: str) -> Given:
    rows = typed_rows()
    rows[1][1] = f'<c r="B2" t="inlineStr"><is><t>{used}</t></is></c>'
    xml = sheet_xml(rows).replace(HEAD, HEAD + declared)
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": xml}), clean=None)


def _bomb(folder: Path) -> Given:
    """Write a sheet of many rows that packs down to a thousandth."""
    xml = sheet_xml(typed_rows()).replace("</sheetData>", "<row/>" * (BOMB // 6) + "</sheetData>")
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": xml}), clean=None)


def _forged(folder: Path) -> Given:
    """Let the list of parts state a small size for a large sheet."""
    whole = write_xlsx(folder / "whole.xlsx", {"Patients": sheet_xml(typed_rows() * 40)})
    raw = bytearray(whole.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        true = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    size, small = true.to_bytes(4, "little"), (100).to_bytes(4, "little")
    forged = bytes(raw).replace(size, small)
    path = folder / "registry.xlsx"
    path.write_bytes(forged)
    return Given(source=path, clean=None)


def _far_cell(folder: Path) -> Given:
    xml = sheet_xml(typed_rows()).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    return Given(source=write_xlsx(folder / "registry.xlsx", {"Patients": xml}), clean=None)


def _ods_repeated(folder: Path) -> Given:
    row = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
        "</table:table-row>"
    )
    return Given(source=write_ods(folder / "r.ods", typed_rows(), further=row), clean=None)


CASES = (
    Case(number="B20", response="R", codes=("TZ-IN-60",), make=_locked),
    Case(number="B20 corrupt", response="R", codes=("TZ-IN-15",), make=_corrupt),
    Case(number="B20 cut short", response="R", codes=("TZ-IN-15",), make=_cut),
    Case(number="B21", response="W", codes=("file_may_be_cut",), make=_full_xls),
    Case(number="B21 xlsx", response="W", codes=("file_may_be_cut",), make=_full_xlsx),
    Case(number="B21 cell", response="W", codes=("file_may_be_cut",), make=_full_cell),
    Case(
        number="B22",
        response="Q",
        codes=("sheet",),
        make=_several,
        answered=_told(_several, sheet="Patients"),
    ),
    Case(
        number="B22 filter",
        response="Q",
        codes=("hidden",),
        make=_filtered,
        answered=_told(_filtered, hidden="use"),
    ),
    Case(
        number="B22 filter left out",
        response="Q",
        codes=("hidden",),
        make=_filtered,
        answered=_told(_filtered, hidden="leave_out", clean=False),
    ),
    Case(
        number="B22 column",
        response="Q",
        codes=("hidden",),
        make=_hidden_column,
        answered=_told(_hidden_column, hidden="use"),
    ),
    Case(
        number="B25",
        response="W",
        codes=("error_values", "formulas_without_value"),
        make=_errors,
    ),
    Case(number="B26", response="F", codes=("file_dates_from_1904",), make=_from_1904),
    Case(number="B27", response="W", codes=("file_formatting",), make=_coloured),
    Case(number="B28", response="S", codes=("file_active_parts",), make=_macros),
    Case(number="B29", response="F", codes=("declared_missing", "value_labels"), make=_sav),
    Case(number="B29 Stata", response="F", codes=("declared_missing",), make=_dta),
    Case(number="B29 RDS", response="R", codes=("TZ-IN-64",), make=_rds),
    Case(number="B29 pickle", response="R", codes=("TZ-IN-64",), make=_pickle),
    Case(number="B92", response="R", codes=("TZ-IN-61",), make=_laughs),
    Case(number="B92 quadratic", response="R", codes=("TZ-IN-61",), make=_quadratic),
    Case(number="B92 outside", response="R", codes=("TZ-IN-61",), make=_outside),
    Case(number="B92 bomb", response="R", codes=("TZ-IN-61",), make=_bomb),
    Case(number="B92 forged size", response="R", codes=("TZ-IN-61",), make=_forged),
    Case(number="B92 far cell", response="R", codes=("TZ-IN-16",), make=_far_cell),
    Case(number="B92 repeated cells", response="R", codes=("TZ-IN-16",), make=_ods_repeated),
)
