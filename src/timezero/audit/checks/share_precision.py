"""Percentages are not finer than the patients they are of.

One patient of n is 100 / n %. A percentage whose last digit is worth less than a fiftieth of that
says more than n patients can. Product-limit estimates after a censoring are not k / n, so that
this is a note.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    decimals_of,
    outcome,
    plain_number,
)
from timezero.findings import Finding
from timezero.model.claim import Group

SIZES: Final[dict[Group, str]] = {"all": "n", "late": "n_late", "never": "n_never"}
FINENESS: Final = 50.0
REMARK = Remark(code="share_precision")


def share_precision(evidence: Evidence) -> CheckOutcome:
    """Find percentages with decimals that their few patients cannot fill."""
    shares = [(n, "n", evidence.number(n)) for n in ("share_late", "never_eligible")]
    shares += [(r.name, SIZES[r.group], r.number) for r in evidence.readings("survival")]
    found: list[Finding] = []
    seen = False
    for name, size, number in shares:
        patients = evidence.span(size)
        if number is None or patients is None or plain_number(number.printed) is None:
            continue
        seen = True
        value = plain_number(number.printed) or 0.0
        decimals = decimals_of(number.printed)
        step = 10.0**-decimals / (100.0 if "%" in number.printed or value > 1.0 else 1.0)
        if decimals and value > 0.0 and step * patients.upper * FINENESS < 1.0:
            found.append(
                REMARK.note(
                    evidence,
                    [name, size],
                    f"{number.printed} is printed to {step:.2%}, and one of {patients.upper:g} "
                    f"patients is {1.0 / patients.upper:.1%}",
                    "ask for the count behind it, or for its confidence interval",
                )
            )
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="percentages are not finer than their patients",
    needs="a percentage, and the number of patients it is of",
    run=share_precision,
)
