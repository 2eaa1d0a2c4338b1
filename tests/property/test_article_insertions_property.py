"""What is put between the sentences of an article does not change what is read from it."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.intake.article.read import read_article
from timezero.intake.article.sentences import sentences_of

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "articles"
NAMES = (
    "hipec_news_number_words",
    "heart_abstract_counts",
    "line_abstract",
    "kidney_news",
    "more_deaths_table",
    "valve_news",
    "liver_abstract_landmark",
    "award_news",
)
N_INSERTIONS = 400


def clean_texts() -> dict[str, str]:
    """Return some texts of the corpus by name."""
    entries: list[dict[str, Any]] = [
        entry
        for path in sorted(CORPUS.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["article"]
    ]
    return {entry["id"]: entry["text"] for entry in entries if entry["id"] in NAMES}


TEXTS = clean_texts()


def noise(draw: random.Random) -> str:
    """Return a sentence of a page that is no part of its article."""
    n = draw.randint
    phone = f"{n(200, 999)}-{n(100, 999)}-{n(1000, 9999)}"
    price = f"{n(1, 90)},{n(100, 999)}"
    month = draw.choice(["January", "May", "October", "Dec"])
    currency = draw.choice(["dollars", "euros", "pounds", "francs"])
    return draw.choice(
        [
            f"Call {phone} today.",
            f"Call toll-free 1-{phone} for a free case review.",
            f"Tel. (0{n(20, 99)}) {n(1000, 9999)} {n(100, 9999)}.",
            f"Phone: +{n(1, 99)} {n(10, 99)} {n(100, 999)} {n(10, 99)} {n(10, 99)}.",
            f"Our law firm has won more than ${n(2, 900)} million for {n(100, 5000)} families.",
            f"The operation costs ${price}.",
            f"It costs about €{price} a year.",
            f"A ticket is {n(2, 99)} {currency}.",
            f"The average settlement is {n(1, 9)}.{n(1, 9)} million {currency}.",
            f"Prices start at £{n(1, 99)}.{n(10, 99)} per month.",
            f"Posted on {n(1, 28)} {month} {n(1999, 2025)}.",
            f"Published {month} {n(1, 28)}, {n(1999, 2025)} at {n(10, 23)}:{n(10, 59)}.",
            f"Updated {n(2000, 2025)}-{n(10, 12)}-{n(10, 28)}.",
            f"Home | News ({n(1, 99)}) | Shop | Page {n(1, 9)} of {n(10, 99)}",
            f"We and our {n(20, 900)} partners use cookies.",
            f"Subscribe to our newsletter for {n(1, 9)}.99 {currency} a month.",
            f"Copyright {n(1999, 2025)}. All rights reserved.",
            f"Read more: {n(3, 20)} ways to sleep better.",
            f"{n(2, 400)} comments. {n(2, 400)} shares.",
            f"Open {n(8, 10)} am to {n(4, 8)} pm.",
            f"Sponsored: hotel rooms from {n(30, 200)} {currency}.",
        ]
    )


def with_noise(text: str, draw: random.Random, n_pieces: int) -> str:
    """Return a text with sentences of noise between its own, in paragraphs of their own or not."""
    sentences = sentences_of(text)
    places = sorted((draw.choice(sentences).end for _ in range(n_pieces)), reverse=True)
    for place in places:
        piece = noise(draw)
        # A menu has no full stop: it stands on a line of its own, as on a page.
        gap = draw.choice([" ", "\n\n"]) if piece.endswith(".") else "\n\n"
        text = f"{text[:place]}{gap}{piece}{gap}{text[place:].lstrip(' ')}"
    return text


def taken(text: str) -> dict[str, Any]:
    """Return what a claim says: its numbers, and its words that were found."""
    draft = read_article(text)
    numbers = draft.claim.numbers.model_dump(exclude_none=True)
    for value in numbers.values():
        for one in value if isinstance(value, tuple | list) else (value,):
            one.pop("sentence")
    return {
        "numbers": numbers,
        "treatment": draft.claim.question.treatment.lower(),
        "time_zero": draft.claim.question.time_zero,
        "unit": draft.claim.question.unit,
    }


def test_the_texts_are_there() -> None:
    assert set(TEXTS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_hundreds_of_insertions_change_nothing(name: str) -> None:
    draw = random.Random(f"insertions into {name}")  # noqa: S311
    text = TEXTS[name]
    expected = taken(text)
    assert expected["numbers"]
    for _ in range(N_INSERTIONS // len(NAMES) // 2):
        noisy = with_noise(text, draw, 2)
        assert taken(noisy) == expected, noisy


@given(seed=st.integers(0, 10**9), name=st.sampled_from(NAMES))
@settings(max_examples=60)
def test_insertions_anywhere_change_nothing(seed: int, name: str) -> None:
    draw = random.Random(seed)  # noqa: S311
    assert taken(with_noise(TEXTS[name], draw, 3)) == taken(TEXTS[name])


@given(text=st.text(max_size=400))
@settings(max_examples=150)
def test_any_text_gives_a_draft_or_a_refusal(text: str) -> None:
    sentence = f"A text: {text}."
    draft = read_article(sentence)
    assert draft.claim.text
    assert all(m.role or m.why for m in draft.mentions)


WORDS = (
    "8 of 29 patients had second operation median survival was 41.2 months (95% CI 1-2) versus "
    "p = .01 hazard ratio without with a single who did not almost thirty 5-year 60% and , ; . "
    "from 2004 to 2012 interquartile range not reached n = twice as long"
)
PIECES = st.lists(st.sampled_from(WORDS.split(" ")), max_size=60)


@given(pieces=PIECES)
@settings(max_examples=200)
def test_words_of_the_grammar_in_any_order_give_a_claim_that_holds(pieces: list[str]) -> None:
    draft = read_article("A text: " + " ".join(pieces))
    roles = [m.role for m in draft.mentions if m.role]
    assert len(roles) == len(set(roles))
    starts = [m.start for m in draft.mentions]
    assert starts == sorted(starts)
