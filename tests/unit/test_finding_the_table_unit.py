"""Which rows and columns are the table: what is asked, and above all what is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from structure_road import Rows, as_csv, bench_of, cells, questions, stops, structure
from timezero.errors import InputRefused, UnknownName
from timezero.findings import Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.headings import matching_key, names_of, plain_heading
from timezero.intake.protocol_file import validated
from timezero.intake.sources import read_grid
from timezero.model.recipe import TableRecipe

HEADER = ["id", "sex", "operated", "seen", "state", "pci"]
PATIENTS = [
    [f"P{k:02}", "mf"[k % 2], f"201{k}-03-0{k + 1}", f"201{k + 1}-05-11", "alive", str(3 * k + 4)]
    for k in range(8)
]
TABLE = [HEADER, *PATIENTS]


def blank(n: int, *cells_of: str) -> list[str]:
    return [*cells_of, *[""] * (n - len(cells_of))]


INNOCENT: dict[str, Rows] = {
    "a patient called Total": [
        HEADER,
        *PATIENTS,
        ["Total", "m", "2013-01-02", "2014-01-01", "dead", "9"],
    ],
    "names as identifiers, one called Mean": [
        HEADER,
        *[
            [name, *row[1:]]
            for name, row in zip(("Abel", "Mean", "Sumner", "Key"), PATIENTS, strict=False)
        ],
    ],
    "an empty comments column": [[*HEADER, "comments"], *[[*row, ""] for row in PATIENTS]],
    "row numbers without a header": [
        ["", *HEADER],
        *[[str(k), *row] for k, row in enumerate(PATIENTS)],
    ],
    "years as headers": [
        ["id", "2010", "2011", "2012"],
        ["A", "1", "2", "3"],
        ["B", "4", "5", "6"],
    ],
    "three rows": TABLE[:4],
    "one row": TABLE[:2],
    "a first patient of words alone": [
        HEADER,
        ["P99", "m", "unknown", "not seen", "alive", "none"],
        *PATIENTS,
    ],
    "words alone everywhere": [
        ["id", "sex", "state"],
        ["Abel", "m", "alive"],
        ["Bruce", "f", "dead"],
    ],
    "two columns": [["id", "months"], ["a", "1"], ["b", "2"], ["c", "3"]],
    "a patient of whom little is known": [*TABLE, ["P08", "", "", "", "", ""]],
    "and after an empty row": [*TABLE, blank(6), ["P08", "", "", "", "", ""]],
    "an empty row between patients": [HEADER, *[r for row in PATIENTS for r in (row, blank(6))]],
    "an empty column between others": [[*row[:3], "", *row[3:]] for row in TABLE],
    "a dose column with a header like another's values": [
        [*HEADER, "alive"],
        *[[*row, "alive"] for row in PATIENTS],
    ],
    "a sparse last patient": [*TABLE, ["P08", "m", "2013-03-01", "", "", ""]],
    "the last identifier is missing": [*TABLE, ["", "m", "2013-03-01", "2014-03-01", "alive", "7"]],
    "a sum by chance": [["id", "x"], ["1", "1"], ["2", "2"], ["3", "3"]],
    "headers left blank": [
        ["id", "", "", "state"],
        ["P1", "x", "3", "alive"],
        ["P2", "y", "4", "dead"],
    ],
}


@pytest.mark.parametrize("rows", INNOCENT.values(), ids=INNOCENT)
def test_innocent_tables_go_through_without_a_question(rows: Rows, tmp_path: Path) -> None:
    bench = structure(tmp_path, rows)
    assert stops(bench) == set()
    filled = [row for row in rows if any(row)]
    assert bench.n == len(filled) - 1
    for column in bench.table.columns:
        place = ord(column.letter) - ord("A")
        assert column.text.to_list() == [row[place] or None for row in filled[1:]]


def test_a_missing_identifier_here_and_there_is_not_filled_down(tmp_path: Path) -> None:
    rows = [HEADER, *PATIENTS * 3]
    rows[9] = ["", *rows[9][1:]]
    assert stops(structure(tmp_path, rows, id="id")) == set()


@pytest.mark.parametrize("titles", [["A registry"], ["A registry", "", "Exported: 2020-01-03"]])
def test_title_rows_are_passed_over_after_a_question(titles: list[str], tmp_path: Path) -> None:
    rows = [*[[title] for title in titles], *TABLE]
    asked = structure(tmp_path, rows)
    question = questions(asked)["header_rows"]
    number = len(titles) + 1
    assert question.default == (number,)
    assert question.options[0].value == (number,)
    assert len(question.options) == 3
    answered = structure(tmp_path, rows, {"header_rows": (number,)})
    assert stops(answered) == set()
    assert cells(answered) == cells(asked) == cells(structure(tmp_path, TABLE))


def test_a_header_that_has_moved_is_found_by_its_first_column(tmp_path: Path) -> None:
    recipe = {"header_rows": (2,), "header_begins": "ID"}
    bench = structure(tmp_path, [["A registry"], [], ["more"], *TABLE], recipe)
    assert stops(bench) == set()
    assert bench.header_rows == (4,)
    assert "header_moved" in {f.code for f in bench.findings}


def test_a_header_that_is_gone_is_asked_for_again(tmp_path: Path) -> None:
    recipe = {"header_rows": (2,), "header_begins": "patient"}
    assert "header_rows" in stops(structure(tmp_path, [["A registry"], *TABLE], recipe))


def test_a_row_of_the_recipe_that_is_no_header_any_more_is_asked_for_again(tmp_path: Path) -> None:
    rows = [["A registry"], ["more"], *TABLE]
    assert "header_rows" in stops(structure(tmp_path, rows, {"header_rows": (2,)}))


def test_a_patient_in_the_row_of_the_recipe_is_not_taken_for_the_header(tmp_path: Path) -> None:
    bench = structure(tmp_path, [["A registry"], *TABLE], {"header_rows": (3,)})
    assert questions(bench)["header_rows"].default == (2,)


def test_years_may_be_headers_below_a_title(tmp_path: Path) -> None:
    rows = [["Counts"], ["id", "2010", "2011"], ["A", "1", "2"], ["B", "4", "5"]]
    bench = structure(tmp_path, rows, {"header_rows": (2,), "header_begins": "id"})
    assert bench.table.names == ("id", "2010", "2011")


def test_one_named_header_more_does_not_hide_title_rows(tmp_path: Path) -> None:
    twice = [[*row, row[2]] for row in TABLE]
    bench = structure(tmp_path, [["A registry"], *twice])
    assert questions(bench)["header_rows"].default == (2,)


FOOTED: dict[str, Rows] = {
    "total": [blank(6, "Total", "", "", "", "", "116")],
    "count": [["n = 8"]],
    "mean without a word": [blank(6, "", "", "", "", "", "14.5")],
    "source": [["Source: the registry of one hospital"]],
    "legend after an empty row": [[], ["Code", "Meaning"], ["0", "alive"], ["1", "dead"]],
    "signature": [[], ["Signed"], ["A. Surgeon"]],
    "export": [["Exported on", "2020-01-03"]],
    "remark": [["* not a patient of this hospital"]],
    "German": [["Gesamt: 8"], ["Quelle: Klinik"]],
}


@pytest.mark.parametrize("footer", FOOTED.values(), ids=FOOTED)
def test_footers_are_proposed_to_be_left_out(footer: Rows, tmp_path: Path) -> None:
    asked = structure(tmp_path, [*TABLE, *footer])
    question = questions(asked)["footer"]
    assert question.default == "leave_out"
    assert question.n_rows == len([row for row in footer if any(row)])
    out = structure(tmp_path, [*TABLE, *footer], {"footer": "leave_out"})
    assert stops(out) == set()
    assert cells(out) == cells(structure(tmp_path, TABLE))
    kept = structure(tmp_path, [*TABLE, *[blank(6, *row) for row in footer]], {"footer": "keep"})
    assert kept.n == 8 + question.n_rows


def test_a_cut_last_row_is_ragged_and_no_footer(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="not as many cells") as refusal:
        structure(tmp_path, [*TABLE, ["P08", "m"]])
    assert refusal.value.code == "TZ-IN-14"


def test_a_header_repeated_in_other_order_is_an_error(tmp_path: Path) -> None:
    turned = [list(reversed(row)) for row in (HEADER, *PATIENTS)]
    bench = structure(tmp_path, [*TABLE, *turned])
    assert "file_other_header" in stops(bench)


def test_a_block_that_has_grown_is_read_whole_and_told(tmp_path: Path) -> None:
    rows = [
        *TABLE,
        [],
        ["id", "day", "minutes"],
        ["P01", "2014-01-01", "300"],
        ["P02", "2014-02-01", "60"],
    ]
    rows = [blank(6, *row) for row in rows]
    bench = structure(tmp_path, rows, {"block": "A1:F8"})
    assert bench.n == 8
    assert "block_grown" in {f.code for f in bench.findings}
    assert stops(bench) == set()


def test_a_block_that_would_cut_patients_off_is_asked_for_again(tmp_path: Path) -> None:
    assert "block" in stops(structure(tmp_path, TABLE, {"block": "A2:F5"}))


def test_a_block_may_be_any_range_that_ends_where_its_rows_end(tmp_path: Path) -> None:
    bench = structure(tmp_path, TABLE, {"block": "A1:C9"})
    assert bench.table.names == ("id", "sex", "operated")


def test_only_merged_cells_are_filled_and_shown(tmp_path: Path) -> None:
    rows = [list(row) for row in TABLE]
    for k in (2, 3, 6):
        rows[k][1] = ""
    grid = read_grid(as_csv(tmp_path, rows), TableRecipe())
    merged = dataclasses.replace(grid, merged=((2, 2, 4, 2),))
    asked = bench_of(merged)
    assert questions(asked)["fill_down"].evidence == ("B3: empty -> m", "B4: empty -> m")
    filled = bench_of(merged, {"columns": {"sex": {"fill_down": True}}})
    assert cells(filled)["sex"][:6] == ["m", "m", "m", "f", "m", None]
    assert [change.n for change in filled.changes] == [2]
    left = bench_of(merged, {"columns": {"sex": {"fill_down": False}}})
    assert (cells(left)["sex"][1], left.changes) == (None, [])


def test_an_answer_to_fill_down_fills_no_patient_from_the_one_above(tmp_path: Path) -> None:
    rows = [list(row) for row in TABLE]
    rows[4][3] = ""
    bench = structure(tmp_path, rows, {"columns": {"seen": {"fill_down": True}}})
    assert cells(bench)["seen"][3] is None


def test_columns_are_found_whatever_their_spelling_and_recipes_follow(tmp_path: Path) -> None:
    rows = [["ID", "Date\u00a0of  Operation\u200b"], ["1", "2011-01-01"]]
    recipe = {"columns": {"date of operation": {"date_format": "%Y-%m-%d"}}}
    bench = structure(tmp_path, rows, recipe, id="id", time_zero="DATE OF OPERATION")
    assert bench.table.names == ("id", "DATE OF OPERATION")
    assert bench.said("DATE OF OPERATION").date_format == "%Y-%m-%d"
    (note,) = [f for f in bench.findings if f.code == "header_respelled"]
    assert note.severity is Severity.NOTE
    assert bench.table.column("date OF operation").name == "DATE OF OPERATION"


def test_a_spelling_that_two_columns_share_is_not_chosen_between(tmp_path: Path) -> None:
    bench = structure(tmp_path, [["Age", "age", "id"], ["50", "51", "a"]], id="id", age="AGE")
    assert bench.table.names == ("Age", "age", "id")


def test_the_names_of_a_frame_are_matched_too() -> None:
    grid = read_grid(pl.DataFrame({"ID ": ["a"], "x": [1]}), TableRecipe())
    assert bench_of(grid, None, id="id").table.names == ("id", "x")


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (" a\u00a0 b\n", "a b"),
        ("a\u200bb", "ab"),
        ("e\u0301", "\u00e9"),
        ("x\u202ey", "xy"),
        ("a\x1bb", "a b"),
    ],
)
def test_headers_are_made_readable(raw: str, plain: str) -> None:
    assert plain_heading(raw) == plain
    assert matching_key(raw.upper()) == matching_key(plain)


def test_every_column_has_a_name_of_its_own() -> None:
    headings = ["x", "", "x", "y" * 500, "y" * 500, "column_2"]
    names = names_of(headings, list("ABCDEF"))
    assert len(set(names)) == 6
    assert names[:3] == ("x [A]", "column_2 [B]", "x [C]")
    assert max(map(len, names)) < 60


def test_rows_read_are_all_accounted_for(tmp_path: Path) -> None:
    rows = [["A registry"], [], HEADER, *PATIENTS[:4], HEADER, [], *PATIENTS[4:], ["n = 8"]]
    bench = structure(tmp_path, [blank(6, *row) for row in rows])
    assert bench.table.n_read == len(rows)
    assert bench.n == len(rows) - sum(step.n_removed for step in bench.attrition)
    assert [step.n_removed for step in bench.attrition] == [3, 1, 1, 1]


def test_a_column_that_stands_there_twice_is_kept_once(tmp_path: Path) -> None:
    rows = [[*row, row[3], "x"] for row in TABLE]
    rows[0][-1] = "seen"
    bench = structure(tmp_path, rows, exit="seen")
    assert bench.table.names == (*HEADER, "seen [H]")
    assert stops(bench) == {"header_ambiguous"}
    assert "header_repeated_column" in {f.code for f in bench.findings}
    same = structure(tmp_path, [row[:-1] for row in rows], exit="seen")
    assert same.table.names == tuple(HEADER)
    assert stops(same) == set()


def test_columns_of_one_name_that_are_not_used_are_told_apart(tmp_path: Path) -> None:
    rows = [[*row, str(k)] for k, row in enumerate(TABLE)]
    rows[0][-1] = "pci"
    (told,) = structure(tmp_path, rows, id="id").findings
    assert (told.code, told.severity) == ("header_duplicated", Severity.WARNING)
    (settled,) = structure(tmp_path, rows, {"duplicate_headers": "letters"}, id="id").findings
    assert settled.severity is Severity.NOTE


def test_the_one_filled_column_of_a_name_is_proposed(tmp_path: Path) -> None:
    rows = [[*row, ""] for row in TABLE]
    rows[0][-1] = "seen"
    question = questions(structure(tmp_path, rows, exit="seen"))["header_ambiguous"]
    assert (question.key, question.default) == (("data", "exit"), "seen [D]")


ONE_TABLE: dict[str, Rows] = {
    "notes beside it": [[*row, "", "a note" if k == 3 else ""] for k, row in enumerate(TABLE)],
    "one more column apart": [[*row, "", str(k) if k else "age"] for k, row in enumerate(TABLE)],
    "second operation apart": [
        [*row, "", *(["operated", "pci"] if k == 0 else ["2015-01-01", str(k)])]
        for k, row in enumerate(TABLE)
    ],
    "words after an empty row": [*TABLE, blank(6), ["P08", "m", "unknown", "lost", "dead", "none"]],
}


@pytest.mark.parametrize("rows", ONE_TABLE.values(), ids=ONE_TABLE)
def test_one_table_is_not_taken_for_two(rows: Rows, tmp_path: Path) -> None:
    assert "block" not in stops(structure(tmp_path, rows))


def test_a_legend_with_its_own_header_further_down_is_another_table(tmp_path: Path) -> None:
    legend = {3: ["code", "meaning"], 4: ["0", "alive"], 5: ["1", "dead"]}
    rows = [[*row, "", *legend.get(k, ["", ""])] for k, row in enumerate(TABLE)]
    question = questions(structure(tmp_path, rows))["block"]
    assert question.default == "A1:F9"
    assert [option.value for option in question.options] == ["A1:F9", "H4:I6"]


def test_two_rows_of_headers_need_a_reason(tmp_path: Path) -> None:
    words = [["id", "", "state", "sex"], ["P1", "low", "alive", "m"], ["P2", "low", "dead", "m"]]
    assert stops(structure(tmp_path, words)) == set()


def test_joined_names_carry_a_group_over_its_columns(tmp_path: Path) -> None:
    rows = [
        ["id", "First", "", "Second", "", "state"],
        ["", "Date", "PCI", "Date", "PCI", ""],
        ["P1", "2011-01-01", "3", "2012-01-01", "4", "alive"],
        ["P2", "2011-02-01", "5", "", "", "dead"],
    ]
    question = questions(structure(tmp_path, rows))["header_rows"]
    assert question.default == (1, 2)
    bench = structure(tmp_path, rows, {"header_rows": (1, 2)})
    named = ("id", "First / Date", "First / PCI", "Second / Date", "Second / PCI", "state")
    assert bench.table.names == named


def asked(folder: Path, rows: Rows, **data: Any) -> InputRefused:
    with pytest.raises(InputRefused) as refusal:
        read_cohort(as_csv(folder, rows), validated({"data": data}))
    return refusal.value


def test_each_unset_role_is_asked_with_what_suggests_itself(tmp_path: Path) -> None:
    rows = [["Fall", "qqq", "Todesdatum"], ["a", "1", "2011-01-01"], ["b", "2", "2012-01-01"]]
    found = {f.key: f for f in asked(tmp_path, rows).findings if isinstance(f, Question)}
    assert set(found) == {("data", role) for role in ("id", "initiation", "exit", "event")}
    assert found["data", "exit"].default == "Todesdatum"
    nothing = found["data", "initiation"]
    assert nothing.default is None
    assert [option.value for option in nothing.options] == ["qqq", "Todesdatum"]


def test_a_column_that_is_named_is_not_suggested_for_another_role(tmp_path: Path) -> None:
    rows = [["id", "Todesdatum"], ["a", "2011-01-01"], ["b", "2012-01-01"]]
    refused = asked(tmp_path, rows, id="id", death="Todesdatum", initiation="id")
    found = {f.key: f for f in refused.findings if isinstance(f, Question)}
    assert found["data", "exit"].default is None


def test_an_unknown_column_comes_with_what_is_asked_of_the_table(tmp_path: Path) -> None:
    rows = [["A registry"], *TABLE]
    named = {"id": "id", "initiation": "operated", "exit": "seen", "event": "nowhere"}
    refused = asked(tmp_path, rows, **named)
    assert isinstance(refused, UnknownName)
    assert {"unknown_column", "header_rows"} <= {f.code for f in refused.findings}
