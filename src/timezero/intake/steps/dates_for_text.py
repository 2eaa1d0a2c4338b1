"""Dates in a column of words: a workbook makes 2 January of the stage ``1/2``."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import DATE, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE: Final = "dates_for_text"
EPOCH: Final = dt.date(1970, 1, 1).toordinal()
MONTHS: Final = (
    ("jan", "ene", "gen", "janv"), ("feb", "fév", "fev", "febr"), ("mar", "mär", "mrz", "mars"),
    ("apr", "avr", "abr"), ("may", "mai", "mag", "mei"), ("jun", "juin", "giu"),
    ("jul", "juil", "lug"), ("aug", "août", "aou", "ago"), ("sep", "sept", "set"),
    ("oct", "okt", "ott", "out"), ("nov",), ("dec", "dez", "déc", "dic"),
)  # fmt: skip
_BY_NAME: Final = {name: k + 1 for k, names in enumerate(MONTHS) for name in names}
_NAMES: Final = "|".join(sorted(_BY_NAME, key=len, reverse=True))
_SHORT: Final = rf"(?i)^(?:(\d{{1,2}})[-. /]({_NAMES})\.?|({_NAMES})\.?[-. /](\d{{1,2}}))$"


def _run(bench: Bench) -> None:
    for column in bench.used("covariate", "history"):
        mask = np.asarray((column.kinds == DATE) | _short_dates(column))
        n_others = int((~bench.missing(column) & ~mask).sum())
        if not mask.any() or not n_others:
            continue
        said = bench.said(column.name).dates_for_text
        if said is None:
            _ask(bench, column, mask)
        if said != "date":
            _write_again(bench, column, mask, is_said=said is not None)


def _short_dates(column: Column) -> Bools:
    found = column.text.str.contains(_SHORT).fill_null(value=False).to_numpy()
    return np.asarray(found & (column.kinds == TEXT), dtype=np.bool_)


def _separator(column: Column, mask: Bools) -> str:
    """Return the sign between two numbers in the other cells; a hyphen when there is none."""
    import polars as pl

    others = column.text.filter(pl.Series(~mask)).drop_nulls()
    found = (
        others.str.extract(r"^\d+\s*([-/.\u2013])\s*\d+$", 1).drop_nulls().value_counts(sort=True)
    )
    return str(found.row(0)[0]) if len(found) else "-"


def as_typed(text: str, days: float, separator: str) -> str:
    """Return the two numbers from which a workbook made a date, the lower one first.

    A first of a month is taken for a month and a year when the year has more than the month's
    number can have: 1 March 1990 was ``3-90``.

    Parameters
    ----------
    text : str
        The cell.
    days : float
        Days since 1970-01-01; NaN when the cell is text such as ``3-Apr``.
    separator : str
        The sign between the numbers.
    """
    short = re.fullmatch(_SHORT, text)
    if short is not None:
        number, name = short[1] or short[4], short[2] or short[3]
        pair = sorted((int(number), _BY_NAME[name.casefold()]))
    else:
        day = dt.date.fromordinal(int(days) + EPOCH)
        is_year = day.day == 1 and not 2000 <= day.year <= 2100
        pair = [day.month, day.year % 100] if is_year else sorted((day.day, day.month))
    return f"{pair[0]}{separator}{pair[1]}"


def _ask(bench: Bench, column: Column, mask: Bools) -> None:
    first = int(np.flatnonzero(mask)[0])
    old = shown(column.text[first])
    new = as_typed(str(column.text[first]), float(column.days[first]), _separator(column, mask))
    bench.ask(
        CODE,
        f"{counted(mask, 'cell')} of {column.name} became dates; the other cells are none",
        key="dates_for_text",
        column=column,
        mask=mask,
        options=(
            Option(value="text", words=f"two numbers again, the lower first: {old} is {new}"),
            Option(value="date", words=f"they are dates: {old} stays"),
        ),
        default="text",
    )


def _write_again(bench: Bench, column: Column, mask: Bools, *, is_said: bool) -> None:
    separator = _separator(column, mask)
    at = np.flatnonzero(mask)
    typed = [as_typed(str(column.text[int(k)]), float(column.days[k]), separator) for k in at]
    new: pl.Series = column.text.clone().scatter(at, typed)
    changed = dataclasses.replace(
        column,
        text=new,
        kinds=np.where(mask, TEXT, column.kinds).astype(np.int8),
        days=np.where(mask, np.nan, column.days),
    )
    if not is_said:
        bench.put(changed)
        return
    rule = "a date made two numbers again"
    bench.change(changed, code=CODE, rule=rule, mask=mask, new=new)


STEP = Step(order=350, title="Dates in a column of words", run=_run)
