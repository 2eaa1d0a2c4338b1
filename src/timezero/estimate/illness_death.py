"""What would become of candidates if the way into treatment were closed, or taken by everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.transitions import COMPETING, EVENT, TREATED, StateRows
from timezero.arrays import Floats, Ints
from timezero.estimate.aalen_johansen import length_of_stay
from timezero.estimate.transition_cox import Ties, TransitionModel, transition_model, varying
from timezero.estimate.transition_hazards import moves_of, spans_of
from timezero.kernels.delayed_entry_cox import standardised_course
from timezero.kernels.state_occupancy import count_moves, occupancy_path

RULES = ("treatment_as_observed", "switched_off", "everybody_at_median_wait")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Courses:
    """Shares over time under three rules of treatment, in the order of ``RULES``.

    Parameters
    ----------
    times : (n_times,) float64
    free, event : (n_times, 3) float64
        Event-free, and with the event, just after each time.
    """

    times: Floats
    free: Floats
    event: Floats

    def event_at(self, time: float) -> Floats:
        """Return the share with the event under each rule."""
        k = int(np.searchsorted(self.times, time, side="right")) - 1
        return self.event[k] if k >= 0 else np.zeros(3)

    def lived(self, horizon: float) -> Floats:
        """Return the mean time lived event-free to the horizon under each rule."""
        return length_of_stay(self.times, self.free, np.ones(3), starts_at=0.0, horizon=horizon)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IllnessDeath:
    """Candidates from their origin, arranged to be estimated again in every resample.

    Parameters
    ----------
    rows : StateRows
        States: untreated, treated, event, competing event.
    times : (n_times,) float64
    span : (n_rows, 2) int64
    wait : float
        Under the third rule all who are event-free begin treatment then; NaN = no such rule.
    models : tuple of TransitionModel or None
        Of treatment, event and competing event; None where it is not modelled by covariates.
    ratio : TransitionModel or None
        Treated against untreated on one clock, first column, with the covariates.
    columns : tuple of (n_patients, p) float64
        For each of ``models``, its scaled columns for each of ``patients``.
    patients : (n_patients,) int64
    """

    rows: StateRows
    times: Floats
    span: Ints
    wait: float
    models: tuple[TransitionModel | None, TransitionModel | None, TransitionModel | None]
    ratio: TransitionModel | None
    columns: tuple[Floats, Floats, Floats]
    patients: Ints

    @property
    def is_adjusted(self) -> bool:
        """Whether the event is modelled by covariates."""
        return self.models[1] is not None

    def crude(self, patient_copies: Ints) -> Courses:
        """Return the courses by Aalen-Johansen products without covariates (IL2)."""
        weight = patient_copies[self.rows.patient].astype(np.float64)
        shape = (self.times.size, len(self.rows.states))
        span, rows = self.span, self.rows
        risk, moves = count_moves(span[:, 0], span[:, 1], rows.source, rows.target, weight, shape)
        start = np.eye(shape[1])[0]
        observed = occupancy_path(risk, moves, start)
        closed = moves.copy()
        closed[:, 0, rows.named(TREATED)] = 0.0
        off = occupancy_path(risk, closed, start)
        late = off
        if not np.isnan(self.wait):
            k = int(np.searchsorted(self.times, self.wait, side="right"))
            begun = off[k - 1].copy() if k else start.copy()
            begun[1], begun[0] = begun[0], 0.0
            late = np.vstack([off[:k], occupancy_path(risk[k:], closed[k:], begun)])
        paths = (observed, off, late)
        event = rows.named(EVENT)
        return Courses(
            times=self.times,
            free=np.column_stack([path[:, 0] + path[:, 1] for path in paths]),
            event=np.column_stack([path[:, event] for path in paths]),
        )

    def fit(
        self, patient_copies: Ints, start: tuple[Floats, ...] | None = None
    ) -> tuple[Floats, ...]:
        """Return the coefficients of the models, and of the hazard ratio, so often drawn."""
        found: list[Floats] = []
        for k, model in enumerate((*self.models, self.ratio)):
            if model is None:
                found.append(np.empty(0))
                continue
            copies = patient_copies[model.patient].astype(np.float64)
            found.append(model.fit(copies, start=None if start is None else start[k]))
        return tuple(found)

    def standardised(self, patient_copies: Ints, fitted: tuple[Floats, ...]) -> Courses:
        """Return the courses averaged over the patients' own predictions (IL8)."""
        steps = np.zeros((self.times.size, 5))
        relative = np.ones((self.patients.size, 3))
        for k, model in enumerate(self.models):
            if model is None:
                steps[:, _STEPS[k]] = self._crude_steps(patient_copies, k)
                continue
            copies = patient_copies[model.patient].astype(np.float64)
            steps[:, _STEPS[k]] = model.steps(copies, fitted[k])
            relative[:, k] = np.exp(self.columns[k] @ fitted[k])
        wait_at = -1
        if not np.isnan(self.wait):
            wait_at = int(np.searchsorted(self.times, self.wait, side="right")) - 1
        out = np.empty((self.times.size, 6))
        weight = patient_copies[self.patients].astype(np.float64)
        standardised_course(relative, weight, steps, wait_at, out)
        return Courses(times=self.times, free=out[:, ::2], event=out[:, 1::2])

    def _crude_steps(self, patient_copies: Ints, k: int) -> Floats:
        """Return Nelson-Aalen steps of a move that is not modelled."""
        rows = self.rows
        weight = patient_copies[rows.patient].astype(np.float64)
        shape = (self.times.size, len(rows.states))
        span = self.span
        risk, moves = count_moves(span[:, 0], span[:, 1], rows.source, rows.target, weight, shape)
        target = (rows.named(TREATED), rows.named(EVENT), rows.named(COMPETING))[k]
        sources = (0,) if k == 0 else (0, 1)
        if target < 0:
            return np.zeros((self.times.size, len(sources)))
        found = [
            np.divide(
                moves[:, h, target], risk[:, h], out=np.zeros(shape[0]), where=risk[:, h] > 0.0
            )
            for h in sources
        ]
        return np.column_stack(found)


_STEPS = (slice(0, 1), slice(1, 3), slice(3, 5))


def illness_death(
    rows: StateRows,
    design: Floats,
    *,
    wait: float,
    enough: int,
    ties: Ties = "efron",
) -> IllnessDeath:
    """Arrange candidates for courses under rules of treatment.

    Parameters
    ----------
    rows : StateRows
        As :func:`timezero.align.transitions.transitions_from` returns them.
    design : (n_cohort, p) float64
        Covariates known at the origin, complete for the patients in ``rows``.
    wait : float
        When everybody begins treatment under the third rule; NaN = never asked.
    enough : int
        A move is modelled by the covariates when it was seen so often for each column.
    ties : {"efron", "breslow"}

    Estimates
    ---------
    Share event-free, with the event, and time lived event-free, with treatment as observed, with
    the way into treatment closed, and with all who reach the wait treated then (IL8).

    Assumes
    -------
    That closing the way into treatment leaves every other hazard as it is: at each moment, those
    who began treatment and those who had not were alike in prognosis given the covariates. That
    the hazards depend on the time since the origin and the present state only (Markov).

    References
    ----------
    .. [andersen1993], [putter2007], [cox1972]

    Raises
    ------
    AnalysisRefused
        Nobody moves.
    """
    times = moves_of(rows).times
    patients = np.unique(rows.patient)
    by_row = design[rows.patient]
    targets = (rows.named(TREATED), rows.named(EVENT), rows.named(COMPETING))
    models: list[TransitionModel | None] = []
    columns: list[Floats] = []
    for k, target in enumerate(targets):
        sources = (0,) if k == 0 else (0, 1)
        which = varying(by_row, np.isin(rows.source, sources))
        n = int(np.sum(rows.target == target)) if target >= 0 else 0
        if which.size == 0 or n < max(enough * which.size, 1):
            models.append(None)
            columns.append(np.empty((patients.size, 0)))
            continue
        model = transition_model(
            rows,
            by_row[:, which],
            times=times,
            target=target,
            sources=sources,
            stratified=True,
            ties=ties,
        )
        models.append(model)
        columns.append((design[patients][:, which] - model.centre) / model.scale)
    return IllnessDeath(
        rows=rows,
        times=times,
        span=spans_of(rows, times),
        wait=wait,
        models=(models[0], models[1], models[2]),
        ratio=_ratio_model(rows, by_row, times, ties),
        columns=(columns[0], columns[1], columns[2]),
        patients=patients,
    )


def _ratio_model(
    rows: StateRows, by_row: Floats, times: Floats, ties: Ties
) -> TransitionModel | None:
    treated = (rows.source == rows.named(TREATED)).astype(np.float64)
    if np.ptp(treated) == 0.0:
        return None
    design = np.column_stack([treated, by_row])
    which = varying(design, np.ones(rows.exit.size, dtype=np.bool_))
    return transition_model(
        rows,
        design[:, which],
        times=times,
        target=rows.named(EVENT),
        sources=(0, 1),
        stratified=False,
        ties=ties,
    )
