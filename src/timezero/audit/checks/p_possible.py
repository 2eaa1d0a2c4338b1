"""A p-value lies between 0 and 1, and is never 0.

'0.000' is what a program prints for a p-value below 0.0005; it says nothing below that. A p-value
above 1 cannot be read; it comes this far when the claim gives an interval for it by hand.
"""

from __future__ import annotations

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome, plain_number

REMARK = Remark(code="p_possible")


def p_possible(evidence: Evidence) -> CheckOutcome:
    """Find p-values that cannot be, and those printed as zero."""
    number = evidence.number("p_value")
    if number is None:
        return outcome((), possible=False)
    value = plain_number(number.printed)
    if value is not None and not 0.0 <= value <= 1.0:
        said = f"a p-value of {number.printed}, which is not between 0 and 1"
        ask = "ask which number is meant"
        return outcome([REMARK.error(evidence, ["p_value"], said, ask)], possible=True)
    if value == 0.0:
        said = f"a p-value printed as {number.printed}; no p-value is zero"
        ask = "ask for the p-value as a limit, such as p < 0.001"
        return outcome([REMARK.warning(evidence, ["p_value"], said, ask)], possible=True)
    return outcome((), possible=True)


CHECK = PrintCheck(
    title="the p-value is possible",
    needs="a p-value",
    run=p_possible,
)
