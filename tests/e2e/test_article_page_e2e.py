"""The plain-language page in a real browser: accessible, offline, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from article_page import CLAIMS, page_audit
from audit_fixture import VARIANTS, VERDICTS
from timezero.report.render.article_html import render_article_html

pytestmark = pytest.mark.needs_browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
PAGES = {
    **{code: ("", code, "rich") for code in VERDICTS},
    **{claim: (claim, "", "rich") for claim in CLAIMS},
    **{variant: ("", "", variant) for variant in VARIANTS},
}


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("article")


def page_file(folder: Path, name: str) -> Path:
    place = folder / f"{name.replace(' ', '_')}.html"
    if not place.exists():
        place.write_text(render_article_html(page_audit(*PAGES[name])), encoding="utf-8")
    return place


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", ["survival", "sparse", "hostile", "drug", "by lot"])
def test_axe_finds_no_violation(browser, folder: Path, name: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file(folder, name).as_uri())
    page.evaluate(OPEN_ALL)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    page.close()
    assert found.response["passes"], "axe ran no rule"
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_a_narrow_phone(browser, folder: Path, name: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900})
    page.goto(page_file(folder, name).as_uri())
    closed = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate(OPEN_ALL)
    opened = page.evaluate("document.documentElement.scrollWidth")
    beyond = page.evaluate(
        "[...document.querySelectorAll('main *')]"
        ".filter(e => e.getBoundingClientRect().right > 320).map(e => e.outerHTML.slice(0, 80))"
    )
    page.close()
    assert (closed, opened) == (320, 320)
    assert beyond == []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_prints_on_two_sides(browser, folder: Path, name: str) -> None:
    from pypdfium2 import PdfDocument

    page = browser.new_page()
    page.goto(page_file(folder, name).as_uri())
    printed = PdfDocument(page.pdf(prefer_css_page_size=True))
    page.close()
    sizes = [printed.get_page_size(k) for k in range(len(printed))]
    text = printed[0].get_textpage().get_text_range()
    printed.close()
    assert len(sizes) <= 2
    assert sizes[0] == pytest.approx((595.0, 842.0), abs=2.0)
    assert "In short" in text


def test_nothing_is_requested_and_nothing_complains(browser, folder: Path) -> None:
    place = page_file(folder, "hostile")
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(place.as_uri())
    page.evaluate(OPEN_ALL)
    page.close()
    assert asked == [place.as_uri()]
    assert said == []


def test_the_button_works_without_script(browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file(folder, "survival").as_uri())
    inside = page.get_by_text("These numbers are about groups of people in the past.")
    assert not inside.is_visible()
    button = page.locator("summary")
    size = button.bounding_box()
    button.focus()
    page.keyboard.press("Enter")
    assert inside.is_visible()
    context.close()
    assert size is not None
    assert min(size["width"], size["height"]) >= 24


def test_no_text_of_a_picture_is_cut_or_runs_into_other_text(browser, folder: Path) -> None:
    for name in ("rich", "drug"):
        page = browser.new_page(viewport={"width": 390, "height": 900})
        page.goto(page_file(folder, name).as_uri())
        wrong = page.evaluate(
            """() => {
              const bad = [];
              for (const svg of document.querySelectorAll('.frame svg')) {
                const frame = svg.getBoundingClientRect();
                const boxes = [...svg.querySelectorAll('text')]
                  .map(t => [t.textContent.trim(), t.getBoundingClientRect()]);
                if (boxes.length < 8) bad.push('too little text');
                for (const [words, box] of boxes)
                  if (box.left < frame.left || box.right > frame.right ||
                      box.top < frame.top || box.bottom > frame.bottom)
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
