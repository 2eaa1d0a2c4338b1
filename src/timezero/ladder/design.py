"""Baseline covariates as columns of a design matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import UnknownName, nearest_first
from timezero.model.cohort import Cohort, Covariate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Covariates known at time zero, one row a patient.

    Parameters
    ----------
    names : tuple of str
        One name a column; ``histology = biphasic`` for a level of a categorical covariate.
    columns : (n_patients, p) float64
        NaN where a value is missing.
    complete : (n_patients,) bool
        True where no value is missing.
    """

    names: tuple[str, ...]
    columns: Floats
    complete: Bools

    @property
    def share_missing(self) -> float:
        """Share of patients with at least one missing value."""
        return 1.0 - float(self.complete.mean()) if self.complete.size else 0.0


def _columns_of(covariate: Covariate) -> tuple[list[str], list[Floats]]:
    if covariate.kind == "numeric":
        return [covariate.name], [covariate.values]
    missing = np.isnan(covariate.values)
    names = [f"{covariate.name} = {level}" for level in covariate.levels[1:]]
    columns = [
        np.where(missing, np.nan, (covariate.values == k).astype(np.float64))
        for k in range(1, len(covariate.levels))
    ]
    return names, columns


def baseline_design(cohort: Cohort) -> Design:
    """Encode the covariates: numbers as they are, levels against the first one."""
    names: list[str] = []
    columns: list[Floats] = []
    for covariate in cohort.covariates:
        new_names, new_columns = _columns_of(covariate)
        names += new_names
        columns += new_columns
    matrix = np.column_stack(columns) if columns else np.empty((cohort.n, 0))
    complete: Bools = np.isnan(matrix).sum(axis=1) == 0
    return Design(names=tuple(names), columns=matrix, complete=complete)


def strata_of(cohort: Cohort, names: tuple[str, ...]) -> Ints:
    """Return a stratum number for each patient from the levels of the named covariates.

    Patients with a missing level form a stratum of their own.

    Raises
    ------
    UnknownName
        A name is not among the covariates.
    """
    by_name = {covariate.name: covariate for covariate in cohort.covariates}
    for name in names:
        if name not in by_name:
            listed = ", ".join(nearest_first(name, list(by_name))) or "none"
            raise UnknownName(
                what=f"there is no covariate '{name}' to stratify by",
                where="analysis.strata",
                mend="name it under data.covariates too (a constant or collinear covariate is left "
                f"out); there are: {listed}",
                code="TZ-LAD-09",
            )
    levels = [np.unique(by_name[name].values, return_inverse=True)[1] for name in names]
    _, stratum = np.unique(np.column_stack(levels), axis=0, return_inverse=True)
    return stratum.astype(np.int64).ravel()
