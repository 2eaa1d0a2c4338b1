"""What must not change a marginal structural Cox model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confounded_patients import Confounded, cohort_of, confounded, periods_of
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.marginal_structural_cox import (
    fit_marginal_structural_cox,
    marginal_structural_replicate,
)

SEEDS = st.integers(0, 500)
FEW = settings(max_examples=12, deadline=None)
SAME = 1e-7


def sample(seed: int, **more: float) -> Confounded:
    return confounded(120, seed=seed, n_periods=12, rate=0.1, **more)  # type: ignore[arg-type]


@FEW
@given(seed=SEEDS)
def test_without_covariates_all_weights_are_one(seed: int) -> None:
    who = sample(seed)
    bare = replace(who.periods, columns=np.empty((who.periods.n_rows, 0)), names=(), varying=())
    fit = fit_marginal_structural_cox(replace(who, periods=bare).data())
    np.testing.assert_allclose(fit.weight, 1.0, rtol=1e-7)
    assert fit.log_hazard_ratio == pytest.approx(fit.unweighted, abs=SAME)
    assert fit.standard_error_known_weights == pytest.approx(fit.unweighted_error, rel=1e-6)
    assert fit.standard_error == pytest.approx(fit.unweighted_error, rel=1e-4)


@FEW
@given(seed=SEEDS)
def test_unweighted_is_the_model_of_treatment_as_it_happened(seed: int) -> None:
    who = sample(seed)
    fit = fit_marginal_structural_cox(who.data())
    rows = time_varying(who.cohort)
    arm = rows.arm.astype(np.float64)[:, np.newaxis]
    known = fit_cox(rows, arm)
    assert fit.unweighted == pytest.approx(known.coefficients[0], abs=1e-9)
    robust = float(np.sqrt(known.robust_covariance[0, 0]))
    assert fit.unweighted_error == pytest.approx(robust, rel=1e-8)


@FEW
@given(seed=SEEDS, factor=st.sampled_from([1e-3, 30.4375, 12.0]))
def test_unit_of_time(seed: int, factor: float) -> None:
    who = sample(seed)
    cohort = cohort_of(who.cohort.exit * factor, who.cohort.event, who.cohort.initiation * factor)
    scaled = replace(
        who,
        cohort=cohort,
        periods=replace(who.periods, width=who.periods.width * factor),
    )
    one, other = (fit_marginal_structural_cox(w.data()) for w in (who, scaled))
    assert other.log_hazard_ratio == pytest.approx(one.log_hazard_ratio, abs=SAME)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-5)


@FEW
@given(seed=SEEDS)
def test_order_of_patients_and_units_of_covariates(seed: int) -> None:
    who = sample(seed)
    order = np.random.default_rng(seed).permutation(who.cohort.n)
    cohort = cohort_of(
        who.cohort.exit[order], who.cohort.event[order], who.cohort.initiation[order]
    )
    age, severity = 40.0 + 7.0 * who.age[order], -0.01 * who.severity[order]
    periods = periods_of(cohort, age, severity, width=1.0, event_order="treatment_first")
    moved = Confounded(
        cohort=cohort, periods=periods, origin=who.origin, age=age, severity=severity
    )
    one, other = (fit_marginal_structural_cox(w.data()) for w in (who, moved))
    assert other.log_hazard_ratio == pytest.approx(one.log_hazard_ratio, abs=SAME)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-5)
    np.testing.assert_allclose(other.influence, one.influence[order], atol=1e-6)


@FEW
@given(seed=SEEDS)
def test_everybody_twice_changes_nothing(seed: int) -> None:
    who = sample(seed)
    data = who.data("breslow")
    fit = fit_marginal_structural_cox(data)
    again = marginal_structural_replicate(data, fit)
    found = again(np.full(who.cohort.n, 2, dtype=np.int64))
    assert found == pytest.approx([fit.log_hazard_ratio, fit.unweighted], abs=SAME)


@FEW
@given(seed=SEEDS)
def test_stabilised_weights_average_one_and_stay_after_treatment(seed: int) -> None:
    who = sample(seed)
    data = who.data()
    fit = fit_marginal_structural_cox(data)
    through = fit.models.log_weight[1:]
    assert np.exp(through).mean() == pytest.approx(1.0, abs=0.35)
    treated_before = data.initiation.place < 0
    earlier = np.roll(through, 1)
    assert np.array_equal(through[treated_before], earlier[treated_before])


@FEW
@given(seed=SEEDS, quantile=st.sampled_from([0.9, 0.95, 0.99]))
def test_truncation_only_lowers_weights(seed: int, quantile: float) -> None:
    data = sample(seed).data()
    whole = fit_marginal_structural_cox(data)
    cut = fit_marginal_structural_cox(data, truncate=quantile, models=whole.models)
    assert np.all(cut.weight <= whole.weight)
    assert cut.weight.max() <= cut.largest_weight
    assert cut.largest_weight <= whole.largest_weight
    assert cut.effective.sum() >= whole.effective.sum() - 1e-9


def test_where_everybody_treated_lives_there_is_no_finite_answer() -> None:
    who = sample(3)
    event = who.cohort.event & np.isnan(who.cohort.initiation)
    cohort = cohort_of(who.cohort.exit, event, who.cohort.initiation)
    periods = periods_of(cohort, who.age, who.severity, width=1.0, event_order="treatment_first")
    none = replace(who, cohort=cohort, periods=periods)
    with pytest.raises(AnalysisRefused, match="monotone"):
        fit_marginal_structural_cox(none.data())
    data = who.data()
    again = marginal_structural_replicate(data, fit_marginal_structural_cox(data))
    dead = np.where(who.cohort.event & ~np.isnan(who.cohort.initiation), 0, 1).astype(np.int64)
    assert again(dead)[0] == -np.inf
