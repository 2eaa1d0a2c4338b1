"""A shareable registry: no identifier, no date, no rare value, and the same estimates."""

from __future__ import annotations

import csv
import json
import stat
from collections import Counter
from pathlib import Path

import pytest

from canary_fixture import canaries, canary_rows, write_registry, write_study
from timezero.cli.app import run
from timezero.errors import InputRefused
from timezero.intake.cohort import read_cohort
from timezero.intake.deidentify import Deidentified, deidentify, rare_levels
from timezero.intake.deidentify_report import risk_of, risks
from timezero.intake.protocol_file import read_protocol
from timezero.intake.sources import read_table
from timezero.ladder.run import study
from timezero.model.protocol import Protocol

SALT = bytes(32)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deidentified")
    registry = write_registry(folder / "registry.csv", canary_rows())
    write_study(folder / "study.toml", registry)
    code = run(
        [
            "deidentify", str(registry), "-o", str(folder / "shareable.csv"),
            "--study", str(folder / "study.toml"),
            "--correspondence", str(folder / "keys.csv"),
        ]
    )  # fmt: skip
    assert code == 0
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def frame(**columns: list[object]) -> object:
    import polars as pl

    return pl.DataFrame(columns, strict=False)


def deidentified(data: dict[str, object], **columns: list[object]) -> Deidentified:
    protocol = Protocol.model_validate({"data": {"id": "id", "time_zero": "start", **data}})
    table = read_table(frame(**columns), data=protocol.data)
    return deidentify(table, protocol, salt=SALT)


def test_no_identifier_and_no_date_is_left(made: Path) -> None:
    said = "".join(
        (made / name).read_text(encoding="utf-8")
        for name in (
            "shareable.csv", "shareable.report.txt", "shareable.report.json", "shareable.study.toml"
        )
    )  # fmt: skip
    assert [canary for canary in canaries(canary_rows()) if canary in said] == []
    assert [year for year in ("2012", "2013", "2014", "2015") if f"{year}-" in said] == []
    columns = set(rows_of(made / "shareable.csv")[0])
    assert columns == {"patient", "date_2", "last_contact", "dead", "age", "sex", "site"}


def test_days_are_those_of_the_registry(made: Path) -> None:
    from datetime import date

    new_of = {row["old_id"]: row["new_id"] for row in rows_of(made / "keys.csv")}
    by_id = {row["patient"]: row for row in rows_of(made / "shareable.csv")}
    for row in canary_rows():
        start = date.fromisoformat(row["date_1"])
        shared = by_id[new_of[row["patient"]]]
        for name in ("date_2", "last_contact"):
            days = (date.fromisoformat(row[name]) - start).days if row[name] else ""
            assert shared[name] == str(days)


def test_hazard_ratios_are_the_same(made: Path) -> None:
    found: list[dict[str, list[float]]] = []
    for registry, protocol_file in (
        ("registry.csv", "study.toml"),
        ("shareable.csv", "shareable.study.toml"),
    ):
        protocol = read_protocol(made / protocol_file)
        protocol = protocol.model_copy(
            update={
                "analysis": protocol.analysis.model_copy(update={"bootstrap": 0, "redeals": 0}),
                "fitness": protocol.fitness.model_copy(update={"replicates": 0}),
            }
        )
        result = study(read_cohort(made / registry, protocol), protocol)
        names = ("ever_treated", "landmark", "simon_makuch", "time_varying", "mantel_byar")
        found.append(
            {
                name: [
                    value
                    for c in result.rung(name).contrasts
                    if c.measure == "hazard_ratio"
                    for value in (c.value, c.lower, c.upper)
                ]
                for name in names
            }
        )
    assert found[0]["time_varying"]
    for name, values in found[0].items():
        assert found[1][name] == pytest.approx(values, rel=1e-9, nan_ok=True), name


def test_the_rare_site_is_pooled_or_emptied(made: Path) -> None:
    counts = Counter(row["site"] for row in rows_of(made / "shareable.csv"))
    assert min(counts.values()) >= 5
    assert "other" in counts


def test_files_with_rows_are_for_the_owner_alone(made: Path) -> None:
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in made.iterdir()}
    assert modes["shareable.csv"] == modes["keys.csv"] == 0o600
    assert modes["shareable.report.txt"] & 0o133 == 0


def test_report_counts_what_was_done(made: Path) -> None:
    told = json.loads((made / "shareable.report.json").read_text(encoding="utf-8"))
    by_name = {column["name"]: column for column in told["columns"]}
    assert by_name["Name"]["done"] == "left out"
    assert by_name["Name"]["n_cells"] == 80
    assert by_name["Date of birth"]["why"] == "direct identifier: birth date"
    assert by_name["last_contact"]["done"] == "days since time zero"
    assert by_name["site"]["done"] == "pooled"
    assert told["n_patients"] == 80
    assert told["risks"][0]["n_unique"] <= told["risks"][1]["n_unique"]
    assert len(by_name) == len(told["columns"]) == 20


def test_new_ids_need_the_salt_and_the_correspondence_is_only_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    study_file = write_study(tmp_path / "study.toml", registry)
    ids: list[set[str]] = []
    for name in ("a.csv", "b.csv"):
        out = tmp_path / name
        command = ["deidentify", str(registry), "-o", str(out), "--study", str(study_file)]
        assert run(command) == 0
        ids.append({row["patient"] for row in rows_of(out)})
    assert not ids[0] & ids[1]
    assert not list(tmp_path.glob("*key*"))
    assert "warning" not in capsys.readouterr().out


def test_the_study_can_be_guessed_and_read_again(tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    assert run(["deidentify", str(registry), "-o", str(tmp_path / "out.csv"), "--keep-year"]) == 0
    years = Counter(row["year_of_time_zero"] for row in rows_of(tmp_path / "out.csv"))
    assert set(years) - {""} <= {str(year) for year in range(2012, 2019)}
    assert all(n >= 5 for year, n in years.items() if year)


def test_dates_without_time_zero_are_refused(tmp_path: Path) -> None:
    days: list[object] = [f"2020-01-{k:02d}" for k in range(1, 11)]
    ids: list[object] = list(range(10))
    with pytest.raises(InputRefused, match="no column of time zero can be told"):
        deidentified({"time_zero": None}, id=ids, seen=days)
    with pytest.raises(InputRefused, match="no column of patient ids can be told"):
        deidentified({"id": None}, start=days, seen=days)


def test_doubtful_dates_are_refused() -> None:
    ids: list[object] = list(range(10))
    days: list[object] = [f"2020-01-{k:02d}" for k in range(1, 11)]
    seen: list[object] = ["03/04/2020"] * 10
    with pytest.raises(InputRefused, match="day and month"):
        deidentified({}, id=ids, start=days, seen=seen)


def test_times_that_are_numbers_need_no_time_zero() -> None:
    ids: list[object] = list(range(10))
    found = deidentified(
        {"time_zero": None}, id=ids, months=[1.5, 2.25, *range(8)], age=[95, 90, 89, *[50] * 7]
    )
    assert Counter(found.columns["age"])["90"] == 2
    assert "89" in found.columns["age"]
    assert {"1.5", "2.25"} <= set(found.columns["months"])
    assert not found.in_days


def test_birth_dates_under_another_name_are_left_out() -> None:
    ids: list[object] = list(range(6))
    days: list[object] = [f"2020-01-{k:02d}" for k in range(1, 7)]
    born: list[object] = [f"19{k}0-05-17" for k in range(3, 9)]
    found = deidentified({}, id=ids, start=days, gd=born, seen=days)
    assert set(found.columns) == {"id", "seen"}
    assert set(found.columns["seen"]) == {"0"}


def test_years_and_columns_of_rare_values_are_left_out() -> None:
    ids: list[object] = list(range(6))
    found = deidentified(
        {"time_zero": None},
        id=ids,
        year_of_surgery=[2014, 2015, 2016, 2014, 2015, 2016],
        nickname=list("abcdef"),
        dose=[35, 40, 35, 40, 35, 1000],
    )
    assert set(found.columns) == {"id", "dose"}


def test_first_day_counts_one() -> None:
    protocol = Protocol.model_validate(
        {"data": {"id": "id", "time_zero": "start"}, "rules": {"first_day": 1}}
    )
    days: list[object] = ["2020-01-01", "2020-01-02"]
    table = read_table(frame(id=[1, 2], start=days, seen=["2020-01-03", ""]), data=protocol.data)
    assert set(deidentify(table, protocol, salt=SALT).columns["seen"]) == {"3", ""}


def test_pool_of_rare_values_is_not_rare_itself() -> None:
    assert rare_levels(Counter(a=1, b=6, c=20), 5) == {"a", "b"}
    assert rare_levels(Counter(a=3, b=3, c=20), 5) == {"a", "b"}
    assert rare_levels(Counter(b=6, c=20), 5) == set()


def test_risk_is_the_smallest_group() -> None:
    found = Deidentified(
        columns={"sex": ("f", "f", "m"), "site": ("a", "a", "a")},
        done=(),
        correspondence=(),
        quasi_identifiers=("sex", "site"),
        in_days=False,
    )
    assert risk_of(found, ("site",)).smallest_group == 3
    assert risks(found)[0].smallest_group == 1
    assert risks(found)[0].n_unique == 1


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry = write_registry(tmp_path / "registry.csv", canary_rows())
    (tmp_path / "out.report.txt").write_text("mine")
    assert run(["deidentify", str(registry), "-o", str(tmp_path / "out.csv")]) == 2
    assert "there already" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
