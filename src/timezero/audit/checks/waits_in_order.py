"""The waits are in order: shortest <= lower quartile <= median <= upper quartile <= longest.

Their mean lies between the shortest and the longest.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import SCALARS
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
)

ORDER: Final = (
    "wait_shortest",
    "wait_lower_quartile",
    "wait",
    "wait_upper_quartile",
    "wait_longest",
)
AROUND_MEAN: Final = (("wait_shortest", "wait_mean"), ("wait_mean", "wait_longest"))
REMARK = Remark(code="waits_in_order")


def waits_in_order(evidence: Evidence) -> CheckOutcome:
    """Find waiting times in the wrong order."""
    pairs = [
        (first, second)
        for first, second in (*combinations(ORDER, 2), *AROUND_MEAN)
        if first in evidence.printed and second in evidence.printed
    ]
    found = [
        REMARK.error(
            evidence,
            [first, second],
            f"the {SCALARS[first][2]} is longer than the {SCALARS[second][2]}",
            "ask which of the two numbers is misprinted",
        )
        for first, second in pairs
        if certainly_above(evidence.printed[first], evidence.printed[second])
    ]
    return outcome(found, possible=bool(pairs))


CHECK = PrintCheck(
    title="shortest, quartiles, median and longest wait are in order",
    needs="two numbers about the wait",
    run=waits_in_order,
)
