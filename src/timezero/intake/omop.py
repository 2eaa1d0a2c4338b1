"""Tables of the OMOP common data model made files of patients and operations."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timezero.errors import InputRefused, MissingExtra
from timezero.intake.recipe_file import Content

if TYPE_CHECKING:
    import polars as pl

_SCHEMA: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
SEX: Final = {8507: "male", 8532: "female"}
OPERATIONS: Final = """
    SELECT person_id, procedure_date, procedure_concept_id
    FROM {schema}procedure_occurrence
    WHERE procedure_concept_id IN ({concepts})
    ORDER BY person_id, procedure_date, procedure_occurrence_id
"""
PATIENTS: Final = """
    WITH operated AS (
        SELECT DISTINCT person_id FROM {schema}procedure_occurrence
        WHERE procedure_concept_id IN ({concepts})
    ), observed AS (
        SELECT person_id, MIN(observation_period_start_date) AS first_observed,
               MAX(observation_period_end_date) AS last_contact,
               COUNT(*) AS n_periods
        FROM {schema}observation_period GROUP BY person_id
    ), died AS (
        SELECT person_id, MIN(death_date) AS death_date FROM {schema}death GROUP BY person_id
    )
    SELECT o.person_id, p.gender_concept_id, p.year_of_birth, v.first_observed, v.last_contact,
           v.n_periods, d.death_date
    FROM operated o
    LEFT JOIN {schema}person p ON p.person_id = o.person_id
    LEFT JOIN observed v ON v.person_id = o.person_id
    LEFT JOIN died d ON d.person_id = o.person_id
    ORDER BY o.person_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """Files that were written, readable by their owner only.

    Parameters
    ----------
    patients, operations : Path
        Parquet.
    n_patients, n_operations : int
    n_with_gaps : int
        Patients with several observation periods: between them nothing is known of them, and they
        count as observed until the end of the last one.
    n_not_observed : int
        Patients operated without any observation period; their last contact is not known.
    """

    patients: Path
    operations: Path
    n_patients: int
    n_operations: int
    n_with_gaps: int
    n_not_observed: int


def extract_omop(
    place: str, folder: Path, *, concepts: Sequence[int], schema: str = ""
) -> Extracted:
    """Take the patients with certain procedures, their procedures, and the end of observation.

    Read are person, procedure_occurrence, observation_period and death; nothing is written to the
    database, and no source value (which may identify) is taken.

    Parameters
    ----------
    place : str
        A DuckDB file, or ``postgresql://...``.
    folder : Path
        Where the files go; none is written over.
    concepts : sequence of int
        Concepts of the procedure, first or repeated.
    schema : str
        Schema of the tables, such as ``cdm``.

    Raises
    ------
    MissingExtra
        duckdb, or psycopg, is not installed.
    InputRefused
        The database cannot be read, a table is not there, nobody had the procedure, or a file is
        there already.
    """
    if not concepts:
        raise InputRefused(
            what="it is not said which procedures are meant",
            where="the concepts",
            mend="name their concepts: --concepts 4142076",
            code="TZ-OMO-01",
        )
    listed = ", ".join(str(int(concept)) for concept in concepts)
    operations, patients = _queried(place, _prefix(schema), listed)
    if operations.height == 0:
        raise InputRefused(
            what="nobody had a procedure of these concepts",
            where=place.rsplit("@", maxsplit=1)[-1],
            mend="check the concepts; descendants are not looked up",
            code="TZ-OMO-02",
        )
    files = Extracted(
        patients=folder / "patients.parquet",
        operations=folder / "operations.parquet",
        n_patients=patients.height,
        n_operations=operations.height,
        n_with_gaps=int((patients["n_periods"].fill_null(0) > 1).sum()),
        n_not_observed=int(patients["last_contact"].is_null().sum()),
    )
    _write(files.patients, _readable(patients))
    _write(files.operations, operations)
    return files


def omop_recipe(files: Extracted) -> tuple[Content, Content]:
    """Return recipe and study file by which the extracted files are read.

    Parameters
    ----------
    files : Extracted

    Returns
    -------
    recipe, study : dict, dict
    """
    recipe: Content = {
        "tables": {
            "patients": {"file": files.patients.name},
            "operations": {"file": files.operations.name},
        },
        "shape": {
            "kind": "one_row_per_operation",
            "patients": "patients",
            "operations": "operations",
            "patient_id": {"patients": "person_id", "operations": "person_id"},
            "operation_date": "procedure_date",
        },
    }
    study: Content = {
        "data": {
            "id": "person_id",
            "time_zero": "first_treatment",
            "initiation": "second_treatment",
            "exit": "last_contact",
            "death": "death_date",
            "entry": "first_observed",
            "covariates": ["sex", "year_of_birth"],
        }
    }
    return recipe, study


def _prefix(schema: str) -> str:
    if not schema:
        return ""
    if not _SCHEMA.fullmatch(schema):
        raise InputRefused(
            what="the name of the schema is not one",
            where="--schema",
            mend="write letters, digits and underscores: cdm",
            code="TZ-OMO-03",
        )
    return f"{schema}."


def _queried(place: str, prefix: str, concepts: str) -> list[pl.DataFrame]:
    if place.startswith(("postgresql://", "postgres://")):
        return _from_postgresql(place, _queries(prefix, concepts))
    return _from_duckdb(place, prefix, concepts)


def _queries(prefix: str, concepts: str) -> list[str]:
    return [query.format(schema=prefix, concepts=concepts) for query in (OPERATIONS, PATIENTS)]


def _from_duckdb(place: str, prefix: str, concepts: str) -> list[pl.DataFrame]:
    duckdb = _module("duckdb", "omop")
    try:
        settings = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
        with duckdb.connect(place, read_only=True, config=settings) as connection:
            # A file cdm.duckdb with a schema cdm makes a bare `cdm.person` ambiguous.
            database = connection.execute("SELECT current_database()").fetchone()[0]
            whole = f'"{database.replace(chr(34), chr(34) * 2)}".{prefix}' if prefix else ""
            return [_frame(connection.execute(query)) for query in _queries(whole, concepts)]
    except duckdb.Error as error:
        raise _unreadable(place, error) from error


def _from_postgresql(place: str, queries: Sequence[str]) -> list[pl.DataFrame]:
    psycopg = _module("psycopg", "postgres")
    try:
        with psycopg.connect(place, options="-c default_transaction_read_only=on") as connection:
            return [_frame(connection.execute(query)) for query in queries]
    except psycopg.Error as error:
        raise _unreadable(place.rsplit("@", maxsplit=1)[-1], error) from error


def _frame(cursor: Any) -> pl.DataFrame:
    import polars as pl

    names = [column[0] for column in cursor.description]
    return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)


def _module(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(
            what=f"reading this database needs {name}",
            where="the database",
            mend=f"pip install 'timezero[{extra}]'",
            code="TZ-OMO-04",
        ) from error


def _unreadable(place: str, error: Exception) -> InputRefused:
    return InputRefused(
        what=f"the tables cannot be read: {' '.join(str(error).split())[:300]}",
        where=place,
        mend="check the file or address, the schema, and that person, procedure_occurrence, "
        "observation_period and death are there",
        code="TZ-OMO-05",
    )


def _readable(patients: pl.DataFrame) -> pl.DataFrame:
    """Return the patients with their sex in words, and without what only counts periods."""
    import polars as pl

    sex = pl.col("gender_concept_id").replace_strict(SEX, default=None, return_dtype=pl.String)
    return patients.with_columns(sex=sex).drop("gender_concept_id", "n_periods")


def _write(path: Path, frame: pl.DataFrame) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=False)
        frame.write_parquet(path)
    except OSError as error:
        raise InputRefused(
            what=f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            mend="name an empty folder that can be written to",
            code="TZ-OMO-06",
        ) from error
