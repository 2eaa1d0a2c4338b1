"""Sequential trials agree with their rows written out, whatever the panel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.sequential_trials import fit_trials, refit_trials
from timezero.estimate.standardised_risk import standardised_survival
from timezero.estimate.treatment_weights import fit_switching, switch_rows, weight_steps
from timezero.estimate.trial_rows import (
    Trials,
    counts_of,
    make_trials,
    per_protocol,
    truncated,
)
from written_out_trials import design_of, expanded, logistic, sandwich, survival

SEEDS = range(6)
AGREE = 1e-8


@dataclass(frozen=True)
class Panel:
    """Random patients who start and stop treatment."""

    first: Ints
    starts: Bools
    treated: Bools
    event: Bools
    period: Floats
    columns: Floats
    basis: Floats


def a_panel(seed: int, *, absorbing: bool = False, n: int = 60) -> Panel:
    """Draw histories of up to nine periods with a drifting covariate."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, float, float, bool, bool, bool]] = []
    first = [0]
    for _ in range(n):
        fixed, drift, on = rng.normal(), rng.normal(), False
        for k in range(int(rng.integers(1, 10))):
            drift = 0.7 * drift + 0.3 * fixed + rng.normal(0.0, 0.6)
            chance = 1.0 / (1.0 + np.exp(1.5 - 0.8 * drift - 3.0 * on))
            on = bool(rng.random() < chance) or (absorbing and on)
            hit = bool(rng.random() < 1.0 / (1.0 + np.exp(2.3 - 0.6 * drift + 0.5 * on)))
            rows.append((float(k), fixed, drift, on, hit, bool(rng.random() < 0.8)))
            if hit:
                break
        first.append(len(rows))
    period, fixed_column, drift_column, treated, event, eligible = map(
        np.array, zip(*rows, strict=True)
    )
    if absorbing:
        before = np.concatenate([[False], treated[:-1]])
        before[np.array(first[:-1])] = False
        eligible = ~before
    k = np.arange(9.0)
    return Panel(
        first=np.array(first),
        starts=eligible,
        treated=treated,
        event=event,
        period=period,
        columns=np.column_stack([period, fixed_column, drift_column]),
        basis=np.stack([np.column_stack([k, k**2])] * 2),
    )


def trials_of(panel: Panel) -> Trials:
    """Arrange a panel."""
    return make_trials(
        first=panel.first,
        starts=panel.starts,
        treated=panel.treated,
        event=panel.event,
        columns=(panel.columns, ("time", "fixed", "drift")),
        follow_up=(panel.basis, ("follow-up", "follow-up squared")),
    )


def steps_of(panel: Panel, copies: Floats | None = None) -> Floats:
    """Fit who changes treatment, from either state, and return the weights' steps."""
    step = np.ones(panel.treated.size)
    known = np.ones(panel.treated.size, dtype=np.bool_)
    for came_from in (False, True):
        switch = switch_rows(
            panel.first,
            panel.treated,
            known,
            came_from=came_from,
            numerator=(panel.columns[:, :2], ("time", "fixed")),
            denominator=(panel.columns, ("time", "fixed", "drift")),
        )
        models = fit_switching(switch, panel.first.size - 1, copies=copies)
        weight_steps(switch, (models.numerator.coefficients, models.denominator.coefficients), step)
    return step


def written_out(panel: Panel, *, until_switch: bool, cap: float = np.inf):
    """Fit the same model to the expanded table."""
    step = steps_of(panel) if until_switch else np.ones(panel.treated.size)
    rows = expanded(
        panel.first,
        panel.starts,
        panel.treated,
        panel.event,
        step,
        until_switch=until_switch,
        longest=panel.basis.shape[1],
    )
    design = design_of(rows, panel.columns, panel.basis)
    weight = np.minimum(rows.weight, cap)
    beta, inverse = logistic(design, rows.event, weight)
    return rows, beta, sandwich(design, rows, weight, beta, inverse)


def analysed(panel: Panel, *, until_switch: bool) -> Trials:
    """Arrange a panel for one of the two analyses."""
    trials = trials_of(panel)
    return per_protocol(trials).weighted(steps_of(panel)) if until_switch else trials


@pytest.mark.parametrize("until_switch", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_fit_trials_agrees_with_rows_written_out_in_value_and_standard_error(
    seed: int, until_switch: bool
) -> None:
    panel = a_panel(seed)
    rows, beta, robust = written_out(panel, until_switch=until_switch)
    trials = analysed(panel, until_switch=until_switch)
    fit = fit_trials(trials)
    np.testing.assert_allclose(fit.coefficients, beta, rtol=AGREE, atol=AGREE)
    np.testing.assert_allclose(
        np.sqrt(np.diag(fit.robust_covariance)), np.sqrt(np.diag(robust)), rtol=AGREE
    )
    counts = counts_of(trials)
    assert counts.n_rows == rows.row.size
    assert counts.mean_weight == pytest.approx(rows.weight.mean(), rel=1e-12)
    assert (counts.smallest, counts.largest) == pytest.approx(
        (rows.weight.min(), rows.weight.max()), rel=1e-12
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_truncation_of_trials_is_the_quantile_of_the_rows_written_out(seed: int) -> None:
    panel = a_panel(seed)
    rows, _, _ = written_out(panel, until_switch=True)
    cap = float(np.quantile(rows.weight, 0.9))
    trials = truncated(analysed(panel, until_switch=True), 0.9)
    assert trials.cap == pytest.approx(cap, rel=1e-12)
    _, beta, robust = written_out(panel, until_switch=True, cap=cap)
    fit = fit_trials(trials)
    np.testing.assert_allclose(fit.coefficients, beta, rtol=AGREE, atol=AGREE)
    np.testing.assert_allclose(fit.robust_covariance, robust, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_penalised_trials_agree_with_rows_written_out(seed: int) -> None:
    panel = a_panel(seed, n=40)
    rows = expanded(
        panel.first,
        panel.starts,
        panel.treated,
        panel.event,
        np.ones(panel.treated.size),
        until_switch=False,
        longest=9,
    )
    design = design_of(rows, panel.columns, panel.basis)
    beta, _ = logistic(design, rows.event, np.ones(rows.row.size), firth=True)
    fit = fit_trials(trials_of(panel), penalised=True)
    assert fit.penalised
    np.testing.assert_allclose(fit.coefficients, beta, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("until_switch", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_patient_drawn_twice_is_two_patients(seed: int, until_switch: bool) -> None:
    """Copies relabelled: the commonest published error of bootstraps of trials."""
    panel = a_panel(seed)
    rng = np.random.default_rng(seed)
    copies = rng.integers(0, 3, panel.first.size - 1)
    drawn = np.repeat(np.arange(copies.size), copies)
    take = np.concatenate([np.arange(panel.first[j], panel.first[j + 1]) for j in drawn])
    lengths = np.diff(panel.first)[drawn]
    twice = replace(
        panel,
        first=np.concatenate([[0], np.cumsum(lengths)]),
        starts=panel.starts[take],
        treated=panel.treated[take],
        event=panel.event[take],
        columns=panel.columns[take],
        period=panel.period[take],
    )
    times = copies.astype(np.float64)
    once = trials_of(panel)
    if until_switch:
        once = truncated(per_protocol(once).weighted(steps_of(panel, times)), 0.95, copies=times)
        relabelled = truncated(per_protocol(trials_of(twice)).weighted(steps_of(twice)), 0.95)
        assert once.cap == pytest.approx(relabelled.cap, rel=1e-9)
    else:
        relabelled = trials_of(twice)
    mine, theirs = fit_trials(once, copies=times), fit_trials(relabelled)
    np.testing.assert_allclose(mine.coefficients, theirs.coefficients, rtol=AGREE, atol=AGREE)
    np.testing.assert_allclose(
        mine.robust_covariance, theirs.robust_covariance, rtol=1e-7, atol=1e-9
    )
    again = refit_trials(once, copies=times, start=np.zeros(once.n_coefficients))
    np.testing.assert_allclose(again, mine.scaled, rtol=2e-5, atol=2e-5)
    np.testing.assert_array_equal(counts_of(once, times).rows, counts_of(relabelled).rows)
    np.testing.assert_array_equal(counts_of(once, times).events, counts_of(relabelled).events)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_patients_does_not_matter(seed: int) -> None:
    panel = a_panel(seed)
    order = np.random.default_rng(seed).permutation(panel.first.size - 1)
    take = np.concatenate([np.arange(panel.first[j], panel.first[j + 1]) for j in order])
    other = replace(
        panel,
        first=np.concatenate([[0], np.cumsum(np.diff(panel.first)[order])]),
        starts=panel.starts[take],
        treated=panel.treated[take],
        event=panel.event[take],
        columns=panel.columns[take],
        period=panel.period[take],
    )
    mine = fit_trials(analysed(panel, until_switch=True))
    theirs = fit_trials(analysed(other, until_switch=True))
    np.testing.assert_allclose(mine.coefficients, theirs.coefficients, rtol=AGREE, atol=AGREE)
    np.testing.assert_allclose(mine.robust_covariance, theirs.robust_covariance, rtol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_standardised_survival_agrees_with_people_one_by_one(seed: int) -> None:
    panel = a_panel(seed)
    trials = trials_of(panel)
    fit = fit_trials(trials)
    target = trials.trial_first[:-1][np.diff(trials.trial_first) > 0]
    weight = np.random.default_rng(seed).integers(0, 3, target.size).astype(np.float64)
    found = standardised_survival(
        trials, fit.scaled, target=target, weight=weight, width=1.0, with_gradient=True
    )
    expected = survival(panel.columns[trials.start[target]], panel.basis, fit.coefficients, weight)
    np.testing.assert_allclose(found.survival, expected, rtol=1e-10)
    step = 1e-6
    for p in range(fit.scaled.size):
        moved = [fit.scaled + sign * step * np.eye(fit.scaled.size)[p] for sign in (1.0, -1.0)]
        up, down = (
            standardised_survival(trials, b, target=target, weight=weight, width=1.0).survival
            for b in moved
        )
        np.testing.assert_allclose(
            found.gradient[:, :, p], (up - down) / (2 * step), rtol=1e-5, atol=1e-8
        )


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timezero.estimate.sequential_trials.PATIENTS_IN_A_BLOCK", 7)
    trials = analysed(a_panel(3), until_switch=True)
    one, four = fit_trials(trials, workers=1), fit_trials(trials, workers=4)
    np.testing.assert_array_equal(one.coefficients, four.coefficients)
    np.testing.assert_array_equal(one.robust_covariance, four.robust_covariance)


@pytest.mark.parametrize("seed", SEEDS)
def test_absorbing_treatment_stops_changing_the_weight(seed: int) -> None:
    panel = a_panel(seed, absorbing=True)
    step = np.ones(panel.treated.size)
    switch = switch_rows(
        panel.first,
        panel.treated,
        np.ones(panel.treated.size, dtype=np.bool_),
        came_from=False,
        numerator=(panel.columns[:, :2], ("time", "fixed")),
        denominator=(panel.columns, ("time", "fixed", "drift")),
    )
    models = fit_switching(switch, panel.first.size - 1)
    weight_steps(switch, (models.numerator.coefficients, models.denominator.coefficients), step)
    trials = per_protocol(trials_of(panel)).weighted(step)
    weight, arm, _ = trials.weights_at(2)
    np.testing.assert_allclose(weight[arm == 1], 1.0, rtol=1e-15)
    assert np.std(weight[arm == 0]) > 0.0
