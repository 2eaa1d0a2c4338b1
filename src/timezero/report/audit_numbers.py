"""How the numbers of an audit are named and printed, the same in text, page and picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from timezero.model.audit_result import AuditResult, DoNothing, Quantiles, Setting, UsedNumber
from timezero.report.numbers import (
    NOT_REACHED,
    amount,
    interval,
    p_value,
    percent,
    points,
    ratio,
    signed,
)

RATIOS: Final = ("hazard_ratio", "median_ratio")
SETTING_NAMES: Final[dict[Setting, str]] = {
    "none": "no selection",
    "moderate": "moderate selection",
    "strong": "strong selection",
}
SETTING_PHRASES: Final[dict[Setting, str]] = {
    "none": "without a choice of fitter patients",
    "moderate": "with a moderate choice of fitter patients",
    "strong": "with a strong choice of fitter patients",
}
USES: Final = {
    "size": "size of the study",
    "pooled": "all patients together",
    "waiting": "the wait for the treatment",
    "contrast": "the comparison itself",
    "checked_only": "checked only",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastWords:
    """One way to compare the groups, in words, with the way its values are printed.

    Parameters
    ----------
    name : str
        A key of ``DoNothing.contrasts``.
    label : str
        ``ratio of medians``.
    unit : str
        With a space before it; empty for ratios and p-values.
    is_ratio : bool
        Whether it belongs on a logarithmic axis, with 1 for equal groups.
    factor : float
        From its values to its unit: 100 for percentage points.
    printed : callable
        Prints one value; an infinite one is not reached.
    """

    name: str
    label: str
    unit: str
    is_ratio: bool
    factor: float
    printed: Callable[[float], str]

    def with_unit(self, value: float) -> str:
        """Print one value with its unit."""
        return self.printed(value) + ("" if value == math.inf else self.unit)


def contrast_words(name: str, unit: str) -> ContrastWords:
    """Return the words of a contrast, late against never treated.

    Parameters
    ----------
    name : str
        Such as ``median_ratio`` or ``survival_difference 36``.
    unit : str
        The claim's unit of time.
    """
    kind, _, at = name.partition(" ")
    label, its_unit, printer = {
        "hazard_ratio": ("hazard ratio", "", ratio),
        "median_ratio": ("ratio of medians", "", ratio),
        "median_difference": ("difference of medians", f" {unit}", signed),
        "log_rank_p": ("log-rank P", "", _bare_p),
        "survival_difference": (f"difference in survival at {at} {unit}", " points", points),
    }.get(kind, (name.replace("_", " "), "", amount))

    def printed(value: float) -> str:
        return NOT_REACHED if value == math.inf else printer(value)

    return ContrastWords(
        name=name,
        label=label,
        unit=its_unit,
        is_ratio=kind in RATIOS,
        factor=100.0 if kind == "survival_difference" else 1.0,
        printed=printed,
    )


def _bare_p(value: float) -> str:
    return p_value(value).removeprefix("P ").removeprefix("= ")


def span_text(lower: float, upper: float, printed: Callable[[float], str]) -> str:
    """Print what values a number can stand for: ``2.47``, ``2.4 to 2.6``, ``at least 2.4``."""
    if math.isnan(lower):
        return NOT_REACHED
    if math.isinf(lower) and math.isinf(upper):
        return "any value"
    if math.isinf(upper):
        return f"at least {printed(lower)}"
    if math.isinf(lower):
        return f"at most {printed(upper)}"
    ends = printed(lower), printed(upper)
    return ends[0] if ends[0] == ends[1] else interval(*ends)


def observed_text(result: AuditResult, words: ContrastWords) -> str:
    """Print the contrast that was printed, with its unit; nothing where it was not."""
    worlds = next(iter(result.do_nothing.values()), None)
    observed = None if worlds is None else worlds.observed.get(words.name)
    if observed is None:
        return ""
    as_it_stands = number_named(result, words.name)
    if as_it_stands is not None and as_it_stands.printed.replace(".", "", 1).isdigit():
        return as_it_stands.printed
    return span_text(*observed, words.printed) + words.unit


def middle_90(found: Quantiles, words: ContrastWords) -> str:
    """Print the central 90 % of a distribution: ``0.81 to 3.23``."""
    return interval(words.printed(found.q05), words.printed(found.q95))


def ratio_95(found: Quantiles) -> str:
    """Print the central 95 % of a distribution of ratios."""
    return interval(ratio(found.q025), ratio(found.q975))


def share_as_large(worlds: DoNothing) -> str:
    """Print the share of worlds with a contrast at least as large as printed, or nothing."""
    return "" if math.isnan(worlds.p_as_large) else percent(worlds.p_as_large)


def number_named(result: AuditResult, name: str) -> UsedNumber | None:
    """Return a printed number by its name in the claim file, or None."""
    return next((u for u in result.numbers if u.name == name), None)


def as_printed(result: AuditResult, name: str) -> str:
    """Print a length of time as the claim does, with its unit; nothing where it is not printed."""
    used = number_named(result, name)
    if used is None:
        return ""
    if any(letter.isalpha() for letter in used.printed):
        return used.printed
    stated = getattr(result.claim.numbers, name, None)
    unit = getattr(stated, "unit", None) or result.claim.question.unit
    return f"{used.printed} {unit}"


def counted_from(result: AuditResult) -> str:
    """Return what time is counted from, or that it is not said."""
    return result.claim.question.time_zero or "a time zero that is not stated"


def claim_title(result: AuditResult) -> str:
    """Return what the claim is called, for titles."""
    return result.claim.title or "A published comparison"


def has_found(worlds: DoNothing | None) -> bool:
    """Say whether there is a simulated contrast to tell about."""
    found = None if worlds is None else worlds.contrasts.get(worlds.compared_on)
    return found is not None and not math.isnan(found.q50)


def is_randomised(result: AuditResult) -> bool:
    """Say whether the groups were assigned at time zero, so that waiting cannot sort them."""
    return result.claim.question.comparison == "randomised"


def ratio_or_not_reached(value: float) -> str:
    """Print a ratio of medians; an infinite one is not reached."""
    return NOT_REACHED if value == math.inf else ratio(value)
