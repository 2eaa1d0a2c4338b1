"""What others may see of a result: no small count, no exact time, no single patient."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from timezero.errors import AnalysisRefused
from timezero.model.protocol import ReportPart
from timezero.model.result import StudyResult
from timezero.report.coarse_curves import MONTH, CoarseCurve, coarsened
from timezero.report.count_ledger import COUNTS, ledger_of
from timezero.report.document import Figure, Findings, Prose, Table, write_sections
from timezero.report.ladder_rows import ladder_rows
from timezero.report.render.html import render_html
from timezero.report.render.json import as_json, render_json
from timezero.report.shareable import shareable
from timezero.report.suppression import fates, is_safe, possible

MakeResult = Callable[..., StudyResult]
SMALLEST = {"publish": 5, "cms": 11}
PROFILES = tuple(SMALLEST)


@pytest.fixture(scope="module", params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def numbers_in(tree: Any, under: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a JSON tree with the name it stands under."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from numbers_in(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from numbers_in(value, under)
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield under, float(tree)


def test_no_small_count_stands_in_json(made_up_result: MakeResult, profile: str) -> None:
    document = as_json(made_up_result(profile=profile))
    counted = ("n_at_risk", "n_events", "n_censored", "n_crossed", "n_patients", "n_removed",
               "n_missing", "n_initiated", "n_triggered", "n_competing", "n_rows")  # fmt: skip
    parts = {name: document[name] for name in ("cohort", "findings")}
    parts["rungs"] = [{k: r[k] for k in ("arms", "curves")} for r in document["rungs"]]
    small = [(n, v) for n, v in numbers_in(parts) if n in counted and 0 < v < SMALLEST[profile]]
    assert small == []
    tables = [t for r in document["rungs"] for t in r["tables"]] + document["sensitivity"]
    cells = [
        (table["name"], name, value)
        for table in tables
        for name, column in table["columns"].items()
        if COUNTS.search(name)
        for value in column
        if isinstance(value, int | float) and 0 < value < SMALLEST[profile]
    ]
    assert [c for c in cells if float(c[2]).is_integer()] == []


def test_json_has_no_patient_and_no_exact_time(made_up_result: MakeResult, profile: str) -> None:
    result = made_up_result(profile=profile)
    document = as_json(result)
    assert "patient" not in document["cohort"]
    month = MONTH[result.cohort.time_unit]
    for rung in document["rungs"]:
        for curve in rung["curves"]:
            months = np.array(curve["times"][1:]) / month
            assert np.allclose(months, months.round(), atol=1e-2), rung["name"]
        for table in rung["tables"]:
            assert table["name"] != "influence"
    text = render_json(result)
    assert all(identifier not in text for identifier in result.cohort.patient)
    digits = [found.replace(".", "").strip("0") for found in re.findall(r"\d+\.\d+(?!e)", text)]
    assert max(map(len, digits)) <= 8
    numbers = [v for _, v in numbers_in(document["rungs"]) if not v.is_integer()]
    assert [v for v in numbers if v != float(f"{v:.4g}")] == []


def test_the_same_estimates_are_read(made_up_result: MakeResult, profile: str) -> None:
    """Which of two estimates is read first depends on events; hiding them must not change it."""
    result = made_up_result(profile=profile)
    rows = [
        [(row.label, row.hazard_ratio, row.time_lived) for row in ladder_rows(r)]
        for r in (result, shareable(result))
    ]
    values = [
        [(label, *(None if c is None else (c.variant, c.value) for c in both))
         for label, *both in of_one]
        for of_one in rows
    ]  # fmt: skip
    assert values[0] == values[1]


def test_details_in_json_hold_no_count(made_up_result: MakeResult, profile: str) -> None:
    document = as_json(made_up_result(profile=profile))
    names = {n for r in document["rungs"] for c in r["contrasts"] for n in c["details"]}
    assert not {n for n in names if "observed" in n or "events" in n or n.startswith("n_p")}


def test_own_json_keeps_everything(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="own")
    document = as_json(result)
    assert document["cohort"]["n_events"] == int(result.cohort.event.sum())
    assert document["privacy"] == {"profile": "own", "smallest_shown": 1}
    times = document["rungs"][0]["curves"][0]["times"]
    assert times == result.rungs[0].curves[0].times.tolist()
    assert shareable(result) is result


def test_every_small_count_of_the_report_is_safe(made_up_result: MakeResult, profile: str) -> None:
    """The attacker knows every sum of the ledger and what is printed."""
    result = made_up_result(profile=profile)
    smallest = SMALLEST[profile]
    curves = {
        rung.name: coarsened(rung.curves, result.cohort.time_unit, smallest)
        for rung in result.rungs
    }
    system = ledger_of(result, curves).system
    found = fates(system, smallest)
    small = [k for k, n in enumerate(system.counts) if 0 < n < smallest]
    assert len(small) > 5
    for k in small:
        assert is_safe(possible(system, found, smallest, k), smallest), k


def words_of(block: object) -> Iterator[str]:
    """Yield the sentences of a block: captions, notes, titles, descriptions, paragraphs."""
    if isinstance(block, Prose):
        yield from block.paragraphs
    elif isinstance(block, Table):
        yield from (block.caption, block.note)
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Figure):
        yield from (block.title, block.alt, block.note)
        yield from words_of(block.table)
    elif isinstance(block, Findings):
        assert not block.with_evidence
        for finding in block.findings:
            assert finding.evidence == ()
            yield from (finding.what, finding.where)


PLANTED = (
    "3 patients were lost",
    "rests on 2 events",
    "4 of 60 patients had no date",
    "one patient died on the day",
)


def test_no_sentence_says_a_small_count(made_up_result: MakeResult, profile: str) -> None:
    """Small counts are planted wherever sentences come from."""
    result = made_up_result(profile=profile)
    told = " and ".join(PLANTED)
    result = replace(
        result,
        verdict=replace(result.verdict, headline=told, reasons=(told,), not_answered=(told,)),
        rungs=tuple(replace(r, cautions=(told,), difference=told) for r in result.rungs),
        guards=tuple(replace(g, what=told) for g in result.guards),
        findings=tuple(replace(f, what=told) for f in result.findings),
        decomposition=tuple(replace(s, words=told) for s in result.decomposition),
    )
    pattern = re.compile(r"(?<!than )\b([1-4]|one|two|three|four) (patients?|events?|of 60)\b")
    said = [
        words
        for section in write_sections(result)
        for block in section.blocks
        for words in words_of(block)
    ]
    assert [words for words in said if pattern.search(words)] == []
    assert any(f"fewer than {SMALLEST[profile]} patients" in words for words in said)
    assert pattern.search(render_json(result)) is None


def test_steps_of_shared_curves_hold_enough_events(
    made_up_result: MakeResult, profile: str
) -> None:
    smallest = SMALLEST[profile]
    result = made_up_result(profile=profile)
    n_curves = 0
    for rung in result.rungs:
        for exact, coarse in zip(rung.curves, shareable(result).rung(rung.name).curves,
                                 strict=True):  # fmt: skip
            assert isinstance(coarse, CoarseCurve)
            steps = coarse.n_events[coarse.n_events > 0]
            assert (steps >= smallest).all()
            left = exact.n_events.sum() - coarse.n_events.sum()
            assert left == 0 or left >= smallest or not steps.size
            at_risk = coarse.n_at_risk[coarse.n_at_risk >= 0]
            assert ((at_risk == 0) | (at_risk >= smallest)).all()
            n_curves += 1
    assert n_curves > 4


def test_shared_curves_are_the_exact_ones_read_off(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="publish")
    exact = result.rungs[0].curves[0]
    coarse = shareable(result).rungs[0].curves[0]
    assert coarse.times.size > 2
    for time, survival in zip(coarse.times.tolist(), coarse.survival.tolist(), strict=True):
        before = exact.survival[exact.times <= time]
        assert survival == (before[-1] if before.size else 1.0)


def test_table_one_hides_what_would_give_a_small_count_away(made_up_result: MakeResult) -> None:
    page = render_html(made_up_result(profile="publish"))
    assert "Numbers below 5 are hidden" in page
    assert "&lt;5" in page or "<5" in page


def test_too_few_patients_cannot_be_shared(made_up_result: MakeResult) -> None:
    result = made_up_result(profile="publish")
    few = replace(result, protocol=result.protocol.model_copy(
        update={"report": ReportPart(profile="cms", smallest_cell=1000)}))  # fmt: skip
    with pytest.raises(AnalysisRefused, match="fewer than 1000 patients"):
        shareable(few)


@pytest.mark.parametrize(("profile", "raised"), [("publish", 8), ("cms", 20)])
def test_the_threshold_can_be_raised(profile: str, raised: int) -> None:
    part = ReportPart.model_validate({"profile": profile, "smallest_cell": raised})
    assert part.smallest_shown == raised


@pytest.mark.parametrize(("profile", "lowered"), [("publish", 4), ("cms", 10)])
def test_the_threshold_cannot_be_lowered(profile: str, lowered: int) -> None:
    with pytest.raises(ValueError, match="hides counts below"):
        ReportPart.model_validate({"profile": profile, "smallest_cell": lowered})


def test_profiles_have_their_thresholds() -> None:
    assert {p: ReportPart.model_validate({"profile": p}).smallest_shown
            for p in ("own", "publish", "cms")} == {"own": 1, "publish": 5, "cms": 11}  # fmt: skip
    with pytest.raises(ValueError, match="own"):
        ReportPart.model_validate({"profile": "private"})


def test_json_is_the_same_each_time(made_up_result: MakeResult) -> None:
    first, second = (render_json(made_up_result(profile="cms")) for _ in range(2))
    assert json.loads(first) == json.loads(second)
