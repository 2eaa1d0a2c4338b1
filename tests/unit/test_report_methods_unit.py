"""The methods paragraph says what was done, and nothing that was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.result import Rung, StudyResult
from timezero.report.document import Prose
from timezero.report.sections.methods import SECTION

MakeResult = Callable[..., StudyResult]


def said(result: StudyResult) -> str:
    paragraphs, _ = SECTION.blocks(result)
    assert isinstance(paragraphs, Prose)
    return " ".join(paragraphs.paragraphs)


def with_rungs(result: StudyResult, change: Callable[[Rung], Rung]) -> StudyResult:
    return replace(result, rungs=tuple(change(rung) for rung in result.rungs))


def without_variant(variant: str) -> Callable[[Rung], Rung]:
    return lambda rung: replace(
        rung, contrasts=tuple(c for c in rung.contrasts if c.variant != variant)
    )


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"n_deals": 10_000.0, "enumerated": 0.0}, "(10,000 deals drawn)"),
        ({"n_deals": 84.0, "enumerated": 1.0}, "(all 84 deals there are)"),
    ],
)
def test_the_deals_are_drawn_or_all_there_are(
    made_up_result: MakeResult, details: dict[str, float], words: str
) -> None:
    result = with_rungs(
        made_up_result(),
        lambda rung: replace(
            rung,
            contrasts=tuple(
                replace(c, details=details) if c.variant == "exact" else c for c in rung.contrasts
            ),
        ),
    )
    assert words in said(result)


def test_an_exact_test_that_was_not_done_is_not_described(made_up_result: MakeResult) -> None:
    result = made_up_result()
    assert "done exactly" in said(result)
    assert "done exactly" not in said(with_rungs(result, without_variant("exact")))


def test_a_landmark_curve_that_was_not_drawn_is_not_described(made_up_result: MakeResult) -> None:
    result = made_up_result()
    assert "simultaneous band" in said(result)
    bare = with_rungs(result, lambda rung: replace(rung, tables=()))
    assert "simultaneous band" not in said(bare)


def test_without_a_bootstrap_no_bootstrap_is_described(made_up_result: MakeResult) -> None:
    result = made_up_result()
    assert "2,000 bootstrap samples" in said(result)
    analysis = result.protocol.analysis.model_copy(update={"bootstrap": 0})
    protocol = result.protocol.model_copy(update={"analysis": analysis})
    assert "bootstrap" not in said(replace(result, protocol=protocol))


def test_adjustment_is_claimed_where_an_adjusted_ratio_stands(made_up_result: MakeResult) -> None:
    result = with_rungs(made_up_result(), without_variant("adjusted"))
    assert "not adjusted" in said(result)
    ladder = {rung.name: rung for rung in result.rungs}
    ratio = ladder["time_varying"].contrast("hazard_ratio")
    assert ratio is not None
    adjusted = replace(ratio, variant="adjusted")
    result = with_rungs(
        result,
        lambda rung: (
            replace(rung, contrasts=(*rung.contrasts, adjusted))
            if rung.name == "time_varying"
            else rung
        ),
    )
    names = ", ".join(c.name for c in result.cohort.covariates)
    assert f"also adjusted for {names} at time zero" in said(result)
