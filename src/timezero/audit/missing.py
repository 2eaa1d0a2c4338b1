"""Which numbers that were not printed would narrow the answer most: a list for the authors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.compatible import EffectWorlds
from timezero.audit.evidence import Evidence
from timezero.audit.printed_table import MEDIAN, PrintedTable
from timezero.audit.regression import features
from timezero.audit.simulate import Query
from timezero.audit.targets import Scale, transformed
from timezero.audit.worlds_of_claim import spread
from timezero.model.audit_result import MissingNumber

FOLDS: Final = 5
FEWEST_STUDIES: Final = 100
LEAST_NARROWING: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Numbers that are asked for together.

    Parameters
    ----------
    name, label : str
    statistics : tuple of (str, scale)
    words : str
        The request; ``{treatment}``, ``{time_zero}`` and ``{trigger}`` are filled in.
    printed : tuple of str
        Names in the claim file; nothing is asked when all of them are there.
    """

    name: str
    label: str
    statistics: tuple[tuple[str, Scale], ...]
    words: str
    printed: tuple[str, ...]


CANDIDATES: Final = (
    Candidate(
        name="waiting_times",
        label="waiting times to the treatment",
        statistics=(
            ("wait_lower_quartile", "time"),
            ("wait", "time"),
            ("wait_upper_quartile", "time"),
        ),
        words="the median and the quartiles of the time from {time_zero} to {treatment}, among "
        "those who had it",
        printed=("wait", "wait_lower_quartile", "wait_upper_quartile"),
    ),
    Candidate(
        name="deaths_per_group",
        label="deaths in each group",
        statistics=(("deaths_late", "count"), ("deaths_never", "count")),
        words="how many patients died in each group by the end of follow-up",
        printed=("deaths_late", "deaths_never"),
    ),
    Candidate(
        name="hazard_ratio",
        label="hazard ratio with its interval",
        statistics=(("log_hazard_ratio", "plain"), ("hazard_ratio_error", "ratio")),
        words="the hazard ratio of the comparison as printed, with its confidence interval",
        printed=("hazard_ratio",),
    ),
    Candidate(
        name="medians",
        label="median survival of each group",
        statistics=((MEDIAN["late"], "time"), (MEDIAN["never"], "time")),
        words="the median survival of each group, from {time_zero}",
        printed=("median_late", "median_never"),
    ),
    Candidate(
        name="pooled_median",
        label="median survival of all patients",
        statistics=((MEDIAN["all"], "time"),),
        words="the median survival of all patients together, from {time_zero}",
        printed=("median",),
    ),
    Candidate(
        name="quartiles_of_survival",
        label="quartiles of survival in each group",
        statistics=(
            ("quantile late 0.25", "time"),
            ("quantile late 0.75", "time"),
            ("quantile never 0.25", "time"),
            ("quantile never 0.75", "time"),
        ),
        words="the times by which a quarter and three quarters of each group had died",
        printed=("quantiles",),
    ),
    Candidate(
        name="numbers_at_risk",
        label="numbers at risk under the curves",
        statistics=(),
        words="the numbers at risk in each group under the survival curves, at four or more times",
        printed=("at_risk",),
    ),
    Candidate(
        name="follow_up",
        label="median follow-up",
        statistics=(("follow_up", "time"),),
        words="the median follow-up, and from which dates to which patients entered",
        printed=("follow_up",),
    ),
    Candidate(
        name="trigger_times",
        label="who became a candidate, and when",
        statistics=(("n_triggered", "count"), ("trigger_time", "time")),
        words="how many patients ever had {trigger}, and the median time from {time_zero} to it",
        printed=("n_triggered", "trigger_time"),
    ),
)


def extra_queries(location: float) -> set[Query]:
    """Return what else has to be read off simulated curves to judge what is missing."""
    queries = {
        Query(group=group, kind="quantile", value=share)
        for group in ("late", "never")
        for share in (0.25, 0.75)
    }
    times = (0.3, 0.7, 1.2, 2.0)
    queries |= {
        Query(group=group, kind="at_risk", value=round(location * t, 6))
        for group in ("late", "never")
        for t in times
    }
    return queries


def missing_numbers(
    worlds: EffectWorlds, evidence: Evidence, cap: float
) -> tuple[MissingNumber, ...]:
    """Return the numbers worth asking for, the most useful first.

    Parameters
    ----------
    worlds : EffectWorlds
        Worlds without selection that match all printed numbers.
    evidence : Evidence
    cap : float
        Times that are not reached count as this.
    """
    asked = evidence.claim.question
    filled = {
        "time_zero": asked.time_zero or "time zero",
        "treatment": asked.treatment,
        "trigger": asked.trigger or "what makes a patient a candidate",
    }
    found: list[MissingNumber] = []
    for candidate in CANDIDATES:
        if all(getattr(evidence.claim.numbers, name) for name in candidate.printed):
            continue
        narrowing = expected_narrowing(worlds, statistics_of(candidate, worlds.table), cap)
        if narrowing >= LEAST_NARROWING:
            found.append(
                MissingNumber(
                    name=candidate.name,
                    label=candidate.label,
                    narrowing=narrowing,
                    words=candidate.words.format(**filled),
                )
            )
    return tuple(sorted(found, key=lambda m: -m.narrowing))


def statistics_of(candidate: Candidate, table: PrintedTable) -> tuple[tuple[str, Scale], ...]:
    """Return the statistics of a candidate; numbers at risk are those the table holds."""
    if candidate.name != "numbers_at_risk":
        return candidate.statistics
    at_risk = [n for n in table.names if n.startswith(("at_risk late", "at_risk never"))]
    return tuple((name, "count") for name in at_risk)


def expected_narrowing(
    worlds: EffectWorlds, statistics: tuple[tuple[str, Scale], ...], cap: float
) -> float:
    """Return by how much knowing these numbers is expected to shorten the interval, 0 to 1.

    The spread of the log hazard ratio that is left when it is predicted from the numbers, in
    studies that were not used to learn the prediction, against its spread now.
    """
    columns = [transformed(worlds.table.column(name), scale, cap=cap) for name, scale in statistics]
    if not columns:
        return 0.0
    values = np.column_stack(columns)
    known = np.isfinite(values).all(axis=1) & (worlds.weight > 0.0)
    values, weight = values[known], worlds.weight[known]
    target = worlds.log_hazard_ratio[known]
    if known.sum() < FEWEST_STUDIES:
        return 0.0
    varying = values.std(axis=0) > 1e-9
    if not varying.any():
        return 0.0
    values = values[:, varying]
    middle = np.average(values, axis=0, weights=weight)
    design = features(values - middle, 2.0 * spread(values, weight), squares=True)
    left = _left_over(design, target, weight)
    now = math.sqrt(_variance(target, weight))
    return max(0.0, 1.0 - math.sqrt(_variance(left, weight)) / max(now, 1e-12))


def _left_over(design: Floats, target: Floats, weight: Floats) -> Floats:
    """Predict each fifth of the studies from the others, and return what is left."""
    left = np.empty_like(target)
    fold = np.arange(target.size) % FOLDS
    for k in range(FOLDS):
        train = fold != k
        weighted = design[train] * weight[train, None]
        gram = weighted.T @ design[train]
        gram[np.diag_indices_from(gram)] += 1e-3 * np.maximum(np.diag(gram), 1e-9)
        slopes = np.linalg.solve(gram, weighted.T @ target[train])
        left[~train] = target[~train] - design[~train] @ slopes
    return left


def _variance(values: Floats, weight: Floats) -> float:
    share = weight / weight.sum()
    return float(share @ (values - share @ values) ** 2)
