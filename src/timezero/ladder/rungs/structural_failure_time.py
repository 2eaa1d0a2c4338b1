"""G-estimation: by what factor treatment that comes late stretches the life that is left."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.align.until_initiation import until_initiation
from timezero.errors import AnalysisRefused
from timezero.estimate.normal import critical_value
from timezero.estimate.structural_failure_time import (
    GRID,
    GEstimate,
    LateStart,
    g_estimate,
    longest_horizon,
    survival_without,
)
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.model.estimate import NAN, Contrast
from timezero.model.result import DataTable

LOST_CAUTION = 0.10
EVENTS_PER_VARIABLE_CAUTION, EVENTS_PER_VARIABLE_REFUSED = 10.0, 2.0
FEW_FOR_INTERVAL = 30


def _refuse_competing(climb: Climb) -> None:
    competing = climb.cohort.competing
    n = 0 if competing is None else int((competing & climb.plan.used).sum())
    if n:
        raise AnalysisRefused(
            what=f"{n} candidates had a competing event, after which there is no rest of life that "
            "treatment could have stretched",
            where="data.competing_value",
            mend="count the competing event as the event, or read the other rungs",
            code="TZ-LAD-50",
        )


def _late_start(climb: Climb) -> LateStart:
    cohort, plan = climb.cohort, climb.plan
    origin = np.where(plan.used, plan.origin, np.nan)
    leave = exit_where_treatment_moves(cohort)
    followed = np.where(leave > origin, leave - origin, np.nan)
    rows, design, names = until_initiation(
        cohort,
        origin=origin,
        horizon=float(np.nanmax(followed, initial=0.0)),
        columns=plan.columns,
        names=plan.names,
        words_of_origin=plan.words_of_origin,
    )
    varies = np.ptp(design, axis=0) > 0.0 if design.size else np.zeros(len(names), dtype=np.bool_)
    return LateStart(
        rows=rows,
        design=design[:, varies],
        names=tuple(n for n, v in zip(names, varies, strict=True) if v),
        followed=followed,
        event=cohort.event,
        waited=np.where(cohort.initiation < leave, cohort.initiation - origin, np.nan),
    )


def _refuse_few_treated(late: LateStart) -> None:
    n_began, n_columns = int(late.rows.event.sum()), len(late.names)
    if n_columns == 0 or n_began < EVENTS_PER_VARIABLE_REFUSED * n_columns:
        raise AnalysisRefused(
            what=f"{n_began} treatments begun cannot carry the {n_columns} columns of the model of "
            "beginning treatment (guard G1)",
            where="data.covariates",
            mend="fewer covariates, or more treated patients",
            code="TZ-LAD-51",
        )


def _estimate(climb: Climb) -> RungNumbers:
    climb.plan.refuse_without_candidates()
    _refuse_competing(climb)
    late = _late_start(climb)
    _refuse_few_treated(late)
    horizon = longest_horizon(late, climb.plan.horizons)
    found = g_estimate(late, horizon=horizon, level=climb.level)
    numbers = RungNumbers(
        contrasts=[*_ratios(climb, found), *_survival(climb, late, found)],
        tables=[_grid_table(climb, found), _switchboard(found)],
        cautions=[*_test_cautions(climb, found), *_data_cautions(climb, late, found)],
    )
    numbers.cautions += climb.plan.cautions
    return numbers


def _ratios(climb: Climb, found: GEstimate) -> list[Contrast]:
    half = critical_value(climb.level)
    log = Contrast(
        measure="log_time_ratio",
        variant="g_estimate",
        value=-found.psi,
        standard_error=(found.upper - found.lower) / (2.0 * half)
        if math.isfinite(found.upper - found.lower)
        else NAN,
        lower=-found.upper,
        upper=-found.lower,
        level=climb.level,
        p_value=found.p_value,
        statistic=found.z_no_effect**2,
        at=found.horizon,
        method="g-estimation of a structural failure time model: log-rank scores of untreated life "
        "in a Cox model of beginning treatment, interval of effects not rejected, test of no "
        "effect; the standard error is the interval's width over twice the normal quantile",
        details={
            "psi": found.psi,
            "n_events": float(found.n_events),
            "n_began": float(found.n_began),
            "n_complete": float(found.n_complete),
            "n_roots": float(len(found.inverted.roots)),
        },
    )
    with np.errstate(over="ignore"):
        ratio = replace(
            log,
            measure="time_ratio",
            value=float(np.exp(log.value)),
            lower=float(np.exp(log.lower)),
            upper=float(np.exp(log.upper)),
        )
    return [log, ratio]


def _survival(climb: Climb, late: LateStart, found: GEstimate) -> list[Contrast]:
    """Return what the effect means for survival, where untreated life is known so far."""
    times = climb.plan.horizons
    at = [
        survival_without(late, psi, horizon=found.horizon, times=times)
        if math.isfinite(psi)
        else np.full((2, len(times)), np.nan)
        for psi in (found.psi, found.lower, found.upper)
    ]
    differences = np.array([pair[1] - pair[0] for pair in at])
    return [
        Contrast(
            measure="survival_difference",
            variant="g_estimate",
            value=float(differences[0, k]),
            lower=float(differences[2, k]),
            upper=float(differences[1, k]),
            level=climb.level,
            at=time,
            method="untreated life stretched by the estimated factor from the origin on, less "
            "untreated life; the interval is that of the factor alone",
        )
        for k, time in enumerate(times)
        if not np.isnan(differences[0, k])
    ]


def _grid_table(climb: Climb, found: GEstimate) -> DataTable:
    known = np.isfinite(found.inverted.statistic)
    return DataTable(
        name="g_estimation",
        title="Whether untreated life is related to beginning treatment, effect by effect",
        columns={
            "psi": tuple(float(x) for x in found.inverted.grid[known]),
            "z": tuple(float(z) for z in found.inverted.statistic[known]),
        },
        notes={
            "estimate": found.psi,
            "lower": found.lower,
            "upper": found.upper,
            "critical": critical_value(climb.level),
        },
    )


def _switchboard(found: GEstimate) -> DataTable:
    rows = (
        ("followed to", f"{found.horizon:g} from the origin", "any horizon that half are seen to"),
        (
            "censored again",
            "at the smaller of that horizon and what it is worth untreated",
            "not at all, which is biased",
        ),
        ("lost before", "weighted by the product limit of loss", "by a model of loss"),
        ("what is tested", "log-rank score of untreated life", "ended or not; rank; length"),
        ("model of beginning treatment", "Cox, Efron ties", "pooled logistic"),
        ("variance of the test", "by patient, from influences", "from the model"),
        ("several crossings of zero", "the one nearest to no effect", "any"),
    )
    return DataTable(
        name="switchboard",
        title="Conventions of this estimate",
        columns={
            "convention": tuple(r[0] for r in rows),
            "choice": tuple(r[1] for r in rows),
            "alternatives": tuple(r[2] for r in rows),
        },
    )


def _test_cautions(climb: Climb, found: GEstimate) -> list[str]:
    inverted, cautions = found.inverted, list[str]()
    if len(inverted.roots) > 1:
        listed = ", ".join(f"{math.exp(-r):.2f}" for r in reversed(inverted.roots))
        cautions.append(
            f"several time ratios solve the equation ({listed}): the one nearest to 1 is given"
        )
    open_ends = [
        end
        for end, value in (("above", found.lower), ("below", found.upper))
        if not math.isfinite(value)
    ]
    known = np.isfinite(inverted.statistic)
    if (np.abs(inverted.statistic[known]) < critical_value(climb.level)).all():
        cautions.append(
            f"the test rejects no time ratio from {math.exp(-GRID[-1]):.2f} to "
            f"{math.exp(-GRID[0]):.0f}: these data say nothing of the factor"
        )
    elif open_ends:
        cautions.append(f"the interval has no end {' and none '.join(open_ends)}")
    if not inverted.whole:
        cautions.append(
            f"{_not_rejected_outside(climb, found)} are not rejected either: for a factor so far "
            "from 1, lives are censored again so early that the test has little to go by"
        )
    return cautions


def _not_rejected_outside(climb: Climb, found: GEstimate) -> str:
    """Return in words which time ratios beyond a rejected one are not rejected."""
    grid, z = found.inverted.grid, found.inverted.statistic
    accepted = np.isfinite(z) & (np.abs(z) < critical_value(climb.level))
    high, low = grid[accepted & (grid < found.lower)], grid[accepted & (grid > found.upper)]
    words = [f"from about {math.exp(-high[-1]):.3g} up"] if high.size else []
    words += [f"from about {math.exp(-low[0]):.3g} down"] if low.size else []
    return f"some time ratios {' and '.join(words)}"


def _data_cautions(climb: Climb, late: LateStart, found: GEstimate) -> list[str]:
    cautions: list[str] = []
    wanted = climb.plan.horizons
    if not wanted or found.horizon < wanted[-1]:
        cautions.append(
            f"lifetimes count up to {found.horizon:g}, the last horizon or time to which half the "
            "candidates are seen"
        )
    lost = 1.0 - found.n_complete / max(int(np.isfinite(late.followed).sum()), 1)
    if lost > LOST_CAUTION:
        cautions.append(
            f"{lost:.0%} are lost before {found.horizon:g}: the others stand for them, as if loss "
            "were unrelated to everything"
        )
    for n, what in ((found.n_events, "events"), (found.n_began, "treatments begun")):
        if n < FEW_FOR_INTERVAL:
            cautions.append(f"{n} {what}: the interval may be too short")
    per_variable = found.n_began / len(late.names)
    if per_variable < EVENTS_PER_VARIABLE_CAUTION:
        cautions.append(
            f"{per_variable:.1f} treatments begun for each column of the model of beginning "
            "treatment (guard G1)"
        )
    cautions.append(
        "one factor for everybody is assumed, whenever treatment begins; a patient's lifetime is "
        "not observed twice, so this cannot be checked"
    )
    return cautions


RUNG = RungMethod(
    name="structural_failure_time",
    order=16,
    role="correction",
    title="G-estimation: the factor by which treatment stretches the life that is left",
    estimand=(
        "The factor by which treatment multiplies the rest of life from the day it begins: the "
        "one that leaves life without treatment unrelated to who was chosen, and when."
    ),
    symbols="U(psi) = T_off + e^psi T_on unrelated to treatment given L; time ratio e^(-psi)",
    counted_from="all candidates, from the day they became candidates",
    difference=(
        "No hazard is modelled: lives are compared as they would have been without treatment, "
        "among patients who could have been chosen at the same moment."
    ),
    references=("robins1991", "robins1992", "han2011", "yang2020"),
    needed="covariates, ten events and ten treatments begun",
    estimate=_estimate,
)
