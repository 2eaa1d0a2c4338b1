"""Named rules for what the calendar cannot decide: treatment and exit on one day, exit at zero."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.intake.draft import Draft


def same_day(draft: Draft) -> Bools:
    """Return who began the late treatment on the day of the exit."""
    return draft.time("initiation") == draft.time("exit")


def exits_at_zero(draft: Draft) -> Bools:
    """Return who left observation at time zero itself."""
    return draft.time("exit") == 0.0


def moved_initiation(draft: Draft) -> Floats:
    """Return initiation under the protocol's rule for one day.

    Under ``after`` nothing moves: treatment counts from just after the exit (C4). Under
    ``half_before`` it moves to half the recorded resolution before the exit.
    """
    initiation = draft.time("initiation")
    if draft.protocol.rules.same_day == "after":
        return initiation
    earlier = np.maximum(draft.time("exit") - draft.resolution / 2.0, 0.0)
    return np.where(same_day(draft), earlier, initiation)


def moved_trigger(draft: Draft) -> Floats | None:
    """Return the trigger; never after a treatment of the same day that was moved."""
    if "trigger" not in draft.times:
        return None
    trigger = draft.time("trigger")
    return np.where(
        same_day(draft) & (trigger == draft.time("exit")), moved_initiation(draft), trigger
    )


def zero_exit(draft: Draft) -> float:
    """Return where an exit at time zero counts when treatment depends on time; NaN = at zero."""
    if draft.protocol.rules.zero_exit == "half" and bool(exits_at_zero(draft).any()):
        return draft.resolution / 2.0
    return float("nan")


def observed_from(draft: Draft) -> Floats:
    """Return the start of observation; ``-inf`` for those observed from time zero on."""
    if "entry" not in draft.times or draft.protocol.rules.late_entry == "from_time_zero":
        return np.full(draft.n, -np.inf)
    entry = draft.time("entry")
    return np.where(entry <= draft.earliest, -np.inf, entry)
