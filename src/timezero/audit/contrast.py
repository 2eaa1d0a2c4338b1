"""The printed contrast, as one number to compare simulated studies with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools
from timezero.audit.evidence import Evidence
from timezero.audit.printed_table import PrintedTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The contrast that simulated studies are compared on.

    Parameters
    ----------
    name : str
        ``hazard_ratio``, ``median_ratio`` or ``survival_difference TIME``.
    statistic : str
        The simulated statistic behind it.
    lower, upper : float
        What the print allows.
    favours_late : bool
        Whether the printed contrast favours the late treated.
    observed : mapping of str to (float, float)
        All printed contrasts.
    """

    name: str
    statistic: str
    lower: float
    upper: float
    favours_late: bool
    observed: Mapping[str, tuple[float, float]]

    @property
    def middle(self) -> float:
        """Return one printed value: the middle, or the finite end of an open interval."""
        if math.isinf(self.upper) or math.isnan(self.upper):
            return self.lower
        if self.name in ("hazard_ratio", "median_ratio") and self.lower > 0.0:
            return math.sqrt(self.lower * self.upper)
        return (self.lower + self.upper) / 2.0


def contrast_names(table: PrintedTable) -> dict[str, str]:
    """Return the reported contrasts and the simulated statistic behind each."""
    found = {
        "median_ratio": "median_ratio",
        "median_difference": "median_difference",
        "hazard_ratio": "hazard_ratio",
        "log_rank_p": "log_rank_p",
    }
    for name in table.names:
        kind, _, at = name.partition(" late ")
        if kind == "survival" and at:
            found[f"survival_difference {at}"] = f"survival_difference {at}"
    return found


def observed_contrasts(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """Return every contrast that is printed or follows from what is printed."""
    found: dict[str, tuple[float, float]] = {}
    ratio = evidence.span("hazard_ratio")
    if ratio is not None:
        found["hazard_ratio"] = (ratio.lower, ratio.upper)
    late, never = evidence.span("median_late"), evidence.span("median_never")
    if late is not None and never is not None and 0.0 < never.lower <= never.upper < math.inf:
        # Not reached: only a simulated median that is not reached either is as large.
        top = math.inf if math.isnan(late.lower) else late.lower
        if top > 0.0:
            found["median_ratio"] = (top / never.upper, late.upper / never.lower)
            found["median_difference"] = (top - never.upper, late.upper - never.lower)
    elif (times := evidence.span("times_as_long")) is not None:
        found["median_ratio"] = (times.lower, times.upper)
    p = evidence.span("p_value")
    if p is not None:
        found["log_rank_p"] = (p.lower, p.upper)
    at_times = {(r.group, r.at): r.span for r in evidence.readings() if r.kind == "survival"}
    for (group, at), span in at_times.items():
        other = at_times.get(("never", at))
        if group == "late" and other is not None:
            difference = (span.lower - other.upper, span.upper - other.lower)
            found[f"survival_difference {at:g}"] = difference
    return found


def choose_comparison(evidence: Evidence) -> Comparison | None:
    """Return the contrast to compare on: hazard ratio, else medians, else survival.

    Of several times the last. None when no contrast is printed whose size is known: a p-value alone
    is none.
    """
    observed = observed_contrasts(evidence)
    for name in ("hazard_ratio", "median_ratio"):
        if name in observed:
            low, high = observed[name]
            middle = low if math.isinf(high) else math.sqrt(max(low, 1e-9) * high)
            favours = middle < 1.0 if name == "hazard_ratio" else middle > 1.0
            statistic = "log_hazard_ratio" if name == "hazard_ratio" else name
            return Comparison(
                name=name,
                statistic=statistic,
                lower=low,
                upper=high,
                favours_late=favours,
                observed=observed,
            )
    differences = [name for name in observed if name.startswith("survival_difference")]
    if differences:
        name = differences[-1]
        low, high = observed[name]
        return Comparison(
            name=name,
            statistic=name,
            lower=low,
            upper=high,
            favours_late=low + high > 0.0,
            observed=observed,
        )
    return None


def is_as_large(table: PrintedTable, comparison: Comparison) -> Bools:
    """Return which studies show a contrast at least as large as printed, in its direction.

    As large means: it would have been printed as the same number, or as a more extreme one.
    """
    values = table.column(comparison.statistic)
    low, high = comparison.lower, comparison.upper
    if comparison.name == "hazard_ratio":
        values = np.exp(values)
    with np.errstate(invalid="ignore"):
        if (comparison.name == "hazard_ratio") == comparison.favours_late:
            return values <= high
        return values >= low
