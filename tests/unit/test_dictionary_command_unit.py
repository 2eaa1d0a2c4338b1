"""``timezero dictionary``: prints, writes once, and refuses what it does not know."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest

from timezero.cli.app import run
from timezero.intake.record_items import dictionary, item
from timezero.intake.record_ranges import judge_code, judge_number
from timezero.intake.redcap_dictionary import read_redcap_dictionary


def test_everything_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dictionary"]) == 0
    said = capsys.readouterr().out
    assert all(f" {i.key} " in said for i in dictionary())


def test_one_chapter_is_printed_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dictionary", "perfusion", "--plain"]) == 0
    said = capsys.readouterr().out
    assert said.isascii()
    assert "abdominal_temperature" in said
    assert "cc_score" not in said


def test_one_item_is_printed_with_its_edges(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dictionary", "--item", "pci_total", "--plain"]) == 0
    said = capsys.readouterr().out
    assert said.isascii()
    for part in ("0 to 39", "exactly on the edge", "0.5 cm", "indice de carcinomatosis", "source"):
        assert part in said


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dictionary", "--item", "cc_score", "--json"]) == 0
    assert [i["key"] for i in json.loads(capsys.readouterr().out)["items"]] == ["cc_score"]


def test_forms_are_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = {flag: tmp_path / name for flag, name in (
        ("--redcap", "r.csv"), ("--excel", "e.xlsx"), ("--mapping", "m.csv"))}  # fmt: skip
    arguments = [part for flag, path in places.items() for part in (flag, str(path))]
    assert run(["dictionary", *arguments]) == 0
    assert capsys.readouterr().out.count("wrote: ") == 3
    assert len(read_redcap_dictionary(places["--redcap"])) > 100
    assert "Operations" in openpyxl.load_workbook(places["--excel"]).sheetnames
    before = {path: path.read_bytes() for path in places.values()}
    places["--redcap"].write_text("mine", encoding="utf-8")
    assert run(["dictionary", *arguments]) == 2
    assert "TZ-CLI-15" in capsys.readouterr().err
    assert places["--redcap"].read_text(encoding="utf-8") == "mine"
    places["--redcap"].chmod(0o600)
    assert run(["dictionary", *arguments, "--force"]) == 0
    assert {path: path.read_bytes() for path in places.values()} == before
    assert places["--redcap"].stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.xlsx", "m.csv", "r.csv"]


def test_a_form_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", stream)
    assert run(["dictionary", "recurrence", "--mapping=-"]) == 0
    stream.flush()
    said = stream.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert said.startswith("item,name,type")
    assert "recurrence_date" in said
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "near"),
    [
        (["perfusoin"], "TZ-DIC-02", "perfusion"),
        (["--item", "pci_totl"], "TZ-DIC-01", "pci_total"),
        (["perfusion", "--item", "dose"], "TZ-CLI-16", "name one"),
        (["--redcap", "."], "TZ-CLI-05", "folder"),
        (["--redcap", "same.csv", "--mapping", "same.csv"], "TZ-CLI-11", "name another"),
    ],
)
def test_what_it_does_not_know_is_refused(
    arguments: list[str],
    code: str,
    near: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["dictionary", *arguments]) == 2
    said = capsys.readouterr().err
    assert code in said
    assert near in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "value", "judgement"),
    [
        ("pci_total", 39, "fine"),
        ("pci_total", 45, "refuse"),
        ("pci_total", 12.5, "refuse"),
        ("pci_r04", 4, "refuse"),
        ("karnofsky", 85, "refuse"),
        ("karnofsky", 90, "fine"),
        ("karnofsky", 30, "ask"),
        ("bmi", 5, "refuse"),
        ("bmi", 300, "refuse"),
        ("bmi", 55, "ask"),
        ("abdominal_temperature", 46, "ask"),
        ("height", 1.72, "refuse"),
        ("weight", float("nan"), "refuse"),
        ("weight", float("inf"), "refuse"),
    ],
)
def test_numbers_out_of_range_are_refused_or_asked_about(
    key: str, value: float, judgement: str
) -> None:
    said, why = judge_number(item(key), value)
    assert said == judgement
    assert bool(why) == (judgement != "fine")


@pytest.mark.parametrize(
    ("key", "code", "judgement"),
    [
        ("cc_score", "3", "fine"),
        ("cc_score", "4", "refuse"),
        ("cc_score", "CC-0", "refuse"),
        ("asa", "6", "refuse"),
        ("ecog", "5", "refuse"),
        ("r_class", "R0_1", "fine"),
        ("clavien_dindo", "III", "refuse"),
        ("stoma", "yes", "fine"),
        ("stoma", "ja", "refuse"),
    ],
)
def test_codes_are_taken_as_they_are(key: str, code: str, judgement: str) -> None:
    assert judge_code(item(key), code)[0] == judgement
