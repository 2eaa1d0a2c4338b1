"""Numbers such as 99 or -1 that stand apart from all others may mean: not recorded."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.blank_cells import EMPTY_MEANS_NEVER, left_empty
from timezero.intake.emptied import emptied
from timezero.intake.missing_words import missing_words
from timezero.intake.number_cells import NUMBER_ROLES, number_cells
from timezero.intake.step import Step
from timezero.intake.tables import DATE, TEXT, Column, shown
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
    is_time = bool(set(TIME_ROLES) & set(bench.roles[column.name]))
    words = _words(bench, column, is_time=is_time)
    codes = _codes(bench, column, is_time=is_time)
    if words.any() or codes.any():
        _ask(bench, column, codes=codes, words=words, is_time=is_time)


def _codes(bench: Bench, column: Column, *, is_time: bool) -> Bools:
    nowhere = np.zeros(bench.n, dtype=np.bool_)
    if not column.text.str.contains(_LIKE_A_CODE).any():
        return nowhere
    cells = number_cells(bench, column)
    if cells is None:
        return _codes_among_dates(bench, column) if is_time else nowhere
    found = codes_apart(np.where(cells.is_number, cells.values, np.nan))
    if is_time:
        found = found[(found < 0.0) | (found > LARGEST_OF_ONE_DIGIT)]
    if "history_time" in bench.roles[column.name]:
        # A measurement may well be from the day before time zero.
        found = found[found > LARGEST_OF_ONE_DIGIT]
    return np.asarray(np.isin(cells.values, found) & cells.is_number)


def _words(bench: Bench, column: Column, *, is_time: bool) -> Bools:
    """Return the cells with an abbreviation that may mean: not recorded.

    Where an empty cell means never they stay as they are: what nobody knows did not never happen.
    """
    nowhere = np.zeros(bench.n, dtype=np.bool_)
    if not (column.kinds == TEXT).any() or EMPTY_MEANS_NEVER & set(bench.roles[column.name]):
        return nowhere
    lowered = column.text.str.to_lowercase()
    asked = lowered.is_in(list(missing_words().asked_words)).fill_null(value=False).to_numpy()
    kept = list(bench.said(column.name).not_missing or ())
    asked &= ~column.text.is_in(kept).fill_null(value=False).to_numpy()
    asked &= (column.kinds == TEXT) & ~bench.missing(column)
    if not asked.any() or (asked | bench.missing(column)).all():
        return nowhere
    if not is_time and number_cells(bench, emptied(column, asked)) is None:
        return nowhere
    return np.asarray(asked)


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


def _ask(bench: Bench, column: Column, *, codes: Bools, words: Bools, is_time: bool) -> None:
    mask = codes | words
    values, n = _values(column, mask), counted(mask, "cell")
    others = _others(column, ~mask & ~bench.missing(column))
    told = [
        f"{', '.join(_values(column, part))} in {counted(part, 'cell')} of {column.name} {doubt}"
        for part, doubt in (
            (codes, f"lies apart from all its other values, {others}"),
            (words, f"may mean: not recorded; its other values are numbers or dates, {others}"),
        )
        if part.any()
    ]
    proposed = not (is_time and codes.any())
    bench.ask(
        CODE,
        "; ".join(told),
        key="missing",
        column=column,
        mask=mask,
        options=(
            Option(value=values, words=left_empty(bench, column, n)),
            Option(value=(), words=f"a value as it stands, among others {others}"),
        ),
        default=values if proposed else None,
    )
    gone = mask if proposed else words
    if gone.any():
        bench.put(emptied(column, gone))


def _values(column: Column, mask: Bools) -> tuple[str, ...]:
    import polars as pl

    there = column.text.filter(pl.Series(mask)).unique().to_list()
    return tuple(sorted(there, key=lambda word: (len(word), word)))


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
