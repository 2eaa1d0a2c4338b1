"""The study file: every default visible, back to the same protocol, mistakes named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from timezero.errors import InputRefused, UnknownName
from timezero.intake.examples import example_names, example_study_file
from timezero.intake.protocol_file import (
    history_path,
    read_protocol,
    registry_path,
    validated,
    write_protocol,
)
from timezero.model.protocol import AnalysisPart, DataPart, FitnessPart, Protocol, QuestionPart

FULL = Protocol(
    data=DataPart(
        file='odd "name"\\x.csv',
        id="patient id",
        time_zero="zéro",
        covariates=("age", "a.b"),
        covariate_dates={"age": "age measured", "a.b": "x"},
        event_value=("1", "2"),
        date_format="%d/%m/%Y",
        decimal_comma=True,
        competing_value=("3",),
        centre="site",
        negative_control="cataract",
        history_file="values.csv",
        history_id="nr",
        history_time="day",
        history=("crp", "a.b [mg]"),
        maximum_age={"crp": 0.1, "a.b [mg]": 12.0},
    ),
    fitness=FitnessPart(
        counted_from="time_zero",
        grace_period=6.0,
        grace_periods=(3.0, 6.0),
        period=0.5,
        match_exactly=("age",),
        replicates=0,
    ),
    question=QuestionPart(title="two\nlines\tand \x1b a tab"),
    analysis=AnalysisPart(horizons=(12.0, 0.1), landmarks=(0.0,), seed=0),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("protocol", [Protocol(), FULL], ids=["defaults", "everything"])
def test_a_protocol_comes_back_the_same(protocol: Protocol, tmp_path: Path) -> None:
    assert read_protocol(written(tmp_path, write_protocol(protocol))) == protocol


@pytest.mark.parametrize("name", example_names())
def test_bundled_study_files_come_back_the_same(name: str, tmp_path: Path) -> None:
    protocol = read_protocol(example_study_file(name))
    assert read_protocol(written(tmp_path, write_protocol(protocol))) == protocol


def test_every_key_is_visible_with_its_meaning() -> None:
    text = write_protocol(Protocol())
    spoken = " ".join(line.removeprefix("# ") for line in text.splitlines())
    for part, field in Protocol.model_fields.items():
        if part == "schema_":
            continue
        assert f"[{part}]" in text
        model: Any = field.annotation
        for name, entry in model.model_fields.items():
            assert f"\n{name} = " in text or f"\n# {name} =" in text or f".{name}]" in text
            assert " ".join(str(entry.description).split()) in spoken


def test_a_remark_stands_beside_its_key() -> None:
    text = write_protocol(Protocol(data=DataPart(exit="last")), {"data.exit": "guessed"})
    assert 'exit = "last"  # guessed\n' in text


def test_an_unknown_key_is_named_with_the_nearest_first(tmp_path: Path) -> None:
    path = written(tmp_path, '[data]\ninitation = "x"\n')
    with pytest.raises(UnknownName) as refusal:
        read_protocol(path)
    assert refusal.value.where == "study.toml, data.initation"
    assert refusal.value.mend.startswith("use one of: initiation, ")


def test_an_unknown_part_is_named_with_the_nearest_first(tmp_path: Path) -> None:
    with pytest.raises(UnknownName) as refusal:
        read_protocol(written(tmp_path, "[analyses]\n"))
    assert refusal.value.mend.startswith("use one of: analysis, ")


def test_every_mistake_is_named(tmp_path: Path) -> None:
    text = '[data]\nunit = "hours"\nx = 1\n[analysis]\nlevel = 2\n'
    with pytest.raises(UnknownName) as refusal:
        read_protocol(written(tmp_path, text))
    assert sorted(f.where for f in refusal.value.findings) == [
        "study.toml, analysis.level",
        "study.toml, data.unit",
        "study.toml, data.x",
    ]
    unit = next(f for f in refusal.value.findings if f.where.endswith("data.unit"))
    assert unit.what == "data.unit = 'hours' is not possible"
    assert "'days', 'weeks', 'months' or 'years'" in unit.mend


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"[data\n", "TZ-IN-08"), (b"\xff\xfe[", "TZ-IN-12"), (b'schema = "other/1"\n', "TZ-IN-09")],
)
def test_what_is_no_study_file_is_refused(raw: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(raw)
    with pytest.raises(InputRefused) as refusal:
        read_protocol(path)
    assert refusal.value.code == code


def test_a_study_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        read_protocol(tmp_path / "study.toml")


def test_a_date_of_a_covariate_that_is_none_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        validated({"data": {"covariate_dates": {"age": "x"}}, "schema": "timezero/protocol/1"})
    assert "covariate_dates names age" in refusal.value.mend


def test_the_registry_is_looked_up_beside_the_study_file(tmp_path: Path) -> None:
    protocol = Protocol(data=DataPart(file="a/registry.csv"))
    assert registry_path(protocol, tmp_path / "study.toml") == tmp_path / "a" / "registry.csv"
    assert registry_path(Protocol(), tmp_path / "study.toml") is None
    absolute = Protocol(data=DataPart(file=str(tmp_path / "r.csv")))
    assert registry_path(absolute, "study.toml") == tmp_path / "r.csv"


def test_the_second_table_is_looked_up_beside_the_study_file(tmp_path: Path) -> None:
    protocol = Protocol(data=DataPart(history_file="a/values.csv"))
    assert history_path(protocol, tmp_path / "study.toml") == tmp_path / "a" / "values.csv"
    assert history_path(Protocol(), tmp_path / "study.toml") is None


def test_an_age_of_no_history_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        validated({"data": {"maximum_age": {"crp": 3}}, "schema": "timezero/protocol/1"})
    assert "maximum_age names crp" in refusal.value.mend
