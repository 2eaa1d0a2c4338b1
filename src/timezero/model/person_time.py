"""Analysis rows: whose time is counted, from when, in which arm."""

from __future__ import annotations

from dataclasses import dataclass, replace

from timezero.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonTime:
    """Rows of person-time on ``(entry, exit]`` (C2); made only by ``align/``.

    Parameters
    ----------
    entry, exit : (n_rows,) float64
        Bounds of each row, in the cohort's unit, on the clock named by ``counted_from``.
        ``entry`` is ``-inf`` when the row is at risk from the beginning of the clock.
    event : (n_rows,) bool
        True when the row ends in the event.
    arm : (n_rows,) int64
        0 reference, 1 intervention (C6).
    patient : (n_rows,) int64
        Index of the patient in the cohort.
    stratum : (n_rows,) int64
        Stratum of the row; all 0 without strata.
    weight : (n_rows,) float64
        Case weight, all 1 without weights.
    labels : (str, str)
        Names of the reference and the intervention arm.
    counted_from : str
        In words, from when everybody is counted.
    starts_at : float
        Time on this clock before which nothing is observed (0, or the landmark).
    """

    entry: Floats
    exit: Floats
    event: Bools
    arm: Ints
    patient: Ints
    stratum: Ints
    weight: Floats
    labels: tuple[str, str]
    counted_from: str
    starts_at: float = 0.0

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.exit.size)


def chosen_rows(rows: PersonTime, which: Bools | Ints) -> PersonTime:
    """Return some of the rows.

    Parameters
    ----------
    rows : PersonTime
    which : (n_rows,) bool or (n_chosen,) int64
        A mask, or the rows' numbers in the order wanted, a row as often as it is named.
    """
    return replace(
        rows,
        entry=rows.entry[which],
        exit=rows.exit[which],
        event=rows.event[which],
        arm=rows.arm[which],
        patient=rows.patient[which],
        stratum=rows.stratum[which],
        weight=rows.weight[which],
    )
