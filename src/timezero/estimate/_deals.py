"""Who could have been given each treatment, and every way in which they could be dealt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.arrays import Bools, Floats, Ints
from timezero.model.cohort import Cohort

NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deals:
    """The treatments to deal, in order of time, and who may get each.

    Parameters
    ----------
    when : (n_slots,) float64
        Time of each treatment, ascending.
    recipient : (n_slots,) int64
        Who really got it.
    slots : (n_steps + 1,) int64
        Treatments given at the same time are ``slots[k]`` up to before ``slots[k + 1]``.
    opens, closes : (n,) int64
        A patient may be dealt a treatment at steps from ``opens`` up to before ``closes``.
    fixed : (n,) bool
        Treated, and never dealt again: treated at entry already, or not eligible when treated.
    """

    when: Floats
    recipient: Ints
    slots: Ints
    opens: Ints
    closes: Ints
    fixed: Bools

    @property
    def n_steps(self) -> int:
        """Number of distinct times of treatment."""
        return int(self.slots.size) - 1


def deals_of(cohort: Cohort) -> Deals:
    """Return who was treated when, and who could have been instead.

    Eligible at ``w`` is who has entered before ``w``, leaves after it (C4), and was triggered by
    then. Where a real recipient leaves at ``w`` itself, others who leave at ``w`` are eligible too.
    """
    leaving = exit_where_treatment_moves(cohort)
    given = np.unique(cohort.initiation[cohort.initiated])
    step_of = np.searchsorted(given, cohort.initiation)  # NaN sorts after every step
    opens = np.searchsorted(given, cohort.entry, side="right")
    if cohort.trigger is not None:
        opens = np.maximum(opens, np.searchsorted(given, cohort.trigger, side="left"))
    closes: Ints = np.searchsorted(given, leaving, side="left").astype(np.int64)
    same_day = np.zeros(given.size + 1, dtype=np.bool_)
    treated_on_exit = cohort.initiated & (cohort.initiation == leaving) & (opens <= step_of)
    same_day[step_of[treated_on_exit]] = True
    leaves_on_step = np.append(given, np.nan)[closes] == leaving
    closes = closes + (leaves_on_step & same_day[closes])
    movable = cohort.initiated & (opens <= step_of) & (step_of < closes)
    fixed = cohort.initiated & ~movable
    recipient = np.flatnonzero(movable)
    recipient = recipient[np.argsort(cohort.initiation[recipient], kind="stable")]
    when = cohort.initiation[recipient]
    steps, starts = np.unique(when, return_index=True)
    kept = np.searchsorted(given, steps)
    return Deals(
        when=when,
        recipient=recipient.astype(np.int64),
        slots=np.append(starts, when.size).astype(np.int64),
        opens=np.where(fixed, steps.size, np.searchsorted(kept, opens)).astype(np.int64),
        closes=np.searchsorted(kept, closes).astype(np.int64),
        fixed=fixed,
    )


def by_step(deals: Deals, step: Ints) -> tuple[Ints, Ints]:
    """Return the patients who may ever be dealt a treatment, grouped by a step of theirs.

    Returns
    -------
    patients : (n_eligible,) int64
    bounds : (n_steps + 1,) int64
        Those of step ``k`` are ``bounds[k]`` up to before ``bounds[k + 1]``.
    """
    eligible = np.flatnonzero(deals.opens < deals.closes)
    ordered = eligible[np.argsort(step[eligible], kind="stable")]
    bounds = np.searchsorted(step[ordered], np.arange(deals.n_steps + 1), side="left")
    return ordered.astype(np.int64), bounds.astype(np.int64)


def at_most(deals: Deals, limit: int) -> bool:
    """Say whether there are surely no more deals than the limit."""
    n_deals = 1
    for step in range(deals.n_steps):
        eligible = int(np.sum((deals.opens <= step) & (step < deals.closes)))
        n_deals *= comb(eligible, int(deals.slots[step + 1] - deals.slots[step]))
        if n_deals > limit:
            return False
    return True


def _extended(
    dealt: Ints, probability: Floats, eligible: Ints, n_given: int
) -> tuple[Ints, Floats]:
    """Return every deal of one more step, each split into its equally likely continuations."""
    free = (dealt[:, :, np.newaxis] != eligible).all(axis=1)
    deals: list[Ints] = []
    chances: list[Floats] = []
    for n_free in np.unique(free.sum(axis=1)):
        parents = np.flatnonzero(free.sum(axis=1) == n_free)
        left = eligible[np.nonzero(free[parents])[1]].reshape(parents.size, int(n_free))
        n_taken = min(n_given, int(n_free))
        choices = np.array(list(combinations(range(int(n_free)), n_taken)), dtype=np.int64)
        new = np.full((parents.size, len(choices), n_given), NOBODY, dtype=np.int64)
        new[:, :, :n_taken] = left[:, choices.reshape(len(choices), n_taken)]
        old = np.repeat(dealt[parents], len(choices), axis=0)
        deals.append(np.hstack([old, new.reshape(-1, n_given)]))
        chances.append(np.repeat(probability[parents] / len(choices), len(choices)))
    return np.concatenate(deals), np.concatenate(chances)


def every_deal(deals: Deals) -> tuple[Ints, Floats]:
    """Return every possible deal and its probability.

    Returns
    -------
    dealt : (n_deals, n_slots) int64
        Who gets each treatment; -1 where nobody eligible is left.
    probability : (n_deals,) float64
    """
    dealt, probability = np.empty((1, 0), dtype=np.int64), np.ones(1)
    for step in range(deals.n_steps):
        eligible = np.flatnonzero((deals.opens <= step) & (step < deals.closes))
        n_given = int(deals.slots[step + 1] - deals.slots[step])
        dealt, probability = _extended(dealt, probability, eligible, n_given)
    return np.ascontiguousarray(dealt), probability
