"""Weights by logistic models: the moment of treatment in periods, treatment by the grace end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from timezero.align.clone_censor import Clones, GracePeriods
from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._arm_weights import ArmWeights, unit_weights
from timezero.estimate._time_terms import knots_for, time_terms
from timezero.estimate.pooled_logistic import fit_logistic, logistic_score_residuals

MOMENT = "the model of the moment of treatment"
GRACE_END = "the model of treatment by the end of the grace period"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A logistic model of rows that belong to patients, ready to be fitted again and again.

    Parameters
    ----------
    columns : (n_rows, p) float64
    outcome : (n_rows,) bool
    owner : (n_rows,) int64
        Whose row it is, as an index into the clones.
    names : tuple of str
    where : str
        What the model is, for messages.
    """

    columns: Floats
    outcome: Bools
    owner: Ints
    names: tuple[str, ...]
    where: str

    def fit(self, n: int, copies: Floats | None, start: Floats | None) -> Fit:
        """Fit it, leaving out columns that take one value among those who count.

        Parameters
        ----------
        n : int
            Patients.
        copies : (n,) float64 or None
        start : (1 + p,) float64 or None
        """
        weight = None if copies is None else copies[self.owner]
        kept = np.arange(len(self.names))
        try:
            return self._fit(kept, weight, start, n)
        except AnalysisRefused as refusal:
            if refusal.code != "TZ-EST-constant":
                raise
        counted = self.columns if weight is None else self.columns[weight > 0.0]
        spread, size = counted.std(axis=0), np.abs(counted.mean(axis=0))
        return self._fit(np.flatnonzero(spread > 1e-12 * (1.0 + size)), weight, start, n)

    def _fit(self, kept: Ints, weight: Floats | None, start: Floats | None, n: int) -> Fit:
        places = np.concatenate([[0], kept + 1])
        names = [self.names[int(k)] for k in kept]
        columns = self.columns if kept.size == len(self.names) else self.columns[:, kept]
        found = fit_logistic(
            columns,
            self.outcome,
            names=tuple(names),
            weight=weight,
            start=None if start is None else start[places],
            where=self.where,
        )
        coefficients = np.zeros(1 + len(self.names))
        coefficients[places] = found.coefficients
        influence = np.zeros((n, 0))
        if weight is None:
            scores = logistic_score_residuals(
                found, columns, self.outcome, owner=self.owner, n_owners=n
            )
            influence = scores @ found.covariance
        left = [name for name in self.names if name not in names]
        notes = [f"{self.where} leaves out {', '.join(left)}: one value throughout"] if left else []
        if found.penalised:
            notes.append(f"{self.where} uses Firth's penalty: covariates tell the outcomes apart")
        return Fit(
            coefficients=coefficients,
            places=places,
            influence=influence,
            notes=tuple(notes),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """A fitted model.

    Parameters
    ----------
    coefficients : (1 + p,) float64
        Intercept first; 0 for columns left out.
    places : (q,) int64
        Which of them were estimated.
    influence : (n, q) float64
        How far each patient moves the estimated ones; q = 0 in resamples.
    notes : tuple of str
    """

    coefficients: Floats
    places: Ints
    influence: Floats
    notes: tuple[str, ...] = ()

    def linear(self, columns: Floats) -> Floats:
        """Return the linear predictor of rows."""
        return self.coefficients[0] + columns @ self.coefficients[1:]

    def design(self, columns: Floats) -> Floats:
        """Return the design rows of the estimated coefficients; of none in resamples."""
        if self.influence.shape[1] == 0:
            return np.zeros((columns.shape[0], 0))
        return np.column_stack([np.ones(columns.shape[0]), columns])[:, self.places]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticCensoring:
    """Both models of artificial censoring, and where their probabilities act.

    Parameters
    ----------
    moment : Model
        Of treatment beginning, in the periods of the grace period.
    by_end : Model
        Of treatment by the grace end, among those followed beyond it.
    periods : GracePeriods
    grace : float
    at_origin : (n, p) float64
    from_change : bool
        A period's probability counts within the period, not only after it.
    timing : {"natural", "uniform"}
    """

    moment: Model
    by_end: Model
    periods: GracePeriods
    grace: float
    at_origin: Floats
    from_change: bool
    timing: Literal["natural", "uniform"]

    def fit(
        self, copies: Floats | None, start: tuple[Floats, Floats] | None
    ) -> tuple[ArmWeights, ArmWeights, tuple[Floats, Floats], tuple[str, ...]]:
        """Return the weights of both arms, the coefficients, and what should be known.

        Parameters
        ----------
        copies : (n,) float64 or None
        start : tuple of coefficients or None
        """
        n = self.at_origin.shape[0]
        reference, treated = unit_weights(n), unit_weights(n)
        coefficients, notes = [np.zeros(0), np.zeros(0)], list[str]()
        if self.moment.outcome.any():
            fit = self.moment.fit(n, copies, None if start is None else start[0])
            coefficients[0] = fit.coefficients
            notes += fit.notes
            eta = fit.linear(self.moment.columns)
            reference = self._in_periods(fit, np.logaddexp(0.0, eta), _expit(eta))
            if self.timing == "uniform":
                treated = self._in_periods(fit, *self._evenly(eta))
        if self.timing == "natural" and not self.by_end.outcome.all():
            fit = self.by_end.fit(n, copies, None if start is None else start[1])
            coefficients[1] = fit.coefficients
            notes += fit.notes
            treated = self._at_the_end(fit)
        return reference, treated, (coefficients[0], coefficients[1]), tuple(notes)

    def _in_periods(self, fit: Fit, factor: Floats, slope: Floats) -> ArmWeights:
        starts, ends = self._bounds()
        counts_from = starts if self.from_change else ends
        changes, place = np.unique(counts_from, return_inverse=True)
        if self.from_change and changes.size:
            # The first period holds its beginning, too.
            changes[0] = -np.inf
        n = self.at_origin.shape[0]
        return replace(
            unit_weights(n),
            changes=changes,
            hazard=np.zeros(changes.size + 1),
            first=self.periods.first,
            step=place.astype(np.int64) + 1,
            factor=factor,
            slope=slope,
            columns=fit.design(self.moment.columns),
            influence=fit.influence,
        )

    def _bounds(self) -> tuple[Floats, Floats]:
        """Return when the period of each row begins and ends, no later than the grace period."""
        period = self.periods.period.astype(np.float64)
        ends = np.minimum((period + 1.0) * self.periods.width, self.grace)
        return period * self.periods.width, ends

    def _evenly(self, eta: Floats) -> tuple[Floats, Floats]:
        """Return log factors and slopes that spread treatment evenly over the grace period."""
        starts, ends = self._bounds()
        due = np.minimum((ends - starts) / (self.grace - starts), 1.0)
        due[ends >= self.grace] = 1.0
        began = self.periods.began
        with np.errstate(divide="ignore"):
            factor = np.where(
                began,
                np.log(due) + np.logaddexp(0.0, -eta),
                np.log1p(-due) + np.logaddexp(0.0, eta),
            )
        return factor, np.where(began, _expit(eta) - 1.0, _expit(eta))

    def _at_the_end(self, fit: Fit) -> ArmWeights:
        n = self.at_origin.shape[0]
        eta = fit.linear(self.at_origin)
        return replace(
            unit_weights(n),
            changes=np.array([self.grace]),
            from_change=self.from_change,
            hazard=np.zeros(2),
            first=np.arange(n + 1),
            step=np.ones(n, dtype=np.int64),
            factor=np.logaddexp(0.0, -eta),
            slope=_expit(eta) - 1.0,
            columns=fit.design(self.at_origin),
            influence=fit.influence,
        )


def _expit(eta: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -eta))


def prepared_logistic(
    clones: Clones,
    columns: Floats,
    names: tuple[str, ...],
    periods: GracePeriods,
    *,
    from_change: bool,
    timing: Literal["natural", "uniform"],
) -> LogisticCensoring:
    """Arrange both logistic models of artificial censoring.

    Parameters
    ----------
    clones : Clones
    columns : (n, p) float64
        Known at the origin, finite.
    names : tuple of str
    periods : GracePeriods
    from_change : bool
    timing : {"natural", "uniform"}
    """
    starts = periods.period.astype(np.float64) * (periods.width / clones.grace)
    terms = time_terms(starts, knots_for(starts[periods.began]))
    alive = np.flatnonzero(clones.exit > clones.grace)
    return LogisticCensoring(
        moment=Model(
            columns=np.ascontiguousarray(np.column_stack([terms, periods.columns])),
            outcome=periods.began,
            owner=np.repeat(np.arange(clones.n), np.diff(periods.first)),
            names=(*(f"time term {k + 1}" for k in range(terms.shape[1])), *periods.names),
            where=MOMENT,
        ),
        by_end=Model(
            columns=np.ascontiguousarray(columns[alive]),
            outcome=clones.treated[alive],
            owner=alive,
            names=names,
            where=GRACE_END,
        ),
        periods=periods,
        grace=clones.grace,
        at_origin=columns,
        from_change=from_change,
        timing=timing,
    )
