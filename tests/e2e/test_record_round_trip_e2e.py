"""Our forms, filled and read again: template to study, REDCap dictionary to study."""

from __future__ import annotations

from pathlib import Path

import pytest

from operated_patients import (
    QUICK,
    courses_of,
    expected_courses,
    fill_template,
    operated_patients,
    write_redcap_export,
)
from timezero.cli.app import run
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.intake.recipe_file import read_recipe
from timezero.intake.redcap_dictionary import read_redcap_dictionary
from timezero.model.cohort import Cohort

PATIENTS = operated_patients()


def read(study: Path) -> Cohort:
    protocol = read_protocol(study)
    data = protocol.data.model_copy(update={"unit": "days"})
    protocol = protocol.model_copy(update={"data": data})
    recipe = read_recipe(study.parent / str(protocol.data.recipe))
    return read_cohort(study.parent / str(protocol.data.file), protocol, recipe=recipe)


def answers(folder: Path, text: str) -> None:
    path = folder / "answers.toml"
    begun = path.read_text() if path.exists() else ""
    path.write_text(begun.replace("[shape]\n", f"[shape]\n{text}\n", 1))


def test_the_filled_template_goes_to_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, filled = tmp_path / "template.xlsx", tmp_path / "filled.xlsx"
    said = str(tmp_path / "answers.toml")
    assert run(["dictionary", "--excel", str(template), "--answers", said]) == 0
    fill_template(template, filled, PATIENTS)
    answers(tmp_path, 'aborted_first = "time_zero"')
    assert run(["look", str(filled), "--sheet", "Operations", "--plain"]) == 0
    study = tmp_path / "study.toml"
    init = ["init", str(filled), "-o", str(study), "--answers", said, "--yes", "--plain"]
    assert run(init) == 0, capsys.readouterr().out
    assert courses_of(read(study)) == expected_courses(PATIENTS)
    assert run(["study", str(study), *QUICK]) == 0
    assert "hazard ratio" in capsys.readouterr().out.lower()


def test_a_redcap_export_goes_to_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dictionary, export = tmp_path / "dictionary.csv", tmp_path / "export.csv"
    assert run(["dictionary", "--redcap", str(dictionary)]) == 0
    fields = {field.name: field for field in read_redcap_dictionary(dictionary)}
    codes = {
        name: {choice.label: choice.code for choice in fields[name].choices}
        for name in ("sex", "vital_status", "procedure_kind")
    }
    ours = {
        "sex": {"female": "female", "male": "male"},
        "vital_status": {"alive": "alive", "dead_of_disease": "dead of the disease"},
        "procedure_kind": {
            "complete_hipec": "cytoreduction with HIPEC completed",
            "hipec_aborted": "HIPEC planned and aborted",
        },
    }
    by_value = {
        name: {value: codes[name][label] for value, label in labels.items()}
        for name, labels in ours.items()
    }
    write_redcap_export(export, PATIENTS, by_value)
    said = tmp_path / "answers.toml"
    assert run(["redcap", str(export), str(dictionary), "-o", str(said)]) == 0
    answers(
        tmp_path,
        'aborted_first = "time_zero"\noperation_kind = "procedure_kind"\n'
        'aborted_values = ["HIPEC planned and aborted"]',
    )
    with said.open("a") as file:
        file.write(
            '\n[data]\nevent_value = ["dead of the disease"]\ncensored_value = ["alive"]\n'
            'event = "vital_status"\n'
            'trigger = "first_recurrence"\nexit = "last_contact_date"\ndeath = "death_date"\n'
        )
    study = tmp_path / "study.toml"
    init = ["init", str(export), "-o", str(study), "--answers", str(said), "--yes", "--plain"]
    assert run(init) == 0, capsys.readouterr().out
    assert courses_of(read(study)) == expected_courses(PATIENTS)
    assert run(["study", str(study), *QUICK]) == 0
