"""Numbers and dates: read when clear, refused when not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from timezero.errors import InputRefused
from timezero.intake.frames import text_column
from timezero.intake.times import (
    both_readings,
    read_moments,
    text_days,
    text_numbers,
)
from timezero.model.protocol import DataPart

NOT_NUMBERS = ["1.2.3", "12..5", "3O", "1_0", "0x1", "nan", "1e", "3 4", "", "--3", "70 kg"]


def day(text: str) -> float:
    return float((dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3.0),
        ("3.5", 3.5),
        (".5", 0.5),
        ("+2", 2.0),
        ("-2", -2.0),
        ("1e3", 1000.0),
        ("3.", 3.0),
        ("\u22122", -2.0),
        ("inf", np.inf),
        ("1e400", np.inf),
    ],
)
def test_numbers_are_read(text: str, number: float) -> None:
    assert text_numbers(pl.Series([text]), decimal_comma=False).tolist() == [number]


@pytest.mark.parametrize("text", [*NOT_NUMBERS, "3,5", "1,234"])
def test_what_only_resembles_a_number_is_none(text: str) -> None:
    assert np.isnan(text_numbers(pl.Series([text]), decimal_comma=False)).all()


@pytest.mark.parametrize("text", [*NOT_NUMBERS, "3.5", "1.234", "1.234,5"])
def test_with_decimal_commas_a_full_stop_is_no_part_of_a_number(text: str) -> None:
    assert np.isnan(text_numbers(pl.Series([text]), decimal_comma=True)).all()


def test_a_decimal_comma_is_read_when_declared() -> None:
    got = text_numbers(pl.Series(["3,5", "4", "-0,25"]), decimal_comma=True)
    assert got.tolist() == [3.5, 4.0, -0.25]


@pytest.mark.parametrize("text", ["2016-03-04", "2016-03-04 00:00:00", "2016-03-04T13:30"])
def test_iso_dates_need_no_declaration(text: str) -> None:
    assert text_days(pl.Series([text]), None).tolist() == [day("2016-03-04")]
    assert text_days(pl.Series([text]), "%d/%m/%Y").tolist() == [day("2016-03-04")]


@pytest.mark.parametrize(
    "text", ["2016-02-30", "2016-3-4", "2016-13-01", "20160304", "9999-12-31", "0016-03-04"]
)
def test_dates_that_do_not_exist_are_none(text: str) -> None:
    assert np.isnan(text_days(pl.Series([text]), None)).all()


@pytest.mark.parametrize(
    ("text", "date_format", "date"),
    [
        ("04/03/2016", "%d/%m/%Y", "2016-03-04"),
        ("04/03/2016", "%m/%d/%Y", "2016-04-03"),
        ("4.3.16", "%d.%m.%y", "2016-03-04"),
        ("04-Mar-2016", "%d-%b-%Y", "2016-03-04"),
        ("20160304", "%Y%m%d", "2016-03-04"),
    ],
)
def test_a_declared_format_decides(text: str, date_format: str, date: str) -> None:
    assert text_days(pl.Series([text]), date_format).tolist() == [day(date)]


@pytest.mark.parametrize("text", ["31/02/2020", "29/02/2019", "04/03/16", "03/2016", "04/13/2016"])
def test_what_does_not_fit_the_declared_format_is_none(text: str) -> None:
    assert np.isnan(text_days(pl.Series([text]), "%d/%m/%Y")).all()


def test_a_declared_year_first_format_stands_alone() -> None:
    assert text_days(pl.Series(["2016-03-04"]), "%Y-%d-%m").tolist() == [day("2016-04-03")]
    assert np.isnan(text_days(pl.Series(["2016-03-14"]), "%Y-%d-%m")).all()


@pytest.mark.parametrize("date_format", ["day first", "dd/mm/yyyy", "%d/%m", "%Y"])
def test_a_format_that_is_none_is_refused(date_format: str) -> None:
    with pytest.raises(InputRefused, match="is no date format"):
        read_moments(text_column("seen", pl.Series(["x"])), DataPart(date_format=date_format))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("04/03/2016", "4 March 2016 or 3 April 2016"),
        ("4.3.16", "4 March 16 or 3 April 16"),
        ("30/03/2016", "30 March 2016"),
        ("05-05-2016", "5 May 2016"),
        ("40/40/2016", "no date in either order"),
    ],
)
def test_both_readings_are_shown(text: str, readings: str) -> None:
    assert both_readings(text) == readings


def test_each_cell_is_one_kind() -> None:
    cells = pl.Series(["3.5", "2016-03-04", "04/03/2016", "NA", None, "unknown"])
    got = read_moments(text_column("seen", cells), DataPart())
    kinds = (~np.isnan(got.numbers), ~np.isnan(got.days), got.ambiguous, got.missing)
    assert np.column_stack((*kinds, got.unreadable)).astype(int).tolist() == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]
