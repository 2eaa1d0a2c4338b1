"""The p-value, the hazard ratio and its interval tell of the same evidence.

From the interval: z = |log HR| z_level / ((log U - log L) / 2). From p: z = Phi^-1(1 - p / 2).
Wald, score (log-rank) and likelihood-ratio tests of the same data differ: with shares s of the
patients and q of the deaths in a group, score over Wald is about sqrt(s (1 - s) / (q (1 - q))),
1.25 for s = 1/2 and q = 1/5. Allowed is therefore a gap of half a unit and a quarter of the larger.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from timezero.audit.evidence import Evidence, is_bounded
from timezero.audit.normal_sizes import gap_between, sizes_of_p
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding
from timezero.intake.printed import Span

ALLOWED_GAP: Final = 0.5
ALLOWED_SHARE: Final = 0.25
NAMES: Final = ("hazard_ratio", "p_value")
REMARK = Remark(code="p_agrees_with_interval")


def p_agrees_with_interval(evidence: Evidence) -> CheckOutcome:
    """Find a p-value that the hazard ratio and its interval do not give."""
    ratio, p = evidence.printed.get("hazard_ratio"), evidence.printed.get("p_value")
    limits = evidence.limits("hazard_ratio")
    if ratio is None or p is None or limits is None:
        return outcome((), possible=False)
    low, high, level = limits
    if not all(is_bounded(s) for s in (ratio, low, high)) or high.lower <= low.upper:
        return outcome((), possible=False)
    of_interval, of_p = _sizes_of_interval(ratio, low, high, level=level), sizes_of_p(p)
    larger = max(of_interval[0], of_p[0])
    found: list[Finding] = []
    if gap_between(of_interval, of_p) > ALLOWED_GAP + ALLOWED_SHARE * larger:
        found.append(
            REMARK.warning(
                evidence,
                NAMES,
                f"hazard ratio and interval give a p-value near {_p_of(of_interval):.2g}, which "
                "is not the one printed",
                "ask which test the p-value is from, and whether both are from the same model",
            )
        )
    elif _on_other_sides(low, high, p, level):
        found.append(
            REMARK.note(
                evidence,
                NAMES,
                f"the interval ({level:.0%}) and the p-value lie on different sides of "
                f"{1.0 - level:.2g}: they are from different tests",
                "ask which test the p-value is from",
            )
        )
    return outcome(found, possible=True)


def _sizes_of_interval(ratio: Span, low: Span, high: Span, *, level: float) -> tuple[float, float]:
    z_level = NormalDist().inv_cdf(0.5 + level / 2.0)
    logs = math.log(ratio.lower), math.log(ratio.upper)
    least = 0.0 if logs[0] <= 0.0 <= logs[1] else min(abs(logs[0]), abs(logs[1]))
    most = max(abs(logs[0]), abs(logs[1]))
    narrow = math.log(high.lower / low.upper) / 2.0 / z_level
    wide = math.log(high.upper / low.lower) / 2.0 / z_level
    return least / wide, most / narrow


def _p_of(sizes: tuple[float, float]) -> float:
    return 2.0 * NormalDist().cdf(-(sizes[0] + sizes[1]) / 2.0)


def _on_other_sides(low: Span, high: Span, p: Span, level: float) -> bool:
    excludes = low.lower > 1.0 or high.upper < 1.0
    includes = low.upper < 1.0 < high.lower
    return (excludes and p.lower > 1.0 - level) or (includes and p.upper < 1.0 - level)


CHECK = PrintCheck(
    title="the p-value agrees with the hazard ratio and its interval",
    needs="a hazard ratio with both limits, and a p-value",
    run=p_agrees_with_interval,
)
