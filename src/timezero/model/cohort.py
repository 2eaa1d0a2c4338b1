"""The validated patients of one study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.findings import Finding
from timezero.model.perfusion import Perfusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """One patient characteristic known at time zero.

    Parameters
    ----------
    name : str
    kind : {"numeric", "categorical"}
    values : (n,) float64
        The number itself, or the index of the level; NaN where it is missing.
    levels : tuple of str
        The level names of a categorical covariate, the reference first.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    values: Floats
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """One characteristic that changes after time zero, as it was measured.

    Parameters
    ----------
    name : str
    kind : {"numeric", "categorical"}
    patient : (n_measured,) int64
        Index of the patient in the cohort, ascending.
    time : (n_measured,) float64
        When it was measured, in the cohort's unit from time zero; ascending within a patient. A
        value counts from just after its time (C4), until the next one or its maximum age.
    values : (n_measured,) float64
        The number itself, or the index of the level.
    levels : tuple of str
        The level names of a categorical characteristic, the reference first.
    maximum_age : float
        How long a value is carried forward, in the cohort's unit; infinite when for ever.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    patient: Ints
    time: Floats
    values: Floats
    levels: tuple[str, ...] = ()
    maximum_age: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttritionStep:
    """How many patients remain after one step from file to analysis."""

    step: str
    n_patients: int
    n_removed: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSource:
    """Where one kind of time came from: the table, the column and the rule applied."""

    name: str
    table: str
    column: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Cohort:
    """The patients, with every time in one unit from time zero (C1).

    Parameters
    ----------
    patient : tuple of str
        Patient identifiers, as text, unique.
    entry : (n,) float64
        Start of observation; ``-inf`` when the patient is observed from the beginning, so that
        an event at time zero itself still has a risk set.
    exit : (n,) float64
        Last time under observation, >= 0 and after ``entry``.
    event : (n,) bool
        True when the exit is the event.
    initiation : (n,) float64
        When the late treatment began; NaN = never.
    trigger : (n,) float64 or None
        When the patient became a candidate; NaN = never; None when no trigger was recorded.
    zero_exit : float
        Where analyses with time-dependent treatment count an exit at time zero; NaN = at zero.
    covariates : tuple of Covariate
        Characteristics known at time zero.
    time_unit : str
        One of ``days``, ``weeks``, ``months``, ``years``.
    simulated : bool
        True when the patients are not real; said wherever results appear.
    digest : str
        SHA-256 of the canonical form of what was read.
    file_digest : str
        SHA-256 of the bytes of the file; of several files in one, of their digests; empty for a
        data frame.
    recipe_digest : str
        SHA-256 of the recipe by which it was read; empty without one.
    competing : (n,) bool or None
        True when the exit is a competing event, which makes the event impossible; ``event`` is
        False there. None when none was declared.
    centre : Covariate or None
        Where each patient was treated, categorical; None when not recorded.
    histories : tuple of History
        Characteristics that change after time zero.
    negative_control : (n,) float64 or None
        When an outcome happened that the treatment cannot change; NaN = never; None when not given.
    potential : (n,) float64 or None
        How long each patient could have been followed: from time zero to the last date of the
        file, in the cohort's unit; None when times are not dates.
    perfusions : tuple of Perfusion
        Courses of perfusions, by patient and procedure; no estimate uses them.
    """

    patient: tuple[str, ...]
    entry: Floats
    exit: Floats
    event: Bools
    initiation: Floats
    trigger: Floats | None
    covariates: tuple[Covariate, ...]
    time_unit: str
    zero_exit: float
    name: str
    simulated: bool
    sources: tuple[TimeSource, ...]
    attrition: tuple[AttritionStep, ...]
    findings: tuple[Finding, ...]
    digest: str
    file_digest: str = ""
    recipe_digest: str = ""
    competing: Bools | None = None
    centre: Covariate | None = None
    histories: tuple[History, ...] = ()
    negative_control: Floats | None = None
    potential: Floats | None = None
    perfusions: tuple[Perfusion, ...] = ()

    def __repr__(self) -> str:
        """Return the same few lines as ``str``, never the patients."""
        return str(self)

    def __str__(self) -> str:
        """Return the cohort in two lines."""
        kind = "simulated patients" if self.simulated else "patients"
        triggered = "" if self.trigger is None else f", {self.n_triggered} triggered"
        return (
            f"{self.name}: {self.n} {kind}, {int(self.event.sum())} events, "
            f"{self.n_initiated} treated late{triggered}\n"
            f"times in {self.time_unit} from time zero"
        )

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.patient)

    @property
    def initiated(self) -> Bools:
        """Whether each patient ever began the late treatment."""
        return ~np.isnan(self.initiation)

    @property
    def n_initiated(self) -> int:
        """Number of patients who ever began the late treatment."""
        return int(self.initiated.sum())

    @property
    def n_competing(self) -> int:
        """Number of patients whose observation ended in a competing event."""
        return 0 if self.competing is None else int(self.competing.sum())

    @property
    def n_perfused(self) -> int:
        """Number of patients with the course of at least one perfusion."""
        return len({perfusion.patient for perfusion in self.perfusions})

    @property
    def n_triggered(self) -> int:
        """Number of patients who ever became candidates; 0 without a trigger."""
        return 0 if self.trigger is None else int((~np.isnan(self.trigger)).sum())
