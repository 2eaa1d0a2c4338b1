"""Which numbers stand for each rung wherever the ladder is shown: one choice for all renderers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from timezero.model.estimate import Contrast
from timezero.model.reading import (
    FITNESS_RUNGS,
    first_version,
    primary_contrast,
    primary_ratio,
)
from timezero.model.result import Rung, StudyResult
from timezero.report.numbers import contrast_interval, contrast_value, tick

# Variants that repeat a number already shown, or answer another question than the rung's own.
_SHOWN_IN_DETAIL_ONLY: Final = (
    "log_rank",
    "profile",
    "robust",
    "trigger_as_covariate",
    "quadratic",
    "star",
)

_SHORT: Final[dict[str, str]] = {
    "ever_treated": "Ever against never treated",
    "clock_reset": "Two clocks",
    "waiting_excluded": "Waiting thrown away",
    "landmark": "Landmark",
    "landmark_supermodel": "All landmarks",
    "mantel_byar": "Mantel\u2013Byar",
    "simon_makuch": "Simon\u2013Makuch",
    "time_varying": "Treatment as it happened",
    "from_trigger": "From the trigger",
    "clone_censor_weight": "Cloned and weighted",
    "sequential_trials": "Sequential trials",
    "marginal_structural_cox": "Weighted Cox",
    "risk_set_matching": "Matched in risk sets",
    "g_formula": "G-formula",
    "illness_death": "Illness\u2013death",
    "structural_failure_time": "G-estimation",
    "bayesian": "Bayesian",
}

_VARIANT_WORDS: Final = {
    "peto": "Peto",
    "peto stratified": "stratified",
    "exact": "exact deals",
    "exact weighted": "weighted deals",
}
_SHOWN_BESIDE_MAIN: Final = {"sequential_trials": {"intention_to_treat": "as first assigned"}}

GROUP_NAMES: Final = {
    "published": "Published errors",
    "waiting": "Clock and waiting",
    "trigger": "Trigger",
    "fitness": "Fitness",
}
MEASURE_WORDS: Final = {
    "hazard_ratio": "hazard ratio",
    "time_ratio": "ratio of times lived",
    "rmst_difference": "mean time lived, difference",
    "survival_difference": "survival, difference in percentage points",
    "median_difference": "median, difference",
    "cumulative_incidence_difference": "cumulative incidence, difference in percentage points",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """One line of the ladder.

    Parameters
    ----------
    rung : Rung
    label : str
        The short name of the rung, with the variant where the rung has several.
    hazard_ratio, time_lived : Contrast or None
        The hazard ratio, and the difference in mean time lived up to the common horizon.
    leads : bool
        True for the first line of its rung.
    instead : Contrast or None
        What is read first where there is no hazard ratio.
    """

    rung: Rung
    label: str
    hazard_ratio: Contrast | None
    time_lived: Contrast | None
    leads: bool
    instead: Contrast | None = None

    @property
    def group(self) -> str:
        """Which part of the ladder the rung belongs to: a key of ``GROUP_NAMES``."""
        if self.rung.role == "published_error":
            return "published"
        if self.rung.name in FITNESS_RUNGS:
            return "fitness"
        return "trigger" if self.rung.name == "from_trigger" else "waiting"

    @property
    def refused(self) -> bool:
        """Whether the data could not support this rung."""
        return self.rung.status == "refused"


def short_title(rung: Rung) -> str:
    """Return a rung's name for tables and figures."""
    return _SHORT.get(rung.name, rung.title)


def titled(rung: Rung) -> str:
    """Return a rung's short name, marked where its numbers are not shown."""
    return f"{short_title(rung)} (refused)" if rung.status == "refused" else short_title(rung)


def group_heading(row: LadderRow, before: str) -> str:
    """Return the heading of a line's part of the ladder, empty when it is still that of before."""
    return "" if row.group == before else GROUP_NAMES[row.group]


def with_interval(contrast: Contrast) -> str:
    """Print a contrast with its interval in brackets, without naming the interval."""
    value, limits = contrast_value(contrast), contrast_interval(contrast)
    return f"{value} ({limits})" if limits else value


def instead_words(contrast: Contrast, unit: str) -> str:
    """Say what a number is that stands where others have a hazard ratio."""
    at = "" if math.isnan(contrast.at) else f" by {tick(contrast.at)}"
    words = {
        "time_ratio": "ratio of times lived, treated to untreated",
        "rmst_difference": f"mean {unit} lived{at}, difference",
        "survival_difference": f"alive{at.replace('by', 'at')}, percentage points more or fewer",
        "cumulative_incidence_difference": f"event{at}, percentage points more or fewer",
    }
    return words[contrast.measure]


def common_horizon(result: StudyResult) -> float:
    """Return the horizon at which time lived is compared along the whole ladder; NaN = none."""
    for share in result.decomposition:
        if share.scale == "rmst_difference" and not math.isnan(share.at):
            return share.at
    found = [c.at for r in result.rungs for c in r.contrasts if c.measure == "rmst_difference"]
    return max(found, default=math.nan)


def _time_lived(rung: Rung, horizon: float, *, variant: str | None = None) -> Contrast | None:
    for contrast in rung.contrasts:
        right_variant = variant is None or contrast.variant == variant
        if contrast.measure == "rmst_difference" and contrast.at == horizon and right_variant:
            return contrast
    return None


def _landmark_rows(rung: Rung, horizon: float) -> list[LadderRow]:
    """Return one line a landmark, with the ratio that is to be read first there."""
    stems = dict.fromkeys(
        c.variant.removeprefix("firth_")
        for c in rung.contrasts
        if c.measure == "hazard_ratio" and c.variant.removeprefix("firth_").startswith("landmark=")
    )
    rows: list[LadderRow] = []
    for stem in stems:
        ratio = primary_ratio(rung, stem)
        if ratio is None:
            continue
        label = f"{short_title(rung)} at {tick(ratio.at)}"
        firth = ratio.variant.startswith("firth")
        lived = _time_lived(rung, horizon, variant=stem)
        rows.append(_row(rung, f"{label}, Firth" if firth else label, ratio, lived))
    return rows


def _model_rows(rung: Rung, horizon: float) -> list[LadderRow]:
    rows: list[LadderRow] = []
    unadjusted = primary_ratio(rung)
    if unadjusted is not None:
        name = short_title(rung)
        label = f"{name}, Firth" if unadjusted.variant == "firth" else name
        rows.append(_row(rung, label, unadjusted, _time_lived(rung, horizon)))
    adjusted = primary_ratio(rung, "adjusted")
    if adjusted is not None:
        how = "adjusted, Firth" if adjusted.variant.startswith("firth") else "adjusted"
        rows.append(_row(rung, f"{short_title(rung)}, {how}", adjusted, None))
    return rows


def _other_rows(rung: Rung, horizon: float) -> list[LadderRow]:
    """Return lines for rungs with variants of their own, one a variant."""
    ratios = [
        c
        for c in rung.contrasts
        if c.measure == "hazard_ratio" and not any(s in c.variant for s in _SHOWN_IN_DETAIL_ONLY)
    ]
    if not ratios:
        lived = _time_lived(rung, horizon)
        row = _row(rung, short_title(rung), None, lived)
        return [replace(row, instead=_instead(rung, lived))]
    several = len(ratios) > 1
    return [
        _row(rung, _with_variant(rung, c) if several else short_title(rung), c, None)
        for c in ratios
    ]


def _fitness_rows(rung: Rung, horizon: float) -> list[LadderRow]:
    """Return the line of the number that is read first, and of what is shown beside it."""
    if rung.name not in FITNESS_RUNGS or rung.status == "refused":
        return []
    ratio = primary_ratio(rung)
    chosen = ratio or first_version(rung, "rmst_difference")
    variant = "" if chosen is None else chosen.variant.removeprefix("firth_")
    lived = _time_lived(rung, horizon, variant=variant)
    firth = chosen is not None and chosen.variant.startswith("firth_")
    label = f"{short_title(rung)}, Firth" if firth else short_title(rung)
    row = _row(rung, label, ratio, lived)
    rows = [row if ratio is not None else replace(row, instead=_instead(rung, lived))]
    for variant, words in _SHOWN_BESIDE_MAIN.get(rung.name, {}).items():
        beside = rung.contrast("hazard_ratio", variant)
        if beside is not None and beside is not ratio:
            lived = _time_lived(rung, horizon, variant=variant)
            rows.append(_row(rung, f"{short_title(rung)}, {words}", beside, lived))
    return rows


def _instead(rung: Rung, lived: Contrast | None) -> Contrast | None:
    """Return what is read first without a hazard ratio; time lived at the common horizon."""
    first = primary_contrast(rung)
    if first is None or first.measure != "rmst_difference" or lived is None:
        return first
    return lived


def _with_variant(rung: Rung, contrast: Contrast) -> str:
    variant = contrast.variant.replace("_star", "*").replace("_constant", "").replace("_", " ")
    return f"{short_title(rung)}, {_VARIANT_WORDS.get(variant, variant)}"


def _row(rung: Rung, label: str, ratio: Contrast | None, lived: Contrast | None) -> LadderRow:
    return LadderRow(rung=rung, label=label, hazard_ratio=ratio, time_lived=lived, leads=False)


def ladder_rows(result: StudyResult) -> tuple[LadderRow, ...]:
    """Return the lines of the ladder, naive first, refused rungs in their place."""
    horizon = common_horizon(result)
    found: list[LadderRow] = []
    for rung in result.rungs:
        rows = (
            _fitness_rows(rung, horizon)
            or _landmark_rows(rung, horizon)
            or _model_rows(rung, horizon)
            or _other_rows(rung, horizon)
        )
        found += [replace(row, leads=k == 0) for k, row in enumerate(rows)]
    return tuple(found)
