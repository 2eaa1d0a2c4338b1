"""Dates worked out by hand, one example of each rule of docs/methods/dates.md."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from timezero.findings import Question
from timezero.intake.dates.century import full_year
from timezero.intake.dates.month_names import month_names
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart
from timezero.model.recipe import Recipe

TODAY = dt.date(2024, 12, 31)


def read(*cells: str, **said: Any) -> Table:
    """Read a column of last contacts of patients whose time zero is 8 March 2010."""
    n = len(cells)
    frame = pl.DataFrame(
        {"id": [f"P{k}" for k in range(n)], "zero": ["2010-03-08"] * n, "last": list(cells)}
    )
    recipe = Recipe.model_validate({"tables": {"registry": {"columns": {"last": said}}}})
    data = DataPart(id="id", time_zero="zero", initiation="second", exit="last")
    return read_table(frame, data=data, recipe=recipe, today=TODAY)


def dates(table: Table) -> list[str | None]:
    return [
        None if np.isnan(day) else (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
        for day in table.column("last").days
    ]


def codes(table: Table) -> set[str]:
    return {f.code for f in table.findings}


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2019-3-5", "2019-03-05"),
        ("05-Mar-2019", "2019-03-05"),
        ("March 5, 2019", "2019-03-05"),
        ("20190305", "2019-03-05"),
        ("25032019", "2019-03-25"),
        ("5. März 2019", "2019-03-05"),
        ("1er févr. 2019", "2019-02-01"),
        ("3 de setembro de 2019", "2019-09-03"),
        ("5 agosto 2019", "2019-08-05"),
        ("5 mei 2019", "2019-05-05"),
        ("5 sierpnia 2019", "2019-08-05"),
        ("２０１９-3-5", "2019-03-05"),
        ("25/03/2019 2:30 PM", "2019-03-25"),
    ],
)
def test_what_has_one_meaning_is_read(cell: str, date: str) -> None:
    table = read(cell)
    assert dates(table) == [date]
    assert "date_written" in codes(table)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"date_format": "%d/%m/%Y"}, "2016-03-04"),
        ({"date_format": "%m/%d/%Y"}, "2016-04-03"),
    ],
)
def test_the_answer_settles_the_order(said: dict[str, str], expected: str) -> None:
    assert dates(read("04/03/2016", **said)) == [expected]


def test_one_day_above_12_settles_the_column_and_is_named_as_proof() -> None:
    table = read("04/03/2016", "25/03/2016")
    assert dates(table) == ["2016-03-04", "2016-03-25"]
    (note,) = [f.what for f in table.findings if f.code == "date_written"]
    assert note.endswith("the only order that fits the whole column: row 2 25/03/2016")


def test_the_same_number_twice_has_no_order_in_doubt() -> None:
    assert dates(read("04/04/2016", "05/05/2016")) == ["2016-04-04", "2016-05-05"]


def test_every_option_shows_what_the_first_cells_become() -> None:
    (asked,) = [f for f in read("04/03/2016").findings if isinstance(f, Question)]
    assert [option.words for option in asked.options] == [
        "the day first: 04/03/2016 is 4 March 2016",
        "the month first: 04/03/2016 is 3 April 2016",
    ]
    assert asked.default is None
    assert asked.key == ("tables", "registry", "columns", "last", "date_format")


def test_two_dates_of_a_spreadsheet_beside_two_texts_may_be_chance() -> None:
    # (144 / 365.25) * (1 - 144 / 365.25) = 0.24: far from 0.05, a warning.
    table = read("2016-04-03", "25/03/2016")
    assert [str(f.severity) for f in table.findings if f.code == "date_order_mixed"] == ["warning"]
    # (144 / 365.25)**4 * (1 - 144 / 365.25)**2 = 0.009: refused.
    table = read("2016-04-03", "2016-05-06", "2016-07-08", "2016-09-10", "25/03/2016", "26/03/2016")
    assert [str(f.severity) for f in table.findings if f.code == "date_order_mixed"] == ["error"]
    # One date of the 13th speaks against it.
    table = read("2016-04-13", "2016-05-06", "2016-07-08", "2016-09-10", "25/03/2016", "26/03/2016")
    assert "date_order_mixed" not in codes(table)


@pytest.mark.parametrize(
    ("pivot", "year", "full"),
    [(2024, 24, 2024), (2024, 25, 1925), (2024, 0, 2000), (2006, 7, 1907), (1999, 99, 1999)],
)
def test_two_digits_are_the_latest_year_up_to_the_pivot(pivot: int, year: int, full: int) -> None:
    assert full_year(year, pivot) == full


@pytest.mark.parametrize(
    ("rule", "year", "month"),
    [
        ("first", "2010-01-01", "2012-02-01"),
        ("last", "2010-12-31", "2012-02-29"),
        ("middle", "2010-07-02", "2012-02-15"),
        # 2010 after the operation of 8 March: the middle of 8 March to 31 December.
        ("interval", "2010-08-04", "2012-02-15"),
        ("missing", None, None),
    ],
)
def test_a_rule_makes_a_day_of_a_partial_date(
    rule: str, year: str | None, month: str | None
) -> None:
    table = read("2010", "02/2012", "2015-06-01", partial_dates=rule)
    assert dates(table) == [year, month, "2015-06-01"]


@pytest.mark.parametrize("cell", ["2018-UN-UN", "UN/UN/2018", "00.00.2018", "xx.xx.2018", "2018"])
def test_parts_that_are_not_known_are_not_read_as_numbers(cell: str) -> None:
    assert dates(read(cell, "2015-06-01", partial_dates="first"))[0] == "2018-01-01"


@pytest.mark.parametrize(
    ("calendar", "cell", "date"),
    [
        ("buddhist", "2562-03-05", "2019-03-05"),
        ("hijri", "1440/06/28", "2019-03-05"),
        ("japanese", "H31.4.30", "2019-04-30"),
        ("japanese", "令和元年5月1日", "2019-05-01"),
        # The era ended the day before.
        ("japanese", "H31.5.1", None),
    ],
)
def test_years_of_other_calendars(calendar: str, cell: str, date: str | None) -> None:
    assert dates(read(cell, calendar=calendar)) == [date]


@pytest.mark.parametrize(
    ("zone", "date"), [("Europe/Berlin", "2019-03-06"), ("America/New_York", "2019-03-05")]
)
def test_the_date_is_that_of_the_hospitals_clock(zone: str, date: str) -> None:
    assert dates(read("2019-03-05T23:00Z", time_zone=zone)) == [date]


def test_a_zone_that_does_not_exist_is_refused() -> None:
    assert "date_zone" in codes(read("2019-03-05T23:00Z", time_zone="../etc/passwd"))


@pytest.mark.parametrize(
    ("said", "date"), [("excel_1900", "2019-03-05"), ("excel_1904", "2023-03-06")]
)
def test_days_of_a_workbook(said: str, date: str) -> None:
    assert dates(read("43529", "2019-04-01", serial_dates=said)) == [date, "2019-04-01"]


def test_months_since_time_zero_are_no_dates() -> None:
    frame = pl.DataFrame({"id": ["1", "2"], "last": ["10.2018", "2018"], "second": ["", "7.5"]})
    data = DataPart(id="id", initiation="second", exit="last")
    table = read_table(frame, data=data, today=TODAY)
    assert np.isnan(table.column("last").days).all()
    assert not {code for code in codes(table) if code.startswith("date_")}


def test_a_name_that_is_another_month_next_door_is_no_month() -> None:
    assert "listopad" not in month_names()
    assert "listopada" not in month_names()
    assert {month_names()[name] for name in ("mar", "marzo", "mars", "marts")} == {3}
