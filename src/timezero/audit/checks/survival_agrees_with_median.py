"""Survival is at most 1/2 from the median on, and at least 1/2 before it.

More generally S(t) <= 1 - q from the time by which a share q had died, and S(t) >= 1 - q before it.
"""

from __future__ import annotations

import math

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import ROUND_OFF, CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding
from timezero.intake.printed import Span
from timezero.model.claim import Group

MEDIANS: dict[Group, str] = {"all": "median", "late": "median_late", "never": "median_never"}
REMARK = Remark(code="survival_agrees_with_median")


def survival_agrees_with_median(evidence: Evidence) -> CheckOutcome:
    """Find survival at a time that contradicts the median or another quantile."""
    found: list[Finding] = []
    seen = False
    for group in MEDIANS:
        for name, share, quantile in _quantiles(evidence, group):
            for r in evidence.readings("survival", group):
                seen = True
                left = 1.0 - share
                high = r.at > quantile.upper and r.span.lower > left + ROUND_OFF
                is_before = r.at < quantile.lower or math.isnan(quantile.lower)
                low = is_before and r.span.upper < left - ROUND_OFF
                if high or low:
                    found.append(
                        REMARK.error(
                            evidence,
                            [r.name, name],
                            f"{r.label} is {'above' if high else 'below'} {left:.0%}, but "
                            f"{left:.0%} were left {'before' if high else 'only after'} that time",
                            "ask whether both numbers are of the same curve",
                        )
                    )
    return outcome(found, possible=seen)


def _quantiles(evidence: Evidence, group: Group) -> list[tuple[str, float, Span]]:
    median = evidence.printed.get(MEDIANS[group])
    found = [] if median is None else [(MEDIANS[group], 0.5, median)]
    return found + [(r.name, r.at, r.span) for r in evidence.readings("quantile", group)]


CHECK = PrintCheck(
    title="survival at times agrees with the median",
    needs="survival of a group at a time, and its median or another quantile",
    run=survival_agrees_with_median,
)
