"""How much of the printed contrast waiting alone makes."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats
from timezero.audit.contrast import Comparison
from timezero.audit.do_nothing import MatchedWorlds, quantiles_of
from timezero.model.audit_result import Quantiles, Split
from timezero.model.reading import ratio_text


def split_contrast(worlds: MatchedWorlds, comparison: Comparison, *, waited: bool) -> Split | None:
    """Return the printed contrast split into what waiting makes and what is left.

    On the log scale for ratios; differences of medians beside it in units of time. None when the
    printed contrast is no ratio, or is 1, or no world has one.

    Parameters
    ----------
    worlds : MatchedWorlds
        Do-nothing worlds without selection.
    comparison : Comparison
    waited : bool
        False in a randomised comparison, where what is split off is chance.
    """
    if comparison.name not in ("hazard_ratio", "median_ratio"):
        return None
    printed = comparison.middle
    if not (printed > 0.0 and math.isfinite(printed)) or abs(math.log(printed)) < 1e-9:
        return None
    values = worlds.table.column(comparison.statistic)
    logs = values if comparison.name == "hazard_ratio" else _log(values)
    waiting = quantiles_of(np.exp(logs), worlds.weight)
    if math.isnan(waiting.q50):
        return None
    share = quantiles_of(logs / math.log(printed), worlds.weight)
    return Split(
        contrast=comparison.name,
        printed=printed,
        waiting=waiting,
        share=share,
        words=_words(comparison, printed, waiting, share, waited=waited),
        **_in_time(worlds, comparison),
    )


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)


def _in_time(worlds: MatchedWorlds, comparison: Comparison) -> dict[str, float]:
    observed = comparison.observed.get("median_difference")
    if observed is None:
        return dict.fromkeys(("unit_printed", "unit_waiting", "unit_lower", "unit_upper"), math.nan)
    found = quantiles_of(worlds.table.column("median_difference"), worlds.weight)
    low, high = observed
    return {
        "unit_printed": low if math.isinf(high) else (low + high) / 2.0,
        "unit_waiting": found.q50,
        "unit_lower": found.q05,
        "unit_upper": found.q95,
    }


def _words(
    comparison: Comparison, printed: float, waiting: Quantiles, share: Quantiles, *, waited: bool
) -> str:
    what = "hazard ratio" if comparison.name == "hazard_ratio" else "ratio of medians"
    cause = "waiting alone" if waited else "chance alone"
    middle = (
        "all of it or more"
        if share.q50 >= 1.0
        else "none of it"
        if share.q50 <= 0.0
        else f"{share.q50:.0%} of it on the log scale"
    )
    low, high = sorted((waiting.q05, waiting.q95))
    limits = f"{ratio_text(low)} to {'not reached' if math.isinf(high) else ratio_text(high)}"
    return (
        f"{cause} makes a {what} of {ratio_text(waiting.q50)} (90% of worlds {limits}); "
        f"{ratio_text(printed)} is printed: {cause} explains {middle}"
    )
