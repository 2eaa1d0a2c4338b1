"""Means and spreads of the covariates in each risk set, one step for each tied event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate.risk_sets import RiskSets
from timezero.kernels.partial_likelihood import risk_set_sums


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """The terms of the log denominator: with Efron's rule each tied event is a step of its own.

    Parameters
    ----------
    when : (n_steps,) int64
        Event time of each step.
    gone : (n_steps,) float64
        Share of the tied events already discounted; 0 with Breslow's rule.
    share : (n_steps,) float64
        Weight of each step.
    """

    when: Ints
    gone: Floats
    share: Floats


def steps_of(sets: RiskSets) -> Steps:
    """Return the steps of the partial likelihood, in the order of the event times."""
    event_at = sets.last[sets.event] - 1
    n_tied = np.bincount(event_at, minlength=sets.begins.size)
    weight_tied = np.bincount(event_at, weights=sets.weight[sets.event], minlength=sets.begins.size)
    n_steps = n_tied if sets.efron else np.ones_like(n_tied)
    when = np.repeat(np.arange(sets.begins.size), n_steps)
    before = np.concatenate([[0], np.cumsum(n_steps)[:-1]])
    position = np.arange(when.size) - before[when]
    return Steps(when=when, gone=position / n_steps[when], share=(weight_tied / n_steps)[when])


def step_averages(sets: RiskSets, steps: Steps, risk: Floats, values: Floats) -> Floats:
    """Average quantities over the risk set of each step, weighted by hazard.

    Parameters
    ----------
    risk : (n_rows,) float64
        Weight times hazard of each row.
    values : (n_rows, q) float64

    Returns
    -------
    averages : (n_steps, q) float64
    """
    weighted = np.column_stack([risk, risk[:, np.newaxis] * values])
    at_risk = risk_set_sums(np.ascontiguousarray(weighted), sets.first, sets.last, sets.begins)
    tied = np.zeros_like(at_risk)
    np.add.at(tied, sets.last[sets.event] - 1, weighted[sets.event])
    sums = at_risk[steps.when] - steps.gone[:, np.newaxis] * tied[steps.when]
    return sums[:, 1:] / sums[:, :1]


def with_products(columns: Floats) -> Floats:
    """Return the columns followed by all their products, (n, p + p * p)."""
    p = columns.shape[1]
    products = columns[:, :, np.newaxis] * columns[:, np.newaxis, :]
    return np.hstack([columns, products.reshape(columns.shape[0], p * p)])


def means_and_covariances(averages: Floats, p: int) -> tuple[Floats, Floats]:
    """Split averages of :func:`with_products` into means (n, p) and covariances (n, p, p)."""
    means = averages[:, :p]
    second = averages[:, p : p + p * p].reshape(-1, p, p)
    return means, second - means[:, :, np.newaxis] * means[:, np.newaxis, :]
