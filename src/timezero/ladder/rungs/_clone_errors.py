"""Standard errors and intervals of a comparison of clones, by the rule that suits its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate.censoring_weights import Arms
from timezero.estimate.clone_censor_weight import StrategyEstimate, ccw_replicate, no_weights
from timezero.estimate.clone_influence import influences
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.ladder.climb import Climb
from timezero.ladder.hazard import ratio_pair
from timezero.ladder.rungs._clone_setup import Cloned
from timezero.model.estimate import NAN, Contrast, Measure

PATIENTS_FOR_INFLUENCE = 300
EVENTS_FOR_INFLUENCE = 50
REPLICATES_CAUTION = 0.01
REPLICATES_FAIL = 0.05
MEASURES = {
    "hazard_ratio": "hazard ratio",
    "log_hazard_ratio": "hazard ratio",
    "survival_difference": "difference in survival",
    "rmst_difference": "difference in time lived",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Version:
    """The comparison with weights or without, with what its standard errors rest on.

    Parameters
    ----------
    name : {"weighted", "unweighted"}
    estimate : StrategyEstimate
    influence : (n, n_numbers) float64
        Of each patient on each number.
    replicates : (n_replicates, n_numbers) float64 or None
    """

    name: str
    estimate: StrategyEstimate
    influence: Floats
    replicates: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HowSure:
    """Which standard errors are used, in words, and whether patients are resampled.

    Parameters
    ----------
    resampled : bool
    how, weights, why : str
        The method, what it does about the weight models, and the reason for it.
    """

    resampled: bool
    how: str
    weights: str
    why: str

    @property
    def words(self) -> str:
        """The method with what it does about the weight models."""
        return f"{self.how}, {self.weights} ({self.why})"

    def words_for(self, version: Version) -> str:
        """Return the method of one version; without weights nothing is said of their models."""
        return self.words if version.name == "weighted" else f"{self.how} ({self.why})"


def how_sure(climb: Climb, found: Cloned) -> HowSure:
    """Choose between resampling and influence functions, and say why.

    Parameters
    ----------
    climb : Climb
    found : Cloned
    """
    chosen = climb.protocol.fitness
    resampled, why = _resampled_or_not(climb, found)
    if resampled:
        return HowSure(
            resampled=True,
            how=f"{chosen.replicates} resamples of patients",
            weights="the weight models fitted in each",
            why=why,
        )
    known = chosen.weight_model == "cox"
    return HowSure(
        resampled=False,
        how="influence functions by patient, both clones together",
        weights="the Cox weights taken as known"
        if known
        else "the weight models counted as estimated",
        why=why,
    )


def _resampled_or_not(climb: Climb, found: Cloned) -> tuple[bool, str]:
    chosen, n = climb.protocol.fitness, found.clones.n
    events = int(np.sum(found.clones.event.any(axis=0)))
    if chosen.replicates == 0:
        return False, "fitness.replicates = 0"
    if chosen.variance == "sandwich":
        return False, "declared"
    if chosen.variance == "person_bootstrap":
        return True, "declared"
    if chosen.variance == "lef_bootstrap":
        return True, (
            "the linearised bootstrap was declared; fitting again is quick here and exact"
        )
    if n < PATIENTS_FOR_INFLUENCE:
        return True, f"chosen: {n} patients are fewer than {PATIENTS_FOR_INFLUENCE}"
    if events < EVENTS_FOR_INFLUENCE:
        return True, f"chosen: {events} events are fewer than {EVENTS_FOR_INFLUENCE}"
    return False, f"chosen: {n} patients and {events} events are enough for first-order changes"


def versions(climb: Climb, found: Cloned, sure: HowSure) -> tuple[Version, Version]:
    """Return the weighted and the unweighted comparison with their influences and replicates.

    Parameters
    ----------
    climb : Climb
    found : Cloned
    sure : HowSure
    """
    width = found.weighted.numbers.size
    made: Floats | None = None
    if sure.resampled:
        made = climb.resampled("clone_censor_weight", _replicate(found), 2 * width)
    pairs = (
        ("weighted", found.weighted, found.fitted.arms, _ratio_first(width)[0]),
        ("unweighted", found.plain, no_weights(found.study), _ratio_first(width)[1]),
    )
    made_of = [
        Version(
            name=name,
            estimate=estimate,
            influence=influences(found.study, estimate, arms),
            replicates=None if made is None else made[:, places],
        )
        for name, estimate, arms, places in pairs
    ]
    return made_of[0], made_of[1]


def _ratio_first(width: int) -> tuple[Ints, Ints]:
    """Return where the weighted and unweighted numbers are: both log hazard ratios come first."""
    rest = np.arange(2, 1 + width)
    return np.concatenate([[0], rest]), np.concatenate([[1], rest + width - 1])


def _replicate(found: Cloned) -> Callable[[Ints], Floats]:
    width = found.weighted.numbers.size
    order = np.concatenate([[0, width], np.arange(1, width), np.arange(width + 1, 2 * width)])

    def replicate(copies: Ints) -> Floats:
        return ccw_replicate(found.study, found.fitted, copies)[order]

    return replicate


def error_of(found: Cloned, estimate: StrategyEstimate, arms: Arms, *, known: bool) -> float:
    """Return the influence-function standard error of the log hazard ratio.

    Parameters
    ----------
    found : Cloned
    estimate : StrategyEstimate
    arms : (ArmWeights, ArmWeights)
    known : bool
        Weights taken as known.
    """
    moved = influences(found.study, estimate, arms, weights_known=known)[:, 0]
    return float(np.sqrt(np.sum(moved**2)))


def log_ratio_contrasts(climb: Climb, version: Version, sure: HowSure) -> list[Contrast]:
    """Return the log hazard ratio and the hazard ratio; nothing where it is not finite."""
    value = version.estimate.log_hazard_ratio
    if not np.isfinite(value):
        return []
    replicates = None if version.replicates is None else version.replicates[:, 0]
    contrast = _contrast(climb, version.name, value, (version.influence[:, 0], replicates))
    ties = climb.protocol.analysis.ties.capitalize()
    return ratio_pair(
        _named(
            contrast,
            "log_hazard_ratio",
            f"Cox model of the strategy alone on {version.name} clones, {ties} ties; standard "
            f"error and interval: {sure.words_for(version)}",
        )
    )


def curve_contrasts(climb: Climb, version: Version, sure: HowSure) -> list[Contrast]:
    """Return the differences in survival and in mean time lived at every horizon."""
    horizons = climb.plan.horizons
    found: list[Contrast] = []
    kinds: tuple[tuple[int, Measure, str], ...] = (
        (0, "survival_difference", "product-limit curves"),
        (1, "rmst_difference", "areas under product-limit curves"),
    )
    for h, horizon in enumerate(horizons):
        for which, measure, words in kinds:
            none, one = (1 + 2 * len(horizons) * arm + 2 * h + which for arm in (0, 1))
            values = version.estimate.numbers
            replicates = version.replicates
            contrast = _contrast(
                climb,
                version.name,
                float(values[one] - values[none]),
                (
                    version.influence[:, one] - version.influence[:, none],
                    None if replicates is None else replicates[:, one] - replicates[:, none],
                ),
            )
            how = sure.words_for(version)
            method = f"{words} of {version.name} clones; standard error and interval: {how}"
            found.append(_named(contrast, measure, method, at=horizon))
    return found


def _named(contrast: Contrast, measure: Measure, method: str, *, at: float = NAN) -> Contrast:
    return replace(contrast, measure=measure, method=method, at=at)


def _contrast(
    climb: Climb, variant: str, value: float, rests_on: tuple[Floats, Floats | None]
) -> Contrast:
    influence, replicates = rests_on
    first_order = float(np.sqrt(np.sum(influence**2)))
    level = climb.level
    if replicates is None:
        error, half = first_order, critical_value(level) * first_order
        lower, upper = value - half, value + half
        details: dict[str, float] = {}
    else:
        read = replicate_interval(replicates, level=level)
        error, lower, upper = read.standard_error, read.lower, read.upper
        details = {**read.details, "influence_standard_error": first_order}
    z = value / error if error > 0.0 and np.isfinite(lower) else NAN
    return Contrast(
        measure="log_hazard_ratio",
        variant=variant,
        value=value,
        standard_error=error,
        lower=lower,
        upper=upper,
        level=level,
        p_value=two_sided_p(z),
        statistic=z * z,
        details=details,
    )


def replicate_cautions(contrasts: list[Contrast]) -> list[str]:
    """Say which numbers many resamples did not give (guard G28)."""
    said: dict[str, float] = {}
    for contrast in contrasts:
        failed = contrast.details.get("share_failed", 0.0)
        if failed > REPLICATES_CAUTION:
            at = "" if np.isnan(contrast.at) else f" at {contrast.at:g}"
            said[f"{MEASURES[contrast.measure]}{at}"] = failed
    return [
        f"{failed:.1%} of the resamples gave no {what}"
        + (": no interval is given for it" if failed > REPLICATES_FAIL else "")
        + " (guard G28)"
        for what, failed in said.items()
    ]
