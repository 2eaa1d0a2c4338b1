"""What a surgeon's data manager meets in the first hour with a spreadsheet of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from timezero.cli import _asking
from timezero.errors import InputRefused
from timezero.findings import Option, Question
from timezero.intake.cohort import read_cohort
from timezero.intake.differences import CellDifference, Differences, told
from timezero.intake.guess import guess_roles
from timezero.intake.interview import by_default, left_open
from timezero.intake.look import look
from timezero.intake.protocol_file import validated
from timezero.intake.sources import read_table
from timezero.intake.study_file import start_study_file

HEADER = "NHC;1. OP;2. OP;Letzter Kontakt;Status\n"
ROWS = (
    ("A0001", "03.01.2015", "", "30.06.2024", "lebt"),
    ("A0002", "14.02.2015", "25.11.2016", "08.03.2019", "verstorben"),
    ("A0003", "20.05.2016", "", "17.09.2017", "verstorben"),
    ("A0004", "11.08.2016", "28.12.2018", "29.06.2024", "lebt"),
)


def written(folder: Path, text: str, name: str = "registry.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table_of(**columns: list[Any]) -> Any:
    return read_table(pl.DataFrame(columns))


def guesses(table: Any) -> dict[str, str]:
    return {guess.role: guess.column for guess in guess_roles(table)}


def asked(
    path: Path, study: dict[str, Any], recipe: dict[str, Any] | None = None
) -> list[Question]:
    content = start_study_file(
        path, path.parent / "study.toml", answers=(recipe or {}, study), ask=left_open, force=True
    )
    return list(content.still_open)


def numbered(*values: Any) -> Question:
    options = tuple(Option(value=value, words=f"{value}") for value in values)
    return Question(code="x", what="which?", key=("data", "event_value"), options=options)


def typed(monkeypatch: pytest.MonkeyPatch, said: str, question: Question) -> Any:
    monkeypatch.setattr("builtins.input", lambda _: said)
    return _asking.ask_on_terminal(question, "")


def test_a_value_that_is_a_number_is_not_taken_for_the_number_of_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = numbered(("2",), ("1",))
    assert typed(monkeypatch, "2", question) == "2"
    assert typed(monkeypatch, "#2", question) == ("1",)
    assert "  #1  2" in capsys.readouterr().out


def test_where_values_are_words_a_number_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(monkeypatch, "2", numbered(("dead",), ("alive",))) == ("alive",)
    assert typed(monkeypatch, "3", numbered(("dead",), ("alive",))) == "3"


def test_a_record_number_is_offered_as_the_patient_and_never_shown(tmp_path: Path) -> None:
    text = HEADER + "".join(";".join(row) + "\n" for row in (*ROWS, ROWS[1]))
    questions = asked(written(tmp_path, text.replace("NHC", "MRN")), {})
    patient = next(q for q in questions if q.key == ("data", "id"))
    assert patient.default == "MRN"
    assert not any("A000" in option.words for option in patient.options)
    assert not any("A000" in cell for cell in patient.evidence)


def test_a_record_number_is_left_out_once_the_patient_is_known(tmp_path: Path) -> None:
    lines = ["ID;" + HEADER] + [f"{k};{';'.join(row)}\n" for k, row in enumerate(ROWS, 1)]
    seen = look(written(tmp_path, "".join(lines)))
    assert "NHC" not in [column.name for column in seen.columns]


def test_operations_find_the_patient_that_the_answers_name(tmp_path: Path) -> None:
    text = "MRN,Surgery date,Last seen,Vital status\n" + "".join(
        f"A{k:04d},2015-0{k}-03,2020-01-0{k},{'Dead' if k % 2 else 'Alive'}\n" for k in range(1, 9)
    )
    text += "A0002,2017-05-05,2020-01-02,Alive\n"
    shape = {"kind": "one_row_per_operation", "operation_date": "Surgery date"}
    data = {
        "id": "MRN",
        "time_zero": "first_treatment",
        "initiation": "second_treatment",
        "exit": "Last seen",
        "event": "Vital status",
        "event_value": ["Dead"],
    }
    begun = start_study_file(
        written(tmp_path, text),
        tmp_path / "study.toml",
        answers=({"shape": shape}, {"data": data}),
        ask=by_default,
    )
    assert begun.n_patients == 8
    assert not begun.still_open


def test_a_status_is_told_by_words_for_death_in_any_language() -> None:
    days = ["2015-01-03", "2015-02-14", "2016-05-20"]
    for header, cells in (
        ("Stato", ["deceduto", "vivente", "vivente"]),
        ("Estado", ["Fallecido", "vivo", "vivo"]),
        ("Óbito", ["Sim", "Não", "Não"]),
    ):
        found = guesses(table_of(ID=[1, 2, 3], **{"First op": days, header: cells}))
        assert found["event"] == header
    innocent = table_of(ID=[1, 2, 3], Totale=["alto", "basso", "alto"])
    assert "event" not in guesses(innocent)


def test_a_date_of_death_is_no_status_but_a_date_of_death() -> None:
    table = table_of(
        ID=[1, 2, 3],
        **{
            "Listing date": ["2015-01-03", "2015-02-14", "2016-05-20"],
            "Transplant date": [None, "2015-06-14", None],
            "Death date": ["2017-03-04", None, None],
            "Last follow up date": ["2017-03-04", "2020-01-01", "2020-01-01"],
        },
    )
    found = guesses(table)
    assert found["death"] == "Death date"
    assert "event" not in found


def test_the_length_of_follow_up_is_not_the_last_contact_beside_dates() -> None:
    columns: dict[str, list[Any]] = {
        "ID": [1, 2, 3],
        "Surgery 1": ["2015-01-03", "2015-02-14", "2016-05-20"],
        "Surgery 2": [None, "2015-06-14", None],
        "Date last FU": ["2017-03-04", "2020-01-01", "2020-01-01"],
        "OS (months)": [26.0, 58.6, 43.4],
    }
    assert guesses(table_of(**columns))["exit"] == "Date last FU"
    columns.pop("Surgery 2")
    columns["Wait time"] = [None, 4.0, None]
    assert guesses(table_of(**columns))["exit"] == "OS (months)"


def test_dates_without_a_time_zero_are_a_question_with_the_dated_columns(tmp_path: Path) -> None:
    text = HEADER.replace("NHC", "Nr") + "".join(";".join(row) + "\n" for row in ROWS)
    named = {
        "id": "Nr",
        "initiation": "2. OP",
        "exit": "Letzter Kontakt",
        "event": "Status",
        "event_value": ["verstorben"],
    }
    with pytest.raises(InputRefused) as refusal:
        read_cohort(written(tmp_path, text), validated({"data": named}))
    question = next(f for f in refusal.value.findings if isinstance(f, Question))
    assert question.key == ("data", "time_zero")
    assert [option.value for option in question.options] == ["1. OP"]


def test_numbers_without_a_time_zero_are_not_asked_for_one(tmp_path: Path) -> None:
    text = "id,first,wait,days,dead\n" + "".join(
        f"{k},2015-01-0{k},{'' if k % 2 else 30 + k},{400 + k},{k % 2}\n" for k in range(1, 9)
    )
    named = {"id": "id", "initiation": "wait", "exit": "days", "event": "dead"}
    named |= {"event_value": ["1"], "unit": "days"}
    assert read_cohort(written(tmp_path, text), validated({"data": named})).n == 8


def test_what_is_no_time_is_not_offered_as_one(tmp_path: Path) -> None:
    text = "Nr;Sexe;Alter;Erst-OP;Zweit-OP\n" + "".join(
        f"{k};{'mw'[k % 2]};{50 + k};0{k}. Mär 2015;{'' if k % 2 else f'1{k}. Okt 2017'}\n"
        for k in range(1, 9)
    )
    questions = asked(written(tmp_path, text), {"data": {"id": "Nr"}})
    initiation = next(q for q in questions if q.key == ("data", "initiation"))
    offered = [option.value for option in initiation.options]
    assert "Zweit-OP" in offered
    assert not {"Nr", "Sexe"} & set(offered)


@pytest.mark.parametrize(
    ("filler", "last"), [("99/99/9999", "30/06/2024"), ("99/99/99", "30/06/24")]
)
def test_fillers_that_no_calendar_has_are_asked_about(
    filler: str, last: str, tmp_path: Path
) -> None:
    year, early = last[6:], last[6:-2]
    text = "id;op1;op2;last;dead\n" + "".join(
        f"{k};1{k}/05/{early}15;{filler if k % 2 else f'2{k}/07/{early}16'};{last};{k % 2}\n"
        for k in range(1, 9)
    )
    data = {"id": "id", "time_zero": "op1", "initiation": "op2", "exit": "last", "event": "dead"}
    data |= {"event_value": ["1"], "date_format": "%d/%m/%Y" if len(year) == 4 else "%d/%m/%y"}
    path = written(tmp_path, text)
    begun = start_study_file(
        path, tmp_path / "study.toml", answers=({}, {"data": data}), ask=by_default
    )
    done = {answer.question.key[-1]: answer.answer for answer in begun.answered}
    assert done["placeholder_dates"] == "missing"
    assert begun.n_patients == 8


def test_99_beside_a_year_is_a_day_that_is_not_known_and_is_asked_about(tmp_path: Path) -> None:
    text = "id;op1;op2;last;dead\n" + "".join(
        f"{k};1{k}/05/2015;{'99/07/2016' if k == 2 else ''};30/06/2024;{k % 2}\n"
        for k in range(1, 9)
    )
    data = {"id": "id", "time_zero": "op1", "initiation": "op2", "exit": "last", "event": "dead"}
    questions = asked(written(tmp_path, text), {"data": data | {"event_value": ["1"]}})
    assert questions[0].key[-1] == "partial_dates"
    assert questions[0].n_rows == 1


def test_a_year_of_two_digits_before_the_month_stays_a_year(tmp_path: Path) -> None:
    text = "id;born\n" + "".join(f"{k};{k + 90}-0{k}-1{k}\n" for k in range(1, 9))
    table = read_table(written(tmp_path, text))
    assert not any("does not exist" in finding.what for finding in table.findings)


def sheets(path: Path, **rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_no_sheet_is_proposed_where_several_have_the_same_headers(tmp_path: Path) -> None:
    header = ["ID", "First op", "Second op", "Last contact", "Status"]
    lines = [[k, "2015-01-02", None, "2020-01-02", "dead"] for k in range(1, 5)]
    alike = sheets(tmp_path / "a.xlsx", Lyon=[header, *lines], Bologna=[header, *lines])
    question = next(f for f in read_table(alike).findings if isinstance(f, Question))
    assert question.default is None
    assert "put them on one sheet" in question.what
    other = sheets(
        tmp_path / "b.xlsx", Lyon=[header, *lines], Codes=[["code", "meaning"], [1, "x"]]
    )
    question = next(f for f in read_table(other).findings if isinstance(f, Question))
    assert question.default == "Lyon"


def test_recurrences_may_have_no_row_yet(tmp_path: Path) -> None:
    book = sheets(
        tmp_path / "record.xlsx",
        Patients=[["No", "Last", "Status"], *([k, "2020-01-02", "dead"] for k in range(1, 5))],
        Operations=[["No", "Date"], *([k, "2015-01-02"] for k in range(1, 5)), [2, "2016-01-03"]],
        Recurrences=[["No", "Date"]],
    )
    recipe = {
        "tables": {n: {"sheet": n.capitalize()} for n in ("patients", "operations", "recurrences")},
        "shape": {
            "kind": "one_row_per_operation",
            "patients": "patients",
            "operations": "operations",
            "recurrences": "recurrences",
            "patient_id": dict.fromkeys(("patients", "operations", "recurrences"), "No"),
            "operation_date": "Date",
            "recurrence_date": "Date",
        },
    }
    data = {
        "id": "No",
        "time_zero": "first_treatment",
        "initiation": "second_treatment",
        "trigger": "first_recurrence",
        "exit": "Last",
        "event": "Status",
        "event_value": ["dead"],
    }
    begun = start_study_file(
        book, tmp_path / "study.toml", answers=(recipe, {"data": data}), ask=by_default
    )
    assert begun.n_patients == 4
    assert not begun.errors


def test_a_first_look_does_not_call_settled_dates_unclear(tmp_path: Path) -> None:
    lines = "".join(
        f"{k};0{k}/05/2015;{'-' if k % 2 else '31/08/2016'};0{k}/0{k}/2017\n" for k in range(1, 9)
    )
    seen = look(written(tmp_path, "id;x;settled;unclear\n" + lines))
    told_of = [f.where for f in seen.findings if f.code in {"date_ambiguous", "cell_unlike"}]
    assert not any("column settled" in where for where in told_of)
    assert any("column x" in where for where in told_of)


@pytest.mark.parametrize(("n", "words"), [(1, "1 cell that says"), (2, "2 cells that say")])
def test_differences_are_told_in_grammar(n: int, words: str) -> None:
    cell = CellDifference(patient="1", column="exit", address="row 2 (B2)", old="3", new="4")
    found = Differences(identical=False, cells=(cell,) * n, added=("7",))
    said = [finding.what for finding in told(found, times=frozenset(), name="registry")]
    assert said[0].startswith(words)
    assert said[1] == "1 new patient, compared with the file before"


@pytest.mark.parametrize("study", [{"data": 3}, {"data": {"id": 5}}, {"data": {"evnt": "x"}}])
def test_answers_that_are_not_possible_are_refused_by_key(
    study: dict[str, Any], tmp_path: Path
) -> None:
    path = written(tmp_path, HEADER + ";".join(ROWS[0]) + "\n")
    with pytest.raises(InputRefused, match=r"data.*not possible|no key") as refusal:
        start_study_file(path, tmp_path / "study.toml", answers=({}, study))
    assert refusal.value.code == "TZ-IN-09"
