"""From when, among whom and for how long strategies are compared: chosen by rule, not result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import DAYS_PER
from timezero.errors import AnalysisRefused
from timezero.ladder.design import Design
from timezero.model.cohort import Cohort
from timezero.model.protocol import Protocol

DAYS_TRIED = (1.0, 7.0, 14.0, DAYS_PER["months"], 3 * DAYS_PER["months"], 6 * DAYS_PER["months"])
PERIODS_AT_MOST = 80
GRACE_QUANTILE = 0.75
GRACE_SWEEP = (2 / 3, 1.0, 3 / 2)
SHARE_MISSING_REFUSED = 0.20
SHARE_MISSING_CAUTION = 0.05
TIME_TO_TRIGGER = "time from time zero to the trigger"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FitnessPlan:
    """What every rung that removes the choice of fitter patients is given.

    Parameters
    ----------
    counted_from : {"trigger", "time_zero"}
    origin : (n,) float64
        When each patient became a candidate, in the cohort's time; NaN = never, or treated or out
        of sight by then.
    used : (n,) bool
        Candidates whose covariates are complete.
    names : tuple of str
        Of the covariates known at the origin.
    columns : (n, p) float64
        Those covariates; NaN where missing.
    grace_period : float
        Treatment within this time from the origin is the strategy ``treat``.
    grace_periods : tuple of float
        Ascending, with ``grace_period`` among them.
    width : float
        Length of a period for methods in discrete time.
    horizons : tuple of float
        Measured from the origin, ascending.
    grace_rule, width_rule : str
        How they were chosen, in words.
    cautions : tuple of str
    """

    counted_from: Literal["trigger", "time_zero"]
    origin: Floats
    used: Bools
    names: tuple[str, ...]
    columns: Floats
    grace_period: float
    grace_periods: tuple[float, ...]
    width: float
    horizons: tuple[float, ...]
    grace_rule: str
    width_rule: str
    cautions: tuple[str, ...]

    @property
    def words_of_origin(self) -> str:
        """From when it is counted, in words."""
        return "the trigger" if self.counted_from == "trigger" else "time zero"

    def refuse_without_candidates(self) -> None:
        """Raise AnalysisRefused when too few can be compared, or nobody began treatment."""
        if not self.names:
            raise AnalysisRefused(
                what="the protocol names no covariates, so nothing is known of who was chosen",
                where="data.covariates",
                mend="name characteristics that decided about treatment and bear on survival",
                code="TZ-LAD-20",
            )
        if int(self.used.sum()) < 2:
            raise AnalysisRefused(
                what=f"{int(self.used.sum())} candidates have complete covariates",
                where=f"counted from {self.words_of_origin}",
                mend="record the covariates of more candidates",
                code="TZ-LAD-21",
            )


def fitness_plan(
    cohort: Cohort, protocol: Protocol, design: Design, horizons: tuple[float, ...]
) -> FitnessPlan:
    """Resolve the part ``fitness`` of a protocol for one cohort.

    Parameters
    ----------
    design : Design
        Covariates known at time zero.
    horizons : tuple of float
        As chosen for the whole ladder; here measured from the origin.
    """
    chosen = protocol.fitness
    counted_from = chosen.counted_from or ("time_zero" if cohort.trigger is None else "trigger")
    origin, left_out = _origins(cohort, counted_from)
    names, columns = design.names, design.columns
    if counted_from == "trigger":
        names = (*names, TIME_TO_TRIGGER)
        columns = np.column_stack([columns, origin])
    candidate = ~np.isnan(origin)
    complete: Bools = design.complete
    grace, grace_rule = _grace(cohort, origin, chosen.grace_period)
    sweep = chosen.grace_periods or tuple(grace * part for part in GRACE_SWEEP)
    width, width_rule = _width(protocol, horizons, cohort)
    missing = 1.0 - float(complete[candidate].mean()) if candidate.any() else 0.0
    return FitnessPlan(
        counted_from=counted_from,
        origin=origin,
        used=candidate & complete,
        names=names if design.names else (),
        columns=columns,
        grace_period=grace,
        grace_periods=tuple(sorted({grace, *sweep})),
        width=width,
        horizons=horizons,
        grace_rule=grace_rule,
        width_rule=width_rule,
        cautions=(*left_out, *_missing_cautions(missing)),
    )


def _origins(cohort: Cohort, counted_from: str) -> tuple[Floats, list[str]]:
    if counted_from == "time_zero":
        origin = np.where(np.isfinite(cohort.entry), np.maximum(cohort.entry, 0.0), 0.0)
        late = int(np.sum(origin > 0.0))
        origin[origin > 0.0] = np.nan
        what = "came under observation after time zero"
        treated_before = np.zeros(cohort.n, dtype=np.bool_)
    else:
        if cohort.trigger is None:
            raise AnalysisRefused(
                what="strategies are to be compared from the trigger, and none was recorded",
                where="fitness.counted_from",
                mend="name the column data.trigger, or count from time_zero",
                code="TZ-LAD-22",
            )
        origin = cohort.trigger.copy()
        hidden = cohort.entry > origin
        late = int(hidden.sum())
        origin[hidden] = np.nan
        what = "came under observation after their trigger"
        treated_before = cohort.initiation < origin
    gone = (cohort.exit <= origin) & (origin > 0.0)
    origin = np.where(treated_before | gone, np.nan, origin)
    words = [f"{late} patients {what} and are left out"] if late else []
    if treated_before.any():
        n = int(treated_before.sum())
        words.append(f"{n} patients were treated before their trigger and are left out")
    return origin, words


def _missing_cautions(missing: float) -> list[str]:
    if missing > SHARE_MISSING_REFUSED:
        words = (
            f"{missing:.0%} of the candidates lack a covariate, more than "
            f"{SHARE_MISSING_REFUSED:.0%}: complete cases may be another population (guard G29)"
        )
        return [words]
    if missing > SHARE_MISSING_CAUTION:
        return [f"in complete cases: {missing:.0%} of the candidates lack a covariate (guard G29)"]
    return []


def _grace(cohort: Cohort, origin: Floats, declared: float | None) -> tuple[float, str]:
    if declared is not None:
        return declared, "declared in the protocol"
    waits = (cohort.initiation - origin)[cohort.initiated]
    waits = waits[~np.isnan(waits) & (waits > 0.0)]
    if waits.size == 0:
        return float("nan"), "none: no candidate waited for treatment"
    return float(np.quantile(waits, GRACE_QUANTILE, method="inverted_cdf")), (
        "not declared: the third quartile of the observed waits"
    )


def _width(protocol: Protocol, horizons: tuple[float, ...], cohort: Cohort) -> tuple[float, str]:
    if protocol.fitness.period is not None:
        return protocol.fitness.period, "declared in the protocol"
    last = horizons[-1] if horizons else float(cohort.exit.max())
    per_unit = DAYS_PER[protocol.data.unit]
    for days in DAYS_TRIED:
        if last / (days / per_unit) <= PERIODS_AT_MOST:
            return days / per_unit, (
                f"not declared: {_called(days)}, the shortest usual period that cuts the time to "
                f"the last horizon into at most {PERIODS_AT_MOST}"
            )
    return last / PERIODS_AT_MOST, f"not declared: a part in {PERIODS_AT_MOST} of the last horizon"


def _called(days: float) -> str:
    months = round(days / DAYS_PER["months"])
    if days >= DAYS_PER["months"]:
        return "a month" if months == 1 else f"{months} months"
    return {1.0: "a day", 7.0: "a week"}.get(days, "two weeks")
