"""Every number is of a possible size.

Counts are whole, percentages at most 100, and nothing is negative. Other digits cannot be read as
such a number; they come this far when the claim gives an interval for them by hand.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import LISTS, SCALARS, Kind, ReadingKind
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    decimals_of,
    outcome,
    plain_number,
)
from timezero.findings import Finding
from timezero.model.claim import PrintedNumber

# A point before three digits may stand between thousands.
THOUSANDS_DECIMALS: Final = 3
REMARK = Remark(code="values_possible")


def values_possible(evidence: Evidence) -> CheckOutcome:
    """Find negative numbers, percentages above 100, and broken counts."""
    found: list[Finding] = []
    seen = False
    for name, kind, number in _numbers(evidence):
        for printed in (number.printed, number.lower, number.upper):
            value = None if printed is None else plain_number(printed)
            if printed is None or value is None:
                continue
            seen = True
            fault = _fault(kind, value, decimals=decimals_of(printed))
            if fault:
                found.append(
                    REMARK.error(
                        evidence, [name], f"{printed} is {fault}", "ask which number is meant"
                    )
                )
    return outcome(found, possible=seen)


def _numbers(evidence: Evidence) -> list[tuple[str, Kind, PrintedNumber]]:
    kinds: dict[ReadingKind, Kind] = {reading: kind for _, kind, reading, _ in LISTS}
    found: list[tuple[str, Kind, PrintedNumber]] = [
        (name, kind, number)
        for name, (kind, _, _) in SCALARS.items()
        if (number := evidence.number(name)) is not None and kind != "p_value"
    ]
    return found + [(r.name, kinds[r.kind], r.number) for r in evidence.readings()]


def _fault(kind: Kind, value: float, *, decimals: int) -> str:
    if value < 0.0:
        return "a negative number"
    if kind == "share" and value > 100.0:
        return "more than 100 %"
    if kind == "count" and value != round(value) and decimals != THOUSANDS_DECIMALS:
        return "not a whole number of patients"
    return ""


CHECK = PrintCheck(
    title="every number is of a possible size",
    needs="any number printed in digits",
    run=values_possible,
)
