"""Numbers are marked where they stand, with what they were read as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from timezero.model.audit_result import AuditResult, UsedNumber
from timezero.report.document import Passage
from timezero.report.marked_text import LONGEST_TEXT, marked_paragraphs

MakeAudit = Callable[..., AuditResult]


def number(printed: str, sentence: str, *, lower: float = 1.0, label: str = "role") -> UsedNumber:
    return UsedNumber(
        name="x", label=label, printed=printed, sentence=sentence, lower=lower, upper=lower,
        rule="", use="size",
    )  # fmt: skip


def with_text(result: AuditResult, text: str, *numbers: UsedNumber) -> AuditResult:
    return replace(result, claim=result.claim.model_copy(update={"text": text}), numbers=numbers)


def marks(result: AuditResult) -> list[tuple[str, str]]:
    passages = [p for paragraph in marked_paragraphs(result).paragraphs for p in paragraph]
    return [(p.text, p.role) for p in passages if p.role]


def whole(result: AuditResult) -> list[str]:
    return ["".join(p.text for p in parts) for parts in marked_paragraphs(result).paragraphs]


def test_each_number_is_marked_in_its_sentence_with_its_interval(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    found = marks(result)
    assert ("60", "patients in all") in found
    assert ("62.0", "median survival of the late treated: 61.95 to 62.05") in found
    assert whole(result) == [result.claim.text]
    assert not any("555" in text for text, _ in found)


def test_without_a_text_the_sentences_are_shown_once(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    bare = with_text(result, "", *result.numbers)
    assert marks(bare) == marks(result)
    assert len(whole(bare)) == len(set(whole(bare))) == 3


def test_a_sentence_that_the_text_does_not_hold_is_shown_after_it(
    made_up_audit: MakeAudit,
) -> None:
    result = with_text(made_up_audit(), "Something else.", number("5", "There were 5."))
    assert whole(result) == ["Something else.", "There were 5."]


def test_a_number_is_not_found_inside_a_longer_one(made_up_audit: MakeAudit) -> None:
    sentence = "After 27.2 or 27,2 or 1.27 or 275 months there were 27."
    result = with_text(made_up_audit(), "", number("27", sentence, lower=27.0))
    (parts,) = marked_paragraphs(result).paragraphs
    assert parts == (
        Passage(text="After 27.2 or 27,2 or 1.27 or 275 months there were "),
        Passage(text="27", role="role"),
        Passage(text="."),
    )


def test_the_same_digits_twice_are_two_marks(made_up_audit: MakeAudit) -> None:
    sentence = "Of 8 patients, 8 died."
    first = number("8", sentence, lower=8.0, label="patients")
    second = number("8", sentence, lower=8.0, label="deaths")
    result = with_text(made_up_audit(), "", first, second)
    assert marks(result) == [("8", "patients"), ("8", "deaths")]
    parts = marked_paragraphs(result).paragraphs[0]
    assert [p.text for p in parts] == ["Of ", "8", " patients, ", "8", " died."]


def test_vague_words_are_marked_whatever_their_case(made_up_audit: MakeAudit) -> None:
    vague = number("almost thirty", "Almost thirty people\n were studied.", lower=26.0)
    result = with_text(made_up_audit(), "", vague)
    assert marks(result) == [("Almost thirty", "role: 26")]


def test_a_very_long_text_is_shortened_to_its_numbers(made_up_audit: MakeAudit) -> None:
    result = made_up_audit()
    long = with_text(result, "word " * LONGEST_TEXT + result.claim.text, *result.numbers)
    found = marked_paragraphs(long)
    assert found.shortened
    assert not marked_paragraphs(result).shortened
    assert marks(long) == marks(result)
    assert sum(map(len, whole(long))) < LONGEST_TEXT
