"""The bundled examples: listed truthfully, copied whole, never over other files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from timezero.cli.example import COMMAND
from timezero.errors import InputRefused, UnknownName
from timezero.intake.cohort import read_cohort
from timezero.intake.examples import copy_example, example_names, read_example
from timezero.intake.protocol_file import read_protocol, registry_path


def test_every_example_says_what_it_is() -> None:
    assert "stanford_heart" in example_names()
    for name in example_names():
        example = read_example(name)
        assert example.title
        assert example.source
        assert example.n_patients >= 2
        assert example.simulated == name.startswith("simulated")


@pytest.mark.parametrize("name", example_names())
def test_a_copied_example_is_complete(name: str, tmp_path: Path) -> None:
    written = copy_example(name, tmp_path / "copy")
    assert {"study.toml", "SOURCE.md", "LICENCE.md"} < {path.name for path in written}
    study = tmp_path / "copy" / "study.toml"
    protocol = read_protocol(study)
    cohort = read_cohort(registry_path(protocol, study), protocol)
    assert cohort.n == read_example(name).n_patients
    assert cohort.simulated == read_example(name).simulated
    assert len(cohort.histories) == len(protocol.data.history)


def test_nothing_is_copied_over_other_files(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("mine")
    with pytest.raises(InputRefused, match="written over"):
        copy_example("stanford_heart", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["study.toml"]
    assert (tmp_path / "study.toml").read_text() == "mine"


def test_an_unknown_example_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="name one of: stanford_heart"):
        COMMAND("standford_heart")


def test_the_list_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMAND(plain=True) == 0
    out = capsys.readouterr().out
    for name in example_names():
        assert name in out
    assert "simulated" in out
    COMMAND(json=True)
    assert [e["name"] for e in json.loads(capsys.readouterr().out)] == list(example_names())


def test_a_copy_is_made_in_the_named_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert COMMAND("stanford_heart", to=tmp_path / "x", plain=True) == 0
    assert f"timezero study {tmp_path / 'x' / 'study.toml'}" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused, match="cannot be written"):
        copy_example("stanford_heart", tmp_path / "file" / "x")
