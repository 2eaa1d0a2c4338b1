"""Simulated patients for tests of clone-censor-weight, and the objects made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from timezero.align.clone_censor import Clones, GracePeriods, clone_censor, grace_periods
from timezero.align.person_periods import person_periods
from timezero.arrays import Floats
from timezero.estimate.censoring_weights import (
    FittedWeights,
    WeightChoice,
    WeightModels,
    fit_weights,
    weight_models,
)
from timezero.estimate.clone_censor_weight import CloneStudy, clone_study
from timezero.model.cohort import Cohort, Covariate

NAMES = ("age", "frail")


@dataclass(frozen=True)
class Arranged:
    """Clones, weight models and the comparison of one cohort."""

    clones: Clones
    columns: Floats
    periods: GracePeriods
    models: WeightModels
    fitted: FittedWeights
    study: CloneStudy


def late_treatment(
    make_cohort: Callable[..., Cohort],
    *,
    n: int = 120,
    seed: int = 1,
    grid: float = 1.0,
    confounded: float = 1.0,
    log_ratio: float = 0.0,
) -> Cohort:
    """Draw patients of whom the fitter are treated sooner; treatment acts from when it begins."""
    rng = np.random.default_rng(seed)
    age = np.round(rng.standard_normal(n), 3)
    frail = (rng.random(n) < 0.4).astype(float)
    fit = 0.5 * age + 0.9 * frail
    wait = grid * np.ceil(rng.exponential(60.0, n) * np.exp(confounded * fit) / grid)
    unit = rng.exponential(250.0, n) * np.exp(-0.8 * fit)
    life = np.where(unit <= wait, unit, wait + (unit - wait) * np.exp(-log_ratio))
    life = grid * np.ceil(life / grid)
    lost = grid * np.ceil(rng.uniform(40.0, 700.0, n) / grid)
    leave = np.minimum(np.minimum(life, lost), 365.0)
    return make_cohort(
        leave,
        (life <= lost) & (life <= 365.0),
        np.where(wait < leave, wait, np.nan),
        time_unit="days",
        covariates=(
            Covariate(name="age", kind="numeric", values=age),
            Covariate(name="frail", kind="numeric", values=frail),
        ),
    )


def columns_of(cohort: Cohort) -> Floats:
    """Return the covariates as columns."""
    return np.column_stack([covariate.values for covariate in cohort.covariates])


def arranged(
    cohort: Cohort,
    choice: WeightChoice,
    *,
    grace: float = 60.0,
    width: float = 14.0,
    horizons: tuple[float, ...] = (90.0, 300.0),
    ties: str = "efron",
) -> Arranged:
    """Clone a cohort from time zero and fit the weights."""
    origin = np.zeros(cohort.n)
    clones = clone_censor(cohort, origin=origin, grace=grace)
    columns = columns_of(cohort)
    names = tuple(covariate.name for covariate in cohort.covariates)
    periods = grace_periods(
        clones,
        person_periods(
            cohort,
            origin=origin,
            width=width,
            horizon=grace,
            columns=columns,
            names=names,
            event_order="treatment_first",
            words_of_origin="time zero",
        ),
    )
    models = weight_models(
        clones, columns[clones.patient], names=names, choice=choice, periods=periods
    )
    study = clone_study(clones, models, horizons=horizons, ties=ties)
    return Arranged(
        clones=clones,
        columns=columns[clones.patient],
        periods=periods,
        models=models,
        fitted=fit_weights(models),
        study=study,
    )


def repeated(cohort: Cohort, times: np.ndarray) -> Cohort:
    """Return a cohort in which each patient is entered so many times, under new names."""
    rows = np.repeat(np.arange(cohort.n), times)
    return replace(
        cohort,
        patient=tuple(f"copy {k}" for k in range(rows.size)),
        entry=cohort.entry[rows],
        exit=cohort.exit[rows],
        event=cohort.event[rows],
        initiation=cohort.initiation[rows],
        covariates=tuple(replace(c, values=c.values[rows]) for c in cohort.covariates),
    )
