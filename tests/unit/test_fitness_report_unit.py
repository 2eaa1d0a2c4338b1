"""Weights, balance, states, guards, sensitivity in the report; small numbers hidden there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.result import DataTable, StudyResult
from timezero.report.data_tables import found_tables, printed_cell, printed_table
from timezero.report.document import Figure, Table
from timezero.report.figures.ladder_forest import FIGURE as FOREST
from timezero.report.figures.state_diagram import FIGURE as DIAGRAM
from timezero.report.figures.tipping_map import FIGURE as TIPPING
from timezero.report.figures.weights import FIGURE as WEIGHTS
from timezero.report.sections.balance import SECTION as BALANCE
from timezero.report.sections.guards import SECTION as GUARDS
from timezero.report.sections.sensitivity import SECTION as SENSITIVITY

MakeResult = Callable[..., StudyResult]
SMALL = re.compile(r"^[1-4]$")


@pytest.mark.parametrize(
    ("column", "value", "printed"),
    [
        ("n_treated", 3.0, "<5"),
        ("patients", 12.0, "12"),
        ("hazard_ratio", 0.5, "0.50"),
        ("log_hazard_ratio", -0.5, "\u22120.50"),
        ("standard_error", 0.31, "0.31"),
        ("largest_weight", 13.8, "13.8"),
        ("quantile", 0.995, "99.5%"),
        ("share_too_sick", 0.05, "5.0%"),
        ("p_upper", 0.0004, "< .001"),
        ("prior_lower", 0.6, "0.60"),
        ("days_later", -30.0, "\u221230.0"),
        ("survival_difference", 0.03, "+0.03"),
        ("e_value", 1.27, "1.27"),
        ("interval_start", 6.0, "6.00"),
        ("variant", "per_protocol", "per protocol"),
        ("rate", float("nan"), ""),
    ],
)
def test_cells_are_printed_by_the_name_of_their_column(
    column: str, value: float | str, printed: str
) -> None:
    assert printed_cell(column, value, 5) == printed


def test_a_title_of_two_sentences_is_a_caption_and_a_note() -> None:
    table = DataTable(name="t", title="What it is. What it is not.", columns={"rung": ("a",)})
    shown = printed_table(table, smallest=5, before="Rung", names={"a": "Name of a"})
    assert shown.caption == "Rung: What it is"
    assert shown.note == "What it is not."
    assert shown.rows == (("Name of a",),)


def test_of_refused_rungs_only_diagnostics_are_found(made_up_result: MakeResult) -> None:
    result = made_up_result()
    refused = tuple(replace(r, status="refused", refusal="too few") for r in result.rungs)
    changed = replace(result, rungs=refused)
    for name in ("weight_summary", "balance", "positivity"):
        assert len(list(found_tables(changed, name))) == len(list(found_tables(result, name))) > 0
    for name in ("truncation_sweep", "grace_sweep", "influence", "bounds", "priors"):
        assert list(found_tables(result, name))
        assert list(found_tables(changed, name)) == []
    figure = WEIGHTS.draw(changed)
    assert figure is not None
    assert "(refused)" in figure.title


def tables_of(blocks: object) -> list[Table]:
    return [
        b.table if isinstance(b, Figure) else b for b in blocks if isinstance(b, Figure | Table)
    ]  # type: ignore[union-attr]


def test_counts_of_weights_and_cells_are_hidden_when_shared(made_up_result: MakeResult) -> None:
    shared, private = made_up_result(profile="publish"), made_up_result(profile="own")
    patients = [row[3] for row in WEIGHTS.draw(shared).table.rows]  # type: ignore[union-attr]
    assert "<5" in patients
    assert not any(SMALL.match(n) for n in patients)
    hidden = next(r for r in WEIGHTS.draw(shared).table.rows if r[3] == "<5")  # type: ignore[union-attr]
    assert hidden[7] == "not shown"
    assert "2" in [row[3] for row in WEIGHTS.draw(private).table.rows]  # type: ignore[union-attr]
    cells = next(t for t in tables_of(BALANCE.blocks(shared)) if "counterpart" in t.caption)
    assert [row[2] for row in cells.rows] == ["0", "<5"]


def test_numbers_on_arrows_are_hidden_when_shared(made_up_result: MakeResult) -> None:
    shared = DIAGRAM.draw(made_up_result(profile="publish"))
    private = DIAGRAM.draw(made_up_result(profile="own"))
    assert shared is not None
    assert private is not None
    words = re.findall(r">([^<>]+)</text>", shared.pictures[0].svg)
    assert "&lt;5" in words
    assert "3" not in words
    assert ">3</text>" in private.pictures[0].svg


def test_the_tipping_map_says_where_it_flips(made_up_result: MakeResult) -> None:
    figure = TIPPING.draw(made_up_result())
    assert figure is not None
    assert "the interval lies below 1; where the shading changes it no longer does" in figure.title
    assert len(figure.table.rows) == 35
    result = made_up_result()
    far = replace(
        next(t for t in result.sensitivity if t.name == "tipping_map"),
        notes={"log_hazard_ratio": -9.0, "lower": -18.0, "upper": 0.0},
    )
    figure = TIPPING.draw(replace(result, sensitivity=(far,)))
    assert figure is not None
    assert "everywhere on this map the interval includes 1" in figure.title


def test_a_map_is_drawn_and_not_listed(made_up_result: MakeResult) -> None:
    captions = [t.caption for t in tables_of(SENSITIVITY.blocks(made_up_result()))]
    assert not any("With something unmeasured" in caption for caption in captions)
    assert any("Rosenbaum" in caption for caption in captions)


def test_grave_guards_come_first_and_name_all_they_concern(made_up_result: MakeResult) -> None:
    result = made_up_result()
    again = replace(result.guards[1], subject="clone_censor_weight")
    tables = tables_of(GUARDS.blocks(replace(result, guards=(*result.guards, again))))
    first, folded = tables
    assert [row[0][:3] for row in first.rows] == ["G13", "G12", "G6:"]
    assert first.rows[2][1] == "Weighted Cox, Cloned and weighted"
    assert folded.folded
    assert list(GUARDS.blocks(replace(result, guards=()))) == []


def test_the_forest_has_all_rungs_and_refusals_with_reasons(made_up_result: MakeResult) -> None:
    result = made_up_result()
    refused = tuple(
        replace(r, status="refused", refusal="nobody could be matched", contrasts=(), tables=())
        if r.name == "risk_set_matching"
        else r
        for r in result.rungs
    )
    figure = FOREST.draw(replace(result, rungs=refused))
    assert figure is not None
    assert "4 ways of weighing fitness give 0.94 to 1.05" in figure.title
    for picture in figure.pictures:
        for words in ("Fitness", "Trigger", "refused: nobody could be matched", "no hazard ratio"):
            assert words in picture.svg
    row = next(r for r in figure.table.rows if r[0] == "G-estimation")
    assert row[3].startswith("no hazard ratio; ratio of times lived")
