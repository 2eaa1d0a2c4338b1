"""How few changed outcomes would move a test of two arms across its limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.log_rank import log_rank
from timezero.estimate.normal import critical_value
from timezero.model.person_time import PersonTime

CHANGES_AT_MOST: Final = 10
CANDIDATES_OF_A_KIND: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragility:
    """The changes that move the test across its limit.

    Parameters
    ----------
    n_changes : int
        Patients whose outcome has to change; ``CHANGES_AT_MOST + 1`` when more are needed.
    was_beyond : bool
        True when the test was beyond its limit before (p below 1 - level), and no longer is.
    z_before, z_after : float
        Score of the intervention arm in standard errors.
    events_added, events_removed : int
        What was changed.
    """

    n_changes: int
    was_beyond: bool
    z_before: float
    z_after: float
    events_added: int
    events_removed: int


def fragility(rows: PersonTime, *, level: float = 0.95) -> Fragility:
    """Count the changed outcomes after which the log-rank (or Mantel-Byar) test says otherwise.

    Parameters
    ----------
    rows : PersonTime
        Without weights; a patient's last row carries the outcome.
    level : float
        The limit is the two-sided critical value at this level.

    Estimates
    ---------
    A number of patients: the smallest found by changing, one at a time, the outcome that moves
    the score most towards the limit: an event becomes a censoring, or a censoring an event, at
    the same time. An upper bound of the smallest possible number, equal to it when it is 1.

    Assumes
    -------
    Nothing: it describes the test, not the world.

    References
    ----------
    .. [walsh2014], [lin2021]

    Raises
    ------
    AnalysisRefused
        An arm has no rows.
    """
    limit = critical_value(level)
    last = _last_rows(rows)
    before = _z(rows)
    was_beyond = abs(before) >= limit
    upwards = (before < 0) == was_beyond
    z, added, removed = before, 0, 0
    while (abs(z) >= limit) == was_beyond and added + removed < CHANGES_AT_MOST:
        found = _best_change(rows, last, upwards=upwards)
        if found is None:
            break
        rows, z, was_event = found
        added += not was_event
        removed += was_event
    crossed = (abs(z) >= limit) != was_beyond
    return Fragility(
        n_changes=added + removed if crossed else CHANGES_AT_MOST + 1,
        was_beyond=was_beyond,
        z_before=before,
        z_after=z,
        events_added=added,
        events_removed=removed,
    )


def _last_rows(rows: PersonTime) -> Bools:
    order = np.lexsort((rows.exit, rows.patient))
    final = np.append(np.diff(rows.patient[order]) != 0, [True])
    last = np.zeros(rows.n_rows, dtype=np.bool_)
    last[order[final]] = True
    return last


def _z(rows: PersonTime) -> float:
    found = log_rank(rows)
    return float(found.score / np.sqrt(found.variance)) if found.variance > 0 else 0.0


def _best_change(
    rows: PersonTime, last: Bools, *, upwards: bool
) -> tuple[PersonTime, float, bool] | None:
    """Try the most promising changes of each kind, and return the one that moves the test most."""
    best: tuple[PersonTime, float, bool] | None = None
    for i in _promising(rows, last, upwards=upwards):
        event = rows.event.copy()
        event[i] = not event[i]
        changed = replace(rows, event=event)
        z = _z(changed)
        if best is None or (z > best[1]) == upwards:
            best = (changed, z, bool(rows.event[i]))
    return best


def _promising(rows: PersonTime, last: Bools, *, upwards: bool) -> Ints:
    """Return rows whose change moves the score: by their arm's share of those at risk then."""
    share = _share_treated(rows)
    gains = np.where(rows.arm == 1, 1.0 - share, -share)
    towards = np.where(rows.event, -gains, gains) * (1.0 if upwards else -1.0)
    chosen: list[Ints] = []
    for arm in (0, 1):
        for event in (False, True):
            kind = np.flatnonzero(last & (rows.arm == arm) & (rows.event == event) & (towards > 0))
            chosen.append(kind[np.argsort(-towards[kind], kind="stable")][:CANDIDATES_OF_A_KIND])
    return np.concatenate(chosen)


def _share_treated(rows: PersonTime) -> Floats:
    """Return, at each row's exit, the share of those at risk who are in the intervention arm."""
    counts: list[Floats] = []
    for arm in (0, 1):
        mine = rows.arm == arm
        entered = np.searchsorted(np.sort(rows.entry[mine]), rows.exit, side="left")
        left = np.searchsorted(np.sort(rows.exit[mine]), rows.exit, side="left")
        counts.append((entered - left).astype(np.float64))
    return counts[1] / (counts[0] + counts[1])
