"""Two groups do not have the same number to every digit.

With three digits or more, equal medians, means or quantiles of both groups are a coincidence of
about one in a hundred; often one is a copy. Survival moves in steps of one patient, so that only
two equal survivals or more are mentioned, and 0 and 100 % are left alone.
"""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.number_roles import ReadingKind
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    digits_that_matter,
    outcome,
    plain_number,
)
from timezero.findings import Finding

FEWEST_DIGITS: Final = 3
REMARK = Remark(code="same_number_twice")


def same_number_twice(evidence: Evidence) -> CheckOutcome:
    """Find numbers of both groups that are the same to every digit."""
    pairs = [
        (f"{name}_late", f"{name}_never")
        for name in ("median", "mean")
        if f"{name}_late" in evidence.printed and f"{name}_never" in evidence.printed
    ]
    pairs += _at_both(evidence, "quantile") + _at_both(evidence, "rmst")
    at_times = _at_both(evidence, "survival")
    equal = [pair for pair in at_times if _is_copied(evidence, *pair)]
    found: list[Finding] = [
        REMARK.warning(
            evidence,
            [first, second],
            f"both groups have {_printed(evidence, first)}, to every digit",
            "ask whether one of the two numbers is a copy of the other",
        )
        for first, second in [
            *(pair for pair in pairs if _is_copied(evidence, *pair)),
            *(equal if len(equal) > 1 else ()),
        ]
    ]
    return outcome(found, possible=bool(pairs or at_times))


def _printed(evidence: Evidence, name: str) -> str:
    number = evidence.number(name)
    return "" if number is None else number.printed


def _at_both(evidence: Evidence, kind: ReadingKind) -> list[tuple[str, str]]:
    others = {r.at: r.name for r in evidence.readings(kind, "never")}
    return [(r.name, others[r.at]) for r in evidence.readings(kind, "late") if r.at in others]


def _is_copied(evidence: Evidence, first: str, second: str) -> bool:
    number, other = evidence.number(first), evidence.number(second)
    if number is None or other is None or number.printed.strip() != other.printed.strip():
        return False
    whole = "%" in number.printed and plain_number(number.printed) in {0.0, 100.0}
    return digits_that_matter(number.printed) >= FEWEST_DIGITS and not whole


CHECK = PrintCheck(
    title="the groups do not share a number to every digit",
    needs="the same kind of number of both groups",
    run=same_number_twice,
)
