"""Adaptive importance sampling: points of the coordinate space where worlds match what is printed.

Every draw is weighted by its prior density over the mixture of all proposals it could have come
from, so that any number of rounds can be pooled (Owen & Zhou 2000, J Am Stat Assoc 95:135).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.estimate._replicates import generator

DEFENSIVE: Final = 0.15
INFLATION: Final = 1.25
SHRINKAGE: Final = 0.3
LEAST_SHARE_OF_KIND: Final = 0.02
PROPOSAL_STREAM: Final = 40

# Points and kinds in, printed numbers out.
Simulate: TypeAlias = Callable[[Floats, Ints, int], Floats]
# Printed numbers, points and weights in; how far each draw is from what is printed out.
Distance: TypeAlias = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """A normal law for each kind of world, with a share of the prior mixed in.

    Parameters
    ----------
    share : (n_kinds,) float64
    mean : (n_kinds, d) float64
    factor : (n_kinds, d, d) float64
        Lower Cholesky factors of the covariances.
    defensive : float
        Share drawn from the prior; 1 in the first round.
    """

    share: Floats
    mean: Floats
    factor: Floats
    defensive: float

    def log_density(self, x: Floats, kind: Ints) -> Floats:
        """Return the log density of points and kinds under the mixture."""
        d = x.shape[1]
        prior = log_prior(x, self.share.size)
        own = np.full(x.shape[0], -math.inf)
        for k in range(self.share.size):
            mine = kind == k
            if self.share[k] <= 0.0 or not mine.any():
                continue
            centred = (x[mine] - self.mean[k]).T
            scaled = np.asarray(np.linalg.solve(self.factor[k], centred), dtype=np.float64)
            size = np.log(np.diag(self.factor[k])).sum() + 0.5 * d * math.log(2.0 * math.pi)
            own[mine] = math.log(self.share[k]) - 0.5 * (scaled**2).sum(axis=0) - size
        with np.errstate(divide="ignore"):
            parts = np.log(self.defensive) + prior, np.log(1.0 - self.defensive) + own
        return np.logaddexp(*parts)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
        """Draw points and kinds."""
        n_kinds, d = self.mean.shape
        z = rng.standard_normal((n, d))
        from_prior = rng.random(n) < self.defensive
        kind = np.where(
            from_prior,
            rng.integers(n_kinds, size=n),
            rng.choice(n_kinds, size=n, p=self.share),
        )
        x = z.copy()
        for k in range(n_kinds):
            mine = (kind == k) & ~from_prior
            x[mine] = self.mean[k] + z[mine] @ self.factor[k].T
        return x, kind


def log_prior(x: Floats, n_kinds: int) -> Floats:
    """Return the log density of the prior: standard normal, kinds equally likely."""
    d = x.shape[1]
    return -0.5 * (x**2).sum(axis=1) - 0.5 * d * math.log(2.0 * math.pi) - math.log(n_kinds)


def prior_proposal(n_kinds: int, d: int) -> Proposal:
    """Return the proposal that is the prior."""
    return Proposal(
        share=np.full(n_kinds, 1.0 / n_kinds),
        mean=np.zeros((n_kinds, d)),
        factor=np.broadcast_to(np.eye(d), (n_kinds, d, d)),
        defensive=1.0,
    )


def fit_proposal(x: Floats, kind: Ints, weight: Floats, n_kinds: int) -> Proposal:
    """Return normal laws fitted to weighted points, one a kind, drawn towards their common law."""
    d = x.shape[1]
    weight = weight / weight.sum()
    mean, covariance = _moments(x, weight)
    share = np.bincount(kind, weights=weight, minlength=n_kinds) + LEAST_SHARE_OF_KIND / n_kinds
    means, factors = np.empty((n_kinds, d)), np.empty((n_kinds, d, d))
    for k in range(n_kinds):
        mine = kind == k
        n_mine = effective_number(weight[mine])
        trust = (1.0 - SHRINKAGE) * n_mine / (n_mine + 4.0 * d)
        own_mean, own = _moments(x[mine], weight[mine]) if n_mine > 1.0 else (mean, covariance)
        means[k] = trust * own_mean + (1.0 - trust) * mean
        mixed = trust * own + (1.0 - trust) * covariance
        factors[k] = np.linalg.cholesky(INFLATION * mixed + 1e-4 * np.eye(d))
    return Proposal(share=share / share.sum(), mean=means, factor=factors, defensive=DEFENSIVE)


def _moments(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    total = weight.sum()
    mean = weight @ x / total
    centred = x - mean
    return mean, (centred * (weight / total)[:, None]).T @ centred


def effective_number(weight: Floats) -> float:
    """Return how many equally weighted draws these weighted draws are worth (Kish)."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0.0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What is drawn: kinds of world, equally likely, and coordinates, standard normal.

    Parameters
    ----------
    n_kinds, d : int
    """

    n_kinds: int
    d: int


@dataclass(slots=True, kw_only=True, eq=False)
class Draws:
    """All draws of all rounds with their printed numbers.

    Parameters
    ----------
    x : (n, d) float64
    kind : (n,) int64
    statistics : (n, n_statistics) float64
    proposals : list of (Proposal, int)
        With how many draws each gave.
    """

    x: Floats
    kind: Ints
    statistics: Floats
    proposals: list[tuple[Proposal, int]] = field(default_factory=list[tuple[Proposal, int]])

    def weights(self) -> Floats:
        """Return importance weights: prior over the mixture of the proposals, mean about 1."""
        total = sum(n for _, n in self.proposals)
        mixture = np.full(self.x.shape[0], -math.inf)
        for proposal, n in self.proposals:
            part = math.log(n / total) + proposal.log_density(self.x, self.kind)
            mixture = np.logaddexp(mixture, part)
        n_kinds = self.proposals[0][0].share.size
        return np.exp(log_prior(self.x, n_kinds) - mixture)


def sample(
    space: Space,
    simulate: Simulate,
    distance: Distance,
    *,
    rounds: tuple[int, ...],
    nearest: int,
    seed: tuple[int, int],
) -> Draws:
    """Draw in rounds, each nearer to what is printed than the one before.

    Parameters
    ----------
    space : Space
    simulate : callable
        Points, kinds and the number of the round to printed numbers.
    distance : callable
        Printed numbers, points and weights to distances; recomputed every round.
    rounds : tuple of int
        How many draws each round takes.
    nearest : int
        How many draws, nearest to what is printed, each new proposal is fitted to.
    seed : (int, int)
        Seed of the audit and purpose of this sampling.
    """
    proposal = prior_proposal(space.n_kinds, space.d)
    draws: Draws | None = None
    for number, n in enumerate(rounds):
        rng = generator(seed[0], PROPOSAL_STREAM + seed[1], number)
        x, kind = proposal.draw(n, rng)
        found = simulate(x, kind, number)
        if draws is None:
            draws = Draws(x=x, kind=kind, statistics=found, proposals=[(proposal, n)])
        else:
            draws.x = np.concatenate([draws.x, x])
            draws.kind = np.concatenate([draws.kind, kind])
            draws.statistics = np.concatenate([draws.statistics, found])
            draws.proposals.append((proposal, n))
        if number + 1 < len(rounds):
            weight = draws.weights()
            far = distance(draws.statistics, draws.x, weight)
            chosen = np.argsort(far, kind="stable")[:nearest]
            chosen = chosen[np.isfinite(far[chosen])]
            if chosen.size > 10 * space.d:
                near = draws.x[chosen], draws.kind[chosen], weight[chosen]
                proposal = fit_proposal(*near, space.n_kinds)
    if draws is None:
        msg = "at least one round"
        raise ValueError(msg)
    return draws
