"""Which operation of a patient is the first, the second, the third, and which is none of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Bools, Floats, Ints


class Kind(IntEnum):
    """What was done at an operation."""

    COMPLETE = 0
    ABORTED = 1
    OTHER = 2


class Place(IntEnum):
    """Where an operation stands in the course of its patient."""

    COUNTED = 0
    ABORTED = 1
    OTHER = 2
    PLANNED_STAGE = 3
    SAME_TREATMENT = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episodes:
    """Operations, each with its place in the course of the patient.

    Parameters
    ----------
    ordinal : (n,) int64
        1 for the first treatment of a patient, 2 for the second; 0 when an operation is not counted
        as a treatment of its own.
    place : (n,) int8
        One of :class:`Place`: why it is counted or not.
    """

    ordinal: Ints
    place: NDArray[np.int8]


def episodes_of(
    patient: Ints,
    day: Floats,
    *,
    kind: NDArray[np.int8],
    planned: Bools,
    minimum_interval: float = 0.0,
    aborted_first: Literal["time_zero", "not_counted"] = "not_counted",
) -> Episodes:
    """Return which treatment of its patient each operation is.

    An operation counts unless it is of another kind; is a planned stage of a treatment that has
    begun; lies fewer than ``minimum_interval`` days after the operation before it that was counted;
    or was aborted, which is kept as its own kind and is never a repeat.

    Parameters
    ----------
    patient : (n,) int64
        Index of the patient.
    day : (n,) float64
        Date, in days; NaN is not allowed.
    kind : (n,) int8
        One of :class:`Kind`.
    planned : (n,) bool
        Planned as a further stage of one treatment.
    minimum_interval : float
        In days, >= 0.
    aborted_first : {"time_zero", "not_counted"}
        Whether an aborted operation before all others is the first treatment.

    Returns
    -------
    Episodes
        In the order given; operations of one day keep the order of the file.
    """
    ordinal = np.zeros(patient.size, dtype=np.int64)
    place = np.zeros(patient.size, dtype=np.int8)
    counted: dict[int, tuple[int, float]] = {}
    for row in np.lexsort((day, patient)):
        who, when = int(patient[row]), float(day[row])
        n_before, last = counted.get(who, (0, -np.inf))
        found = _place(
            Kind(int(kind[row])),
            planned=bool(planned[row]),
            n_before=n_before,
            close=when - last < minimum_interval,
            aborted_counts=aborted_first == "time_zero",
        )
        place[row] = found
        if found is Place.COUNTED:
            ordinal[row] = n_before + 1
            counted[who] = (n_before + 1, when)
    return Episodes(ordinal=ordinal, place=place)


def _place(kind: Kind, *, planned: bool, n_before: int, close: bool, aborted_counts: bool) -> Place:
    if kind is Kind.OTHER:
        return Place.OTHER
    if n_before and planned:
        return Place.PLANNED_STAGE
    if n_before and close:
        return Place.SAME_TREATMENT
    if kind is Kind.ABORTED and not (aborted_counts and n_before == 0):
        return Place.ABORTED
    return Place.COUNTED
