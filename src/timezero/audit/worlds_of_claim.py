"""One claim under one strength of selection: worlds drawn, simulated and compared with print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.audit.printed_table import PrintedTable
from timezero.audit.prior import Prior, make_worlds
from timezero.audit.simulate import Design, Stream, simulate
from timezero.audit.targets import Targets

Progress: TypeAlias = Callable[[str, int, int], None]
PURPOSES_OF_A_STAGE: Final = 16
USUAL_PATIENTS: Final = 300.0


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every stage of an audit is given.

    Parameters
    ----------
    seed : int
    workers : int
        Threads; results do not depend on it.
    effort : float
        1 is the usual number of simulated studies.
    progress : callable
        Told the name of a stage, how much is done, and how much there is.
    """

    seed: int
    workers: int = 2
    effort: float = 1.0
    progress: Progress = silent


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """One simulation task: its unknowns, what is read off, and where its random numbers begin.

    Parameters
    ----------
    name : str
        Told to whoever watches.
    number : int
        Every stage has its own random streams.
    """

    name: str
    number: int
    prior: Prior
    design: Design
    targets: Targets

    def table(self, values: Floats) -> PrintedTable:
        """Return simulated numbers with their names."""
        return PrintedTable(names=self.design.names, values=values)

    def simulated(self, x: Floats, kind: Ints, part: int, *, run: Run) -> Floats:
        """Simulate one study at each point."""
        return simulate(
            make_worlds(self.prior, x, kind),
            self.design,
            self.prior.tables,
            stream=Stream(seed=run.seed, purpose=self.number * PURPOSES_OF_A_STAGE + part),
            workers=run.workers,
            progress=lambda done, total: run.progress(self.name, done, total),
        )


def rounds_for(
    n_patients: float, run: Run, *, shares: tuple[float, ...], most: float, fewest: float
) -> tuple[int, ...]:
    """Return how many studies each round simulates, fewer when studies are large.

    Parameters
    ----------
    n_patients : float
        Patients of one study.
    shares : tuple of float
        Shares of the rounds, in all 1.
    most, fewest : float
        Studies in all, for small and for very large ones.
    """
    total = min(most, max(most * USUAL_PATIENTS / max(n_patients, 1.0), fewest)) * run.effort
    return tuple(max(int(total * share), 200) for share in shares)


def spread(values: Floats, weight: Floats) -> Floats:
    """Return a robust standard deviation of each column: half of its middle 68 %, weighted.

    Columns without spread get 1e-6; NaN is left out.
    """
    found = np.full(values.shape[1], 1e-6)
    for k in range(values.shape[1]):
        known = np.isfinite(values[:, k])
        if known.any():
            low, high = weighted_quantiles(values[known, k], weight[known], (0.16, 0.84))
            found[k] = max((high - low) / 2.0, 1e-6)
    return found


def weighted_quantiles(values: Floats, weight: Floats, shares: tuple[float, ...]) -> Floats:
    """Return quantiles of weighted draws; infinite draws keep their place.

    Parameters
    ----------
    values : (n,) float64
        Without NaN.
    weight : (n,) float64
        Not negative.
    shares : tuple of float
    """
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weight[order])
    wanted: Floats = np.multiply(shares, running[-1])
    places = np.minimum(np.searchsorted(running, wanted), values.size - 1)
    return values[order][places]
