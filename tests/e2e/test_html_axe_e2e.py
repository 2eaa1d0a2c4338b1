"""The report in a real browser: accessible, offline, and readable on a narrow screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from browser_checks import (
    WIDTHS,
    axe_report,
    pictures_seen,
    requests_and_complaints,
    width_needed,
    wrong_words,
)
from timezero.model.result import StudyResult
from timezero.report.render.html import render_html
from timezero.report.render.json import render_json, schema_text

MakeResult = Callable[..., StudyResult]
pytestmark = pytest.mark.needs_browser


def example_result(name: str) -> StudyResult:
    """Walk the ladder on a bundled registry, with few draws."""
    from timezero.intake.cohort import read_cohort
    from timezero.intake.examples import example_study_file
    from timezero.intake.protocol_file import read_protocol, registry_path
    from timezero.ladder.run import study

    file = example_study_file(name)
    protocol = read_protocol(file)
    few = protocol.analysis.model_copy(update={"redeals": 300, "bootstrap": 40})
    protocol = protocol.model_copy(update={"analysis": few})
    return study(read_cohort(registry_path(protocol, file), protocol), protocol)


@pytest.fixture(
    scope="module",
    params=["publish", "own", "stanford_heart", "simulated_repeat_hipec_29"],
)
def page_file(
    request: pytest.FixtureRequest,
    made_up_result: MakeResult,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    made_up = request.param in ("publish", "own")
    result = made_up_result(profile=request.param) if made_up else example_result(request.param)
    jsonschema.validate(json.loads(render_json(result)), json.loads(schema_text()))
    place = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    place.write_text(render_html(result), encoding="utf-8")
    return place


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(browser, page_file: Path, width: int) -> None:
    found = axe_report(browser, page_file, width=width)
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_a_violation(browser, tmp_path: Path) -> None:
    place = tmp_path / "bad.html"
    place.write_text("<html><body><img src='data:,'><p style='color:#ccc'>pale</p></body></html>")
    found = axe_report(browser, place, width=1280)
    rules = {violation["id"] for violation in found.response["violations"]}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= rules


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(browser, page_file: Path, width: int) -> None:
    assert width_needed(browser, page_file, width=width) <= width


def test_nothing_is_requested_and_nothing_complains(browser, page_file: Path) -> None:
    asked, said = requests_and_complaints(browser, page_file)
    assert asked == [page_file.as_uri()]
    assert said == []


def test_one_picture_of_the_ladder_is_seen_at_each_width(browser, page_file: Path) -> None:
    for width, kind in ((390, "narrow"), (1280, "wide")):
        seen = pictures_seen(browser, page_file, section="ladder", width=width)
        assert seen == [f"picture {kind}"]


@pytest.mark.parametrize("width", [390, 500, 1280])
def test_no_text_of_a_picture_is_cut_or_runs_into_other_text(
    browser, page_file: Path, width: int
) -> None:
    """Words that leave their drawing are cut; words on top of words cannot be read."""
    assert wrong_words(browser, page_file, width=width) == []
