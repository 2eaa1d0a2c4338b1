"""A claim asked for: every answer is checked, asked again with the reason, and kept as given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from timezero.errors import InputRefused
from timezero.intake.ask_claim import LIMITS, NUMBERS, ask_claim
from timezero.intake.claim_file import read_claim, write_claim
from timezero.intake.claim_numbers import KINDS


class Scripted:
    """Somebody who answers by a word in the question, and takes the default otherwise."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = {word.replace("_", " "): list(given) for word, given in answers.items()}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, question: str, default: str) -> str:
        self.asked.append((question, default))
        last = question.splitlines()[-1]
        for word, given in self.answers.items():
            if last.startswith(word) and given:
                return given.pop(0)
        return ""

    def times(self, start: str) -> int:
        return sum(question.splitlines()[-1].startswith(start) for question, _ in self.asked)


def press_report() -> Scripted:
    return Scripted(
        What_shall=["Twice operated"],
        How_many_patients=["almost thirty"],
        How_many_of_them_had=["eight"],
        Median_survival_of_all=["forty-one months"],
        Median_survival_of_the_late=["over six years"],
        Median_survival_of_the_never=["just over two years"],
        In_which_time=["eight-year period"],
        Survival_of_the_late=["60: 59.5 %; 120: 31 %"],
    )


def test_answers_become_a_claim_as_given(tmp_path: Path) -> None:
    claim = ask_claim(press_report())
    numbers = claim.numbers
    assert claim.title == "Twice operated"
    assert claim.source.kind == "news"
    assert numbers.n is not None
    assert numbers.n.printed == "almost thirty"
    assert numbers.median_never is not None
    assert numbers.median_never.printed == "just over two years"
    assert numbers.hazard_ratio is None
    assert [(row.group, row.time, row.printed) for row in numbers.survival] == [
        ("late", 60.0, "59.5 %"),
        ("late", 120.0, "31 %"),
    ]
    path = tmp_path / "claim.toml"
    path.write_text(write_claim(claim), "utf-8")
    assert read_claim(path) == claim


def test_nothing_answered_is_a_claim_without_numbers() -> None:
    ask = Scripted()
    claim = ask_claim(ask)
    assert not claim.numbers.model_dump(exclude_defaults=True)
    assert claim.question.unit == "months"
    assert claim.question.comparison == "not_stated"
    assert all("not printed" in q or "not said" in q or d for q, d in ask.asked if "Which" not in q)
    assert len(ask.asked) == len({question for question, _ in ask.asked})


def test_what_cannot_be_read_is_asked_again_with_the_reason() -> None:
    ask = Scripted(How_many_patients=["twenty-nine and a half", "x" * 300, " 29 "])
    claim = ask_claim(ask)
    assert claim.numbers.n is not None
    assert claim.numbers.n.printed == "29"
    assert ask.times("How many patients") == 3
    again = [question for question, _ in ask.asked if "How many patients" in question]
    assert again[1].startswith("'twenty-nine and a half' is not a number of patients")
    assert again[2].startswith("That is too long")


def test_choices_are_asked_until_one_is_taken() -> None:
    ask = Scripted(In_which_unit=["hours", "Years"], How_were=["fair", "randomised"])
    claim = ask_claim(ask)
    assert claim.question.unit == "years"
    assert claim.question.comparison == "randomised"
    assert ask.times("In which unit") == 2


def test_limits_are_asked_where_there_is_an_estimate() -> None:
    ask = Scripted(Hazard=["0.27"], Lower=["x", "0.17"], Upper=[""])
    claim = ask_claim(ask)
    assert claim.numbers.hazard_ratio is not None
    assert claim.numbers.hazard_ratio.lower == "0.17"
    assert claim.numbers.hazard_ratio.upper is None
    assert ask.times("Lower limit") == 2
    assert ask_claim(Scripted(Lower=["0.17"])).numbers.hazard_ratio is None
    assert set(LIMITS) <= set(NUMBERS) <= set(KINDS)


def test_numbers_that_contradict_are_asked_again() -> None:
    ask = Scripted(How_many_patients=["29"], How_many_of_them_had=["290", "8"])
    claim = ask_claim(ask)
    assert claim.numbers.n_late is not None
    assert claim.numbers.n_late.printed == "8"
    again = [q for q, _ in ask.asked if "How many of them had" in q][-1]
    assert again.startswith("n_late '290' is more than n '29'")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("sixty: 59 %", "is not a time"),
        ("60", "is not a time"),
        ("-1: 59 %", "is not a time"),
        ("nan: 59 %", "is not a time"),
        ("60: 590 %", "is not a share"),
        ("60:", "is not a share"),
        ("60: 59 %; 60: 58 %", "60 is there twice"),
    ],
)
def test_survivals_that_cannot_be_read_are_asked_again(answer: str, why: str) -> None:
    ask = Scripted(Survival_of_the_never=[answer, "60: 56.0 %"])
    claim = ask_claim(ask)
    assert [row.printed for row in claim.numbers.survival] == ["56.0 %"]
    assert any(why in question for question, _ in ask.asked)


@pytest.mark.parametrize("start", ["How many patients", "In which unit", "Survival of the late"])
def test_nobody_is_asked_for_ever(start: str) -> None:
    def ask(question: str, default: str) -> str:
        return "nonsense" if question.splitlines()[-1].startswith(start) else ""

    with pytest.raises(InputRefused, match="20 answers in a row"):
        ask_claim(ask)


def test_numbers_that_never_agree_end_too() -> None:
    def ask(question: str, default: str) -> str:
        last = question.splitlines()[-1]
        return "290" if "had the late" in last else "29" if "patients in all" in last else ""

    with pytest.raises(InputRefused, match="20 answers in a row"):
        ask_claim(ask)


def test_words_are_asked_in_digits_without_text2num(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "text_to_num", None)
    ask = Scripted(How_many_patients=["twenty-nine", "29"])
    claim = ask_claim(ask)
    assert claim.numbers.n is not None
    assert claim.numbers.n.printed == "29"
    assert any("timezero[article]" in question for question, _ in ask.asked)
