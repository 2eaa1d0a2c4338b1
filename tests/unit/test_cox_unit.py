from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cox_rows import NOTHING, column, drawn, rows_of
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.maximise import maximise
from timezero.estimate.risk_sets import arrange, evaluate

DIFFERENCE = 1e-5
# Central differences of step 1e-5 lose about ten of sixteen digits and then their own square.
FINITE_DIFFERENCE = 1e-7
ROUND_OFF = 1e-12
BY_TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])

N = 40
DRAW = np.random.default_rng(20)
TIMES = DRAW.exponential(size=N) * 10.0
EVENT = DRAW.random(N) < 0.7
AGE = DRAW.normal(size=N)
ARM = (DRAW.random(N) < 0.5).astype(float)


def rows(**change: Any) -> Any:
    return rows_of(change.pop("exits", TIMES), change.pop("event", EVENT), **change)


def changed(values: np.ndarray, at: int, value: float) -> np.ndarray:
    new = values.astype(float)
    new[at] = value
    return new


@BY_TIES
@pytest.mark.parametrize("seed", range(4))
def test_gradient_and_information_are_derivatives(seed: int, ties: str) -> None:
    person_time, design = drawn(seed, 60, 3)
    sets = arrange(person_time, design, ties=ties)
    point = np.array([0.4, -0.3, 0.2])
    _, gradient, information = evaluate(sets, point)
    for j, step in enumerate(np.eye(3) * DIFFERENCE):
        up, down = evaluate(sets, point + step), evaluate(sets, point - step)
        slope = (up[0] - down[0]) / (2 * DIFFERENCE)
        assert gradient[j] == pytest.approx(slope, rel=FINITE_DIFFERENCE, abs=FINITE_DIFFERENCE)
        bend = (down[1] - up[1]) / (2 * DIFFERENCE)
        np.testing.assert_allclose(
            information[j], bend, rtol=FINITE_DIFFERENCE, atol=FINITE_DIFFERENCE
        )


@BY_TIES
def test_score_residuals_sum_to_the_gradient_at_zero_and_to_nothing_at_the_top(ties: Any) -> None:
    person_time, design = drawn(3, 80, 2)
    fit = fit_cox(person_time, design, ties=ties)
    size = np.abs(fit.score_residuals).sum()
    np.testing.assert_allclose(fit.score_residuals.sum(axis=0), 0.0, atol=ROUND_OFF * size)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"exits": changed(TIMES, 3, -1.0)}, "an exit before time zero"),
        ({"exits": changed(TIMES, 3, np.inf)}, "an exit that is missing or infinite"),
        ({"exits": changed(TIMES, 3, np.nan)}, "an exit that is missing or infinite"),
        ({"entry": changed(np.full(N, NOTHING), 3, np.nan)}, "an entry that is missing"),
        ({"entry": changed(np.full(N, NOTHING), 3, np.inf)}, "an entry that is missing"),
        ({"entry": changed(np.full(N, NOTHING), 3, TIMES[3])}, "an exit that is not after"),
        ({"entry": changed(np.full(N, NOTHING), 3, TIMES[3] + 1)}, "an exit that is not after"),
        ({"weight": changed(np.ones(N), 3, -1.0)}, "a weight that is negative"),
        ({"weight": changed(np.ones(N), 3, np.nan)}, "a weight that is negative, missing"),
    ],
)
def test_impossible_rows_are_refused_with_their_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        fit_cox(rows(**change), AGE[:, np.newaxis])
    assert said in refusal.value.what
    assert refusal.value.where == "row 4"


def test_a_row_shorter_than_the_distance_of_near_ties_is_refused() -> None:
    entry = np.full(N, NOTHING)
    event_row = int(np.flatnonzero(EVENT)[0])
    entry[event_row] = TIMES[event_row] * (1.0 - 1e-12)
    with pytest.raises(InputRefused, match="shorter than the relative distance"):
        fit_cox(rows(entry=entry), AGE[:, np.newaxis])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (changed(AGE, 2, np.nan), "age is missing in 1 of 40 rows"),
        (changed(AGE, 2, np.inf), "age has values beyond"),
        (AGE * 1e300, "age has values beyond"),
        (AGE * 1e-300, "age varies by less than"),
        (TIMES, "age is the time of exit itself"),
    ],
)
def test_unusable_covariates_are_refused_by_name(values: np.ndarray, said: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        fit_cox(rows(), values[:, np.newaxis], names=("age",))
    assert said in refusal.value.what


@pytest.mark.parametrize(
    ("design", "code"),
    [
        (AGE, "TZ-EST-design"),
        (AGE[:-1, None], "TZ-EST-design"),
        (np.empty((N, 0)), "TZ-EST-design"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(design: np.ndarray, code: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        fit_cox(rows(), design)
    assert refusal.value.code == code


def test_an_unknown_rule_for_ties_and_an_infinite_offset_are_refused() -> None:
    with pytest.raises(InputRefused, match="no rule for ties called 'exact'"):
        fit_cox(rows(), AGE[:, np.newaxis], ties="exact")  # type: ignore[arg-type]
    with pytest.raises(InputRefused, match="offset"):
        fit_cox(rows(), AGE[:, np.newaxis], offset=changed(np.zeros(N), 1, np.inf))


def refused(design: np.ndarray, names: tuple[str, ...], **change: Any) -> AnalysisRefused:
    with pytest.raises(AnalysisRefused) as refusal:
        fit_cox(rows(**change), design, names=names)
    return refusal.value


def test_no_events_are_refused() -> None:
    nothing = refused(AGE[:, np.newaxis], ("age",), event=np.zeros(N, bool))
    assert nothing.code == "TZ-EST-no-events"
    weightless = refused(AGE[:, np.newaxis], ("age",), weight=np.where(EVENT, 0.0, 1.0))
    assert weightless.code == "TZ-EST-no-events"


def test_a_constant_column_is_named() -> None:
    said = refused(np.column_stack([AGE, np.full(N, 0.1)]), ("age", "centre"))
    assert said.code == "TZ-EST-constant"
    assert said.what.startswith("centre takes one value")


def test_a_column_constant_within_strata_is_named() -> None:
    stratum = np.arange(N) % 2
    said = refused(np.column_stack([AGE, stratum]), ("age", "centre"), stratum=stratum)
    assert said.code == "TZ-EST-constant"
    assert said.what.startswith("centre ")


def test_a_column_constant_in_every_risk_set_is_named() -> None:
    # Two waves of patients who are never at risk together.
    early = rows_of([1, 2, 3, 11, 12, 13], [True] * 6, entry=[NOTHING] * 3 + [10.0] * 3)
    with pytest.raises(AnalysisRefused) as refusal:
        fit_cox(early, np.array([[1, 0], [0, 0], [1, 0], [1, 1], [0, 1], [1, 1.0]]))
    assert refusal.value.code == "TZ-EST-constant"
    assert refusal.value.what.startswith("column 2 ")


def test_the_collinear_set_is_named_and_no_other() -> None:
    design = np.column_stack([AGE, ARM, AGE - 3 * ARM + 2, DRAW.normal(size=N)])
    said = refused(design, ("age", "arm", "index", "free"))
    assert said.code == "TZ-EST-collinear"
    assert said.what.startswith("age, arm, index are collinear")


def test_a_monotone_likelihood_is_refused_and_no_number_is_given() -> None:
    without = EVENT & (ARM == 0.0)
    said = refused(np.column_stack([ARM, AGE]), ("arm", "age"), event=without)
    assert said.code == "TZ-EST-monotone"
    assert "arm" in said.what
    assert "age" not in said.what


def test_a_large_finite_effect_is_not_taken_for_an_infinite_one() -> None:
    # One treated patient in 400 dies, among the last at risk: a hazard ratio near 1/400.
    n = 400
    exits = np.arange(1.0, 2 * n + 1)
    arm = np.repeat([0.0, 1.0], n)
    event = arm == 0.0
    event[n] = True
    exits[n] = n - 1.5
    fit = fit_cox(rows_of(exits, event), arm[:, np.newaxis])
    assert fit.coefficients[0] < -4.0
    assert np.isfinite(fit.covariance[0, 0])


def test_one_patient_is_refused_in_words() -> None:
    with pytest.raises(AnalysisRefused, match="one value among all who are at risk"):
        fit_cox(rows_of([1.0], [True]), column(1.0))


def test_near_ties_are_ties_in_any_unit() -> None:
    days = np.array([365.0, 365.0, 730.0, 730.0, 1000.0, 1100.0])
    jitter = days * (1.0 + np.array([0.0, 2e-16, 0.0, 4e-16, 0.0, 0.0]))
    x = column(1, 0, 0.5, 1, 0, 0.2)
    event = [True] * 5 + [False]
    exact = fit_cox(rows_of(days, event), x).coefficients
    np.testing.assert_allclose(
        fit_cox(rows_of(jitter / 365.25, event), x).coefficients, exact, rtol=ROUND_OFF
    )


def test_newton_shortens_a_first_step_that_is_far_too_long() -> None:
    # A heavily skewed covariate on few distinct times.
    draw = np.random.default_rng(17)
    n = 20_000
    x = np.exp(2.0 * draw.normal(size=n))
    exits = np.ceil(48 * draw.random(n) ** (1.0 + np.minimum(x, 50.0)))
    fit = fit_cox(rows_of(np.maximum(exits, 1.0), draw.random(n) < 0.6), x[:, np.newaxis])
    assert fit.log_likelihood > fit.log_likelihood_null
    np.testing.assert_allclose(fit.score_residuals.sum(axis=0), 0.0, atol=1e-6 * x.sum())


def test_maximise_halves_steps_that_overshoot_or_leave_the_domain() -> None:
    def objective(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        # log b - b, whose information is stated thirty times too small.
        if b[0] <= 0.0:
            return np.nan, np.full(1, np.nan), np.full((1, 1), np.nan)
        value = float(np.log(b[0]) - b[0])
        return value, 1.0 / b - 1.0, np.diag(1.0 / b**2 / (30.0 if b[0] < 0.9 else 1.0))

    found = maximise(objective, np.array([0.2]))
    assert found.converged
    assert found.point[0] == pytest.approx(1.0, abs=ROUND_OFF)


def test_maximise_says_when_it_did_not_arrive() -> None:
    def slope(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        return -float(np.exp(-b[0])), np.exp(-b), np.exp(-b)[:, np.newaxis]

    found = maximise(slope, np.zeros(1), iterations=10)
    assert not found.converged


def test_offset_carries_a_known_effect() -> None:
    person_time, design = drawn(5, 80, 2)
    both = fit_cox(person_time, design)
    known = fit_cox(person_time, design[:, :1], offset=design[:, 1] * both.coefficients[1])
    assert known.coefficients[0] == pytest.approx(both.coefficients[0], rel=ROUND_OFF * 100)


def test_robust_covariance_is_nan_when_not_asked_for() -> None:
    fit = fit_cox(rows(), AGE[:, np.newaxis], cluster=False)
    assert np.isnan(fit.robust_covariance).all()
