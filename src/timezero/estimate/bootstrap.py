"""Patients drawn again, with replacement: how far two arms' numbers move by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._replicates import BOOTSTRAP_STREAM, Progress, generator, in_chunks
from timezero.kernels.resample import resample_arms
from timezero.model.person_time import PersonTime

COPIES_IN_A_CHUNK = 4_000_000
REPLICATES_IN_A_CHUNK = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapArms:
    """What each replicate of the patients gives; index 0 reference, 1 intervention.

    Parameters
    ----------
    log_hazard_ratio : (n_replicates,) float64
        Cox, Efron ties; NaN where it is not finite.
    rmst, survival : (n_replicates, n_horizons, 2) float64
        NaN beyond the follow-up of an arm (C8).
    median : (n_replicates, 2) float64
        NaN = not reached.
    """

    log_hazard_ratio: Floats
    rmst: Floats
    survival: Floats
    median: Floats


def copies_of_patients(n_patients: int, *, seed: int, first: int, past: int) -> Ints:
    """Return how often each patient is drawn in replicates ``first`` up to before ``past``.

    Returns
    -------
    copies : (past - first, n_patients) int64
        Each row adds to ``n_patients``; the same whoever asks and in whatever order.
    """
    copies = np.empty((past - first, n_patients), dtype=np.int64)
    for k in range(first, past):
        drawn = generator(seed, BOOTSTRAP_STREAM, k).integers(0, n_patients, size=n_patients)
        copies[k - first] = np.bincount(drawn, minlength=n_patients)
    return copies


def bootstrap_arms(
    rows: PersonTime,
    *,
    n_patients: int,
    horizons: tuple[float, ...],
    replicates: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> BootstrapArms:
    """Draw the patients again and again, and compare the two arms each time.

    A patient drawn twice counts as two patients with the same times. The same seed draws the
    same patients whatever the rows are, so differences between alignments are paired.

    Parameters
    ----------
    rows : PersonTime
        With unit weights and one stratum.
    n_patients : int
        Patients in the cohort; ``rows.patient`` indexes them.
    horizons : tuple of float
    replicates : int
        >= 1.
    seed : int
    workers : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Told how many replicates are done, and how many there are.

    References
    ----------
    .. [efron1981]

    Raises
    ------
    AnalysisRefused
        The rows carry weights or strata.
    """
    if np.any(rows.weight != 1.0) or np.unique(rows.stratum).size > 1:
        raise AnalysisRefused(
            what="the bootstrap of patients is for rows without weights and strata",
            where=rows.counted_from,
            mend="leave weights and strata out",
            code="TZ-EST-bootstrap-rows",
        )
    latest_first = np.argsort(-rows.exit, kind="stable")
    times = np.unique(rows.exit[rows.event])
    leaving = np.ascontiguousarray(rows.exit[latest_first])
    # C2: at risk at the event times after the entry and up to the exit.
    first = np.searchsorted(times, rows.entry[latest_first], side="right").astype(np.int64)
    past = np.searchsorted(times, leaving, side="right").astype(np.int64)
    arm = np.ascontiguousarray(rows.arm[latest_first])
    patient = np.ascontiguousarray(rows.patient[latest_first])
    event = np.ascontiguousarray(rows.event[latest_first])
    at = np.asarray(horizons, dtype=np.float64)
    found = BootstrapArms(
        log_hazard_ratio=np.empty(replicates),
        rmst=np.empty((replicates, at.size, 2)),
        survival=np.empty((replicates, at.size, 2)),
        median=np.empty((replicates, 2)),
    )

    def work(begin: int, end: int) -> None:
        resample_arms(
            copies_of_patients(n_patients, seed=seed, first=begin, past=end),
            patient,
            arm,
            first,
            past,
            event,
            leaving,
            times,
            rows.starts_at,
            at,
            found.log_hazard_ratio[begin:end],
            found.rmst[begin:end],
            found.survival[begin:end],
            found.median[begin:end],
        )

    chunk = max(1, min(REPLICATES_IN_A_CHUNK, COPIES_IN_A_CHUNK // max(n_patients, 1)))
    in_chunks(work, replicates, chunk=chunk, workers=workers, progress=progress)
    found.log_hazard_ratio[~np.isfinite(found.log_hazard_ratio)] = np.nan
    return found
