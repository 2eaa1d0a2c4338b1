"""How well the texts of the corpus are read, and that nothing else is taken from them."""

from __future__ import annotations

import importlib.util
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from timezero.intake.article.draft import Draft
from timezero.intake.article.read import read_article
from timezero.intake.printed import span_of

ROOT = Path(__file__).resolve().parents[2]
SMALLEST_PRECISION = 0.98
SMALLEST_RECALL = 0.90
# The held-out texts alone are few: one wrong number is a third of a per cent.
SMALLEST_HELD_OUT_PRECISION = 0.95
NEVER_A_CLAIM = ("telephone", "money", "date", "advertising", "navigation", "time of day")


@cache
def accuracy() -> ModuleType:
    """Return the script that compares drafts with what is expected."""
    place = ROOT / "docs" / "make_article_accuracy.py"
    spec = importlib.util.spec_from_file_location("make_article_accuracy", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    __import__("sys").modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ARTICLES: list[dict[str, Any]] = list(accuracy().articles())
WITHOUT_CLAIM = [a for a in ARTICLES if not a["numbers"]]


@cache
def draft_of(name: str) -> Draft:
    """Return the draft of one text."""
    return read_article(next(a["text"] for a in ARTICLES if a["id"] == name))


def kind_of(field: str) -> Any:
    """Return what kind of number a field is."""
    if field in {"share_late", "never_eligible", "survival"}:
        return "share"
    if field in {"hazard_ratio", "times_as_long"}:
        return "ratio"
    if field == "p_value":
        return "p_value"
    return "count" if field.startswith(("n", "deaths")) else "time"


def test_the_corpus_is_large_and_varied() -> None:
    sets = Counter(a["set"] for a in ARTICLES)
    assert sum(sets.values()) >= 72
    assert sets["held_out"] >= 36
    assert len({a["id"] for a in ARTICLES}) == len(ARTICLES)
    assert len(WITHOUT_CLAIM) >= 6
    assert all(a["state"].startswith("invented") for a in ARTICLES)
    assert {"abstract", "news", "press release", "sentence"} <= {a["style"] for a in ARTICLES}


def test_precision_and_recall_over_the_corpus() -> None:
    module = accuracy()
    sums = [module.total(module.scores_of(which)) for which in module.SETS]
    right, wrong, missed = (sum(getattr(s, k) for s in sums) for k in ("right", "wrong", "missed"))
    assert right / (right + wrong) >= SMALLEST_PRECISION
    assert right / (right + missed) >= SMALLEST_RECALL
    assert sums[1].precision >= SMALLEST_HELD_OUT_PRECISION
    assert sums[1].recall >= SMALLEST_RECALL


def test_the_page_shows_what_is_measured_now() -> None:
    page = (ROOT / "docs" / "validation-articles.md").read_text(encoding="utf-8")
    assert page == accuracy().page(), "run docs/make_article_accuracy.py"


def test_a_wrong_number_counts_against_both() -> None:
    module = accuracy()
    scores: dict[str, Any] = {"n": module.Score(), "treatment": module.Score()}
    article = {
        "text": "Of 90 men, 8 had a redo operation. Redo operation: median survival 9 years.",
        "numbers": {"n": "91"},
        "words": {"treatment": "redo operation"},
    }
    scores |= {k: module.Score() for k in ("n_late", "median_late", "unit")}
    module.compare(article, scores)
    assert (scores["n"].right, scores["n"].wrong, scores["n"].missed) == (0, 1, 1)
    assert scores["n_late"].wrong == 1
    assert scores["treatment"].right == 1


@pytest.mark.parametrize("article", WITHOUT_CLAIM, ids=lambda a: a["id"])
def test_a_text_without_claim_gives_none(article: dict[str, Any]) -> None:
    draft = draft_of(article["id"])
    assert accuracy().numbers_of(draft.claim) == {}
    assert all(m.why for m in draft.mentions)
    assert "No claim was found" in draft.notes[-1]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda a: a["id"])
def test_every_number_taken_can_be_turned_into_an_interval(article: dict[str, Any]) -> None:
    draft = draft_of(article["id"])
    numbers = draft.claim.numbers
    for field in type(numbers).model_fields:
        value: Any = getattr(numbers, field)
        for one in value if isinstance(value, tuple) else (value,) if value else ():
            span = span_of(one, kind=kind_of(field), unit=draft.claim.question.unit)
            assert not span.lower > span.upper
            assert one.sentence


@pytest.mark.parametrize("article", ARTICLES, ids=lambda a: a["id"])
def test_every_number_is_shown_where_it_stands(article: dict[str, Any]) -> None:
    draft = draft_of(article["id"])
    text = draft.claim.text
    for mention in draft.mentions:
        shown = text[mention.start : mention.end].replace("-", " ").replace("\n", " ")
        assert mention.printed.rstrip("%").replace("-", " ") in shown
        assert bool(mention.role) != bool(mention.why)
    places = [(m.start, m.end) for m in draft.mentions]
    assert places == sorted(places)


def test_telephone_numbers_and_sums_of_money_are_seen_and_left_alone() -> None:
    reasons = Counter(
        kind
        for a in ARTICLES
        for m in draft_of(a["id"]).mentions
        for kind in NEVER_A_CLAIM
        if kind in m.why
    )
    assert set(reasons) == set(NEVER_A_CLAIM)
    assert min(reasons.values()) >= 2
