"""The recipe file: written, read again, answered, and refused when it is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timezero.errors import InputRefused, UnknownName
from timezero.findings import dotted
from timezero.intake.recipe_file import (
    merged,
    read_answers,
    read_recipe,
    validated_recipe,
    with_answer,
    write_recipe,
)
from timezero.model.recipe import Recipe

FULL = {
    "tables": {
        "registry": {
            "sheet": "Patients 2024",
            "header_rows": [3, 4],
            "header_begins": "Patient",
            "footer": "leave_out",
            "same_patient": {"p 12": "P12"},
            "columns": {
                'Date. of "op"': {"date_format": "%d.%m.%Y", "missing": ["99", "-"]},
                "PCI": {"blank": "missing", "values": {"CC-0": "CC0", "cc0": "CC0"}},
            },
        },
        "operations": {"file": "operations.csv", "delimiter": ";"},
    },
    "shape": {"kind": "one_row_per_operation", "patient_id": {"operations": "Nr."}},
}


def test_a_recipe_is_read_back_as_it_was_written() -> None:
    recipe = validated_recipe(FULL)
    assert validated_recipe(tomllib.loads(write_recipe(recipe))) == recipe


def test_what_was_not_answered_is_not_written() -> None:
    assert [line for line in write_recipe(Recipe()).splitlines() if line[:1] not in {"#", ""}] == [
        'schema = "timezero/recipe/1"'
    ]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(name=NAMES, value=NAMES)
def test_any_column_name_survives(name: str, value: str) -> None:
    content = with_answer({}, ("tables", "registry", "columns", name, "date_format"), value)
    recipe = validated_recipe(content)
    again = validated_recipe(tomllib.loads(write_recipe(recipe)))
    assert again.table().column(name).date_format == value


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_dotted_key_is_what_toml_reads(parts: list[str]) -> None:
    printable = ["".join(c for c in part if c.isprintable()) or "x" for part in parts]
    read = tomllib.loads(f"{dotted(tuple(printable))} = 1")
    for part in printable:
        read = read[part]
    assert read == 1


def test_an_answer_changes_one_key_and_no_other() -> None:
    before = {"tables": {"registry": {"footer": "keep", "columns": {"a": {"blank": "zero"}}}}}
    after = with_answer(before, ("tables", "registry", "columns", "a", "missing"), ("9", "99"))
    assert before["tables"]["registry"]["columns"]["a"] == {"blank": "zero"}
    assert after["tables"]["registry"] == {
        "footer": "keep",
        "columns": {"a": {"blank": "zero", "missing": ["9", "99"]}},
    }


def test_merging_keeps_what_only_one_side_says() -> None:
    assert merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}, "d": 3}) == {
        "a": {"b": 1, "c": [2]},
        "d": 3,
    }


def test_answers_are_parted_into_recipe_and_study(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('[data]\nevent_value = ["dead"]\n[tables.registry]\nfooter = "keep"\n')
    assert read_answers(path) == (
        {"tables": {"registry": {"footer": "keep"}}},
        {"data": {"event_value": ["dead"]}},
    )


def test_an_unknown_key_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("[tables.registry]\nfoter = 'keep'\n")
    with pytest.raises(UnknownName, match="foter") as refusal:
        read_recipe(path)
    assert "footer" in refusal.value.mend


def test_every_wrong_value_is_told(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text('[tables.registry]\nfooter = "perhaps"\nheader_rows = [0]\n')
    with pytest.raises(InputRefused) as refusal:
        read_recipe(path)
    assert len(refusal.value.findings) == 2
