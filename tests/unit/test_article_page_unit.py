"""The plain-language page: its order, its words, its pictures, and what it holds back."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from article_page import (
    CLAIMS,
    kincaid,
    number,
    page_audit,
    read,
    seen_text,
    sentences,
    strict_kincaid,
    whole_sentences,
)
from audit_fixture import VARIANTS, VERDICTS, made_up_audit, spread
from timezero.report.article.facts import gather, of_hundred
from timezero.report.article.four_frames import four_frames
from timezero.report.article.gap import best_middle_worst, effect_rows
from timezero.report.article.icon_arrays import waiting_arrays
from timezero.report.article.names import UNNAMED, outcome_words, treatment_name
from timezero.report.article.survival_numbers import cases
from timezero.report.article.wording import CONCLUSION, IN_SHORT
from timezero.report.render.article_html import render_article_html

CODES = sorted({*VERDICTS, "strong_selection_could_produce_it"})
SECTIONS = ["short", "reported", "counted", "why", "open", "ask", "made", "numbers"]
EVERY_PAGE = [("", code, "rich") for code in CODES]
EVERY_PAGE += [(claim, code, "rich") for claim in CLAIMS for code in CODES]
EVERY_PAGE += [("", "", variant) for variant in VARIANTS]
BANNED = re.compile(
    r"\b(prolong\w*|extends?|benefits? of|doubles|proven|proves?|debunked|no difference"
    r"|hazard|ratio|odds|relative risk|medians?|your chances?|likely|unlikely|probabl[ey]"
    r"|probability|perhaps|maybe|often|seldom|rarely?|usual(?:ly)?|sometimes|chances?|risk"
    r"|(?:one|1|two|2) in (?:\d+|ten|a hundred)|cures?|should (?:not )?(?:have|ask for|refuse))\b"
    r"|(?<!statistically )\bsignificant|%",
    re.IGNORECASE,
)
BAD = "<script>alert(1)</script>"


@pytest.fixture(scope="module", params=EVERY_PAGE, ids=lambda p: "-".join(x for x in p if x))
def html(request) -> str:
    return render_article_html(page_audit(*request.param))


def test_grade_is_six_or_less(html: str) -> None:
    assert kincaid(sentences(html, with_quotes=True)) <= 6.0
    assert kincaid(whole_sentences(html)) <= 6.0
    assert strict_kincaid(whole_sentences(html)) <= 6.0


def test_no_sentence_is_longer_than_26_words(html: str) -> None:
    assert [s for s in sentences(html) if len(s.split()) > 26] == []


def test_no_banned_word_is_our_own(html: str) -> None:
    own = "\n".join(sentences(html))
    assert [match.group(0) for match in BANNED.finditer(own)] == []


def test_sections_come_in_their_order(html: str) -> None:
    found = re.findall(r'<section id="(\w+)"', html)
    assert found == SECTIONS
    assert html.index("<h1>") < html.index('<section id="short"')
    assert html.index('<section id="numbers"') < html.index("This page is not advice")
    headings = [block.text for block in read(html).blocks if block.tag == "h2"]
    assert headings[0] == "In short"
    assert headings[1:3] == ["What was reported", "What was counted"]
    assert headings[4:6] == ["What we do not know", "Questions to ask your care team"]


def test_short_box_has_two_sentences(html: str) -> None:
    box = re.search(r'id="short".*?<p>(.*?)</p>', html, re.DOTALL)
    assert box is not None
    assert len(re.findall(r"[.?!](?:\s|$)", box.group(1).strip())) == 2


def test_page_has_no_script_no_request_and_is_small(html: str) -> None:
    attributes = read(html).attributes
    assert "<script" not in html
    assert [a for a in attributes if a[1].startswith("on")] == []
    links = [value for _, name, value in attributes if name in ("href", "src", "xlink:href")]
    assert links
    assert all(value.startswith("#") for value in links)
    assert re.search(r"url\(|@import|https?://", html) is None
    assert len(html.encode()) < 1_000_000
    assert '<html lang="en">' in html


def test_identifiers_are_unique_and_every_picture_has_a_name(html: str) -> None:
    attributes = read(html).attributes
    names = [value for _, name, value in attributes if name == "id"]
    assert len(names) == len(set(names))
    labels = [value for _, name, value in attributes if name == "aria-labelledby"]
    assert {part for label in labels for part in label.split()} <= set(names)
    assert html.count('role="img"') >= 4


def test_survival_numbers_stay_closed(html: str) -> None:
    before, _, after = html.partition("<details>")
    assert "<summary>Show survival numbers</summary>" in after
    assert "<details open" not in html
    body = before[before.index("<body") :]
    assert re.search(r"half (?:died|fell ill) by|On that day|middle times of", body) is None


def test_grades_see_a_hard_text() -> None:
    hard = ["Immortal person-time misclassification substantially exaggerates survival."]
    assert kincaid(hard) > 6.0
    assert strict_kincaid(hard) > 6.0


@pytest.mark.parametrize("said", ["hazard", "a 30% gain", "significant", "your chance", "1 in 5"])
def test_banned_words_are_seen(said: str) -> None:
    assert BANNED.search(said)


def test_both_arrays_show_the_same_hundred_in_the_same_order() -> None:
    facts = gather(made_up_audit())
    arrays = waiting_arrays(facts)
    assert arrays is not None
    first, last = (array.places for array in arrays)
    assert len(first) == len(last) == 100
    assert [p[:2] for p in first] == [p[:2] for p in last]
    assert [p[2] for p in first] == [False] * 100
    assert [p[2] for p in last] == [True] * 30 + [False] * 70
    html = render_article_html(made_up_audit())
    drawn = re.findall(r'<use href="#person" class="(\w+)" x="(\d+)" y="(\d+)" width="20"', html)
    assert len(drawn) == 200
    assert [d[1:] for d in drawn[:100]] == [d[1:] for d in drawn[100:]]


def test_arrays_behind_the_button_have_one_denominator_and_both_frames() -> None:
    html = render_article_html(made_up_audit("survival"))
    inside = html.partition("<details>")[2]
    assert inside.count('class="lives" x=') == 74 + 43
    for said in ("74 of 100 were alive", "26 of 100 died", "43 of 100 were alive", "57 of 100"):
        assert said in inside
    assert "Of those who had it, 31 more of 100 were alive<" in inside


def test_groups_made_before_counting_do_not_change() -> None:
    arrays = waiting_arrays(gather(page_audit("by lot")))
    assert arrays is not None
    assert arrays[0].places == arrays[1].places
    text = seen_text(render_article_html(page_audit("by lot", "waiting_could_produce_it")))
    assert "luck alone could make a gap this big" in text
    assert "So waiting makes no gap here." in text
    assert "fitter people were chosen" not in text


def test_share_is_drawn_from_sizes_when_it_is_not_printed() -> None:
    numbers = (number("n", 26, 29), number("n_late", 8, 8))
    result = made_up_audit(numbers=numbers, closed_form=None)
    had = gather(result).had
    assert had is not None
    assert (had.lowest, had.drawn, had.highest) == (28, 29, 31)
    assert "fit with 28 to 31 of 100. We drew 29." in seen_text(render_article_html(result))


def test_no_people_are_drawn_when_nothing_says_how_many() -> None:
    result = made_up_audit(numbers=(), closed_form=None)
    assert waiting_arrays(gather(result)) is None
    assert "So we cannot draw 100 of them." in seen_text(render_article_html(result))


def test_four_frames_say_what_they_draw() -> None:
    frames = four_frames(outcome_words("death"))
    assert [frame.number for frame in frames] == [1, 2, 3, 4]
    assert [p.state for p in frames[-1].people] == ["died", "waiting", "had", "had"]
    assert "2 of 2 are alive, 0 of 2 died" in frames[-1].text
    for frame in frames:
        for person in frame.people:
            assert person.x >= 0
            assert person.x + 58 <= frame.width
    for person in frames[-1].people:
        box = frames[-1].boxes[person.state == "had"]
        assert box.x <= person.x
        assert person.x + 58 <= box.x + box.width


@pytest.mark.parametrize("code", CODES)
def test_each_verdict_is_said_in_words_of_its_own(code: str) -> None:
    text = seen_text(render_article_html(page_audit("", code)))
    assert CONCLUSION[code][0].format(cause="waiting", cause_first="Waiting") in text
    others = [c for c in CODES if c != code]
    assert all(IN_SHORT[code] != IN_SHORT[c] for c in others)


def test_help_and_harm_are_said_alike() -> None:
    helps = CONCLUSION["more_than_waiting_and_selection"][-1]
    harms = CONCLUSION["harm_may_be_hidden"][-1]
    assert "fits with a treatment that helps. It does not show that it does." in helps
    assert "fits with a treatment that harms. It does not show that it does." in harms
    text = seen_text(render_article_html(page_audit("", "more_than_waiting_and_selection")))
    assert "waiting does not explain it" in text
    assert "Why that looks better than it is" not in text


def test_simulated_claims_say_so_at_the_top() -> None:
    html = render_article_html(made_up_audit())
    assert html.index("Simulated data.") < html.index('<section id="short"')
    real = render_article_html(page_audit("transplant"))
    assert "Simulated" not in real


def test_gap_is_told_in_steps_with_the_difference_printed() -> None:
    result = made_up_audit()
    rest = "for the treatment, or the choice of people."
    assert best_middle_worst(result, gather(result)) == (
        (
            "Best for the treatment",
            f"Waiting makes 13 steps the other way. That leaves 113 steps {rest}",
        ),
        ("In the middle", f"Waiting makes 41 steps. That leaves 59 steps {rest}"),
        ("Worst for the treatment", f"Waiting makes 94 steps. That leaves 6 steps {rest}"),
    )


@pytest.mark.parametrize(
    ("upper", "said"),
    [
        (36.9, "That is the whole gap"),
        (73.8, "Waiting makes 200 steps. That is 100 steps more than the whole gap"),
        (
            math.inf,
            "Waiting makes more steps than can be counted. That is more than the whole",
        ),
    ],
)
def test_worst_case_can_be_more_than_the_whole_gap(upper: float, said: str) -> None:
    split = made_up_audit().split
    assert split is not None
    result = made_up_audit(split=replace(split, unit_upper=upper))
    assert said in best_middle_worst(result, gather(result))[-1][1]


@pytest.mark.parametrize("unit_printed", [math.nan, math.inf, 0.0, -3.0])
def test_no_steps_without_a_gap_in_favour(unit_printed: float) -> None:
    split = made_up_audit().split
    assert split is not None
    result = made_up_audit(split=replace(split, unit_printed=unit_printed))
    assert best_middle_worst(result, gather(result)) == ()
    assert "100 steps" not in seen_text(render_article_html(result))


def test_without_tested_worlds_the_page_says_that_it_has_no_range() -> None:
    result = made_up_audit(do_nothing={}, compatible={}, split=None)
    text = seen_text(render_article_html(result))
    assert "We have no range in numbers." in text
    assert "0 of 100 parts of the gap, or all 100" in text


def test_a_gap_in_time_that_cannot_be_counted_is_said_so() -> None:
    split = made_up_audit().split
    assert split is not None
    result = made_up_audit(split=replace(split, unit_upper=math.inf))
    text = seen_text(render_article_html(result))
    assert "it was from minus 4.7 months to more than can be counted." in text


def test_fifty_and_fifty_is_explained_when_both_were_tried_alike() -> None:
    said = "To see 50 and 50 would mean that the report tells us nothing."
    result = made_up_audit()
    assert said in seen_text(render_article_html(result))
    narrow = result.claim.assumptions.model_copy(update={"hazard_ratio": (0.5, 1.0)})
    changed = result.claim.model_copy(update={"assumptions": narrow})
    assert said not in seen_text(render_article_html(replace(result, claim=changed)))


def test_counts_of_hundred_add_up_and_are_never_certain() -> None:
    assert of_hundred(0.17) == ("17", "83")
    assert of_hundred(0.0) == ("fewer than 1", "more than 99")
    assert of_hundred(0.999) == ("more than 99", "fewer than 1")


def test_helped_and_harmed_are_both_counted() -> None:
    result = made_up_audit()
    rows = effect_rows(result, gather(result))
    assert [(row.helped, row.harmed) for row in rows] == [("86", "14"), ("66", "34"), ("45", "55")]


def test_cases_are_alive_and_died_of_one_hundred() -> None:
    result = made_up_audit()
    one = replace(result.compatible["none"], hazard_ratio=spread(1.0, 0.5))
    result = replace(result, compatible={"none": one})
    (row,) = cases(result, gather(result))
    assert row.middle == ("50 alive,", "50 died")
    assert row.best == ("77 alive,", "23 died")
    assert row.worst == ("16 alive,", "84 died")


def test_a_middle_time_is_printed_with_its_range_only() -> None:
    with_range = seen_text(render_article_html(page_audit("by lot")))
    assert "half died by 50.6 months" in with_range
    assert "The range the report gives is 42.0 to 60.1." in with_range
    without = seen_text(render_article_html(page_audit("repeat operation")))
    assert not any(median in without for median in ("41.2", "27.2", "80 months"))
    assert "a middle time with no range" in without


@pytest.mark.parametrize(
    ("name", "low", "high", "expected"),
    [
        ("hazard_ratio", 0.5, 0.7, "longer"),
        ("hazard_ratio", 1.2, 1.4, "shorter"),
        ("times_as_long", 2.9, 3.1, "longer"),
        ("hazard_ratio", 0.9, 1.1, "not_said"),
    ],
)
def test_direction_follows_the_printed_numbers(name, low, high, expected) -> None:
    result = made_up_audit(numbers=(number(name, low, high),), do_nothing={})
    assert gather(result).direction == expected


def test_direction_of_medians_that_are_not_reached() -> None:
    numbers = (number("median_late", 60, math.inf), number("median_never", 20, 21))
    assert gather(made_up_audit(numbers=numbers, do_nothing={})).direction == "longer"


def test_a_claim_against_the_treatment_is_told_as_such() -> None:
    result = made_up_audit(numbers=(number("hazard_ratio", 1.5, 1.6),))
    text = seen_text(render_article_html(result))
    assert "It says that those who had it did not live as long." in text
    assert "did as badly as in the report, or worse" in text


@pytest.mark.parametrize(
    ("treatment", "name"),
    [
        ("second operation", "a second operation"),
        ("another operation", "another operation"),
        ("heart transplant", "a heart transplant"),
        ("allogeneic transplant", "an allogeneic transplant"),
        ("repeat hepatectomy", "a repeat hepatectomy"),
        ("pirfenidone", "pirfenidone"),
        ("the late treatment", UNNAMED),
        ("", UNNAMED),
        (BAD, UNNAMED),
        ("one two three four five six seven", UNNAMED),
        ("It works. Ask for it", UNNAMED),
        ("x" * 60, UNNAMED),
    ],
)
def test_treatment_in_a_sentence(treatment: str, name: str) -> None:
    assert treatment_name(treatment) == name


def test_names_that_run_the_other_way_are_shut_in() -> None:
    assert treatment_name("ניתוח שני") == "\u2068ניתוח שני\u2069"
    assert "\u202e" not in treatment_name("second\u202e operation")


@pytest.mark.parametrize(
    ("outcome", "alive"),
    [
        ("death from any cause", "alive"),
        ("overall survival", "alive"),
        ("relapse or death", "well"),
        ("disease-free survival", "well"),
        ("graft failure", "well"),
    ],
)
def test_outcome_words(outcome: str, alive: str) -> None:
    assert outcome_words(outcome).alive == alive


def test_an_outcome_other_than_death_is_explained() -> None:
    text = seen_text(render_article_html(page_audit("drug")))
    assert "to fall ill means what the report calls: disease progression or death" in text
    assert "alive" not in text
    assert "died" not in text


def test_hostile_words_stay_words() -> None:
    result = made_up_audit("hostile")
    numbers = {"n": {"printed": BAD}, "n_late": {"printed": '"><img src=x onerror=alert(1)>'}}
    changed = result.claim.model_dump(mode="json", by_alias=True) | {"numbers": numbers}
    html = render_article_html(replace(result, claim=type(result.claim).model_validate(changed)))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x" in html


def test_a_long_name_is_quoted_once_in_full() -> None:
    text = seen_text(render_article_html(page_audit("long name")))
    long_name = CLAIMS["long name"]["question"]["treatment"]
    assert text.count(long_name) == 1
    assert text.startswith("Go to the short answer\nDo people who have this treatment live longer")


def test_who_made_it_when_and_from_what() -> None:
    result = page_audit("repeat operation")
    made = replace(result.provenance, made_at="2026-11-25T02:00:00+00:00", timezero_version="9.9")
    text = seen_text(render_article_html(replace(result, provenance=made)))
    assert "A computer program, timezero 9.9, made this page on 25 November 2026." in text
    assert "doi:10.1245/s10434-013-3341-7" in text
    assert "How long did people wait for it?" in text


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("transplant", "The report used two clocks."),
        ("drug", "The report left out the time that people waited for it."),
        ("landmark", "It made its groups on that day."),
        ("landmark", "It left out people who died before 1 month."),
        ("late landmark", "People could still move into the group that had it after that day."),
        ("by lot", "The two groups were made by lot, on the first day."),
        ("long name", "The report does not say how the groups were made."),
    ],
)
def test_how_groups_were_made_is_said(claim: str, said: str) -> None:
    assert said in seen_text(render_article_html(page_audit(claim)))
