"""Every resample against its own rows written out, one for each time a patient is drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from timezero.align.ever_treated import ever_treated
from timezero.align.landmark import landmark
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.estimate.bootstrap import bootstrap_arms, copies_of_patients
from timezero.estimate.cox import fit_cox
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime

# Both iterate until their own steps are below 1e-10 of the coefficient.
SAME_MAXIMUM = 1e-8
# The twin is exact; the kernel multiplies and adds a few dozen rounded numbers.
ROUND_OFF = 1e-12
HORIZONS = (3.0, 8.0, 14.0, 60.0)
REPLICATES = 25


def patients(seed: int, n: int) -> Cohort:
    rng = np.random.default_rng(seed)
    leave = np.ceil(rng.exponential(9.0, n)) + 1.0
    entry = np.where(rng.random(n) < 0.3, np.floor(rng.random(n) * leave), -np.inf)
    wait = np.ceil(rng.exponential(9.0, n))
    return Cohort(
        patient=tuple(str(k) for k in range(n)),
        entry=entry,
        exit=leave,
        event=rng.random(n) < 0.7,
        initiation=np.where((wait < leave) & (wait > entry), wait, np.nan),
        trigger=None,
        covariates=(),
        time_unit="months",
        zero_exit=np.nan,
        name="simulated",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def written_out(rows: PersonTime, copies: np.ndarray) -> PersonTime:
    again = np.repeat(np.arange(rows.n_rows), copies[rows.patient])
    names = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    return replace(rows, **{name: getattr(rows, name)[again] for name in names})


def steps(rows: PersonTime, arm: int) -> list[tuple[float, Fraction]]:
    """Return the product-limit curve of one arm in exact fractions."""
    kept = rows.arm == arm
    entry, leave, event = rows.entry[kept], rows.exit[kept], rows.event[kept]
    survival, curve = Fraction(1), []
    for t in np.unique(leave[event]):
        at_risk = int(np.sum((entry < t) & (leave >= t)))
        survival *= 1 - Fraction(int(np.sum(event & (leave == t))), at_risk)
        curve.append((float(t), survival))
    return curve


def at_horizon(rows: PersonTime, arm: int, horizon: float) -> tuple[float, float]:
    leave = rows.exit[rows.arm == arm]
    last = float(leave.max()) if leave.size else -math.inf
    area, before, survival = Fraction(0), Fraction(rows.starts_at), Fraction(1)
    for t, after in steps(rows, arm):
        if t <= horizon:
            area += survival * (Fraction(t) - before)
            before, survival = Fraction(t), after
    if horizon < rows.starts_at or (horizon > last and survival > 0):
        return math.nan, math.nan
    area += survival * (Fraction(horizon) - before)
    return float(area), math.nan if horizon > last else float(survival)


def median(rows: PersonTime, arm: int) -> float:
    half_at = math.nan
    curve = steps(rows, arm)
    for t, survival in curve:
        if not math.isnan(half_at) and survival < Fraction(1, 2):
            return (half_at + t) / 2
        if survival < Fraction(1, 2):
            return t
        if survival == Fraction(1, 2) and math.isnan(half_at):
            half_at = t
    leave = rows.exit[rows.arm == arm]
    return (half_at + float(leave.max())) / 2 if leave.size else math.nan


def log_hazard_ratio(rows: PersonTime) -> float:
    try:
        fit = fit_cox(rows, rows.arm.astype(np.float64)[:, np.newaxis], cluster=False)
    except AnalysisRefused:
        return math.nan
    return float(fit.coefficients[0])


ALIGNMENTS = {
    "ever_treated": ever_treated,
    "time_varying": time_varying,
    "landmark": lambda cohort: landmark(cohort, 4.0),
}


@pytest.mark.parametrize(("seed", "n"), [(2, 12), (45, 45)])
@pytest.mark.parametrize("name", ALIGNMENTS)
def test_each_replicate_equals_its_rows_written_out(name: str, seed: int, n: int) -> None:
    cohort = patients(seed, n)
    rows = ALIGNMENTS[name](cohort)
    found = bootstrap_arms(rows, n_patients=n, horizons=HORIZONS, replicates=REPLICATES, seed=3)
    for k in range(REPLICATES):
        again = written_out(rows, copies_of_patients(n, seed=3, replicate=k))
        expected = log_hazard_ratio(again)
        assert found.log_hazard_ratio[k] == pytest.approx(expected, abs=SAME_MAXIMUM, nan_ok=True)
        for arm in (0, 1):
            assert found.median[k, arm] == pytest.approx(median(again, arm), nan_ok=True)
            for h, horizon in enumerate(HORIZONS):
                area, survival = at_horizon(again, arm, horizon)
                ours = (found.rmst[k, h, arm], found.survival[k, h, arm])
                assert ours == pytest.approx((area, survival), rel=ROUND_OFF, nan_ok=True)


def test_the_small_cases_diverge_and_are_counted() -> None:
    cohort = patients(2, 12)
    found = bootstrap_arms(
        ever_treated(cohort), n_patients=12, horizons=(3.0,), replicates=300, seed=1
    )
    assert found.n_failed == int(np.isnan(found.log_hazard_ratio).sum())
    assert 0 < found.n_failed < 300


def test_the_spread_is_the_standard_error() -> None:
    # The robust standard error and the bootstrap estimate one thing; with 400 patients they are
    # within a few per cent, and 1000 replicates know a spread to 2.2 %.
    cohort = patients(5, 400)
    rows = time_varying(cohort)
    found = bootstrap_arms(rows, n_patients=400, horizons=(8.0,), replicates=1_000, seed=2)
    fit = fit_cox(rows, rows.arm.astype(np.float64)[:, np.newaxis])
    robust = float(np.sqrt(fit.robust_covariance[0, 0]))
    assert float(np.std(found.log_hazard_ratio)) == pytest.approx(robust, rel=0.1)
