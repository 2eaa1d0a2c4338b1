"""Looking at a registry: guesses, problem cells, the next command; nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from timezero.cli.look import COMMAND
from timezero.errors import InputRefused
from timezero.intake.examples import example_names, example_study_file
from timezero.intake.guess import guess_unit
from timezero.intake.look import look
from timezero.intake.protocol_file import read_protocol, registry_path

SURGEON = """Patient ID;Date CRS #1;Date CRS #2;Recurrence;Last FU;Status;PCI
1;04/03/2016;;05/01/2017;14/06/2018;1;12
2;01/02/2015;01/02/2017;03/01/2017;01/03/2019;0;7
3;11/05/2015;;;01/03/2019;0;3a
4;12/05/2015;;;02/03/2019;0;4
"""


def written(folder: Path, text: str = SURGEON) -> Path:
    path = folder / "registry.csv"
    path.write_text(text)
    return path


def test_a_surgeons_table_is_guessed(tmp_path: Path) -> None:
    seen = look(written(tmp_path))
    assert {guess.role: guess.column for guess in seen.guesses} == {
        "id": "Patient ID",
        "trigger": "Recurrence",
        "initiation": "Date CRS #2",
        "time_zero": "Date CRS #1",
        "exit": "Last FU",
        "event": "Status",
    }
    assert seen.event_values == "0 (3 patients), 1 (1 patient)"
    assert seen.next_command == f"timezero init {tmp_path / 'registry.csv'} -o study.toml"


@pytest.mark.parametrize("name", example_names())
def test_bundled_registries_are_guessed_as_their_study_files_say(name: str) -> None:
    study_file = example_study_file(name)
    protocol = read_protocol(study_file)
    registry = registry_path(protocol, study_file)
    assert registry is not None
    for guess in look(registry).guesses:
        assert getattr(protocol.data, guess.role) == guess.column


def test_problem_cells_are_named_by_address(tmp_path: Path) -> None:
    findings = {(f.code, f.where) for f in look(written(tmp_path)).findings}
    assert ("cell_unlike", "registry.csv, column PCI, row 4 (G4)") in findings
    assert (
        "date_order",
        "registry.csv, column Date CRS #1, 4 rows, first at row 2 (B2)",
    ) in findings


def test_a_table_without_headers_to_go_by_gives_no_role(tmp_path: Path) -> None:
    seen = look(written(tmp_path, "a,b,c\nx,1,2\nx,3,4\n"))
    assert seen.guesses == ()
    assert seen.unguessed == ("id", "initiation", "exit", "event")
    assert seen.next_command.startswith("timezero init ")


def test_the_first_and_the_last_complete_dates_are_offered(tmp_path: Path) -> None:
    text = "key,alpha,beta,redo,dead\n" + "".join(
        f"k{n},2016-01-0{n},2017-01-0{n},{'' if n > 2 else f'2016-05-0{n}'},{n % 2}\n"
        for n in range(1, 6)
    )
    guesses = {
        guess.role: (guess.column, guess.reason) for guess in look(written(tmp_path, text)).guesses
    }
    assert guesses["time_zero"] == ("alpha", "from the cells")
    assert guesses["exit"] == ("beta", "from the cells")
    assert guesses["id"] == ("key", "from the cells")


@pytest.mark.parametrize(("header", "unit"), [("survival_months", "months"), ("OS days", "days")])
def test_a_unit_in_the_header_is_offered(header: str, unit: str, tmp_path: Path) -> None:
    seen = look(written(tmp_path, f"id,redo,{header},dead\n1,,3.5,1\n2,4,7,0\n3,5,9,0\n"))
    assert guess_unit(seen.guesses) == unit


def test_looking_writes_nothing_and_needs_no_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = registry_path(
        read_protocol(example_study_file("stanford_heart")), example_study_file("stanford_heart")
    )
    assert registry is not None
    copy = tmp_path / "registry.csv"
    copy.write_bytes(registry.read_bytes())
    assert COMMAND(copy, plain=True) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["registry.csv"]
    assert copy.read_bytes() == registry.read_bytes()
    out = capsys.readouterr().out
    assert "dead (75 patients), alive (28 patients)" in out
    assert "103 rows, 8 columns" in out
    assert "\x1b" not in out


def test_impossible_rows_give_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "id,redo,survival,dead\n1,,3.5,1\n2,4,3,0\n3,5,9,0\n")
    assert COMMAND(path, plain=True) == 1
    assert "redo, row 3 (B3)" in capsys.readouterr().out


def test_a_look_can_be_read_by_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    COMMAND(written(tmp_path), json=True)
    seen = json.loads(capsys.readouterr().out)
    assert seen["n_rows"] == 4
    assert [c["content"] for c in seen["columns"]][:3] == ["numbers", "dates", "dates"]


def test_cells_cannot_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    COMMAND(written(tmp_path, "id,x\x1b[2J\n1,[red]a\x1b[2J\n2,b\n"), plain=True)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]a" in out


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        COMMAND(tmp_path / "nowhere.csv")


def test_columns_that_may_be_centres_are_mentioned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{k},{k + 1},0,,{'AB'[k % 2]},h{k},{k % 3}" for k in range(8)]
    header = "id,exit,event,initiation,Treating centre,hospital,opposite"
    path = written(tmp_path, "\n".join([header, *rows]) + "\n")
    assert look(path).centre_candidates == ("Treating centre",)
    COMMAND(path, plain=True)
    assert "may say where a patient was treated: Treating centre" in capsys.readouterr().out
