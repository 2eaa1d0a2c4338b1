"""The first study file: guesses marked, never written over, ready once the event is declared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from timezero.cli.init import COMMAND
from timezero.errors import InputRefused
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol, registry_path

REGISTRY = "id,redo,survival months,dead\n1,,3.5,1\n2,4,7,0\n3,5,9,0\n4,,11,1\n"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "registry.csv"
    path.parent.mkdir()
    path.write_text(REGISTRY)
    return path


def test_guesses_are_marked_as_guesses(registry: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    assert COMMAND(registry, output=study, plain=True) == 1
    text = study.read_text()
    assert 'id = "id"  # guessed from the header: check' in text
    assert 'exit = "survival months"  # guessed from the header: check' in text
    assert 'unit = "months"  # guessed from the header: check' in text
    assert "event_value = []  # to be declared; seen: 0 (2 patients), 1 (2 patients)" in text


def test_the_event_is_never_guessed(registry: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    COMMAND(registry, output=study)
    protocol = read_protocol(study)
    with pytest.raises(InputRefused, match="not declared which value means the event"):
        read_cohort(registry_path(protocol, study), protocol)
    study.write_text(study.read_text().replace("event_value = []", 'event_value = ["1"]'))
    protocol = read_protocol(study)
    assert protocol.data.file == "data/registry.csv"
    assert int(read_cohort(registry_path(protocol, study), protocol).event.sum()) == 2


def test_nothing_is_written_over_unless_told_to(registry: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("mine")
    with pytest.raises(InputRefused, match="exists already"):
        COMMAND(registry, output=study)
    assert study.read_text() == "mine"
    COMMAND(registry, output=study, force=True)
    assert read_protocol(study).data.id == "id"


def test_what_was_written_can_be_read_by_a_program(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    COMMAND(registry, output=tmp_path / "study.toml", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["path"] == str(tmp_path / "study.toml")
    assert {g["role"] for g in said["guesses"]} == {"id", "initiation", "exit", "event"}


def test_a_place_that_cannot_be_written_is_refused(registry: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be written"):
        COMMAND(registry, output=registry / "study.toml")
