"""Random dates, written in one random way, are read back exactly or asked about: never wrongly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.findings import Severity
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart
from timezero.model.recipe import Recipe

TODAY = dt.date(2024, 12, 31)
DATA = DataPart(id="id", time_zero="zero", initiation="second", exit="last")
Write = Callable[[dt.date], str]
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# How a date is written, whether its order is in doubt, and the format that settles it.
WAYS: dict[str, tuple[Write, str]] = {
    "iso": (dt.date.isoformat, "%Y-%m-%d"),
    "loose": (lambda d: f"{d.year}/{d.month}/{d.day}", "%Y/%m/%d"),
    "day first": (lambda d: f"{d.day:02d}/{d.month:02d}/{d.year}", "%d/%m/%Y"),
    "month first": (lambda d: f"{d.month}/{d.day}/{d.year}", "%m/%d/%Y"),
    "points": (lambda d: f"{d.day}.{d.month}.{d.year}", "%d.%m.%Y"),
    "short": (lambda d: f"{d.day:02d}.{d.month:02d}.{d.year % 100:02d}", "%d.%m.%y"),
    "short month": (lambda d: f"{d.month}/{d.day}/{d.year % 100:02d}", "%m/%d/%y"),
    "short year first": (lambda d: f"{d:%y-%m-%d}", "%y-%m-%d"),
    "digits": (lambda d: f"{d:%Y%m%d}", "%Y%m%d"),
    "digits, day first": (lambda d: f"{d:%d%m%Y}", "%d%m%Y"),
    "name": (lambda d: f"{d.day}-{ENGLISH[d.month - 1]}-{d.year}", "%d-%b-%Y"),
    "hour": (lambda d: f"{d.day}.{d.month}.{d.year} 14:30", "%d.%m.%Y"),
}
# 1970-01-01 and its like are asked about; two digits reach back to 1926 under a pivot of 2025.
DATES = st.lists(st.dates(dt.date(1971, 1, 1), dt.date(2024, 12, 31)), min_size=1, max_size=12)


def read(dates: list[dt.date], write: Write, **said: object) -> Table:
    frame = pl.DataFrame(
        {"id": [f"P{k}" for k in range(len(dates))], "zero": [write(date) for date in dates]}
    )
    recipe = Recipe.model_validate({"tables": {"registry": {"columns": {"zero": said}}}})
    return read_table(frame, data=DATA, recipe=recipe, today=TODAY)


def days(dates: list[dt.date]) -> list[float]:
    return [float((date - dt.date(1970, 1, 1)).days) for date in dates]


def stops(table: Table) -> set[str]:
    return {f.code for f in table.findings if f.severity in {Severity.ERROR, Severity.QUESTION}}


@settings(max_examples=120, deadline=None)
@given(dates=DATES, way=st.sampled_from(sorted(WAYS)))
def test_dates_are_read_back_or_asked_about(dates: list[dt.date], way: str) -> None:
    table = read(dates, WAYS[way][0])
    if not stops(table):
        assert table.column("zero").days.tolist() == days(dates)
    assert "date_impossible" not in stops(table)


@settings(max_examples=120, deadline=None)
@given(dates=DATES, way=st.sampled_from(sorted(WAYS)))
def test_with_the_answers_every_date_is_read_back(dates: list[dt.date], way: str) -> None:
    write, form = WAYS[way]
    table = read(dates, write, date_format=form, century_pivot=2024)
    assert stops(table) == set()
    assert table.column("zero").days.tolist() == days(dates)


@settings(max_examples=60, deadline=None)
@given(dates=DATES, way=st.sampled_from(sorted(WAYS)))
def test_every_cell_read_otherwise_than_written_is_shown(dates: list[dt.date], way: str) -> None:
    write, form = WAYS[way]
    table = read(dates, write, date_format=form, century_pivot=2024)
    shown = {
        (int(row), old): new
        for change in table.changes
        for row, old, new in zip(change.rows, change.old, change.new, strict=True)
    }
    for k, date in enumerate(dates):
        if write(date) != date.isoformat():
            assert shown[k + 1, write(date)] == date.isoformat()


@settings(max_examples=120, deadline=None)
@given(
    cells=st.lists(
        st.text("0123456789/-. :TZunJanMär年月日元H%\u0663", max_size=14), min_size=1, max_size=6
    ),
    form=st.sampled_from([None, "%d/%m/%Y", "%Y-%d-%m", "%d%m%y"]),
)
def test_any_text_is_a_date_or_none(cells: list[str], form: str | None) -> None:
    frame = pl.DataFrame({"id": [f"P{k}" for k in range(len(cells))], "zero": cells})
    data = DATA.model_copy(update={"date_format": form})
    found = read_table(frame, data=data, today=TODAY).column("zero").days
    known = found[~np.isnan(found)]
    # Neither before 1800 nor after 2200, whatever was written.
    assert ((known > -62_200) & (known < 84_400)).all()
