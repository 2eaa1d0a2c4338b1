"""Tables: formats told by their bytes, addresses as the owner sees them, nothing shifted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from openpyxl import Workbook

from timezero.errors import InputRefused, UnknownName
from timezero.intake.sources import read_table
from timezero.intake.tables import BOOLEAN, DATE, EMPTY, NUMBER, TEXT, column_letter, shown

PLAIN = "id,clinic,exit\n01,Müller,3.5\n02,São,4\n"


def written(folder: Path, content: bytes | str, name: str = "registry.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        b"\xff\xfe" + PLAIN.encode("utf-16-le"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("cp1252"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        (PLAIN + "\n\n,,\n").encode(),
        PLAIN.replace("\n", ",,\n").encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16-le",
        "utf-16-be",
        "utf-16-without-mark",
        "windows",
        "semicolon",
        "tab",
        "pipe",
        "sep",
        "crlf",
        "cr",
        "empty-rows",
        "empty-columns",
    ],
)
def test_every_way_of_writing_gives_the_same_table(raw: bytes, tmp_path: Path) -> None:
    table = read_table(written(tmp_path, raw))
    assert table.names == ("id", "clinic", "exit")
    assert [c.text.to_list() for c in table.columns] == [
        ["01", "02"],
        ["Müller", "São"],
        ["3.5", "4"],
    ]
    assert [c.letter for c in table.columns] == ["A", "B", "C"]
    assert table.rows.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (PLAIN.encode("cp1252"), "file_encoding"),
        (PLAIN.replace(",", ";").encode(), "file_delimiter"),
        (b"id,exit\n1,2\n,\n3,4\n", "file_empty_rows"),
        (b"id,,exit\n1,x,2\n", "header_blank"),
        (b"id,exit,exit\n1,2,3\n", "header_duplicated"),
    ],
)
def test_what_was_decided_while_reading_is_said(raw: bytes, code: str, tmp_path: Path) -> None:
    assert [f.code for f in read_table(written(tmp_path, raw)).findings] == [code]


def test_plain_utf_8_with_commas_needs_no_remark(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, PLAIN)).findings == ()


def test_columns_of_one_name_are_told_apart_by_letter(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id,exit,exit\n1,2,3\n"))
    assert table.names == ("id", "exit [B]", "exit [C]")
    with pytest.raises(UnknownName, match=r"exit \[B\], exit \[C\]"):
        table.column("exit")


def test_a_line_break_in_a_header_is_a_space_and_either_way_names_it(tmp_path: Path) -> None:
    raw = '"id","Date of\noperation\r\n (d/m/y)"\n1,01/02/2003\n'
    table = read_table(written(tmp_path, raw))
    assert table.names == ("id", "Date of operation (d/m/y)")
    for name in (table.names[1], "Date of\noperation\r\n (d/m/y)"):
        assert table.column(name).name == table.names[1]


def test_a_line_break_inside_a_cell_moves_no_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, 'id,note,exit\n1,"a\nb",2\n2,c,x\n'))
    column = table.column("exit")
    assert table.where(column, np.array([False, True])) == "registry.csv, column exit, row 3 (C3)"
    assert table.evidence(column, np.array([False, True])) == ("C3: x",)


def test_empty_rows_keep_their_numbers(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "\nid,exit\n1,2\n\n,\n2,3\n"))
    assert table.rows.tolist() == [3, 6]
    assert table.n_read == 4


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "TZ-IN-04"),
        (b" \n\n", "TZ-IN-04"),
        (b"id,exit\n", "TZ-IN-05"),
        (b"id,exit\n1,\x002\n", "TZ-IN-11"),
        (b"\xff\xfei\0d\0\n\0\x00\xd8", "TZ-IN-12"),
        (b'id,exit\n1,"2,3"x\n', "TZ-IN-13"),
        (b"id,exit,event\n1,2,3\n1,2\n4,5,6\n", "TZ-IN-14"),
        (b"id,exit\n1,2\n3,4\n1,2,3\n", "TZ-IN-14"),
        (b"PK\x03\x04 and no workbook", "TZ-IN-15"),
        (b"PAR1 and no parquet", "TZ-IN-15"),
        (b"%PDF-1.7", "TZ-IN-18"),
        (b"<!DOCTYPE html><table></table>", "TZ-IN-18"),
        (b"\x1f\x8b\x08", "TZ-IN-15"),
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_table(written(tmp_path, raw))
    assert refusal.value.code == code
    assert refusal.value.mend


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"id,exit\nM\xc3\xbcller,2\nS\xe3o,3\n", "file_letters_mixed"),
        (b'id,exit\n1,"2\n', "file_quotes"),
        (b'id,exit\n1,"2"x\n', "file_quotes"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_about(raw: bytes, code: str, tmp_path: Path) -> None:
    asked = [f for f in read_table(written(tmp_path, raw)).findings if f.severity == "question"]
    assert [f.code for f in asked] == [code]


def test_ragged_rows_are_listed_by_number(tmp_path: Path) -> None:
    path = written(tmp_path, "id,exit,event\n1,2,3\n1,2\n4,5,6\n7,8,9,10\n")
    with pytest.raises(InputRefused) as refusal:
        read_table(path)
    assert [f.where for f in refusal.value.findings] == [
        "registry.csv, row 3",
        "registry.csv, row 5",
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(InputRefused, match="cannot be read"):
        read_table(tmp_path)


def workbook(path: Path, hidden_first: bool = False) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if hidden_first:
        sheet.title = "old"
        sheet.append(["nothing"])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("Patients")
    rows: list[list[Any]] = [
        ["id", "seen", "exit", "dead", "drug"],
        [1, dt.date(2016, 3, 4), 3.5, True, "04/03/2016"],
        [2, pd.Timestamp(2016, 3, 5, 13, 30).to_pydatetime(), 4, False, None],
    ]
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_keeps_the_type_of_each_cell(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path / "registry.csv"))
    assert table.name == "registry.csv, sheet Sheet"
    assert [c.kinds.tolist() for c in table.columns] == [
        [NUMBER, NUMBER],
        [DATE, DATE],
        [NUMBER, NUMBER],
        [BOOLEAN, BOOLEAN],
        [TEXT, EMPTY],
    ]
    assert table.column("id").text.to_list() == ["1", "2"]
    assert table.column("seen").text.to_list() == ["2016-03-04", "2016-03-05 13:30:00"]
    days = [(dt.date(2016, 3, d) - dt.date(1970, 1, 1)).days for d in (4, 5)]
    assert table.column("seen").days.tolist() == days


def test_a_hidden_sheet_is_passed_over_and_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "registry.xlsx", hidden_first=True)
    table = read_table(path)
    assert table.name == "registry.xlsx, sheet Patients"
    (note,) = [finding for finding in table.findings if finding.code == "file_sheet"]
    hidden = "hidden sheets, not read: old (0 rows below nothing)"
    assert note.what == f"sheet 'Patients' was read; {hidden}"
    with pytest.raises(UnknownName, match="Patients"):
        read_table(path, sheet="patients")


FRAME = {"id": ["a", "b"], "exit": [1.5, None], "dead": [True, False], "n": [1, 2]}


@pytest.mark.parametrize(
    "frame",
    [pl.DataFrame(FRAME), pd.DataFrame(FRAME), pa.table(FRAME)],
    ids=["polars", "pandas", "arrow"],
)
def test_frames_of_every_kind_give_the_same_table(frame: Any) -> None:
    table = read_table(frame)
    assert [c.kinds.tolist() for c in table.columns] == [
        [TEXT, TEXT],
        [NUMBER, EMPTY],
        [BOOLEAN, BOOLEAN],
        [NUMBER, NUMBER],
    ]
    assert table.column("n").text.to_list() == ["1", "2"]
    column = table.column("exit")
    assert table.where(column, np.array([False, True])) == "data frame, column exit, row 2"


def test_a_parquet_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "registry.txt"
    pl.DataFrame({"id": [1], "seen": [dt.date(2016, 3, 4)]}).write_parquet(path)
    table = read_table(path)
    assert table.name == "registry.txt"
    assert table.column("seen").kinds.tolist() == [DATE]


def test_a_pandas_column_of_mixed_cells_keeps_each_type() -> None:
    table = read_table(pd.DataFrame({"x": ["a", 3, dt.date(2016, 3, 4), None, float("nan")]}))
    assert table.column("x").kinds.tolist() == [TEXT, NUMBER, DATE, EMPTY, EMPTY]


@pytest.mark.parametrize("thing", [3, [1, 2], {"a": [1]}, pl.DataFrame({"a": []})])
def test_what_is_no_frame_is_refused(thing: Any) -> None:
    with pytest.raises(InputRefused):
        read_table(thing)


def test_durations_and_lists_are_cells_of_text() -> None:
    frame = pl.DataFrame({"a": [dt.timedelta(days=3), None], "b": [[1, 2], [3]]})
    table = read_table(frame)
    assert table.column("a").kinds.tolist() == [TEXT, EMPTY]
    assert table.column("b").text.to_list() == ["[1, 2]", "[3]"]


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_lettered_as_in_a_spreadsheet(index: int, letter: str) -> None:
    assert column_letter(index) == letter


def test_cells_are_shown_on_one_line_without_control_characters() -> None:
    assert shown("a\nb\x1b[31m") == "a b [31m"
    assert shown(None) == "empty"
    assert len(shown("x" * 1000)) == 60
