"""Cox's model of one way between states, for patients who are drawn any number of times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.align.transitions import StateRows
from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.transition_hazards import spans_of
from timezero.kernels.delayed_entry_cox import breslow_steps, delayed_entry_pass

Ties: TypeAlias = Literal["efron", "breslow"]

ITERATIONS = 30
CONVERGED = 1e-9
HALVINGS = 12
LONGEST_STEP = 5.0
# On columns with standard deviation 1, so far from 0 only a likelihood that rises for ever goes.
FARTHEST = 12.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransitionModel:
    """One way between states, arranged for fitting again and again.

    Parameters
    ----------
    columns : (n_rows, p) float64
        Centred, with standard deviation 1.
    scale, centre : (p,) float64
        What the columns were divided by, after this was subtracted.
    stratum : (n_rows,) int64
        Each has its own baseline.
    span : (n_rows, 3) int64
        Run of times at risk, and whether the row ends in the move.
    order : (2, n_rows) int64
    patient : (n_rows,) int64
    shape : (int, int)
        Number of times, number of strata.
    efron : bool
    """

    columns: Floats
    scale: Floats
    centre: Floats
    stratum: Ints
    span: Ints
    order: Ints
    patient: Ints
    shape: tuple[int, int]
    efron: bool

    def fit(self, copies: Floats, *, start: Floats | None = None) -> Floats:
        """Return the coefficients of the scaled columns with rows counted so often.

        Raises
        ------
        AnalysisRefused
            No finite coefficients are the likeliest.
        """
        p = self.columns.shape[1]
        gradient, information = np.empty(p), np.empty((p, p))

        def climb(point: Floats) -> float:
            value = delayed_entry_pass(
                self.columns,
                copies,
                self.stratum,
                self.span,
                self.order,
                self.efron,
                point,
                gradient,
                information,
            )
            return float(value)

        if start is None:
            start = np.zeros_like(self.scale)
        return _maximum(climb, gradient, information, start)

    def steps(self, copies: Floats, coefficients: Floats) -> Floats:
        """Return the baseline hazard at each time in each stratum (IL7), at average columns."""
        relative = np.exp(self.columns @ coefficients)
        return breslow_steps(relative, copies, self.stratum, self.span, self.shape)


def transition_model(
    rows: StateRows,
    design: Floats,
    *,
    times: Floats,
    target: int,
    sources: tuple[int, ...],
    stratified: bool,
    ties: Ties = "efron",
) -> TransitionModel:
    """Arrange the rows of one way between states for Cox's model.

    Parameters
    ----------
    rows : StateRows
    design : (n_rows, p) float64
        One row for each of ``rows``.
    times : (n_times,) float64
        At which anybody moves, ascending.
    target : int
        The state that is entered.
    sources : tuple of int
        States from which it is entered.
    stratified : bool
        Each source has its own baseline; the coefficients are shared.
    ties : {"efron", "breslow"}

    Estimates
    ---------
    ``h_hj(t | L) = h_hj(t) exp(g' L)``: log hazard ratios of the columns, and the baselines (IL7).

    Assumes
    -------
    Proportional hazards in the columns; leaving observation and late entry independent of the
    move given them.

    References
    ----------
    .. [cox1972], [efron1977], [putter2007]
    """
    here = np.flatnonzero(np.isin(rows.source, sources))
    used = rows.chosen(here)
    column = design[here]
    scale = column.std(axis=0) if here.size else np.ones(design.shape[1])
    scale = np.where(scale > 0.0, scale, 1.0)
    centre = column.mean(axis=0) if here.size else np.zeros(design.shape[1])
    span = np.column_stack([spans_of(used, times), used.target == target]).astype(np.int64)
    stratum = np.searchsorted(np.array(sources), used.source) if stratified else used.source * 0
    order = np.vstack(
        [np.lexsort((-span[:, 1], stratum)), np.lexsort((-span[:, 0], stratum))]
    ).astype(np.int64)
    return TransitionModel(
        columns=np.ascontiguousarray((column - centre) / scale),
        scale=scale,
        centre=centre,
        stratum=stratum.astype(np.int64),
        span=span,
        order=order,
        patient=used.patient,
        shape=(times.size, len(sources) if stratified else 1),
        efron=ties == "efron",
    )


def varying(design: Floats, which: Bools) -> Ints:
    """Return the columns that vary among some rows, and are no sum of those before them.

    Parameters
    ----------
    design : (n_rows, p) float64
    which : (n_rows,) bool
    """
    kept: list[int] = []
    part = design[which]
    for k in range(design.shape[1]):
        tried = part[:, [*kept, k]]
        if part.shape[0] < 2 or not np.ptp(tried[:, -1]) > 0.0:
            continue
        spread = tried.std(axis=0)
        scaled = (tried - tried.mean(axis=0)) / spread
        if np.linalg.matrix_rank(scaled, tol=1e-8 * scaled.shape[0]) == len(kept) + 1:
            kept.append(k)
    return np.array(kept, dtype=np.int64)


def _maximum(
    climb: Callable[[Floats], float], gradient: Floats, information: Floats, start: Floats
) -> Floats:
    """Climb by Newton's steps, halved while they lead down."""
    point, value = start, climb(start)
    for _ in range(ITERATIONS):
        full = np.tril(information) + np.tril(information, -1).T
        try:
            step = np.linalg.solve(full, gradient)
        except np.linalg.LinAlgError:
            break
        longest = float(np.max(np.abs(step), initial=0.0))
        if not np.isfinite(longest):
            break
        if longest < CONVERGED:
            return point + step
        step = step * min(1.0, LONGEST_STEP / longest)
        new = climb(point + step)
        for _ in range(HALVINGS):
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2.0
            new = climb(point + step)
        point, value = point + step, new
        if np.max(np.abs(point)) > FARTHEST:
            break
    raise AnalysisRefused(
        what="no finite coefficients of a transition's Cox model are the likeliest",
        where="data.covariates",
        mend="fewer covariates, or more events",
        code="TZ-EST-transition",
    )
