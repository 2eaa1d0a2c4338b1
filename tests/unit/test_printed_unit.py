"""Printed numbers as intervals: digits, words, units, windows, and what is refused."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest

from timezero.errors import InputRefused, MissingExtra
from timezero.intake.printed import Span, limits_span_of, span_of
from timezero.intake.vague_words import vague_words
from timezero.model.claim import PrintedNumber

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "methods" / "printed-numbers.md"
DAYS_PER_MONTH = 365.25 / 12.0
INF = math.inf


def read(printed: str, kind: Any, **fields: Any) -> Span:
    return span_of(PrintedNumber(printed=printed, **fields), kind=kind)


@pytest.mark.parametrize(
    ("printed", "lower", "upper"),
    [
        ("27.2", 27.15, 27.25),
        ("80", 79.5, 80.5),
        ("27·2", 27.15, 27.25),
        ("27,2", 27.15, 27.25),
        ("27.20", 27.195, 27.205),
        ("1,249", 1248.5, 1249.5),
        ("1\u202f249,5", 1249.45, 1249.55),
        ("0", 0.0, 0.5),
        ("25 months", 24.5, 25.5),
        ("forty-one months", 40.5, 41.5),
        ("one hundred and four", 103.5, 104.5),
        ("a hundred months", 99.5, 100.5),
        ("2 years", 18.0, 30.0),
        ("a year", 6.0, 18.0),
        ("half a year", 3.0, 9.0),
        ("a year and a half", 15.0, 21.0),
        ("two and a half years", 27.0, 33.0),
        ("1½ years", 15.0, 21.0),
        ("7 y 9 mo", 92.5, 93.5),
        ("ten years and three months", 122.5, 123.5),
        ("7y9mo", 92.5, 93.5),
        ("7 yr., 9 mths", 92.5, 93.5),
        ("8-year period", 90.0, 102.0),
        ("eight year period", 90.0, 102.0),
        ("June 2004 - March 2012", 93.0, 94.0),
        ("from June 2004 through March 2012", 93.0, 94.0),
        ("between Sept. 2004 and Mar 2005", 6.0, 7.0),
        ("2004-06 to 2012-03", 93.0, 94.0),
        ("2004–2012", 96.0, 108.0),
        ("between 2004 and 2015", 132.0, 144.0),
        ("24-30 months", 23.5, 30.5),
        ("18 to 24 months", 17.5, 24.5),
        ("2 or 3 years", 18.0, 42.0),
        ("> 72", 72.0, INF),
        ("72+", 72.0, INF),
        ("72 months or more", 72.0, INF),
        ("at least 72 months", 72.0, INF),
        ("≥ 72", 72.0, INF),
        ("over six years", 72.0, INF),
        ("more than a year", 12.0, INF),
        ("up to 10 months", 0.0, 10.0),
        ("under two years", 0.0, 24.0),
        ("just over two years", 24.0, 30.0),
        ("only just over two years", 24.0, 30.0),
        ("slightly more than 40 months", 40.0, 44.0),
        ("just under two years", 18.0, 24.0),
        ("almost 30 months", 25.5, 30.0),
        ("about 30 months", 27.0, 33.0),
        ("~30 months", 27.0, 33.0),
        ("30 months or so", 27.0, 33.0),
        ("a few years", 24.0, 72.0),
        ("a couple of years", 24.0, 24.0),
    ],
)
def test_times(printed: str, lower: float, upper: float) -> None:
    span = read(printed, "time")
    assert (span.lower, span.upper) == pytest.approx((lower, upper), abs=1e-9)
    assert span.rule


def test_a_window_of_days_is_exact_to_the_day() -> None:
    span = span_of(
        PrintedNumber(printed="1967-11-15 to 1974-04-01"),
        kind="time",
        unit="days",
    )
    assert (span.lower, span.upper) == (2329.0, 2330.0)


@pytest.mark.parametrize("printed", ["not reached", "NR", "n.r.", "not yet reached", "NE", "∞"])
def test_a_median_not_reached_has_no_lower_bound(printed: str) -> None:
    span = read(printed, "time")
    assert math.isnan(span.lower)
    assert span.upper == INF


@pytest.mark.parametrize(
    ("printed", "lower", "upper"),
    [
        ("29", 29, 29),
        ("1,249", 1249, 1249),
        ("1 249", 1249, 1249),
        ("n = 29", 29, 29),
        ("29 patients", 29, 29),
        ("14 (54 %)", 14, 14),
        ("18-21", 18, 21),
        ("between 18 and 21", 18, 21),
        ("almost thirty", 26, 29),
        ("nearly 100", 85, 99),
        ("about 30", 27, 33),
        ("more than 30", 31, INF),
        ("over thirty", 31, INF),
        ("at least 30", 30, INF),
        ("fewer than 30", 0, 29),
        ("up to 20", 0, 20),
        ("just over 100", 101, 110),
        ("just under 100", 90, 99),
        ("just over two", 3, 3),
        ("nearly a dozen", 11, 11),
        ("dozens", 24, 99),
        ("a handful", 3, 7),
        ("none", 0, 0),
        ("eight", 8, 8),
    ],
)
def test_counts(printed: str, lower: float, upper: float) -> None:
    span = read(printed, "count")
    assert (span.lower, span.upper) == (lower, upper)


def test_alternatives_are_kept() -> None:
    span = read("18 or 21", "count")
    assert (span.lower, span.upper) == (18.0, 21.0)
    assert span.alternatives == ((18.0, 18.0), (21.0, 21.0))
    assert read("21 or 18 patients", "count") == span
    assert read("17, 18 or 21", "count").alternatives[0] == (17.0, 17.0)
    assert read("29", "count").alternatives == ()


@pytest.mark.parametrize(
    ("printed", "lower", "upper"),
    [
        ("27.6 %", 0.2755, 0.2765),
        ("27.6%", 0.2755, 0.2765),
        ("15.3 per cent", 0.1525, 0.1535),
        ("0.276", 0.2755, 0.2765),
        ("56.0", 0.5595, 0.5605),
        ("100 %", 0.995, 1.0),
        ("0 %", 0.0, 0.005),
        ("8/26", 8 / 26, 8 / 26),
        ("8 of 26", 8 / 26, 8 / 26),
        ("2/3", 2 / 3, 2 / 3),
        ("one in five", 0.18, 0.22),
        ("1 in 5", 0.2, 0.2),
        ("27-30 %", 0.265, 0.305),
        ("two thirds", 0.6333, 0.7),
        ("two-thirds", 0.6333, 0.7),
        ("a third", 0.3, 0.3667),
        ("half", 0.45, 0.55),
        ("more than half", 0.5, 1.0),
        ("almost half", 0.425, 0.5),
        ("> 60 %", 0.6, 1.0),
        ("most", 0.5, 1.0),
        ("all", 1.0, 1.0),
    ],
)
def test_shares(printed: str, lower: float, upper: float) -> None:
    span = read(printed, "share")
    assert (span.lower, span.upper) == pytest.approx((lower, upper), abs=1e-7)
    assert 0.0 <= span.lower <= span.upper <= 1.0


@pytest.mark.parametrize(
    ("printed", "kind", "lower", "upper"),
    [
        ("1.29", "ratio", 1.285, 1.295),
        ("HR 0.75", "ratio", 0.745, 0.755),
        ("three times", "ratio", 2.5, 3.5),
        ("three times as long", "ratio", 2.5, 3.5),
        ("threefold", "ratio", 2.5, 3.5),
        ("3-fold", "ratio", 2.5, 3.5),
        ("twice", "ratio", 1.5, 2.5),
        ("more than doubled", "ratio", 2.0, INF),
        ("almost three times", "ratio", 2.5, 3.0),
        ("half", "ratio", 0.45, 0.55),
        ("p < .001", "p_value", 0.0, 0.001),
        ("< 0.001", "p_value", 0.0, 0.001),
        ("<0.0001", "p_value", 0.0, 0.0001),
        ("P=.141", "p_value", 0.1405, 0.1415),
        ("p value: 0.03", "p_value", 0.025, 0.035),
        ("p = 0.000", "p_value", 0.0, 0.0005),
        ("0,03", "p_value", 0.025, 0.035),
        ("3.2 × 10⁻⁵", "p_value", 3.15e-5, 3.25e-5),
        ("1e-5", "p_value", 0.5e-5, 1.5e-5),
        ("p > 0.05", "p_value", 0.05, 1.0),
        ("p ≤ 0.05", "p_value", 0.0, 0.05),
        ("NS", "p_value", 0.05, 1.0),
        ("1.0", "p_value", 0.95, 1.0),
    ],
)
def test_ratios_and_p_values(printed: str, kind: str, lower: float, upper: float) -> None:
    span = read(printed, kind)
    assert (span.lower, span.upper) == pytest.approx((lower, upper), abs=1e-12)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("29.5", "count"),
        ("1.249", "count"),
        ("-3", "count"),
        ("many", "count"),
        ("26 completed, 3 aborted", "count"),
        ("1", "share"),
        ("0", "share"),
        ("120 %", "share"),
        ("9/8", "share"),
        ("0/0", "share"),
        ("-5 %", "share"),
        ("1.2", "p_value"),
        ("p", "p_value"),
        ("-0.5", "ratio"),
        ("garbage", "time"),
        ("12 m", "time"),
        ("over", "time"),
        ("22 (0-47.2)", "time"),
        ("March 2012 - June 2004", "time"),
        ("2004-13 to 2012-03", "time"),
        ("over a few years", "time"),
        ("30 to 24 months", "time"),
        ("1e400", "time"),
        ("9" * 200, "time"),
        ("NaN", "time"),
        ("inf", "time"),
        ("not reported", "time"),
        ("<script>alert(1)</script>", "time"),
        ("\x00", "time"),
    ],
)
def test_what_cannot_be_read_is_refused(printed: str, kind: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read(printed, kind)
    assert refusal.value.code == "TZ-PRN-01"
    assert refusal.value.what
    assert refusal.value.mend.startswith("write it like one of: ")
    assert len(refusal.value.what) < 200


def test_units() -> None:
    in_years = span_of(PrintedNumber(printed="24 months"), kind="time", unit="years")
    assert (in_years.lower, in_years.upper) == pytest.approx((23.5 / 12, 24.5 / 12))
    own = PrintedNumber(printed="just over two", unit="years")
    assert span_of(own, kind="time", unit="months").upper == pytest.approx(30.0)
    days = span_of(PrintedNumber(printed="2 weeks"), kind="time", unit="days")
    assert (days.lower, days.upper) == (10.5, 17.5)
    with pytest.raises(InputRefused, match="its unit is said to be years"):
        read("24 months", "time", unit="years")


def test_an_interval_given_wins() -> None:
    number = PrintedNumber(printed="dozens, says the mayor", interval=(30.0, 40.0))
    assert span_of(number, kind="count").lower == 30.0
    years = PrintedNumber(printed="2", unit="years", interval=(2.0, 2.5))
    assert span_of(years, kind="time", unit="months").upper == pytest.approx(30.0)
    assert span_of(PrintedNumber(printed="x", interval=(6.0, INF)), kind="time").upper == INF
    for kind, interval in (("share", (0.0, 1.1)), ("time", (-1.0, 2.0)), ("p_value", (0.0, 2.0))):
        with pytest.raises(InputRefused, match="its interval"):
            read("x", kind, interval=interval)


def test_limits_of_a_confidence_interval() -> None:
    number = PrintedNumber(printed="62", lower="22.9", upper="NR")
    lower = limits_span_of(number, side="lower", kind="time")
    upper = limits_span_of(number, side="upper", kind="time")
    assert lower is not None
    assert upper is not None
    assert (lower.lower, lower.upper) == pytest.approx((22.85, 22.95))
    assert upper.upper == INF
    assert limits_span_of(PrintedNumber(printed="62"), side="lower", kind="time") is None
    with pytest.raises(InputRefused):
        limits_span_of(PrintedNumber(printed="62", upper="a lot"), side="upper", kind="time")


def test_words_without_text2num_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "text_to_num", None)
    with pytest.raises(MissingExtra, match="text2num") as refusal:
        read("eighty-three", "count")
    assert "timezero[article]" in refusal.value.mend
    assert read("83", "count").lower == 83.0


def test_every_vague_word_is_documented() -> None:
    said = DOCUMENT.read_text()
    table = vague_words()
    words = [*table.before, *table.after, *(w for p in table.phrases.values() for w in p)]
    assert len(words) > 100
    assert [word for word in words if f"`{word}`" not in said] == []
