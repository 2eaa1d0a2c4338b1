"""The verdict of an audit: a fixed list, symmetric, each tied to numbers and their thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from timezero.audit.contrast import Comparison
from timezero.audit.evidence import Evidence
from timezero.model.audit_result import CompatibleEffect, DoNothing, Setting, Split
from timezero.model.reading import ratio_text
from timezero.model.result import Verdict

RARE: Final = 0.05
USUAL: Final = 0.95
FEWEST_WORLDS: Final = 100.0
# One side of the 95 % interval that is printed.
SURE: Final = 0.975

HEADLINES: Final = {
    "waiting_could_produce_it": (
        "Waiting alone could produce it: a difference as large as printed is not unusual when "
        "the treatment does nothing."
    ),
    "moderate_selection_could_produce_it": (
        "More than waiting alone usually produces, but waiting and a moderate choice of fitter "
        "patients could produce it without any effect of the treatment."
    ),
    "strong_selection_could_produce_it": (
        "More than waiting and a moderate choice of fitter patients usually produce; with a "
        "strong choice of fitter patients it could arise without any effect of the treatment."
    ),
    "more_than_waiting_and_selection": (
        "More than waiting and a strong choice of fitter patients usually produce: they do not "
        "explain it."
    ),
    "harm_may_be_hidden": (
        "Harm may be hidden: waiting alone would usually make the treated look better than was "
        "printed."
    ),
    "cannot_tell": "What is printed does not let anyone tell.",
}
RANDOMISED: Final = {
    "waiting_could_produce_it": (
        "Nobody had to wait in this comparison, and chance alone could produce it."
    ),
    "more_than_waiting_and_selection": (
        "Nobody had to wait in this comparison, and it is more than chance usually produces."
    ),
}
ENOUGH: Final[dict[Setting, str]] = {
    "none": "waiting_could_produce_it",
    "moderate": "moderate_selection_could_produce_it",
    "strong": "strong_selection_could_produce_it",
}
NOT_ANSWERED: Final = (
    (
        "whether the treatment works: an audit of print can show what the numbers allow, not what "
        "happened to each patient"
    ),
    "what any one patient should do: this is about groups of patients, and it is no advice",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the verdict rests on.

    Parameters
    ----------
    as_large : mapping of setting to float
        Share of do-nothing worlds with a contrast at least as large as printed, in favour of the
        treated; worlds at least as unfavourable count as ``1 - share``.
    harmful : mapping of setting to float
        Posterior probability of a hazard ratio above 1, given everything that is printed.
    effective : mapping of setting to float
        Effective numbers of matched worlds.
    favours_late : bool
    randomised : bool
    """

    as_large: Mapping[Setting, float]
    harmful: Mapping[Setting, float]
    effective: Mapping[Setting, float]
    favours_late: bool
    randomised: bool


def decide(ground: Ground) -> str:
    """Return the code of the verdict.

    A setting could produce what is printed when ``RARE`` or more of its do-nothing worlds show as
    much, and less than ``SURE`` of the effects that fit all printed numbers are favourable. Where
    ``USUAL`` of the do-nothing worlds show more in favour of the treated than is printed, or
    ``SURE`` of the effects that fit are harmful, harm may be hidden.
    """
    if "none" not in ground.as_large or math.isnan(ground.as_large["none"]):
        return "cannot_tell"
    if any(n < FEWEST_WORLDS for n in ground.effective.values()):
        return "cannot_tell"
    none = ground.as_large["none"]
    if ground.randomised:
        both_sides = RARE / 2.0 <= none <= 1.0 - RARE / 2.0
        return "waiting_could_produce_it" if both_sides else "more_than_waiting_and_selection"
    if none >= USUAL or ground.harmful.get("none", 0.0) >= SURE:
        return "harm_may_be_hidden"
    for setting, code in ENOUGH.items():
        if could_produce(ground, setting):
            return code
    return "more_than_waiting_and_selection"


def could_produce(ground: Ground, setting: Setting) -> bool:
    """Return whether a setting could produce what is printed without any effect."""
    usual = ground.as_large.get(setting, math.nan) >= RARE
    return usual and 1.0 - ground.harmful.get(setting, 1.0) < SURE


def make_verdict(
    evidence: Evidence,
    comparison: Comparison | None,
    *,
    do_nothing: Mapping[Setting, DoNothing],
    compatible: Mapping[Setting, CompatibleEffect],
    split: Split | None,
    not_possible: tuple[str, ...],
) -> Verdict:
    """Return the verdict with the one number, the reasons, and what stays open."""
    if comparison is None or "none" not in do_nothing:
        return _cannot_tell(not_possible)
    ground = Ground(
        as_large={
            s: d.p_as_large if comparison.favours_late else 1.0 - d.p_as_large
            for s, d in do_nothing.items()
        },
        harmful={s: 1.0 - c.p_benefit for s, c in compatible.items()},
        effective={s: d.effective_n for s, d in do_nothing.items()},
        favours_late=comparison.favours_late,
        randomised=evidence.claim.question.comparison == "randomised",
    )
    code = decide(ground)
    headline = (RANDOMISED if ground.randomised else {}).get(code, HEADLINES[code])
    return Verdict(
        code=code,
        headline=headline,
        number=split.words[:1].upper() + split.words[1:] if split is not None else "",
        reasons=(
            *_worlds_in_words(do_nothing, comparison, randomised=ground.randomised),
            *_effects_in_words(compatible, randomised=ground.randomised),
            *(not_possible if code == "cannot_tell" else ()),
        ),
        not_answered=NOT_ANSWERED,
    )


def _cannot_tell(not_possible: tuple[str, ...]) -> Verdict:
    return Verdict(
        code="cannot_tell",
        headline=HEADLINES["cannot_tell"],
        number="",
        reasons=not_possible,
        not_answered=NOT_ANSWERED,
    )


def _worlds_in_words(
    do_nothing: Mapping[Setting, DoNothing], comparison: Comparison, *, randomised: bool
) -> list[str]:
    towards = "in favour of the treated" if comparison.favours_late else "against the treated"
    settings = {
        "none": "if the treatment did nothing and nobody was chosen for being fit",
        "moderate": "with a moderate choice of fitter patients",
        "strong": "with a strong choice of fitter patients",
    }
    said: list[str] = []
    for setting, found in do_nothing.items():
        if randomised and setting != "none":
            continue
        share = percent_text(found.p_as_large)
        said.append(
            f"{settings[setting]}, {share} of simulated studies show a difference at least as "
            f"large as printed, {towards}"
        )
    return said


def _effects_in_words(
    compatible: Mapping[Setting, CompatibleEffect], *, randomised: bool
) -> list[str]:
    found = compatible.get("none")
    if found is None:
        return []
    ratio = found.hazard_ratio
    before = "" if randomised else "if nobody was chosen for being fit, "
    said = [
        (
            f"{before}true hazard ratios from {ratio_text(ratio.q025)} to "
            f"{ratio_text(ratio.q975)} fit everything that is printed (below 1: treated patients "
            f"die at a lower rate); {percent_text(found.p_benefit)} of the weight is below 1"
        ),
    ]
    if found.fits < 1.0:
        said.append(
            f"{percent_text(1.0 - found.fits)} of the printed numbers are hard to reach by any "
            "world that was tried: they may contradict each other"
        )
    return said


def percent_text(share: float) -> str:
    """Print a share as a percentage that is never rounded to all or nothing."""
    if math.isnan(share):
        return "an unknown share"
    if share < 0.005:
        return "less than 1%"
    if share > 0.995:
        return "more than 99%"
    return f"{share:.0%}"
