"""The exact Mantel-Byar test: who got the treatment is dealt again, at each time it was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._deal_scores import scoring_of
from timezero.estimate._deals import Deals, at_most, by_step, deals_of, every_deal
from timezero.estimate._replicates import REDEAL_STREAM, Progress, generator, in_chunks
from timezero.estimate._weighted_deals import (
    Chances,
    drawing_by_chance,
    every_weighted_deal,
    refuse_bad_chances,
    weighted_at_most,
)
from timezero.kernels.redeal import deal
from timezero.model.cohort import Cohort

MOST_ENUMERATED = 200_000
TREATMENTS_IN_A_CHUNK = 500_000
DEALS_IN_A_CHUNK = 250
SAME_SCORE = 1e-9  # sums of the same terms in another order differ by less than this


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Redeal:
    """What no effect looks like, in these patients: scores and naive comparisons of many deals.

    Parameters
    ----------
    observed_score : float
        Events less expected events among the treated (Mantel-Byar), as it happened; over the
        time from the trigger on when a trigger was recorded.
    observed_log_hazard_ratio : float
        Naive: ever against never treated, from time zero.
    observed_median_ratio : float
        Naive: median of the ever treated over that of the never treated.
    p_value : float
        Two-sided mid-p: the share of deals whose score is further from their mean score.
    monte_carlo_error : float
        Standard error of ``p_value`` from drawing; 0 when all deals were enumerated.
    enumerated : bool
        Whether the deals are all there are.
    n_deals : int
        Deals looked at.
    scores, null_log_hazard_ratios, null_median_ratios : (n_deals,) float64
        Of each deal. A log hazard ratio is infinite when all the events fall in one group; a
        ratio of medians is infinite or 0 when one median is not reached, NaN when neither is.
    probabilities : (n_deals,) float64
        Of each deal, adding to 1.
    n_failed : int
        Deals whose naive log hazard ratio is not finite.
    n_median_not_reached : int
        Deals in which a median is not reached.
    n_fixed : int
        Treated patients who were never dealt again, because they were treated when observation
        began or were not eligible when treated.
    share_undealt : float
        Share of the treatments for which a deal had nobody left.
    """

    observed_score: float
    observed_log_hazard_ratio: float
    observed_median_ratio: float
    p_value: float
    monte_carlo_error: float
    enumerated: bool
    n_deals: int
    scores: Floats
    null_log_hazard_ratios: Floats
    null_median_ratios: Floats
    probabilities: Floats
    n_failed: int
    n_median_not_reached: int
    n_fixed: int
    share_undealt: float


def _drawing(deals: Deals, seed: int) -> Callable[[int, int], Ints]:
    """Return what draws the deals of a chunk; draw ``k`` has random numbers of its own."""
    joining, join_bounds = by_step(deals, deals.opens)
    leaving, leave_bounds = by_step(deals, deals.closes)

    def draw(first: int, past: int) -> Ints:
        uniforms = np.empty((past - first, deals.when.size))
        for k in range(first, past):
            generator(seed, REDEAL_STREAM, k).random(out=uniforms[k - first])
        dealt = np.empty(uniforms.shape, dtype=np.int64)
        deal(
            uniforms,
            deals.slots,
            joining,
            join_bounds,
            leaving,
            leave_bounds,
            deals.opens.size,
            dealt,
        )
        return dealt

    return draw


def _deals_and_drawing(
    deals: Deals, chances: Chances | None, seed: int
) -> tuple[tuple[Ints, Floats] | None, Callable[[int, int], Ints]]:
    """Return all deals with their probabilities, if few; and what draws them otherwise."""
    if chances is None:
        few = at_most(deals, MOST_ENUMERATED)
        return every_deal(deals) if few else None, _drawing(deals, seed)
    refuse_bad_chances(chances, deals)
    few = weighted_at_most(deals, chances, MOST_ENUMERATED)
    every = every_weighted_deal(deals, chances) if few else None
    return every, drawing_by_chance(deals, chances, seed)


def _two_sided(scores: Floats, probabilities: Floats, observed: float) -> tuple[float, Floats]:
    """Return the share of deals at least as far from the null mean, and what each adds to it."""
    middle = float(np.sum(probabilities * scores))
    beyond = np.abs(scores - middle) - abs(observed - middle)
    same = np.abs(beyond) <= SAME_SCORE * (1.0 + abs(observed))
    in_tail = np.where(same, 0.5, beyond > 0.0)
    return float(np.sum(probabilities * in_tail)), in_tail


def _p_value(scores: Floats, chances: Floats | None, observed: float) -> tuple[float, float]:
    """Return the two-sided mid-p and its Monte-Carlo error."""
    if chances is not None:
        return _two_sided(scores, chances, observed)[0], 0.0
    # The deal that happened is one of the possible ones, so a drawn p-value is never 0.
    drawn = np.append(scores, observed)
    p_value, in_tail = _two_sided(drawn, np.full(drawn.size, 1.0 / drawn.size), observed)
    return p_value, float(np.std(in_tail) / np.sqrt(drawn.size))


def _refuse_the_impossible(cohort: Cohort, deals: Deals, draws: int) -> None:
    if not cohort.event.any():
        raise AnalysisRefused(
            what="there is no event, so no deal differs from another",
            where="data.event",
            mend="check which value of the event column means the event",
            code="TZ-EST-no-events",
        )
    if deals.when.size == 0:
        raise AnalysisRefused(
            what="no treatment was given to a patient who was eligible and not yet treated",
            where="data.initiation",
            mend="the test needs patients treated after they came under observation",
            code="TZ-EST-nothing-to-deal",
        )
    if draws < 1:
        raise AnalysisRefused(
            what="no draws were asked for",
            where="analysis.redeals",
            mend="ask for at least 1 draw; 10000 is usual",
            code="TZ-EST-no-draws",
        )


def redeal(
    cohort: Cohort,
    *,
    draws: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    chances: Chances | None = None,
) -> Redeal:
    """Deal each late treatment again among those who could have had it, many times.

    Deaths, censorings and the times of treatment stay as they were. At each time of treatment
    the recipient is drawn uniformly among the patients alive and under observation just after it,
    not treated so far in this deal, and triggered by then if a trigger was recorded. Every deal
    is looked at when there are no more than 200 000, else ``draws`` of them are drawn.

    Parameters
    ----------
    cohort : Cohort
    draws : int
        Deals to draw, >= 1.
    seed : int
        In [0, 2**64).
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Told how many deals are done, and how many there are.
    chances : Chances, optional
        Draw the recipient in proportion to these, within their strata; of treatments at one
        time, one after another. Uniformly among all when not given.

    Estimates
    ---------
    ``P(|U| as extreme)`` under no effect, ``U = sum_j (d_1j - d_j n_1j / n_j)``, treated from just
    after the treatment (C4), over candidates' time when a trigger was recorded; and the law of
    the naive log hazard ratio (Efron, C9) and ratio of medians, ever against never treated, under
    no effect.

    Assumes
    -------
    The treatment changes nobody's event time, and at each time of treatment everybody eligible
    was as likely as anybody else to get it, or as likely as ``chances`` say. The times of
    treatment do not depend on who was treated before; where a deal has nobody eligible left, that
    treatment is given to nobody.

    References
    ----------
    .. [mantel1974], [li2001]

    Raises
    ------
    AnalysisRefused
        There are no events, no treatment can be dealt again, no draws are asked for, or a chance
        is not above 0.
    """
    deals = deals_of(cohort)
    _refuse_the_impossible(cohort, deals, draws)
    every, draw = _deals_and_drawing(deals, chances, seed)
    all_deals, probabilities = (None, None) if every is None else every
    n_deals = draws if all_deals is None else all_deals.shape[0]
    scoring = scoring_of(cohort, deals)
    found, n_undealt = np.empty((n_deals, 4)), np.empty(n_deals)

    def work(first: int, past: int) -> None:
        dealt = draw(first, past) if all_deals is None else all_deals[first:past]
        found[first:past] = scoring.judge(dealt)
        n_undealt[first:past] = (dealt < 0).sum(axis=1)

    chunk = max(1, min(DEALS_IN_A_CHUNK, TREATMENTS_IN_A_CHUNK // deals.when.size))
    in_chunks(work, n_deals, chunk=chunk, workers=workers, progress=progress)
    observed = scoring.judge(deals.recipient[np.newaxis, :])
    score, log_hazard_ratio = float(observed[0, 0]), float(observed[0, 1])
    p_value, error = _p_value(found[:, 0], probabilities, score)
    weights = np.full(n_deals, 1.0 / n_deals) if probabilities is None else probabilities
    return Redeal(
        observed_score=score,
        observed_log_hazard_ratio=log_hazard_ratio,
        observed_median_ratio=float(_ratio(observed)[0]),
        p_value=p_value,
        monte_carlo_error=error,
        enumerated=every is not None,
        n_deals=n_deals,
        scores=found[:, 0].copy(),
        null_log_hazard_ratios=found[:, 1].copy(),
        null_median_ratios=_ratio(found),
        probabilities=weights,
        n_failed=int(np.sum(~np.isfinite(found[:, 1]))),
        n_median_not_reached=int(np.sum(np.isnan(found[:, 2:]).any(axis=1))),
        n_fixed=int(deals.fixed.sum()),
        share_undealt=float(np.sum(weights * n_undealt)) / deals.when.size,
    )


def _ratio(found: Floats) -> Floats:
    """Return the median of the ever over that of the never treated, by their order if unreached."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(found[:, 2], nan=np.inf) / np.nan_to_num(found[:, 3], nan=np.inf)
