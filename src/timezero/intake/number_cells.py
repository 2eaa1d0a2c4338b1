"""The cells of a column of numbers: numbers, numbers with a unit, limits, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.intake.bench import TIME_ROLES, Bench
from timezero.intake.distinct import distinct
from timezero.intake.number_reading import (
    Decimal,
    Readings,
    decimal_of,
    plain_numbers,
    readings_of,
)
from timezero.intake.tables import BOOLEAN, NUMBER, TEXT, Column
from timezero.intake.times import text_numbers

if TYPE_CHECKING:
    import polars as pl

VALUE_ROLES: Final = ("covariate", "age", "history", "stated_time")
NUMBER_ROLES: Final = (*VALUE_ROLES, *TIME_ROLES, "history_time")
MOSTLY: Final = 0.5

UNITS: Final = (
    "kg/m2|kg/m²|mg/m2|mg/m²|mmol/l|[uµμ]mol/l|nmol/l|mol/l|g/dl|g/l|mg/dl|mg/l|[uµμ]g/l|ng/ml|"
    "[uµμ]g/ml|k?i?u/m?l|mu/ml|kg|mg|[uµμ]g|ng|lbs?|oz|cm|mm|inch(?:es)?|in|ft|dl|ml|[uµμ]l|%|"
    "mins?|minutes?|hrs?|hours?|days?|weeks?|wks?|months?|mths?|mo|yrs?|years?|jahre?|tage?|"
    "wochen?|monate?|ans?|jours?|mois|años?|meses|días?|dias?|anni|mesi|giorni|anos|jaar|°c|mmhg|"
    "bpm|m²|m2|m|g|l|h|y"
)
_PART: Final = r"[+-]?[\d.,][\d.,' ]*(?:[eE][+-]?\d+)?"
_LIMIT_SIGN: Final = r">=|<=|=>|=<|>|<|≥|≤|~|≈|±|ca\.?|approx\.?|about|etwa|über|unter|env\.?"
UNIT: Final = rf"^({_PART})\s*((?i:{UNITS}))\.?$"
LIMIT: Final = rf"^(?i:{_LIMIT_SIGN})\s*({_PART})\s*((?i:{UNITS})?)\.?$"
RANGE: Final = rf"^([\d.,]+)\s*(?:-|–|—|to|bis|à|a|\.\.)\s*([\d.,]+)\s*((?i:{UNITS})?)\.?$"
_GONE_WRONG: Final = r"^[+-]?[\dOoIl][\dOoIl.,' -]*$|^[.,]{2,}\d+$"
_DATE_LIKE: Final = r"^\d{4}[./-]\d{1,2}[./-]\d{1,2}$|^\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})$"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberCells:
    """What the cells of a column of numbers say.

    Parameters
    ----------
    values : (n,) float64
        The number of each cell under the notation; of a cell with a unit or a limit the number in
        it, of a range the middle; NaN elsewhere.
    decimal : str
        The sign before decimals under which texts were read.
    is_open : bool
        True when the column does not decide on the sign, and nobody said it.
    readings : Readings
        Of the number in each text.
    written : (n,) bool
        Cells written as text, so that a notation plays a part.
    is_number, has_unit, is_limit, is_range, is_malformed : (n,) bool
        What each cell is; at most one of them.
    is_plain : bool
        True when every cell is a number as programs write it: nothing is to be put right.
    """

    values: Floats
    decimal: Decimal
    is_open: bool
    readings: Readings
    written: Bools
    is_number: Bools
    has_unit: Bools
    is_limit: Bools
    is_range: Bools
    is_malformed: Bools
    is_plain: bool = False


def number_cells(bench: Bench, column: Column) -> NumberCells | None:
    """Return what the cells of a column are, or None when it is no column of numbers.

    It is one when more than half of the cells that are not missing are numbers, numbers with a
    known unit, or limits.

    Parameters
    ----------
    bench : Bench
    column : Column
    """
    missing = bench.missing(column)
    typed = np.isin(column.kinds, (NUMBER, BOOLEAN)) & ~missing
    written = (column.kinds == TEXT) & ~missing
    if (column.kinds == NUMBER).any():
        written |= typed & _converted(column)
    if not written.any():
        enough = typed.sum() > MOSTLY * (~missing).sum()
        return _plain(np.where(typed, column.numbers, np.nan), typed) if enough else None
    texts = column.text if written.all() else column.text.set(_series(~written), None)
    if _decimal_said(bench, column) is None and (plain := plain_numbers(texts)) is not None:
        return _plain(np.where(written, plain, column.numbers), typed | written)
    return _with_notation(bench, column, texts, written=written, typed=typed, missing=missing)


def _with_notation(
    bench: Bench, column: Column, texts: pl.Series, *, written: Bools, typed: Bools, missing: Bools
) -> NumberCells | None:
    """Read texts of which not every one is a number as programs write it."""
    told = distinct(texts)
    cores, unit_of, limit_of = _cores(told.values)
    once = readings_of(cores)
    has_unit, is_limit = told.spread(unit_of), told.spread(limit_of)
    readings = Readings(point=told.spread(once.point), comma=told.spread(once.comma))
    readable = np.isfinite(readings.point) | np.isfinite(readings.comma)
    alike = (typed & ~written) | (written & readable)
    if alike.sum() <= MOSTLY * (~missing).sum() and bench.said(column.name).kind != "number":
        return None
    decimal, is_open = _decimal(bench, column, cores, once)
    values = np.where(written, readings.under(decimal), np.where(typed, column.numbers, np.nan))
    middle, is_range = (told.spread(part) for part in _ranges(told.values, decimal))
    is_range &= written & ~readable
    rest = written & ~readable & ~is_range
    return NumberCells(
        values=np.where(is_range, middle, values),
        decimal=decimal,
        is_open=is_open,
        readings=readings,
        written=written,
        is_number=alike & ~has_unit & ~is_limit,
        has_unit=has_unit & readable,
        is_limit=is_limit & readable,
        is_range=is_range,
        is_malformed=rest & told.spread(_malformed(told.values)) if rest.any() else rest,
    )


def _converted(column: Column) -> Bools:
    plain = text_numbers(column.text, decimal_comma=False)
    return np.asarray((column.kinds == NUMBER) & (plain != column.numbers))


def _plain(values: Floats, is_number: Bools) -> NumberCells:
    nowhere = np.zeros(values.size, dtype=np.bool_)
    return NumberCells(
        values=values,
        decimal=".",
        is_open=False,
        readings=Readings(point=values, comma=values),
        written=nowhere,
        is_number=is_number,
        has_unit=nowhere,
        is_limit=nowhere,
        is_range=nowhere,
        is_malformed=nowhere,
        is_plain=True,
    )


def _series(mask: Bools) -> pl.Series:
    import polars as pl

    return pl.Series(mask)


def _matches(text: pl.Series, pattern: str) -> Bools:
    return np.asarray(text.str.contains(pattern).fill_null(value=False).to_numpy(), dtype=np.bool_)


def _cores(texts: pl.Series) -> tuple[pl.Series, Bools, Bools]:
    """Return the number in each text, without its unit and its sign of a limit."""
    nowhere = np.zeros(len(texts), dtype=np.bool_)
    if not texts.str.contains(r"[^\d.,' eE+-]").any():
        return texts, nowhere, nowhere
    is_limit = _matches(texts, LIMIT)
    has_unit = _matches(texts, UNIT) & ~is_limit
    cores = texts
    for mask, pattern in ((is_limit, LIMIT), (has_unit, UNIT)):
        if mask.any():
            part = texts.str.extract(pattern, 1).str.strip_chars()
            cores = part.zip_with(_series(mask), cores)
    return cores, has_unit, is_limit


def _decimal_said(bench: Bench, column: Column) -> Decimal | None:
    said = bench.said(column.name)
    if said.decimal is not None:
        return said.decimal
    if said.thousands in {",", "."}:
        return "," if said.thousands == "." else "."
    return "," if bench.data.decimal_comma else None


def _decimal(
    bench: Bench, column: Column, cores: pl.Series, readings: Readings
) -> tuple[Decimal, bool]:
    found = _decimal_said(bench, column) or decimal_of(readings)
    if found is not None:
        return found, False
    # Under an open question a comma is taken for decimals: the smaller, harmless number.
    has_comma = bool(cores.str.contains(",", literal=True).any())
    return ("," if has_comma else "."), True


def _malformed(texts: pl.Series) -> Bools:
    return _matches(texts, _GONE_WRONG) & ~_matches(texts, _DATE_LIKE)


def _ranges(texts: pl.Series, decimal: Decimal) -> tuple[Floats, Bools]:
    is_range = _matches(texts, RANGE)
    if not is_range.any():
        return np.full(len(texts), np.nan), is_range
    low, high = (readings_of(texts.str.extract(RANGE, k)).under(decimal) for k in (1, 2))
    is_range &= high > low
    return np.where(is_range, (low + high) / 2.0, np.nan), is_range
