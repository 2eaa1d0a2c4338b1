"""The landmark analysis over a whole grid of landmarks, with one band that covers it all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.landmark import landmark
from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate._replicates import BAND_STREAM, generator
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.normal import critical_value
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.result import DataTable

IN_EACH_GROUP = 2
INFLUENCE_NONE = 1e-12
BAND_DRAWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """One landmark of the grid."""

    at: float
    rows: PersonTime
    fit: CoxFit

    def influence(self, n_patients: int) -> Floats:
        """Return how far each patient moves the log hazard ratio."""
        by_patient: Floats = np.bincount(
            self.rows.patient, weights=self.fit.score_residuals[:, 0], minlength=n_patients
        ).astype(np.float64)
        return by_patient * float(self.fit.covariance[0, 0])


def _point(cohort: Cohort, at: float) -> _Point | None:
    rows = landmark(cohort, at)
    sizes = np.bincount(rows.arm, minlength=2)
    if sizes.min() < IN_EACH_GROUP:
        return None
    try:
        design = rows.arm.astype(np.float64)[:, np.newaxis]
        fit = fit_cox(rows, design, names=("treated",))
    except AnalysisRefused:
        return None
    # Where all at risk leave together nobody moves the estimate: there is no robust error.
    if not fit.robust_covariance[0, 0] > INFLUENCE_NONE * fit.covariance[0, 0]:
        return None
    return _Point(at=at, rows=rows, fit=fit)


def landmark_curve(cohort: Cohort, grid: Floats, *, level: float, seed: int) -> DataTable:
    """Estimate the landmark hazard ratio at every landmark of a grid.

    Parameters
    ----------
    cohort : Cohort
    grid : (n_landmarks,) float64
        Times from time zero, ascending.
    level : float
        Coverage of the pointwise intervals, and of the band over all landmarks at once.
    seed : int
        Of the simulated critical value.

    Returns
    -------
    DataTable
        Named ``landmark_curve``. Landmarks where a group has fewer than two patients, or the
        estimate is not finite, are left out and counted in its notes.

    Estimates
    ---------
    ``beta(s)`` of ``h(t | W <= s, T > s) = h(t | W > s, T > s) exp{beta(s)}`` for each ``s``.

    Assumes
    -------
    As the landmark analysis; the band is that of the largest of correlated normal deviates,
    with correlations from each patient's influence.

    References
    ----------
    .. [anderson1983], [lin1989]

    Raises
    ------
    AnalysisRefused
        No landmark of the grid can be analysed.
    """
    points = [found for at in grid if (found := _point(cohort, float(at))) is not None]
    if not points:
        raise AnalysisRefused(
            what="at no landmark of the grid have both groups patients and events",
            where="analysis.landmarks",
            mend="more treated patients, or longer follow-up after their treatment",
            code="TZ-EST-landmark-grid",
        )
    values = np.array([float(point.fit.coefficients[0]) for point in points])
    influence = np.column_stack([point.influence(cohort.n) for point in points])
    covariance = influence.T @ influence
    errors = np.sqrt(np.diag(covariance))
    band = _band_factor(covariance / np.outer(errors, errors), level=level, seed=seed)
    half = critical_value(level) * errors
    columns = {
        "landmark": [point.at for point in points],
        "n": [float(point.rows.n_rows) for point in points],
        "n_treated": [float(point.rows.arm.sum()) for point in points],
        "n_events": [float(point.rows.event.sum()) for point in points],
        "log_hazard_ratio": values,
        "standard_error": errors,
        "lower": values - half,
        "upper": values + half,
        "band_lower": values - band * errors,
        "band_upper": values + band * errors,
    }
    return DataTable(
        name="landmark_curve",
        title="Log hazard ratio of treated by the landmark, over all landmarks",
        columns={name: tuple(float(v) for v in column) for name, column in columns.items()},
        notes={
            "critical_value": band,
            "n_landmarks_left_out": float(grid.size - len(points)),
        },
    )


def _band_factor(correlation: Floats, *, level: float, seed: int) -> float:
    """Return the quantile of the largest of the absolute correlated normal deviates."""
    share, direction = np.linalg.eigh(correlation)
    root = direction * np.sqrt(np.maximum(share, 0.0))
    normal = generator(seed, BAND_STREAM, 0).standard_normal((BAND_DRAWS, share.size))
    simulated = float(np.quantile(np.abs(normal @ root.T).max(axis=1), level))
    return max(simulated, critical_value(level))
