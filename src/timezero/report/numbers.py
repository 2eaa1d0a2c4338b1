"""How numbers are printed: the same everywhere, never with more digits than they carry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from timezero.model.estimate import Contrast
from timezero.model.reading import INFINITE, NOT_ESTIMATED
from timezero.model.reading import ratio_text as ratio

MINUS: Final = "\u2212"
SMALLEST_P: Final = 0.001
LARGEST_P: Final = 0.99
NOT_REACHED: Final = "not reached"
IN_POINTS: Final = ("survival_difference", "cumulative_incidence_difference")

_PLAIN: Final = {
    MINUS: "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u00d7": "x",
    "\u2265": ">=",
    "\u2264": "<=",
    "\u2026": "...",
    "\u00a0": " ",
    "\u2192": "->",
    "\u00b7": "-",
}


def as_ascii(text: str) -> str:
    """Return text with typographic signs replaced, for plain terminals."""
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    return text


def _with_minus(text: str) -> str:
    return text.replace("-", MINUS)


def amount(value: float) -> str:
    """Print a time or another amount with three significant figures and no exponent."""
    if math.isnan(value):
        return NOT_ESTIMATED
    if math.isinf(value):
        return INFINITE if value > 0 else f"{MINUS}{INFINITE}"
    if value == 0.0:
        return "0"
    size = abs(value)
    if size >= 100.0:
        return _with_minus(f"{value:,.0f}")
    decimals = 1 if size >= 10.0 else 2
    text = f"{value:.{decimals}f}"
    return _with_minus("0.00" if float(text) == 0.0 else text)


def signed(value: float) -> str:
    """Print an amount with its sign, as differences are."""
    text = amount(value)
    return f"+{text}" if value > 0 and text not in (INFINITE, "0.00") else text


def tick(value: float) -> str:
    """Print a time as it was declared, or to four figures: 30, 12.5, 91.31."""
    return _with_minus(f"{value:,.0f}" if abs(value) >= 1_000.0 else f"{value:.4g}")


def percent(share: float, *, decimals: int = 0) -> str:
    """Print a share of one as a percentage."""
    if math.isnan(share):
        return NOT_ESTIMATED
    return _with_minus(f"{100.0 * share:.{decimals}f}%")


def points(difference: float) -> str:
    """Print a difference of two shares in percentage points, with its sign."""
    if math.isnan(difference):
        return NOT_ESTIMATED
    text = _with_minus(f"{100.0 * difference:.1f}")
    return f"+{text}" if difference > 0 else text


def p_value(value: float) -> str:
    """Print a p-value: two significant digits, ``P < .001`` below that, nothing when NaN."""
    if math.isnan(value):
        return ""
    if value < SMALLEST_P:
        return "P < .001"
    if value > LARGEST_P:
        return "P > .99"
    decimals = 1 - math.floor(math.log10(value))
    text = f"{value:.{max(decimals, 2)}f}"
    return f"P = {text.removeprefix('0')}"


def interval(lower: str, upper: str) -> str:
    """Print an interval from its printed limits; nothing when there is none."""
    return "" if NOT_ESTIMATED in (lower, upper) else f"{lower} to {upper}"


def contrast_value(contrast: Contrast) -> str:
    """Print the estimate of a contrast in the way of its measure."""
    return _printer(contrast)(contrast.value)


def contrast_interval(contrast: Contrast) -> str:
    """Print the interval of a contrast in the way of its measure."""
    printer = _printer(contrast)
    return interval(printer(contrast.lower), printer(contrast.upper))


def contrast_text(contrast: Contrast) -> str:
    """Print a contrast with its interval: ``1.13 (95% CI 0.63 to 2.04)``."""
    limits = contrast_interval(contrast)
    level = percent(contrast.level)
    value = contrast_value(contrast)
    return f"{value} ({level} CI {limits})" if limits else value


def median_text(median: float, lower: float, upper: float) -> str:
    """Print a median with its interval; what the follow-up does not reach is said so."""
    if math.isnan(median):
        return NOT_REACHED
    limits = [NOT_REACHED if math.isnan(v) else amount(v) for v in (lower, upper)]
    return f"{amount(median)} ({limits[0]} to {limits[1]})"


def _printer(contrast: Contrast) -> Callable[[float], str]:
    if contrast.measure in ("hazard_ratio", "time_ratio"):
        return ratio
    return points if contrast.measure in IN_POINTS else signed
