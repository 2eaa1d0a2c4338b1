"""From a claim to the ranges of everything it does not print."""

from __future__ import annotations

import math
from typing import Final

from timezero.arrays import Floats
from timezero.audit.evidence import Evidence
from timezero.audit.frailty import FrailtyLaw, FrailtyTables, frailty_tables, law_of_setting
from timezero.audit.baseline import FAMILIES, N_BENDS
from timezero.audit.prior import Coordinate, Prior
from timezero.intake.printed import Span
from timezero.model.audit_result import Setting
from timezero.model.claim import Limits

AFTER_ACCRUAL: Final = (0.0, 0.5)
ACCRUAL_SHARE: Final = (0.3, 1.0)
WAIT_OVER_MEDIAN: Final = (0.02, 30.0)
WAIT_TAIL: Final = (0.0, 2.0)
ACCRUAL_SHAPE: Final = (0.4, 2.5)
TRIGGER_OVER_MEDIAN: Final = (0.05, 3.0)
FOLLOW_UP_OVER_MEDIAN: Final = (0.5, 12.0)
AT_ONCE: Final = 1e-9
LATER: Final = 1.35


def laws_of(setting: Setting, evidence: Evidence) -> tuple[FrailtyLaw, ...]:
    """Return the frailty laws of a setting: gamma and log-normal unless the claim says which."""
    if setting == "none":
        return ()
    wanted = evidence.claim.assumptions.frailty_law
    laws = ("gamma", "log_normal") if wanted == "both" else (wanted,)
    return tuple(law_of_setting(setting, law) for law in laws)


def make_prior(
    evidence: Evidence,
    *,
    laws: tuple[FrailtyLaw, ...] = (),
    selection: float = 0.0,
    effect: bool = False,
    curves: Floats | None = None,
) -> Prior:
    """Return the unknowns of a claim under one strength of selection.

    Parameters
    ----------
    evidence : Evidence
    laws : tuple of FrailtyLaw
        Equally likely; none: nobody is frail.
    selection : float
        The rate of treatment falls as ``frailty ** -selection``.
    effect : bool
        Whether the true effect is unknown; otherwise the treatment does nothing.
    curves : (n_tables, 2, n_knots) float64, optional
        Cumulative hazards of the pooled curve.
    """
    location = _location(evidence)
    coordinates = [location, *_baseline(evidence)]
    fixed: dict[str, float] = {"selection": selection, "hazard_ratio": 1.0, "harm_ratio": 1.0}
    coordinates += _sizes(evidence, fixed)
    coordinates += _follow_up(evidence, location)
    coordinates += _waiting(evidence, fixed, location)
    coordinates += _trigger(evidence, fixed)
    if effect:
        coordinates += _effect(evidence, fixed)
    if curves is not None:
        coordinates.append(Coordinate(name="curve", label="which reading", lower=0.0, upper=1.0))
    tables: FrailtyTables = frailty_tables(laws)
    return Prior(
        coordinates=tuple(coordinates),
        families=FAMILIES[:1] if curves is not None else FAMILIES,
        levels=tuple(range(1, len(laws) + 1)) if laws else (0,),
        tables=tables,
        fixed=fixed,
        curves=curves,
    )


def _location(evidence: Evidence) -> Coordinate:
    """Return the range of the median survival of all, had nobody been treated."""
    median = evidence.span("median")
    ends: list[float] = []
    origin = "printed"
    if median is not None and 0.0 < median.upper < math.inf:
        ends = [median.lower / 1.8, median.upper * 1.5]
    else:
        for name in ("median_late", "median_never"):
            span = evidence.span(name)
            if span is not None:
                ends += [t for t in (span.lower, span.upper) if 0.0 < t < math.inf]
        follow_up = [
            span.upper
            for name in ("follow_up_end", "accrual", "follow_up")
            if (span := evidence.span(name)) is not None and 0.0 < span.upper < math.inf
        ]
        reached = len(ends) > 2
        ends += [] if reached else [3.0 * t for t in follow_up]
        ends += [] if ends and min(ends) < max(ends) else [t / 20.0 for t in follow_up]
        ends = [min(ends) / 2.0, max(ends) * 1.5] if ends else []
    if not ends:
        ends, origin = [0.5, 2.0], "default"
    return Coordinate(
        name="location",
        label="median survival of all, had nobody been treated",
        lower=ends[0],
        upper=ends[-1],
        scale="log",
        origin=origin,
    )


def _baseline(evidence: Evidence) -> list[Coordinate]:
    cure = evidence.claim.assumptions.cure[1]
    lowest = 2.0 * evidence.claim.assumptions.cure[0] - cure
    return [
        Coordinate(
            name="shape", label="shape of the survival curve (0 to 1)", lower=0.0, upper=1.0
        ),
        _CureCoordinate(name="cure", label="share never to die of it", lower=lowest, upper=cure),
        Coordinate(
            name="piece", label="last piece of a piecewise death rate (0 to 1)", lower=0.0, upper=1.0
        ),
        *(
            Coordinate(
                name=f"bend_{k + 1}",
                label=f"bend of the death rate, piece {k + 1} (0 to 1)",
                lower=0.0,
                upper=1.0,
            )
            for k in range(N_BENDS)
        ),
    ]


class _CureCoordinate(Coordinate):
    """Half of the worlds have no cured patients; the range reaches as far below 0 as above."""

    def values(self, share: Floats) -> Floats:
        import numpy as np

        return np.maximum(Coordinate.values(self, share), 0.0)


def _sizes(evidence: Evidence, fixed: dict[str, float]) -> list[Coordinate]:
    n = evidence.span("n")
    if n is None:
        return []
    fixed["n"] = n.lower
    if n.upper <= n.lower:
        return []
    return [
        Coordinate(
            name="n",
            label="patients in all",
            lower=n.lower,
            upper=n.upper,
            scale="whole",
            origin="printed",
        )
    ]


def _follow_up(evidence: Evidence, location: Coordinate) -> list[Coordinate]:
    assumed = evidence.claim.assumptions
    accrual, end = evidence.span("accrual"), evidence.span("follow_up_end")
    if assumed.accrual is not None or (accrual is not None and end is None):
        limits, origin = _limits(assumed.accrual, accrual)
        after, after_origin = _limits(assumed.after_accrual, None, default=AFTER_ACCRUAL)
        return [
            Coordinate(
                name="accrual",
                label="time in which patients entered",
                lower=limits[0],
                upper=limits[1],
                origin=origin,
            ),
            Coordinate(
                name="after_accrual",
                label="follow-up after the last entry, as a share of accrual",
                lower=after[0],
                upper=after[1],
                origin=after_origin,
            ),
            *_losses(evidence),
        ]
    follow_up = evidence.span("follow_up")
    if end is not None:
        limits, origin, share = (end.lower, 1.1 * end.upper), "printed", ACCRUAL_SHARE
        if accrual is not None:
            share = (
                min(accrual.lower / limits[1], 1.0),
                min(accrual.upper / limits[0], 1.0),
            )
    elif follow_up is not None and 0.0 < follow_up.lower < math.inf:
        limits, origin, share = (follow_up.lower, 5.0 * follow_up.upper), "printed", ACCRUAL_SHARE
    else:
        low, high = FOLLOW_UP_OVER_MEDIAN
        limits = location.lower * low, location.upper * high
        origin, share = "default", ACCRUAL_SHARE
    return [
        Coordinate(
            name="follow_up_end",
            label="from first entry to the analysis",
            lower=limits[0],
            upper=limits[1],
            scale="log",
            origin=origin,
        ),
        Coordinate(
            name="accrual_share",
            label="accrual as a share of that time",
            lower=share[0],
            upper=share[1],
            origin="printed" if accrual is not None else "default",
        ),
        *_losses(evidence),
    ]


def _limits(
    given: Limits | None, printed: Span | None, *, default: Limits = (0.0, 1.0)
) -> tuple[Limits, str]:
    if given is not None:
        return given, "set in the claim file"
    if printed is not None:
        return (printed.lower, printed.upper), "printed"
    return default, "default"


def _losses(evidence: Evidence) -> list[Coordinate]:
    low, high = evidence.claim.assumptions.lost_by_median
    return [
        Coordinate(
            name="lost",
            label="share lost to follow-up by the median survival",
            lower=low,
            upper=high,
        ),
        Coordinate(
            name="accrual_shape",
            label="pattern of accrual (1: even, below 1: more entered late)",
            lower=ACCRUAL_SHAPE[0],
            upper=ACCRUAL_SHAPE[1],
            scale="log",
        ),
    ]


def _waiting(
    evidence: Evidence, fixed: dict[str, float], location: Coordinate
) -> list[Coordinate]:
    assumed = evidence.claim.assumptions
    share = evidence.share_late()
    if evidence.claim.question.comparison == "randomised":
        fixed["wait_scale"], fixed["wait_shape"] = AT_ONCE, 1.0
        fixed["never_eligible"] = 1.0 - (share.lower + share.upper) / 2.0 if share else 0.5
        fixed["selection"] = 0.0
        return []
    most = 1.0 - share.lower if share is not None else 0.9
    eligible, origin = _limits(
        assumed.never_eligible, evidence.span("never_eligible"), default=(0.0, most)
    )
    low, high = WAIT_OVER_MEDIAN
    wait = evidence.span("wait")
    if wait is not None and wait.lower > 0.0:
        low, high = 0.3 * wait.lower / location.upper, 30.0 * wait.upper / location.lower
    return [
        Coordinate(
            name="wait_scale",
            label="scale of the waiting time, over the median survival of all",
            lower=low,
            upper=high,
            scale="log",
            origin="default" if wait is None else "printed",
        ),
        Coordinate(
            name="wait_shape",
            label="shape of the waiting time (1: constant rate)",
            lower=assumed.waiting_shape[0],
            upper=assumed.waiting_shape[1],
            scale="log",
        ),
        Coordinate(
            name="wait_tail",
            label="tail of the waiting time (0: Weibull, 1: log-logistic)",
            lower=WAIT_TAIL[0],
            upper=WAIT_TAIL[1],
        ),
        Coordinate(
            name="never_eligible",
            label="share who could never have the treatment",
            lower=eligible[0],
            upper=eligible[1],
            origin=origin,
        ),
    ]


def _trigger(evidence: Evidence, fixed: dict[str, float]) -> list[Coordinate]:
    wanted = evidence.claim.assumptions.trigger
    printed = evidence.span("n_triggered") or evidence.span("trigger_time")
    fixed["trigger_ratio"] = 0.0
    if wanted is False or (wanted is None and printed is None):
        return []
    low, high = evidence.claim.assumptions.trigger_hazard_ratio
    del fixed["trigger_ratio"]
    fixed["trigger_shape"] = 1.0
    return [
        Coordinate(
            name="trigger_scale",
            label="scale of the time to the trigger, over the median survival of all",
            lower=TRIGGER_OVER_MEDIAN[0],
            upper=TRIGGER_OVER_MEDIAN[1],
            scale="log",
        ),
        Coordinate(
            name="trigger_ratio",
            label="death rate after the trigger against before it",
            lower=low,
            upper=high,
            scale="log",
        ),
    ]


def _effect(evidence: Evidence, fixed: dict[str, float]) -> list[Coordinate]:
    assumed = evidence.claim.assumptions
    del fixed["hazard_ratio"]
    found = [
        Coordinate(
            name="hazard_ratio",
            label="true hazard ratio after initiation",
            lower=assumed.hazard_ratio[0],
            upper=assumed.hazard_ratio[1],
            scale="log",
        ),
        Coordinate(
            name="later_from",
            label="when the effect may change, over the scale of waiting",
            lower=0.5,
            upper=5.0,
            scale="log",
        ),
        Coordinate(
            name="later_ratio",
            label="how the hazard ratio then changes",
            lower=1.0/LATER,
            upper=LATER,
            scale="log",
        ),
    ]
    if assumed.harm_window:
        fixed["harm_window"] = assumed.harm_window
        del fixed["harm_ratio"]
        found.append(
            Coordinate(
                name="harm_ratio",
                label="hazard ratio in the peri-operative window",
                lower=assumed.harm_ratio[0],
                upper=assumed.harm_ratio[1],
                scale="log",
            )
        )
    return found
