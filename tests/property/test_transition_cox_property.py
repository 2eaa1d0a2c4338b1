"""Coefficients of a transition in resamples: their spread is the robust standard error."""

from __future__ import annotations

import numpy as np
import pytest

from multi_state_patients import random_cohort
from timezero.align.transitions import transitions_from, treated_against_untreated
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.person_bootstrap import person_bootstrap
from timezero.estimate.transition_cox import transition_model, varying
from timezero.estimate.transition_hazards import moves_of


def test_spread_of_resamples_is_the_robust_standard_error() -> None:
    cohort = random_cohort(3, n=300)
    rows = transitions_from(cohort, np.zeros(300), "time zero")
    age = np.random.default_rng(3).normal(size=(300, 1))
    design = np.column_stack([rows.source.astype(np.float64), age[rows.patient]])
    model = transition_model(
        rows, design, times=moves_of(rows).times, target=2, sources=(0, 1), stratified=False
    )
    plain = fit_cox(treated_against_untreated(rows), design)
    found = model.fit(np.ones(model.patient.size))
    np.testing.assert_allclose(found / model.scale, plain.coefficients, rtol=1e-9)
    drawn = person_bootstrap(
        lambda copies: (
            model.fit(copies[model.patient].astype(np.float64), start=found) / model.scale
        ),
        n_patients=300,
        n_numbers=2,
        replicates=500,
        seed=5,
    )
    standard_error = np.sqrt(np.diag(plain.robust_covariance))
    np.testing.assert_allclose(drawn.std(axis=0, ddof=1), standard_error, rtol=0.15)


def test_a_likelihood_that_rises_for_ever_is_refused() -> None:
    cohort = random_cohort(3, n=60)
    rows = transitions_from(cohort, np.zeros(60), "time zero")
    foretold = (rows.target == 2).astype(np.float64)[:, np.newaxis]
    model = transition_model(
        rows, foretold, times=moves_of(rows).times, target=2, sources=(0, 1), stratified=True
    )
    with pytest.raises(AnalysisRefused, match="no finite coefficients"):
        model.fit(np.ones(model.patient.size))


def test_columns_that_carry_nothing_are_left_out() -> None:
    column = np.array([1.0, 2.0, 4.0, 7.0])
    design = np.column_stack([column, np.ones(4), 2.0 * column + 1.0, column**2])
    everybody = np.ones(4, dtype=np.bool_)
    assert varying(design, everybody).tolist() == [0, 3]
    assert varying(design, np.zeros(4, dtype=np.bool_)).tolist() == []
