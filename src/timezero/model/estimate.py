"""The two kinds of estimate: a contrast is a number, a curve is a function of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from timezero.arrays import Floats

Measure: TypeAlias = Literal[
    "hazard_ratio",
    "log_hazard_ratio",
    "rmst_difference",
    "survival_difference",
    "median_difference",
    "time_ratio",
    "log_time_ratio",
    "cumulative_incidence_difference",
]

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One number comparing the intervention with the reference (C6).

    Parameters
    ----------
    measure : str
        What is compared.
    variant : str
        Which version: ``unadjusted``, ``adjusted``, ``firth``, ``exact``, ``landmark=30``.
    value : float
        The estimate; NaN when it does not exist (a median that is not reached).
    standard_error : float
        Of ``value``; for hazard ratios, of the logarithm.
    lower, upper : float
        Two-sided interval (C7) at ``level``; may be infinite.
    p_value, statistic : float
        Of the test named in ``method``.
    at : float
        The horizon or landmark it belongs to; NaN when none.
    method : str
        Estimator, interval and test, in words.
    cautions : tuple of str
    details : mapping of str to float
        Further numbers of this estimator: log-likelihoods, observed and expected events, ...
    """

    measure: Measure
    variant: str
    value: float
    standard_error: float = NAN
    lower: float = NAN
    upper: float = NAN
    level: float = 0.95
    p_value: float = NAN
    statistic: float = NAN
    at: float = NAN
    method: str = ""
    cautions: tuple[str, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Survival of one arm over time, a right-continuous step function.

    Parameters
    ----------
    arm : {"reference", "intervention", "all"}
    label : str
        Name of the arm as printed.
    starts_at : float
        Time at which survival is 1 by definition.
    times : (n_times,) float64
        Distinct times at which an event or a censoring happens, ascending.
    survival, lower, upper, standard_error : (n_times,) float64
        Just after each time. Limits by the log-log transformation.
    n_at_risk, n_events, n_censored : (n_times,) float64
        At each time (C2, C3). ``n_censored`` excludes those who change arm.
    n_crossed : (n_times,) float64
        Patients who leave this arm for the other at that time.
    """

    arm: Literal["reference", "intervention", "all"]
    label: str
    starts_at: float
    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    standard_error: Floats
    n_at_risk: Floats
    n_events: Floats
    n_censored: Floats
    n_crossed: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTime:
    """A curve read off at one time: value, standard error and interval."""

    at: float
    value: float
    standard_error: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """Who is in an arm, and what its curve says.

    Parameters
    ----------
    n_patients, n_events : int
        Patients who contribute time to the arm, and events in it.
    person_time : float
        Total time at risk, in the cohort's unit.
    median, median_lower, median_upper : float
        Median survival with its log-log interval; NaN = not reached.
    survival, rmst : tuple of AtTime
        At each horizon.
    """

    arm: Literal["reference", "intervention"]
    label: str
    n_patients: int
    n_events: int
    person_time: float
    median: float
    median_lower: float
    median_upper: float
    survival: tuple[AtTime, ...] = ()
    rmst: tuple[AtTime, ...] = ()
