"""Exports of the dictionary: a workbook that watches its cells, tables without formulas."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

import openpyxl
import pytest
import python_calamine

from timezero.intake.dictionary_exports.excel_template import (
    SHEETS,
    columns_by_sheet,
    excel_template,
)
from timezero.intake.dictionary_exports.json import as_json
from timezero.intake.dictionary_exports.mapping import mapping
from timezero.intake.dictionary_exports.redcap import redcap
from timezero.intake.dictionary_exports.text import WIDTH, as_text, item_text
from timezero.intake.recognise import recognise
from timezero.intake.record_items import Choice, Item, dictionary, item
from timezero.intake.spreadsheet_safe import safe_cell

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "\uff1d1+1")


@pytest.fixture(scope="module")
def packed() -> bytes:
    return excel_template(dictionary())


@pytest.fixture(scope="module")
def book(packed: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(packed))


def watched(book: Any, sheet: str, header: str) -> Any:
    page = book[sheet]
    (cell,) = [c for c in page[1] if c.value == header]
    (watch,) = [
        w
        for w in page.data_validations.dataValidation
        if str(w.sqref).startswith(f"{cell.column_letter}2:")
    ]
    return watch


def test_sheets_are_those_that_were_asked_for(book: Any) -> None:
    assert book.sheetnames == ["Read me", *SHEETS, "Lists"]
    for title in SHEETS:
        page = book[title]
        assert page.max_row == 1
        assert page.freeze_panes in {"B2", "C2"}
        assert all(cell.comment and cell.comment.text for cell in page[1])
        assert all(12 <= page.column_dimensions[c.column_letter].width <= 30 for c in page[1])
        assert len(page.data_validations.dataValidation) == page.max_column


def test_no_identifier_is_asked_for_but_the_study_number(book: Any) -> None:
    headers = [str(cell.value) for title in SHEETS for cell in book[title][1]]
    found = {recognise(header)[0].item_key for header in headers}
    assert "study_id" in found
    assert not found & {i.key for i in dictionary() if i.identifier}
    assert not [h for h in headers if re.search(r"\b(birth$|name|phone|mrn)\b", h.casefold())]


def test_every_header_is_recognised_as_its_item() -> None:
    for title, items in columns_by_sheet(dictionary()).items():
        for shown in items:
            header = f"{shown.name} ({shown.unit})" if shown.unit else shown.name
            assert recognise(header)[0].item_key == shown.key, (title, header)
            assert recognise(header)[0].procedure is None


def test_every_item_has_one_column() -> None:
    columns = [i.key for items in columns_by_sheet(dictionary()).values() for i in items]
    wanted = {i.key for i in dictionary() if not i.identifier and not i.wide_only}
    assert set(columns) == wanted
    ties = {"study_id", "procedure_number"}
    assert len([key for key in columns if key not in ties]) == len(wanted - ties)


def test_ranges_are_watched(book: Any) -> None:
    pci = watched(book, "Operations", "Peritoneal cancer index")
    assert (pci.type, pci.formula1, pci.formula2, pci.errorStyle) == ("whole", "0", "39", "stop")
    weight = watched(book, "Operations", "Weight (kg)")
    assert (weight.type, weight.formula1, weight.formula2) == ("decimal", "10", "400")
    day = watched(book, "Operations", "Date of the procedure")
    assert (day.type, day.formula1, day.formula2) == ("date", "18264", "73050")
    assert "2099-12-31" in day.error


def test_lists_point_at_the_codes(book: Any) -> None:
    for sheet, header, key in (
        ("Operations", "Completeness of cytoreduction", "cc_score"),
        ("Drugs", "Unit of the dose", "dose_unit"),
        ("Complications", "Clavien-Dindo grade", "clavien_dindo"),
    ):
        watch = watched(book, sheet, header)
        assert watch.type == "list"
        cells = watch.formula1.removeprefix("Lists!").replace("$", "")
        codes = [str(cell.value) for (cell,) in book["Lists"][cells]]
        assert codes == [choice.code for choice in item(key).choices]
    steps = watched(book, "Operations", "Karnofsky performance status (%)")
    cells = steps.formula1.removeprefix("Lists!").replace("$", "")
    assert [cell.value for (cell,) in book["Lists"][cells]] == list(range(10, 101, 10))


def test_several_choices_are_written_and_not_listed(book: Any) -> None:
    assert watched(book, "Recurrences", "Where the recurrence was").type in {None, "none"}


def test_another_reader_opens_the_same_workbook(packed: bytes, book: Any) -> None:
    other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(packed))
    assert other.sheet_names == book.sheetnames
    for title in SHEETS:
        (header,) = other.get_sheet_by_name(title).to_python()
        assert header == [cell.value for cell in book[title][1]]


def test_a_filled_workbook_keeps_dates_numbers_and_codes(packed: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(packed))
    given = {
        "study_id": "P001",
        "procedure_number": 2,
        "procedure_date": dt.date(2020, 2, 29),
        "weight": 71.5,
        "pci_total": 0,
        "cc_score": 0,
        "procedure_kind": "hipec_aborted",
        "planned_two_stage": "no",
    }
    columns = columns_by_sheet(dictionary())["Operations"]
    for column, shown in enumerate(columns, start=1):
        book["Operations"].cell(2, column, given.get(shown.key))
    saved = io.BytesIO()
    book.save(saved)
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(saved.getvalue()))
    header, row = read.get_sheet_by_name("Operations").to_python()
    found = {recognise(str(h))[0].item_key: cell for h, cell in zip(header, row, strict=True)}
    assert {key: found[key] for key in given} == given
    assert {found[key] for key in found.keys() - given.keys()} == {""}


def test_bytes_hold_no_clock(packed: bytes) -> None:
    assert packed == excel_template(dictionary())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2000-01-01T"}


def hostile(text: str) -> Item:
    return dataclasses.replace(
        item("grade"),
        name=text,
        meaning=text,
        fhir=text,
        choices=(Choice(code="a", label=text), Choice(code="b", label="b")),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_export_begins_a_formula(text: str) -> None:
    for content in (mapping([hostile(text)]), redcap([hostile(text)])):
        cells = [c for r in csv.reader(io.StringIO(content.decode(), newline="")) for c in r]
        assert not [cell for cell in cells if cell and safe_cell(cell) != cell]
        assert any(cell.startswith(f"'{text}") for cell in cells)


def test_a_hostile_label_is_no_formula_in_the_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel_template([hostile("=1+1")])))
    cells = [cell for page in book for cells in page.iter_rows() for cell in cells]
    assert "'=1+1" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}


def test_numbers_and_plain_text_are_left_alone() -> None:
    assert safe_cell("0 to 39") == "0 to 39"
    assert safe_cell("") == ""


def test_mapping_says_the_gaps() -> None:
    rows = list(csv.DictReader(io.StringIO(mapping(dictionary()).decode())))
    assert len(rows) == len(dictionary())
    assert all(all(row[name] for name in row if name != "unit") for row in rows)
    by_item = {row["item"]: row for row in rows}
    fhir, concept = "FHIR R4 or mCODE 4.0.0", "OMOP concept or column"
    assert by_item["pci_r00"][fhir] == "no concept"
    assert by_item["asa"][concept] == "to be checked"
    assert "89247-1" in by_item["ecog"][fhir]
    assert by_item["height"][concept] == "3036277"
    assert by_item["death_date"][concept] == "death.death_date"


def test_text_fits_a_terminal() -> None:
    text = as_text(dictionary()).decode()
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert all(i.key in text for i in dictionary())
    for shown in dictionary():
        said = item_text(shown)
        assert max(len(line) for line in said.splitlines()) <= WIDTH
        assert all(choice.code in said for choice in shown.choices)
    assert "counts as 2 and 3" in item_text(item("pci_r00"))


def test_json_holds_everything() -> None:
    content = json.loads(as_json(dictionary()))
    assert [i["key"] for i in content["items"]] == [i.key for i in dictionary()]
    assert content["items"][0].keys() == set(Item.__slots__)
    assert len(content["chapters"]) == 11
