"""Delimited text: records, encodings, quotes and limits, against the standard library."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path
from random import Random as Draw

import pytest

import timezero.intake.text_scan as scanning
from bad_inputs.cases.size_hostility import CASES as LARGE
from bad_inputs.cases.text_files import zipped
from bad_inputs.clean import as_text, clean_rows
from timezero.errors import InputRefused, UnknownName
from timezero.findings import Question
from timezero.intake.encoding import known_encoding, likely_encoding, words_beyond_ascii
from timezero.intake.grid import Grid
from timezero.intake.sources import read_grid
from timezero.intake.text_scan import scan
from timezero.model.recipe import TableRecipe

TEXT = as_text(clean_rows())


def grid_of(folder: Path, raw: bytes | str, name: str = "registry.csv", **recipe: str) -> Grid:
    path = folder / name
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_grid(path, TableRecipe.model_validate(recipe))


def cells(grid: Grid) -> list[list[str]]:
    return [
        [text or "" for text in row] for row in zip(*(c.text for c in grid.columns), strict=True)
    ]


def codes(grid: Grid) -> set[str]:
    return {finding.code for finding in grid.findings}


def drawn_text(draw: Draw) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=draw.choice([0, 1]))
    for _ in range(draw.randint(1, 6)):
        width = draw.randint(1, 4)
        writer.writerow(
            ["".join(draw.choices('ab,\n"', k=draw.randint(0, 4))) for _ in range(width)]
        )
    return out.getvalue()


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_records_are_those_of_the_standard_library(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "CHUNK", chunk)
    draw = Draw(chunk)  # noqa: S311 -- no secret, a repeatable draw
    for _ in range(200):
        text = drawn_text(draw)
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        seen = scan(text.encode(), ",", quoted=True)
        assert seen.widths.tolist() == [len(record) for record in records], text
        assert seen.breaks.tolist() == [sum(c.count("\n") for c in r) for r in records], text
        assert not seen.strange_quotes.size, text


@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_what_is_not_strange_is_read_as_the_standard_library_reads_it(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "CHUNK", chunk)
    draw = Draw(100 + chunk)  # noqa: S311 -- no secret, a repeatable draw
    n_strange = 0
    for _ in range(500):
        text = "".join(draw.choices('ab,\n"', k=draw.randint(1, 20)))
        seen = scan(text.encode(), ",", quoted=True)
        if seen.strange_quotes.size:
            n_strange += 1
            continue
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert seen.widths.tolist() == [len(record) for record in records], text
    assert 0 < n_strange < 500


def test_cells_are_those_of_the_standard_library(tmp_path: Path) -> None:
    draw = Draw(5)  # noqa: S311 -- no secret, a repeatable draw
    for _ in range(60):
        text = "id,b,c,d\n" + drawn_text(draw)
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        read = grid_of(tmp_path, text, delimiter=",")
        width = max(len(record) for record in records)
        expected = [[*r, *[""] * (width - len(r))] for r in records]
        assert cells(read) == [[cell.strip() for cell in row] for row in expected]
        assert read.widths is not None
        assert read.widths.tolist() == [len(record) for record in records]
        assert read.rows.tolist() == list(range(1, len(records) + 1))


@pytest.mark.parametrize(
    ("text", "encoding", "judged"),
    [
        ("Müller, Weiß, Köln", "cp1252", "windows-1252"),
        ("José Peña, São Paulo", "mac-roman", "mac-roman"),
        ("Müller", "cp850", "cp850"),
        ("Dvořák, Plzeň, Jiří Černý", "cp1250", "windows-1250"),
        ("Łukasz Wiśniewski, Łódź", "iso8859-2", "iso-8859-2"),
        ("Sacré-Cœur", "iso8859-15", "iso-8859-15"),
        ("Иванов, Москва", "cp1251", "windows-1251"),
        ("Yılmaz, Şahin, Güneş", "cp1254", "windows-1254"),
        ("38 °C, 70 µmol", "cp1252", "windows-1252"),
    ],
)
def test_the_encoding_is_told_by_the_words(text: str, encoding: str, judged: str) -> None:
    found = likely_encoding(words_beyond_ascii(text.encode(encoding)))
    assert found is not None
    assert found.encoding == judged


@pytest.mark.parametrize("name", ["rot13", "hex", "unicode_escape", "idna", "no such", "utf-7", ""])
def test_only_encodings_of_text_are_known(name: str, tmp_path: Path) -> None:
    assert known_encoding(name) is None
    with pytest.raises(InputRefused, match="way of writing letters"):
        grid_of(tmp_path, TEXT, encoding=name)


def test_the_recipe_says_the_encoding(tmp_path: Path) -> None:
    raw = TEXT.replace("North", "Dvořák").encode("cp1250")
    grid = grid_of(tmp_path, raw, encoding="iso-8859-1")
    assert cells(grid)[1][-1] == "Dvoøák"
    assert "file_encoding" not in codes(grid)


def test_an_encoding_that_cannot_read_everything_is_asked_about_again(tmp_path: Path) -> None:
    raw = TEXT.replace("North", "Müller").encode("cp1252")
    grid = grid_of(tmp_path, raw, encoding="utf-8")
    (question,) = [f for f in grid.findings if isinstance(f, Question)]
    assert "windows-1252" in {option.value for option in question.options}


def test_damaged_lines_left_out_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    raw = b"id,name\n1,M\xc3\xbcller\n2,S\x81o\n3,x\n"
    grid = grid_of(tmp_path, raw, damaged_lines="leave_out")
    assert grid.rows.tolist() == [1, 2, 4]
    assert [f.evidence for f in grid.findings if f.code == "file_damaged_lines"] == [
        ("row 3: S\ufffdo",)
    ]


def test_lost_letters_of_an_earlier_export_are_warned_of(tmp_path: Path) -> None:
    assert "file_letters_lost" in codes(grid_of(tmp_path, "id,name\n1,M\ufffdller\n2,x\n"))


def test_whole_names_are_not_repeated_in_what_is_said(tmp_path: Path) -> None:
    raw = TEXT.replace("North", "Überlingenhofer").encode("cp1252")
    said = " ".join(str(f.evidence) + f.what for f in grid_of(tmp_path, raw).findings)
    assert "Übe" in said
    assert "Überl" not in said


@pytest.mark.parametrize("text", ['id,note\n1,"say ""no"""\n2,""\n', "id,note\n1,it's 5'\n2,x\n"])
def test_quotes_in_their_place_are_not_asked_about(text: str, tmp_path: Path) -> None:
    assert codes(grid_of(tmp_path, text)) == set()


def test_rows_that_end_otherwise_than_lines_in_a_cell_are_as_spreadsheets_write(
    tmp_path: Path,
) -> None:
    assert codes(grid_of(tmp_path, 'id,note\r\n1,"a\nb"\r\n2,c\r\n')) == {"file_line_breaks"}


def test_a_quote_that_shifts_cells_is_refused_with_the_question(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="quotation mark") as refused:
        grid_of(tmp_path, 'id,note,exit\n1,"a, b "c" d",2\n2,x,3\n')
    (question,) = refused.value.findings
    assert isinstance(question, Question)
    assert question.default is None
    assert question.where == "registry.csv, line 2"


def test_a_pair_of_quotes_around_a_literal_cell_goes(tmp_path: Path) -> None:
    grid = grid_of(tmp_path, 'id,note\n1,"he said "no""\n"2",5"\n', quotes="literal")
    assert cells(grid)[1:] == [["1", 'he said "no"'], ["2", '5"']]


def test_a_cell_with_very_many_lines_is_suspected(tmp_path: Path) -> None:
    note = "\n".join("line" for _ in range(30))
    grid = grid_of(tmp_path, f'id,note\n1,x\n2,"{note}"\n3,y\n')
    (warning,) = [f for f in grid.findings if f.code == "file_long_cells"]
    assert "lines 3 to 32" in warning.what
    assert grid.rows.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("delimiter", ["ab", '"', "\n", "é", ""])
def test_a_strange_delimiter_is_refused(delimiter: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot separate"):
        grid_of(tmp_path, TEXT, delimiter=delimiter)


def test_title_rows_do_not_hide_the_delimiter(tmp_path: Path) -> None:
    raw = "Registry of the clinic\n\n" + as_text(clean_rows(), ";").replace(";38;", ";38,5;")
    grid = grid_of(tmp_path, raw)
    assert len(grid.columns) == len(clean_rows()[0])


def test_an_archive_with_two_files_asks_which(tmp_path: Path) -> None:
    raw = zipped(("a.csv", b"id\n1\n"), ("b/c.csv", TEXT.encode()), ("__MACOSX/._a.csv", b"x"))
    with pytest.raises(InputRefused, match="2 files") as refused:
        grid_of(tmp_path, raw, "registry.zip")
    (question,) = refused.value.findings
    assert isinstance(question, Question)
    assert question.key == ("tables", "registry", "sheet")
    assert [option.value for option in question.options] == ["a.csv", "b/c.csv"]
    assert len(grid_of(tmp_path, raw, "registry.zip", sheet="b/c.csv").columns) == 15
    with pytest.raises(UnknownName, match="no file"):
        grid_of(tmp_path, raw, "registry.zip", sheet="d.csv")


@pytest.mark.parametrize(
    "name", ["../a.csv", "/a.csv", "C:\\a.csv", "x/../../a.csv", "\\\\host\\a.csv"]
)
def test_members_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="lead out"):
        grid_of(tmp_path, zipped((name, TEXT.encode())), "registry.zip")


@pytest.mark.parametrize(
    "header", ["rdx_code", "bzh", "gif", "pdf", "html", "MZ", "x", "<2 cm", "PK", "xz"]
)
def test_headers_that_begin_like_other_files_are_text(header: str, tmp_path: Path) -> None:
    assert cells(grid_of(tmp_path, f"{header},b\n1,2\n"))[1] == ["1", "2"]


PROGRAM = """
import resource, sys, time
from pathlib import Path
from timezero.errors import InputRefused
from timezero.intake.sources import read_grid
from timezero.model.recipe import TableRecipe
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.perf_counter()
try:
    read_grid(Path(sys.argv[1]), TableRecipe())
except InputRefused as refused:
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(refused.code, time.process_time(), more / 1024)
"""


@pytest.mark.parametrize("number", ["B91", "B91 rows", "B91 line"])
def test_too_large_a_file_is_refused_soon_and_in_little_memory(number: str, tmp_path: Path) -> None:
    case = next(case for case in LARGE if case.number == number)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(case.make(tmp_path).source)],
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, megabytes = ran.stdout.split()
    assert code == "TZ-IN-16"
    assert float(seconds) < 2.0
    assert float(megabytes) < 300.0
