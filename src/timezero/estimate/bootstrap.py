"""Two arms compared again in many resamples of the patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypedDict, Unpack

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._replicates import BOOTSTRAP_STREAM, Progress, generator, in_chunks
from timezero.kernels.resample import resample_arms
from timezero.model.person_time import PersonTime

PATIENTS_IN_A_CHUNK = 500_000
REPLICATES_IN_A_CHUNK = 100


class HowToRun(TypedDict, total=False):
    """Threads, which change nothing in the result, and who is told how far the work is."""

    workers: int
    progress: Progress | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapArms:
    """What each resample of the patients says about two arms; arm 0 is the reference (C6).

    Parameters
    ----------
    log_hazard_ratio : (replicates,) float64
        NaN where it is not finite, because the events at issue fall in one arm or there are none.
    rmst, survival : (replicates, n_horizons, 2) float64
        Time lived between the start of the rows' clock and the horizon, and survival there. NaN
        beyond the last exit of the arm (C8); time lived is known there if nobody survived.
    median : (replicates, 2) float64
        NaN where it is not reached.
    horizons : (n_horizons,) float64
    n_failed : int
        Replicates without a finite log hazard ratio.
    """

    log_hazard_ratio: Floats
    rmst: Floats
    survival: Floats
    median: Floats
    horizons: Floats
    n_failed: int


def copies_of_patients(n_patients: int, *, seed: int, replicate: int) -> Ints:
    """Return how often each patient is in one resample, the same for all rows of a cohort.

    Parameters
    ----------
    n_patients : int
        Number of patients in the cohort, whether or not they have rows.
    seed : int
        In [0, 2**64).
    replicate : int
        Index of the resample, >= 0.
    """
    uniforms = generator(seed, BOOTSTRAP_STREAM, replicate).random(n_patients)
    drawn = (uniforms * n_patients).astype(np.int64)
    return np.bincount(drawn, minlength=n_patients)


def bootstrap_arms(
    rows: PersonTime,
    *,
    n_patients: int,
    horizons: tuple[float, ...],
    replicates: int,
    seed: int,
    **run: Unpack[HowToRun],
) -> BootstrapArms:
    """Resample the patients with replacement, all the rows of a patient together.

    Parameters
    ----------
    rows : PersonTime
        Without case weights and strata.
    n_patients : int
        Patients in the cohort. One seed draws the same patients for all rows of a cohort, so
        that differences between alignments are paired.
    horizons : tuple of float
        On the clock of the rows.
    replicates : int
        Number of resamples, >= 1.
    seed : int
        In [0, 2**64).
    **run : HowToRun
        ``workers`` (threads, 1 if unset; the result does not depend on it) and ``progress`` (told
        how many replicates are done, and how many there are).

    Estimates
    ---------
    The sampling law of the log hazard ratio (Cox, Efron's ties C9, a patient drawn twice counts as
    two), of ``E[min(T, horizon)]`` less the start, of ``S(horizon)`` and of the median by arm.

    Assumes
    -------
    Patients are independent of each other, and so many that their resamples resemble new samples.

    References
    ----------
    .. [efron1981] [davison1997]

    Raises
    ------
    AnalysisRefused
        The rows carry case weights or strata, there are no events, or no replicates are asked for.
    """
    _refuse_the_impossible(rows, replicates)
    arranged = _arranged(rows)
    wanted = np.array(horizons, dtype=np.float64)
    log_hazard_ratio = np.empty(replicates)
    rmst, survival = (np.empty((replicates, wanted.size, 2)) for _ in range(2))
    median = np.empty((replicates, 2))

    def work(begin: int, end: int) -> None:
        copies = np.empty((end - begin, n_patients), dtype=np.int64)
        for k in range(begin, end):
            copies[k - begin] = copies_of_patients(n_patients, seed=seed, replicate=k)
        resample_arms(
            copies,
            *arranged,
            rows.starts_at,
            wanted,
            log_hazard_ratio[begin:end],
            rmst[begin:end],
            survival[begin:end],
            median[begin:end],
        )

    chunk = max(1, min(REPLICATES_IN_A_CHUNK, PATIENTS_IN_A_CHUNK // n_patients))
    workers, progress = run.get("workers", 1), run.get("progress")
    in_chunks(work, replicates, chunk=chunk, workers=workers, progress=progress)
    finite = np.isfinite(log_hazard_ratio)
    return BootstrapArms(
        log_hazard_ratio=np.where(finite, log_hazard_ratio, np.nan),
        rmst=rmst,
        survival=survival,
        median=median,
        horizons=wanted,
        n_failed=int((~finite).sum()),
    )


class _Arranged(NamedTuple):
    """Rows sorted by exit, latest first, as ``resample_arms`` takes them."""

    patient: Ints
    arm: Ints
    first: Ints
    past: Ints
    event: Bools
    leaving: Floats
    times: Floats


def _arranged(rows: PersonTime) -> _Arranged:
    times = np.unique(rows.exit[rows.event])
    latest_first = np.argsort(-rows.exit, kind="stable")
    leaving = rows.exit[latest_first]
    # C2: at risk at the event times after the entry and up to the exit.
    first = np.searchsorted(times, rows.entry[latest_first], side="right").astype(np.int64)
    past = np.searchsorted(times, leaving, side="right").astype(np.int64)
    return _Arranged(
        patient=rows.patient[latest_first],
        arm=rows.arm[latest_first],
        first=first,
        past=past,
        event=rows.event[latest_first],
        leaving=leaving,
        times=times,
    )


def _refuse_the_impossible(rows: PersonTime, replicates: int) -> None:
    if np.any(rows.weight != 1.0) or np.unique(rows.stratum).size > 1:
        raise AnalysisRefused(
            what="the bootstrap of patients is for rows without weights and strata",
            where=rows.counted_from,
            mend="leave weights and strata out",
            code="TZ-EST-bootstrap-rows",
        )
    if not rows.event.any():
        raise AnalysisRefused(
            what="there is no event",
            where=rows.counted_from,
            mend="check which value of the event column means the event",
            code="TZ-EST-no-events",
        )
    if replicates < 1:
        raise AnalysisRefused(
            what="no bootstrap replicates were asked for",
            where="analysis.bootstrap",
            mend="ask for at least 1 replicate; 2000 is usual",
            code="TZ-EST-no-replicates",
        )
