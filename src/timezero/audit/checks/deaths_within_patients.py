"""Deaths do not exceed patients, and nobody at risk later has died: D <= n.

A median that was reached needs at least one death.
"""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.print_check import (
    CheckOutcome,
    PrintCheck,
    Remark,
    certainly_above,
    outcome,
    shown,
)
from timezero.findings import Finding

GROUPS: Final = (
    ("deaths", "n", "median", "all"),
    ("deaths_late", "n_late", "median_late", "the late treated"),
    ("deaths_never", "n_never", "median_never", "the never treated"),
)
REMARK = Remark(code="deaths_within_patients")
ASK = "ask for the deaths in each group, and of how many"


def deaths_within_patients(evidence: Evidence) -> CheckOutcome:
    """Find more deaths than patients, and medians without a death."""
    found: list[Finding] = []
    seen = False
    for deaths, n, median, words in GROUPS:
        died, patients = evidence.printed.get(deaths), evidence.span(n)
        reached = evidence.printed.get(median)
        if died is not None and patients is not None:
            seen = True
            if certainly_above(died, patients):
                said = f"{shown(died.lower)} deaths among {shown(patients.upper)} of {words}"
                found.append(REMARK.error(evidence, [deaths, n], said, ASK))
        if died is not None and reached is not None:
            seen = True
            if died.upper < 1.0 and math.isfinite(reached.upper):
                said = f"a median survival of {words} without a death"
                found.append(REMARK.error(evidence, [deaths, median], said, ASK))
    return outcome(found, possible=seen)


CHECK = PrintCheck(
    title="deaths do not exceed patients",
    needs="a number of deaths, and of patients or a median",
    run=deaths_within_patients,
)
