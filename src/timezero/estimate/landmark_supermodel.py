"""All landmarks in one model: patients counted once at every landmark they reach."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align.landmark import landmark
from timezero.arrays import Floats
from timezero.conventions import LEVEL
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.normal import critical_value
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.result import DataTable

LANDMARKS_AT_LEAST = 2
LANDMARKS_FOR_CHANGE = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupermodelFit:
    """One version of the supermodel.

    Parameters
    ----------
    name : {"ipl_constant", "ipl_quadratic", "ipl_star"}
    method : str
        In words.
    columns : tuple of str
        Names of the coefficients; ``s`` is the landmark divided by ``scale``.
    coefficients, standard_errors, robust_standard_errors : (p,) float64
        Naive standard errors ignore that patients count several times; the robust ones do not.
    covariance, robust_covariance : (p, p) float64
    log_likelihood_null, log_likelihood : float
    scale : float
        The last landmark.
    n_rows : tuple of int
        Patients at each landmark.
    table : DataTable
        The log hazard ratio at each landmark, with robust intervals.
    """

    name: str
    method: str
    columns: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    robust_standard_errors: Floats
    covariance: Floats
    robust_covariance: Floats
    log_likelihood_null: float
    log_likelihood: float
    scale: float
    n_rows: tuple[int, ...]
    table: DataTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Version:
    """How one version of the supermodel lets the effect and the hazard move with the landmark."""

    name: str
    title: str
    columns: tuple[str, ...]
    stratified: bool


_CONSTANT = _Version(
    name="ipl_constant",
    title="one effect at all landmarks, hazards free at each",
    columns=("treated",),
    stratified=True,
)
_CHANGING = (
    _Version(
        name="ipl_quadratic",
        title="effect quadratic in the landmark, hazards free at each",
        columns=("treated", "treated:s", "treated:s^2"),
        stratified=True,
    ),
    _Version(
        name="ipl_star",
        title="effect linear in the landmark, hazard moving with it quadratically",
        columns=("treated", "treated:s", "s", "s^2"),
        stratified=False,
    ),
)


def _stack(cohort: Cohort, landmarks: tuple[float, ...], window: float) -> PersonTime:
    """Return the rows of every landmark under each other, each landmark a stratum."""
    parts = [landmark(cohort, at, window=window) for at in landmarks]
    return replace(
        parts[0],
        entry=np.concatenate([p.entry for p in parts]),
        exit=np.concatenate([p.exit for p in parts]),
        event=np.concatenate([p.event for p in parts]),
        arm=np.concatenate([p.arm for p in parts]),
        patient=np.concatenate([p.patient for p in parts]),
        stratum=np.repeat(np.arange(len(parts)), [p.n_rows for p in parts]),
        weight=np.concatenate([p.weight for p in parts]),
        counted_from="those alive at each landmark, from the landmark, for one window",
        starts_at=landmarks[0],
    )


def _column(name: str, arm: Floats, s: Floats) -> Floats:
    state, _, power = name.rpartition(":")
    factor = {"treated": arm, "s": s, "s^2": s * s}[power]
    return factor * arm if state else factor


def _table(
    version: _Version, fit: CoxFit, stack: PersonTime, *, at: Floats, scale: float, level: float
) -> DataTable:
    one = np.ones_like(at)
    moves = [name.startswith("treated") for name in version.columns]
    design = np.column_stack([_column(name, one, at / scale) for name in version.columns]) * moves
    value = design @ fit.coefficients
    error = np.sqrt(np.einsum("ij,jk,ik->i", design, fit.robust_covariance, design))
    half = critical_value(level) * error
    counts = {
        "n": np.bincount(stack.stratum, minlength=at.size),
        "n_treated": np.bincount(stack.stratum, weights=stack.arm, minlength=at.size),
        "n_events": np.bincount(stack.stratum, weights=stack.event, minlength=at.size),
    }
    columns = {
        "landmark": at,
        **counts,
        "log_hazard_ratio": value,
        "standard_error": error,
        "lower": value - half,
        "upper": value + half,
    }
    notes = {"scale": scale, "log_likelihood": fit.log_likelihood}
    for k, name in enumerate(version.columns):
        notes[f"coefficient {name}"] = float(fit.coefficients[k])
        notes[f"robust standard error {name}"] = float(np.sqrt(fit.robust_covariance[k, k]))
    return DataTable(
        name=f"landmark_supermodel_{version.name}",
        title=f"Landmark supermodel: {version.title}",
        columns={name: tuple(float(v) for v in column) for name, column in columns.items()},
        notes=notes,
    )


def _fitted(
    version: _Version, stack: PersonTime, *, landmarks: tuple[float, ...], level: float
) -> SupermodelFit:
    at = np.array(landmarks)
    scale = float(at[-1])
    arm, s = stack.arm.astype(np.float64), at[stack.stratum] / scale
    design = np.column_stack([_column(name, arm, s) for name in version.columns])
    stratum = stack.stratum if version.stratified else np.zeros_like(stack.stratum)
    fit = fit_cox(replace(stack, stratum=stratum), design, ties="breslow", names=version.columns)
    return SupermodelFit(
        name=version.name,
        method=f"Landmark supermodel, {version.title} (s = landmark / {scale:g}), Breslow ties, "
        "standard error robust to patients counted at several landmarks",
        columns=version.columns,
        coefficients=fit.coefficients,
        standard_errors=np.sqrt(np.diag(fit.covariance)),
        robust_standard_errors=np.sqrt(np.diag(fit.robust_covariance)),
        covariance=fit.covariance,
        robust_covariance=fit.robust_covariance,
        log_likelihood_null=fit.log_likelihood_null,
        log_likelihood=fit.log_likelihood,
        scale=scale,
        n_rows=tuple(int(n) for n in np.bincount(stack.stratum, minlength=at.size)),
        table=_table(version, fit, stack, at=at, scale=scale, level=level),
    )


def landmark_supermodel(
    cohort: Cohort, landmarks: tuple[float, ...], *, window: float, level: float = LEVEL
) -> tuple[SupermodelFit, ...]:
    """Compare treated with not yet treated at all landmarks together, over a window after each.

    Parameters
    ----------
    cohort : Cohort
    landmarks : tuple of float
        In the cohort's unit from time zero, at least 2 different ones.
    window : float
        Follow-up after each landmark, > 0; longer follow-up is censored there.
    level : float
        Coverage of the intervals (C7).

    Returns
    -------
    tuple of SupermodelFit
        ``ipl_constant``; with at least 3 landmarks also ``ipl_quadratic`` and ``ipl_star``,
        each left out when these patients cannot support it.

    Estimates
    ---------
    ``h(t | Z, s) = h_0(t | s) exp{beta(s) Z}``, ``s <= t <= s + w``: ipl with free ``h_0(t | s)``
    and ``beta`` constant or quadratic; ipl* with ``h_0(t) exp{gamma_1 s + gamma_2 s^2}`` and
    ``beta`` linear. Breslow's ties.

    Assumes
    -------
    Proportional hazards within each window; the stated course of the effect over landmarks;
    censoring independent of the event by group.

    References
    ----------
    .. [vanhouwelingen2007] [vanhouwelingen2012]

    Raises
    ------
    AnalysisRefused
        Fewer than 2 different landmarks, no window, or ``ipl_constant`` cannot be fitted.
    """
    ordered = tuple(sorted(set(landmarks)))
    if len(ordered) < LANDMARKS_AT_LEAST or not window > 0:
        raise AnalysisRefused(
            what=f"a supermodel needs at least {LANDMARKS_AT_LEAST} different landmarks and a "
            f"window after each; there are {len(ordered)} landmarks, the window is {window:g}",
            where="analysis.landmarks, analysis.landmark_window",
            mend="declare more landmarks, and a window above 0",
            code="TZ-EST-supermodel",
        )
    stack = _stack(cohort, ordered, window)
    fits = [_fitted(_CONSTANT, stack, landmarks=ordered, level=level)]
    for version in _CHANGING if len(ordered) >= LANDMARKS_FOR_CHANGE else ():
        try:
            fits.append(_fitted(version, stack, landmarks=ordered, level=level))
        except AnalysisRefused:
            continue
    return tuple(fits)
