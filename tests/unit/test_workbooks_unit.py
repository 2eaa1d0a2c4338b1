"""Workbooks: addresses, hidden parts, errors, formats, sheets, and the near misses of each."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl import Workbook

from bad_inputs.case import report_of
from bad_inputs.cases.workbooks import CASES
from bad_inputs.sheets import (
    FILLED,
    HEAD,
    PERCENT,
    comment_parts,
    letters,
    sheet_xml,
    typed_rows,
    write_ods,
    write_xls,
    write_xlsb,
    write_xlsx,
)
from timezero.errors import InputRefused, UnknownName
from timezero.findings import Question
from timezero.intake.grid import Grid
from timezero.intake.sources import read_grid, read_table
from timezero.intake.tables import BOOLEAN, DATE, TEXT, Table
from timezero.model.protocol import DataPart
from timezero.model.recipe import Recipe, TableRecipe


def grid(path: Path, **told: Any) -> Grid:
    return read_grid(path, TableRecipe(**told))


def codes(read: Grid | Table) -> set[str]:
    return {finding.code for finding in read.findings}


def sheet_of(tmp_path: Path, rows: Any = None, **parts: Any) -> Path:
    xml = sheet_xml(rows if rows is not None else typed_rows(), **parts)
    return write_xlsx(tmp_path / "r.xlsx", {"Patients": xml})


def test_a_table_that_begins_at_c5_keeps_its_addresses(tmp_path: Path) -> None:
    rows = [[None, None, *row] for row in typed_rows()]
    for path in (
        sheet_of(tmp_path, rows, first_row=5),
        write_xls(tmp_path / "r.xls", rows, first_row=5),
    ):
        read = read_table(path)
        column = read.column("patient_id")
        assert (column.letter, int(read.rows[0]), read.address(column, 2)) == ("C", 6, "C8")


def test_cells_keep_time_duration_truth_and_per_cent(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["a", "b", "c", "d"], [dt.time(3, 4), dt.timedelta(hours=30), True, 0.35]):
        sheet.append(row)
    sheet["D2"].number_format = "0.0%"
    book.save(tmp_path / "r.xlsx")
    read = grid(tmp_path / "r.xlsx")
    assert [c.text[1] for c in read.columns] == ["03:04:00", "1 day, 6:00:00", "true", "0.35"]
    assert [int(c.kinds[1]) for c in read.columns][:3] == [TEXT, TEXT, BOOLEAN]
    assert codes(read) == {"file_per_cent"}


def test_a_style_that_only_quotes_a_per_cent_sign_is_none(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "x", 35
    sheet["A2"].number_format = '0" %"'
    book.save(tmp_path / "r.xlsx")
    assert codes(grid(tmp_path / "r.xlsx")) == set()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_and_empty_sheets_need_no_question(tmp_path: Path, state: str) -> None:
    sheets = {"Old": sheet_xml(typed_rows()[:3]), "P": sheet_xml(typed_rows()), "E": sheet_xml([])}
    path = write_xlsx(tmp_path / "r.xlsx", sheets, states={"Old": state})
    read = grid(path)
    assert read.name == "r.xlsx, sheet P"
    (note,) = read.findings
    beside = "Old (2 rows below patient_id, sex, birth_date, diagnosis_date, ...)"
    assert note.what == f"sheet 'P' was read; hidden sheets, not read: {beside}"


def test_a_chart_sheet_is_no_sheet(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id"])
    sheet.append(["P1"])
    book.create_chartsheet("Chart")
    book.save(tmp_path / "r.xlsx")
    assert codes(grid(tmp_path / "r.xlsx")) == set()


def test_among_hidden_sheets_none_is_proposed(tmp_path: Path) -> None:
    sheets = {"A": sheet_xml(typed_rows()), "B": sheet_xml(typed_rows()), "C": sheet_xml([])}
    path = write_xlsx(tmp_path / "r.xlsx", sheets, states={"A": "hidden", "B": "hidden"})
    (question,) = grid(path).findings
    assert isinstance(question, Question)
    assert question.default is None
    assert {option.value for option in question.options} == {"A", "B"}
    assert grid(path, sheet="B").name == "r.xlsx, sheet B"


def test_the_sheet_with_the_headers_of_a_registry_is_proposed(tmp_path: Path) -> None:
    costs = [["item", "price"], *[["drape", 3]] * 60]
    sheets = {"Costs": sheet_xml(costs), "Data": sheet_xml(typed_rows())}
    (question,) = grid(write_xlsx(tmp_path / "r.xlsx", sheets)).findings
    assert isinstance(question, Question)
    assert (question.key, question.default) == (("tables", "registry", "sheet"), "Data")


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Patients"):
        grid(sheet_of(tmp_path), sheet="patients")


def test_hidden_rows_and_columns_without_cells_are_not_asked_about(tmp_path: Path) -> None:
    before = '<cols><col min="17" max="16384" width="9" hidden="1"/></cols>'
    read = read_table(sheet_of(tmp_path, hidden_rows=(40, 41), before=before))
    assert not codes(read) & {"hidden", "hidden_columns"}


def test_hidden_rows_of_an_xls_and_an_ods_are_found(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("P")
    for row in range(4):
        sheet.write(row, 0, "id" if row == 0 else f"P{row}")
        sheet.write(row, 1, "x" if row == 0 else row)
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    book.save(str(tmp_path / "r.xls"))
    read = grid(tmp_path / "r.xls")
    assert (read.hidden_rows.tolist(), read.hidden_columns) == ([3], ("B",))
    row = (
        '<table:table-row table:visibility="filter"><table:table-cell '
        'office:value-type="string"><text:p>P99</text:p></table:table-cell></table:table-row>'
    )
    ods = grid(write_ods(tmp_path / "r.ods", typed_rows(), further=row))
    assert ods.hidden_rows.tolist() == [14]
    assert codes(ods) == {"file_filter"}


def test_an_xlsb_is_gone_through_record_by_record(tmp_path: Path) -> None:
    rows = [["id", "x"], ["P1", 1.5], ["P2", "#N/A"], ["P3", 4.0]]
    read = grid(write_xlsb(tmp_path / "r.xlsb", rows, hidden_row=3))
    assert read.columns[1].text.to_list() == ["x", "1.5", "#N/A", "4"]
    assert (read.hidden_rows.tolist(), read.hidden_columns) == ([3], ("B",))
    assert codes(read) == {"file_not_looked_for"}


def test_an_xls_that_states_a_vast_size_is_refused_and_not_obeyed(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "r.xls", typed_rows())
    raw = path.read_bytes()
    at = raw.index(b"\x00\x02\x0e\x00") + 8
    path.write_bytes(raw[:at] + b"\xff\xff\xff\xf0" + raw[at + 4 :])
    with pytest.raises(InputRefused) as refusal:
        grid(path)
    assert refusal.value.code in {"TZ-IN-15", "TZ-IN-16"}


def test_a_hidden_column_that_nobody_uses_is_only_told(tmp_path: Path) -> None:
    before = '<cols><col min="14" max="14" width="9" hidden="1"/></cols>'
    data = DataPart(id="patient_id", initiation="second_crs", exit="last_contact", event="status")
    read = read_table(sheet_of(tmp_path, before=before), data=data)
    assert codes(read) & {"hidden", "hidden_columns"} == {"hidden_columns"}


def test_rows_left_out_are_counted(tmp_path: Path) -> None:
    recipe = Recipe(tables={"registry": TableRecipe(hidden="leave_out")})
    before = '<cols><col min="14" max="14" width="9" hidden="1"/></cols>'
    read = read_table(sheet_of(tmp_path, hidden_rows=(3, 5), before=before), recipe=recipe)
    assert read.rows.size == 10
    assert "albumin" not in read.names
    (step,) = [step for step in read.attrition if step.step == "hidden_rows"]
    assert (step.n_removed, step.reason) == (2, "hidden in the workbook")


def test_errors_of_an_xls_are_seen(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("P")
    sheet.write(0, 0, "id")
    sheet.row(1).set_cell_error(0, 42)
    sheet.row(2).set_cell_error(0, 7)
    sheet.write(3, 0, "P1")
    book.save(str(tmp_path / "r.xls"))
    assert grid(tmp_path / "r.xls").columns[0].text.to_list() == ["id", "#N/A", "#DIV/0!", "P1"]


def test_errors_in_a_csv_are_seen_and_words_that_only_begin_so_are_not(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("patient_id,exit,note\nP1,3,#1 of two\nP2,#REF!,b\nP3,4,#N/A or so\n")
    read = read_table(path, data=DataPart(id="patient_id", exit="exit", covariates=("note",)))
    (finding,) = [f for f in read.findings if f.code == "error_values"]
    assert finding.what.endswith("(patients P2)")
    assert finding.evidence == ("B3: #REF! -> empty",)
    assert read.column("note").text.to_list() == ["#1 of two", "b", "#N/A or so"]


def test_a_formula_that_gives_empty_text_has_a_value(tmp_path: Path) -> None:
    rows = typed_rows()
    rows[1][6] = '<c r="G2" t="str"><f>IF(1,"","")</f><v></v></c>'
    rows[2][10] = '<c r="K3"><f>30+31</f><v>61</v></c>'
    assert grid(sheet_of(tmp_path, rows)).uncalculated == ()


def test_the_1904_flag_of_an_xls_is_heeded(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("P")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    sheet.write(0, 0, "seen")
    sheet.write(1, 0, dt.date(2016, 3, 4), style)
    book.save(str(tmp_path / "r.xls"))
    read = grid(tmp_path / "r.xls")
    assert read.columns[0].text.to_list() == ["seen", "2016-03-04"]
    assert "file_dates_from_1904" in codes(read)


def test_a_flag_of_1904_that_is_off_changes_nothing(tmp_path: Path) -> None:
    xml = {"P": sheet_xml(typed_rows())}
    path = write_xlsx(tmp_path / "r.xlsx", xml, properties='<workbookPr date1904="0"/>')
    read = grid(path)
    assert codes(read) == set()
    assert read.columns[4].text[1] == "2010-03-08"
    assert read.columns[4].kinds[1] == DATE


def _header_filled() -> dict[str, int]:
    return {f"{letters(k)}1": FILLED for k in range(1, 16)}


def _column_filled() -> dict[str, int]:
    return {f"A{row}": FILLED for row in range(1, 14)}


def _banded() -> dict[str, int]:
    return {f"{letters(k)}{row}": FILLED for k in range(1, 16) for row in range(3, 14, 2)}


@pytest.mark.parametrize("styles", [_header_filled(), _column_filled(), _banded()])
def test_formats_that_are_looks_are_no_data(tmp_path: Path, styles: dict[str, int]) -> None:
    assert "file_formatting" not in codes(grid(sheet_of(tmp_path, styles=styles)))


def test_one_coloured_patient_is_told_beside_a_coloured_header(tmp_path: Path) -> None:
    styles = _header_filled() | {f"{letters(k)}7": FILLED for k in range(1, 16)}
    (warning,) = grid(sheet_of(tmp_path, styles=styles)).findings
    assert (warning.code, warning.n_rows) == ("file_formatting", 1)
    assert warning.evidence[0] == "A7: P06 (fill)"


def test_a_comment_on_a_header_explains_it(tmp_path: Path) -> None:
    xml = {"P": sheet_xml(typed_rows())}
    path = write_xlsx(tmp_path / "r.xlsx", xml, further=comment_parts("D1"))
    assert codes(grid(path)) == set()


@pytest.mark.parametrize("last", [65_535, 65_537])
def test_a_table_that_ends_beside_the_limit_is_whole(tmp_path: Path, last: int) -> None:
    path = sheet_of(tmp_path, first_row=last - 12)
    assert "file_may_be_cut" not in codes(read_table(path))


def test_a_long_cell_below_the_limit_is_whole(tmp_path: Path) -> None:
    rows = typed_rows()
    rows[3][-1] = "n" * 32_766
    assert "file_may_be_cut" not in codes(read_table(sheet_of(tmp_path, rows)))


def test_numbers_shown_as_per_cent_are_counted(tmp_path: Path) -> None:
    read = grid(sheet_of(tmp_path, styles={"K2": PERCENT, "K3": PERCENT}))
    (note,) = read.findings
    assert note.what.startswith("2 numbers shown as per cent")


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"word/document.xml": "<w/>"}, "Word document"),
        ({"Index/Document.iwa": "x"}, "Apple Numbers"),
    ],
)
def test_archives_that_are_no_workbook_are_named(
    tmp_path: Path, parts: dict[str, str], what: str
) -> None:
    import zipfile

    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    with pytest.raises(InputRefused, match=what) as refusal:
        grid(path)
    assert refusal.value.code == "TZ-IN-62"


def test_a_locked_xls_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "r.xls", typed_rows())
    raw = path.read_bytes()
    begin = raw.index(b"\x09\x08\x10\x00\x00\x06")
    # The record after the first becomes the one that says: what follows is enciphered.
    at = begin + 4 + 16
    path.write_bytes(raw[:at] + b"\x2f\x00" + raw[at + 2 :])
    with pytest.raises(InputRefused, match="password"):
        grid(path)
    path.write_bytes(raw[:1500])
    with pytest.raises(InputRefused, match="do not fit together"):
        grid(path)


def test_a_declared_document_type_in_text_is_only_text(tmp_path: Path) -> None:
    rows = typed_rows()
    rows[1][1] = "<!DOCTYPE x>"
    assert grid(sheet_of(tmp_path, rows)).columns[1].text[1] == "<!DOCTYPE x>"


def test_elements_with_a_prefix_are_the_same_elements(tmp_path: Path) -> None:
    xml = sheet_xml([["id"], ["P1"], ["P2"]], hidden_rows=(3,)).replace("xmlns=", "xmlns:x=")
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t"):
        xml = xml.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ")
        xml = xml.replace(f"</{tag}>", f"</x:{tag}>")
    read = grid(write_xlsx(tmp_path / "r.xlsx", {"P": xml}))
    assert read.columns[0].text.to_list() == ["id", "P1", "P2"]
    assert read.hidden_rows.tolist() == [3]


def test_a_missing_part_is_damage(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"P": HEAD + "<worksheet>"})
    with pytest.raises(InputRefused, match="no well-formed XML"):
        grid(path)


_MEASURE = r"""
import json, re, sys, time
from pathlib import Path
from timezero.errors import InputRefused
from timezero.intake.sources import read_table
worst = 0.0
for path in sys.argv[1:]:
    begun = time.process_time()
    try:
        read_table(Path(path))
    except InputRefused:
        worst = max(worst, time.process_time() - begun)
    else:
        raise SystemExit(path)
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(json.dumps([worst, int(peak[1]) / 1e3]))
"""


def test_hostile_workbooks_are_refused_at_once_and_in_little_memory(tmp_path: Path) -> None:
    paths: list[str] = []
    for number, case in enumerate(case for case in CASES if case.number.startswith("B92")):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(str(case.make(folder).source))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *paths], capture_output=True, text=True, check=True
    )
    seconds, megabytes = json.loads(done.stdout)
    assert seconds < 2
    assert megabytes < 300


def test_a_hidden_row_question_says_what_each_answer_does(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.number == "B22 filter")
    report = report_of(case, case.make(tmp_path))
    assert set(report["findings"][0]["options"]) == {"use", "leave_out"}
