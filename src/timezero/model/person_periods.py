"""Discrete periods: who is observed, treated and hit in each, and what was known before it."""

from __future__ import annotations

from dataclasses import dataclass

from timezero.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonPeriods:
    """One row per patient and period at risk, patient by patient in order of time.

    Row ``r`` of a patient stands for the period ``(k * width, (k + 1) * width]`` after the origin,
    ``k = period[r]``. Made only by ``align/person_periods.py``.

    Parameters
    ----------
    first : (n_patients + 1,) int64
        Rows of the j-th patient here are ``first[j]`` up to, not including, ``first[j + 1]``.
    patient : (n_patients,) int64
        Index of the j-th patient in the cohort.
    period : (n_rows,) int64
        Index of the period since the origin, consecutive within a patient.
    treated : (n_rows,) bool
        On treatment in this period: it began in this period or before (event order stated in
        ``event_order``).
    eligible : (n_rows,) bool
        Could begin treatment in this period: not treated in any period before.
    event, competing, lost : (n_rows,) bool
        The event, a competing event, or loss of sight before the administrative end, in the period;
        only in the last row of a patient.
    columns : (n_rows, p) float64
        Covariates as known at the beginning of the period; NaN where unknown.
    names : tuple of str
        Names of the p columns.
    varying : tuple of bool
        For each column, whether it changes after the origin.
    width : float
        Length of a period, in the cohort's unit.
    origin : str
        In words, from when periods are counted.
    event_order : {"treatment_first", "event_first"}
    """

    first: Ints
    patient: Ints
    period: Ints
    treated: Bools
    eligible: Bools
    event: Bools
    competing: Bools
    lost: Bools
    columns: Floats
    names: tuple[str, ...]
    varying: tuple[bool, ...]
    width: float
    origin: str
    event_order: str

    @property
    def n_rows(self) -> int:
        """Number of person-periods."""
        return int(self.period.size)

    @property
    def n_patients(self) -> int:
        """Number of patients with at least one period."""
        return int(self.patient.size)
