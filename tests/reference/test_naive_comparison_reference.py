"""The kernel behind simulated studies against the house's own alignments and estimators."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from late_patients import summary_of
from timezero.align.clock_reset import clock_reset
from timezero.align.ever_treated import ever_treated
from timezero.align.landmark import landmark
from timezero.align.waiting_excluded import waiting_excluded
from timezero.arrays import Floats
from timezero.audit.simulate import Query
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.log_rank import log_rank
from timezero.estimate.product_limit import median_survival, restricted_mean, survival_curve
from timezero.estimate.product_limit import survival_at as read_at
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime

AT = 0.4
GRID = (0.3, 0.7)
ALIGNMENTS: dict[str, Callable[[Cohort], PersonTime]] = {
    "ever_treated": ever_treated,
    "own_clocks": clock_reset,
    "waiting_excluded": waiting_excluded,
    "landmark": lambda cohort: landmark(cohort, AT),
}
GROUPS = {"never": 0, "late": 1, "all": None}
SEEDS = range(12)


def drawn(seed: int) -> Floats:
    """Return 8 to 60 patients: exit, whether dead, initiation, trigger."""
    rng = np.random.default_rng([20, seed])
    n = int(rng.integers(8, 60))
    death, leave = rng.exponential(1.0, n), rng.uniform(0.2, 3.0, n)
    initiation = np.where(rng.random(n) < 0.8, rng.exponential(0.7, n), np.inf)
    trigger = initiation * rng.random(n)
    trigger[np.isnan(trigger)] = np.inf
    return np.column_stack([np.minimum(death, leave), death <= leave, initiation, trigger])


def cohort_of(patients: Floats, make_cohort: Callable[..., Cohort]) -> Cohort:
    seen = np.where(patients[:, 2] < patients[:, 0], patients[:, 2], np.nan)
    return make_cohort(patients[:, 0], patients[:, 1], seen)


def curve_numbers(rows: PersonTime, clock: float) -> dict[str, float]:
    """Return what a curve says, on the clock of the kernel; NaN where it does not reach."""
    found: dict[str, float] = {}
    for group, arm in GROUPS.items():
        mine = np.ones(rows.n_rows, bool) if arm is None else rows.arm == arm
        curve = survival_curve(rows, arm)
        found[f"quantile {group} 0.5"] = median_survival(curve)[0] - clock
        for t in GRID:
            inside = mine & (rows.entry < clock + t) & (rows.exit >= clock + t)
            found[f"at_risk {group} {t}"] = float(inside.sum())
            found[f"survival {group} {t}"] = read_at(curve, clock + t).value
            found[f"rmst {group} {t}"] = restricted_mean(curve, clock + t).value
    return found


def queries() -> list[Query]:
    found = [Query(group=group, kind="quantile", value=0.5) for group in GROUPS]
    for group in GROUPS:
        for kind in ("survival", "rmst", "at_risk"):
            found += [Query(group=group, kind=kind, value=t) for t in GRID]
    return found


@pytest.mark.parametrize("comparison", ALIGNMENTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_curves_are_those_of_the_house(
    seed: int, comparison: str, make_cohort: Callable[..., Cohort]
) -> None:
    patients = drawn(seed)
    rows = ALIGNMENTS[comparison](cohort_of(patients, make_cohort))
    assert set(rows.arm) == {0, 1}
    ours = summary_of(patients, comparison, landmark=AT, queries=queries())
    theirs = curve_numbers(rows, AT if comparison == "landmark" else 0.0)
    compared = 0
    for name, value in theirs.items():
        if not math.isnan(value):
            assert ours[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
            compared += 1
        elif name.startswith("quantile"):
            assert ours[name] == math.inf, name
    assert compared > len(theirs) / 2


@pytest.mark.parametrize("comparison", ALIGNMENTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_tests_and_hazard_ratios_are_those_of_the_house(
    seed: int, comparison: str, make_cohort: Callable[..., Cohort]
) -> None:
    patients = drawn(seed)
    rows = ALIGNMENTS[comparison](cohort_of(patients, make_cohort))
    ours = summary_of(patients, comparison, landmark=AT)
    late = rows.arm == 1
    assert (ours["n"], ours["n_late"]) == (rows.n_rows, late.sum())
    assert ours["deaths_late"] == (rows.event & late).sum()
    assert ours["deaths_never"] == (rows.event & ~late).sum()
    test = log_rank(rows)
    assert ours["log_rank_z"] == pytest.approx(test.score / math.sqrt(test.variance), rel=1e-9)
    try:
        fit = fit_cox(rows, rows.arm[:, None].astype(float), cluster=False)
    except AnalysisRefused:
        # Perfect order: the kernel holds the ratio that runs away.
        assert abs(ours["log_hazard_ratio"]) == 6
        return
    error = math.sqrt(fit.covariance[0, 0])
    assert ours["log_hazard_ratio"] == pytest.approx(fit.coefficients[0], rel=1e-9, abs=1e-9)
    assert ours["hazard_ratio_error"] == pytest.approx(error, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_follow_up_and_waits(seed: int, make_cohort: Callable[..., Cohort]) -> None:
    patients = drawn(seed)
    cohort = cohort_of(patients, make_cohort)
    ours = summary_of(patients)
    reversed_rows = ever_treated(replace(cohort, event=~cohort.event))
    median = median_survival(survival_curve(reversed_rows, None))[0]
    assert ours["follow_up"] == pytest.approx(math.inf if math.isnan(median) else median, rel=1e-9)
    assert ours["follow_up_end"] == cohort.exit.max()
    waits = cohort.initiation[cohort.initiated]
    quartiles = [ours[n] for n in ("wait_lower_quartile", "wait", "wait_upper_quartile")]
    assert quartiles == pytest.approx(np.quantile(waits, [0.25, 0.5, 0.75]), rel=1e-12)
    assert ours["wait_mean"] == pytest.approx(waits.mean(), rel=1e-12)
    assert (ours["wait_shortest"], ours["wait_longest"]) == (waits.min(), waits.max())
    triggers = patients[patients[:, 3] < patients[:, 0], 3]
    assert ours["n_triggered"] == triggers.size
    assert ours["trigger_time"] == pytest.approx(np.median(triggers), rel=1e-12)
