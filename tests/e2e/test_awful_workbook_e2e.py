"""A deliberately awful workbook: look, init, study; then a corrected export without a question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from awful_workbook import ANSWERS, awful_patients, write_awful_workbook
from operated_patients import QUICK, courses_of, expected_courses
from timezero.cli.app import run
from timezero.errors import InputRefused
from timezero.findings import Question
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.intake.recipe_file import read_recipe
from timezero.model.cohort import Cohort

PATIENTS = awful_patients()


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """Return a folder with the workbook, and study file and recipe as `init` wrote them."""
    write_awful_workbook(tmp_path / "register.xlsx", PATIENTS)
    (tmp_path / "answers.toml").write_text(ANSWERS, encoding="utf-8")
    init = ["init", str(tmp_path / "register.xlsx"), "-o", str(tmp_path / "study.toml")]
    assert run([*init, "--answers", str(tmp_path / "answers.toml"), "--yes", "--plain"]) == 0
    return tmp_path


def read(folder: Path, registry: str = "register.xlsx") -> Cohort:
    protocol = read_protocol(folder / "study.toml")
    return read_cohort(folder / registry, protocol, recipe=read_recipe(folder / "recipe.toml"))


def test_without_a_recipe_it_is_asked_what_the_table_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "register.xlsx"
    write_awful_workbook(path, PATIENTS)
    run(["look", str(path), "--json"])
    asked = {tuple(f["key"]) for f in json.loads(capsys.readouterr().out)["findings"] if "key" in f}
    assert ("tables", "registry", "sheet") in asked


def test_every_course_is_right(ward: Path) -> None:
    assert courses_of(read(ward)) == expected_courses(PATIENTS)


def test_each_change_to_a_time_was_shown_with_old_and_new(ward: Path) -> None:
    told = " ".join(e for f in read(ward).findings for e in f.evidence)
    written = next(o for one in PATIENTS[1:] for o in one.operations)[0]
    assert f"{written.strftime('%d.%m.%Y')} -> {written.isoformat()}" in told


def test_missing_codes_decimal_commas_and_fill_downs_are_in_the_recipe(ward: Path) -> None:
    recipe = read_recipe(ward / "recipe.toml")
    patients, operations = recipe.tables["patients"], recipe.tables["operations"]
    assert patients.header_rows == (4, 5)
    assert patients.column("Verlauf / PCI").missing == ("99",)
    assert patients.hidden == "use"
    assert operations.column("Nr.").fill_down is True
    assert recipe.shape.aborted_values == ("HIPEC abgebrochen",)


def test_it_goes_to_a_study(ward: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["study", str(ward / "study.toml"), *QUICK]) == 0
    assert "hazard ratio" in capsys.readouterr().out.lower()


def test_a_corrected_export_needs_no_question(ward: Path) -> None:
    corrected = [replace(one) for one in PATIENTS]
    corrected[0].last_contact = corrected[0].last_contact.replace(day=1)
    corrected.append(replace(PATIENTS[0], study_id="S900"))
    write_awful_workbook(ward / "next.xlsx", corrected)
    try:
        cohort = read(ward, "next.xlsx")
    except InputRefused as refusal:
        pytest.fail(str([f.place for f in refusal.findings if isinstance(f, Question)]))
    assert courses_of(cohort) == expected_courses(corrected)


def test_its_shareable_file_gives_the_same_courses(ward: Path) -> None:
    share = ["deidentify", str(ward / "register.xlsx"), "-o", str(ward / "shareable.csv")]
    assert run([*share, "--study", str(ward / "study.toml")]) == 0
    shared = read_cohort(ward / "shareable.csv", read_protocol(ward / "shareable.study.toml"))
    assert sorted(courses_of(shared).values(), key=str) == sorted(
        expected_courses(PATIENTS).values(), key=str
    )
    assert not set(shared.patient) & {one.study_id for one in PATIENTS}
