"""Simulated from the prior, the true ratio has every rank in its posterior equally often."""

from __future__ import annotations

import numpy as np

from timezero.estimate.bayesian_illness_death import Pieces, RatioPrior, ratio_posterior

STUDIES = 400
BINS = 10


def test_ranks_of_the_truth_are_uniform_and_intervals_cover() -> None:
    random = np.random.default_rng(20131025)
    prior = RatioPrior(name="sceptical", mean=0.0, spread=0.35)
    shape, rate = 4.0, 40.0
    ranks, covered = np.empty(STUDIES), 0
    for k in range(STUDIES):
        truth = random.normal(prior.mean, prior.spread)
        hazard = random.gamma(shape, 1.0 / rate, 2)
        # Two pieces of 10 and of no end; 15 untreated from 0, 15 treated from 4 on.
        events, time = np.zeros((2, 2)), np.zeros((2, 2))
        for arm, start in ((0, 0.0), (1, 4.0)):
            ratio = np.exp(truth) if arm else 1.0
            first = start + random.exponential(1.0 / (hazard[0] * ratio), 15)
            later = 10.0 + random.exponential(1.0 / (hazard[1] * ratio), 15)
            life = np.where(first < 10.0, first, later)
            seen = np.minimum(life, random.uniform(8.0, 40.0, 15))
            died = life <= seen
            events[:, arm] = np.sum(died & (seen <= 10.0)), np.sum(died & (seen > 10.0))
            time[:, arm] = (
                np.sum(np.minimum(seen, 10.0) - start),
                np.sum(np.maximum(seen - 10.0, 0)),
            )
        found = ratio_posterior(
            Pieces(
                cuts=np.array([0.0, 10.0, np.inf]),
                events=events,
                competing=np.zeros((2, 2)),
                time=time,
            ),
            prior,
            level=0.9,
            shape=shape,
            rate=rate,
        )
        ranks[k] = np.interp(truth, found.grid, found.chance)
        covered += found.lower <= truth <= found.upper
    counts, _ = np.histogram(ranks, bins=BINS, range=(0.0, 1.0))
    expected = STUDIES / BINS
    chi_squared = float(np.sum((counts - expected) ** 2 / expected))
    # 27.9 is passed once in a thousand by chance with nine degrees of freedom.
    assert chi_squared < 27.9
    error = np.sqrt(0.9 * 0.1 / STUDIES)
    assert abs(covered / STUDIES - 0.9) < 3.3 * error
