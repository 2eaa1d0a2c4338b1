"""Printed numbers of simulated studies as named columns, with those that follow from others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats

MEDIAN = {group: f"quantile {group} 0.5" for group in ("all", "late", "never")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PrintedTable:
    """The printed numbers of many studies.

    Parameters
    ----------
    names : tuple of str
    values : (n_studies, n_names) float64
        NaN: cannot be computed; infinite: not reached.
    """

    names: tuple[str, ...]
    values: Floats

    def column(self, name: str) -> Floats:
        """Return a statistic of every study, by name.

        Beside those simulated: ``deaths``, ``median_ratio``, ``median_difference``,
        ``location`` (mean log median, weighted by group size), ``absolute_z``,
        ``survival_difference TIME`` and ``mixed_survival TIME`` (the groups' survival weighted
        by size).

        Raises
        ------
        ValueError
            There is no such statistic.
        """
        first, _, rest = name.partition(" ")
        if first == "deaths" and not rest:
            return self.column("deaths_late") + self.column("deaths_never")
        if first in ("median_ratio", "median_difference", "location"):
            return self._of_medians(first)
        if first == "absolute_z":
            return np.abs(self.column("log_rank_z"))
        if name == "hazard_ratio":
            return np.exp(self.column("log_hazard_ratio"))
        if name == "log_rank_p":
            from scipy.special import ndtr

            return 2.0 * np.asarray(ndtr(-self.column("absolute_z")))
        if first in ("survival_difference", "mixed_survival"):
            late, never = (self.column(f"survival {group} {rest}") for group in ("late", "never"))
            if first == "survival_difference":
                return late - never
            n_late, n_never = self.column("n_late"), self.column("n_never")
            with np.errstate(invalid="ignore"):
                return (n_late * late + n_never * never) / (n_late + n_never)
        return self.values[:, self.names.index(name)]

    def _of_medians(self, name: str) -> Floats:
        late, never = self.column(MEDIAN["late"]), self.column(MEDIAN["never"])
        with np.errstate(invalid="ignore", divide="ignore"):
            if name == "median_ratio":
                return late / never
            if name == "median_difference":
                return late - never
            n_late, n_never = self.column("n_late"), self.column("n_never")
            return np.exp((n_late * np.log(late) + n_never * np.log(never)) / (n_late + n_never))
