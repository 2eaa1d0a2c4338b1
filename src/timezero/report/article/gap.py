"""How much of the reported gap waiting makes, and what that leaves open: ranges, not one number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from timezero.model.audit_result import AuditResult, DoNothing, Setting, Split
from timezero.report.article.facts import ALL, Facts, of_hundred

CHOSEN: Final[dict[Setting, str]] = {
    "none": "Anyone",
    "moderate": "Somewhat fitter people",
    "strong": "Much fitter people",
}
WHEN_CHOSEN: Final[dict[Setting, str]] = {
    "none": "",
    "moderate": "When somewhat fitter people were chosen, it was so in {a}, and not so in {b}.",
    "strong": "When much fitter people were chosen, it was so in {a}, and not so in {b}.",
}
NAMES: Final = {"moderate": "Somewhat fitter", "strong": "Much fitter"}
HALF_STEP: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """How many of 100 computer studies that fit the report have a treatment that helps."""

    chosen: str
    helped: str
    harmed: str


def studies_in_words(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return how often worlds in which the treatment does nothing look like the report."""
    worlds: dict[Setting, DoNothing] = {
        setting: result.do_nothing[setting]
        for setting in facts.settings
        if setting in result.do_nothing and math.isfinite(result.do_nothing[setting].p_as_large)
    }
    if not worlds:
        return ("The report gives too few numbers to test this on a computer.",)
    big = (
        "those who had it did as badly as in the report, or worse"
        if facts.direction == "shorter"
        else "the gap was as big as in the report, or bigger"
    )
    sentences = [
        (
            "We made many studies of this size on a computer. "
            "The people were made up, and the treatment did nothing."
        )
    ]
    for setting, world in worlds.items():
        a, b = of_hundred(world.p_as_large)
        if setting == "none":
            sentences.append(f"In {a} of 100 such studies, {big}. In {b} of 100, it was not so.")
        else:
            text = WHEN_CHOSEN[setting].format(a=f"{a} of 100", b=f"{b} of 100")
            sentences.append(text if len(sentences) > 1 else f"We asked if {big}. {text}")
    return tuple(sentences)


def steps_intro(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return the range of the gap that waiting alone makes, in hundredths of the reported one."""
    steps = _steps(result.split)
    if steps is None:
        return ()
    low, middle, high = steps
    other_way = "The other way means that those who had it did worse." if low < -HALF_STEP else ""
    sentences = (
        "Call the gap in the report 100 steps.",
        f"If the treatment did nothing, {facts.cause} alone would make {_made(middle)}.",
        f"In 90 of 100 computer studies it made from {_made(low)} to {_made(high)}.",
        other_way,
    )
    return tuple(sentence for sentence in sentences if sentence)


def best_middle_worst(result: AuditResult, facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return best, middle and worst case for the treatment, each with the difference printed."""
    steps = _steps(result.split)
    if steps is None:
        return ()
    names = ("Best for the treatment", "In the middle", "Worst for the treatment")
    return tuple(
        (name, f"{_cause_makes(facts, step)} {_left(facts, step)}")
        for name, step in zip(names, steps, strict=True)
    )


def effect_rows(result: AuditResult, facts: Facts) -> tuple[EffectRow, ...]:
    """Return how many studies that fit the report have a treatment that helps, and that harms."""
    rows: list[EffectRow] = []
    for setting in facts.settings:
        fitting = result.compatible.get(setting)
        if fitting is not None and math.isfinite(fitting.p_benefit):
            helped, harmed = of_hundred(fitting.p_benefit)
            rows.append(EffectRow(chosen=CHOSEN[setting], helped=helped, harmed=harmed))
    return tuple(rows)


def fitter_means(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return what the named strengths of choice mean, in time lived without the treatment."""
    unit = result.claim.question.unit
    live = "lived" if facts.outcome.alive == "alive" else "stayed well"
    return tuple(
        f"{NAMES[setting.setting]} means: for each 10 {unit} that others {live}, they would have "
        f"{live} {round(10 * setting.longer_anyway)}, with no treatment."
        for setting in result.selection
        if setting.setting in NAMES
        and setting.setting in facts.settings
        and math.isfinite(setting.longer_anyway)
    )


def evenly_tried(result: AuditResult) -> bool:
    """Return whether as many treatments that help were tried as treatments that harm."""
    low, high = result.claim.assumptions.hazard_ratio
    return low > 0.0 and abs(math.log(low) + math.log(high)) < 0.01


def no_range(result: AuditResult, facts: Facts) -> tuple[str, ...]:
    """Return what is said when neither a share of the gap nor tested effects are there."""
    if _steps(result.split) is not None or result.compatible:
        return ()
    if result.do_nothing:
        return ("We cannot say which part of the gap comes from the treatment.",)
    return (
        "We have no range in numbers. The report gives too little for one.",
        f"As far as we can tell, {facts.cause} could make 0 of 100 parts of the gap, or all 100.",
    )


def _steps(split: Split | None) -> tuple[float, float, float] | None:
    if split is None or not math.isfinite(split.unit_printed) or split.unit_printed <= 0.0:
        return None
    made = (split.unit_lower, split.unit_waiting, split.unit_upper)
    if any(math.isnan(value) for value in made):
        return None
    low, middle, high = (ALL * value / split.unit_printed for value in made)
    return low, middle, high


def _made(step: float) -> str:
    if math.isinf(step):
        return "more steps than can be counted" + (" the other way" if step < 0.0 else "")
    count = abs(round(step))
    text = "1 step" if count == 1 else f"{count} steps"
    return f"{text} the other way" if round(step) < 0 else text


def _cause_makes(facts: Facts, step: float) -> str:
    name = facts.cause[:1].upper() + facts.cause[1:]
    return f"{name} makes {_made(step)}."


def _left(facts: Facts, step: float) -> str:
    if step == math.inf:
        return "That is more than the whole gap, so the treatment could do harm."
    rest = ALL - round(step) if math.isfinite(step) else math.inf
    if rest > 0:
        what = "the treatment" if facts.by_lot else "the treatment, or the choice of people"
        return f"That leaves {_made(rest)} for {what}."
    if rest == 0:
        return "That is the whole gap, with nothing left for the treatment."
    return f"That is {_made(-rest)} more than the whole gap, so the treatment could do harm."
