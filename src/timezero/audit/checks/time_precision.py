"""Times are not finer than a day.

Dates give times to a day. A last digit worth less than a tenth of a day cannot come from dates.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import SCALARS
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    decimals_of,
    outcome,
    plain_number,
)
from timezero.conventions import DAYS_PER
from timezero.findings import Finding

FINEST: Final = 0.1
REMARK = Remark(code="time_precision")


def time_precision(evidence: Evidence) -> CheckOutcome:
    """Find times printed to a fraction of a day."""
    times = [
        (name, number)
        for name, (kind, _, _) in SCALARS.items()
        if kind == "time"
        and not name.startswith("mean")
        and name != "wait_mean"
        and (number := evidence.number(name)) is not None
    ]
    times += [(r.name, r.number) for r in evidence.readings("quantile")]
    found: list[Finding] = []
    seen = False
    for name, number in times:
        if plain_number(number.printed) is None:
            continue
        seen = True
        step = 10.0 ** -decimals_of(number.printed) * DAYS_PER[number.unit or evidence.unit]
        if step < FINEST:
            found.append(
                REMARK.note(
                    evidence,
                    [name],
                    f"{number.printed} {number.unit or evidence.unit} is printed to {step:.2g} "
                    "days, and dates give whole days",
                    "ask how the times were computed",
                )
            )
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="times are not finer than a day",
    needs="a time printed in digits",
    run=time_precision,
)
