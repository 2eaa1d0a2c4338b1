"""Patient characteristics: numbers where every cell is one, else levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.intake.tables import BOOLEAN, DATE, NUMBER, TEXT, Column
from timezero.intake.times import text_days, text_numbers
from timezero.model.cohort import Covariate
from timezero.model.protocol import DataPart

MOST_LEVELS = 20
# Beyond this, squares and sums over patients lose the digits of everybody else.
LARGEST = 1e15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CovariateCells:
    """The cells of one covariate.

    Parameters
    ----------
    column : Column
    covariate : Covariate
        As it enters the cohort if no check objects.
    missing : (n,) bool
    is_number, is_date : (n,) bool
        Which cells could be read as a number, or as a date.
    """

    column: Column
    covariate: Covariate
    missing: Bools
    is_number: Bools
    is_date: Bools


def read_levels(column: Column, data: DataPart) -> Covariate:
    """Read a column whose cells are names, even where they look like numbers.

    Parameters
    ----------
    column : Column
    data : DataPart
        Says which cells are missing.
    """
    values, levels = _levels(column, column.missing(data.missing))
    return Covariate(name=column.name, kind="categorical", values=values, levels=levels)


def read_covariate(column: Column, data: DataPart) -> CovariateCells:
    """Read a covariate: numeric when every cell that is not missing is a number.

    Parameters
    ----------
    column : Column
    data : DataPart
        Says which cells are missing and whether 3,5 is a number.
    """
    missing = column.missing(data.missing)
    typed = (column.kinds == NUMBER) | (column.kinds == BOOLEAN)
    numbers = np.where(typed & ~missing, column.numbers, np.nan)
    is_text = (column.kinds == TEXT) & ~missing
    is_date = (column.kinds == DATE) & ~missing
    if is_text.any():
        plain = text_numbers(column.text, decimal_comma=data.decimal_comma)
        numbers = np.where(is_text, plain, numbers)
        is_date |= is_text & ~np.isnan(text_days(column.text, data.date_format))
    is_number = ~np.isnan(numbers)
    kind: Literal["numeric", "categorical"] = (
        "numeric" if bool((is_number | missing).all()) else "categorical"
    )
    values, levels = (numbers, ()) if kind == "numeric" else _levels(column, missing)
    return CovariateCells(
        column=column,
        covariate=Covariate(name=column.name, kind=kind, values=values, levels=levels),
        missing=missing,
        is_number=is_number,
        is_date=is_date,
    )


def _levels(column: Column, missing: Bools) -> tuple[Floats, tuple[str, ...]]:
    """Give levels their numbers, from the most frequent one, which is the reference."""
    texts = np.asarray(column.text.fill_null("").to_list(), dtype=object)
    names, inverse, counts = np.unique(
        texts[~missing].astype(str), return_inverse=True, return_counts=True
    )
    order = sorted(range(names.size), key=lambda k: (-int(counts[k]), str(names[k])))
    rank = np.empty(names.size, dtype=np.float64)
    rank[order] = np.arange(names.size)
    values = np.full(texts.size, np.nan)
    values[~missing] = rank[inverse]
    return values, tuple(str(names[k]) for k in order)
