"""Asking about a registry: what is asked, what an answer does, what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest

from bad_inputs.clean import clean_rows, write_csv
from timezero.cli.app import run
from timezero.errors import InputRefused
from timezero.findings import Question
from timezero.intake.interview import by_default, left_open, settle
from timezero.intake.protocol_file import read_protocol
from timezero.intake.recipe_file import read_recipe
from timezero.intake.study_file import start_study_file


def with_dots(folder: Path) -> Path:
    """Write dates such as 08.03.2010: most have a day beyond 12."""
    rows = clean_rows()
    for row in rows:
        for name in ("first_crs", "second_crs", "recurrence", "last_contact"):
            if row[name]:
                year, month, day = row[name].split("-")
                row[name] = f"{day}/{month}/{year}"
    return write_csv(folder, rows)


def says(answers: dict[str, object]) -> object:
    def ask(question: Question, why: str) -> object:
        del why
        return answers.get(question.place)

    return ask


def test_the_event_is_always_asked_and_its_answer_kept(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    written = start_study_file(
        registry, tmp_path / "study.toml", ask=says({"data.event_value": "dead"})
    )
    assert "data.event_value" in {done.question.place for done in written.answered}
    assert read_protocol(tmp_path / "study.toml").data.event_value == ("dead",)
    assert written.n_patients == 12
    assert not written.still_open


def test_without_answers_everything_stays_open_and_files_are_there(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    written = start_study_file(registry, tmp_path / "study.toml", ask=left_open)
    assert [q.place for q in written.still_open] == ["data.event_value"]
    assert written.n_patients == 0
    assert read_protocol(tmp_path / "study.toml").data.recipe == "recipe.toml"


def test_the_recipe_knows_for_which_file_it_was_made(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    start_study_file(registry, tmp_path / "study.toml", ask=left_open)
    recipe = read_recipe(tmp_path / "recipe.toml")
    assert len(str(recipe.table().sha256)) == 64


def test_files_that_are_there_are_not_written_over(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    (tmp_path / "recipe.toml").write_text("# mine\n")
    with pytest.raises(InputRefused, match="exists"):
        start_study_file(registry, tmp_path / "study.toml", ask=left_open)
    assert (tmp_path / "recipe.toml").read_text() == "# mine\n"


def test_an_impossible_answer_is_asked_again_with_the_reason(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    reasons: list[str] = []

    def ask(question: Question, why: str) -> object:
        reasons.append(why)
        return ("dead",) if why else {"not": "a value"}

    study = {
        "data": {
            "id": "patient_id",
            "time_zero": "first_crs",
            "initiation": "second_crs",
            "exit": "last_contact",
            "event": "status",
        }
    }
    settled = settle(registry, study=study, recipe={}, ask=ask)
    assert settled.cohort is not None
    assert reasons[0] == ""
    assert "data.event_value" in reasons[1]


def test_an_answer_that_settles_nothing_is_refused(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    study = {
        "data": {
            "id": "patient_id",
            "time_zero": "first_crs",
            "initiation": "second_crs",
            "exit": "last_contact",
            "event": "status",
        }
    }
    with pytest.raises(InputRefused, match="settles nothing") as refusal:
        settle(registry, study=study, recipe={}, ask=says({"data.event_value": ()}))
    assert refusal.value.code == "TZ-IN-31"


def test_a_guess_does_not_take_a_column_that_is_spoken_for(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    answers = ({}, {"data": {"exit": "death_date", "death": "last_contact"}})
    written = start_study_file(registry, tmp_path / "study.toml", ask=left_open, answers=answers)
    assert "last_contact" not in {guess.column for guess in written.guesses}


def test_the_proposals_are_never_taken_for_the_event(tmp_path: Path) -> None:
    registry = write_csv(tmp_path, clean_rows())
    written = start_study_file(registry, tmp_path / "study.toml", ask=by_default)
    assert [q.place for q in written.still_open] == ["data.event_value"]


def test_the_command_ends_with_1_while_something_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = write_csv(tmp_path, clean_rows())
    study = tmp_path / "study.toml"
    assert run(["init", str(registry), "-o", str(study), "--yes", "--plain"]) == 1
    assert "Still open: 1" in capsys.readouterr().out
    answers = tmp_path / "answers.toml"
    answers.write_text('[data]\nevent_value = ["dead"]\n')
    again = ["init", str(registry), "-o", str(study), "--answers", str(answers), "--force"]
    assert run([*again, "--yes"]) == 0
    assert "12 patients can be read" in capsys.readouterr().out


def test_next_months_export_needs_no_question(tmp_path: Path) -> None:
    registry = with_dots(tmp_path)
    study = tmp_path / "study.toml"
    answers = tmp_path / "answers.toml"
    answers.write_text('[data]\nevent_value = ["dead"]\n')
    init = ["init", str(registry), "-o", str(study), "--answers", str(answers), "--yes"]
    assert run(init) == 0
    rows = clean_rows()[:11]
    (tmp_path / "next").mkdir()
    following = with_dots(tmp_path / "next")
    following.write_text("\n".join(following.read_text().splitlines()[: len(rows) + 1]) + "\n")
    quick = ["--no-html", "--plain", "--redeals", "0", "--bootstrap", "0", "--replicates", "0"]
    assert run(["study", str(study), "--registry", str(following), *quick]) == 0
