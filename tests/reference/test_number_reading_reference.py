"""Numbers in text, cell by cell with decimal arithmetic: every reading tried, none forgotten."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from timezero.intake.number_reading import decimal_of, readings_of

SIGNS = (",", ".", " ", "'")


def slow_reading(text: str, decimal: str) -> set[Decimal]:
    """Return every number a text can be, with any sign between thousands."""
    found: set[Decimal] = set()
    for thousands in (None, *(sign for sign in SIGNS if sign != decimal)):
        number = _one_reading(text, decimal, thousands)
        if number is not None:
            found.add(number)
    return found


def _one_reading(text: str, decimal: str, thousands: str | None) -> Decimal | None:
    sign = text[:1] if text[:1] in "+-" else ""
    bare, exponent = text[len(sign) :], ""
    if thousands is None:
        bare, mark, power = re.split("([eE])", bare, maxsplit=1) if re.search("[eE]", bare) else (
            bare, "", "")  # fmt: skip
        if mark and not re.fullmatch(r"[+-]?\d+", power, re.ASCII):
            return None
        exponent = mark + power
    whole, point, decimals = bare.partition(decimal)
    if point and decimal in decimals:
        return None
    if thousands is None:
        if not whole + decimals:
            return None
        parts = [whole]
    else:
        parts = whole.split(thousands)
        if len(parts) < 2 or (point and not decimals):
            return None
        if not (1 <= len(parts[0]) <= 3) or parts[0].startswith("0"):
            return None
        if any(len(part) != 3 for part in parts[1:]):
            return None
    joined = "".join(parts)
    if any(c not in "0123456789" for c in joined + decimals):
        return None
    try:
        return Decimal(f"{sign}{joined or '0'}.{decimals or '0'}{exponent}")
    except InvalidOperation:
        return None


@given(st.lists(st.text("0123456789,.' eE+-", max_size=9), min_size=1, max_size=8))
@example(["1,234"])
@example(["1.234,5", "1,234.5", "1 234", "1'234", "0,123", "1,23,456", ".5", "5.", ",", "1e3"])
@example(["1,234e5", "+1 000", "-12.", "00,5", "1''234", "12 34"])
@settings(max_examples=200, deadline=None)
def test_each_text_has_exactly_the_readings_it_can_have(texts: list[str]) -> None:
    readings = readings_of(pl.Series(texts, dtype=pl.String))
    for k, text in enumerate(texts):
        for sign, values in ((".", readings.point), (",", readings.comma)):
            slow = slow_reading(text, sign)
            assert len(slow) <= 1
            if not slow:
                assert np.isnan(values[k]), (text, sign)
            else:
                assert values[k] == float(slow.pop()), (text, sign)


def slow_decision(texts: list[str]) -> str | None:
    """Return the sign on which a column decides, told from the readings of each cell."""
    point, comma = ([slow_reading(text, sign) for text in texts] for sign in ".,")
    doubtful = any(p and c and p != c for p, c in zip(point, comma, strict=True))
    only_point = any(p and not c for p, c in zip(point, comma, strict=True))
    only_comma = any(c and not p for p, c in zip(point, comma, strict=True))
    if not doubtful:
        return "," if only_comma and not only_point else "."
    if only_point == only_comma:
        return None
    return "." if only_point else ","


NUMBERS = st.one_of(
    st.integers(1, 2_000_000).map(str),
    st.integers(1, 2_000_000).map(lambda n: f"{n:,}"),
    st.integers(1, 2_000_000).map(lambda n: f"{n:,}".replace(",", ".")),
    st.integers(1, 99_999).map(lambda n: f"{n / 100:.2f}"),
    st.integers(1, 99_999).map(lambda n: f"{n / 1000:.3f}".replace(".", ",")),
    st.integers(1, 99_999).map(lambda n: f"{n / 1000:.3f}"),
)


@given(st.lists(NUMBERS, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_column_decides_as_its_cells_say(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    assert decimal_of(readings_of(series)) == slow_decision(texts)


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["3,5", "4"], ","),
        (["1,234"], None),
        (["1,234", "3.5"], "."),
        (["1,234", "3,5"], ","),
        (["1.234", "950"], None),
        (["1.234", "12.500"], None),
        (["1.234", "0.500"], "."),
        (["1.234", "1.234.567"], ","),
        (["1,234.5", "1.234,5"], "."),
        (["1 234", "12"], "."),
    ],
)
def test_worked_columns(texts: list[str], sign: str | None) -> None:
    series = pl.Series(texts, dtype=pl.String)
    assert decimal_of(readings_of(series)) == sign
