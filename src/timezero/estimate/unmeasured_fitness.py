"""What an unmeasured fitness would do to a hazard ratio, by how much sooner the fit are treated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.model.person_time import PersonTime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moments:
    """At each distinct time: deaths, at risk and crossings by state."""

    deaths: Ints
    at_risk: Ints
    crossed: Ints


def bias_of_unmeasured_fitness(
    rows: PersonTime, *, hazard: Floats, treatment: Floats, prevalence: float = 0.5
) -> Floats:
    """Return the log hazard ratio that an unmeasured fitness alone would produce.

    Parameters
    ----------
    rows : PersonTime
        By state on one clock: not yet treated (arm 0), treated (arm 1).
    hazard : (k,) float64
        How many times the event rate of the fit is that of the others; below 1.
    treatment : (k,) float64
        How many times as fast the fit are treated while untreated; above 1 when fitter patients
        are chosen, below 1 when sicker ones are.
    prevalence : float
        Share of the fit at the start of the clock, in (0, 1).

    Returns
    -------
    bias : (k,) float64
        To be subtracted from an estimated log hazard ratio.

    Estimates
    ---------
    With a_u, b_u the shares of fitness u among the untreated and the treated, the mean over events
    of ``log[(b_0 + phi b_1)/(b_0 + b_1)] - log[(a_0 + phi a_1)/(a_0 + a_1)]``, weighted by
    ``n_0 n_1 / n^2``. The shares follow the observed hazards of event and treatment, so that the
    fit gather among the treated by treatment and, in both states, by outliving the others (UF1 to
    UF4 in ``docs/methods/unmeasured-fitness.md``).

    Assumes
    -------
    One binary characteristic, fixed at the start of the clock, that multiplies both hazards;
    treatment without effect; censoring independent of it.

    References
    ----------
    .. [lin1998], [schlesselman1978]
    """
    moments = _moments(rows)
    phi, theta = hazard[:, np.newaxis], treatment[:, np.newaxis]
    of_hazard = np.concatenate([np.ones_like(phi), phi], axis=1)
    of_treatment = np.concatenate([np.ones_like(theta), theta], axis=1)
    untreated = np.tile([1.0 - prevalence, prevalence], (hazard.size, 1))
    treated = np.zeros_like(untreated)
    total, weights = np.zeros(hazard.size), 0.0
    for deaths, n, crossed in zip(moments.deaths, moments.at_risk, moments.crossed, strict=True):
        if deaths.sum() and n.all():
            weight = float(deaths.sum() * n[0] * n[1]) / float(n.sum()) ** 2
            total += weight * (
                np.log(_mean(treated, of_hazard)) - np.log(_mean(untreated, of_hazard))
            )
            weights += weight
        _leave(untreated, deaths[0] / max(n[0], 1), of_hazard)
        if treated.any():
            _leave(treated, deaths[1] / max(n[1], 1), of_hazard)
        if crossed:
            left = max(int(n[0] - deaths[0]), 1)
            treated += _leave(untreated, crossed / left, of_treatment)
    return total / weights if weights > 0 else np.full(hazard.size, np.nan)


def _mean(shares: Floats, relative: Floats) -> Floats:
    return (shares * relative).sum(axis=1) / shares.sum(axis=1)


def _leave(shares: Floats, hazard: float, relative: Floats) -> Floats:
    """Let a share of ``hazard`` leave, by relative rates; return who left."""
    gone = np.minimum(shares * relative * (hazard / _mean(shares, relative))[:, np.newaxis], shares)
    # Somebody is always left of each kind, so that the shares stay defined.
    gone = np.minimum(gone, shares * (1.0 - 1e-9))
    shares -= gone
    return gone


def _moments(rows: PersonTime) -> _Moments:
    crossing = crossings(rows)
    times = np.unique(np.concatenate([rows.exit[rows.event], rows.exit[crossing]]))
    deaths = np.zeros((times.size, 2), dtype=np.int64)
    at_risk = np.zeros((times.size, 2), dtype=np.int64)
    for arm in (0, 1):
        mine = rows.arm == arm
        at = np.searchsorted(times, rows.exit[mine & rows.event])
        deaths[:, arm] = np.bincount(at, minlength=times.size)
        entered = np.searchsorted(np.sort(rows.entry[mine]), times, side="left")
        left = np.searchsorted(np.sort(rows.exit[mine]), times, side="left")
        at_risk[:, arm] = entered - left
    crossed = np.bincount(np.searchsorted(times, rows.exit[crossing]), minlength=times.size)
    # Those treated when the clock starts are no crossings: they enter as the untreated are.
    return _Moments(deaths=deaths, at_risk=at_risk, crossed=crossed)


def crossings(rows: PersonTime) -> Ints:
    """Return the rows that end because the patient is treated.

    Parameters
    ----------
    rows : PersonTime
        By state.

    Returns
    -------
    rows : (n_crossings,) int64
    """
    later = {
        (int(p), float(t))
        for p, t in zip(rows.patient[rows.arm == 1], rows.entry[rows.arm == 1], strict=True)
    }
    before = np.flatnonzero((rows.arm == 0) & ~rows.event)
    return np.array(
        [i for i in before if (int(rows.patient[i]), float(rows.exit[i])) in later], dtype=np.int64
    )
