"""Deals of the treatment in which not everybody is as likely to get it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from timezero.align._rows import one_row_each
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._deals import NOBODY, Deals, by_step, deals_of
from timezero.estimate._replicates import REDEAL_STREAM, generator
from timezero.estimate.treatment_hazard import TreatmentHazard, hazard_of_treatment
from timezero.kernels.redeal import deal_by_chance
from timezero.model.cohort import Cohort


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chances:
    """Who is how likely to be dealt a treatment, and among whom.

    Parameters
    ----------
    chance : (1, n) or (n_steps, n) float64
        Relative chance of each patient, above 0: at all times of treatment, or at each.
    stratum : (n,) int64
        A treatment is dealt within the stratum of who really got it; numbered from 0.
    """

    chance: Floats
    stratum: Ints

    def at(self, step: int) -> Floats:
        """Return the relative chances at one time of treatment, (n,) float64."""
        return self.chance[step if self.chance.shape[0] > 1 else 0]


def equal_chances(n: int, stratum: Ints | None = None) -> Chances:
    """Return the chances in which everybody of a stratum is as likely."""
    return Chances(
        chance=np.ones((1, n)),
        stratum=np.zeros(n, dtype=np.int64) if stratum is None else _numbered(stratum),
    )


def fitted_chances(
    cohort: Cohort, columns: Floats, names: tuple[str, ...], *, stratum: Ints | None = None
) -> tuple[Chances, TreatmentHazard]:
    """Fit who was given each treatment among those who could have been, and return the chances.

    The risk sets of the model are those of the deal itself, at each time of treatment.

    Parameters
    ----------
    cohort : Cohort
    columns : (n, p) float64
        Complete for everybody who could be dealt a treatment.
    names : tuple of str
    stratum : (n,) int64, optional
        Each with a hazard of treatment of its own.
    """
    deals = deals_of(cohort)
    own = np.full(cohort.n, deals.n_steps, dtype=np.int64)
    own[deals.recipient] = np.repeat(np.arange(deals.n_steps), np.diff(deals.slots))
    past = np.minimum(deals.closes, own + 1)
    who = np.flatnonzero(deals.opens < past)
    rows = one_row_each(
        entry=deals.opens[who].astype(np.float64),
        exit=past[who].astype(np.float64),
        event=own[who] < past[who],
        arm=np.zeros(who.size, dtype=np.bool_),
        patient=who,
        words=(("not yet treated", "treated"), "times of treatment, in order"),
    )
    groups = np.zeros(cohort.n, dtype=np.int64) if stratum is None else _numbered(stratum)
    hazard = hazard_of_treatment(replace(rows, stratum=groups[who]), columns[who], names)
    score = np.zeros(cohort.n)
    score[who] = columns[who] @ hazard.coefficients
    return Chances(chance=np.exp(score - score.max())[np.newaxis, :], stratum=groups), hazard


def _numbered(stratum: Ints) -> Ints:
    return np.unique(stratum, return_inverse=True)[1].astype(np.int64).ravel()


def refuse_bad_chances(chances: Chances, deals: Deals) -> None:
    """Raise AnalysisRefused where a chance is not a positive number, or not given."""
    n, shape = deals.opens.size, chances.chance.shape
    fits = shape in {(1, n), (deals.n_steps, n)} and chances.stratum.size == n
    if not fits or not np.all(np.isfinite(chances.chance) & (chances.chance > 0.0)):
        raise AnalysisRefused(
            what="a chance of being dealt a treatment is missing, infinite or not above 0",
            where="chances",
            mend="give every patient a positive chance; leave out who has no known covariates",
            code="TZ-EST-chances",
        )


def weighted_at_most(deals: Deals, chances: Chances, limit: int) -> bool:
    """Say whether there are surely no more deals than the limit, treatments of a day in order."""
    n_deals = 1
    for step in range(deals.n_steps):
        eligible = (deals.opens <= step) & (step < deals.closes)
        for slot in range(int(deals.slots[step]), int(deals.slots[step + 1])):
            same = chances.stratum == chances.stratum[deals.recipient[slot]]
            n_deals *= max(1, int(np.sum(eligible & same)))
        if n_deals > limit:
            return False
    return True


def every_weighted_deal(deals: Deals, chances: Chances) -> tuple[Ints, Floats]:
    """Return every possible deal and its probability; treatments of one time one after another.

    Returns
    -------
    dealt : (n_deals, n_slots) int64
        Who gets each treatment; -1 where nobody eligible is left.
    probability : (n_deals,) float64
    """
    dealt, probability = np.empty((1, 0), dtype=np.int64), np.ones(1)
    for step in range(deals.n_steps):
        open_now = (deals.opens <= step) & (step < deals.closes)
        for slot in range(int(deals.slots[step]), int(deals.slots[step + 1])):
            same = chances.stratum == chances.stratum[deals.recipient[slot]]
            dealt, probability = _one_more(
                dealt, probability, np.flatnonzero(open_now & same), chances.at(step)
            )
    return np.ascontiguousarray(dealt), probability


def _one_more(
    dealt: Ints, probability: Floats, eligible: Ints, chance: Floats
) -> tuple[Ints, Floats]:
    free = (dealt[:, :, np.newaxis] != eligible).all(axis=1)
    share = np.where(free, chance[eligible], 0.0)
    total = share.sum(axis=1)
    parent, place = np.nonzero(free)
    nobody = np.flatnonzero(~free.any(axis=1))
    more = probability[parent] * share[parent, place] / total[parent]
    return (
        np.vstack(
            [
                np.column_stack([dealt[parent], eligible[place]]),
                np.column_stack([dealt[nobody], np.full(nobody.size, NOBODY)]),
            ]
        ).astype(np.int64),
        np.concatenate([more, probability[nobody]]),
    )


def drawing_by_chance(deals: Deals, chances: Chances, seed: int) -> Callable[[int, int], Ints]:
    """Return what draws the deals of a chunk; draw ``k`` has random numbers of its own."""
    joining, join_bounds = by_step(deals, deals.opens)
    leaving, leave_bounds = by_step(deals, deals.closes)
    patient_of = np.argsort(chances.stratum, kind="stable").astype(np.int64)
    n_in = np.bincount(chances.stratum)
    first = np.concatenate([[0], np.cumsum(n_in)[:-1]])
    leaf = np.empty(patient_of.size, dtype=np.int64)
    leaf[patient_of] = np.arange(patient_of.size) - np.repeat(first, n_in)
    holds = np.exp2(np.ceil(np.log2(np.maximum(n_in, 1)))).astype(np.int64)
    sums_first = np.concatenate([[0], np.cumsum(2 * holds)[:-1]])
    tree = np.column_stack([holds, sums_first, first]).ravel().astype(np.int64)

    def draw(begin: int, past: int) -> Ints:
        uniforms = np.empty((past - begin, deals.when.size))
        for k in range(begin, past):
            generator(seed, REDEAL_STREAM, k).random(out=uniforms[k - begin])
        dealt = np.empty(uniforms.shape, dtype=np.int64)
        deal_by_chance(
            uniforms,
            deals.slots,
            chances.stratum[deals.recipient],
            joining,
            join_bounds,
            leaving,
            leave_bounds,
            np.ascontiguousarray(chances.chance, dtype=np.float64),
            chances.stratum,
            leaf,
            patient_of,
            tree,
            int(2 * holds.sum()),
            dealt,
        )
        return dealt

    return draw
