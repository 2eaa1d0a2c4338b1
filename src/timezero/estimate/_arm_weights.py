"""The weights of the clones of one arm, as steps in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels.clone_weights import log_weights_in_step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmWeights:
    """The weights of the clones of one arm, as steps in time.

    The log weight of clone ``i`` in step ``s`` is ``risk[i] * hazard[s]`` plus its own factors
    with ``step <= s``; step 0 lasts until the first change.

    Parameters
    ----------
    changes : (n_changes,) float64
        When weights change, from the origin, ascending.
    from_change : bool
        A change counts at its own time already, not only after it.
    hazard : (n_changes + 1,) float64
        Cumulative hazard of artificial censoring; all 0 without a Cox model.
    risk : (n,) float64
        Relative hazard of artificial censoring of each patient.
    first : (n + 1,) int64
        Factors of patient ``i`` are ``first[i]`` up to, not including, ``first[i + 1]``.
    step : (n_factors,) int64
        Ascending within a patient.
    factor, slope : (n_factors,) float64
        Log factor, and its derivative by its linear predictor.
    columns : (n_factors, q) float64
        Design row of each factor.
    influence : (n, q) float64
        How far each patient moves the coefficients; q = 0 where they are taken as known.
    cap : float
        Weights above it are set to it.
    """

    changes: Floats
    from_change: bool
    hazard: Floats
    risk: Floats
    first: Ints
    step: Ints
    factor: Floats
    slope: Floats
    columns: Floats
    influence: Floats
    cap: float = float("inf")

    def begin(self, times: Floats) -> Ints:
        """Return the first event time of each step, and their number at the end."""
        side = "left" if self.from_change else "right"
        inner = np.searchsorted(times, self.changes, side=side)
        return np.concatenate([[0], inner, [times.size]]).astype(np.int64)

    def at(self, time: Floats) -> Floats:
        """Return the weight of each clone for an event at a time of its own.

        Parameters
        ----------
        time : (n,) float64
        """
        side = "right" if self.from_change else "left"
        step = np.searchsorted(self.changes, time, side=side).astype(np.int64)
        found = np.empty(self.risk.size)
        log_weights_in_step(step, self.hazard, self.risk, self.first, self.step, self.factor, found)
        with np.errstate(over="ignore"):
            return np.minimum(np.exp(found), self.cap)


def unit_weights(n: int) -> ArmWeights:
    """Return weights of 1 for n clones."""
    return ArmWeights(
        changes=np.zeros(0),
        from_change=False,
        hazard=np.zeros(1),
        risk=np.zeros(n),
        first=np.zeros(n + 1, dtype=np.int64),
        step=np.zeros(0, dtype=np.int64),
        factor=np.zeros(0),
        slope=np.zeros(0),
        columns=np.zeros((0, 0)),
        influence=np.zeros((n, 0)),
    )
