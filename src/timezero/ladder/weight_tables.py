"""Tables about weights, the same for every rung that weights; the guards judge them."""

from __future__ import annotations

from collections.abc import Sequence

from timezero.estimate._weight_records import (
    Balance,
    Influence,
    PositivityCell,
    Preference,
    WeightSummary,
)
from timezero.model.result import DataTable

ARMS = ("reference", "intervention")


def weight_summary_table(
    summaries: Sequence[WeightSummary], *, title: str = "Weights by interval and arm"
) -> DataTable:
    """Return the table ``weight_summary``."""
    numbers = (
        "n",
        "mean",
        "sd",
        "minimum",
        "p1",
        "median",
        "p99",
        "maximum",
        "effective_sample_size",
        "share_of_top_1_percent",
    )
    return DataTable(
        name="weight_summary",
        title=title,
        columns={
            "interval_start": tuple(s.interval_start for s in summaries),
            "arm": tuple(ARMS[s.arm] for s in summaries),
            **{name: tuple(float(getattr(s, name)) for s in summaries) for name in numbers},
        },
    )


def balance_table(
    balance: Sequence[Balance], *, title: str = "Standardised mean differences"
) -> DataTable:
    """Return the table ``balance``."""
    return DataTable(
        name="balance",
        title=title,
        columns={
            "covariate": tuple(b.covariate for b in balance),
            "before": tuple(b.before for b in balance),
            "after": tuple(b.after for b in balance),
        },
    )


def preference_table(found: Preference) -> DataTable:
    """Return the table ``preference``, a histogram."""
    score, treated, untreated = found.histogram()
    return DataTable(
        name="preference",
        title="Preference scores of those who began treatment and of those who did not",
        columns={
            "score": tuple(float(s) for s in score),
            "treated": tuple(float(n) for n in treated),
            "untreated": tuple(float(n) for n in untreated),
        },
        notes={
            "share_in_equipoise": found.share_in_equipoise,
            "share_extreme": found.share_extreme,
        },
    )


def positivity_table(cells: Sequence[PositivityCell]) -> DataTable:
    """Return the table ``positivity``."""
    return DataTable(
        name="positivity",
        title="Kinds of patients of whom none, or all, were treated in an interval",
        columns={
            "cell": tuple(c.cell for c in cells),
            "interval_start": tuple(c.interval_start for c in cells),
            "n": tuple(float(c.n) for c in cells),
            "n_treated": tuple(float(c.n_treated) for c in cells),
            "problem": tuple(c.problem for c in cells),
        },
    )


def influence_table(found: Sequence[Influence]) -> DataTable:
    """Return the table ``influence``, without saying who the patients are."""
    return DataTable(
        name="influence",
        title="How far single patients move the log hazard ratio",
        columns={
            "rank": tuple(float(i.rank) for i in found),
            "change_in_log_hazard_ratio": tuple(i.change for i in found),
        },
    )


def truncation_table(
    quantiles: Sequence[float],
    log_hazard_ratios: Sequence[float],
    standard_errors: Sequence[float],
    largest_weights: Sequence[float],
) -> DataTable:
    """Return the table ``truncation_sweep``."""
    return DataTable(
        name="truncation_sweep",
        title="The estimate with weights truncated at quantiles",
        columns={
            "quantile": tuple(quantiles),
            "log_hazard_ratio": tuple(log_hazard_ratios),
            "standard_error": tuple(standard_errors),
            "largest_weight": tuple(largest_weights),
        },
    )


def weight_details(
    effective: Sequence[float], weighted_events: Sequence[float]
) -> dict[str, float]:
    """Return the details of a weighted contrast by which it is judged (guard G12).

    Parameters
    ----------
    effective, weighted_events : sequence of two float
        Effective number of patients, and weighted events, of the reference and intervention arm.
    """
    return {
        f"{name}_{arm}": float(numbers[k])
        for name, numbers in (
            ("effective_sample_size", effective),
            ("weighted_events", weighted_events),
        )
        for k, arm in enumerate(ARMS)
    }
