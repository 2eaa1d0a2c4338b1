"""Cases made by changing cells of the clean registry, in a file and under answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bad_inputs.case import Case, Given
from bad_inputs.clean import DATA, clean_rows, write_csv

Rows = list[dict[str, str]]
CUT = {"data_cut": "2019-06-30"}
DEATHS = {**DATA, "death": "death_date"}


def written(how: Callable[[dt.date], str], *columns: str) -> Callable[[Rows], None]:
    """Return a change that writes the dates of some columns in another way."""

    def change(rows: Rows) -> None:
        for row in rows:
            for column in columns:
                if row[column]:
                    row[column] = how(dt.date.fromisoformat(row[column]))

    return change


def cells_are(cells: dict[tuple[int, str], str]) -> Callable[[Rows], None]:
    """Return a change that puts texts into cells, each by patient and column."""

    def change(rows: Rows) -> None:
        for (patient, column), text in cells.items():
            rows[patient - 1][column] = text

    return change


def given(
    *changes: Callable[[Rows], None],
    data: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    columns: dict[str, dict[str, Any]] | None = None,
    clean: bool | None = True,
) -> Callable[[Path], Given]:
    """Return what makes the file, with what study file and recipe say besides."""

    def make(folder: Path) -> Given:
        rows = clean_rows()
        for change in changes:
            change(rows)
        return Given(
            source=write_csv(folder, rows),
            data={k: v for k, v in (DATA | (data or {})).items() if v is not ...},
            rules=CUT | (rules or {}),
            recipe={"tables": {"registry": {"columns": columns}}} if columns else {},
            clean=clean,
        )

    return make


def case(
    number: str, response: str, codes: str, *changes: Callable[[Rows], None], **more: Any
) -> Case:
    """Return a case; ``answer`` holds what the answered file is given besides."""
    answer = more.pop("answer", None)
    answered = None
    if answer is not None:
        merged = {**more, **answer}
        for key in ("data", "rules", "columns"):
            if key in more and key in answer:
                merged[key] = {**more[key], **answer[key]}
        answered = given(*changes, **merged)
    return Case(
        number=number,
        response=response,
        codes=tuple(codes.split()),
        make=given(*changes, **(more | ({"clean": None} if response in "RQ" else {}))),
        answered=answered,
    )
