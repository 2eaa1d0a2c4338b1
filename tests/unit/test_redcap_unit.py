"""REDCap: exports read by their dictionary, projects fetched with a token that leaves no trace."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from timezero.cli.app import run
from timezero.errors import InputRefused
from timezero.findings import Question, Severity
from timezero.intake.recipe_file import validated_recipe
from timezero.intake.redcap_api import fetch_redcap
from timezero.intake.redcap_recipe import redcap_recipe
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart

TOKEN = "CANARY" + "0123456789ABCDEF"
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?\n"
)
DICTIONARY = HEADER + (
    "record_id,patient,,text,Study id,,,,,,\n"
    'sex,patient,,radio,Sex,"1, female | 2, male",,,,,\n'
    'drugs,patient,,checkbox,Drugs,"1, cisplatin | 2, mitomycin",,,,,\n'
    "hospital_number,patient,,text,Hospital number,,,,,,y\n"
    "op_date,procedure,,text,Date of the procedure,,,date_ymd,,,\n"
)
EXPORT = (
    "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,drugs___1,drugs___2,"
    "hospital_number,op_date\n"
    "1,,,1,1,0,H-77,\n1,procedure,1,,,,,2010-03-08\n1,procedure,2,,,,,2011-06-20\n"
    "2,,,2,0,1,H-78,\n2,procedure,1,,,,,2010-04-19\n"
)
EVENTS = (
    "record_id,redcap_event_name,sex,pci\n"
    "1,baseline,1,\n1,surgery,,12\n2,baseline,2,\n2,surgery,,9\n"
)


def read(folder: Path, text: str, **table: Any) -> Table:
    (folder / "export.csv").write_text(text)
    (folder / "dictionary.csv").write_text(DICTIONARY)
    recipe = validated_recipe({"tables": {"registry": table}})
    return read_table(folder / "export.csv", data=DataPart(id="record_id"), recipe=recipe)


def test_the_rows_of_patients_and_of_an_instrument_are_told_apart(tmp_path: Path) -> None:
    patients = read(tmp_path, EXPORT, redcap_instrument="")
    assert patients.rows.tolist() == [2, 5]
    assert "op_date" not in patients.names
    operations = read(tmp_path, EXPORT, redcap_instrument="procedure")
    assert operations.names == ("record_id", "op_date")
    assert operations.column("op_date").text.to_list() == ["2010-03-08", "2011-06-20", "2010-04-19"]


def test_which_rows_make_the_table_is_asked(tmp_path: Path) -> None:
    (question,) = [f for f in read(tmp_path, EXPORT).findings if isinstance(f, Question)]
    assert question.key == ("tables", "registry", "redcap_instrument")
    assert [option.value for option in question.options] == ["", "procedure"]


def test_codes_are_read_as_labels_and_every_one_is_listed(tmp_path: Path) -> None:
    table = read(tmp_path, EXPORT, redcap_instrument="", redcap_dictionary="dictionary.csv")
    assert table.column("sex").text.to_list() == ["female", "male"]
    (change,) = [change for change in table.changes if change.column == "sex"]
    assert list(change.lines()) == ["D2: 1 -> female", "D5: 2 -> male"]
    assert table.labels["drugs___1"].label == "Drugs: cisplatin"


def test_fields_marked_as_identifiers_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, EXPORT, redcap_instrument="", redcap_dictionary="dictionary.csv")
    assert "hospital_number" not in table.names
    assert "H-77" not in " ".join(e for f in table.findings for e in f.evidence)


def test_events_of_a_patient_become_one_row(tmp_path: Path) -> None:
    table = read(tmp_path, EVENTS)
    assert table.names == ("record_id", "sex", "pci")
    assert table.column("pci").text.to_list() == ["12", "9"]
    assert table.column("sex").text.to_list() == ["1", "2"]


def test_events_that_contradict_each_other_are_refused_by_cell(tmp_path: Path) -> None:
    table = read(tmp_path, EVENTS.replace("1,surgery,,12", "1,surgery,2,12"))
    (finding,) = [f for f in table.findings if f.code == "redcap_events_differ"]
    assert finding.severity is Severity.ERROR
    assert finding.evidence == ("C3: 2",)


def test_one_event_can_be_chosen(tmp_path: Path) -> None:
    table = read(tmp_path, EVENTS, redcap_event="surgery")
    assert table.rows.tolist() == [3, 5]


def test_a_recipe_is_proposed_with_the_operations_as_a_table(tmp_path: Path) -> None:
    read(tmp_path, EXPORT)
    proposed = redcap_recipe(tmp_path / "export.csv", tmp_path / "dictionary.csv")
    assert proposed["shape"]["operation_date"] == "op_date"
    assert proposed["tables"]["operations"]["redcap_instrument"] == "procedure"


def test_without_repeating_instruments_there_is_one_table(tmp_path: Path) -> None:
    read(tmp_path, EVENTS)
    assert redcap_recipe(tmp_path / "export.csv", tmp_path / "dictionary.csv") == {
        "tables": {"registry": {"redcap_dictionary": "dictionary.csv"}}
    }


class Project:
    """Stands for a project; the address says what goes wrong."""

    def __init__(self, url: str, token: str, **_: bool) -> None:
        assert token == TOKEN
        if "broken" in url:
            raise ValueError(f"refused for token {token}")

    def export_records(self, **_: Any) -> str:
        return EXPORT

    def export_metadata(self, **_: Any) -> str:
        return DICTIONARY


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("redcap")
    module.Project = Project  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "redcap", module)
    monkeypatch.setenv("TIMEZERO_REDCAP_TOKEN", TOKEN)


@pytest.mark.usefixtures("project")
def test_the_token_is_in_no_file_and_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.toml"
    address = ["--url", "https://redcap.example.org/api/", "--to", str(tmp_path / "in")]
    assert run(["redcap", *address, "-o", str(answers)]) == 0
    assert run(["redcap", "--url", "https://broken.example.org/", "--to", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert TOKEN not in said.out + said.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3
    assert all(TOKEN not in path.read_text() for path in files)
    assert stat.S_IMODE((tmp_path / "in" / "redcap-export.csv").stat().st_mode) == 0o600


@pytest.mark.usefixtures("project")
def test_nothing_fetched_is_written_over(tmp_path: Path) -> None:
    fetch_redcap("https://redcap.example.org/api/", TOKEN, tmp_path)
    with pytest.raises(InputRefused, match="exists"):
        fetch_redcap("https://redcap.example.org/api/", TOKEN, tmp_path)


@pytest.mark.parametrize("url", ["http://redcap.example.org/api/", "ftp://x", "redcap"])
def test_a_token_is_not_sent_unencrypted(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refusal:
        fetch_redcap(url, TOKEN, tmp_path)
    assert refusal.value.code == "TZ-RED-12"
