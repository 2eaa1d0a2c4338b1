from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from timezero.align.landmark import landmark
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.landmark import landmark_curve
from timezero.estimate.landmark_supermodel import landmark_supermodel
from timezero.estimate.normal import critical_value
from timezero.model.cohort import Cohort

# Coefficients are iterated until the step is far below this.
ROUND_OFF = 1e-9
GRID = np.array([20.0, 40.0, 60.0, 80.0, 120.0])
LEVEL = 0.95


def patients(seed: int, n: int = 200) -> Cohort:
    rng = np.random.default_rng(seed)
    leave = np.ceil(rng.exponential(200.0, n)) + 1.0
    wait = np.ceil(rng.exponential(150.0, n))
    return Cohort(
        patient=tuple(str(k) for k in range(n)),
        entry=np.full(n, -np.inf),
        exit=leave,
        event=rng.random(n) < 0.8,
        initiation=np.where(wait < leave, wait, np.nan),
        trigger=None,
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="simulated",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def column(cohort: Cohort, name: str, *, level: float = LEVEL, seed: int = 1) -> np.ndarray:
    return np.array(landmark_curve(cohort, GRID, level=level, seed=seed).columns[name])


def test_each_point_is_the_landmark_analysis_there() -> None:
    cohort = patients(1)
    for k, at in enumerate(GRID):
        rows = landmark(cohort, float(at))
        fit = fit_cox(rows, rows.arm.astype(np.float64)[:, np.newaxis])
        assert column(cohort, "log_hazard_ratio")[k] == pytest.approx(fit.coefficients[0])
        robust = float(np.sqrt(fit.robust_covariance[0, 0]))
        assert column(cohort, "standard_error")[k] == pytest.approx(robust)


@pytest.mark.parametrize("seed", range(4))
def test_the_band_is_wider_than_one_interval_and_narrower_than_bonferroni(seed: int) -> None:
    table = landmark_curve(patients(seed), GRID, level=LEVEL, seed=1)
    band = table.notes["critical_value"]
    # The critical value is simulated: its own error is below 0.03.
    assert critical_value(LEVEL) < band < critical_value(1 - (1 - LEVEL) / GRID.size) + 0.03
    lower, value = table.columns["band_lower"], table.columns["log_hazard_ratio"]
    error = table.columns["standard_error"]
    np.testing.assert_allclose(np.subtract(value, lower), band * np.array(error))


def test_one_landmark_needs_no_wider_band() -> None:
    table = landmark_curve(patients(2), GRID[:1], level=LEVEL, seed=1)
    # 20 000 draws know this quantile to 0.02.
    assert table.notes["critical_value"] == pytest.approx(critical_value(LEVEL), abs=0.08)
    assert table.notes["critical_value"] >= critical_value(LEVEL)


def test_the_order_of_patients_and_the_unit_change_no_estimate() -> None:
    cohort = patients(3)
    order = np.random.default_rng(0).permutation(cohort.n)
    moved = replace(
        cohort,
        entry=cohort.entry[order],
        exit=cohort.exit[order],
        event=cohort.event[order],
        initiation=cohort.initiation[order],
    )
    for name in ("log_hazard_ratio", "standard_error"):
        np.testing.assert_allclose(column(cohort, name), column(moved, name), rtol=ROUND_OFF)
    years = replace(cohort, exit=cohort.exit / 365.25, initiation=cohort.initiation / 365.25)
    table = landmark_curve(years, GRID / 365.25, level=LEVEL, seed=1)
    np.testing.assert_allclose(
        column(cohort, "log_hazard_ratio"), table.columns["log_hazard_ratio"], rtol=ROUND_OFF
    )


def test_a_landmark_without_a_group_is_left_out_and_counted() -> None:
    cohort = patients(4)
    late = float(cohort.exit.max())
    table = landmark_curve(cohort, np.append(GRID, late), level=LEVEL, seed=1)
    assert table.columns["landmark"] == tuple(GRID)
    assert table.notes["n_landmarks_left_out"] == 1.0
    with pytest.raises(AnalysisRefused):
        landmark_curve(cohort, np.array([late]), level=LEVEL, seed=1)


def test_the_band_covers_all_points_at_once() -> None:
    # Treatment that does nothing: the truth is 0 at every landmark. 95 % of 200 curves, less
    # four standard errors of 1.5 %, and the sandwich's small-sample shortfall of about 2 %.
    covered = 0
    for seed in range(200):
        table = landmark_curve(patients(100 + seed, 150), GRID, level=LEVEL, seed=1)
        lower, upper = table.columns["band_lower"], table.columns["band_upper"]
        covered += bool(np.all(np.less(lower, 0.0)) and np.all(np.greater(upper, 0.0)))
    assert covered >= 200 * (0.95 - 0.02) - 4 * 200**0.5 * (0.95 * 0.05) ** 0.5


def test_the_supermodel_of_copies_of_one_landmark_is_that_landmark() -> None:
    # With landmarks an instant apart the stack is one landmark repeated: the estimate is its
    # estimate (Breslow), and the robust standard error does not shrink with the copies.
    cohort = patients(5)
    rows = landmark(cohort, 60.0, window=200.0)
    one = fit_cox(rows, rows.arm.astype(np.float64)[:, np.newaxis], ties="breslow")
    near = (60.0, 60.25, 60.5, 60.75)
    fit = landmark_supermodel(cohort, near, window=200.0, level=LEVEL)[0]
    assert fit.coefficients[0] == pytest.approx(one.coefficients[0], abs=ROUND_OFF)
    robust = float(np.sqrt(one.robust_covariance[0, 0]))
    assert fit.robust_standard_errors[0] == pytest.approx(robust, rel=ROUND_OFF)
    naive = float(np.sqrt(one.covariance[0, 0]))
    assert fit.standard_errors[0] == pytest.approx(naive / 2.0, rel=ROUND_OFF)


def test_the_supermodel_table_follows_its_coefficients() -> None:
    for fit in landmark_supermodel(patients(6), tuple(GRID), window=300.0, level=LEVEL):
        value = np.array(fit.table.columns["log_hazard_ratio"])
        s = GRID / GRID[-1]
        terms = {"treated": np.ones_like(s), "treated:s": s, "treated:s^2": s * s}
        picked = [
            (terms[c], b) for c, b in zip(fit.columns, fit.coefficients, strict=True) if c in terms
        ]
        np.testing.assert_allclose(value, sum(x * b for x, b in picked), atol=ROUND_OFF)
        half = critical_value(LEVEL) * np.array(fit.table.columns["standard_error"])
        np.testing.assert_allclose(value - half, fit.table.columns["lower"], atol=ROUND_OFF)


def test_the_supermodel_error_at_landmark_zero_is_the_first_coefficients() -> None:
    grid = (0.0, 40.0, 80.0, 120.0)
    cohort = patients(7)
    treated_at_once = replace(
        cohort, initiation=np.where(np.arange(cohort.n) % 9 == 0, 0.0, cohort.initiation)
    )
    for fit in landmark_supermodel(treated_at_once, grid, window=300.0, level=LEVEL):
        assert fit.table.columns["standard_error"][0] == pytest.approx(
            fit.robust_standard_errors[0]
        )


@pytest.mark.parametrize(("landmarks", "window"), [((30.0,), 100.0), (tuple(GRID), 0.0)])
def test_the_supermodel_refuses_too_little(landmarks: tuple[float, ...], window: float) -> None:
    with pytest.raises(AnalysisRefused) as refusal:
        landmark_supermodel(patients(8), landmarks, window=window, level=LEVEL)
    assert refusal.value.code == "TZ-EST-supermodel"


def test_two_landmarks_carry_the_constant_effect_only() -> None:
    found = landmark_supermodel(patients(9), (30.0, 60.0), window=200.0, level=LEVEL)
    assert [fit.name for fit in found] == ["ipl_constant"]
