"""The page of an audit in a real browser: accessible, offline, readable on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser_checks import (
    WIDTHS,
    axe_report,
    opened,
    pictures_seen,
    requests_and_complaints,
    width_needed,
    wrong_words,
)
from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import reviewer_comment
from timezero.report.render.audit_html import render_audit_html

MakeAudit = Callable[..., AuditResult]
pytestmark = pytest.mark.needs_browser
VARIANTS = ("rich", "sparse", "not_reached", "hazard_ratio", "survival", "hostile")


@pytest.fixture(scope="module", params=VARIANTS)
def page_file(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    made_up_audit: MakeAudit,
) -> Path:
    place = tmp_path_factory.mktemp("audit") / f"{request.param}.html"
    place.write_text(render_audit_html(made_up_audit(request.param)), encoding="utf-8")
    return place


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(browser, page_file: Path, width: int) -> None:
    found = axe_report(browser, page_file, width=width)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(browser, page_file: Path, width: int) -> None:
    assert width_needed(browser, page_file, width=width) <= width


def test_nothing_is_requested_and_nothing_complains(browser, page_file: Path) -> None:
    asked, said = requests_and_complaints(browser, page_file)
    assert asked == [page_file.as_uri()]
    assert said == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_of_a_picture_is_cut_or_runs_into_other_text(
    browser, page_file: Path, width: int
) -> None:
    assert wrong_words(browser, page_file, width=width) == []


def test_the_right_picture_is_seen_at_each_width(browser, page_file: Path) -> None:
    nothing_to_draw = page_file.stem == "sparse"
    for width, kind in ((390, "narrow"), (1280, "wide")):
        for section in ("waiting_alone", "selection", "compatible_effects"):
            seen = pictures_seen(browser, page_file, section=section, width=width)
            assert seen == ([] if nothing_to_draw else [f"picture {kind}"])


def test_one_click_selects_the_whole_comment(browser, page_file: Path, made_up_audit) -> None:
    page = opened(browser, page_file, width=1280)
    page.click("#reviewer_comment .copy")
    selected = page.evaluate("window.getSelection().toString()")
    page.close()
    expected = reviewer_comment(made_up_audit(page_file.stem))
    assert " ".join(selected.split()) == " ".join(expected.split())
