"""A percentage of n patients is k / n for some whole k.

For every n within print, the whole numbers k with lower <= k / n <= upper are looked for, where
lower and upper are what the printed digits can stand for. For n above the number of steps between
two printed values there is always one.
"""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.group_sizes import readings_of
from timezero.audit.print_check import ROUND_OFF, CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding
from timezero.intake.printed import Span

MOST_SIZES: Final = 5_000
REMARK = Remark(code="percentages_possible")


def percentages_possible(evidence: Evidence) -> CheckOutcome:
    """Find percentages that no whole number of the patients gives."""
    patients = evidence.printed.get("n") or evidence.sizes.get("n")
    found: list[Finding] = []
    seen = False
    for name in ("share_late", "never_eligible"):
        share = evidence.printed.get(name)
        if share is None or patients is None or not _few_enough(patients):
            continue
        seen = True
        if _numerators(share, patients):
            continue
        make = REMARK.error if name == "share_late" else REMARK.warning
        found.append(
            make(
                evidence,
                [name, "n"],
                f"no whole number of {_words(patients)} patients gives this percentage: "
                f"{_neighbours(share, patients)}",
                "ask for the count behind the percentage, and of how many",
            )
        )
    late = _late_mismatch(evidence)
    return outcome([*found, *late], possible=seen or _all_three(evidence))


def _few_enough(patients: Span) -> bool:
    return patients.lower > 0.0 and patients.upper - patients.lower <= MOST_SIZES


def _numerators(share: Span, patients: Span) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in readings_of(patients):
        for n in range(math.ceil(low), math.floor(high) + 1):
            first = math.ceil(n * share.lower - ROUND_OFF * n)
            last = math.floor(n * share.upper + ROUND_OFF * n)
            found += [(k, n) for k in range(max(first, 0), min(last, n) + 1)][:1]
    return found


def _words(patients: Span) -> str:
    return " or ".join(
        f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in readings_of(patients)
    )


def _neighbours(share: Span, patients: Span) -> str:
    n = math.floor(patients.upper)
    below = max(math.floor(n * share.lower), 0)
    return f"{below} of {n} are {below / n:.1%}, {below + 1} are {(below + 1) / n:.1%}"


def _all_three(evidence: Evidence) -> bool:
    return all(name in evidence.printed for name in ("n", "n_late", "share_late"))


def _late_mismatch(evidence: Evidence) -> list[Finding]:
    """Compare the count of late treated, over all, with the share printed."""
    if not _all_three(evidence):
        return []
    n, late, share = (evidence.printed[name] for name in ("n", "n_late", "share_late"))
    if n.lower <= 0.0 or (
        late.lower / n.upper <= share.upper + ROUND_OFF
        and late.upper / n.lower >= share.lower - ROUND_OFF
    ):
        return []
    return [
        REMARK.error(
            evidence,
            ["n_late", "n", "share_late"],
            f"{late.lower:g} of {n.upper:g} patients are {late.lower / n.upper:.1%}, which is not "
            "the share printed",
            "ask which of the three numbers is misprinted, or of whom the share is",
        )
    ]


CHECK = PrintCheck(
    title="percentages are possible with the counts",
    needs="the number of patients, and a percentage of them",
    run=percentages_possible,
)
