"""Identifiers that were numbers for a while: lost zeros, digits rounded away, a trailing .0."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import NUMBER, Column
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

_ROUNDED: Final = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"
_POINT_ZERO: Final = r"^(\d+)\.0+$"
# A workbook keeps fifteen digits of a number.
DIGITS_KEPT: Final = 15


def _run(bench: Bench) -> None:
    for column in bench.used("id"):
        _tell_rounded(bench, column)
        _tell_lost_zeros(bench, column)
        _without_point_zero(bench, column)


def _matches(text: pl.Series, pattern: str) -> Bools:
    return np.asarray(text.str.contains(pattern).fill_null(value=False).to_numpy(), dtype=np.bool_)


def _tell_rounded(bench: Bench, column: Column) -> None:
    rounded = _matches(column.text, _ROUNDED)
    long = column.text.str.len_chars().fill_null(0).to_numpy() > DIGITS_KEPT
    rounded |= (column.kinds == NUMBER) & long
    if not rounded.any():
        return
    bench.tell(
        "id_rounded",
        Severity.WARNING,
        f"{counted(rounded, 'identifier')} written as a large number; its last digits may be lost",
        column=column,
        mask=rounded,
        mend="export the identifiers as text, and check that no two patients became one",
    )


def _tell_lost_zeros(bench: Bench, column: Column) -> None:
    digits = _matches(column.text, r"^\d+$")
    zeros = _matches(column.text, r"^0\d+$")
    if not zeros.any():
        return
    lengths = column.text.str.len_chars().fill_null(0).to_numpy()
    width = int(np.bincount(lengths[zeros]).argmax())
    short = np.asarray(digits & ~zeros & (lengths < width))
    if not short.any():
        return
    bench.tell(
        "id_zeros_lost",
        Severity.WARNING,
        f"{counted(short, 'identifier')} shorter than those with leading zeros; the zeros may be "
        "lost",
        column=column,
        mask=short,
        mend="export the identifiers as text, and check that no two patients became one",
    )


def _without_point_zero(bench: Bench, column: Column) -> None:
    ends = column.text.str.contains(_POINT_ZERO).fill_null(value=False)
    if not ends.any():
        return
    bare = column.text.str.replace(_POINT_ZERO, "$1")
    # Where 1 and 1.0 both occur, it is asked whether they are one patient.
    ends &= ~bare.is_in(column.text.filter(~ends).drop_nulls().to_list()).fill_null(value=False)
    new = bare.zip_with(ends, column.text)
    bench.change(
        dataclasses.replace(column, text=new),
        code="id_point_zero",
        rule="identifiers that were numbers: the ending .0 is no part of them",
        mask=np.asarray(ends.to_numpy(), dtype=np.bool_),
        new=new,
        severity=Severity.WARNING,
    )


STEP = Step(order=214, title="Identifiers that were numbers", run=_run)
