"""The stored summaries of public data sets against what others print of the same patients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def studies(read_output: Callable[[str], Any]) -> dict[str, Any]:
    return {study["name"]: study for study in read_output("late_events")["studies"]}


def test_stanford_is_the_stanford_of_the_other_program(
    studies: dict[str, Any], read_output: Callable[[str], Any]
) -> None:
    ours, theirs = studies["stanford_transplant"], read_output("stanford")["jasa"]
    ever, moving = theirs["ever_treated"], theirs["time_varying"]["unadjusted"]["efron"]
    assert (ours["n"], ours["n_late"]) == (ever["n"], ever["n_intervention"]) == (103, 69)
    assert ours["groups"]["all"]["deaths"] == ever["n_events"] == 75
    assert ours["naive"]["coefficient"] == pytest.approx(
        ever["cox"]["efron"]["coefficients"][0], rel=1e-12
    )
    assert ours["truth"]["coefficient"] == pytest.approx(moving["coefficients"][0], rel=1e-12)
    assert ours["truth"]["standard_error"] == pytest.approx(moving["standard_errors"][0], rel=1e-12)
    for group, arm in (("late", "intervention"), ("never", "reference")):
        assert ours["groups"][group]["median"] == ever["curves"][arm]["median"]


def test_stanford_is_what_was_printed(studies: dict[str, Any]) -> None:
    """Crowley and Hu's patients, from acceptance, in the version of jasa."""
    ours = studies["stanford_transplant"]
    assert ours["groups"]["never"]["median"][0] == 20
    assert ours["groups"]["late"]["median"][0] == 284
    assert ours["log_rank"]["chi2"] == pytest.approx(33.241993, abs=5e-7)
    assert ours["truth"]["coefficient"] == pytest.approx(0.12515104, abs=5e-9)
    assert ours["truth"]["standard_error"] == pytest.approx(0.30078617, abs=5e-9)
    assert ours["truth"]["hazard_ratio"] == pytest.approx(1.1333196, abs=5e-8)
    assert ours["truth"]["ci95"] == pytest.approx([0.6285253, 2.0435349], abs=5e-8)
    assert ours["groups"]["late"]["rmst"] > ours["groups"]["never"]["rmst"]


def test_platelet_recovery_counts_are_those_of_the_tutorial(studies: dict[str, Any]) -> None:
    """Putter, Fiocco, Geskus (2007): 1169 recover, of whom 383 relapse or die, and 458 others."""
    ours = studies["ebmt3_platelets"]
    assert (ours["n"], ours["n_late"]) == (2204, 1169)
    assert ours["groups"]["late"]["deaths"] == ours["truth"]["deaths_after"] == 383
    assert ours["groups"]["never"]["deaths"] == ours["truth"]["deaths_before"] == 458


def test_other_sets_have_the_sizes_that_their_documentation_gives(studies: dict[str, Any]) -> None:
    sizes = {
        "mgus_progression": (241, 64, 225),
        "mgus2_progression": (1384, 115, 963),
        "colon_recurrence": (929, 468, 452),
        "rotterdam_recurrence": (2982, 1518, 1272),
        "marrow_platelets": (137, 120, 81),
        "burn_antibiotic": (154, 63, 48),
        "ebmt4_recovery": (2279, 1218, 838),
    }
    for name, expected in sizes.items():
        ours = studies[name]
        assert (ours["n"], ours["n_late"], ours["groups"]["all"]["deaths"]) == expected, name


def test_parts_of_every_study_fit_together(studies: dict[str, Any]) -> None:
    assert len(studies) >= 40
    for name, ours in studies.items():
        groups = ours["groups"]
        assert groups["late"]["n"] + groups["never"]["n"] == groups["all"]["n"] == ours["n"], name
        assert groups["late"]["deaths"] + groups["never"]["deaths"] == groups["all"]["deaths"], name
        together = [
            a + b
            for a, b in zip(groups["late"]["at_risk"], groups["never"]["at_risk"], strict=True)
        ]
        assert together == groups["all"]["at_risk"], name
        truth = ours["truth"]
        assert truth["deaths_before"] + truth["deaths_after"] == groups["all"]["deaths"], name
        assert truth["deaths_after"] == groups["late"]["deaths"], name
        assert truth["ci95"][0] < truth["ci90"][0] < truth["hazard_ratio"], name
        low, middle, high = ours["waiting"]["quartiles"]
        assert 0 <= ours["waiting"]["min"] <= low <= middle <= high <= ours["waiting"]["max"], name
        assert ours["possible"] >= ours["follow_up"]["max"], name


def test_waiting_always_makes_the_ever_treated_look_better(studies: dict[str, Any]) -> None:
    """Beyersmann and others (2008): the sign of the time-dependent bias is known."""
    for name, ours in studies.items():
        assert ours["naive"]["coefficient"] < ours["truth"]["coefficient"], name


def test_sets_without_a_hazard_ratio_are_left_out_by_name(
    read_output: Callable[[str], Any], studies: dict[str, Any]
) -> None:
    left_out = {one["name"]: one["reason"] for one in read_output("late_events")["left_out"]}
    assert left_out.keys().isdisjoint(studies)
    assert "no terminal event" in left_out["node_positive_recurrence"]
    assert "same day" in left_out["infant_weaning"]
