from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cox_rows import drawn, rows_of
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.firth import _penalised, fit_firth
from timezero.estimate.likelihood_root import profile_limits
from timezero.estimate.risk_sets import arrange
from timezero.estimate.tied_steps import steps_of

DIFFERENCE = 1e-4
# Fourth-order differences of step 1e-4 leave round-off of about 1e-16 * value / 1e-4.
FINITE_DIFFERENCE = 1e-9
ROOT = 1e-9
BY_TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


@BY_TIES
@pytest.mark.parametrize("seed", range(4))
def test_gradient_of_the_penalty_is_its_derivative(seed: int, ties: str) -> None:
    rows, design = drawn(seed, 40, 3)
    sets = arrange(rows, design, ties=ties)
    steps = steps_of(sets)
    point = np.array([0.3, -0.5, 0.1])

    def height(at: np.ndarray) -> float:
        return _penalised(sets, steps, at)[0]

    gradient = _penalised(sets, steps, point)[1]
    for j, h in enumerate(np.eye(3) * DIFFERENCE):
        near = height(point + h) - height(point - h)
        far = height(point + 2 * h) - height(point - 2 * h)
        slope = (8 * near - far) / (12 * DIFFERENCE)
        assert gradient[j] == pytest.approx(slope, rel=FINITE_DIFFERENCE, abs=FINITE_DIFFERENCE)


@BY_TIES
def test_firth_is_finite_when_one_arm_has_no_events(ties: Any) -> None:
    rows, design = drawn(8, 50, 2, weighted=False)
    arm = (design[:, 0] > 0).astype(float)
    event = rows.event & (arm == 0.0)
    rows = rows_of(rows.exit, event, entry=rows.entry)
    design = np.column_stack([arm, design[:, 1]])
    with pytest.raises(AnalysisRefused, match="monotone"):
        fit_cox(rows, design, ties=ties)
    fit = fit_firth(rows, design, ties=ties)
    assert np.all(np.isfinite([fit.coefficients, fit.lower, fit.upper, fit.p_values]))
    assert fit.coefficients[0] < 0.0
    assert fit.upper[0] < 0.0


def test_limits_lie_where_the_penalised_likelihood_has_fallen_enough() -> None:
    rows, design = drawn(2, 30, 1)
    fit = fit_firth(rows, design, level=0.9)
    sets = arrange(rows, design, ties="efron")
    steps = steps_of(sets)
    scale = float(sets.scale[0])
    top = _penalised(sets, steps, fit.coefficients * scale)[0]
    for limit in (fit.lower, fit.upper):
        fall = 2.0 * (top - _penalised(sets, steps, limit * scale)[0])
        assert fall == pytest.approx(2.705543454095404, rel=ROOT)


def test_statistic_is_twice_the_rise_for_a_single_column() -> None:
    rows, design = drawn(4, 30, 1)
    fit = fit_firth(rows, design)
    rise = 2.0 * (fit.log_likelihood - fit.log_likelihood_null)
    assert fit.statistics[0] == pytest.approx(rise, rel=ROOT)


def test_only_the_wanted_columns_get_intervals() -> None:
    rows, design = drawn(6, 60, 3)
    some = fit_firth(rows, design, columns=(1,))
    assert np.isnan(some.lower).tolist() == [True, False, True]
    assert some.lower[1] == pytest.approx(fit_firth(rows, design).lower[1], rel=ROOT)


def test_limits_of_a_parabola() -> None:
    def parabola(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        return -float(b[0] ** 2), -2.0 * b, np.full((1, 1), 2.0)

    lower, upper = profile_limits(parabola, np.zeros(1), column=0, level=0.95, step=0.1)
    assert (lower, upper) == pytest.approx((-1.3859038243496777, 1.3859038243496777), rel=ROOT)
