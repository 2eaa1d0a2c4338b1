"""Who is given a late treatment when: Cox's model of the initiation among candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align._rows import exit_where_treatment_moves, one_row_each
from timezero.align.history import split_at_measurements
from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.risk_sets import arrange, evaluate
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties

# A column with less of its information left beside the others cannot be told from them.
INFORMATION_LEFT = 1e-9
ROUND_OFF = 8.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Patients who could be treated, each on the clock that starts when he became a candidate.

    Parameters
    ----------
    patient : (n,) int64
        Index in the cohort.
    identifier_rank : (n,) int64
        Place of the patient's identifier in their order; it decides what else is tied.
    wait : (n,) float64
        From the origin to the initiation; infinite = never.
    follow : (n,) float64
        From the origin to the last time under observation.
    event : (n,) bool
    factor : (n,) int64
        Matched patients share it.
    first : (n + 1,) int64
        The rows of patient ``i`` are ``first[i]`` up to before ``first[i + 1]``.
    end : (n_rows,) float64
        Until when a row holds, inclusive; infinite for a patient's last.
    columns : (n_rows, p) float64
        NaN while a value that changes is unknown.
    names : tuple of str
        Of the columns.
    """

    patient: Ints
    identifier_rank: Ints
    wait: Floats
    follow: Floats
    event: Bools
    factor: Ints
    first: Ints
    end: Floats
    columns: Floats
    names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of candidates."""
        return int(self.wait.size)

    @property
    def leaves(self) -> Floats:
        """When each is treated or leaves, whichever is first."""
        return np.minimum(self.wait, self.follow)

    def drawn(self, copies: Ints) -> Candidates:
        """Return each candidate as often as drawn, copies as patients of their own.

        Parameters
        ----------
        copies : (n_cohort,) int64
        """
        who = np.repeat(np.arange(self.n), copies[self.patient])
        n_rows = np.diff(self.first)[who]
        first = np.concatenate([[0], np.cumsum(n_rows)])
        rows: Ints = np.arange(first[-1], dtype=np.int64) + np.repeat(
            self.first[who] - first[:-1], n_rows
        )
        return replace(
            self,
            patient=self.patient[who],
            identifier_rank=self.identifier_rank[who],
            wait=self.wait[who],
            follow=self.follow[who],
            event=self.event[who],
            factor=self.factor[who],
            first=first,
            end=self.end[rows],
            columns=self.columns[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TreatmentHazard:
    """A fitted model of the initiation.

    Parameters
    ----------
    names : tuple of str
    coefficients : (p,) float64
        Log hazard ratios of being treated; 0 where a column was left out.
    covariance : (p, p) float64
        NaN where a column was left out.
    n_initiations : int
    penalised : bool
        Whether the likelihood was monotone, so that Firth's penalty was needed.
    left_out : tuple of str
        Columns that do not differ, or cannot be told from the others, among those at risk.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    n_initiations: int
    penalised: bool
    left_out: tuple[str, ...]


def candidates_of(
    cohort: Cohort,
    *,
    origin: Floats,
    used: Bools,
    columns: Floats,
    names: tuple[str, ...],
    factor: Ints | None = None,
) -> Candidates:
    """Return the candidates of a cohort, on the clock from their origin.

    Parameters
    ----------
    cohort : Cohort
    origin : (n_cohort,) float64
        When each became a candidate, in the cohort's time.
    used : (n_cohort,) bool
        Whom to take: under observation and untreated at the origin, no column missing.
    columns : (n_cohort, p) float64
        Known at the origin; the cohort's histories are added, as they change.
    names : tuple of str
    factor : (n_cohort,) int64, optional
        What matched patients must share.

    Raises
    ------
    AnalysisRefused
        Somebody was treated before the origin.
    """
    who = np.flatnonzero(used)
    start = origin[who]
    wait = np.where(np.isnan(cohort.initiation), np.inf, cohort.initiation)[who] - start
    (wait, follow), _ = merge_near_ties(wait, exit_where_treatment_moves(cohort)[who] - start)
    if np.any(wait < 0.0):
        raise AnalysisRefused(
            what=f"{int(np.sum(wait < 0.0))} patients were treated before they became candidates",
            where="data.initiation",
            mend="leave them out, or count from an earlier origin",
            code="TZ-EST-treated-before",
        )
    pieces, changing, more = split_at_measurements(
        _until_treated(wait, follow, who), cohort, origin=np.nan_to_num(origin)
    )
    n_rows = np.bincount(pieces.patient, minlength=cohort.n)[who]
    first = np.concatenate([[0], np.cumsum(n_rows)]).astype(np.int64)
    end = pieces.exit.copy()
    end[first[1:] - 1] = np.inf
    rank = np.argsort(np.argsort(np.array(cohort.patient), kind="stable"), kind="stable")
    return Candidates(
        patient=who.astype(np.int64),
        identifier_rank=rank[who].astype(np.int64),
        wait=wait,
        follow=follow,
        event=cohort.event[who],
        factor=np.zeros(who.size, dtype=np.int64) if factor is None else factor[who],
        first=first,
        end=end,
        columns=np.hstack([columns[pieces.patient], changing]),
        names=(*names, *more),
    )


def _until_treated(wait: Floats, follow: Floats, who: Ints) -> PersonTime:
    """Return a row for each candidate, until treatment or the end of observation."""
    return one_row_each(
        entry=np.full(who.size, -np.inf),
        exit=np.minimum(wait, follow),
        event=wait <= follow,
        arm=np.zeros(who.size, dtype=np.bool_),
        patient=who,
        words=(("not yet treated", "treated"), "candidates, from their origin"),
    )


def fit_treatment_hazard(candidates: Candidates) -> TreatmentHazard:
    """Model when candidates are treated, from what is known of them just before.

    Parameters
    ----------
    candidates : Candidates

    Returns
    -------
    TreatmentHazard
        Columns that do not differ among those at risk are left out, and named.

    Estimates
    ---------
    ``gamma`` of ``h(u | L) = h_0(u) exp(gamma' L(u))``, the hazard of the initiation at time ``u``
    since the origin, Efron's ties (C9); Firth's estimate where the likelihood is monotone.

    Assumes
    -------
    Proportional hazards of initiation; leaving tells nothing about when treatment would have come,
    given the columns.

    References
    ----------
    .. [cox1972], [li2001], [lu2005]

    Raises
    ------
    AnalysisRefused
        Nobody was treated under observation, or no column differs among those at risk.
    """
    n_rows = np.diff(candidates.first)
    owner = np.repeat(np.arange(candidates.n), n_rows)
    begin = np.concatenate([[-np.inf], candidates.end[:-1]])
    begin[candidates.first[:-1]] = -np.inf
    leaves = candidates.leaves[owner]
    treated = (candidates.wait <= candidates.follow)[owner]
    taken = (begin < leaves) & ~np.isnan(candidates.columns).any(axis=1)
    rows = one_row_each(
        entry=begin[taken],
        exit=np.minimum(candidates.end, leaves)[taken],
        event=(treated & (leaves <= candidates.end))[taken],
        arm=np.zeros(int(taken.sum()), dtype=np.bool_),
        patient=owner[taken],
        words=(("not yet treated", "treated"), "candidates, from their origin"),
    )
    return hazard_of_treatment(rows, candidates.columns[taken], candidates.names)


def hazard_of_treatment(
    rows: PersonTime, columns: Floats, names: tuple[str, ...]
) -> TreatmentHazard:
    """Fit the model of the initiation to rows of person-time whose event it is.

    Parameters
    ----------
    rows : PersonTime
    columns : (n_rows, p) float64
    names : tuple of str

    Raises
    ------
    AnalysisRefused
        As :func:`fit_treatment_hazard`.
    """
    if not rows.event.any():
        raise AnalysisRefused(
            what="nobody was treated while under observation as a candidate",
            where="data.initiation",
            mend="patients who begin treatment after they became candidates are needed",
            code="TZ-EST-nobody-treated",
        )
    told_apart = _told_apart(rows, columns)
    if not told_apart:
        raise AnalysisRefused(
            what="no covariate differs among those at risk when treatments began",
            where="data.covariates",
            mend="name characteristics that decided about treatment",
            code="TZ-EST-no-differences",
        )
    coefficients = np.zeros(columns.shape[1])
    covariance = np.full((columns.shape[1], columns.shape[1]), np.nan)
    found, spread, penalised = _fitted(rows, columns[:, told_apart], names)
    coefficients[told_apart] = found
    covariance[np.ix_(told_apart, told_apart)] = spread
    return TreatmentHazard(
        names=names,
        coefficients=coefficients,
        covariance=covariance,
        n_initiations=int(rows.event.sum()),
        penalised=penalised,
        left_out=tuple(name for j, name in enumerate(names) if j not in told_apart),
    )


def _fitted(
    rows: PersonTime, columns: Floats, names: tuple[str, ...]
) -> tuple[Floats, Floats, bool]:
    labels = names if len(names) == columns.shape[1] else None
    try:
        fit = fit_cox(rows, columns, cluster=False, names=labels)
    except AnalysisRefused as refusal:
        if refusal.code not in {"TZ-EST-monotone", "TZ-EST-convergence"}:
            raise
        penalised = fit_firth(rows, columns, columns=())
        return penalised.coefficients, penalised.covariance, True
    return fit.coefficients, fit.covariance, False


def _told_apart(rows: PersonTime, columns: Floats) -> list[int]:
    """Return the columns that carry information of their own, each beside those before it."""
    varying = _varying(rows, columns)
    if varying.size == 0:
        return []
    sets = arrange(rows, columns[:, varying], ties="efron")
    information = evaluate(sets, np.zeros(varying.size))[2]
    n_events = float(sets.weight[sets.event].sum())
    kept: list[int] = []
    for j in range(varying.size):
        left = float(information[j, j])
        if left <= INFORMATION_LEFT * n_events:
            continue
        if kept:
            beside = information[np.ix_(kept, [j])][:, 0]
            left -= float(beside @ np.linalg.solve(information[np.ix_(kept, kept)], beside))
        if left > INFORMATION_LEFT * information[j, j]:
            kept.append(j)
    return [int(varying[j]) for j in kept]


def _varying(rows: PersonTime, columns: Floats) -> Ints:
    """Return the columns that differ within a stratum, among those at risk at some initiation."""
    differs = np.zeros(columns.shape[1], dtype=np.bool_)
    for stratum in np.unique(rows.stratum[rows.event]):
        here = rows.stratum == stratum
        times = np.unique(rows.exit[here & rows.event])
        at_risk = np.searchsorted(times, rows.entry, side="right") < np.searchsorted(
            times, rows.exit, side="right"
        )
        seen = columns[here & at_risk]
        differs |= np.ptp(seen, axis=0) > ROUND_OFF * np.max(np.abs(seen), axis=0)
    return np.flatnonzero(differs)
