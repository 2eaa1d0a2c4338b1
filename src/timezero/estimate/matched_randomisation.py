"""The treatment dealt again within matched sets, and the bias that would undo what is found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._replicates import MATCHED_STREAM, generator
from timezero.estimate.risk_set_matching import MatchedSets
from timezero.kernels.risk_set_matching import set_tables

MOST_SUMS = 200_000
SAME_SCORE = 1e-9  # sums of the same terms in another order differ by less than this
DRAWS_AT_ONCE = 1_000
LARGEST_GAMMA = 1e4
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTest:
    """The sum of the treated's scores, against its law when any member could be the treated.

    Parameters
    ----------
    observed, mean, variance : float
        The sum as it is, and of its law.
    p_value : float
        Two-sided: twice the smaller tail.
    monte_carlo_error : float
        Of ``p_value``; 0 when the law is exact.
    n_informative : int
        Sets whose members have different scores.
    """

    observed: float
    mean: float
    variance: float
    p_value: float
    monte_carlo_error: float
    n_informative: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RosenbaumBounds:
    """Least and largest p-values when members of a set may differ in their odds of treatment.

    Parameters
    ----------
    gammas : (n,) float64
        Largest ratio of two members' odds of being the treated one, from something unmeasured.
    p_lower, p_upper : (n,) float64
        Two-sided: twice the bounds of the tail on the observed side, at most 1.
    gamma_at_alpha : float
        Where ``p_upper`` passes ``alpha``; NaN when it is above already without bias.
    alpha : float
    exact : bool
        Whether the laws are exact, or normal (with more than one matched patient, normal by the
        separable approximation).
    n_informative : int
    """

    gammas: Floats
    p_lower: Floats
    p_upper: Floats
    gamma_at_alpha: float
    alpha: float
    exact: bool
    n_informative: int


def within_set_scores(sets: MatchedSets) -> Floats:
    """Return events less expected events of each member, in his own set (log-rank scores).

    Parameters
    ----------
    sets : MatchedSets

    Returns
    -------
    (n_members,) float64
        Adding to 0 in each set; in a pair 1/2 for who has the event first, -1/2 for the other.
    """
    time, event = sets.follow_up()
    score = np.empty(time.size)
    set_tables(time, event, sets.bounds, score, np.empty((4, time.size)))
    return score


def prentice_wilcoxon_scores(sets: MatchedSets) -> Floats:
    """Return the Prentice-Wilcoxon scores of all members together, larger for earlier events.

    Parameters
    ----------
    sets : MatchedSets

    Returns
    -------
    (n_members,) float64
        ``2 S - 1`` for an event, ``S - 1`` for a censored time, S the survival just after it:
        the product of ``(n - d + 1) / (n + 1)`` over event times.
    """
    time, event = sets.follow_up()
    times = np.unique(time[event])
    reached = np.searchsorted(times, time, side="right")
    at_risk = np.cumsum(np.bincount(reached, minlength=times.size + 1)[::-1])[::-1][1:]
    hit = np.bincount(reached[event] - 1, minlength=times.size)
    survival = np.concatenate([[1.0], np.cumprod((at_risk - hit + 1.0) / (at_risk + 1.0))])
    return np.where(event, 2.0, 1.0) * survival[reached] - 1.0


def matched_test(scores: Floats, bounds: Ints, *, draws: int, seed: int) -> MatchedTest:
    """Test whether the treated have higher or lower scores than those matched to them.

    Parameters
    ----------
    scores : (n_members,) float64
        The treated first in each set.
    bounds : (n_sets + 1,) int64
    draws : int
        When the law is not found exactly.
    seed : int
        In [0, 2**64).

    Estimates
    ---------
    The law of the sum of the treated's scores when in each set each member was as likely to be
    the treated one: exact where the sums are few, otherwise drawn.

    Assumes
    -------
    The treatment changes nobody's event time, and matched members had equal chances.

    References
    ----------
    .. [li2001], [obrien1987], [rosenbaum2002]

    Raises
    ------
    AnalysisRefused
        In no set do the scores differ.
    """
    groups = _groups(scores, bounds)
    observed = float(np.sum(scores[bounds[:-1]]))
    told = float(np.sum(_firsts(scores, bounds)))
    mean = sum(float(np.sum(g.mean(axis=1))) for g in groups)
    variance = sum(float(np.sum(g.var(axis=1))) for g in groups)
    law = _law(groups, [np.full(g.shape, 1.0 / g.shape[1]) for g in groups])
    error = 0.0
    if law is not None:
        above = float(np.sum(law[1][law[0] >= told - SAME_SCORE]))
        below = float(np.sum(law[1][law[0] <= told + SAME_SCORE]))
    else:
        sums = _drawn(groups, draws, seed)
        # What happened is one of the possibilities, so a drawn p-value is never 0.
        above = (1.0 + float(np.sum(sums >= told - SAME_SCORE))) / (draws + 1.0)
        below = (1.0 + float(np.sum(sums <= told + SAME_SCORE))) / (draws + 1.0)
        tail = min(above, below)
        error = 2.0 * math.sqrt(tail * (1.0 - tail) / draws)
    return MatchedTest(
        observed=observed,
        mean=mean + observed - told,
        variance=variance,
        p_value=min(1.0, 2.0 * min(above, below)),
        monte_carlo_error=error,
        n_informative=sum(g.shape[0] for g in groups),
    )


def rosenbaum_bounds(
    scores: Floats, bounds: Ints, *, gammas: Floats, alpha: float = 0.05
) -> RosenbaumBounds:
    """Bound the p-value of :func:`matched_test` when something unmeasured chose the treated.

    Parameters
    ----------
    scores : (n_members,) float64
        The treated first in each set.
    bounds : (n_sets + 1,) int64
    gammas : (n,) float64
        At least 1.
    alpha : float

    Estimates
    ---------
    Tails of the largest and the smallest law of the sum of scores. In a pair the member with
    the larger score is the treated one with probability at most ``gamma / (1 + gamma)``; in larger
    sets the law of largest mean is taken, which is right when sets are many.

    Assumes
    -------
    The treatment changes nobody's event time; within a set, the odds of being the treated one
    differ at most by the factor gamma.

    References
    ----------
    .. [rosenbaum2002], [gastwirth2000], [li2001]

    Raises
    ------
    AnalysisRefused
        In no set do the scores differ.
    """
    groups = _groups(scores, bounds)
    told = float(np.sum(_firsts(scores, bounds)))
    if told < sum(float(np.sum(g.mean(axis=1))) for g in groups):
        groups, told = [np.ascontiguousarray(-g[:, ::-1]) for g in groups], -told

    def upper(gamma: float) -> float:
        return _tail(groups, told, gamma)[0]

    return RosenbaumBounds(
        gammas=gammas,
        p_lower=np.array([_tail(groups, told, 1.0 / float(g))[0] for g in gammas]),
        p_upper=np.array([upper(float(g)) for g in gammas]),
        gamma_at_alpha=_where_it_passes(upper, alpha),
        alpha=alpha,
        exact=_tail(groups, told, 1.0)[1],
        n_informative=sum(g.shape[0] for g in groups),
    )


def _where_it_passes(upper: Callable[[float], float], alpha: float) -> float:
    if upper(1.0) > alpha:
        return float("nan")
    low, high = 0.0, math.log(LARGEST_GAMMA)
    if upper(LARGEST_GAMMA) <= alpha:
        return LARGEST_GAMMA
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if upper(math.exp(middle)) <= alpha else (low, middle)
    return math.exp(low)


def _informative(scores: Floats, bounds: Ints) -> Ints:
    highest = np.maximum.reduceat(scores, bounds[:-1])
    lowest = np.minimum.reduceat(scores, bounds[:-1])
    return np.flatnonzero(highest - lowest > SAME_SCORE)


def _firsts(scores: Floats, bounds: Ints) -> Floats:
    return scores[bounds[:-1][_informative(scores, bounds)]]


def _groups(scores: Floats, bounds: Ints) -> list[Floats]:
    """Return the scores of informative sets, ascending, one table for each size of set."""
    told = _informative(scores, bounds)
    if told.size == 0:
        raise AnalysisRefused(
            what="in no matched set does the event of one member come before the end of another's "
            "time, so the sets say nothing",
            where="matched sets",
            mend="longer follow-up after the match",
            code="TZ-EST-sets-say-nothing",
        )
    size = np.diff(bounds)[told]
    return [
        np.sort(scores[bounds[told[size == m]][:, np.newaxis] + np.arange(m)], axis=1)
        for m in np.unique(size)
    ]


def _law(groups: list[Floats], chances: list[Floats]) -> tuple[Floats, Floats] | None:
    """Return all sums of one score a set, with their chances; None when there are too many."""
    kinds: Counter[tuple[tuple[float, ...], tuple[float, ...]]] = Counter()
    for group, chance in zip(groups, chances, strict=True):
        for values, shares in zip(np.round(group, 12), chance, strict=True):
            kinds[tuple(values.tolist()), tuple(shares.tolist())] += 1
    n_sums = 1.0
    for (values, _), n in kinds.items():
        n_sums *= float(math.comb(n + len(values) - 1, n)) if n_sums <= MOST_SUMS else 1.0
    if n_sums > MOST_SUMS:
        return None
    sums, probability = np.zeros(1), np.ones(1)
    for (values, shares), n in kinds.items():
        more, share = _law_of_kind(np.array(values), np.array(shares), n)
        sums, probability = _merged(
            (sums[:, np.newaxis] + more).ravel(), (probability[:, np.newaxis] * share).ravel()
        )
    return sums, probability


def _law_of_kind(values: Floats, shares: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the sums of ``n`` independent sets of one kind, with their chances."""
    if values.size == 2:
        sums = n * values[0] + np.arange(n + 1) * (values[1] - values[0])
        return sums, _binomial(n, float(shares[1]))
    sums, probability = np.zeros(1), np.ones(1)
    for _ in range(n):
        sums, probability = _merged(
            (sums[:, np.newaxis] + values).ravel(), (probability[:, np.newaxis] * shares).ravel()
        )
    return sums, probability


def _binomial(n: int, chance: float) -> Floats:
    """Return the binomial probabilities of 0 to n, multiplied up from the likeliest on."""
    odds = chance / (1.0 - chance)
    likeliest = min(int((n + 1) * chance), n)
    above = np.arange(likeliest, n, dtype=np.float64)
    below = np.arange(likeliest, 0, -1, dtype=np.float64)
    up = np.cumprod((n - above) / (above + 1.0) * odds)
    down = np.cumprod(below / (n - below + 1.0) / odds)
    relative = np.concatenate([down[::-1], [1.0], up])
    return relative / np.sum(relative)


def _merged(sums: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """Return distinct sums, those that differ by rounding only counted as one."""
    order = np.argsort(sums)
    sums, probability = sums[order], probability[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(sums) > SAME_SCORE]))
    return sums[starts], np.add.reduceat(probability, starts)


def _drawn(groups: list[Floats], draws: int, seed: int) -> Floats:
    """Draw the treated member of every set, again and again."""
    sums = np.zeros(draws)
    for chunk, first in enumerate(range(0, draws, DRAWS_AT_ONCE)):
        numbers = generator(seed, MATCHED_STREAM, chunk)
        here = sums[first : first + DRAWS_AT_ONCE]
        for group in groups:
            n, m = group.shape
            which = (numbers.random((here.size, n)) * m).astype(np.int64)
            here += group[np.arange(n), which].sum(axis=1)
    return sums


def _tail(groups: list[Floats], told: float, gamma: float) -> tuple[float, bool]:
    """Return twice the largest (gamma above 1) or smallest upper tail, and whether it is exact."""
    chances = [_chances(group, gamma) for group in groups]
    law = _law(groups, chances) if all(g.shape[1] == 2 for g in groups) else None
    if law is not None:
        tail = float(np.sum(law[1][law[0] >= told - SAME_SCORE]))
        return min(1.0, 2.0 * tail), True
    mean = variance = 0.0
    for group, chance in zip(groups, chances, strict=True):
        means = np.sum(group * chance, axis=1)
        mean += float(np.sum(means))
        variance += float(np.sum(chance * (group - means[:, np.newaxis]) ** 2))
    z = (told - mean) / math.sqrt(variance)
    return min(1.0, math.erfc(z / math.sqrt(2.0))), False


def _chances(group: Floats, gamma: float) -> Floats:
    """Return the chances, higher scores having odds gamma, that move the mean farthest."""
    n, m = group.shape
    best = np.full((n, m), 1.0 / m)
    if gamma == 1.0:
        return best
    sign = 1.0 if gamma > 1.0 else -1.0
    farthest = np.full(n, -np.inf)
    widest = np.full(n, -np.inf)
    place = np.arange(m, dtype=np.int64)
    for low in range(1, m):
        odds = np.where(place < low, 1.0, gamma)
        chance = odds / odds.sum()
        mean = sign * (group @ chance)
        spread = group**2 @ chance - mean**2
        tied = np.abs(mean - farthest) <= SAME_SCORE
        better = (mean > farthest + SAME_SCORE) | (tied & (spread > widest))
        best[better], farthest[better], widest[better] = chance, mean[better], spread[better]
    return best
