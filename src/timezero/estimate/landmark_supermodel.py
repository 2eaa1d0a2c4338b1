"""All landmarks in one model: van Houwelingen's landmark supermodel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align.landmark import landmark
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.result import DataTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupermodelFit:
    """One version of the supermodel.

    Parameters
    ----------
    name : {"ipl", "ipl_quadratic", "ipl_star"}
    terms : tuple of str
    coefficients, standard_errors, robust_standard_errors : (n_terms,) float64
        The first coefficient is the log hazard ratio of treatment (at landmark 0 where it
        changes with the landmark). Only the robust standard error knows that patients repeat.
    log_likelihood_null, log_likelihood : float
    n_rows : int
        Of the stacked data.
    method : str
    """

    name: str
    terms: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    robust_standard_errors: Floats
    log_likelihood_null: float
    log_likelihood: float
    n_rows: int
    method: str

    @property
    def table(self) -> DataTable:
        """The coefficients as a table."""
        return DataTable(
            name=f"supermodel_{self.name}",
            title=self.method,
            columns={
                "term": self.terms,
                "coefficient": tuple(float(x) for x in self.coefficients),
                "standard_error": tuple(float(x) for x in self.standard_errors),
                "robust_standard_error": tuple(float(x) for x in self.robust_standard_errors),
            },
            notes={
                "log_likelihood_null": self.log_likelihood_null,
                "log_likelihood": self.log_likelihood,
                "n_rows": float(self.n_rows),
            },
        )


def _stack(cohort: Cohort, landmarks: tuple[float, ...], window: float) -> tuple[PersonTime, Ints]:
    """Return everybody at risk at each landmark, one after the other, and which landmark."""
    parts = [landmark(cohort, at, window=window) for at in landmarks]
    which = np.repeat(np.arange(len(parts)), [part.n_rows for part in parts]).astype(np.int64)
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("entry", "exit", "event", "arm", "patient", "weight")
    }
    return replace(parts[0], **joined, stratum=which, starts_at=landmarks[0]), which


def landmark_supermodel(
    cohort: Cohort, landmarks: tuple[float, ...], *, window: float
) -> tuple[SupermodelFit, ...]:
    """Estimate one landmark hazard ratio from all landmarks at once, in three versions.

    Parameters
    ----------
    cohort : Cohort
    landmarks : tuple of float
        At least two, ascending, >= 0.
    window : float
        Follow-up after each landmark, > 0.

    Returns
    -------
    tuple of SupermodelFit
        ``ipl`` (a baseline for each landmark, one effect), ``ipl_quadratic`` (an effect that
        changes with the landmark) and ``ipl_star`` (one baseline, a smooth shift). Landmarks
        enter as shares of the last one. Versions the landmarks cannot support are left out.

    Estimates
    ---------
    ``beta`` of ``h(t | Z, s) = h_0(t | s) exp{beta(s) Z(s)}``, ``s <= t <= s + window``.

    Assumes
    -------
    As the landmark analysis at each ``s``; Breslow's rule for ties.

    References
    ----------
    .. [vanhouwelingen2007]

    Raises
    ------
    AnalysisRefused
        Fewer than two landmarks, or no landmark with both groups and events.
    """
    if len(landmarks) < 2 or landmarks[-1] <= 0:
        raise AnalysisRefused(
            what=f"a supermodel needs at least two landmarks, not {len(landmarks)}",
            where="analysis.landmarks",
            mend="declare at least two landmarks after time zero",
            code="TZ-EST-supermodel",
        )
    stacked, which = _stack(cohort, landmarks, window)
    treated = stacked.arm.astype(np.float64)
    share = np.asarray(landmarks)[which] / landmarks[-1]
    by_landmark = {"treated": treated}
    changing = by_landmark | {"treated x s": treated * share, "treated x s^2": treated * share**2}
    shifted = {"treated": treated, "treated x s": treated * share, "s": share, "s^2": share**2}
    one_baseline = replace(stacked, stratum=np.zeros_like(which))
    fits = [_fit("ipl", stacked, by_landmark, "a baseline for each landmark, one effect")]
    if len(landmarks) > 2:
        for name, rows, columns, words in (
            ("ipl_quadratic", stacked, changing, "an effect that changes with the landmark"),
            ("ipl_star", one_baseline, shifted, "one baseline shifted with the landmark"),
        ):
            try:
                fits.append(_fit(name, rows, columns, words))
            except AnalysisRefused:
                continue
    return tuple(fits)


def _fit(name: str, rows: PersonTime, columns: dict[str, Floats], words: str) -> SupermodelFit:
    design = np.column_stack(list(columns.values()))
    fit = fit_cox(rows, design, ties="breslow", cluster=True, names=tuple(columns))
    return SupermodelFit(
        name=name,
        terms=tuple(columns),
        coefficients=fit.coefficients,
        standard_errors=np.sqrt(np.diag(fit.covariance)),
        robust_standard_errors=np.sqrt(np.diag(fit.robust_covariance)),
        log_likelihood_null=fit.log_likelihood_null,
        log_likelihood=fit.log_likelihood,
        n_rows=rows.n_rows,
        method=f"Landmark supermodel, {words}; Breslow ties, sandwich standard error by patient",
    )
