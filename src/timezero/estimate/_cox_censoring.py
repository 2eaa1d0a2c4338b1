"""Weights by a Cox model of artificial censoring, in one arm of the clones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align.clone_censor import Clones
from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._arm_weights import ArmWeights, unit_weights
from timezero.estimate.cox import Ties, fit_cox
from timezero.estimate.maximise import Maximum, maximise
from timezero.kernels.right_censored_cox import hazard_steps, right_censored_pass
from timezero.model.person_time import PersonTime, chosen_rows

# A spread of the linear predictor beyond this, or columns this alike, are looked at closely.
SUSPICIOUS_SPREAD = 25.0
LARGEST_SCALED = 1e12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxCensoring:
    """One arm arranged for its Cox model; rows latest exit first.

    Parameters
    ----------
    order : (n,) int64
        Which patient each row is.
    columns : (n, p) float64
        Centred and scaled.
    shift, scale : (p,) float64
    names : tuple of str
    group : (n,) int64
        Number of the exit, descending.
    event : (n,) bool
        Artificially censored.
    changes : (n_changes,) float64
        Times of artificial censoring, ascending.
    place : (n_changes,) int64
        The group of each of them.
    rows : PersonTime
        The same rows for the general estimator, which explains what goes wrong.
    ties : {"efron", "breslow"}
    """

    order: Ints
    columns: Floats
    shift: Floats
    scale: Floats
    names: tuple[str, ...]
    group: Ints
    event: Bools
    changes: Floats
    place: Ints
    rows: PersonTime
    ties: Ties

    def fit(
        self, copies: Floats | None, start: Floats | None, *, from_change: bool
    ) -> tuple[ArmWeights, Floats]:
        """Return the weights, and the coefficients on the columns as given.

        Parameters
        ----------
        copies : (n,) float64 or None
            How often each patient counts.
        start : (p,) float64 or None
            Coefficients to start from.
        from_change : bool
            Whether the hazard at a time counts at that time already.
        """
        n = self.order.size
        many = np.ones(n) if copies is None else copies[self.order]
        begin = np.zeros(len(self.names)) if start is None else start * self.scale
        scaled = self._coefficients(many, begin, explain=copies is None)
        relative = np.exp(self.columns @ scaled)
        steps = np.empty(int(self.group[-1]) + 1)
        hazard_steps(relative, many, self.group, self.event, self.ties == "efron", steps)
        risk = np.empty(n)
        risk[self.order] = relative
        weights = replace(
            unit_weights(n),
            changes=self.changes,
            from_change=from_change,
            hazard=np.concatenate([[0.0], np.cumsum(steps[self.place])]),
            risk=risk,
        )
        return weights, scaled / self.scale

    def _coefficients(self, many: Floats, begin: Floats, *, explain: bool) -> Floats:
        counted = self.columns[many > 0.0]
        kept = np.flatnonzero(np.ptp(counted, axis=0) > 0.0)
        found = np.zeros(begin.size)
        if kept.size == 0 or not np.any(self.event & (many > 0.0)):
            return found
        columns = np.ascontiguousarray(self.columns[:, kept])

        def objective(beta: Floats) -> tuple[float, Floats, Floats]:
            gradient, information = np.empty(kept.size), np.empty((kept.size, kept.size))
            value = right_censored_pass(
                columns,
                many,
                self.group,
                self.event,
                self.ties == "efron",
                beta,
                gradient,
                information,
            )
            return value, gradient, information

        best = maximise(objective, begin[kept])
        if _is_doubtful(best, counted[:, kept]):
            found[kept] = self._explained(kept) if explain else _failed()
        else:
            found[kept] = best.point
        return found

    def _explained(self, kept: Ints) -> Floats:
        """Fit by the general estimator, which refuses with the reason where there is one."""
        names = [self.names[int(k)] for k in kept]
        columns = self.columns[:, kept]
        return fit_cox(self.rows, columns, ties=self.ties, cluster=False, names=names).coefficients


def _is_doubtful(best: Maximum, columns: Floats) -> bool:
    if not best.converged:
        return True
    size = np.sqrt(np.maximum(np.diag(best.information), np.finfo(np.float64).tiny))
    alike = np.linalg.cond(best.information / np.outer(size, size)) > LARGEST_SCALED
    return bool(alike or np.ptp(columns @ best.point) > SUSPICIOUS_SPREAD)


def _failed() -> Floats:
    raise AnalysisRefused(
        what="the Cox model of artificial censoring has no finite coefficients",
        where="a resample of the patients",
        mend="more patients, or fewer covariates",
        code="TZ-EST-monotone",
    )


def prepared_cox(
    clones: Clones, arm: int, columns: Floats, *, names: tuple[str, ...], ties: Ties
) -> CoxCensoring | None:
    """Arrange one arm for its Cox model of artificial censoring; None where nobody is censored.

    Parameters
    ----------
    clones : Clones
    arm : {0, 1}
    columns : (n, p) float64
        Known at the origin, finite.
    names : tuple of str
    ties : {"efron", "breslow"}
    """
    event = clones.censored[arm]
    if not event.any():
        return None
    leave = clones.follow_up[arm]
    order = np.argsort(-leave, kind="stable")
    descending = leave[order]
    group = np.cumsum(np.concatenate([[False], descending[1:] != descending[:-1]])).astype(np.int64)
    shift, spread = columns.mean(axis=0), columns.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)
    changes = np.unique(leave[event])
    place = group[np.searchsorted(-descending, -changes, side="left")]
    rows = clones.rows()
    mine = chosen_rows(rows, order + arm * clones.n)
    return CoxCensoring(
        order=order,
        columns=np.ascontiguousarray(((columns - shift) / scale)[order]),
        shift=shift,
        scale=scale,
        names=names,
        group=group,
        event=np.ascontiguousarray(event[order]),
        changes=changes,
        place=place,
        rows=replace(mine, event=event[order]),
        ties=ties,
    )
