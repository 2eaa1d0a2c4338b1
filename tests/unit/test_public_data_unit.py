"""Claims made from public data sets: what is printed at each level, and how it is rounded."""

from __future__ import annotations

import copy
import importlib
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SIMULATIONS = Path(__file__).resolve().parents[2] / "simulations"
MODULES = ("tables", "public_claims", "public_data")


@pytest.fixture(scope="module")
def programs() -> Iterator[dict[str, ModuleType]]:
    sys.path.insert(0, str(SIMULATIONS))
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(SIMULATIONS))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def claims(programs: dict[str, ModuleType]) -> ModuleType:
    return programs["public_claims"]


@pytest.fixture(scope="module")
def data(programs: dict[str, ModuleType]) -> ModuleType:
    return programs["public_data"]


@pytest.fixture
def stanford(claims: ModuleType) -> dict[str, Any]:
    named = {study["name"]: study for study in claims.summaries()}
    return copy.deepcopy(named["stanford_transplant"])


def printed(claim: Any) -> dict[str, str]:
    return {
        name: number.printed
        for name in type(claim.numbers).model_fields
        if hasattr(number := getattr(claim.numbers, name), "printed")
    }


def test_sparse_print_has_sizes_medians_and_p_only(
    claims: ModuleType, stanford: dict[str, Any]
) -> None:
    assert printed(claims.build_claim(stanford, "sparse")) == {
        "n": "103",
        "n_late": "69",
        "median_late": "284",
        "median_never": "20",
        "p_value": "< 0.001",
    }


def test_usual_print_adds_deaths_ratio_waiting_and_follow_up(
    claims: ModuleType, stanford: dict[str, Any]
) -> None:
    claim = claims.build_claim(stanford, "usual")
    added = printed(claim)
    for name in printed(claims.build_claim(stanford, "sparse")):
        del added[name]
    assert added == {
        "n_never": "34",
        "deaths_late": "45",
        "deaths_never": "30",
        "hazard_ratio": "0.27",
        "accrual": "2382",
        "follow_up": "915",
        "follow_up_end": "2392",
        "wait": "25",
        "wait_lower_quartile": "9",
        "wait_upper_quartile": "45",
    }
    assert (claim.numbers.hazard_ratio.lower, claim.numbers.hazard_ratio.upper) == ("0.17", "0.43")
    assert claim.numbers.survival == claim.numbers.quantiles == claim.numbers.at_risk == ()


def test_full_print_adds_curves_and_numbers_at_risk(
    claims: ModuleType, stanford: dict[str, Any]
) -> None:
    claim = claims.build_claim(stanford, "full")
    assert printed(claim)["median"] == "99"
    assert [(q.group, q.share, q.printed) for q in claim.numbers.quantiles] == [
        ("late", 0.25, "71"),
        ("late", 0.75, "1031"),
        ("never", 0.25, "5"),
        ("never", 0.75, "68"),
    ]
    assert [(s.group, s.time, s.printed) for s in claim.numbers.survival] == [
        ("all", 200.0, "42%"),
        ("all", 400.0, "32%"),
        ("all", 600.0, "31%"),
    ]
    assert [r.printed for r in claim.numbers.at_risk if r.group == "never"] == ["4", "2", "1", "1"]
    assert not claim.source.simulated
    assert claim.question.comparison == "ever_treated"


def test_what_is_not_reached_or_not_known_is_said_or_left_out(
    claims: ModuleType, stanford: dict[str, Any]
) -> None:
    stanford["groups"]["late"]["median"] = [None, 109, None]
    stanford["groups"]["late"]["quartiles"] = [71, None, None]
    stanford["follow_up"]["median"] = None
    stanford["accrual"] = None
    stanford["note"] = "simulated"
    claim = claims.build_claim(stanford, "full")
    assert printed(claim)["median_late"] == "not reached"
    assert [(q.group, q.share) for q in claim.numbers.quantiles] == [
        ("late", 0.25),
        ("never", 0.25),
        ("never", 0.75),
    ]
    assert claim.numbers.follow_up is None
    assert claim.numbers.accrual is None
    assert claim.source.simulated


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (41.25, "months", "41.2"),
        (41.25, "days", "41"),
        (0.149, "years", "0.1"),
        (None, "days", "not reached"),
    ],
)
def test_times_are_rounded_as_papers_do(
    claims: ModuleType, value: float | None, unit: str, text: str
) -> None:
    assert claims.printed_time(value, unit) == text


def test_ratios_p_values_and_shares_are_rounded_as_papers_do(claims: ModuleType) -> None:
    assert [claims.printed_ratio(r) for r in (0.2662, 9.994, 9.996, 61.11)] == [
        "0.27",
        "9.99",
        "10.0",
        "61.1",
    ]
    assert [claims.printed_p(p) for p in (8e-9, 0.0011, 0.0994, 0.0996, 0.64)] == [
        "< 0.001",
        "0.001",
        "0.099",
        "0.10",
        "0.64",
    ]
    assert [claims.printed_share(s) for s in (1.0, 0.4205, 0.004)] == ["100%", "42%", "0%"]


def test_every_stored_study_makes_a_claim_at_every_level(claims: ModuleType) -> None:
    studies = claims.summaries()
    assert len(studies) >= 20
    for study in studies:
        sizes = [
            len(claims.build_claim(study, level).numbers.model_dump(exclude_defaults=True))
            for level in claims.LEVELS
        ]
        assert sizes == sorted(set(sizes)), study["name"]


def test_an_interval_is_compared_with_that_of_the_patients(
    data: ModuleType, stanford: dict[str, Any]
) -> None:
    low, high = stanford["truth"]["ci90"]

    def found(q05: float, q95: float) -> Any:
        ours = SimpleNamespace(q05=q05, q50=math.sqrt(q05 * q95), q95=q95)
        return SimpleNamespace(hazard_ratio=ours, fits=1.0, effective_n=500.4)

    same = data.compared(stanford, found(low, high))
    assert (same["covered"], same["width_ratio"], same["effective_n"]) == ("yes", "1.00", "500")
    wide = data.compared(stanford, found(low**2 / high, high))
    assert (wide["covered"], wide["width_ratio"]) == ("yes", "2.00")
    missed = data.compared(stanford, found(1.2, 2.4))
    assert missed["covered"] == "no"


def test_totals_count_answers_and_misses(data: ModuleType, stanford: dict[str, Any]) -> None:
    row = data.known(stanford, "usual")
    rows = [
        row | {"covered": "yes", "width_ratio": "1.50"},
        row | {"covered": "no", "width_ratio": "1.90"},
        row | {"refused": "cannot be read"},
    ]
    (table,) = data.totals(rows)
    assert table["comparisons"] == "3"
    assert table["answered"] == "2"
    assert table["covered"] == "1 of 2"
    assert table["nine in ten"] == "no"
    assert table["width ratio: median"] == "1.70"
    assert table["at most 1.7"] == "1"


def test_what_the_patients_contradict_is_said(data: ModuleType, stanford: dict[str, Any]) -> None:
    assert data.departures(stanford) == ""
    stanford["truth"]["taken_for_granted"] = {
        "ratio_over_time_z": -3.5,
        "later_initiation_z": 4.0,
        "censoring_z": None,
    }
    stanford["n"] = 5000
    assert data.departures(stanford) == (
        "ratio falls with time; higher if it came later; more patients than are simulated"
    )


def test_the_sets_where_waiting_hid_harm_and_where_less_hazard_remains_are_named(
    claims: ModuleType, data: ModuleType
) -> None:
    what = {
        row["comparison"]: row["what waiting did"] for row in data.harm_and_help(claims.summaries())
    }
    assert "favourable" in what["ebmt1_relapse"]
    assert "less than half" in what["mgus2_progression"]
    assert what["ebmt3_platelets"] == "a lower hazard remains"
    assert "stanford_transplant" not in what


def test_only_the_part_between_the_markers_of_the_page_is_replaced(data: ModuleType) -> None:
    begin, end = data.BEGIN.format("totals"), data.END.format("totals")
    text = f"before\n{begin}\nold\n{end}\nafter\n"
    new = data.between_markers(text, "totals", "| new |")
    assert new == f"before\n{begin}\n\n| new |\n\n{end}\nafter\n"
    assert data.between_markers(new, "totals", "| new |") == new
