"""Which rows are the header; title rows above it are left out."""

from __future__ import annotations

import dataclasses

import numpy as np

from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.header_choice import header_of
from timezero.intake.header_rows import Part, joined_headings
from timezero.intake.headings import names_of
from timezero.intake.row_looks import filled_rows, row_words
from timezero.intake.rows import rows_between
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted
from timezero.model.cohort import AttritionStep


def _run(bench: Bench) -> None:
    if bench.grid.is_headed:
        return
    table = bench.table
    filled = filled_rows(table.columns, bench.n)
    part = Part(columns=table.columns, rows=table.rows, filled=filled, merged=bench.grid.merged)
    at = header_of(bench, part)
    if not filled[at[-1] + 1 :].any():
        raise InputRefused(
            what="the table has a header and no rows",
            where=table.name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )
    names = names_of(joined_headings(part, at), [column.letter for column in table.columns])
    bench.header_rows = tuple(int(table.rows[k]) for k in at)
    _tell_titles(bench, [int(k) for k in np.flatnonzero(filled[: at[-1]]) if k not in at])
    n_above = at[-1] + 1
    columns = tuple(
        dataclasses.replace(column, name=name, text=column.text.alias(name))
        for column, name in zip(table.columns, names, strict=True)
    )
    headed = dataclasses.replace(table, columns=columns)
    bench.table = rows_between(headed, n_above, bench.n)
    _count(bench, n_above)


def _tell_titles(bench: Bench, titles: list[int]) -> None:
    if titles:
        bench.tell(
            "file_title_rows",
            Severity.NOTE,
            f"left out: {counted(len(titles), 'row')} above the header",
            evidence=tuple(row_words(bench.table, k) for k in titles[:EVIDENCE_LIMIT]),
        )


def _count(bench: Bench, n_above: int) -> None:
    """Begin the flow of rows below a header that stands alone, else with all rows read."""
    if n_above == 1:
        bench.table = dataclasses.replace(bench.table, n_read=bench.table.n_read - 1)
        return
    bench.attrition.append(
        AttritionStep(
            step="file_title_rows",
            n_patients=bench.n,
            n_removed=n_above,
            reason="title rows and the header",
        )
    )


STEP = Step(order=130, title="The header", run=_run)
