"""The p-value is of the size that medians and numbers of patients make likely.

With exponential survival log HR = -log(median ratio), and a log-rank statistic is about
z = |log HR| sqrt(1 / (1 / D_1 + 1 / D_2)) with deaths D. Deaths that are not printed are between a
quarter of the patients and all of them (a median was reached, with censoring). Two things make
this rough: a Weibull shape k makes log HR k times as large (k up to 3 is usual), and a ratio of
medians has 1.44 times the standard error of a hazard ratio. Only sizes beyond a factor of 3 and
another 3 units (twice 1.44 and round-off) are mentioned.
"""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence, is_bounded
from timezero.audit.normal_sizes import sizes_of_p
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome
from timezero.findings import Finding

SHAPE: Final = 3.0
UNITS: Final = 3.0
FEWEST_DEATHS: Final = 0.25
NAMES: Final = ("p_value", "median_late", "median_never", "n_late", "n_never")
REMARK = Remark(code="p_agrees_with_medians")


def p_agrees_with_medians(evidence: Evidence) -> CheckOutcome:
    """Find a p-value far smaller or larger than medians and group sizes make likely."""
    p = evidence.printed.get("p_value")
    late, never = evidence.printed.get("median_late"), evidence.printed.get("median_never")
    deaths = _deaths(evidence, "late"), _deaths(evidence, "never")
    if p is None or late is None or never is None or deaths[0] is None or deaths[1] is None:
        return outcome((), possible=False)
    if not (is_bounded(late) and is_bounded(never)) or min(*deaths[0], *deaths[1]) <= 0.0:
        return outcome((), possible=False)
    ends = math.log(late.lower / never.upper), math.log(late.upper / never.lower)
    least = max(ends[0], -ends[1], 0.0) * _root(deaths[0][0], deaths[1][0]) / SHAPE - UNITS
    most = max(abs(ends[0]), abs(ends[1])) * _root(deaths[0][1], deaths[1][1]) * SHAPE + UNITS
    size = sizes_of_p(p)
    found: list[Finding] = []
    for wrong, word in ((size[0] > most, "smaller"), (size[1] < least, "larger")):
        if wrong:
            found.append(
                REMARK.warning(
                    evidence,
                    NAMES,
                    f"the p-value is much {word} than medians and numbers of patients make likely",
                    "ask for the test, the number of deaths in each group, and the curves",
                )
            )
    return outcome(found, possible=True)


def _deaths(evidence: Evidence, group: str) -> tuple[float, float] | None:
    printed, patients = evidence.printed.get(f"deaths_{group}"), evidence.span(f"n_{group}")
    if printed is not None:
        return printed.lower, printed.upper
    if patients is None:
        return None
    return FEWEST_DEATHS * patients.lower, patients.upper


def _root(first: float, second: float) -> float:
    return math.sqrt(first * second / (first + second))


CHECK = PrintCheck(
    title="the p-value is of a size that the medians make likely",
    needs="a p-value, both medians, and both numbers of patients or deaths",
    run=p_agrees_with_medians,
)
