from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import timezero
from timezero.audit.evidence import Evidence, evidence_of
from timezero.audit.group_sizes import group_sizes
from timezero.audit.print_checks import run_checks
from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.printed import Span
from timezero.model.claim import Claim

CLAIMS = sorted((Path(timezero.__file__).parent / "data" / "claims").glob("*.toml"))


def evidence(question: dict[str, Any] | None = None, **numbers: Any) -> Evidence:
    """Return the evidence of a claim with these numbers."""
    return evidence_of(Claim.model_validate({"question": question or {}, "numbers": numbers}))


def ends(span: Span | None) -> tuple[float, float]:
    """Return the ends of a span that exists."""
    assert span is not None
    return span.lower, span.upper


def test_printed_numbers_become_intervals_in_the_unit_of_the_claim() -> None:
    found = evidence({"unit": "years"}, median_late="80 months", median_never="2.3")
    assert ends(found.span("median_late")) == pytest.approx((79.5 / 12, 80.5 / 12))
    assert ends(found.span("median_never")) == pytest.approx((2.25, 2.35))
    assert found.span("median") is None
    assert len(found.all_times()) == 2


def test_third_size_follows_from_two() -> None:
    found = evidence(n="29", n_late="8")
    assert ends(found.span("n_never")) == (21, 21)
    assert ends(found.share_late()) == pytest.approx((8 / 29, 8 / 29))
    assert "follows from n and n_late" in found.sizes["n_never"].rule
    assert [u.name for u in found.used_numbers()] == ["n", "n_late"]


def test_share_gives_the_count() -> None:
    assert ends(evidence(n="29", share_late="28 %").span("n_late")) == (8, 8)
    assert ends(evidence(n="290", share_late="28 %").span("n_late")) == (80, 82)


def test_alternatives_stay_alternatives() -> None:
    found = evidence(n_late="8", n_never="18 or 21")
    never, n = found.span("n_never"), found.span("n")
    assert never is not None
    assert n is not None
    assert never.alternatives == ((18, 18), (21, 21))
    assert n.alternatives == ((26, 26), (29, 29))
    assert ends(n) == (26, 29)


def test_alternative_that_does_not_add_up_is_left_out() -> None:
    found = evidence(n="29", n_late="8", n_never="18 or 21")
    assert ends(found.span("n_never")) == (21, 21)
    assert found.printed["n_never"].alternatives == ((18, 18), (21, 21))


def test_sizes_that_contradict_stay_as_printed() -> None:
    found = evidence(n="26", n_late="8", n_never="21")
    assert not found.sizes_agree
    assert ends(found.span("n")) == (26, 26)
    assert found.share_late() is None


def test_number_at_risk_at_time_zero_is_a_size() -> None:
    table = [
        {"group": "late", "time": 0, "printed": "8"},
        {"group": "never", "time": 0, "printed": "21"},
    ]
    assert ends(evidence(at_risk=table).span("n")) == (29, 29)


SIZE = st.integers(1, 12)


@given(SIZE, SIZE, st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_sizes_keep_the_truth_and_only_what_is_possible(
    late: int, never: int, slack: list[int]
) -> None:
    truth = {"n": late + never, "n_late": late, "n_never": never}
    printed = {
        name: Span(lower=max(value - slack[2 * k], 0), upper=value + slack[2 * k + 1], rule="")
        for k, (name, value) in enumerate(truth.items())
    }
    found = group_sizes(printed)
    assert found.consistent
    whole = [range(int(s.lower), int(s.upper) + 1) for s in printed.values()]
    possible = [(n, a, b) for n, a, b in itertools.product(*whole) if n == a + b]
    for k, name in enumerate(truth):
        values = [values[k] for values in possible]
        assert ends(found.spans[name]) == (min(values), max(values))


def test_limits_come_with_their_level() -> None:
    hazard = {"printed": "0.45", "lower": "0.22", "upper": "0.92", "level": 0.9}
    found = evidence(hazard_ratio=hazard, median="41.2").limits("hazard_ratio")
    assert found is not None
    low, high, level = found
    assert ends(low) == pytest.approx((0.215, 0.225))
    assert ends(high) == pytest.approx((0.915, 0.925))
    assert level == 0.9
    assert evidence(median="41.2").limits("median") is None
    curve = [{"group": "late", "time": 12, "printed": "80 %", "lower": "60 %", "upper": "95 %"}]
    limits = evidence(survival=curve).limits("survival late 12")
    assert limits is not None
    assert ends(limits[0]) == pytest.approx((0.595, 0.605))


def test_readings_are_named_sorted_and_filtered() -> None:
    found = evidence(
        survival=[
            {"group": "late", "time": 24, "printed": "60 %"},
            {"group": "late", "time": 12, "printed": "80 %"},
            {"group": "never", "time": 12, "printed": "50 %"},
        ],
        quantiles=[{"group": "late", "share": 0.25, "printed": "18"}],
    )
    assert [r.name for r in found.readings("survival", "late")] == [
        "survival late 12",
        "survival late 24",
    ]
    assert [r.label for r in found.readings("quantile")] == [
        "time by which 25% had died of the late treated"
    ]
    assert len(found.readings()) == 4


@pytest.mark.parametrize(
    ("numbers", "direction"),
    [
        ({"median_late": "80", "median_never": "27.2"}, -1),
        ({"median_late": "55", "median_never": "77"}, 1),
        ({"median_late": "not reached", "median_never": "61"}, -1),
        ({"median_late": "61", "median_never": "not reached"}, 1),
        ({"hazard_ratio": "0.56"}, -1),
        ({"hazard_ratio": "1.29"}, 1),
        ({"times_as_long": "three times"}, -1),
        ({"median_late": "27", "median_never": "27"}, 0),
        ({"p_value": "0.007"}, 0),
    ],
)
def test_direction(numbers: dict[str, str], direction: int) -> None:
    assert evidence(**numbers).direction() == direction


def test_used_numbers_say_what_each_is_used_for() -> None:
    found = evidence(
        n="29",
        median="41.2",
        median_late="80",
        wait="8.8",
        mean_late="70",
        times_as_long="three times",
        hazard_ratio={"printed": "0.45", "lower": "0.22", "upper": "0.92"},
        deaths_late="4",
        deaths_never="15",
        survival=[{"group": "all", "time": 12, "printed": "80 %"}],
    )
    used = {u.name: u for u in found.used_numbers()}
    assert {name: number.use for name, number in used.items()} == {
        "n": "size",
        "median": "pooled",
        "median_late": "contrast",
        "wait": "waiting",
        "mean_late": "checked_only",
        "times_as_long": "checked_only",
        "hazard_ratio": "contrast",
        "hazard_ratio lower": "contrast",
        "hazard_ratio upper": "contrast",
        "deaths_late": "contrast",
        "deaths_never": "contrast",
        "deaths_late and deaths_never": "pooled",
        "survival all 12": "pooled",
    }
    assert (used["deaths_late and deaths_never"].lower, used["n"].upper) == (19, 29)
    only = evidence(times_as_long="three times").used_numbers()
    assert [u.use for u in only] == ["contrast"]


def test_place_quotes_at_most_a_part_of_a_long_sentence() -> None:
    found = evidence(median={"printed": "41.2", "sentence": "word " * 80})
    assert found.place("median").startswith("median '41.2' in “word word")
    assert len(found.place("median")) < 200
    assert found.place("p_value") == ""


def test_everything_that_cannot_be_read_is_told_at_once() -> None:
    curve = [{"group": "late", "time": 12, "printed": "a few of them"}]
    with pytest.raises(InputRefused) as refusal:
        evidence(n="29.5", median="a while", survival=curve)
    places = [finding.where for finding in refusal.value.findings]
    assert places == ["numbers.n", "numbers.median", "numbers.survival late 12"]


@pytest.mark.parametrize("path", CLAIMS, ids=lambda p: p.stem)
def test_bundled_claims_are_possible(path: Path) -> None:
    claim = Claim.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    found = evidence_of(claim)
    assert found.used_numbers()
    errors = [
        f"{f.code}: {f.what}"
        for result in run_checks(found)
        for f in result.findings
        if f.severity == Severity.ERROR
    ]
    assert errors == []


def test_open_intervals_are_kept_open() -> None:
    used = evidence(median_late="over six years").used_numbers()[0]
    assert used.lower == pytest.approx(72.0)
    assert math.isinf(used.upper)
