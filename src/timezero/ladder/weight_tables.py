"""Tables and cautions about weights, the same for every rung that weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.weight_diagnostics import (
    Balance,
    Influence,
    PositivityCell,
    Preference,
    WeightSummary,
)
from timezero.model.result import DataTable

ARMS = ("reference", "intervention")
MEAN_CAUTION, MEAN_FAILS = 0.05, 0.10
LARGEST_WEIGHT, LARGEST_TOP_SHARE = 20.0, 0.20
EFFECTIVE_SHARE = 0.50
EFFECTIVE_REFUSED = 20.0
EVENTS_REFUSED = 10.0
DIFFERENCE_FAILS, DIFFERENCE_ASSOCIATION = 0.10, 0.25
EQUIPOISE_FAILS = 0.20
EXTREME_CAUTION = 0.01
CELLS_NAMED = 3


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


def weight_cautions(summaries: Sequence[WeightSummary], *, stabilised: bool) -> list[str]:
    """Say what is wrong with weights (guards G10, G11 and G12).

    Parameters
    ----------
    stabilised : bool
        Whether their mean should be 1.
    """
    cautions: list[str] = []
    if stabilised and summaries:
        worst = max(summaries, key=lambda s: abs(s.mean - 1.0))
        if abs(worst.mean - 1.0) > MEAN_CAUTION:
            verdict = "fails" if abs(worst.mean - 1.0) > MEAN_FAILS else "is doubtful"
            cautions.append(
                f"the mean stabilised weight should be 1 and is {worst.mean:.2f} in the "
                f"{ARMS[worst.arm]} arm from {worst.interval_start:g}: the treatment model "
                f"{verdict}, or somebody could not have been treated otherwise (guard G10)"
            )
    largest = max((s.maximum for s in summaries), default=0.0)
    top = max((s.share_of_top_1_percent for s in summaries if s.n >= 100), default=0.0)
    if largest > LARGEST_WEIGHT:
        cautions.append(
            f"the largest weight is {largest:.1f}, above {LARGEST_WEIGHT:g}: few patients speak "
            "for many; compare the truncated estimates (guard G11)"
        )
    if top > LARGEST_TOP_SHARE:
        cautions.append(f"1 % of the rows carry {top:.0%} of the weight of an arm (guard G11)")
    poor = [s for s in summaries if s.effective_sample_size < EFFECTIVE_SHARE * s.n]
    if poor:
        lowest = min(poor, key=lambda s: s.effective_sample_size / s.n)
        cautions.append(
            f"weighting leaves {lowest.effective_sample_size:.0f} effective of {lowest.n} patients "
            f"in the {ARMS[lowest.arm]} arm from {lowest.interval_start:g} (guard G12)"
        )
    return cautions


def balance_cautions(balance: Sequence[Balance]) -> list[str]:
    """Say which covariates still differ after weighting (guard G6)."""
    sizes = {b.covariate: abs(b.after) for b in balance if not np.isnan(b.after)}
    failing = sorted((n for n in sizes if sizes[n] > DIFFERENCE_FAILS), key=lambda n: -sizes[n])
    if not failing:
        return []
    listed = ", ".join(f"{name} ({sizes[name]:.2f})" for name in failing[:CELLS_NAMED])
    more = f" and {len(failing) - CELLS_NAMED} more" if len(failing) > CELLS_NAMED else ""
    words = (
        f"after weighting, treated and untreated still differ by more than {DIFFERENCE_FAILS:g} "
        f"standard deviations in {listed}{more} (guard G6)"
    )
    if sizes[failing[0]] > DIFFERENCE_ASSOCIATION:
        words += ": read the estimate as an association"
    return [words]


def preference_cautions(found: Preference) -> list[str]:
    """Say whether the choice of treatment was open (guards G7 and G13)."""
    cautions: list[str] = []
    if found.share_in_equipoise < EQUIPOISE_FAILS:
        cautions.append(
            f"{found.share_in_equipoise:.0%} of the rows have a preference score from 0.3 to 0.7, "
            f"less than {EQUIPOISE_FAILS:.0%}: for most, the treatment was hardly a choice "
            "(guard G7)"
        )
    if found.share_extreme > EXTREME_CAUTION:
        cautions.append(
            f"{found.share_extreme:.1%} of the rows have a preference score below 0.01 or above "
            "0.99: those patients were almost sure of their treatment (guard G13)"
        )
    return cautions


def positivity_cautions(cells: Sequence[PositivityCell]) -> list[str]:
    """Say which kinds of patients were never, or always, treated (guard G13)."""
    if not cells:
        return []
    listed = "; ".join(
        f"{c.problem} of {c.n} with {c.cell} from {c.interval_start:g}" for c in cells[:CELLS_NAMED]
    )
    more = f"; and {len(cells) - CELLS_NAMED} more" if len(cells) > CELLS_NAMED else ""
    return [f"some kinds of patients had no counterpart: {listed}{more} (guard G13)"]


def refuse_few_effective(effective: Floats, events: Floats, *, where: str) -> None:
    """Refuse arms whose weights leave too little (guard G12).

    Parameters
    ----------
    effective, events : (2,) float64
        Effective number of patients, and weighted events, of the reference and intervention arm.
    where : str
        Which estimate, for the message.

    Raises
    ------
    AnalysisRefused
    """
    short = [
        f"{effective[k]:.0f} effective patients and {events[k]:.1f} weighted events in the "
        f"{ARMS[k]} arm"
        for k in (0, 1)
        if effective[k] < EFFECTIVE_REFUSED or events[k] < EVENTS_REFUSED
    ]
    if short:
        raise AnalysisRefused(
            what=f"too little is left to weight: {', '.join(short)} (guard G12)",
            where=where,
            mend=f"at least {EFFECTIVE_REFUSED:g} effective patients and {EVENTS_REFUSED:g} "
            "weighted events are needed in each arm",
            code="TZ-LAD-30",
        )
