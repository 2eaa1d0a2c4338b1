"""Matching in risk sets: who begins treatment, beside who could have at that moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align._rows import one_row_each
from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.treatment_hazard import Candidates, TreatmentHazard
from timezero.estimate.weight_diagnostics import Balance
from timezero.kernels.risk_set_matching import (
    MATCHED,
    NOBODY_AT_RISK,
    NOBODY_NEAR,
    NOT_KNOWN,
    UNKNOWN,
    USED_BEFORE,
    match_in_order,
)
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties

# Scores are compared as whole numbers of this part of their spread: rounding then decides nothing.
PART_OF_SPREAD = 1e-9
FARTHEST = 1e8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedSets:
    """Disjoint sets: one patient who begins treatment, and patients who could have just then.

    Parameters
    ----------
    candidates : Candidates
    member : (n_members,) int64
        Index among the candidates; sets one after the other, the treated first in each, then the
        matched patients from the nearest on.
    bounds : (n_sets + 1,) int64
        Members of set ``k`` are ``bounds[k]`` up to before ``bounds[k + 1]``.
    when : (n_sets,) float64
        Time of the match, on each member's own clock from the origin.
    gap : (n_members,) float64
        Distance from the treated member in standard deviations of the score.
    spread : float
        Standard deviation of the score at the origin; 0 when all are alike.
    n_initiators, n_used_before, n_nobody_near, n_nobody_at_risk, n_not_known : int
        Who began treatment under observation; of them, who had been matched to somebody earlier,
        had nobody within the caliper, nobody untreated beside them, or unknown values.
    """

    candidates: Candidates
    member: Ints
    bounds: Ints
    when: Floats
    gap: Floats
    spread: float
    n_initiators: int
    n_used_before: int
    n_nobody_near: int
    n_nobody_at_risk: int
    n_not_known: int

    @property
    def n_sets(self) -> int:
        """Number of matched sets."""
        return int(self.when.size)

    @property
    def set_of(self) -> Ints:
        """Set of each member."""
        return np.repeat(np.arange(self.n_sets), np.diff(self.bounds))

    @property
    def treated(self) -> Bools:
        """Whether each member is the one who begins treatment."""
        first = np.zeros(self.member.size, dtype=np.bool_)
        first[self.bounds[:-1]] = True
        return first

    @property
    def weight(self) -> Floats:
        """Return 1 for the treated; those matched to one patient share a weight of 1."""
        n_matched = (np.diff(self.bounds) - 1).astype(np.float64)
        return np.where(self.treated, 1.0, 1.0 / n_matched[self.set_of])

    def follow_up(self, *, until_treated: bool = False) -> tuple[Floats, Bools]:
        """Return the time of each member from the match, and whether it ends in the event.

        Parameters
        ----------
        until_treated : bool
            End the time of a matched patient where he is treated himself (C4).
        """
        when = self.when[self.set_of]
        time, event = self.candidates.follow[self.member], self.candidates.event[self.member]
        if until_treated:
            later = np.where(self.treated, np.inf, self.candidates.wait[self.member])
            event = event & (later >= time)
            time = np.minimum(time, later)
        (time,), _ = merge_near_ties(time - when)
        return time, event

    def rows(self, *, within_sets: bool, until_treated: bool = False) -> PersonTime:
        """Return the time of the members from the match on.

        Parameters
        ----------
        within_sets : bool
            Sets are the strata, and the clusters (in place of patients); otherwise one stratum,
            and sets with more matched patients do not count more.
        until_treated : bool
            As in :meth:`follow_up`.
        """
        time, event = self.follow_up(until_treated=until_treated)
        rows = one_row_each(
            entry=np.full(time.size, -np.inf),
            exit=time,
            event=event,
            arm=self.treated,
            patient=self.candidates.patient[self.member],
            words=(
                ("matched, not yet treated", "begins treatment"),
                "matched patients, from the moment of the match",
            ),
        )
        if within_sets:
            return replace(rows, stratum=self.set_of, patient=self.set_of)
        n_matched = time.size / self.n_sets - 1.0
        return replace(rows, weight=np.where(self.treated, 1.0, n_matched * self.weight))


def _whole_scores(candidates: Candidates, hazard: TreatmentHazard) -> tuple[Ints, float]:
    """Return the score of each row in parts of its spread at the origin, and the spread."""
    score = candidates.columns @ hazard.coefficients
    known = ~np.isnan(score)
    at_origin = score[candidates.first[:-1]]
    at_origin = at_origin[~np.isnan(at_origin)]
    spread = float(np.std(at_origin, ddof=1)) if at_origin.size > 1 else 0.0
    middle = float(np.mean(at_origin)) if at_origin.size else 0.0
    whole = np.full(score.size, UNKNOWN, dtype=np.int64)
    away = (score[known] - middle) / (spread if spread > 0.0 else 1.0)
    whole[known] = np.rint(np.clip(away, -FARTHEST, FARTHEST) / PART_OF_SPREAD)
    return whole, spread


def _in_order(candidates: Candidates, whole: Ints) -> Ints:
    """Return the initiators by time; at one time, those hardest to match (highest score) first."""
    began = np.flatnonzero(candidates.wait < candidates.follow)
    score = whole[candidates.first[began + 1] - 1]  # rows end with treatment
    order = np.lexsort((candidates.identifier_rank[began], -score, candidates.wait[began]))
    return began[order].astype(np.int64)


def match_in_risk_sets(
    candidates: Candidates, hazard: TreatmentHazard, *, matches: int, caliper: float
) -> MatchedSets:
    """Match each patient who begins treatment to the most similar who could have just then.

    In order of the time since the origin, each initiator gets the nearest ``matches`` candidates on
    the score of the treatment hazard among those alive, under observation and untreated just after
    that time, who share his factor, lie within the caliper, and are in no set yet. A patient is
    in one set at most: who was matched to somebody and is treated later stays in that set, and
    no set is made for him. Fewer than ``matches`` are taken where no more are near.

    Parameters
    ----------
    candidates : Candidates
    hazard : TreatmentHazard
    matches : int
        At least 1.
    caliper : float
        Largest distance, in standard deviations of the score among the candidates at the origin.

    Estimates
    ---------
    Sets in which, at the time of the match, only one began treatment and all were as likely to:
    ``exp(gamma' L)`` is the same up to the caliper.

    Assumes
    -------
    The score holds all that decided about treatment and bears on the outcome; ties of distance
    are decided by the order of identifiers, which knows nothing of the outcome.

    References
    ----------
    .. [li2001], [lu2005], [rosenbaum1985]

    Raises
    ------
    AnalysisRefused
        Nobody could be matched.
    """
    whole, spread = _whole_scores(candidates, hazard)
    initiators = _in_order(candidates, whole)
    chosen = np.empty((initiators.size, matches), dtype=np.int64)
    outcome = np.empty(initiators.size, dtype=np.int64)
    match_in_order(
        initiators,
        candidates.wait[initiators],
        candidates.leaves,
        candidates.factor,
        candidates.first[:-1].copy(),
        candidates.first[1:].copy(),
        candidates.end,
        whole,
        int(np.rint(min(caliper, 2.0 * FARTHEST) / PART_OF_SPREAD)),
        np.argsort(candidates.identifier_rank, kind="stable").astype(np.int64),
        chosen,
        outcome,
    )
    made = outcome == MATCHED
    if not made.any():
        raise AnalysisRefused(
            what=f"none of {initiators.size} patients who began treatment has an untreated "
            "candidate beside him within the caliper",
            where="fitness.caliper",
            mend="a wider caliper, fewer exact factors, or more candidates under observation",
            code="TZ-EST-nobody-matched",
        )
    return _sets(candidates, initiators[made], chosen[made], outcome, scores=(whole, spread))


def _sets(
    candidates: Candidates,
    treated: Ints,
    chosen: Ints,
    outcome: Ints,
    *,
    scores: tuple[Ints, float],
) -> MatchedSets:
    whole, spread = scores
    everybody = np.column_stack([treated, chosen])
    there = everybody >= 0
    bounds = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64)
    member = everybody[there]
    when = candidates.wait[treated]
    set_of = np.repeat(np.arange(treated.size), np.diff(bounds))
    score = whole[_row_at(candidates, member, when[set_of])]
    counts = [int(np.sum(outcome == k)) for k in range(NOT_KNOWN + 1)]
    return MatchedSets(
        candidates=candidates,
        member=member,
        bounds=bounds,
        when=when,
        gap=np.abs(score - score[bounds[:-1]][set_of]) * PART_OF_SPREAD,
        spread=spread,
        n_initiators=int(outcome.size),
        n_used_before=counts[USED_BEFORE],
        n_nobody_near=counts[NOBODY_NEAR],
        n_nobody_at_risk=counts[NOBODY_AT_RISK],
        n_not_known=counts[NOT_KNOWN],
    )


def _row_at(candidates: Candidates, who: Ints, time: Floats) -> Ints:
    """Return the row that holds for each patient just before a time."""
    row = candidates.first[who].copy()
    past = candidates.first[who + 1]
    while True:
        over = (row + 1 < past) & (candidates.end[row] < time)
        if not over.any():
            return row
        row[over] += 1


def matched_balance(sets: MatchedSets) -> list[Balance]:
    """Compare those who began treatment with who was beside them, before and after matching.

    Before: with everybody who could have begun it at that moment, each risk set counted once;
    after: with those matched. Both are divided by the pooled standard deviation before.

    Parameters
    ----------
    sets : MatchedSets

    Returns
    -------
    list of Balance
        Treated less untreated; a covariate that does not vary has no difference (NaN).
    """
    candidates = sets.candidates
    began = np.flatnonzero(candidates.wait < candidates.follow)
    treated = candidates.columns[_row_at(candidates, began, candidates.wait[began])]
    known = ~np.isnan(treated).any(axis=1)
    treated = treated[known]
    rows, share = _share_of_risk_sets(candidates, np.sort(candidates.wait[began[known]]))
    beside = candidates.columns[rows]
    mean = share @ beside
    spread = np.sqrt((treated.var(axis=0) + share @ (beside - mean) ** 2) / 2.0)
    here = candidates.columns[_row_at(candidates, sets.member, sets.when[sets.set_of])]
    sign = np.where(sets.treated, 1.0, -sets.weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        before = np.where(spread > 0.0, (treated.mean(axis=0) - mean) / spread, np.nan)
        after = np.where(spread > 0.0, (sign @ here) / sets.n_sets / spread, np.nan)
    return [
        Balance(covariate=name, before=float(b), after=float(a))
        for name, b, a in zip(candidates.names, before, after, strict=True)
    ]


def _share_of_risk_sets(candidates: Candidates, times: Floats) -> tuple[Ints, Floats]:
    """Return the rows with known values and their share, each non-empty risk set counting once."""
    owner = np.repeat(np.arange(candidates.n), np.diff(candidates.first))
    begin = np.concatenate([[-np.inf], candidates.end[:-1]])
    begin[candidates.first[:-1]] = -np.inf
    low = np.searchsorted(times, begin, side="right")
    high = np.minimum(
        np.searchsorted(times, candidates.end, side="right"),
        np.searchsorted(times, candidates.leaves[owner], side="left"),
    )
    rows = np.flatnonzero((low < high) & ~np.isnan(candidates.columns).any(axis=1))
    change = np.bincount(low[rows], minlength=times.size + 1).astype(np.float64)
    change -= np.bincount(high[rows], minlength=times.size + 1)
    size = np.cumsum(change)[:-1]
    each = np.where(size > 0.5, 1.0 / np.maximum(size, 1.0), 0.0)
    total = np.concatenate([[0.0], np.cumsum(each)])
    share = total[high[rows]] - total[low[rows]]
    return rows, share / max(float(share.sum()), 1.0)
