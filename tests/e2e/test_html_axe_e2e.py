"""The report in a real browser: accessible, offline, and readable on a narrow screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from timezero.model.result import StudyResult
from timezero.report.render.html import render_html
from timezero.report.render.json import render_json, schema_text

MakeResult = Callable[..., StudyResult]
pytestmark = pytest.mark.needs_browser
WIDTHS = (320, 390, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield opened
        opened.close()


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
    params=["shared", "private", "stanford_heart", "simulated_repeat_hipec_29"],
)
def page_file(
    request: pytest.FixtureRequest,
    made_up_result: MakeResult,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    made_up = request.param in ("shared", "private")
    result = made_up_result(profile=request.param) if made_up else example_result(request.param)
    jsonschema.validate(json.loads(render_json(result)), json.loads(schema_text()))
    place = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    place.write_text(render_html(result), encoding="utf-8")
    return place


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(browser, page_file: Path, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    page.close()
    assert found.response["passes"], "axe ran no rule"
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_a_violation(browser, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    place = tmp_path / "bad.html"
    place.write_text("<html><body><img src='data:,'><p style='color:#ccc'>pale</p></body></html>")
    page = browser.new_page()
    page.goto(place.as_uri())
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    page.close()
    rules = {violation["id"] for violation in found.response["violations"]}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= rules


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(browser, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= width


def test_nothing_is_requested_and_nothing_complains(browser, page_file: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri())
    page.close()
    assert asked == [page_file.as_uri()]
    assert said == []


def test_one_picture_of_the_ladder_is_seen_at_each_width(browser, page_file: Path) -> None:
    for width, kind in ((390, "narrow"), (1280, "wide")):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(page_file.as_uri())
        seen = page.evaluate(
            "[...document.querySelectorAll('#ladder .picture')]"
            ".filter(p => p.offsetWidth > 0).map(p => p.className)"
        )
        page.close()
        assert seen == [f"picture {kind}"]


def test_no_text_of_a_picture_is_cut_or_runs_into_other_text(browser, page_file: Path) -> None:
    """Words that leave their drawing are cut; words on top of words cannot be read."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(page_file.as_uri())
    wrong = page.evaluate(
        """() => {
          const bad = [];
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            if (frame.width === 0) continue;
            const boxes = [...svg.querySelectorAll('text')]
              .map(t => [t.textContent.trim(), t.getBoundingClientRect()])
              .filter(([words, box]) => words && box.width > 0);
            for (const [words, box] of boxes)
              if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
                  box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
                bad.push('cut: ' + words);
            for (let i = 0; i < boxes.length; i++)
              for (let j = i + 1; j < boxes.length; j++) {
                const [a, p] = boxes[i], [b, q] = boxes[j];
                const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                if (x > 2 && y > 0.35 * Math.min(p.height, q.height))
                  bad.push('over: ' + a + ' | ' + b);
              }
          }
          return bad;
        }"""
    )
    page.close()
    assert wrong == []
