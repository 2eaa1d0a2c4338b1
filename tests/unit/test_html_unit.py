"""What stands in the report, and what must not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from timezero.model.result import StudyResult
from timezero.report.render.html import render_html
from timezero.report.render.text import render_text

MakeResult = Callable[..., StudyResult]
LARGEST = 2_000_000
BANNED = re.compile(
    r"\b(prolongs?|extends (life|survival)|benefits? of|doubles survival|proven|proves|debunked)\b"
    r"|(?<!statistically )\bsignificant(ly)?\b|\bno difference\b|<[^>]*\bTODO\b",
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


def words(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    return " ".join(parser.said)


@pytest.fixture(scope="module", params=["publish", "own"])
def page(request: pytest.FixtureRequest, made_up_result: MakeResult) -> str:
    return render_html(made_up_result(profile=request.param))


def test_the_page_is_whole_small_and_asks_for_nothing(page: str) -> None:
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert len(page.encode()) < LARGEST
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!#)""", page.replace("xlink:href", "href"))
    assert not re.search(r"url\((?!#)|@import", page)


def test_generated_words_are_symmetric_and_not_causal(
    page: str, made_up_result: MakeResult
) -> None:
    assert BANNED.findall(words(page)) == []
    assert BANNED.findall(render_text(made_up_result())) == []


def test_identifiers_are_unique(page: str) -> None:
    found = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, n in found.items() if n > 1] == []


def test_every_reference_inside_the_page_exists(page: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', page))
    pattern = r'(?:href="#|url\(#|aria-labelledby=")([^")]+)'
    assert set(re.findall(pattern, page)) <= ids


def test_simulated_patients_are_announced_first(made_up_result: MakeResult) -> None:
    result = made_up_result()
    said = words(render_html(result))
    assert said.index("Simulated data.") < said.index(result.verdict.headline)
    real = replace(result, cohort=replace(result.cohort, simulated=False))
    assert "Simulated data." not in words(render_html(real))


def test_words_from_outside_cannot_become_markup(made_up_result: MakeResult) -> None:
    result = made_up_result()
    bad = "<script>alert(1)</script> & 'quoted'"
    question = result.protocol.question.model_copy(
        update={"title": bad, "time_zero": bad, "treatment": bad, "published_claim": bad}
    )
    protocol = result.protocol.model_copy(update={"question": question})
    page = render_html(replace(result, protocol=protocol))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_shared_report_shows_no_patient_and_no_small_number(made_up_result: MakeResult) -> None:
    page = render_html(made_up_result(profile="publish"))
    assert "swimmer" not in page
    assert "B5: empty" not in page
    assert not re.search(r">P\d+<", page)
    assert "&lt;5" in page
    counts = re.search(r'<th scope="row">not eligible|left out: not eligible', page)
    assert counts is not None
    assert ">3<" not in page[page.index("From the file to") : page.index("Characteristics")]


def test_a_private_report_shows_them(made_up_result: MakeResult) -> None:
    page = render_html(made_up_result(profile="own"))
    assert "Private report." in page
    assert re.search(r">P\d+<", page)
    assert "B5: empty" in page


def test_rendering_twice_gives_the_same_page(made_up_result: MakeResult) -> None:
    assert render_html(made_up_result()) == render_html(made_up_result())


def test_a_large_registry_still_gives_a_small_page(made_up_result: MakeResult) -> None:
    result = made_up_result()
    n = 100_000
    long = {}
    for curve in result.rung("time_varying").curves:
        fall = np.exp(-np.linspace(0.0, 2.0, n))
        flat = np.full(n, 2.0)
        long[curve.arm] = replace(
            curve, times=np.linspace(0.0, 100.0, n), survival=fall, lower=fall * 0.98,
            upper=fall * 1.02, standard_error=fall * 0.01, n_at_risk=np.arange(n, 0, -1.0),
            n_events=flat, n_censored=flat,
            n_crossed=flat if curve.arm == "reference" else 0 * flat,
        )  # fmt: skip
    rungs = tuple(
        replace(r, curves=tuple(long[c.arm] for c in r.curves)) if r.curves else r
        for r in result.rungs
    )
    assert len(render_html(replace(result, rungs=rungs)).encode()) < LARGEST


def test_all_that_a_report_must_hold_is_there(made_up_result: MakeResult) -> None:
    said = words(render_html(made_up_result()))
    for wanted in (
        "What this study does not answer",
        "no trigger was recorded",
        "C9. Ties",
        "What was not checked",
        "Mantel N, Byar DP",
        "It is not advice to any patient",
        "analysis.seed",
        "crossed over",
    ):
        assert wanted in said
