"""Curves of a claim: which are pooled, which refused, and where their numbers come from."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from digitised_curve import digitise
from timezero.audit.claim_curves import Reconstruction, reconstruct_claim, risk_numbers
from timezero.audit.pooled_curve import pooled_knots
from timezero.audit.reading_error import ReadingError, reconstruct_repeatedly
from timezero.errors import AnalysisRefused, InputRefused
from timezero.model.audit_result import UsedNumber
from timezero.model.claim import Claim

TIMES = (0, 12, 24, 36)


def arms() -> dict[str, tuple[Any, Any]]:
    """Simulated: 40 late and 80 never treated; exits and whether they died."""
    draw = np.random.default_rng(21)
    found = {}
    for group, n, scale in (("late", 40, 45.0), ("never", 80, 22.0)):
        life, lost = draw.exponential(scale, n) + 0.1, draw.uniform(12, 60, n)
        found[group] = (np.minimum(life, lost), life <= lost)
    found["all"] = tuple(np.concatenate([found["late"][k], found["never"][k]]) for k in (0, 1))
    return found


def claim_of(groups: tuple[str, ...], **question: Any) -> Claim:
    found = arms()
    at_risk = [
        {"group": g, "time": t, "printed": str(int(np.sum(found[g][0] >= t)))}
        for g in groups
        for t in TIMES
    ]
    numbers = {
        "n_late": "40",
        "n_never": "80",
        "n": "120",
        "deaths_late": str(int(found["late"][1].sum())),
        "at_risk": at_risk,
    }
    return Claim.model_validate({"numbers": numbers, "question": question})


def curves_of(*groups: str) -> Any:
    return {group: digitise(*arms()[group]) for group in groups}


def built(*groups: str, **more: Any) -> Reconstruction:
    question = more.pop("question", {})
    return reconstruct_claim(
        claim_of(groups, **question), curves_of(*groups), n_repeats=5, seed=3, **more
    )


def test_both_groups_are_pooled() -> None:
    found = built("late", "never")
    assert list(found.records) == ["late", "never"]
    assert [a.group for a in found.accuracies] == ["late", "never"]
    assert [a.n for a in found.accuracies] == [40, 80]
    assert found.why_not_pooled == ""
    assert found.pooled is not None
    times, survival = pooled_knots(found.records["never"], found.records["late"])
    assert found.pooled[0].tolist() == times.tolist()
    assert found.pooled[1].tolist() == survival.tolist()
    assert len(found.repeats) == 5
    assert any(r[1].tolist() != found.repeats[0][1].tolist() for r in found.repeats[1:])


def test_pooled_curve_of_groups_is_that_of_all() -> None:
    by_groups, by_all = built("late", "never").pooled, built("all").pooled
    assert by_groups is not None
    assert by_all is not None
    at = np.linspace(3, 40, 12)
    heights = [np.exp(np.interp(at, t, np.log(s))) for t, s in (by_groups, by_all)]
    # Two readings of half a pixel and half a death of forty at risk.
    np.testing.assert_allclose(heights[0], heights[1], atol=0.015)


def test_curve_of_all_alone_is_enough_and_comes_first() -> None:
    alone, beside = built("all"), built("late", "never", "all")
    assert alone.pooled is not None
    assert beside.pooled is not None
    assert list(beside.records) == ["all", "late", "never"]
    assert beside.pooled[1].tolist() == alone.pooled[1].tolist()
    assert built("all", "late").pooled is not None


@pytest.mark.parametrize("group", ["late", "never"])
def test_one_group_alone_is_refused_by_name(group: str) -> None:
    with pytest.raises(AnalysisRefused) as caught:
        built(group)
    assert caught.value.code == "TZ-AUDIT-one-curve"
    assert f"only the curve of the group '{group}'" in caught.value.what
    assert "both groups" in caught.value.mend


def test_no_curve_is_refused() -> None:
    with pytest.raises(AnalysisRefused, match="no curve was given"):
        built()


@pytest.mark.parametrize("comparison", ["own_clocks", "waiting_excluded"])
def test_groups_on_two_clocks_are_put_together_but_not_pooled(comparison: str) -> None:
    found = built("late", "never", question={"comparison": comparison})
    assert found.pooled is None
    assert found.repeats == ()
    assert found.why_not_pooled.startswith("the curves were not pooled: ")
    assert len(found.accuracies) == 2


def test_numbers_beside_a_curve_come_from_the_claim() -> None:
    numbers = risk_numbers(claim_of(("late", "never")), "late")
    assert numbers.n == 40
    assert numbers.n_events == int(arms()["late"][1].sum())
    assert numbers.times == TIMES
    assert numbers.at_risk[0] == 40
    assert risk_numbers(claim_of(("late", "never")), "never").n_events is None


def test_words_need_a_reading() -> None:
    claim = Claim.model_validate({"numbers": {"n": "almost thirty"}})
    with pytest.raises(InputRefused) as caught:
        risk_numbers(claim, "all")
    assert caught.value.where == "numbers.n"
    assert risk_numbers(claim, "all", read={"n": (26, 29)}).n == 28
    given = Claim.model_validate({"numbers": {"n": {"printed": "many", "interval": [40, 44]}}})
    assert risk_numbers(given, "all").n == 42
    assert risk_numbers(claim, "late", read={"n_late": (7, 9)}).n == 8
    with pytest.raises(InputRefused, match="almost thirty"):
        risk_numbers(claim, "all", read={"n": (26, math.inf)})
    commas = Claim.model_validate({"numbers": {"n": "1,204"}})
    assert risk_numbers(commas, "all").n == 1204


def test_numbers_as_read_elsewhere_are_obeyed() -> None:
    values = {field.name: "" for field in fields(UsedNumber)}
    read = UsedNumber(**values | {"name": "n", "lower": 118.0, "upper": 122.0, "use": "size"})
    claim = Claim.model_validate({"numbers": {"n": "about 120"}})
    found = reconstruct_claim(claim, curves_of("all"), used=[read], n_repeats=1)
    assert found.records["all"].n == 120


def test_notes_of_all_curves_name_their_group() -> None:
    curves = curves_of("late", "never")
    t, s = curves["late"]
    curves["late"] = (np.append(t, -0.1), np.append(s, 0.99))
    found = reconstruct_claim(claim_of(("late", "never")), curves, n_repeats=1)
    assert any(note.where == "curve of the group 'late'" for note in found.notes)
    assert json.dumps([note.what for note in found.notes])


@pytest.mark.parametrize("error", [-0.001, 0.2, float("nan")])
def test_impossible_reading_errors_are_refused(error: float) -> None:
    records = built("all").records["all"]
    with pytest.raises(InputRefused, match="reading error"):
        reconstruct_repeatedly(
            records.points,
            records.numbers,
            n_repeats=1,
            seed=1,
            reading_error=ReadingError(survival=error),
        )
    with pytest.raises(InputRefused, match="0 repeats"):
        reconstruct_repeatedly(records.points, records.numbers, n_repeats=0, seed=1)
