"""The bootstraps of sequential trials against resamples written out with relabelled copies."""

from __future__ import annotations

import numpy as np
import pytest

from confounded_patients import confounded
from timezero.arrays import Bools, Floats
from timezero.estimate.bootstrap import copies_of_patients
from timezero.estimate.trial_effects import (
    TrialEffects,
    resampled_numbers,
    trial_effects,
    unweighted_protocol,
)
from timezero.estimate.trial_sequence import trial_sequence, weighted_per_protocol
from timezero.model.person_periods import PersonPeriods
from written_out_trials import design_of, expanded, logistic, survival

HORIZONS = (4.0, 9.5)
REPLICATES = range(4)


@pytest.fixture(scope="module")
def periods() -> PersonPeriods:
    return confounded(120, seed=4, n_periods=14, rate=0.06).periods


@pytest.fixture(scope="module")
def effects(periods: PersonPeriods) -> TrialEffects:
    return trial_effects(trial_sequence(periods), width=1.0)


def relabelled(periods: PersonPeriods, copies: Floats) -> PersonPeriods:
    """Return the resample as a table in which each copy is a patient of its own."""
    drawn = np.repeat(np.arange(copies.size), copies.astype(np.int64))
    take = np.concatenate([np.arange(periods.first[j], periods.first[j + 1]) for j in drawn])
    lengths = np.diff(periods.first)[drawn]
    return PersonPeriods(
        first=np.concatenate([[0], np.cumsum(lengths)]),
        patient=np.arange(drawn.size),
        period=periods.period[take],
        treated=periods.treated[take],
        eligible=periods.eligible[take],
        event=periods.event[take],
        competing=periods.competing[take],
        lost=periods.lost[take],
        columns=periods.columns[take],
        names=periods.names,
        varying=periods.varying,
        width=periods.width,
        origin=periods.origin,
        event_order=periods.event_order,
    )


def models_as_fitted(
    periods: PersonPeriods, effects: TrialEffects
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return unscaled columns of trials, basis, and designs of the treatment models, all rows."""
    trials, models = effects.sequence.trials, effects.sequence.models
    assert models is not None
    p = trials.columns.shape[1]
    columns = np.full((periods.n_rows, p - 2), np.nan)
    columns[trials.start] = trials.columns[:, 2:] * trials.scale[2:p] + trials.shift[2:p]
    basis = trials.basis * trials.scale[p:] + trials.shift[p:]
    numerator = np.column_stack([np.ones(models.switch.rows.size), models.switch.numerator])
    denominator = np.column_stack([np.ones(models.switch.rows.size), models.switch.denominator])
    return columns, basis, numerator, denominator, models.switch.rows


def stepped_logistic(
    design: Floats, outcome: Bools, beta: Floats, inverse: Floats, copies: Floats
) -> Floats:
    """Return one Newton step from a fit: all rows' information, the resample's score."""
    mu = 1.0 / (1.0 + np.exp(-design @ beta))
    return beta + inverse @ (design.T @ (copies * (outcome - mu)))


@pytest.mark.parametrize("replicate", REPLICATES)
def test_lef_bootstrap_is_one_newton_step_of_the_rows_written_out(
    periods: PersonPeriods, effects: TrialEffects, replicate: int
) -> None:
    copies = copies_of_patients(periods.n_patients, seed=3, replicate=replicate).astype(float)
    columns, basis, numerator, denominator, rows = models_as_fitted(periods, effects)
    owner = np.repeat(np.arange(periods.n_patients), np.diff(periods.first))
    treated = periods.treated[rows]
    chances = []
    for design in (numerator, denominator):
        beta, inverse = logistic(design, treated, np.ones(treated.size))
        moved = stepped_logistic(design, treated, beta, inverse, copies[owner[rows]])
        chance = 1.0 / (1.0 + np.exp(-design @ moved))
        chances.append(np.where(treated, chance, 1.0 - chance))
    step = np.ones(periods.n_rows)
    step[rows] = chances[0] / chances[1]
    found = resampled_numbers(effects, copies, HORIZONS, how="lef_bootstrap")
    starts = periods.eligible
    for place, until_switch in enumerate((True, False)):
        full = expanded(
            periods.first,
            starts,
            periods.treated,
            periods.event,
            step if until_switch else np.ones(periods.n_rows),
            until_switch=until_switch,
            longest=basis.shape[1],
        )
        as_fitted = effects.protocol if until_switch else effects.intention
        design = design_of(full, columns, basis)
        mu = 1.0 / (1.0 + np.exp(-design @ as_fitted.coefficients))
        weight = copies[full.patient] * full.weight
        moved = as_fitted.coefficients + as_fitted.covariance @ (
            design.T @ (weight * (full.event - mu))
        )
        assert found[place] == pytest.approx(moved[1], rel=1e-8, abs=1e-8)
        target = effects.sequence.target
        curves = survival(
            columns[effects.sequence.trials.start[target]],
            basis,
            moved,
            copies[effects.sequence.target_patient],
        )
        difference = np.interp(9.5, np.arange(15.0), np.r_[1.0, curves[1]]) - np.interp(
            9.5, np.arange(15.0), np.r_[1.0, curves[0]]
        )
        assert found[2 + 4 * place + 1] == pytest.approx(difference, rel=1e-7, abs=1e-9)
        ends = np.linspace(0.0, 9.5, 95_001)
        lived = [
            np.trapezoid(np.interp(ends, np.arange(15.0), np.r_[1.0, curves[a]]), ends)
            for a in (0, 1)
        ]
        assert found[2 + 4 * place + 3] == pytest.approx(lived[1] - lived[0], abs=1e-6)
        if until_switch:
            np.testing.assert_allclose(found[10:], curves.ravel(), rtol=1e-8)


@pytest.mark.parametrize("replicate", REPLICATES)
def test_person_bootstrap_is_a_fit_to_the_resample_with_copies_relabelled(
    periods: PersonPeriods, effects: TrialEffects, replicate: int
) -> None:
    """Splines keep their knots, so the copies are laid into the sequence as it was arranged."""
    copies = copies_of_patients(periods.n_patients, seed=3, replicate=replicate).astype(float)
    columns, basis, _, _, rows = models_as_fitted(periods, effects)
    resample = relabelled(periods, copies)
    drawn = np.repeat(np.arange(copies.size), copies.astype(np.int64))
    take = np.concatenate([np.arange(periods.first[j], periods.first[j + 1]) for j in drawn])
    models = effects.sequence.models
    assert models is not None
    place = np.full(periods.n_rows, -1)
    place[rows] = np.arange(rows.size)
    copied = np.flatnonzero(place[take] >= 0)
    chances = []
    for part in (models.switch.numerator, models.switch.denominator):
        design = np.column_stack([np.ones(copied.size), part[place[take][copied]]])
        treated = resample.treated[copied]
        beta, _ = logistic(design, treated, np.ones(copied.size))
        chance = 1.0 / (1.0 + np.exp(-design @ beta))
        chances.append(np.where(treated, chance, 1.0 - chance))
    step = np.ones(resample.n_rows)
    step[copied] = chances[0] / chances[1]
    found = resampled_numbers(effects, copies, HORIZONS, how="person_bootstrap")
    for k, until_switch in enumerate((True, False)):
        full = expanded(
            resample.first,
            resample.eligible,
            resample.treated,
            resample.event,
            step if until_switch else np.ones(resample.n_rows),
            until_switch=until_switch,
            longest=basis.shape[1],
        )
        design = design_of(full, columns[take], basis)
        beta, _ = logistic(design, full.event, full.weight)
        # A resample is fitted until steps are shorter than a hundred-thousandth.
        assert found[k] == pytest.approx(beta[1], abs=1e-5)


def test_a_resample_of_everybody_once_gives_the_estimates(effects: TrialEffects) -> None:
    once = np.ones(effects.sequence.trials.n_patients)
    for how in ("lef_bootstrap", "person_bootstrap"):
        found = resampled_numbers(effects, once, HORIZONS, how=how)
        assert found[0] == pytest.approx(effects.protocol.log_odds_ratio, abs=1e-9)
        assert found[1] == pytest.approx(effects.intention.log_odds_ratio, abs=1e-9)


def test_lef_bootstrap_standard_error_is_near_that_of_refitting(effects: TrialEffects) -> None:
    """Both estimate one spread; with 200 resamples each is known to a twentieth."""
    n = effects.sequence.trials.n_patients
    spread = {}
    for how in ("lef_bootstrap", "person_bootstrap"):
        numbers = [
            resampled_numbers(
                effects, copies_of_patients(n, seed=1, replicate=r).astype(float), HORIZONS, how=how
            )[:2]
            for r in range(200)
        ]
        spread[how] = np.std(numbers, axis=0)
    np.testing.assert_allclose(spread["lef_bootstrap"], spread["person_bootstrap"], rtol=0.2)


def test_weights_change_what_is_estimated_per_protocol(effects: TrialEffects) -> None:
    """Severity prompts treatment: those who stay out are fitter, and count for more when ill."""
    assert unweighted_protocol(effects).log_odds_ratio != effects.protocol.log_odds_ratio
    capped = weighted_per_protocol(effects.sequence, quantile=0.9)
    assert capped.cap < np.inf
