"""Tables of the OMOP common data model: from a database to a cohort."""

from __future__ import annotations

import datetime as dt
import os
import stat
from pathlib import Path

import duckdb
import polars as pl
import pytest

from postgres_server import server
from timezero.cli.app import run
from timezero.errors import InputRefused
from timezero.intake.cohort import read_cohort
from timezero.intake.omop import extract_omop, omop_recipe
from timezero.intake.protocol_file import validated
from timezero.intake.recipe_file import validated_recipe

REPEATED = 4142076
TABLES = """
CREATE SCHEMA cdm;
CREATE TABLE cdm.person (person_id BIGINT, gender_concept_id INT, year_of_birth INT);
CREATE TABLE cdm.procedure_occurrence (procedure_occurrence_id BIGINT, person_id BIGINT,
    procedure_concept_id INT, procedure_date DATE);
CREATE TABLE cdm.observation_period (person_id BIGINT, observation_period_start_date DATE,
    observation_period_end_date DATE);
CREATE TABLE cdm.death (person_id BIGINT, death_date DATE);
INSERT INTO cdm.person VALUES (1, 8532, 1950), (2, 8507, 1961), (3, 8532, 1955), (4, 0, 1944);
INSERT INTO cdm.procedure_occurrence VALUES
    (10, 1, 4142076, '2011-06-20'), (11, 1, 4142076, '2010-03-08'), (12, 2, 4142076, '2010-04-19'),
    (13, 3, 4142076, '2012-01-16'), (14, 4, 99, '2012-01-16'), (15, 3, 4142076, '2014-02-03');
INSERT INTO cdm.observation_period VALUES (1, '2009-01-01', '2015-09-30'),
    (2, '2009-01-01', '2010-12-31'), (2, '2011-02-01', '2011-08-25'),
    (3, '2009-01-01', '2013-05-31'), (3, '2014-01-01', '2018-12-31');
INSERT INTO cdm.death VALUES (1, '2015-09-30'), (2, '2011-08-25');
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    place = str(tmp_path / "cdm.duckdb")
    with duckdb.connect(place) as connection:
        # The schema is called like the file, as it often is.
        connection.execute(TABLES.replace("cdm.", "cdm.cdm."))
    return place


def test_patients_and_operations_become_a_cohort(database: str, tmp_path: Path) -> None:
    files = extract_omop(database, tmp_path / "out", concepts=[REPEATED], schema="cdm")
    assert (files.n_patients, files.n_operations, files.n_with_gaps) == (3, 5, 2)
    recipe, study = omop_recipe(files)
    study["data"] |= {"unit": "days"}
    study["rules"] = {"late_entry": "left_truncation"}
    cohort = read_cohort(files.operations, validated(study), recipe=validated_recipe(recipe))
    courses = dict(
        zip(cohort.patient, zip(cohort.exit, cohort.initiation, strict=True), strict=True)
    )
    day = dt.date
    assert courses["1"] == (
        (day(2015, 9, 30) - day(2010, 3, 8)).days,
        (day(2011, 6, 20) - day(2010, 3, 8)).days,
    )
    assert courses["2"][0] == (day(2011, 8, 25) - day(2010, 4, 19)).days
    assert courses["3"][0] == (day(2018, 12, 31) - day(2012, 1, 16)).days
    assert cohort.event.tolist() == [True, True, False]
    assert cohort.n_initiated == 2


def test_postgresql_gives_the_same_patients(database: str, tmp_path: Path) -> None:
    import psycopg

    started = server()
    if isinstance(started, str):
        assert "TIMEZERO_REQUIRE_ALL" not in os.environ, started
        pytest.skip(started)
    url = started.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
    here = extract_omop(database, tmp_path / "here", concepts=[REPEATED], schema="cdm")
    there = extract_omop(url, tmp_path / "there", concepts=[REPEATED], schema="cdm")
    for one, other in ((here.patients, there.patients), (here.operations, there.operations)):
        assert pl.read_parquet(one).to_dicts() == pl.read_parquet(other).to_dicts()


def test_the_files_are_their_owners_alone(database: str, tmp_path: Path) -> None:
    files = extract_omop(database, tmp_path / "out", concepts=[REPEATED], schema="cdm")
    for path in (files.patients, files.operations):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("concepts", "schema", "code"),
    [
        ([], "cdm", "TZ-OMO-01"),
        ([5], "cdm", "TZ-OMO-02"),
        ([REPEATED], "cdm; DROP TABLE cdm.person", "TZ-OMO-03"),
        ([REPEATED], "elsewhere", "TZ-OMO-05"),
    ],
)
def test_what_cannot_be_taken_is_refused(
    concepts: list[int], schema: str, code: str, database: str, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused) as refusal:
        extract_omop(database, tmp_path / "out", concepts=concepts, schema=schema)
    assert refusal.value.code == code


def test_nothing_is_written_over(database: str, tmp_path: Path) -> None:
    extract_omop(database, tmp_path / "out", concepts=[REPEATED], schema="cdm")
    with pytest.raises(InputRefused, match="written"):
        extract_omop(database, tmp_path / "out", concepts=[REPEATED], schema="cdm")


def test_the_command_writes_what_study_reads(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["omop", database, "--concepts", str(REPEATED), "--schema", "cdm", "--to", str(out)]
    assert run(arguments) == 0
    said = capsys.readouterr().out
    assert "3 patients, 5 operations" in said
    assert "2 patients have several observation periods" in said
    assert {p.name for p in out.iterdir()} == {
        "patients.parquet",
        "operations.parquet",
        "recipe.toml",
        "study.toml",
    }
