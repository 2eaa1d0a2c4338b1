"""Two arms compared by their curves: medians, survival and time lived at each horizon."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.bootstrap import BootstrapArms
from timezero.estimate.curve_contrasts import (
    median_difference,
    rmst_difference,
    survival_difference,
)
from timezero.estimate.log_rank import log_rank
from timezero.estimate.no_effect_variance import no_effect_standard_errors
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.product_limit import (
    arm_summary,
    earliest_stable_start,
    rows_after,
    survival_curve,
)
from timezero.ladder.climb import Climb, RungNumbers, at_risk
from timezero.ladder.compare_incidence import CODE as BY_STATE_REFUSED
from timezero.ladder.compare_incidence import compare_incidence, refuse_by_state
from timezero.ladder.hazard import wald_pair
from timezero.model.estimate import Contrast, Curve
from timezero.model.person_time import PersonTime

FEW_AT_RISK_AT_HORIZON = 5
SHARE_OF_TREATED_AT_RISK = 0.10
FEWER_AT_RISK = (5, 2)
BY_STATE = ("rmst_difference", "survival_difference")
REPLICATES_FAILED_WARN = 0.01
REPLICATES_FAILED_REFUSE = 0.05


def refuse_empty_arms(rows: PersonTime) -> None:
    """Raise AnalysisRefused when an arm has nobody in it."""
    for arm, label in enumerate(rows.labels):
        if not np.any(rows.arm == arm):
            raise AnalysisRefused(
                what=f"nobody is in the arm '{label}'",
                where=rows.counted_from,
                mend="a comparison needs patients in both arms",
                code="TZ-LAD-01",
            )


def _refuse_emptied(rows: PersonTime, curves: tuple[Curve, ...]) -> None:
    """Refuse curves that are at 0 for ever while others come under observation later.

    Raises
    ------
    AnalysisRefused
        At some time all then at risk in an arm had the event, before the arm's last exit.
    """
    for arm, curve in enumerate(curves):
        ended = curve.times[curve.survival == 0.0]
        if ended.size and np.any(rows.exit[rows.arm == arm] > ended[0]):
            raise AnalysisRefused(
                what=f"all at risk among '{curve.label}' at {ended[0]:g} have the event then, "
                "and others come under observation later: a curve would stay at 0",
                where=rows.counted_from,
                mend="read curves from a time at which more are at risk (Simon-Makuch, landmark)",
                code="TZ-LAD-14",
            )


def compare_curves_if_any(
    climb: Climb,
    rows: PersonTime,
    *,
    name: str,
    variant: str = "unadjusted",
    from_time: float | None = None,
    horizons: tuple[float, ...] | None = None,
) -> RungNumbers:
    """Compare curves as :func:`compare_curves`; say so where an arm empties before it fills."""
    try:
        return compare_curves(
            climb, rows, name=name, variant=variant, from_time=from_time, horizons=horizons
        )
    except AnalysisRefused as refusal:
        if refusal.code not in {"TZ-LAD-14", BY_STATE_REFUSED}:
            raise
        return RungNumbers(cautions=[f"no curves: {refusal.what}"])


def stable_start(climb: Climb, rows: PersonTime) -> tuple[float, int]:
    """Return the time from which curves by state are drawn, and how many are at risk then.

    Wanted in each state, at the same time, are the protocol's minimum or a tenth of those ever
    treated, whichever is more: with fewer, one early event makes a cliff, and the standard error
    is too small. Where so many are never at risk, five are enough, and then two.

    Raises
    ------
    AnalysisRefused
        The states never hold two patients each at the same time.
    """
    n_treated = int(np.unique(rows.patient[rows.arm == 1]).size)
    wanted = max(
        climb.protocol.analysis.minimum_at_risk, math.ceil(SHARE_OF_TREATED_AT_RISK * n_treated)
    )
    for needed in (wanted, *(fewer for fewer in FEWER_AT_RISK if fewer < wanted)):
        start = earliest_stable_start(rows, (0, 1), needed)
        if not math.isnan(start):
            return max(0.0, start), needed
    raise AnalysisRefused(
        what="never are two treated and two untreated patients at risk at the same time",
        where="analysis.minimum_at_risk",
        mend="more treated patients under observation at the same time",
        code="TZ-LAD-06",
    )


def compare_from_stable_start(climb: Climb, rows: PersonTime, *, name: str) -> RungNumbers:
    """Compare curves by state from where the risk sets carry them (variant ``by_state``)."""
    refuse_empty_arms(rows)
    if climb.cohort.n_competing:
        refuse_by_state(climb)
    start, needed = stable_start(climb, rows)
    conditional = rows_after(rows, start)
    numbers = compare_curves(
        climb,
        conditional,
        name=name,
        variant="by_state",
        from_time=start,
        horizons=tuple(h for h in climb.horizons if h > start),
    )
    boot = climb.bootstrap(name, conditional) if name else None
    numbers.contrasts = [
        tested_without_effect(_resampled(climb, c, boot), conditional) for c in numbers.contrasts
    ]
    numbers.cautions.append(
        f"both curves are conditional on reaching {start:g}, where at least {needed} patients are "
        "at risk in each state; they describe states, they do not follow a fixed group of people"
    )
    return numbers


def _resampled(climb: Climb, contrast: Contrast, boot: BootstrapArms | None) -> Contrast:
    """Return the contrast with the standard error of the bootstrap of patients.

    Greenwood's variance is too small where a state begins with few at risk.
    """
    if boot is None or contrast.measure not in BY_STATE:
        return contrast
    draws = boot.rmst if contrast.measure == "rmst_difference" else boot.survival
    column = climb.horizons.index(contrast.at)
    differences = draws[:, column, 1] - draws[:, column, 0]
    failed = float(np.isnan(differences).mean())
    if failed > REPLICATES_FAILED_REFUSE:
        caution = f"{failed:.0%} of the bootstrap replicates end before {contrast.at:g}"
        return replace(
            contrast, cautions=(*contrast.cautions, f"{caution}: Greenwood's standard error")
        )
    error = float(np.nanstd(differences, ddof=1))
    half = critical_value(climb.level) * error
    return replace(
        contrast,
        standard_error=error,
        lower=contrast.value - half,
        upper=contrast.value + half,
        method="product-limit curves by state, bootstrap standard error by patient, normal "
        "interval",
        details={
            **contrast.details,
            "greenwood_standard_error": contrast.standard_error,
            "share_failed": failed,
        },
    )


def tested_without_effect(contrast: Contrast, rows: PersonTime) -> Contrast:
    """Return the contrast with a test that takes the variance there is under no effect.

    Where a state is empty at an event its curve is 1 there by convention, not by observation:
    the difference then has neither test nor interval.
    """
    if contrast.measure not in BY_STATE:
        return contrast
    lived, alive = no_effect_standard_errors(rows, horizon=contrast.at)
    error = lived if contrast.measure == "rmst_difference" else alive
    if math.isnan(error):
        nan = float("nan")
        caution = "no test and no interval: an arm is empty at an event, or there is no event"
        return replace(
            contrast,
            statistic=nan,
            p_value=nan,
            lower=nan,
            upper=nan,
            cautions=(*contrast.cautions, caution),
        )
    z = contrast.value / error
    return replace(
        contrast,
        statistic=z * z,
        p_value=two_sided_p(z),
        method=f"{contrast.method.removesuffix(' and test')}; test with the variance under no "
        "effect",
        details={**contrast.details, "no_effect_standard_error": error},
    )


def compare_curves(
    climb: Climb,
    rows: PersonTime,
    *,
    name: str,
    variant: str = "unadjusted",
    from_time: float | None = None,
    horizons: tuple[float, ...] | None = None,
) -> RungNumbers:
    """Compare two arms by their survival curves, at every horizon and at the median.

    Where competing events happen, cumulative incidences are compared in their place.

    Parameters
    ----------
    name : str
        Of the rung; names its bootstrap. Empty: the median difference gets no interval.
    from_time : float, optional
        Curves are conditional on reaching this time.
    """
    refuse_empty_arms(rows)
    times = climb.horizons if horizons is None else horizons
    if climb.cohort.n_competing:
        return compare_incidence(climb, rows, variant=variant, from_time=from_time, horizons=times)
    found = RungNumbers()
    reference, intervention = (
        survival_curve(rows, arm, level=climb.level, from_time=from_time) for arm in (0, 1)
    )
    found.curves = (reference, intervention)
    _refuse_emptied(rows, found.curves)
    found.arms = tuple(
        arm_summary(rows, arm, curve, horizons=times, level=climb.level)
        for arm, curve in enumerate(found.curves)
    )
    for time in times:
        _compare_at(climb, rows, found, time=time, variant=variant)
    found.contrasts.append(_medians(climb, rows, found, name=name, variant=variant))
    return found


def _compare_at(
    climb: Climb, rows: PersonTime, found: RungNumbers, *, time: float, variant: str
) -> None:
    reference, intervention = found.curves
    for arm, curve in enumerate(found.curves):
        if at_risk(rows, arm, time) < FEW_AT_RISK_AT_HORIZON:
            found.cautions.append(
                f"fewer than {FEW_AT_RISK_AT_HORIZON} at risk at {time:g} among '{curve.label}'"
            )
    for contrast_of in (rmst_difference, survival_difference):
        contrast = contrast_of(reference, intervention, horizon=time, level=climb.level)
        if np.isnan(contrast.value):
            found.cautions.append(
                f"{contrast.measure.replace('_', ' ')} at {time:g} lies beyond the follow-up "
                "of an arm: not estimated"
            )
        else:
            found.contrasts.append(replace(contrast, variant=variant))


def percentile_interval(replicates: Floats, level: float) -> tuple[float, float, float]:
    """Return a percentile interval and the share of replicates that failed.

    The interval is NaN when more than 5 % of the replicates failed (guard G28).
    """
    worked = replicates[~np.isnan(replicates)]
    failed = 1.0 - worked.size / max(replicates.size, 1)
    if failed > REPLICATES_FAILED_REFUSE or worked.size == 0:
        return float("nan"), float("nan"), failed
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(worked, (tail, 1.0 - tail))
    return float(lower), float(upper), failed


def _medians(
    climb: Climb, rows: PersonTime, found: RungNumbers, *, name: str, variant: str
) -> Contrast:
    contrast = replace(median_difference(*found.curves), variant=variant)
    boot = climb.bootstrap(name, rows) if name else None
    if boot is None or np.isnan(contrast.value):
        return contrast
    lower, upper, failed = percentile_interval(boot.median[:, 1] - boot.median[:, 0], climb.level)
    cautions = contrast.cautions
    if failed > REPLICATES_FAILED_WARN:
        cautions += (f"a median was not reached in {failed:.1%} of the bootstrap replicates",)
    return replace(
        contrast,
        lower=lower,
        upper=upper,
        level=climb.level,
        method="Kaplan-Meier medians, percentile bootstrap of patients",
        cautions=cautions,
        details={"share_failed": failed, "n_replicates": float(boot.median.shape[0])},
    )


def log_rank_pair(climb: Climb, rows: PersonTime, *, variant: str, test: str) -> list[Contrast]:
    """Return the score test of the arms as Peto's one-step hazard ratio.

    Parameters
    ----------
    test : str
        What the test is called here: log-rank, or Mantel-Byar.
    """
    found = log_rank(rows)
    if not found.variance > 0:
        raise AnalysisRefused(
            what=f"the {test} test has no information: at every event one arm is empty, or all at "
            "risk have the event",
            where=rows.counted_from,
            mend="events are needed at times when both arms are at risk",
            code="TZ-LAD-03",
        )
    pair = wald_pair(
        found.log_hazard_ratio,
        found.standard_error,
        variant=variant,
        level=climb.level,
        method=f"{test} test, Peto's one-step hazard ratio"
        + ("; competing events count as censoring" if climb.cohort.n_competing else ""),
    )
    details = {
        "observed_reference": float(found.observed[0]),
        "observed_intervention": float(found.observed[1]),
        "expected_reference": float(found.expected[0]),
        "expected_intervention": float(found.expected[1]),
        "variance": found.variance,
    }
    return [replace(c, p_value=found.p_value, statistic=found.chi2, details=details) for c in pair]
