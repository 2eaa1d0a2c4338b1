"""Printed numbers: what was rounded lies in its interval, whatever the digits, words and units."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from timezero.errors import InputRefused
from timezero.intake.printed import Span, span_of
from timezero.intake.vague_words import Kind, vague_words
from timezero.model.claim import PrintedNumber
from timezero.model.protocol import TimeUnit

KINDS = st.sampled_from(get_args(Kind))
UNITS = st.sampled_from(get_args(TimeUnit))
PIECES = st.sampled_from(
    [
        *"0123456789.,-–/%<>=~+() ",
        "almost ",
        "just over ",
        " or ",
        " to ",
        "between ",
        " and ",
        " months",
        " years",
        "half",
        "two",
        "hundred",
        "p ",
        "not reached",
        "June 2004",
        "1e",
        "×10",
    ]
)


def span(printed: str, kind: Any, unit: Any = "months") -> Span:
    return span_of(PrintedNumber(printed=printed), kind=kind, unit=unit)


def printed_with(value: float, decimals: int) -> str:
    unit = Decimal(1).scaleb(-decimals)
    return str(Decimal(value).quantize(unit, rounding=ROUND_HALF_EVEN))


@given(st.floats(0.0, 1e5), st.integers(0, 4), st.sampled_from(".,·∙"))
def test_what_was_rounded_lies_in_the_interval(value: float, decimals: int, dot: str) -> None:
    printed = printed_with(value, decimals).replace(".", dot)
    assume(not (dot == "," and decimals == 3 and not printed.startswith("0")))
    found = span(printed, "time")
    slack = 1e-9 * max(value, 1.0)
    assert found.lower - slack <= value <= found.upper + slack
    assert found.upper - found.lower <= 10.0**-decimals + slack


@given(st.integers(0, 999_999_999))
def test_counts_are_exact_however_they_are_grouped(n: int) -> None:
    for printed in (str(n), f"{n:,}", f"{n:,}".replace(",", "\u202f"), f"n={n}", f"{n} patients"):
        assert span(printed, "count") == Span(lower=float(n), upper=float(n), rule="an exact count")


@given(st.floats(0.0, 1.0), st.integers(0, 3))
def test_a_share_is_the_same_as_its_percentage(share: float, decimals: int) -> None:
    printed = printed_with(100.0 * share, decimals)
    percent = span(f"{printed} %", "share")
    plain = span(f"{Decimal(printed) / 100:.{decimals + 2}f}", "share")
    assert (percent.lower, percent.upper) == pytest.approx((plain.lower, plain.upper), abs=1e-12)
    assert percent.lower - 1e-9 <= share <= percent.upper + 1e-9


@given(st.integers(1, 5000), UNITS, UNITS)
def test_the_unit_of_the_result_changes_nothing(n: int, own: Any, other: Any) -> None:
    days = span(f"{n} {own}", "time", "days")
    found = span(f"{n} {own}", "time", other)
    scale = span(f"1 {other}", "time", "days")
    factor = (scale.upper + scale.lower) / 2.0
    assert (found.lower * factor, found.upper * factor) == pytest.approx((days.lower, days.upper))


@given(st.integers(2, 10_000), st.sampled_from(sorted(vague_words().before)), KINDS)
def test_a_hedge_keeps_its_side(n: int, words: str, kind: Any) -> None:
    assume(kind in {"count", "time", "ratio"})
    hedge = vague_words().before[words]
    found = span(f"{words} {n}", kind)
    assert found.lower <= found.upper
    assert (hedge.side in {"below", "both", "less"}) == (found.lower < n)
    assert (hedge.side in {"above", "both", "more"}) == (found.upper > n)
    if kind == "count":
        assert found.lower == int(found.lower)
        assert math.isinf(found.upper) or found.upper == int(found.upper)
        assert (found.lower <= n <= found.upper) == hedge.reaches


@given(st.lists(st.integers(0, 999), min_size=2, max_size=5, unique=True))
def test_every_alternative_is_kept(values: list[int]) -> None:
    *head, last = (str(v) for v in values)
    found = span(f"{', '.join(head)} or {last}", "count")
    assert found.alternatives == tuple((float(v), float(v)) for v in sorted(values))
    assert (found.lower, found.upper) == (min(values), max(values))


@given(st.integers(1900, 2098), st.integers(1, 12), st.integers(0, 900))
def test_a_window_of_months_counts_the_last_one_in(year: int, month: int, length: int) -> None:
    end = year * 12 + month - 1 + length
    assume(end // 12 < 2100)
    found = span(f"{year}-{month:02d} to {end // 12}-{end % 12 + 1:02d}", "time")
    assert (found.lower, found.upper) == (length, length + 1)


@given(st.text(max_size=200).filter(bool) | st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_any_text_is_read_in_order_or_refused(printed: str) -> None:
    for kind in get_args(Kind):
        try:
            found = span(printed[:200], kind)
        except InputRefused:
            continue
        assert found.upper >= 0.0
        assert found.lower >= 0.0 or math.isnan(found.lower)
        assert math.isnan(found.lower) or found.lower <= found.upper
        assert found.rule
        if kind in {"share", "p_value"}:
            assert found.upper <= 1.0


@given(st.floats(0, 1e6), st.floats(0, 1e6), KINDS)
def test_an_interval_given_is_taken_as_it_stands(a: float, b: float, kind: Any) -> None:
    low, high = sorted((a, b))
    assume(kind not in {"share", "p_value"} or high <= 1.0)
    found = span_of(PrintedNumber(printed="whatever", interval=(low, high)), kind=kind)
    assert (found.lower, found.upper) == (low, high)
