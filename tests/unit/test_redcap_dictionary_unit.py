"""REDCap's data dictionary: read with every fault named by row, written and read back."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from pathlib import Path

import pytest

from timezero.errors import InputRefused
from timezero.intake.dictionary_exports.redcap import redcap
from timezero.intake.record_export import NAMES_ITS_PROCEDURE, form_of
from timezero.intake.record_items import dictionary
from timezero.intake.redcap_dictionary import (
    COLUMNS,
    RedcapChoice,
    checkbox_column,
    read_redcap_dictionary,
)

HEADER = [title for title, _ in COLUMNS.values()]
PLACES = {part: k for k, part in enumerate(COLUMNS)}


def row(**cells: str) -> list[str]:
    given = {"name": "field", "form": "form", "kind": "text", "label": "Label"} | cells
    made = [""] * len(COLUMNS)
    for part, text in given.items():
        made[PLACES[part]] = text
    return made


def written(folder: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    path = folder / "dictionary.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def refusal(path: Path) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        read_redcap_dictionary(path)
    return caught.value


def test_every_kind_of_field_is_read(tmp_path: Path) -> None:
    fields = read_redcap_dictionary(
        written(
            tmp_path,
            row(name="record_id", identifier="y", required="Y"),
            row(name="sites", kind="checkbox", choices="1, Liver | 2, Lung, left|-1, Not known"),
            row(name="cc", kind="radio", choices="0, CC-0 | 1, CC-1", branching="[sites(1)]='1'"),
            row(name="dead", kind="yesno"),
            row(name="bsa", kind="calc", choices="round([w]/[h], 2)"),
            row(name="told", kind="descriptive"),
            row(name="opdate", validation="date_ymd", minimum="1990-01-01", section="Operation"),
            row(name="note", kind="notes", label="two\nlines, and a comma"),
        )
    )
    by_name = {field.name: field for field in fields}
    assert [field.row for field in fields] == list(range(2, 10))
    assert by_name["record_id"].identifier
    assert by_name["record_id"].required
    assert by_name["sites"].choices == (
        RedcapChoice(code="1", label="Liver"),
        RedcapChoice(code="2", label="Lung, left"),
        RedcapChoice(code="-1", label="Not known"),
    )
    assert by_name["sites"].columns == ("sites___1", "sites___2", "sites____1")
    assert by_name["cc"].columns == ("cc",)
    assert by_name["cc"].branching == "[sites(1)]='1'"
    assert [choice.code for choice in by_name["dead"].choices] == ["1", "0"]
    assert by_name["bsa"].calculation == "round([w]/[h], 2)"
    assert by_name["bsa"].choices == ()
    assert by_name["told"].columns == ()
    assert (by_name["opdate"].validation, by_name["opdate"].minimum) == ("date_ymd", "1990-01-01")
    assert by_name["note"].label == "two\nlines, and a comma"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_saved_again_by_excel(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "dictionary.csv"
    rows = [row(name="groesse", label="Größe", kind="radio", choices="1, klein; groß | 2, mittel")]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER, *rows])
    (field,) = read_redcap_dictionary(path)
    assert (field.label, field.choices[0].label) == ("Größe", "klein; groß")


def test_names_of_the_api_are_read(tmp_path: Path) -> None:
    header = [name for _, name in COLUMNS.values()]
    (field,) = read_redcap_dictionary(written(tmp_path, row(name="pid"), header=header))
    assert field.name == "pid"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"name": "Big Name"}, "no field name"),
        ({"name": ""}, "no field name"),
        ({"form": ""}, "belongs to no form"),
        ({"kind": "wheel"}, "no field type 'wheel'"),
        ({"kind": "radio"}, "offers no choices"),
        ({"kind": "radio", "choices": "1 Yes | 2, No"}, "not written as code, label"),
        ({"kind": "radio", "choices": "1, Yes | 1, No"}, "stands for 2 choices"),
        ({"kind": "checkbox", "choices": "A, x | a, y"}, "the same column"),
    ],
)
def test_a_fault_is_named_by_row(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    refused = refusal(written(tmp_path, row(name="record_id"), row(**cells)))
    assert refused.code == "TZ-RED-03"
    assert said in refused.what
    assert refused.where == "dictionary.csv, row 3"


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, row(name="a"), row(name="a"), row(name="B"), row(name="c", kind="x"))
    refused = refusal(path)
    assert "3 faults" in refused.what
    assert [finding.where.rsplit(" ", 1)[1] for finding in refused.findings] == ["3", "4", "5"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("record_id,age\n1,50\n", encoding="utf-8")
    assert refusal(data).code == "TZ-RED-02"
    assert refusal(tmp_path / "missing.csv").code == "TZ-IN-01"
    assert "no field" in refusal(written(tmp_path)).what


def test_checkbox_columns_are_named_as_redcap_names_them() -> None:
    assert checkbox_column("race", "1") == "race___1"
    assert checkbox_column("race", "-9") == "race____9"
    assert checkbox_column("race", "OTH") == "race___oth"


def test_export_read_back_gives_the_same_items(tmp_path: Path) -> None:
    path = tmp_path / "redcap.csv"
    path.write_bytes(redcap(dictionary()))
    fields = {field.name: field for field in read_redcap_dictionary(path)}
    links = {f"{form}_procedure" for form in NAMES_ITS_PROCEDURE}
    asked = {item.key: item for item in dictionary() if not item.wide_only}
    assert set(fields) == set(asked) | links
    for key, item in asked.items():
        field = fields[key]
        assert field.form == form_of(item)
        assert field.identifier == item.identifier
        assert field.required == item.needed_for_a_study
        if item.choices:
            assert [(c.code, c.label) for c in field.choices] == [
                (c.code, c.label) for c in item.choices
            ]
            assert (field.kind == "checkbox") == item.several
        if item.hard:
            assert (float(field.minimum), float(field.maximum)) == item.hard
            assert field.validation == ("integer" if item.type == "whole" else "number")
        assert (field.validation == "date_ymd") == (item.type == "date")


def test_export_is_what_redcap_takes() -> None:
    rows = list(csv.reader(io.StringIO(redcap(dictionary()).decode("utf-8"))))
    assert len(rows[0]) == 18
    assert rows[1][0] == "study_id"
    forms = [cells[PLACES["form"]] for cells in rows[1:]]
    changes = sum(1 for a, b in pairwise(forms) if a != b)
    assert changes == len(set(forms)) - 1
    assert all(len(cells[0]) <= 26 for cells in rows[1:])
    sections = {cells[PLACES["form"]]: cells[PLACES["section"]] for cells in reversed(rows[1:])}
    assert "repeating" in sections["procedure"]
    assert "once" in sections["patient"]
