"""Numbers such as 99 or -1 that stand apart from all others may mean: not recorded."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.blank_cells import left_empty
from timezero.intake.emptied import emptied
from timezero.intake.number_cells import NUMBER_ROLES, number_cells
from timezero.intake.step import Step
from timezero.intake.tables import DATE, Column, shown
from timezero.intake.times import text_numbers
from timezero.intake.wording import counted

CODE: Final = "missing_codes"
CODES: Final = (8, 9, 88, 99, 888, 999, 8888, 9999, 99999, -1, -8, -9, -88, -99, -999, -9999)
_LIKE_A_CODE: Final = r"^-?(?:8+|9+|1)(?:[.,]0+)?$"
LARGEST_OF_ONE_DIGIT: Final = 9.0


def _run(bench: Bench) -> None:
    for column in bench.used(*NUMBER_ROLES):
        if bench.said(column.name).missing is None:
            _look_at(bench, column)


def _look_at(bench: Bench, column: Column) -> None:
    if not column.text.str.contains(_LIKE_A_CODE).any():
        return
    cells = number_cells(bench, column)
    is_time = bool(set(TIME_ROLES) & set(bench.roles[column.name]))
    if cells is not None:
        found = codes_apart(np.where(cells.is_number, cells.values, np.nan))
        if is_time:
            found = found[(found < 0.0) | (found > LARGEST_OF_ONE_DIGIT)]
        mask = np.isin(cells.values, found) & cells.is_number
    elif is_time:
        mask = _codes_among_dates(bench, column)
    else:
        return
    if mask.any():
        _ask(bench, column, np.asarray(mask), is_time=is_time)


def codes_apart(values: Floats) -> Floats:
    """Return the codes that occur and lie apart from all other numbers.

    A negative code is apart when no other number is negative. Another one is apart when it lies
    above all other numbers, at a distance of more than their range; 8 and 9 only where the others
    are whole numbers from 0 or 1 on, as on a scale.

    Parameters
    ----------
    values : (n,) float64
        NaN where a cell is no number.
    """
    there = np.unique(values[np.isfinite(values)])
    is_code = np.isin(there, CODES)
    others = there[~is_code]
    if not others.size or not is_code.any():
        return np.empty(0)
    low, high = float(others[0]), float(others[-1])
    scale = low in {0.0, 1.0} and bool((others == np.floor(others)).all())
    found: list[float] = []
    for code in there[is_code]:
        if code < 0.0:
            apart = low >= 0.0
        else:
            beyond = float(code) - high > high - low
            apart = beyond and (code > LARGEST_OF_ONE_DIGIT or scale)
        if apart:
            found.append(float(code))
        else:
            high = max(high, float(code))
    return np.array(found)


def _codes_among_dates(bench: Bench, column: Column) -> Bools:
    numbers = text_numbers(column.text, decimal_comma=False)
    looks_dated = column.text.str.contains(r"\d\D+\w+\D+\d").fill_null(value=False).to_numpy()
    dated = (column.kinds == DATE) | looks_dated
    if 2 * int(dated.sum()) <= int((~bench.missing(column)).sum()):
        return np.zeros(bench.n, dtype=np.bool_)
    return np.asarray(np.isin(numbers, CODES) & ~dated & ~bench.missing(column))


def _ask(bench: Bench, column: Column, mask: Bools, *, is_time: bool) -> None:
    import polars as pl

    keep = pl.Series(mask)
    words = tuple(sorted(column.text.filter(keep).unique().to_list(), key=lambda w: (len(w), w)))
    named, n = ", ".join(words), counted(mask, "cell")
    others = _others(column, ~mask & ~bench.missing(column))
    bench.ask(
        CODE,
        f"{named} in {n} of {column.name} lies apart from all its other values, {others}",
        key="missing",
        column=column,
        mask=mask,
        options=(
            Option(value=words, words=left_empty(bench, column, n)),
            Option(value=(), words=f"a value as it stands, among others {others}"),
        ),
        default=None if is_time else words,
    )
    if not is_time:
        bench.put(emptied(column, mask))


def _others(column: Column, mask: Bools) -> str:
    """Say between which values the other cells lie."""
    import polars as pl

    texts = column.text.filter(pl.Series(mask))
    numbers = text_numbers(texts, decimal_comma=False)
    if not np.isfinite(numbers).all():
        first = texts.unique(maintain_order=True).head(3).to_list()
        return f"such as {', '.join(map(shown, first))}"
    return f"from {numbers.min():g} to {numbers.max():g}"


STEP = Step(order=314, title="Codes for 'not recorded'", run=_run)
