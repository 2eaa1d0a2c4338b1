"""Groups put together into one curve: the survival of everybody, whoever was treated when."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.reconstruct import Records
from timezero.errors import AnalysisRefused
from timezero.model.estimate import Curve
from timezero.model.person_time import PersonTime

LABELS: Final = ("never treated", "late treated")
# Deaths that a tail without any is taken to hide, so that the curve goes on falling beyond it.
IN_EMPTY_TAIL: Final = 0.5


def person_time(never: Records, late: Records | None = None) -> PersonTime:
    """Return one row for each patient: arm 0 never treated, arm 1 late treated.

    Parameters
    ----------
    never, late : Records
        On one clock; with one group only, everybody is in arm 0.
    """
    from timezero.align._rows import one_row_each

    groups = [never] if late is None else [never, late]
    exits = np.concatenate([group.exit for group in groups])
    arm = np.zeros(exits.size, dtype=np.bool_)
    arm[never.n :] = True
    return one_row_each(
        entry=np.full(exits.size, -np.inf),
        exit=exits,
        event=np.concatenate([group.event for group in groups]),
        arm=arm,
        patient=np.arange(exits.size),
        words=(LABELS, "time zero of the printed curves"),
    )


def pool(never: Records, late: Records | None = None) -> Curve:
    """Return the product-limit curve of all patients together (RC8).

    Parameters
    ----------
    never, late : Records
        Both groups of one comparison, both counted from the same time zero; or everybody in one.

    Notes
    -----
    The pooled curve does not depend on how patients were grouped, so waiting cannot bias it.
    """
    from timezero.estimate.product_limit import survival_curve

    return survival_curve(person_time(never, late))


def pooled_knots(never: Records, late: Records | None = None) -> tuple[Floats, Floats]:
    """Return the pooled curve as knots for simulated worlds: ``curve_knots(pool(...))``."""
    return curve_knots(pool(never, late))


def curve_knots(curve: Curve) -> tuple[Floats, Floats]:
    """Return the knots of a curve: times from 0, and survival from 1, strictly falling (RC9).

    Parameters
    ----------
    curve : Curve

    Returns
    -------
    times : (n_knots,) float64
        0, each time with events, and the end of follow-up when it is later.
    survival : (n_knots,) float64
        Never 0. Between knots ``-log S`` is meant to be a straight line. A last death of everybody
        left counts as a Nelson-Aalen step of 1. Follow-up after the last event counts as half an
        event among those at risk then: the slope that goes on beyond the last knot.

    Raises
    ------
    AnalysisRefused
        The curve has no events.
    """
    steps = curve.n_events > 0.0
    if not steps.any():
        raise AnalysisRefused(
            what="the curve has no events",
            where=curve.label,
            mend="give a curve that falls",
            code="TZ-AUDIT-no-events",
        )
    times = np.concatenate([[0.0], curve.times[steps]])
    survival = np.concatenate([[1.0], curve.survival[steps]])
    if survival[-1] <= 0.0:
        survival[-1] = survival[-2] * np.exp(-1.0)
    after = curve.times > times[-1]
    if after.any():
        length = float(curve.times[-1] - times[-1])
        widths = np.diff(curve.times[after], prepend=times[-1])
        at_risk = float(widths @ curve.n_at_risk[after]) / length
        times = np.append(times, curve.times[-1])
        survival = np.append(survival, survival[-1] * np.exp(-IN_EMPTY_TAIL / at_risk))
    return times, survival
