"""What stands in the page of an audit, and what must not."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import journalist_paragraph, reviewer_comment
from timezero.report.render.audit_html import get_ready_for_audit, render_audit_html
from timezero.report.render.audit_text import render_audit_text

MakeAudit = Callable[..., AuditResult]
LARGEST = 1_500_000
VARIANTS = ("rich", "sparse", "no_contrast", "not_reached", "hazard_ratio", "survival", "hostile")
BANNED = re.compile(
    r"\b(prolongs?|extends (life|survival)|benefits? of|doubles survival|proven|proves|debunked)\b"
    r"|(?<!statistically )\bsignificant(ly)?\b|\bno difference\b",
    re.IGNORECASE,
)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.hidden = tag == "style"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def words(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    return " ".join(" ".join(parser.said).split())


@pytest.fixture(scope="module", params=VARIANTS)
def page(request: pytest.FixtureRequest, made_up_audit: MakeAudit) -> str:
    return render_audit_html(made_up_audit(request.param))


def test_the_page_is_whole_small_and_asks_for_nothing(page: str) -> None:
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert len(page.encode()) < LARGEST
    assert "<script" not in page
    assert not re.search(r"""<[^>]*(src|href)=["'](?!#)""", page.replace("xlink:href", "href"))
    assert not re.search(r"url\((?!#)|@import", page)
    assert not re.search(r"<[^>]* on\w+=", page)


def test_identifiers_are_unique_and_references_exist(page: str) -> None:
    found = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, n in found.items() if n > 1] == []
    pattern = r'(?:href="#|url\(#|aria-labelledby=")([^")]+)'
    assert set(re.findall(pattern, page)) <= set(found)


def test_generated_words_are_symmetric_and_not_causal(page: str) -> None:
    assert BANNED.findall(words(page)) == []


def test_no_number_is_printed_as_nan_or_infinity(page: str) -> None:
    assert not re.search(r"\b(nan|inf|infinity)\b", words(page), re.IGNORECASE)


def test_words_from_outside_cannot_become_markup(made_up_audit: MakeAudit) -> None:
    page = render_audit_html(made_up_audit("hostile"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 20
    assert 'href="javascript' not in page


def test_simulated_patients_are_announced_first(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    said = words(render_audit_html(result))
    assert said.index("Simulated data.") < said.index(result.verdict.headline)
    source = result.claim.source.model_copy(update={"simulated": False})
    real = replace(result, claim=result.claim.model_copy(update={"source": source}))
    assert "Simulated data." not in words(render_audit_html(real))


def test_rendering_twice_gives_the_same_page(made_up_audit: MakeAudit) -> None:
    assert render_audit_html(made_up_audit()) == render_audit_html(made_up_audit())


def test_getting_ready_does_not_change_the_page(made_up_audit: MakeAudit) -> None:
    before = render_audit_html(made_up_audit())
    get_ready_for_audit()
    assert render_audit_html(made_up_audit()) == before


def test_the_texts_to_take_over_stand_in_the_page_as_they_are(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    page = render_audit_html(result)
    for text in (reviewer_comment(result), journalist_paragraph(result)):
        assert html.escape(text) in page


def test_all_that_an_audit_must_hold_is_there(made_up_audit: MakeAudit) -> None:
    said = words(render_audit_html(made_up_audit()))
    for wanted in (
        "Waiting alone would make a ratio of medians of 1.62",
        "printed: 2.47",
        "The treatment does nothing here",
        "would have had it at",
        "measured factors",
        "fewer events if treated",
        "more events if treated",
        "P = 0.004 is smaller",
        "about 31%",
        "a heart transplant at Stanford",
        "would have died at half the rate",
        "Guyot",
        "What this does not answer",
        "It is not advice to any patient",
        "Digest of the claim",
        "set in the claim file",
        "Patients were not assigned by chance.",
    ):
        assert wanted in said, wanted


def test_terminal_and_page_print_the_same_numbers(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    said = words(render_audit_html(result))
    text = render_audit_text(result, colour=False, width=120)
    for number in ("1.62 (0.81 to 3.23)", "1.98 (0.99 to 3.94)", "0.62 (0.26 to 1.50)"):
        assert number in said
        assert number in text


@pytest.mark.parametrize(
    ("everywhere", "nowhere", "wanted"),
    [
        (True, False, "everywhere on this map"),
        (False, True, "Nowhere on this map"),
        (False, False, "the line is where half of them do"),
    ],
)
def test_the_map_says_where_its_line_is(
    everywhere: bool, nowhere: bool, wanted: str, made_up_audit: MakeAudit
) -> None:
    result = made_up_audit()
    assert result.tipping is not None
    line = () if everywhere or nowhere else result.tipping.contour
    tipping = replace(result.tipping, everywhere=everywhere, nowhere=nowhere, contour=line)
    page = render_audit_html(replace(result, tipping=tipping))
    assert wanted in page
    assert (">50%<" in page) == bool(line)


def test_differences_of_survival_have_their_ticks_in_points(made_up_audit: MakeAudit) -> None:
    page = render_audit_html(made_up_audit("survival"))
    picture = page[page.index("do-nothing-alt") :]
    ticks = {float(t.replace("\u2212", "-")) for t in re.findall(r">(\u2212?\d+)<", picture)}
    assert {20.0, 40.0} <= ticks
    assert "Difference in survival at 36 months (points)" in words(page)
