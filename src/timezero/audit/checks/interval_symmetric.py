"""The interval of a hazard ratio is about as far below it as above, on the log scale.

Asymmetry: a = |log HR - (log L + log U) / 2| / ((log U - log L) / 2), at its smallest within print.
It is 0 for the usual interval. By profile likelihood from only three deaths it is 0.19 (Poisson,
3 seen), so that more than 0.25 asks for an explanation.
"""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence, is_bounded
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome

MOST_ASYMMETRY: Final = 0.25
REMARK = Remark(code="interval_symmetric")


def interval_symmetric(evidence: Evidence) -> CheckOutcome:
    """Find a hazard ratio far from the middle of its interval."""
    span, limits = evidence.printed.get("hazard_ratio"), evidence.limits("hazard_ratio")
    if span is None or limits is None:
        return outcome((), possible=False)
    low, high, _ = limits
    if not (is_bounded(span) and is_bounded(low) and is_bounded(high)) or high.lower <= low.upper:
        return outcome((), possible=False)
    ends = [
        math.log(value) - (math.log(first) + math.log(second)) / 2.0
        for value, first, second in (
            (span.lower, low.upper, high.upper),
            (span.upper, low.lower, high.lower),
        )
    ]
    nearest = max(ends[0], -ends[1], 0.0)
    asymmetry = nearest / (math.log(high.upper / low.lower) / 2.0)
    if asymmetry <= MOST_ASYMMETRY:
        return outcome((), possible=True)
    middle = math.sqrt(low.lower * low.upper * high.lower * high.upper) ** 0.5
    return outcome(
        [
            REMARK.warning(
                evidence,
                ["hazard_ratio"],
                f"the middle of the interval on the log scale is {middle:.3g}, which is not the "
                "hazard ratio printed",
                "ask how the interval was computed, and whether a limit is misprinted",
            )
        ],
        possible=True,
    )


CHECK = PrintCheck(
    title="the interval of the hazard ratio is symmetric on the log scale",
    needs="a hazard ratio with both limits",
    run=interval_symmetric,
)
