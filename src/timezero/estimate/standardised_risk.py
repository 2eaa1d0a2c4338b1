"""Survival of one population under both strategies, from a pooled logistic model of trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate.trial_rows import ASSIGNED, Trials
from timezero.kernels.trial_counts import standardise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandardisedSurvival:
    """Survival to the end of each period since the start of a trial.

    Parameters
    ----------
    survival : (2, K) float64
        Under the reference and under the treatment.
    gradient : (2, K, p) float64 or (2, 0, p)
        Derivatives by the scaled coefficients.
    width : float
        Length of a period.
    """

    survival: Floats
    gradient: Floats
    width: float

    def at(self, horizon: float) -> tuple[Floats, Floats]:
        """Return survival at a horizon, straight within a period, and its derivatives.

        Returns
        -------
        survival : (2,) float64
        gradient : (2, p) float64
        """
        weights = np.zeros(self.survival.shape[1])
        constant = _add_at(weights, horizon / self.width, 1.0)
        return self._combined(weights, constant)

    def restricted_mean(self, horizon: float) -> tuple[Floats, Floats]:
        """Return mean time lived until a horizon, and its derivatives.

        Survival is straight within a period, so the area is a sum of trapezia.

        Returns
        -------
        mean : (2,) float64
        gradient : (2, p) float64
        """
        weights = np.zeros(self.survival.shape[1])
        constant, periods = 0.0, horizon / self.width
        whole = int(np.floor(periods + 1e-9))
        for k in range(whole):
            constant += _add_at(weights, float(k), self.width / 2.0)
            constant += _add_at(weights, float(k + 1), self.width / 2.0)
        rest = max(periods - whole, 0.0)
        if rest > 1e-9:
            constant += _add_at(weights, float(whole), rest * self.width / 2.0)
            constant += _add_at(weights, periods, rest * self.width / 2.0)
        return self._combined(weights, constant)

    def _combined(self, weights: Floats, constant: float) -> tuple[Floats, Floats]:
        values = constant + self.survival @ weights
        if self.gradient.shape[1] == 0:
            return values, np.empty((2, 0))
        return values, np.einsum("akp,k->ap", self.gradient, weights)


def _add_at(weights: Floats, periods: float, amount: float) -> float:
    """Spread an amount over the ends of the two periods around a time; return the part at 0."""
    below = int(np.floor(periods + 1e-9))
    share = max(periods - below, 0.0)
    constant = 0.0
    for end, part in ((below, 1.0 - share), (below + 1, share)):
        if part <= 1e-9:
            continue
        if end == 0:
            constant += amount * part
        else:
            weights[end - 1] += amount * part
    return constant


def standardised_survival(
    trials: Trials,
    coefficients: Floats,
    *,
    target: Ints,
    weight: Floats,
    width: float,
    with_gradient: bool = False,
) -> StandardisedSurvival:
    """Average the fitted survival of a population, all treated and none treated.

    Parameters
    ----------
    trials : Trials
    coefficients : (p,) float64
        Scaled, of the columns of ``trials``.
    target : (n,) int64
        Indices of the trials whose patients, as they were at their start, are the population.
    weight : (n,) float64
        How often each counts.
    width : float
        Length of a period.
    with_gradient : bool
        Also return derivatives, for a standard error.

    Estimates
    ---------
    ``S_a(k) = E[ prod_{i <= k} {1 - h(i | a, X)} ]`` over the target population (SEQ4).

    Assumes
    -------
    The model; that its covariates are what confounds; that both strategies are possible for all.

    References
    ----------
    .. [danaei2013], [keogh2023]
    """
    shape = trials.basis.shape[:2]
    survival = np.zeros(shape)
    gradient = np.zeros((2, shape[1] if with_gradient else 0, coefficients.size))
    standardise(
        trials.columns[target], weight, trials.basis, coefficients, ASSIGNED, survival, gradient
    )
    total = weight.sum()
    return StandardisedSurvival(survival=survival / total, gradient=gradient / total, width=width)
