"""The survival numbers behind the button: never a middle number without its range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

from timezero.model.audit_result import AuditResult, Quantiles, UsedNumber
from timezero.report.article.facts import ALL, Facts, used
from timezero.report.article.gap import CHOSEN
from timezero.report.article.icon_arrays import IconArray
from timezero.report.article.names import one_line

Pair: TypeAlias = tuple[str, str]
HALF: Final = 0.5
GROUPS: Final = (("late", "had it"), ("never", "did not have it"), ("all", "were counted in all"))
MEDIANS: Final = {"late": "median_late", "never": "median_never", "all": "median"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOneTime:
    """How many of 100 were alive at one time, as printed, in both groups.

    Parameters
    ----------
    arrays : tuple of IconArray
        One hundred who had it, and one hundred who did not.
    finding : str
        The difference, as the title of both.
    sentences : tuple of str
    """

    arrays: tuple[IconArray, IconArray]
    finding: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """How many of 100 are alive with the treatment when 50 of 100 are alive without it."""

    chosen: str
    best: Pair
    middle: Pair
    worst: Pair


def at_one_time(result: AuditResult, facts: Facts) -> AtOneTime | None:
    """Return both groups at the last time at which survival of both is printed."""
    numbers = used(result)
    times = [
        name.rpartition(" ")[2]
        for name in numbers
        if name.startswith("survival late ")
        and name.replace("late", "never") in numbers
        and _middle(numbers[name]) is not None
        and _middle(numbers[name.replace("late", "never")]) is not None
    ]
    if not times:
        return None
    time = max(times, key=float)
    late, never = (_middle(numbers[f"survival {g} {time}"]) or 0 for g in ("late", "never"))
    when = f"{time} {result.claim.question.unit}"
    return AtOneTime(
        arrays=(
            _array("alive-had", "Of 100 who had it", late, facts),
            _array("alive-others", "Of 100 who did not", never, facts),
        ),
        finding=_gap(late - never, facts),
        sentences=(
            f"This is what the report says for {when}.",
            *_gap_of_nothing(result, facts, time),
        ),
    )


def medians(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return the printed middle times with their printed ranges; without a range, that it lacks."""
    numbers = result.claim.numbers
    unit = result.claim.question.unit
    words = facts.outcome
    sentences: list[str] = []
    bare = 0
    for group, verb in GROUPS:
        number = getattr(numbers, MEDIANS[group])
        if number is None:
            continue
        if number.lower is None or number.upper is None:
            bare += 1
            continue
        middle, low, high = (one_line(t) for t in (number.printed, number.lower, number.upper))
        sentences.append(
            f"Of those who {verb}, half {words.died} by {middle} {number.unit or unit}, and half "
            f"did not. The range the report gives is {low} to {high}."
        )
    if bare:
        sentences.append(
            "The report gives a middle time with no range. A middle time alone tells too little "
            "about how much people differ. So we leave it out. You can find it in the report."
        )
    return tuple(sentences)


def gap_in_time(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return the printed difference of middle times beside the one that waiting alone makes."""
    split, unit = result.split, result.claim.question.unit
    if split is None or not math.isfinite(split.unit_printed):
        return ()
    made = (split.unit_waiting, split.unit_lower, split.unit_upper)
    if any(math.isnan(value) for value in made):
        return ()
    middle, low, high = (_amount(value, unit) for value in made)
    return (
        (
            f"Between the middle times of the two groups, the report has a gap of "
            f"{_amount(split.unit_printed, unit)}."
        ),
        f"If the treatment did nothing, {facts.cause} alone would make it {middle}.",
        f"In 90 of 100 computer studies it was from {low} to {high}.",
    )


def cases(result: AuditResult, facts: Facts) -> tuple[CaseRow, ...]:
    """Return best, middle and worst case: how many of 100 alive, when 50 are without it."""
    rows: list[CaseRow] = []
    for setting in facts.settings:
        if setting not in result.compatible:
            continue
        ratio: Quantiles = result.compatible[setting].hazard_ratio
        best, middle, worst = (_alive(v, facts) for v in (ratio.q025, ratio.q50, ratio.q975))
        rows.append(CaseRow(chosen=CHOSEN[setting], best=best, middle=middle, worst=worst))
    return tuple(rows)


def _alive(hazard_ratio: float, facts: Facts) -> Pair:
    if math.isnan(hazard_ratio):
        return ("not known", "")
    alive = round(ALL * HALF**hazard_ratio)
    return f"{alive} {facts.outcome.alive},", f"{ALL - alive} {facts.outcome.died}"


def _array(name: str, heading: str, alive: int, facts: Facts) -> IconArray:
    return IconArray(
        name=name,
        heading=heading,
        full=alive,
        full_words=f"{alive} of 100 were {facts.outcome.alive}.",
        empty_words=f"{ALL - alive} of 100 {facts.outcome.died}.",
        shade="lives",
    )


def _gap(difference: int, facts: Facts) -> str:
    alive = facts.outcome.alive
    if difference == 0:
        return f"Just as many of 100 were {alive} in both groups"
    more = "more" if difference > 0 else "fewer"
    return f"Of those who had it, {abs(difference)} {more} of 100 were {alive}"


def _gap_of_nothing(result: AuditResult, facts: Facts, time: str) -> tuple[str, ...]:
    world = result.do_nothing.get("none")
    spread = None if world is None else world.contrasts.get(f"survival_difference {time}")
    if spread is None or any(math.isnan(v) for v in (spread.q05, spread.q50, spread.q95)):
        return ()
    low, middle, high = (_more(value) for value in (spread.q05, spread.q50, spread.q95))
    return (
        f"If the treatment did nothing, {facts.cause} alone would make it {middle} of 100.",
        f"In 90 of 100 computer studies it was from {low} to {high} of 100.",
    )


def _more(share: float) -> str:
    count = round(ALL * share)
    return f"{abs(count)} {'fewer' if count < 0 else 'more'}"


def _middle(number: UsedNumber) -> int | None:
    if not (math.isfinite(number.lower) and math.isfinite(number.upper)):
        return None
    return min(max(round(ALL * (number.lower + number.upper) / 2.0), 0), ALL)


def _amount(value: float, unit: str) -> str:
    if math.isinf(value):
        return "more than can be counted" if value > 0 else "less than can be counted"
    text = f"{abs(value):.0f}" if abs(value) >= 10.0 else f"{abs(value):.1f}"
    return f"minus {text} {unit}" if value < 0 and float(text) > 0 else f"{text} {unit}"
