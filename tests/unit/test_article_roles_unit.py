"""Which number of a sentence gets which role, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from timezero.errors import UnknownName
from timezero.intake.article.answer import answered, with_defaults
from timezero.intake.article.draft import Draft
from timezero.intake.article.read import read_article
from timezero.registry import discover

BEFORE = "Of 90 patients, 30 patients had a second operation. "
LATE, NEVER = "with a second operation", "with a single operation"


def roles(draft: Draft) -> dict[str, str]:
    """Return what was printed for each role."""
    return {m.role: m.printed for m in draft.mentions if m.role}


def outcomes(text: str) -> dict[str, str]:
    """Return the roles of a sentence after one that gives the sizes."""
    found = roles(read_article(BEFORE + text))
    return {k: v for k, v in found.items() if k not in {"n", "n_late", "n_never"}}


MEDIANS = {"median_late": "50", "median_never": "20"}
INTERVALS = {
    "median_late.lower": "40",
    "median_late.upper": "60",
    "median_never.lower": "15",
    "median_never.upper": "25",
}


@pytest.mark.parametrize(
    "text",
    [
        f"Median survival was 50 months in patients {LATE} and 20 months in patients {NEVER}.",
        "Median survival: second operation, 50 months; one operation, 20 months.",
        (
            "Median survival after one operation was 20 months; after a second "
            "operation, it was 50 "
            "months."
        ),
        (
            "For patients who had a second operation, median survival was 50 months, "
            "versus 20 months "
            "for the others."
        ),
        f"Median survival increased from 20 months {NEVER} to 50 months {LATE}.",
        "With and without a second operation, median survival was 50 and 20 months, respectively.",
        f"Median survival {LATE} (50 months) was longer than {NEVER} (20 months).",
        "A second operation was associated with longer median survival (50 vs 20 months).",
        (
            "Patients undergoing a second operation survived longer than patients "
            "undergoing a single "
            "operation (median 50 vs. 20 months)."
        ),
        (
            f"While patients {NEVER} lived for a median of 20 months, patients {LATE} lived for a "
            "median of 50 months."
        ),
        (
            "Median survival was 50 months in the second-operation group and 20 months in the "
            "single-operation group."
        ),
        (
            f"Patients {LATE} lived for a median of 50 months. Patients who did not "
            f"lived for a median "
            "of 20 months."
        ),
    ],
)
def test_medians_find_their_groups(text: str) -> None:
    assert outcomes(text) == MEDIANS


def test_medians_take_their_intervals_with_them() -> None:
    text = (
        "Patients with one operation had a median survival of 20 months (95% CI 15-25), and those "
        "with a second operation 50 months (40-60)."
    )
    assert outcomes(text) == MEDIANS | INTERVALS


def test_the_overall_median_stands_beside_those_of_the_groups() -> None:
    text = "Median survival was 33 months (one operation: 20 months; second operation: 50 months)."
    assert outcomes(text) == MEDIANS | {"median": "33"}
    text = f"Median survival for all patients was 33 months: 50 months {LATE}, 20 months {NEVER}."
    assert outcomes(text) == MEDIANS | {"median": "33"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Five-year survival was 60% {LATE} versus 25% {NEVER}.",
            {"survival late 5 years": "60%", "survival never 5 years": "25%"},
        ),
        (
            f"At five years, 60% of patients {LATE} and 25% of patients {NEVER} were alive.",
            {"survival late 5 years": "60%", "survival never 5 years": "25%"},
        ),
        (
            f"The 1- and 5-year survival rates were 95% and 60% {LATE} and 80% and 25% {NEVER}.",
            {
                "survival late 1 years": "95%",
                "survival late 5 years": "60%",
                "survival never 1 years": "80%",
                "survival never 5 years": "25%",
            },
        ),
        (
            (
                "Median survival was not reached with a second operation and was 20 months with a "
                "single operation."
            ),
            {"median_late": "not reached", "median_never": "20"},
        ),
        (
            "The hazard ratio for death with a second operation was 0.5 (0.3-0.8; P<.01).",
            {
                "hazard_ratio": "0.5",
                "hazard_ratio.lower": "0.3",
                "hazard_ratio.upper": "0.8",
                "p_value": "<.01",
            },
        ),
        (
            "Patients with a second operation lived almost three times as long as the others.",
            {"times_as_long": "almost three"},
        ),
        (
            f"Ten of the 30 patients {LATE} and 45 of the 60 patients {NEVER} had died.",
            {"deaths_late": "Ten", "deaths_never": "45"},
        ),
        (f"Mean survival was 50 months {LATE}.", {"mean_late": "50"}),
        (
            (
                f"Median survival was 50 months {LATE}. Follow-up was up to 12 "
                f"years, with a median "
                "follow-up of 61 months."
            ),
            {"median_late": "50", "follow_up": "61", "follow_up_end": "up to 12 years"},
        ),
    ],
)
def test_other_outcomes(text: str, expected: dict[str, str]) -> None:
    assert outcomes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The median time to the second operation was 14 months (IQR 9-22).",
            {"wait": "14", "wait_lower_quartile": "9", "wait_upper_quartile": "22"},
        ),
        (
            "The second operation took place after a median of 14 months (range, 3 to 40).",
            {"wait": "14", "wait_shortest": "3", "wait_longest": "40"},
        ),
        (
            "The interval between the two operations was 3 to 40 months (median 14 months).",
            {"wait": "14", "wait_shortest": "3", "wait_longest": "40"},
        ),
        ("The mean time to the second operation was 14 months.", {"wait_mean": "14"}),
        ("The median time to recurrence was 11 months.", {"trigger_time": "11"}),
    ],
)
def test_waits(text: str, expected: dict[str, str]) -> None:
    assert outcomes(f"{text} Median survival was 50 months {LATE}.") == expected | {
        "median_late": "50"
    }


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Patients were treated between June 2004 and March 2012.", "June 2004 and March 2012"),
        ("From 1989 to 2012, patients were treated.", "1989 to 2012"),
        ("They were operated on over an eight year period.", "eight"),
        ("They were operated on over eight years.", "eight"),
        ("They were operated on during a period of 8 years.", "8"),
    ],
)
def test_periods(text: str, printed: str) -> None:
    found = outcomes(f"{text} Median survival was 50 months {LATE}.")
    assert found == {"accrual": printed, "median_late": "50"}


def test_dates_with_days_get_an_interval_in_the_unit_of_the_claim() -> None:
    draft = read_article(
        f"{BEFORE}They were treated between Jan 1, 2004, and Dec 31, 2012. Five-year survival was "
        f"60% {LATE}."
    )
    assert draft.claim.question.unit == "years"
    assert draft.claim.numbers.accrual is not None
    assert draft.claim.numbers.accrual.interval == pytest.approx((9.0, 9.0), abs=0.01)


@pytest.mark.parametrize(
    ("text", "n_late", "n_never"),
    [
        ("Of 40 men, 12 (30%) underwent repeat resection.", "12", None),
        ("Repeat resection was performed in 12 (30%) of 40 men.", "12", None),
        ("Among 40 men, 12 had repeat resection and 28 did not.", "12", "28"),
        ("We studied 40 men: 12 men with repeat resection and 28 men without repeat resection.",
         "12", "28"),
        ("A total of 40 men were studied. Repeat resection (n = 12) was common.", "12", None),
        ("In 40 men followed for years, 12 of them later had repeat resection.", "12", None),
    ],
)  # fmt: skip
def test_sizes(text: str, n_late: str, n_never: str | None) -> None:
    found = roles(read_article(f"{text} Median survival was 50 months with repeat resection."))
    assert (found.get("n_late"), found.get("n_never")) == (n_late, n_never)
    assert found.get("n") in {"40", None}
    assert found.get("share_late", "30%") == "30%"


@pytest.mark.parametrize(
    ("text", "treatment"),
    [
        ("Patients with redo valve surgery lived a median of 9 years.", "redo valve surgery"),
        ("Patients with a liver transplant lived a median of 9 years.", "liver transplant"),
        ("Patients with second-line therapy lived a median of 9 months.", "second-line therapy"),
        ("Patients with salvage surgery lived a median of 9 years.", "salvage surgery"),
        (("People who took metformin lived a median of 9 years, people who never took metformin 7 "
         "years."), "metformin"),
        ("Prize winners lived a median of 81 years and those who never won a prize 77 years.",
         "prize"),
    ],
)  # fmt: skip
def test_the_late_treatment_is_found_by_how_it_is_spoken_of(text: str, treatment: str) -> None:
    draft = read_article(text)
    assert treatment in draft.claim.question.treatment.lower()
    assert {"median_late"} <= set(roles(draft))


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("time_zero", "Survival was counted from the date of diagnosis.", "date of diagnosis"),
        ("trigger", "Thirty had a second operation after recurrence.", "recurrence"),
        ("patients", "The study included patients with malignant mesothelioma.", "mesothelioma"),
        ("test", "Groups were compared with the log-rank test.", "log-rank"),
        ("comparison", "They were randomly assigned to the groups.", "randomised"),
        ("authors_caution", "Selection bias is a limitation.", "Selection bias"),
        ("conflicts", "The authors report no conflicts of interest.", "no conflicts"),
    ],
)
def test_facts_in_words(field: str, text: str, says: str) -> None:
    draft = read_article(f"{BEFORE}Median survival was 50 months {LATE}. {text}")
    claim: Any = draft.claim
    part = claim.source if field in {"authors_caution", "conflicts"} else claim.question
    assert says in getattr(part, field)


def test_mentions_stand_where_they_say() -> None:
    text = f"Call 555-0142. {BEFORE}They survived over six years {LATE}; a ticket costs $12."
    draft = read_article(text)
    assert all(text[m.start : m.end] == m.printed for m in draft.mentions)
    assert all(bool(m.role) != bool(m.why) for m in draft.mentions)
    assert all(0 < m.confidence <= 1 for m in draft.mentions)


def test_the_unit_is_months_unless_all_times_have_another() -> None:
    only_years = f"{BEFORE}Median survival was 5 years {LATE} and 2 years {NEVER}."
    assert read_article(only_years).claim.question.unit == "years"
    mixed = only_years.replace("2 years", "20 months")
    draft = read_article(mixed)
    assert draft.claim.question.unit == "months"
    assert draft.claim.numbers.median_late is not None
    assert draft.claim.numbers.median_late.unit == "years"


AVERAGE = f"{BEFORE}The average survival was 50 months {LATE} and 20 months {NEVER}."


def test_an_average_is_asked_about_and_the_answer_moves_it() -> None:
    draft = read_article(AVERAGE)
    assert [q.key for q in draft.questions] == ["average"]
    assert draft.claim.numbers.median_late is not None
    means = answered(draft, {"average": "mean"})
    assert means.questions == ()
    assert means.claim.numbers.median_late is None
    assert means.claim.numbers.mean_late is not None
    assert means.claim.numbers.mean_late.printed == "50"


def test_defaults_are_taken_and_said() -> None:
    taken, said = with_defaults(read_article(AVERAGE))
    assert taken.questions == ()
    assert len(said) == 1
    assert "Taken: median, by default." in said[0]
    assert taken.claim == read_article(AVERAGE).claim


def test_groups_that_were_guessed_are_asked_about_and_can_be_exchanged() -> None:
    draft = read_article(
        f"{BEFORE}A second operation went with longer median survival (50 vs 20 months)."
    )
    assert [q.key for q in draft.questions] == ["groups"]
    other = answered(draft, {"groups": "exchanged"})
    assert other.claim.numbers.median_never is not None
    assert other.claim.numbers.median_never.printed == "50"


def test_two_numbers_for_one_role_are_asked_about() -> None:
    draft = read_article(
        f"{BEFORE}Median survival was 50 months {LATE}. Median survival was 61 months {LATE}."
    )
    (question,) = draft.questions
    assert [o.name for o in question.options] == ["50", "61"]
    other = answered(draft, {question.key: "61"})
    assert other.claim.numbers.median_late is not None
    assert other.claim.numbers.median_late.printed == "61"


@pytest.mark.parametrize("answers", [{"nothing": "x"}, {"average": "mode"}])
def test_answers_to_no_question_are_refused(answers: dict[str, str]) -> None:
    with pytest.raises(UnknownName, match="TZ-ART-10"):
        answered(read_article(AVERAGE), answers)


def test_sizes_alone_are_no_claim() -> None:
    draft = read_article(BEFORE)
    assert roles(draft) == {}
    assert "No claim was found" in draft.notes[-1]


def test_every_file_of_the_grammar_says_what_it_reads() -> None:
    for found in (
        discover("timezero.intake.article.roles", "ROLE"),
        discover("timezero.intake.article.words", "WORDS"),
    ):
        assert len(found) >= 6
        assert all(callable(rule) for rule in found.values())


def test_the_vague_press_release_becomes_a_claim(root: Path) -> None:
    draft = read_article(root / "examples" / "press_release" / "article.html")
    numbers = draft.claim.numbers
    printed = {
        "n": "almost thirty",
        "n_late": "Eight",
        "accrual": "eight",
        "median": "forty one",
        "median_late": "over six years",
        "median_never": "just over two years",
    }
    assert roles(draft) == printed
    assert draft.claim.question.unit == "months"
    assert numbers.median_late is not None
    assert numbers.median_late.unit == "years"
    assert draft.claim.source.kind == "press release"
    assert "came back" in draft.claim.question.trigger
    assert "small number" in draft.claim.source.authors_caution
    assert [q.key for q in draft.questions] == ["average"]
