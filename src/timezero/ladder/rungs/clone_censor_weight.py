"""Every patient under both strategies, followed while what was done agrees, and weighted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.errors import AnalysisRefused
from timezero.estimate.clone_influence import curve_errors
from timezero.estimate.normal import critical_value
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.estimate.product_limit import arm_summary, survival_curve
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.rungs._clone_errors import (
    HowSure,
    Version,
    curve_contrasts,
    error_of,
    how_sure,
    log_ratio_contrasts,
    replicate_cautions,
    versions,
)
from timezero.ladder.rungs._clone_setup import WHERE, Cloned, cloned
from timezero.ladder.rungs._clone_tables import (
    add_balance,
    add_grace_sweep,
    add_influence,
    add_overlap,
    add_truncation_sweep,
    add_weight_tables,
    switchboard,
    weight_details_of,
)
from timezero.ladder.weight_tables import ARMS, weight_details
from timezero.model.estimate import ArmSummary, AtTime, Contrast, Curve

CURVE_WORK_AT_MOST = 1e9
SIDES = ("left", "right")
EVENTS_UNDER_BOTH = (
    "events before the strategies can differ count under both, so that the hazard ratio lies "
    "nearer to 1 than later on: read survival and time lived first"
)


def _curves(climb: Climb, found: Cloned) -> tuple[Curve, Curve]:
    """Return both weighted curves at every time at which a clone leaves; counts are of clones."""
    clones, study = found.clones, found.study
    work = float(clones.n) * study.times.size
    if work <= CURVE_WORK_AT_MOST:
        errors = curve_errors(study, found.weighted, found.fitted.arms)
    else:
        errors = np.full((2, study.times.size), np.nan)
    z = critical_value(climb.level)
    made: list[Curve] = []
    for arm in (0, 1):
        plain = survival_curve(clones.rows(), arm, level=climb.level)
        at = np.searchsorted(study.times, plain.times, side="right")
        survival = np.concatenate([[1.0], found.weighted.survival[arm]])[at]
        error = np.concatenate([[0.0], errors[arm]])[at]
        inside = (survival > 0.0) & (survival < 1.0) & (error > 0.0)
        limits = np.full((2, survival.size), np.nan)
        stretch = z * error[inside] / (survival[inside] * np.log(survival[inside]))
        for row, sign in ((0, -1.0), (1, 1.0)):
            limits[row, inside] = survival[inside] ** np.exp(sign * stretch)
        ends = clones.follow_up[arm][clones.censored[arm]]
        left, right = (np.searchsorted(np.sort(ends), plain.times, side=s) for s in SIDES)
        crossed = (right - left).astype(np.float64)
        made.append(
            replace(
                plain,
                survival=survival,
                standard_error=error,
                lower=np.minimum(limits[0], limits[1]),
                upper=np.maximum(limits[0], limits[1]),
                n_censored=plain.n_censored - crossed,
                n_crossed=crossed,
            )
        )
    return made[0], made[1]


def _arms(
    climb: Climb, found: Cloned, weighted: Version, curves: tuple[Curve, Curve]
) -> tuple[ArmSummary, ...]:
    rows, horizons, level = found.clones.rows(), climb.plan.horizons, climb.level
    made: list[ArmSummary] = []
    for arm, curve in enumerate(curves):
        counted = arm_summary(rows, arm, curve, horizons=horizons, level=level)
        read = [
            [
                _read(climb, weighted, 1 + 2 * len(horizons) * arm + 2 * h + k, horizon)
                for h, horizon in enumerate(horizons)
            ]
            for k in (0, 1)
        ]
        made.append(replace(counted, survival=tuple(read[0]), rmst=tuple(read[1])))
    return tuple(made)


def _read(climb: Climb, weighted: Version, place: int, at: float) -> AtTime:
    value = float(weighted.estimate.numbers[place])
    error = float(np.sqrt(np.sum(weighted.influence[:, place] ** 2)))
    if weighted.replicates is not None:
        drawn = replicate_interval(weighted.replicates[:, place], level=climb.level)
        error = drawn.standard_error
    half = critical_value(climb.level) * error
    return AtTime(at=at, value=value, standard_error=error, lower=value - half, upper=value + half)


def _detailed(found: Cloned, contrasts: list[Contrast]) -> list[Contrast]:
    """Add to the weighted contrasts what they are judged by (guard G12)."""
    sizes, events, counts = weight_details_of(found)
    details = weight_details(sizes, events)
    details |= {f"n_{arm}": float(n) for arm, n in zip(ARMS, counts, strict=True)}
    details["n_events"] = float(np.sum(found.clones.event.any(axis=0)))
    if np.isfinite(found.weighted.log_hazard_ratio):
        details["standard_error_weights_known"] = error_of(
            found, found.weighted, found.fitted.arms, known=True
        )
    return [
        replace(c, details={**c.details, **details}) if c.variant == "weighted" else c
        for c in contrasts
    ]


def _contrasts(
    climb: Climb, found: Cloned, both: tuple[Version, Version], *, sure: HowSure
) -> RungNumbers:
    numbers = RungNumbers()
    made: list[Contrast] = []
    for version in both:
        made += log_ratio_contrasts(climb, version, sure)
        if not found.clones.competing:
            made += curve_contrasts(climb, version, sure)
    numbers.contrasts = _detailed(found, made)
    if not np.isfinite(found.weighted.log_hazard_ratio):
        numbers.cautions.append(
            "no hazard ratio: the events that tell the strategies apart fall under one of them"
        )
    if found.clones.competing:
        numbers.cautions.append(
            "survival and time lived are refused: with competing events one minus survival is no "
            "probability; the hazard ratio is cause-specific, competing events count as censoring"
        )
    numbers.cautions += replicate_cautions(numbers.contrasts)
    return numbers


def _cautions(climb: Climb, found: Cloned) -> list[str]:
    said = [
        EVENTS_UNDER_BOTH,
        *climb.plan.cautions,
        *found.fitted.notes,
    ]
    if found.n_left_out:
        said.append(
            f"{found.n_left_out} candidates are left out: a changing characteristic is unknown in "
            "some period (guard G29)"
        )
    if climb.cohort.histories and climb.protocol.fitness.grace == "natural":
        said.append(
            "under the strategy to treat, weights use changing characteristics as of the origin; "
            'fitness.grace = "uniform" uses them as of each period'
        )
    elif climb.cohort.histories and climb.protocol.fitness.weight_model == "cox":
        said.append("Cox weights use changing characteristics as of the origin only")
    return said


def _refuse_no_grace(climb: Climb) -> None:
    if not climb.plan.grace_period > 0.0:
        raise AnalysisRefused(
            what="no candidate began treatment after the strategies begin",
            where=WHERE,
            mend="check data.initiation, or declare fitness.grace_period",
            code="TZ-LAD-43",
        )


def _estimate(climb: Climb) -> RungNumbers:
    climb.plan.refuse_without_candidates()
    _refuse_no_grace(climb)
    found = cloned(climb, climb.plan.grace_period)
    sure = how_sure(climb, found)
    both = versions(climb, found, sure)
    numbers = _contrasts(climb, found, both, sure=sure)
    if not found.clones.competing:
        curves = _curves(climb, found)
        numbers.curves = curves
        numbers.arms = _arms(climb, found, both[0], curves)
        add_grace_sweep(climb, found, numbers)
    numbers.tables.insert(0, switchboard(climb, found, sure))
    add_weight_tables(found, numbers)
    add_balance(found, numbers)
    add_overlap(climb, found, numbers)
    add_truncation_sweep(found, numbers)
    add_influence(found, both[0], numbers)
    numbers.cautions += _cautions(climb, found)
    return numbers


RUNG = RungMethod(
    name="clone_censor_weight",
    order=10,
    role="correction",
    title="Clone, censor, weight: treated within a grace period against not",
    estimand=(
        "Survival had every candidate been treated within the grace period, against survival had "
        "none been treated within it; those treated later stay where they are."
    ),
    symbols="S_1(t) - S_0(t); S_a weighted by 1 / P(still following a | what was known)",
    counted_from="every candidate from the origin, once under each strategy",
    difference=(
        "Nobody is put into a group by what happened later: each patient counts under both "
        "strategies until what was done departs from one of them. Those who go on are weighted to "
        "stand for those who do not, by what was known of them; what was not recorded is not made "
        "up for."
    ),
    references=("hernan2016", "hernan2018", "maringe2020", "cain2010", "stefanski2002"),
    needed="candidates treated and not treated within the grace period, followed beyond it, and "
    "what was known of them",
    estimate=_estimate,
)
