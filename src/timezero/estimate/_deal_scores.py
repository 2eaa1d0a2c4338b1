"""What one deal of the treatment looks like: its score and its naive comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.arrays import Bools, Floats, Ints
from timezero.estimate._deals import Deals
from timezero.kernels.redeal import judge_deals
from timezero.model.cohort import Cohort


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scoring:
    """What is the same in every deal: the arguments of ``judge_deals`` after the deals."""

    when: Floats
    hazard_when: Floats
    moved_exit: Floats
    residual: Floats
    fixed_score: float
    first: Ints
    past: Ints
    event: Bools
    leaving: Floats
    latest_first: Ints
    fixed: Bools
    times: Floats
    n_at_risk: Floats
    n_events: Floats
    fixed_at_risk: Floats
    fixed_events: Floats

    def judge(self, dealt: Ints) -> Floats:
        """Return score, naive log hazard ratio and the two medians of each deal."""
        found = np.empty((dealt.shape[0], 4))
        judge_deals(
            dealt,
            self.when,
            self.hazard_when,
            self.moved_exit,
            self.residual,
            self.fixed_score,
            self.first,
            self.past,
            self.event,
            self.leaving,
            self.latest_first,
            self.fixed,
            self.times,
            self.n_at_risk,
            self.n_events,
            self.fixed_at_risk,
            self.fixed_events,
            found,
        )
        return found


def _at_event_times(
    entry: Floats, leaving: Floats, event: Bools, times: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return first and past event time at risk (C2), numbers at risk, and events."""
    first = np.searchsorted(times, entry, side="right").astype(np.int64)
    past = np.searchsorted(times, leaving, side="right").astype(np.int64)
    change = np.bincount(first, minlength=times.size + 1).astype(np.float64)
    change -= np.bincount(past, minlength=times.size + 1)
    n_events = np.bincount(past[event] - 1, minlength=times.size).astype(np.float64)
    return first, past, np.cumsum(change), n_events


def scoring_of(cohort: Cohort, deals: Deals) -> Scoring:
    """Return what judges the deals of a cohort: hazards, counts and those never dealt again.

    With a trigger only the time of candidates is scored. Were they compared with everybody, their
    higher hazard would enter the variance of the deals, and the one-step ratio would be too far
    from 1 (simulated: 3.0 where the truth is 1.6).
    """
    moved = exit_where_treatment_moves(cohort)
    begins = cohort.entry if cohort.trigger is None else np.fmax(cohort.entry, cohort.trigger)
    scored = moved > begins
    if cohort.trigger is not None:
        scored &= ~np.isnan(cohort.trigger)
    hit = cohort.event & scored
    moved_times = np.unique(moved[hit])
    _, _, at_risk, events = _at_event_times(begins[scored], moved[scored], hit[scored], moved_times)
    hazard = np.append(0.0, np.cumsum(events / at_risk[:-1]))

    def hazard_by(time: Floats) -> Floats:
        return hazard[np.searchsorted(moved_times, time, side="right")]

    residual = np.where(scored, cohort.event - hazard_by(moved), 0.0)
    treated_in_time = deals.fixed & scored & (moved > cohort.initiation)
    since = hazard_by(np.fmax(cohort.initiation, begins)[treated_in_time])
    times = np.unique(cohort.exit[cohort.event])
    first, past, n_at_risk, n_events = _at_event_times(
        cohort.entry, cohort.exit, cohort.event, times
    )
    who = deals.fixed
    _, _, fixed_at_risk, fixed_events = _at_event_times(
        cohort.entry[who], cohort.exit[who], cohort.event[who], times
    )
    return Scoring(
        when=deals.when,
        hazard_when=hazard_by(deals.when),
        moved_exit=np.ascontiguousarray(moved),
        residual=residual,
        fixed_score=float(np.sum(residual[treated_in_time] + since)),
        first=first,
        past=past,
        event=np.ascontiguousarray(cohort.event),
        leaving=np.ascontiguousarray(cohort.exit),
        latest_first=np.argsort(-cohort.exit, kind="stable").astype(np.int64),
        fixed=who,
        times=times,
        n_at_risk=n_at_risk[:-1].copy(),
        n_events=n_events,
        # The kernel adds up the changes itself, after adding those of the patients dealt.
        fixed_at_risk=np.diff(fixed_at_risk, prepend=0.0),
        fixed_events=fixed_events,
    )
