"""Any estimate again in many resamples of the patients, the same patients for every estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._replicates import Progress, in_chunks
from timezero.estimate.bootstrap import copies_of_patients

REPLICATES_IN_A_CHUNK = 50
FAILED_REFUSE = 0.05


class Kept(Protocol):
    """Where finished chunks are kept, so that an interrupted bootstrap goes on where it was."""

    def get(self, first: int, past: int) -> Floats | None:
        """Return the numbers of a chunk of replicates, or None when it was not finished."""
        ...

    def put(self, first: int, past: int, numbers: Floats) -> None:
        """Keep the numbers of a finished chunk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateInterval:
    """What the replicates of one number say.

    Parameters
    ----------
    standard_error : float
        Standard deviation of the replicates.
    lower, upper : float
        Percentiles; NaN when more than 5 % of the replicates failed (guard G28).
    share_failed : float
        Share of replicates without a finite number.
    lower_error, upper_error : float
        Monte-Carlo standard error of each limit.
    n_replicates : int
    """

    standard_error: float
    lower: float
    upper: float
    share_failed: float
    lower_error: float
    upper_error: float
    n_replicates: int

    @property
    def details(self) -> dict[str, float]:
        """The numbers that ride on a contrast as its details."""
        return {
            "share_failed": self.share_failed,
            "n_replicates": float(self.n_replicates),
            "monte_carlo_error_lower": self.lower_error,
            "monte_carlo_error_upper": self.upper_error,
        }


def person_bootstrap(
    replicate: Callable[[Ints], Floats],
    *,
    n_patients: int,
    n_numbers: int,
    replicates: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> Floats:
    """Estimate again in resamples of the patients.

    Parameters
    ----------
    replicate : callable
        Given how often each patient of the cohort was drawn, (n_patients,) int64, returns the
        estimates, (n_numbers,) float64. A patient drawn twice must count as two patients. It may
        raise AnalysisRefused; that replicate is then NaN and counted as failed.
    n_patients : int
        Patients in the cohort, so that all rungs draw the same patients in the same replicate.
    n_numbers : int
    replicates : int
        Number of resamples, >= 1.
    seed : int
        In [0, 2**64).
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Told how many replicates are done, and how many there are.
    kept : Kept, optional
        Finished chunks from an earlier run, and where to keep new ones.

    Returns
    -------
    numbers : (replicates, n_numbers) float64

    Estimates
    ---------
    The sampling law of the estimates.

    Assumes
    -------
    Patients are independent of each other.

    References
    ----------
    .. [efron1981], [davison1997]

    Raises
    ------
    InputRefused
        The seed is out of range.
    """
    numbers = np.full((replicates, n_numbers), np.nan)

    def work(first: int, past: int) -> None:
        found = None if kept is None else kept.get(first, past)
        if found is not None and found.shape[1] == n_numbers:
            numbers[first:past] = found
            return
        for k in range(first, past):
            try:
                numbers[k] = replicate(copies_of_patients(n_patients, seed=seed, replicate=k))
            except AnalysisRefused:
                continue
        if kept is not None:
            kept.put(first, past, numbers[first:past])

    in_chunks(work, replicates, chunk=REPLICATES_IN_A_CHUNK, workers=workers, progress=progress)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def replicate_interval(replicates: Floats, *, level: float) -> ReplicateInterval:
    """Return the percentile interval of some replicates, with the Monte-Carlo error of its limits.

    Parameters
    ----------
    replicates : (n,) float64
        NaN where a replicate failed.
    level : float
        Coverage of the interval.

    References
    ----------
    .. [davison1997], section 2.5.2 for the error of a quantile
    """
    worked = np.sort(replicates[np.isfinite(replicates)])
    failed = 1.0 - worked.size / max(replicates.size, 1)
    nan = float("nan")
    if worked.size < 2 or failed > FAILED_REFUSE:
        spread = float(np.std(worked, ddof=1)) if worked.size > 1 else nan
        return ReplicateInterval(
            standard_error=spread,
            lower=nan,
            upper=nan,
            share_failed=failed,
            lower_error=nan,
            upper_error=nan,
            n_replicates=replicates.size,
        )
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(worked, (tail, 1.0 - tail))
    return ReplicateInterval(
        standard_error=float(np.std(worked, ddof=1)),
        lower=float(lower),
        upper=float(upper),
        share_failed=failed,
        lower_error=_quantile_error(worked, tail),
        upper_error=_quantile_error(worked, 1.0 - tail),
        n_replicates=replicates.size,
    )


def _quantile_error(ordered: Floats, share: float) -> float:
    """Half the distance between the order statistics one binomial standard error either side."""
    n = ordered.size
    step = np.sqrt(share * (1.0 - share) / n)
    low, high = np.quantile(ordered, (max(share - step, 0.0), min(share + step, 1.0)))
    return float(high - low) / 2.0
