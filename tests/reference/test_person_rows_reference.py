"""Models fitted with own columns once a patient are the models fitted row by row."""

from __future__ import annotations

import numpy as np
import pytest

from period_patients import periods_of
from timezero.estimate._g_models import GModel
from timezero.estimate._person_rows import fit_person_rows
from timezero.estimate.g_formula import g_data
from timezero.estimate.pooled_logistic import fit_logistic


def model_of(n: int, seed: int) -> GModel:
    return g_data(periods_of(n, 12, seed=seed, history="numeric"), horizon=12.0).event


def written_out(model: GModel) -> np.ndarray:
    owner = np.repeat(np.arange(model.rows.persons.shape[0]), np.diff(model.rows.first))
    return np.column_stack([model.rows.persons[owner], model.rows.rows[:, 1:]])


def ours_in_their_order(model: GModel, beta: np.ndarray) -> np.ndarray:
    p = model.rows.persons.shape[1]
    return np.concatenate([[beta[p]], beta[:p], beta[p + 1 :]])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coefficients_and_information_are_those_of_the_rows(seed: int) -> None:
    model = model_of(150, seed)
    names = tuple(n for n in model.rows.names if n != "(intercept)")
    theirs = fit_logistic(written_out(model), model.rows.outcome, names=names)
    ours = fit_person_rows(model.rows, np.ones(150))
    found = ours_in_their_order(model, ours.beta)
    np.testing.assert_allclose(found, theirs.coefficients, rtol=1e-9, atol=1e-10)
    variance = np.diag(np.linalg.inv(ours.information))
    np.testing.assert_allclose(
        ours_in_their_order(model, variance), np.diag(theirs.covariance), rtol=1e-8
    )


def test_a_patient_drawn_twice_is_two_patients() -> None:
    model = model_of(120, 4)
    drawn = np.random.default_rng(1).integers(0, 120, 120)
    copies = np.bincount(drawn, minlength=120).astype(np.float64)
    start = fit_person_rows(model.rows, np.ones(120))
    weighted = fit_person_rows(model.rows, copies, start=start)
    rows = np.concatenate([np.arange(model.rows.first[j], model.rows.first[j + 1]) for j in drawn])
    names = tuple(n for n in model.rows.names if n != "(intercept)")
    theirs = fit_logistic(written_out(model)[rows], model.rows.outcome[rows], names=names)
    np.testing.assert_allclose(
        ours_in_their_order(model, weighted.beta), theirs.coefficients, rtol=1e-5, atol=1e-6
    )


def test_firths_coefficients_with_as_many_events_expected_as_seen() -> None:
    model = model_of(60, 7)
    treated = model.rows.rows[:, len(model.clock[0])] == 1.0
    perfect = type(model.rows)(
        first=model.rows.first,
        persons=model.rows.persons,
        rows=model.rows.rows,
        used=model.rows.used,
        outcome=model.rows.outcome & ~treated,
        names=model.rows.names,
        where="the model of the event",
    )
    names = tuple(n for n in perfect.names if n != "(intercept)")
    theirs = fit_logistic(written_out(model), perfect.outcome, names=names)
    ours = fit_person_rows(perfect, np.ones(60))
    assert theirs.penalised
    assert ours.penalised
    found = ours_in_their_order(model, ours.beta)
    np.testing.assert_allclose(found[1:], theirs.coefficients[1:], rtol=1e-6)
    expected = 1.0 / (1.0 + np.exp(-(found[0] + written_out(model) @ found[1:])))
    assert expected.sum() == pytest.approx(perfect.outcome.sum(), abs=1e-8)
    plain = theirs.probabilities(written_out(model)).sum()
    assert plain > perfect.outcome.sum() + 0.5
