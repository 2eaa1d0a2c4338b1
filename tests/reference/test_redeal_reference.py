"""The exact test against plain Python with exact fractions, and against Stanford's numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import timezero.estimate.redeal as subject
from timezero.align.time_varying import time_varying
from timezero.estimate.log_rank import log_rank
from timezero.estimate.redeal import redeal
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import read_protocol
from timezero.model.cohort import Cohort

# Sums of at most a dozen fractions, and a root found to 1e-10.
EXACT = 1e-8
SEEDS = range(40)
# Three standard errors: a fair program fails one check in 370, and the seeds are fixed.
STANDARD_ERRORS = 3.0
HEART = Path(__file__).resolve().parents[2] / "src" / "timezero" / "data" / "stanford_heart_jasa"

Deal = dict[int, float]  # patient -> time dealt


def random_cohort(seed: int) -> Cohort:
    """Return six patients with ties, delayed entry in a third and a trigger in half the seeds."""
    rng = np.random.default_rng(seed)
    n = 6
    leave = rng.integers(2, 8, n).astype(float)
    entry = np.full(n, -np.inf)
    if seed % 3 == 0:
        late = rng.random(n) < 0.4
        entry[late] = rng.integers(0, 2, int(late.sum()))
    initiation = np.full(n, np.nan)
    treated = rng.permutation(n)[: int(rng.integers(1, 5))]
    initiation[treated] = np.minimum(rng.integers(0, 6, treated.size), leave[treated])
    trigger = None
    if seed % 2 == 0:
        trigger = np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 4, n).astype(float))
    return Cohort(
        patient=tuple(str(k) for k in range(n)),
        entry=entry,
        exit=leave,
        event=rng.random(n) < 0.8,
        initiation=initiation,
        trigger=trigger,
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="random",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def may_be_dealt(c: Cohort, i: int, w: float, *, same_day: bool) -> bool:
    triggered = c.trigger is None or c.trigger[i] <= w
    stays = c.exit[i] > w or (same_day and c.exit[i] == w)
    return bool(c.entry[i] < w and stays and triggered)


def twin_deals(c: Cohort) -> tuple[list[tuple[Fraction, Deal]], list[int]]:
    """Enumerate the deals by recursion over the times of treatment."""
    given = sorted({float(w) for w in c.initiation if not math.isnan(w)})
    same_day = {
        w: any(
            c.initiation[i] == w == c.exit[i] and may_be_dealt(c, i, w, same_day=True)
            for i in range(c.n)
        )
        for w in given
    }
    treated = [i for i in range(c.n) if not math.isnan(c.initiation[i])]
    own = {i: float(c.initiation[i]) for i in treated}
    dealt = [i for i in treated if may_be_dealt(c, i, own[i], same_day=same_day[own[i]])]
    fixed = [i for i in treated if i not in dealt]

    def go_on(
        steps: list[float], chance: Fraction, so_far: Deal
    ) -> Iterator[tuple[Fraction, Deal]]:
        if not steps:
            yield chance, so_far
            return
        w = steps[0]
        free = [
            i
            for i in range(c.n)
            if i not in so_far and i not in fixed and may_be_dealt(c, i, w, same_day=same_day[w])
        ]
        number = min(sum(own[i] == w for i in dealt), len(free))
        choices = list(combinations(free, number))
        for chosen in choices:
            more = so_far | dict.fromkeys(chosen, w)
            yield from go_on(steps[1:], chance / len(choices), more)

    return list(go_on(given, Fraction(1), {})), fixed


def twin_score(c: Cohort, treated_at: Deal) -> Fraction:
    total = Fraction(0)
    for t in {float(c.exit[i]) for i in range(c.n) if c.event[i]}:
        # Only candidates' time is scored: a candidate from just after the trigger on.
        at_risk = [
            i
            for i in range(c.n)
            if c.entry[i] < t <= c.exit[i] and (c.trigger is None or c.trigger[i] < t)
        ]
        deaths = [i for i in at_risk if c.event[i] and c.exit[i] == t]
        if not deaths:
            continue
        treated = [i for i in at_risk if treated_at.get(i, math.inf) < t]
        hit = len([i for i in deaths if i in treated])
        total += hit - Fraction(len(deaths) * len(treated), len(at_risk))
    return total


def twin_log_hazard_ratio(c: Cohort, ever: set[int]) -> float:
    """Solve Efron's score equation by bisection over the patients themselves."""

    def score(beta: float) -> float:
        total = 0.0
        for t in {float(c.exit[i]) for i in range(c.n) if c.event[i]}:
            at_risk = [i for i in range(c.n) if c.entry[i] < t <= c.exit[i]]
            deaths = [i for i in at_risk if c.event[i] and c.exit[i] == t]
            for tied in range(len(deaths)):
                down = tied / len(deaths)
                weight = {
                    i: (math.exp(beta) if i in ever else 1.0) * (1 - down if i in deaths else 1.0)
                    for i in at_risk
                }
                total -= sum(w for i, w in weight.items() if i in ever) / sum(weight.values())
            total += sum(i in ever for i in deaths)
        return total

    low, high = -30.0, 30.0
    small = 1e-9
    at_low, at_high = score(low), score(high)
    if abs(at_low) < small and abs(at_high) < small:
        return math.nan
    if at_low < small:
        return -math.inf
    if at_high > -small:
        return math.inf
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if score(middle) > 0 else (low, middle)
    return (low + high) / 2


def twin_median(c: Cohort, group: list[int]) -> float:
    survival, half_at = Fraction(1), math.nan
    for t in sorted({float(c.exit[i]) for i in group if c.event[i]}):
        at_risk = sum(c.entry[i] < t <= c.exit[i] for i in group)
        deaths = sum(bool(c.event[i]) and c.exit[i] == t for i in group)
        if not math.isnan(half_at):
            return (half_at + t) / 2
        survival *= 1 - Fraction(deaths, at_risk)
        if survival < Fraction(1, 2):
            return t
        if survival == Fraction(1, 2):
            half_at = t
    return (half_at + max((float(c.exit[i]) for i in group), default=math.nan)) / 2


def twin_ratio(c: Cohort, ever: set[int]) -> float:
    one = twin_median(c, sorted(ever))
    other = twin_median(c, [i for i in range(c.n) if i not in ever])
    if math.isnan(one) and math.isnan(other):
        return math.nan
    return math.inf if math.isnan(one) else 0.0 if math.isnan(other) else one / other


def twin_law(c: Cohort) -> tuple[list[tuple[float, float, float, float]], Fraction, Fraction]:
    """Return each deal's chance, score, log hazard ratio, ratio of medians; p; observed score."""
    deals, fixed = twin_deals(c)
    kept = {i: float(c.initiation[i]) for i in fixed}
    observed = twin_score(c, {i: float(w) for i, w in enumerate(c.initiation) if w == w})  # noqa: PLR0124
    scores = [twin_score(c, deal | kept) for _, deal in deals]
    mean = sum((p * u for (p, _), u in zip(deals, scores, strict=True)), Fraction(0))
    p_value = Fraction(0)
    for (chance, _), u in zip(deals, scores, strict=True):
        gap = abs(u - mean) - abs(observed - mean)
        p_value += chance * (1 if gap > 0 else Fraction(1, 2) if gap == 0 else 0)
    rows = []
    for (chance, deal), u in zip(deals, scores, strict=True):
        ever = set(deal) | set(fixed)
        rows.append((float(chance), float(u), twin_log_hazard_ratio(c, ever), twin_ratio(c, ever)))
    return rows, p_value, observed


def gathered(rows: list[tuple[float, float, float, float]]) -> dict[tuple[float, ...], float]:
    """Return the chance of each distinct result."""
    chances: dict[tuple[float, ...], float] = {}
    for chance, *numbers in rows:
        key = tuple(-99.0 if math.isnan(x) else round(x, 6) + 0.0 for x in numbers)
        chances[key] = chances.get(key, 0.0) + chance
    return chances


@pytest.mark.parametrize("seed", SEEDS)
def test_enumeration_equals_the_twin(seed: int) -> None:
    c = random_cohort(seed)
    deals, fixed = twin_deals(c)
    if not c.event.any() or len(fixed) == c.n_initiated:
        with pytest.raises(subject.AnalysisRefused):
            redeal(c, draws=1, seed=0)
        return
    found = redeal(c, draws=1, seed=0)
    rows, p_value, observed = twin_law(c)
    ours = list(
        zip(
            found.probabilities,
            found.scores,
            found.null_log_hazard_ratios,
            found.null_median_ratios,
            strict=True,
        )
    )
    assert found.enumerated
    assert found.n_deals == len(deals)
    assert found.n_fixed == len(fixed)
    assert gathered(ours) == pytest.approx(gathered(rows), abs=EXACT)
    assert found.observed_score == pytest.approx(float(observed), abs=EXACT)
    assert found.p_value == pytest.approx(float(p_value), abs=EXACT)
    assert float(found.probabilities.sum()) == pytest.approx(1.0, abs=EXACT)


def test_the_twin_meets_every_difficulty() -> None:
    cases = [random_cohort(seed) for seed in SEEDS]
    assert any(len(twin_deals(c)[1]) > 0 for c in cases)
    assert any(np.any(c.initiation == c.exit) for c in cases)
    assert any(np.unique(c.exit[c.event]).size < c.event.sum() for c in cases)
    times = [c.initiation[c.initiated] for c in cases]
    assert any(np.unique(w).size < w.size for w in times)
    assert any(c.trigger is not None and np.isfinite(c.entry).any() for c in cases)


@pytest.mark.parametrize("seed", [1, 4, 8, 14])
def test_drawing_has_the_law_of_the_enumeration(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    c = random_cohort(seed)
    every = redeal(c, draws=1, seed=0)
    monkeypatch.setattr(subject, "MOST_ENUMERATED", 0)
    draws = 20_000
    drawn = redeal(c, draws=draws, seed=7)
    assert not drawn.enumerated
    for score in np.unique(np.round(every.scores, 9)):
        chance = float(every.probabilities[np.abs(every.scores - score) < EXACT].sum())
        share = float(np.mean(np.abs(drawn.scores - score) < EXACT))
        # Four standard errors: about a hundred comparisons are made.
        assert abs(share - chance) <= 4.0 * math.sqrt(chance * (1 - chance) / draws) + 1e-12
    # Scores as far from the mean on its other side count half, and a drawn mean, never exact,
    # counts them wholly or not at all.
    mean = float(np.sum(every.probabilities * every.scores))
    mirrored = np.abs(every.scores - (2.0 * mean - every.observed_score)) < EXACT
    mirrored &= np.abs(every.scores - every.observed_score) > EXACT
    leeway = float(every.probabilities[mirrored].sum()) / 2.0 + 2.0 / draws
    assert abs(drawn.p_value - every.p_value) <= 4.0 * drawn.monte_carlo_error + leeway


@pytest.fixture(scope="module")
def heart() -> Cohort:
    protocol = read_protocol(HEART / "study.toml")
    assert protocol.data.file is not None
    return read_cohort(HEART / Path(protocol.data.file).name, protocol)


def test_stanford_heart(heart: Cohort) -> None:
    # Computed in R by dealing 4000 times: p 0.6835 (error 0.007), variance of the score 11.08,
    # do-nothing hazard ratio 0.205 (0.079 to 0.429) by its geometric mean.
    draws_in_r = 4_000
    found = redeal(heart, draws=10_000, seed=11, workers=2)
    assert found.observed_score == pytest.approx(45 - 43.615235, abs=5e-7)
    assert found.observed_log_hazard_ratio == pytest.approx(-1.323445, abs=5e-7)
    assert found.observed_median_ratio == pytest.approx(284 / 20)
    assert found.n_fixed == 0
    both = 1 / draws_in_r + 1 / found.n_deals
    # R counted scores at least as large as the observed one, in absolute value.
    as_large = float(np.mean(np.abs(found.scores) >= abs(found.observed_score) - EXACT))
    error = math.sqrt(0.6835 * (1 - 0.6835) * both)
    assert abs(as_large - 0.6835) <= STANDARD_ERRORS * error
    assert abs(found.p_value - 0.6835) <= STANDARD_ERRORS * error
    variance = float(np.var(found.scores))
    kurtosis = float(np.mean((found.scores - found.scores.mean()) ** 4)) / variance**2
    assert abs(variance / 11.08 - 1) <= STANDARD_ERRORS * math.sqrt((kurtosis - 1) * both)
    logs = found.null_log_hazard_ratios
    spread = float(np.std(logs))
    middle_error = spread * math.sqrt(both)
    assert abs(float(np.mean(logs)) - math.log(0.205)) <= STANDARD_ERRORS * middle_error + 0.0025
    tail = 0.025
    height = NormalDist().pdf(NormalDist().inv_cdf(tail)) / spread
    tail_error = math.sqrt(tail * (1 - tail) * both) / height
    for quantile, printed in ((tail, 0.079), (1 - tail, 0.429)):
        gap = abs(float(np.quantile(logs, quantile)) - math.log(printed))
        assert gap <= STANDARD_ERRORS * tail_error + 0.5e-3 / printed


def test_observed_score_is_that_of_mantel_byar(heart: Cohort) -> None:
    found = redeal(heart, draws=10, seed=0)
    tested = log_rank(time_varying(heart))
    difference = float(tested.observed[1] - tested.expected[1])
    assert found.observed_score == pytest.approx(difference, rel=1e-11)
    # By chance alone the score varies about as much as its hypergeometric variance says.
    many = redeal(heart, draws=4_000, seed=3)
    assert float(np.var(many.scores)) == pytest.approx(tested.variance, rel=0.15)
