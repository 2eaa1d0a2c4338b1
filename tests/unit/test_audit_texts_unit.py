"""The texts to take over: plain, symmetric, complete, and the same for every verdict."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest

from timezero.model.audit_result import AuditResult
from timezero.model.claim import Asked
from timezero.report.audit_texts import (
    PLAIN_VERDICTS,
    answer_in_one_sentence,
    journalist_paragraph,
    reviewer_comment,
)

MakeAudit = Callable[..., AuditResult]
VERDICTS = (
    "waiting_could_produce_it",
    "moderate_selection_could_produce_it",
    "strong_selection_could_produce_it",
    "more_than_waiting_and_selection",
    "harm_may_be_hidden",
    "cannot_tell",
)
COMPARISONS = (
    "ever_treated",
    "own_clocks",
    "waiting_excluded",
    "landmark",
    "randomised",
    "not_stated",
)
AGE_TWELVE = 7.0
SUMMARY = 9.0
BANNED = re.compile(
    r"\b(prolong|benefit of|proven|proves|debunked|recommend|should)\b|no difference|significant",
    re.IGNORECASE,
)


def grade(text: str) -> float:
    """Kincaid grade of a text, a sentence a line as the measure wants it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import readability
    sentences = re.sub(r"(?<=[.!?;:])\s+", "\n", text.replace("(", "").replace(")", ""))
    return readability.getmeasures(sentences, lang="en")["readability grades"]["Kincaid"]


def asked(result: AuditResult, **changes: object) -> AuditResult:
    question = result.claim.question.model_copy(update=changes)
    return replace(result, claim=result.claim.model_copy(update={"question": question}))


@pytest.mark.parametrize("variant", ["rich", "not_reached", "hazard_ratio", "survival", *VERDICTS])
def test_a_twelve_year_old_can_read_the_paragraph(variant: str, made_up_audit: MakeAudit) -> None:
    assert grade(journalist_paragraph(made_up_audit(variant))) <= AGE_TWELVE


def test_the_grade_notices_hard_words() -> None:
    hard = (
        "Administrative censoring notwithstanding, proportionality of hazards constitutes an "
        "indispensable prerequisite for interpretability of multivariable regression."
    )
    assert grade(hard) > SUMMARY


@pytest.mark.parametrize("variant", VERDICTS)
def test_the_summary_of_the_page_can_be_read(variant: str, made_up_audit: MakeAudit) -> None:
    from timezero.report.audit_sections.verdict import FOOTING

    assert grade(f"{answer_in_one_sentence(made_up_audit(variant))} {FOOTING}") <= SUMMARY


@pytest.mark.parametrize("variant", VERDICTS)
def test_each_verdict_has_its_own_sentence_and_says_what_is_open(
    variant: str, made_up_audit: MakeAudit
) -> None:
    said = journalist_paragraph(made_up_audit(variant))
    others = {journalist_paragraph(made_up_audit(other)) for other in VERDICTS if other != variant}
    assert said not in others
    assert "We do not know" in said
    assert "It is not advice." in said
    assert BANNED.findall(said) == []
    assert set(PLAIN_VERDICTS) == set(VERDICTS)


def test_the_gap_comes_before_the_ratio(made_up_audit: MakeAudit) -> None:
    said = journalist_paragraph(made_up_audit())
    assert said.index("a gap of about 37 months") < said.index("2.47 times as long")
    assert "Both groups were counted from the first operation." in said
    assert "In the middle one the gap was 15 months." in said
    assert "between 5 months the other way and 35 months" in said


@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize("write", [journalist_paragraph, reviewer_comment])
def test_every_kind_of_comparison_is_told_as_it_is(
    write: Callable[[AuditResult], str], comparison: str, made_up_audit: MakeAudit
) -> None:
    said = write(asked(made_up_audit(), comparison=comparison))
    if comparison in ("ever_treated", "not_stated"):
        assert "had to live until a second operation" in said
    else:
        assert "had to live until a second operation" not in said
    assert BANNED.findall(said) == []


def test_chance_takes_the_place_of_waiting_in_a_randomised_comparison(
    made_up_audit: MakeAudit,
) -> None:
    trial = asked(made_up_audit(), comparison="randomised")
    assert "chance alone could make a gap" in journalist_paragraph(trial)
    assert "wait" not in journalist_paragraph(trial)
    assert "time-dependent" not in reviewer_comment(trial)


def test_what_is_not_stated_is_asked_for_first(made_up_audit: MakeAudit) -> None:
    silent = asked(made_up_audit(), time_zero="", comparison="not_stated")
    said = reviewer_comment(silent)
    assert "1. from when time is counted, in each group;" in said
    assert "How the groups were made is not stated" in said
    assert "a day that is not stated" in journalist_paragraph(silent)


def test_the_comment_names_size_findings_and_requests(made_up_audit: MakeAudit) -> None:
    said = reviewer_comment(made_up_audit())
    for wanted in (
        "The comparison starts both groups at the first operation",
        "a ratio of medians of 1.62 (90% of simulated studies 0.81 to 3.23); 2.47 is printed",
        "17% without a choice of fitter patients",
        "0.62 (95% interval 0.26 to 1.50) without a choice of fitter patients",
        "P = 0.004 is smaller",
        "Please report:",
        "2. the median and the quartiles of the time",
        "It does not say whether a second operation helps or harms.",
    ):
        assert wanted in said


def test_what_could_not_be_simulated_is_not_told(made_up_audit: MakeAudit) -> None:
    sparse = made_up_audit("sparse")
    assert "does not say what the late treatment would show" in answer_in_one_sentence(sparse)
    assert "simulated studies" not in reviewer_comment(sparse)
    assert "We made up" not in journalist_paragraph(sparse)
    rich = made_up_audit()
    none = rich.do_nothing["none"]
    unknown = replace(none.contrasts["median_ratio"], q50=math.nan)
    without = replace(none, contrasts={"median_ratio": unknown}, observed={})
    assert "nan" not in journalist_paragraph(replace(rich, do_nothing={"none": without}))
    assert "nan" not in answer_in_one_sentence(replace(rich, do_nothing={"none": without}))


def test_medians_that_are_not_reached_are_said_in_words(made_up_audit: MakeAudit) -> None:
    said = journalist_paragraph(made_up_audit("not_reached"))
    assert "more than half were still alive when the count ended" in said
    assert "too long to be seen" in said
    assert "inf" not in said


def test_a_gap_the_other_way_is_said(made_up_audit: MakeAudit) -> None:
    rich = made_up_audit()
    none = rich.do_nothing["none"]
    observed = {"median_ratio": (0.4, 0.41), "median_difference": (-37.0, -36.8)}
    worse = replace(rich, do_nothing={"none": replace(none, observed=observed)})
    assert "a gap of about 37 months the other way" in journalist_paragraph(worse)


def test_survival_at_a_time_is_told_as_percentages(made_up_audit: MakeAudit) -> None:
    said = journalist_paragraph(made_up_audit("survival"))
    assert "In the first group, 74% were alive after 36 months." in said
    assert "In the other group, 43% were alive after 36 months." in said


def test_the_treatment_is_named_as_in_the_claim(made_up_audit: MakeAudit) -> None:
    default = Asked().treatment
    assert default in journalist_paragraph(made_up_audit("sparse"))
