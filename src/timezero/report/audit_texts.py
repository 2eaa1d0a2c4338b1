"""Texts to take over: an answer in one sentence, a reviewer's comment, a journalist's paragraph."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from timezero.model.audit_result import AuditResult, DoNothing
from timezero.report.audit_numbers import (
    SETTING_PHRASES,
    as_printed,
    contrast_words,
    counted_from,
    has_found,
    is_randomised,
    middle_90,
    number_named,
    observed_text,
    ratio_95,
    share_as_large,
    span_text,
)
from timezero.report.numbers import percent, ratio

# How patients came into the group of the late treated, by the kind of comparison.
HOW_SORTED: Final = {
    "ever_treated": "The comparison starts both groups at {zero} and sorts patients by what "
    "happened later: a patient had to live until {treatment} to be in the treated group, and "
    "whoever died before it is in the other group.",
    "own_clocks": "The comparison starts the two groups at different times, the treated at "
    "{treatment} and the others at {zero}: the treated are known to have lived that long.",
    "waiting_excluded": "The comparison leaves out the time before {treatment} in the treated "
    "group only, so that deaths while waiting count against the other group.",
    "landmark": "The comparison fixes the groups at a landmark and starts both there. This "
    "removes the wait before the landmark, if nobody changed group after it.",
    "randomised": "The groups were assigned at time zero, so that nobody had to live long enough "
    "to be in one of them.",
}
PLAINLY_SORTED: Final = {
    "ever_treated": "Both groups were counted from {zero}. To be in the first group, a person had "
    "to live until {treatment}. Those who died sooner were put in the other group. So the first "
    "group looks better even if {treatment} does nothing.",
    "own_clocks": "The two groups were counted from different days. The first was counted from "
    "{treatment}, the other from {zero}. So the first group had to live until that day, and the "
    "other did not.",
    "waiting_excluded": "In the first group, the time before {treatment} was left out. People who "
    "died in that time were put in the other group. So the two groups were not counted alike.",
    "landmark": "The groups were set at one fixed day, and lives were counted from that day. "
    "People who had died before it were left out.",
    "randomised": "Chance decided at the start who was to have {treatment}. So no one had to live "
    "long enough to be in a group.",
}
PLAIN_VERDICTS: Final = {
    "waiting_could_produce_it": "So {cause} could make a gap as big as this one. That does not "
    "show that {treatment} is useless, and it does not show that it works.",
    "moderate_selection_could_produce_it": "So {cause} is not likely to make a gap as big as this "
    "one. But if somewhat fitter people were chosen for {treatment}, both together could.",
    "strong_selection_could_produce_it": "So {cause} is not likely to make a gap as big as this "
    "one, and choosing somewhat fitter people on top of it is not either. But if much fitter "
    "people were chosen for {treatment}, it could.",
    "more_than_waiting_and_selection": "So {cause} is not likely to make a gap as big as this one. "
    "Even a strong choice of fitter people on top of it is not likely to. Something else is at "
    "work, and {treatment} may be part of it.",
    "harm_may_be_hidden": "So with {treatment} that does nothing, the first group would have "
    "looked better than it did. {treatment} may do harm that the count has hidden.",
    "cannot_tell": "So too little was printed to tell what would make a gap. {treatment} may "
    "help, do harm, or do neither.",
}
PLAIN_CHANCE: Final = {
    "waiting_could_produce_it": "So chance alone could make a gap as big as this one. That does "
    "not show that {treatment} is useless, and it does not show that it works.",
    "more_than_waiting_and_selection": "So chance alone is not likely to make a gap as big as this "
    "one. Something else is at work, and {treatment} may be part of it.",
}
FAIR_COMPARISON: Final = (
    "a comparison in which every patient counts as untreated until {treatment} and as treated "
    "after it (a time-dependent analysis), with its confidence interval"
)


def answer_in_one_sentence(result: AuditResult) -> str:
    """Return what a do-nothing treatment would have shown, beside what is printed."""
    treatment = result.claim.question.treatment
    worlds = result.do_nothing.get("none")
    if worlds is None or not has_found(worlds):
        return f"What is printed does not say what {treatment} would show if it did nothing."
    words = contrast_words(worlds.compared_on, result.claim.question.unit)
    found = worlds.contrasts[worlds.compared_on]
    observed = observed_text(result, words) or "nothing to compare it with"
    return (
        f"If {treatment} did nothing, this comparison would still show a {words.label} of "
        f"{words.with_unit(found.q50)} (90% of simulated studies {middle_90(found, words)}); "
        f"{observed} is printed."
    )


def reviewer_comment(result: AuditResult) -> str:
    """Return a comment that a reviewer can send: the problem, its size, and what to report."""
    asked = result.claim.question
    fill = {"zero": counted_from(result), "treatment": asked.treatment}
    problem = HOW_SORTED[_comparison(result)].format(**fill)
    if asked.comparison == "not_stated":
        problem += " (How the groups were made is not stated; this is how we read it.)"
    parts = [problem, " ".join(_sizes(result)), *_found(result)]
    requests = [] if is_randomised(result) else [FAIR_COMPARISON.format(**fill)]
    if not asked.time_zero:
        requests.insert(0, "from when time is counted, in each group")
    requests += [missing.words for missing in result.missing]
    if requests:
        listed = "\n".join(f"{k}. {words};" for k, words in enumerate(requests, start=1))
        parts.append(f"Please report:\n{listed[:-1]}.")
    parts.append(
        "This comment rests on the printed numbers and on stated ranges for what is not printed. "
        f"It does not say whether {asked.treatment} helps or harms."
    )
    return "\n\n".join(part for part in parts if part)


def journalist_paragraph(result: AuditResult) -> str:
    """Return a paragraph in plain words: the gap, who was counted from when, what is not known."""
    fill = {
        "zero": result.claim.question.time_zero or "a day that is not stated",
        "treatment": result.claim.question.treatment,
        "cause": "chance alone" if is_randomised(result) else "the wait alone",
    }
    said = {**PLAIN_VERDICTS, **(PLAIN_CHANCE if is_randomised(result) else {})}
    verdict = said[result.verdict.code].format(**fill)
    unknown = (
        f"We do not know how fit the people were who had {fill['treatment']}, or how it would "
        "have gone for them without it."
    )
    sentences = (
        *_plain_gap(result),
        PLAINLY_SORTED[_comparison(result)].format(**fill),
        *_plain_worlds(result),
        _sentence_case(verdict),
        unknown,
        "This is about groups of people. It is not advice.",
    )
    return " ".join(sentences)


def _comparison(result: AuditResult) -> str:
    kind = result.claim.question.comparison
    return kind if kind in HOW_SORTED else "ever_treated"


def _sentence_case(text: str) -> str:
    """Begin each sentence with a capital, also where a treatment's name stands first."""
    sentences = text.split(". ")
    return ". ".join(s[:1].upper() + s[1:] for s in sentences)


def _sizes(result: AuditResult) -> Iterator[str]:
    if "none" in result.do_nothing:
        yield answer_in_one_sentence(result)
        shares = [
            f"{share} {SETTING_PHRASES[worlds.setting]}"
            for worlds in result.do_nothing.values()
            if (share := share_as_large(worlds))
        ]
        if shares:
            yield (
                "The share of do-nothing studies with a contrast at least as large as printed is "
                f"{'; '.join(shares)}."
            )
    fits = [
        f"{ratio(effect.hazard_ratio.q50)} (95% interval {ratio_95(effect.hazard_ratio)}) "
        f"{SETTING_PHRASES[effect.setting]}"
        for effect in result.compatible.values()
    ]
    if fits:
        yield f"True hazard ratios that fit the printed numbers: {'; '.join(fits)}."


def _found(result: AuditResult) -> list[str]:
    found = [f.what for check in result.checks for f in check.findings if check.status == "found"]
    return [f"In the printed numbers: {'; '.join(found)}."] if found else []


def _plain_gap(result: AuditResult) -> Iterator[str]:
    asked = result.claim.question
    if result.claim.source.simulated:
        yield "The people in this study are not real."
    yield (f"A study compared people who later had {asked.treatment} with people who never had it.")
    worlds = result.do_nothing.get("none")
    late, never = as_printed(result, "median_late"), as_printed(result, "median_never")
    if late and never:
        yield _middle_person("the first group", late)
        yield _middle_person("the other group", never)
        difference = None if worlds is None else worlds.observed.get("median_difference")
        if difference is not None and math.isinf(difference[0]):
            yield "How large that gap is nobody can say: one of the two times was not reached."
        elif worlds is not None and "median_difference" in worlds.observed:
            gap = _about(*worlds.observed["median_difference"])
            way = " the other way" if worlds.observed["median_difference"][1] < 0.0 else ""
            yield f"That is a gap of {gap} {asked.unit}{way}, or {_times_as_long(worlds)}."
        return
    named = [u for u in result.numbers if u.name.startswith(("survival late", "survival never"))]
    for used in named:
        _, group, at = used.name.split(" ")
        which = "the first group" if group == "late" else "the other group"
        yield f"In {which}, {_share(used.printed)} were alive after {at} {asked.unit}."
    hazard = number_named(result, "hazard_ratio")
    if hazard is not None:
        yield (
            f"It compared death rates: the ratio was {hazard.printed}. Below 1 means fewer deaths "
            "in the first group, above 1 means more."
        )
    if not named:
        yield "It did not print how long people in each group lived."


def _middle_person(group: str, said: str) -> str:
    if "not reached" in said:
        return f"In {group}, more than half were still alive when the count ended."
    return f"In {group}, the middle person lived {said}."


def _share(printed: str) -> str:
    try:
        return f"{printed}%" if float(printed) > 1.0 else percent(float(printed))
    except ValueError:
        return printed


def _times_as_long(worlds: DoNothing) -> str:
    low, high = worlds.observed.get("median_ratio", (math.nan, math.nan))
    return f"{span_text(low, high, ratio)} times as long"


def _plain_worlds(result: AuditResult) -> Iterator[str]:
    """Say what made-up studies show in which the treatment does nothing."""
    worlds = result.do_nothing.get("none")
    if worlds is None:
        return
    unit = result.claim.question.unit
    found = worlds.contrasts.get("median_difference")
    if found is not None and "median_difference" in worlds.observed:
        words = contrast_words("median_difference", unit)
        what, in_unit = "gap", f" {unit}"
    else:
        words = contrast_words(worlds.compared_on, unit)
        found = worlds.contrasts.get(worlds.compared_on)
        what, in_unit = ("ratio" if words.is_ratio else "gap in points"), ""
    if found is None:
        return
    if math.isnan(found.q50):
        return
    printed = _whole if words.name == "median_difference" else words.printed
    yield "We made up many studies in which it does nothing."
    if math.isinf(found.q50):
        way = _other_way(found.q50, what)
        yield f"In the middle one the {what} was too long to be seen{way}."
    else:
        middle = f"{printed(found.q50)}{in_unit}{_other_way(found.q50, what)}"
        yield f"In the middle one the {what} was {middle}."
    if found.q05 != math.inf:
        ends = [
            ("too long to be seen" if math.isinf(v) else f"{printed(v)}{in_unit}")
            + _other_way(v, what)
            for v in (found.q05, found.q95)
        ]
        yield f"In nine out of ten it was between {' and '.join(ends)}."
    if not math.isnan(worlds.p_as_large):
        yield (
            f"In {percent(worlds.p_as_large)} of them the groups were at least as far apart as in "
            "the study, and the same way round."
        )


def _whole(value: float) -> str:
    """Print the size of a gap in whole units."""
    return f"{abs(value):.0f}" if abs(value) >= 2.0 else f"{abs(value):.1f}"


def _other_way(value: float, what: str) -> str:
    return " the other way" if what == "gap" and value < 0.0 else ""


def _about(lower: float, upper: float) -> str:
    whole = _whole(lower), _whole(upper)
    return f"about {whole[0]}" if whole[0] == whole[1] else span_text(lower, upper, _whole)
