"""A slow twin in exact fractions that tries every number of censored patients."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest

from timezero.audit.digitised import clean_points
from timezero.audit.reconstruct import reconstruct
from timezero.audit.risk_numbers import RiskNumbers

HALF = Fraction(1, 2)
# (exit, is censored) so that events sort before censorings (C3).
Exits = list[tuple[Fraction, bool]]


def one_interval(
    start: Fraction,
    end: Fraction,
    steps: list[tuple[Fraction, Fraction]],
    n: int,
    level: Fraction,
    n_censored: int,
) -> tuple[Exits, int, Fraction, Fraction]:
    """Return exits, who is left, the curve at the end, and the mean squared gap."""
    lost = [start + (end - start) * (m + HALF) / n_censored for m in range(n_censored)]
    exits: Exits = [(t, True) for t in lost]
    dead, squares = 0, Fraction(0)
    for t, target in steps:
        at_risk = n - dead - sum(time < t for time in lost)
        if at_risk > 0 and level > target:
            d = min(floor(at_risk * (1 - target / level) + HALF), at_risk)
            level *= 1 - Fraction(d, at_risk)
            dead += d
            exits += [(t, False)] * d
        squares += (level - target) ** 2
    return exits, n - n_censored - dead, level, squares / max(len(steps), 1)


def slowly(
    steps: list[tuple[Fraction, Fraction]], times: list[Fraction], at_risk: list[int]
) -> Exits:
    """Return all exits, for a table whose last number is 0."""
    found: Exits = []
    n, level = at_risk[0], Fraction(1)
    for k, (start, wanted) in enumerate(zip(times[:-1], at_risk[1:], strict=True)):
        is_last = k + 2 == len(times)
        end = min(times[k + 1], max(steps[-1][0], start)) if is_last else times[k + 1]
        mine = [(t, s) for t, s in steps if start <= t and (t <= end if is_last else t < end)]
        most = max(n - wanted, 0)
        tried = [one_interval(start, end, mine, n, level, c) for c in range(most + 1)]
        possible = [(abs(walk[1] - wanted), walk[3], c) for c, walk in enumerate(tried)]
        best = min(found for found in possible if tried[found[2]][1] >= 0)[2]
        exits, n, level, _ = tried[best]
        found += exits
        if is_last:
            found += [(end, True)] * n
    return sorted(found)


@pytest.mark.parametrize("seed", range(40))
def test_twin_in_fractions_finds_the_same_patients(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = int(draw.integers(5, 150))
    life, lost = draw.weibull(1.2, n) * 20, draw.uniform(2, 45, n)
    exits, event = np.minimum(life, lost), life <= lost
    # A curve read badly: a few steps, each a little off.
    t = np.sort(draw.uniform(0.2, exits.max(), int(draw.integers(2, 25))))
    s = np.array([np.mean(life > u) for u in t]) + draw.normal(0, 0.004, t.size)
    points = clean_points(t, np.clip(s, 0.0, 1.0))
    times = [0.0, *np.sort(draw.uniform(1, 0.8 * exits.max(), 3)), float(exits.max()) + 1.0]
    at_risk = [int(np.sum(exits >= u)) for u in times]
    if 0 in at_risk[:-1]:
        first = at_risk.index(0)
        times, at_risk = times[: first + 1], at_risk[: first + 1]
    steps = [
        (Fraction(float(u)), Fraction(float(v)))
        for u, v in zip(points.times, points.survival, strict=True)
    ]
    slow = slowly(steps, [Fraction(float(u)) for u in times], at_risk)
    records = reconstruct(points, RiskNumbers(times=tuple(times), at_risk=tuple(at_risk)))
    assert event.any()
    assert records.n == n
    assert [not censored for _, censored in slow] == records.event.tolist()
    np.testing.assert_allclose([float(u) for u, _ in slow], records.exit, rtol=1e-12)
