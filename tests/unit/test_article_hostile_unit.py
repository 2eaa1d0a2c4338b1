"""Texts made to do harm: they end soon, and in a clear refusal or a safe draft."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from timezero.errors import InputRefused
from timezero.intake.article.passage import passage_of
from timezero.intake.article.read import read_article
from timezero.intake.article.settle import settled
from timezero.intake.article.tokens import MOST_NUMBERS
from timezero.model.claim import MAXIMUM_TEXT

# What Done-when 8 allows; on an idle machine each of these takes a second or two.
LONGEST_SECONDS = 10.0
CLAIM = (
    "Of 90 patients, 30 patients had a second operation. Median survival was 50 months with a "
    "second operation and 20 months with a single operation."
)
REPEATED = (
    "1 1 ",
    "(",
    "months ",
    "median 12 months ",
    "(95% CI 1-2) ",
    "one hundred and ",
    "twenty-",
    "a",
    "aa bb ",
    "\n",
    ". ",
    "1,",
    "-",
    "survival at 1, 3 and 5 years ",
    "8 patients who underwent repeat HIPEC ",
    "with and without repeat ",
    "call +1 2 3 4 ",
    "June 2004 and ",
    "who did not ",
    "second a b c ",
    "8 of 9 of ",
    "Patients (n = 12) survived 12 to 14 months vs. 13 (95% CI 2-3; p = .01) ",
)


@pytest.mark.parametrize("piece", REPEATED)
def test_repetition_ends_soon(piece: str) -> None:
    text = ("x " + piece * (MAXIMUM_TEXT // len(piece)))[: MAXIMUM_TEXT - 2] + " y"
    begun = time.process_time()
    draft = read_article(text)
    assert time.process_time() - begun < LONGEST_SECONDS
    assert draft.claim.numbers.n_late is None or draft.claim.numbers.n_late.printed == "8"


@pytest.mark.parametrize("piece", ["1 1 1 1 ", "((((", "months months ", "a", "9 of 9 "])
def test_a_million_characters_take_time_in_proportion(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    settled(passage_of(text[:200_000]))
    short = time.process_time() - begun
    begun = time.process_time()
    settled(passage_of(text))
    assert time.process_time() - begun < 20 * short + 1.0


@pytest.mark.parametrize("n_bytes", [1_000_000, 10_000_000, 30_000_000])
def test_more_text_than_an_article_is_refused_at_once(tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"1 1 months ((( " * (n_bytes // 15))
    begun = time.process_time()
    with pytest.raises(InputRefused, match=r"at most|the most") as refused:
        read_article(path)
    assert time.process_time() - begun < LONGEST_SECONDS
    assert refused.value.code == "TZ-ART-04"


def test_ten_megabytes_of_page_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    path.write_text("<html><body>" + "<p>1 month</p>" * 700_000, encoding="utf-8")
    begun = time.process_time()
    with pytest.raises(InputRefused, match="TZ-ART-04"):
        read_article(path)
    assert time.process_time() - begun < LONGEST_SECONDS


@pytest.mark.parametrize("depth", [150, 5_000, 100_000])
def test_deep_nesting_is_read(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.html"
    page = "<html><body>" + "<div>" * depth + CLAIM + "</div>" * depth + "</body></html>"
    path.write_text(page, encoding="utf-8")
    begun = time.process_time()
    draft = read_article(path)
    assert time.process_time() - begun < LONGEST_SECONDS
    assert draft.claim.numbers.median_late is not None
    assert draft.claim.numbers.median_late.printed == "50"


def test_scripts_in_titles_and_texts_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "script.html"
    path.write_text(
        "<html><head><title><script>alert(1)</script>Late &lt;b&gt;</title></head><body><article>"
        f"<script>document.write('99 patients')</script><p>{CLAIM}</p>"
        f"<p>They wrote it down twice. {CLAIM}</p></article></body></html>",
        encoding="utf-8",
    )
    claim = read_article(path).claim
    assert "99 patients" not in claim.text
    assert claim.numbers.n_late is not None
    assert claim.numbers.n_late.printed == "30"


def test_unclosed_and_broken_pages_are_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    path.write_text(f"<!doctype html><html><body><p <b>{CLAIM}<td></p></i <", encoding="utf-8")
    assert read_article(path).claim.numbers.median_late is not None


def test_invisible_characters_do_not_hide_a_number() -> None:
    plain = read_article(CLAIM).claim.numbers
    hidden = CLAIM.replace("50", "5\u200b0").replace("second", "sec\u00adond")
    draft = read_article(f"\u202e\ufeff{hidden}\x00")
    assert draft.claim.numbers.median_late is not None
    assert plain.median_late is not None
    assert draft.claim.numbers.median_late.printed == plain.median_late.printed
    assert any("invisible" in note for note in draft.notes)


def test_marks_of_the_grammar_cannot_be_smuggled_in() -> None:
    draft = read_article(f"{CLAIM} Median survival was \ue000T0\ue001 \ue000gL0\ue001 \ue002.")
    assert (
        draft.claim.numbers == read_article(f"{CLAIM} Median survival was T0 gL0 .").claim.numbers
    )


def test_a_table_read_as_a_sentence_is_left_alone() -> None:
    row = " ".join(str(k) for k in range(MOST_NUMBERS + 1))
    draft = read_article(f"{CLAIM} Survival {row} months.")
    assert sum(m.why == "a list of numbers" for m in draft.mentions) == MOST_NUMBERS + 1
    assert draft.claim.numbers == read_article(CLAIM).claim.numbers.model_copy()


@pytest.mark.parametrize(
    "text",
    [
        "0 months 0 years 0%",
        "Median survival was 99999999999999999999 months with a second operation.",
        "1e400 patients had a second operation; median survival NaN months.",
        "Median survival was -5 months with a second operation and 1,2,3,4 months without.",
        "p = p = p < < 0. HR HR 95% CI CI (((( 1-1-1-1",
        "٤٢ patients had a second operation, median survival ٥٠ months",
        "Of 0 of 0 of 0 patients 0 had a second operation (0%).",
    ],
)
def test_odd_numbers_give_a_draft_that_can_be_written(text: str) -> None:
    draft = read_article(text)
    assert json.loads(draft.claim.model_dump_json(by_alias=True))["schema"] == "timezero/claim/1"
