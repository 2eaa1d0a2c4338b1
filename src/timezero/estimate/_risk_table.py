"""From analysis rows to risk tables: rows sorted once, ends of rows told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.kernels.risk_table import CENSORED, CONTINUES, CROSSED, EVENT, count_risk
from timezero.model.person_time import PersonTime, chosen_rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """Who is at risk at each distinct exit of one arm, and how rows end there.

    Parameters
    ----------
    times, n_at_risk, n_events, n_censored, n_crossed : (n_times,) float64
        Sums of weights; ``times`` ascending.
    """

    times: Floats
    n_at_risk: Floats
    n_events: Floats
    n_censored: Floats
    n_crossed: Floats


def usable_rows(rows: PersonTime) -> PersonTime:
    """Return the rows that carry time and weight, after refusing rows that make no sense.

    Raises
    ------
    AnalysisRefused
        Weights are negative or not finite; rows end before they begin, or hold no time and yet
        an event (C2).
    """
    if not np.all(np.isfinite(rows.weight) & (rows.weight >= 0.0)):
        raise AnalysisRefused(
            what="some weights are negative or not finite",
            where=rows.counted_from,
            mend="give every row a weight of zero or more",
            code="TZ-EST-weight",
        )
    if not np.all(np.isfinite(rows.exit)) or np.any(np.isnan(rows.entry)):
        raise AnalysisRefused(
            what="some rows have no finite time",
            where=rows.counted_from,
            mend="give every row an exit, and an entry or -inf",
            code="TZ-EST-time",
        )
    is_empty = ~(rows.entry < rows.exit)
    if np.any(rows.entry > rows.exit) or np.any(is_empty & rows.event):
        raise AnalysisRefused(
            what="some rows end before they begin, or have an event at their entry",
            where=rows.counted_from,
            mend="let every row end after its entry; who is observed from the beginning enters "
            "at -inf",
            code="TZ-EST-time",
        )
    kept = ~is_empty & (rows.weight > 0.0)
    return rows if np.all(kept) else chosen_rows(rows, kept)


def arm_risk_table(rows: PersonTime, arm: int | None) -> RiskTable:
    """Return the risk table of one arm, or of everybody.

    Raises
    ------
    AnalysisRefused
        Nobody in the arm is under observation.
    """
    used = usable_rows(rows)
    kind = _how_rows_end(used, arm)
    if arm is not None:
        mine = used.arm == arm
        used, kind = chosen_rows(used, mine), kind[mine]
    if used.n_rows == 0:
        name = "the data" if arm is None else f"the arm '{rows.labels[arm]}'"
        raise AnalysisRefused(
            what=f"nobody in {name} is under observation after {rows.starts_at:g}",
            where=rows.counted_from,
            mend="a curve needs patients who are followed",
            code="TZ-EST-empty-arm",
        )
    group = np.zeros(used.n_rows, dtype=np.int64)
    entering, leaving = np.argsort(used.entry), np.argsort(used.exit)
    times = distinct(used.exit[leaving][kind[leaving] != CONTINUES])
    n_at_risk, n_leaving = count_risk(
        times,
        used.entry[entering],
        used.weight[entering],
        group,
        used.exit[leaving],
        used.weight[leaving],
        group,
        kind[leaving],
        1,
    )
    return RiskTable(
        times=times,
        n_at_risk=n_at_risk[:, 0],
        n_events=n_leaving[:, 0, EVENT],
        n_censored=n_leaving[:, 0, CENSORED],
        n_crossed=n_leaving[:, 0, CROSSED],
    )


def distinct(ascending: Floats) -> Floats:
    """Return sorted times without repetitions."""
    is_first = np.ones(ascending.size, dtype=np.bool_)
    is_first[1:] = ascending[1:] > ascending[:-1]
    return ascending[is_first]


def _how_rows_end(rows: PersonTime, arm: int | None) -> Ints:
    """Say of each row whether it ends in the event, a censoring, a crossing, or goes on.

    A row without event goes on when a row of the same patient in the same arm enters at its exit,
    and crosses when that row is in the other arm. Among everybody, nobody crosses.
    """
    kind = np.where(rows.event, EVENT, CENSORED).astype(np.int64)
    of_patient = np.bincount(rows.patient)[rows.patient]
    ends = np.flatnonzero(~rows.event & (of_patient > 1))
    begins = np.flatnonzero(np.isfinite(rows.entry) & (of_patient > 1))
    if ends.size == 0 or begins.size == 0:
        return kind
    moments, rank = np.unique(
        np.concatenate([rows.exit[ends], rows.entry[begins]]), return_inverse=True
    )
    place = rows.patient[np.concatenate([ends, begins])] * moments.size + rank
    ended, begun = place[: ends.size], place[ends.size :]
    arm_of = np.zeros(rows.n_rows, dtype=np.int64) if arm is None else rows.arm
    goes_on = np.zeros(ends.size, dtype=np.bool_)
    crosses = np.zeros(ends.size, dtype=np.bool_)
    for a in (0, 1):
        into = _among(ended, begun[arm_of[begins] == a])
        goes_on |= into & (arm_of[ends] == a)
        crosses |= into & (arm_of[ends] != a)
    kind[ends[crosses]] = CROSSED
    kind[ends[goes_on]] = CONTINUES
    return kind


def _among(wanted: Ints, places: Ints) -> Bools:
    """Say which of the wanted numbers are among the places; one sort, no hashing."""
    if places.size == 0:
        return np.zeros(wanted.size, dtype=np.bool_)
    ordered = np.sort(places)
    found = np.minimum(np.searchsorted(ordered, wanted), ordered.size - 1)
    return ordered[found] == wanted
