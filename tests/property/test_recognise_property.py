"""Whatever a header is, recognition answers, always the same, and never loudly."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from timezero.intake.header_words import words_of
from timezero.intake.recognise import recognise
from timezero.intake.record_items import dictionary

ALIASES = [a for item in dictionary() for names in item.aliases.values() for a in names]
KEYS = {item.key for item in dictionary()}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered(header: str) -> None:
    found = recognise(header)
    assert found == recognise(header)
    assert len(found) <= 5
    assert {s.item_key for s in found} <= KEYS
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert all(0 < s.score <= 1 for s in found)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ALIASES),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from([" ", "_", "-", ".", "  ", "\u00a0", "\u200b ", "/"]),
)
def test_dress_of_an_alias_does_not_matter(alias: str, case: object, separator: str) -> None:
    dressed = separator.join(case(alias).split())
    assert [s.item_key for s in recognise(dressed)] == [s.item_key for s in recognise(alias)]
    assert recognise(dressed)[0].reason == "exact alias"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_words_are_small_and_never_empty(header: str) -> None:
    words = words_of(header)
    assert all(word and word == word.casefold() for word in words)
    assert words_of(" ".join(words)) == words or not words


def test_ten_thousand_letters_are_no_burden() -> None:
    assert recognise("x" * 10_000) == ()
    assert recognise("date of death " + "y" * 10_000)[0].item_key == "death_date"
