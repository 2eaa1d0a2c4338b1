"""Errors of a spreadsheet and formulas without a value: not recorded, counted and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Severity
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.emptied import emptied
from timezero.intake.sheet_scan import column_number
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

ERRORS: Final = (
    "#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
    "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#ERROR!",
)  # fmt: skip
_OTHER_ERRORS: Final = r"^Err:5\d\d$"


def _run(bench: Bench) -> None:
    aside = 0
    for column in bench.table.columns:
        errors = errors_in(column.text) & (column.kinds == TEXT)
        blanks = _uncalculated(bench, column)
        if column.name not in bench.roles:
            aside += int(errors.sum()) + int(blanks.sum())
            continue
        if errors.any():
            _empty(bench, column, errors)
        if blanks.any():
            _tell_uncalculated(bench, column, blanks)
    if aside:
        n = counted(aside, "cell")
        what = f"{n} of unused columns with an error, or a formula without a value"
        bench.tell("error_values", Severity.NOTE, what)


def errors_in(text: pl.Series) -> Bools:
    """Return which cells hold nothing but an error of a spreadsheet program.

    Parameters
    ----------
    text : (n,) polars String
    """
    found = text.is_in(list(ERRORS)) | text.str.contains(_OTHER_ERRORS)
    return np.asarray(found.fill_null(value=False).to_numpy(), dtype=np.bool_)


def _empty(bench: Bench, column: Column, errors: Bools) -> None:
    changed = emptied(column, errors)
    rule = f"errors of the spreadsheet, not recorded{_of_whom(bench, column, errors)}"
    bench.change(
        changed,
        code="error_values",
        rule=rule,
        mask=errors,
        new=changed.text,
        severity=Severity.WARNING,
    )


def _uncalculated(bench: Bench, column: Column) -> Bools:
    rows = [
        row
        for row, number in bench.grid.uncalculated
        if column.letter and number == column_number(column.letter)
    ]
    return np.isin(bench.table.rows, rows) & (column.kinds == 0)


def _tell_uncalculated(bench: Bench, column: Column, blanks: Bools) -> None:
    first = np.flatnonzero(blanks)[:EVIDENCE_LIMIT]
    bench.tell(
        "formulas_without_value",
        Severity.WARNING,
        f"{counted(blanks, 'formula')} of {column.name} without a value in the file, taken as "
        f"empty{_of_whom(bench, column, blanks)}",
        column=column,
        mask=blanks,
        evidence=tuple(f"{bench.table.address(column, int(k))}: a formula" for k in first),
        mend="open the workbook in Excel, which calculates it, and save it",
    )


def _of_whom(bench: Bench, column: Column, mask: Bools) -> str:
    """Name the patients concerned, where the column is a time."""
    ids = bench.used("id")
    if not ids or not set(bench.roles[column.name]) & set(TIME_ROLES):
        return ""
    named = [shown(ids[0].text[int(k)]) for k in np.flatnonzero(mask)[:EVIDENCE_LIMIT]]
    more = "" if mask.sum() <= EVIDENCE_LIMIT else ", ..."
    return f" (patients {', '.join(named)}{more})"


STEP = Step(order=302, title="Errors of a spreadsheet", run=_run)
