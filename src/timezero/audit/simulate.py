"""Many small studies simulated, each from its own random stream, shared between threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.audit.frailty import FrailtyTables
from timezero.audit.prior import Worlds
from timezero.kernels.naive_comparison import (
    ALL,
    AT_RISK_AT,
    EVER_TREATED,
    LANDMARK,
    LATE,
    MEAN_UP_TO,
    NEVER,
    OWN_CLOCKS,
    STATISTICS,
    SURVIVAL_AT,
    TIME_OF_SHARE,
    WAITING_EXCLUDED,
)

Kind: TypeAlias = Literal["survival", "quantile", "rmst", "at_risk"]
Progress: TypeAlias = Callable[[int, int], None]
WAYS: Final = {
    "ever_treated": EVER_TREATED,
    "not_stated": EVER_TREATED,
    "randomised": EVER_TREATED,
    "own_clocks": OWN_CLOCKS,
    "waiting_excluded": WAITING_EXCLUDED,
    "landmark": LANDMARK,
}
KINDS: Final[dict[Kind, int]] = {
    "survival": SURVIVAL_AT,
    "quantile": TIME_OF_SHARE,
    "rmst": MEAN_UP_TO,
    "at_risk": AT_RISK_AT,
}
GROUPS: Final = {"all": ALL, "late": LATE, "never": NEVER}
CHUNK: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Query:
    """A number read off a curve: survival at a time, the time of a share of deaths, and so on.

    Parameters
    ----------
    group : {"all", "late", "never"}
    kind : {"survival", "quantile", "rmst", "at_risk"}
    value : float
        The time, or the share of deaths.
    """

    group: str
    kind: Kind
    value: float

    @property
    def name(self) -> str:
        """Return the name of the statistic: ``quantile late 0.5``."""
        return f"{self.kind} {self.group} {self.value:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the simulated studies are compared, and what is read off them."""

    comparison: str = "ever_treated"
    landmark: float = 0.0
    queries: tuple[Query, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the statistics, in the order of the columns."""
        return (*STATISTICS, *(query.name for query in sorted(self.queries)))

    def as_array(self) -> Floats:
        """Return the design as the simulation reads it."""
        rows = [(WAYS[self.comparison], self.landmark, 0.0)]
        rows += [(KINDS[q.kind], GROUPS[q.group], q.value) for q in sorted(self.queries)]
        return np.array(rows, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Which random numbers: the seed of the audit and the purpose of this simulation."""

    seed: int
    purpose: int

    def numbers(self, first: int) -> Ints:
        """Return what the kernels ask for; of a seed of 2**63 or more, the same 64 bits."""
        seed = np.array([self.seed], dtype=np.uint64).view(np.int64)
        return np.array([seed[0], self.purpose, first], dtype=np.int64)


def simulate(
    worlds: Worlds,
    design: Design,
    tables: FrailtyTables,
    *,
    stream: Stream,
    workers: int = 2,
    progress: Progress | None = None,
) -> Floats:
    """Simulate one study for each world and return its printed numbers.

    Parameters
    ----------
    worlds : Worlds
    design : Design
    tables : FrailtyTables
    stream : Stream
    workers : int
        Threads; the numbers do not depend on it.

    Returns
    -------
    (n_worlds, n_statistics) float64
        Columns named by ``design.names``. NaN: cannot be computed; infinite: not reached.
    """
    from timezero.estimate._replicates import in_chunks
    from timezero.kernels.simulate_studies import simulate_studies

    n = worlds.rows.shape[0]
    found = np.empty((n, len(design.names)))
    asked = design.as_array()

    def work(first: int, past: int) -> None:
        part = worlds.part(first, past)
        numbers = stream.numbers(first)
        simulate_studies(
            part.rows,
            numbers,
            asked,
            part.knots,
            tables.hazards,
            tables.atoms,
            found[first:past],
        )

    with np.errstate(over="ignore"):
        in_chunks(work, n, chunk=CHUNK, workers=workers, progress=progress)
    return found
