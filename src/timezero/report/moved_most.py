"""Which step of the ladder moved the estimate most, in a sentence made by fixed rules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from timezero.model.result import Share, StudyResult
from timezero.report.numbers import amount, percent, ratio, signed

# What happens at each step, and what it takes away where a difference shrinks there.
STEPS: Final = {
    "clock": ("both groups are timed from one clock", "two clocks"),
    "person_time": (
        "each day is counted in the state it was lived in",
        "waiting: days lived before the treatment had been credited to it",
    ),
    "trigger": (
        "only candidates are counted, from the day they became candidates",
        "the trigger: patients who were no candidates yet had served as the untreated",
    ),
    "fitness": (
        "patients are weighted by what was known of them before the treatment",
        "fitness: the treated differed from the untreated in what was measured",
    ),
}
SCALE: Final = "on the log scale"
LEAST_PUBLISHED: Final = 0.005
MOST: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step with the log hazard ratio before and after it."""

    share: Share
    before: float
    after: float

    @property
    def beyond_uncertainty(self) -> bool:
        """Whether the interval of the step leaves out zero."""
        return self.share.lower > 0.0 or self.share.upper < 0.0

    @property
    def ratios(self) -> str:
        """From which hazard ratio to which the step leads."""
        return f"from {ratio(math.exp(self.before))} to {ratio(math.exp(self.after))}"


def steps_of(result: StudyResult) -> tuple[float, list[Step]]:
    """Return the published log hazard ratio, NaN when not known, and the steps from there."""
    parts = _on_log_scale(result)
    if "published" not in parts:
        return math.nan, []
    published = level = parts["published"].value
    steps: list[Step] = []
    for name in STEPS:
        if name in parts:
            after = level - parts[name].value
            steps.append(Step(share=parts[name], before=level, after=after))
            level = after
    return published, steps


def moved_most(result: StudyResult) -> tuple[str, ...]:
    """Say which step moved the estimate most, and how far chance alone moves one.

    Nothing is said when the published difference was not taken apart. The rules are the same in
    both directions: a step can take a difference away, reverse it, or bring one out.
    """
    published, steps = steps_of(result)
    if not steps:
        return ()
    by_size = sorted(steps, key=lambda step: -abs(step.share.value))
    beyond = [step for step in by_size if step.beyond_uncertainty]
    words = _sentence(published, beyond[0]) if beyond else _none_moved(by_size[0])
    others = [_other(step) for step in beyond[1:]]
    chance = _on_log_scale(result).get("chance")
    level = percent(result.protocol.analysis.level)
    return (" ".join([words, *others]), *_chance(chance, beyond[:1], level))


def _on_log_scale(result: StudyResult) -> dict[str, Share]:
    return {
        share.part: share
        for share in result.decomposition
        if share.scale == "log_hazard_ratio"
        and share.status == "ok"
        and not math.isnan(share.value)
    }


def _none_moved(largest: Step) -> str:
    if largest.share.value == 0.0:
        return "No step moved the estimate."
    did, _ = STEPS[largest.share.part]
    how = "no step moved the estimate by more than its uncertainty"
    if math.isnan(largest.share.lower):
        how = "how uncertain that is was not estimated"
    return (
        f"The largest step is taken when {did}: the hazard ratio goes {largest.ratios}, but {how}."
    )


def _sentence(published: float, step: Step) -> str:
    did, bias = STEPS[step.share.part]
    if abs(published) < LEAST_PUBLISHED:
        return (
            f"There is hardly a difference as published; when {did}, the hazard ratio goes "
            f"{step.ratios}."
        )
    share = step.share.value / published
    moved, whole = amount(abs(step.share.value)), amount(abs(published))
    if share < 0.0:
        return (
            f"The largest step makes the difference as published larger: when {did}, the hazard "
            f"ratio goes {step.ratios} ({moved} more than {whole} {SCALE})."
        )
    if share > 1.0:
        sizes = f"{moved} against {whole} {SCALE}"
        how = "All of the difference as published, and more, goes"
    else:
        sizes = f"{moved} of {whole} {SCALE}"
        most = "Most" if share >= MOST else "Less than half"
        how = f"{most} of the difference as published goes"
    return f"{how} when {did}: the hazard ratio goes {step.ratios} ({sizes}). That is {bias}."


def _other(step: Step) -> str:
    did, _ = STEPS[step.share.part]
    return f"When {did}, it goes {step.ratios}."


def _chance(chance: Share | None, largest: list[Step], level: str) -> tuple[str, ...]:
    if chance is None:
        return ()
    half = abs(chance.value)
    words = (
        f"Chance alone moves an estimate from so few patients by up to {signed(half)} or "
        f"{signed(-half)} {SCALE}, {level} of the time"
    )
    if not largest:
        return (f"{words}.",)
    compared = "more" if half > abs(largest[0].share.value) else "less"
    return (f"{words}: {compared} than that step.",)
