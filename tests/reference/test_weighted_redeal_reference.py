"""Deals in proportion to chances, within strata, against enumeration in exact fractions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import timezero.estimate.redeal as subject
from matched_patients import cohort_of, simulated
from timezero.errors import AnalysisRefused
from timezero.estimate._deals import deals_of
from timezero.estimate._weighted_deals import (
    Chances,
    drawing_by_chance,
    equal_chances,
    every_weighted_deal,
    fitted_chances,
)
from timezero.estimate.redeal import redeal
from timezero.model.cohort import Cohort

EXACT = 1e-12
DRAWS = 40_000
# Four standard errors: one check in 16,000 would fail by chance, and the seeds are fixed.
STANDARD_ERRORS = 4.0

Deal = tuple[int, ...]


def six(seed: int) -> tuple[Cohort, list[Fraction], list[int]]:
    """Return six patients with tied treatments, chances and strata; triggers in half the seeds."""
    rng = np.random.default_rng(seed)
    leave = rng.integers(3, 9, 6).astype(np.float64)
    initiation = np.full(6, np.nan)
    treated = rng.permutation(6)[: int(rng.integers(2, 4))]
    initiation[treated] = np.minimum(rng.integers(0, 4, treated.size), leave[treated] - 1.0)
    trigger = rng.integers(0, 3, 6).astype(np.float64) if seed % 2 else None
    chances = [Fraction(int(v), 4) for v in rng.integers(1, 9, 6)]
    strata = [int(v) for v in rng.integers(0, 2, 6)]
    return cohort_of(leave, rng.random(6) < 0.7, initiation, trigger=trigger), chances, strata


def every(cohort: Cohort, chances: list[Fraction], strata: list[int]) -> dict[Deal, Fraction]:
    """Enumerate by recursion over the treatments, those of one time one after another."""
    deals = deals_of(cohort)
    step_of = np.repeat(np.arange(deals.n_steps), np.diff(deals.slots))

    def go_on(slot: int, chance: Fraction, dealt: Deal) -> Iterator[tuple[Deal, Fraction]]:
        if slot == deals.when.size:
            yield dealt, chance
            return
        when = float(deals.when[slot])
        own = strata[int(deals.recipient[slot])]
        free = [
            i
            for i in range(cohort.n)
            if i not in dealt
            and strata[i] == own
            and deals.opens[i] <= step_of[slot] < deals.closes[i]
            and cohort.exit[i] > when
        ]
        total = sum((chances[i] for i in free), Fraction(0))
        if not free:
            yield from go_on(slot + 1, chance, (*dealt, -1))
        for i in free:
            yield from go_on(slot + 1, chance * chances[i] / total, (*dealt, i))

    found: dict[Deal, Fraction] = defaultdict(Fraction)
    for dealt, chance in go_on(0, Fraction(1), ()):
        found[dealt] += chance
    return found


def chances_of(chances: list[Fraction], strata: list[int]) -> Chances:
    return Chances(
        chance=np.array([[float(v) for v in chances]]), stratum=np.array(strata, dtype=np.int64)
    )


@pytest.mark.parametrize("seed", range(24))
def test_every_deal_has_its_exact_probability(seed: int) -> None:
    cohort, chances, strata = six(seed)
    dealt, probability = every_weighted_deal(deals_of(cohort), chances_of(chances, strata))
    wanted = every(cohort, chances, strata)
    assert sorted(map(tuple, dealt.tolist())) == sorted(wanted)
    for deal, found in zip(dealt.tolist(), probability, strict=True):
        assert found == pytest.approx(float(wanted[tuple(deal)]), abs=EXACT)


@pytest.mark.parametrize("seed", range(6))
def test_drawn_deals_follow_the_same_law(seed: int) -> None:
    cohort, chances, strata = six(seed)
    given = chances_of(chances, strata)
    dealt = drawing_by_chance(deals_of(cohort), given, 7)(0, DRAWS)
    wanted = every(cohort, chances, strata)
    counts: dict[Deal, int] = defaultdict(int)
    for deal in map(tuple, dealt.tolist()):
        counts[deal] += 1
    assert set(counts) <= set(wanted)
    for deal, chance in wanted.items():
        p = float(chance)
        error = math.sqrt(p * (1.0 - p) / DRAWS)
        assert abs(counts[deal] / DRAWS - p) <= STANDARD_ERRORS * error + EXACT


@pytest.mark.parametrize("seed", range(6))
def test_chances_may_change_from_one_time_to_the_next(seed: int) -> None:
    cohort, chances, strata = six(seed)
    deals = deals_of(cohort)
    once = chances_of(chances, strata)
    again = replace(once, chance=np.repeat(once.chance, deals.n_steps, axis=0))
    one, two = (drawing_by_chance(deals, c, 3)(0, 500) for c in (once, again))
    np.testing.assert_array_equal(one, two)
    other = replace(again, chance=again.chance * np.arange(1.0, deals.n_steps + 1.0)[:, None])
    np.testing.assert_array_equal(one, drawing_by_chance(deals, other, 3)(0, 500))


@pytest.mark.parametrize("seed", range(12))
def test_equal_chances_give_the_ordinary_exact_test(seed: int) -> None:
    cohort, _, _ = six(seed)
    if not cohort.event.any():
        return
    plain = redeal(cohort, draws=1, seed=0)
    equal = redeal(cohort, draws=1, seed=0, chances=equal_chances(cohort.n))
    assert plain.enumerated
    assert equal.enumerated
    assert equal.p_value == pytest.approx(plain.p_value, abs=EXACT)
    means = [float(np.sum(r.probabilities * r.scores)) for r in (plain, equal)]
    assert means[0] == pytest.approx(means[1], abs=EXACT)


def test_drawn_and_enumerated_p_values_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort, chances, strata = six(2)
    given = chances_of(chances, strata)
    exact = redeal(cohort, draws=1, seed=0, chances=given)
    monkeypatch.setattr(subject, "MOST_ENUMERATED", 0)
    drawn = redeal(cohort, draws=20_000, seed=0, chances=given, workers=2)
    assert not drawn.enumerated
    assert abs(drawn.p_value - exact.p_value) <= STANDARD_ERRORS * drawn.monte_carlo_error
    alone = redeal(cohort, draws=20_000, seed=0, chances=given)
    np.testing.assert_array_equal(alone.scores, drawn.scores)


def test_fitted_chances_solve_the_score_equation_of_the_deals() -> None:
    cohort, columns = simulated(40, 11)
    chances, hazard = fitted_chances(cohort, columns, ("a", "b"))
    deals = deals_of(cohort)
    total = np.zeros(2)
    for first, past in pairwise(deals.slots):
        step = int(np.searchsorted(deals.slots, first))
        untreated = ~np.isin(np.arange(cohort.n), deals.recipient[:first])
        here = np.flatnonzero(untreated & (deals.opens <= step) & (step < deals.closes))
        assert past - first == 1
        weight = chances.chance[0, here]
        mean = weight @ columns[here] / weight.sum()
        total += columns[deals.recipient[first]] - mean
    np.testing.assert_allclose(total, 0.0, atol=1e-9)
    ratio = np.log(chances.chance[0, 0] / chances.chance[0, 1])
    assert ratio == pytest.approx(float((columns[0] - columns[1]) @ hazard.coefficients))


def test_chances_of_nothing_are_refused() -> None:
    cohort, columns = simulated(20, 1)
    bad = Chances(chance=np.zeros((1, cohort.n)), stratum=np.zeros(cohort.n, dtype=np.int64))
    with pytest.raises(AnalysisRefused) as refusal:
        redeal(cohort, draws=10, seed=0, chances=bad)
    assert refusal.value.code == "TZ-EST-chances"
    with pytest.raises(AnalysisRefused) as refusal:
        fitted_chances(cohort, np.ones_like(columns), ("a", "b"))
    assert refusal.value.code == "TZ-EST-no-differences"
