"""What diagnostics of weights find: one small record for each thing looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints

HISTOGRAM_BINS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSummary:
    """The weights of one arm in one interval.

    Parameters
    ----------
    interval_start : float
    arm : int
        0 reference, 1 intervention (C6).
    n : int
        Rows of weight above 0.
    mean, sd, minimum, p1, median, p99, maximum : float
    effective_sample_size : float
        Kish's: how many rows of equal weight carry as much information.
    share_of_top_1_percent : float
        Share of all weight on the heaviest 1 % of the rows, at least one row.
    """

    interval_start: float
    arm: int
    n: int
    mean: float
    sd: float
    minimum: float
    p1: float
    median: float
    p99: float
    maximum: float
    effective_sample_size: float
    share_of_top_1_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The standardised mean difference of one covariate, treated less untreated.

    Parameters
    ----------
    covariate : str
    before, after : float
        Without and with weights, both in standard deviations of the unweighted groups.
    """

    covariate: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preference:
    """How far the choice of treatment was open.

    Parameters
    ----------
    scores : (n,) float64
        Probability of treatment were half of the rows treated; 0.5 when a row is like all others.
    treated : (n,) bool
    share_in_equipoise : float
        Share of rows with a score from 0.3 to 0.7.
    share_extreme : float
        Share of rows with a score below 0.01 or above 0.99.
    """

    scores: Floats
    treated: Bools
    share_in_equipoise: float
    share_extreme: float

    def histogram(self, bins: int = HISTOGRAM_BINS) -> tuple[Floats, Ints, Ints]:
        """Return the middles of equal bins on [0, 1], and treated and untreated rows in each."""
        edges = np.linspace(0.0, 1.0, bins + 1)
        counts = [
            np.histogram(self.scores[which], edges)[0] for which in (self.treated, ~self.treated)
        ]
        return (edges[:-1] + edges[1:]) / 2.0, counts[0], counts[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositivityCell:
    """Patients of one kind, in one interval, all or none of whom were treated.

    Parameters
    ----------
    cell : str
        A level of a covariate, or a third of its values.
    interval_start : float
    n, n_treated : int
        Patients at risk of treatment, and treated.
    problem : {"none treated", "all treated"}
    """

    cell: str
    interval_start: float
    n: int
    n_treated: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How far one patient moves an estimate.

    Parameters
    ----------
    rank : int
        1 for the patient who moves it most.
    patient : int
        Index in the cohort.
    change : float
        Estimate with all patients less the estimate without this one, exact.
    approximate : float
        The same from the robust scores.
    """

    rank: int
    patient: int
    change: float
    approximate: float
