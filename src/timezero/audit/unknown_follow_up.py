"""How long patients were watched: the unknowns of entry, analysis and losses."""

from __future__ import annotations

import math
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.prior import Coordinate, Origin
from timezero.intake.printed import Span
from timezero.model.claim import Limits

AFTER_ACCRUAL: Final = (0.0, 0.5)
ACCRUAL_SHARE: Final = (0.3, 1.0)
ACCRUAL_SHAPE: Final = (0.4, 2.5)
FOLLOW_UP_OVER_MEDIAN: Final = (0.5, 12.0)
LONGEST_OVER_FOLLOW_UP: Final = 5.0
PAST_LONGEST: Final = 1.1
OPEN_END: Final = 5.0


def closed(span: Span | None) -> Limits | None:
    """Return both ends of a printed interval, above 0 and finite.

    An end that the print leaves open lies a factor ``OPEN_END`` from the other.

    Parameters
    ----------
    span : Span or None

    Returns
    -------
    (float, float) or None
        None when nothing is printed, or nothing above 0 and finite.
    """
    if span is None:
        return None
    lower, upper = span.lower, span.upper
    if not math.isfinite(upper):
        upper = lower * OPEN_END
    if lower <= 0.0:
        lower = upper / OPEN_END
    return (lower, upper) if 0.0 < lower <= upper < math.inf else None


def origin_of(evidence: Evidence, name: str) -> Origin:
    """Return whether a range of the assumptions is the default or was set."""
    is_set = name in evidence.claim.assumptions.model_fields_set
    return "set in the claim file" if is_set else "default"


def follow_up(evidence: Evidence, location: Coordinate) -> list[Coordinate]:
    """Return the unknowns of entry, analysis and losses.

    Parameters
    ----------
    evidence : Evidence
    location : Coordinate
        The range of the median, for the length of follow-up where nothing of it is printed.
    """
    assumed = evidence.claim.assumptions
    accrual, origin = _accrual(evidence)
    end = closed(evidence.span("follow_up_end"))
    both_set = assumed.accrual is not None and assumed.after_accrual is not None
    if accrual is not None and (end is None or both_set):
        return [
            Coordinate(
                name="accrual",
                label="time in which patients entered",
                lower=accrual[0],
                upper=accrual[1],
                origin=origin,
            ),
            _after_accrual(assumed.after_accrual),
            *_losses(evidence),
        ]
    length = _length(evidence, end, location)
    return [length, _accrual_share(evidence, accrual, origin, length=length), *_losses(evidence)]


def _accrual(evidence: Evidence) -> tuple[Limits | None, Origin]:
    given = evidence.claim.assumptions.accrual
    if given is not None:
        return given, "set in the claim file"
    printed = closed(evidence.span("accrual"))
    return printed, "printed" if printed is not None else "default"


def _after_accrual(given: Limits | None) -> Coordinate:
    """Return the follow-up after the last entry: a time where it is set, else a share."""
    if given is not None:
        return Coordinate(
            name="after_accrual",
            label="follow-up after the last entry",
            lower=given[0],
            upper=given[1],
            origin="set in the claim file",
        )
    return Coordinate(
        name="after_accrual_share",
        label="follow-up after the last entry, as a share of accrual",
        lower=AFTER_ACCRUAL[0],
        upper=AFTER_ACCRUAL[1],
    )


def _length(evidence: Evidence, end: Limits | None, location: Coordinate) -> Coordinate:
    typical = closed(evidence.span("follow_up"))
    origin: Origin = "printed"
    if end is not None:
        limits = end[0], PAST_LONGEST * end[1]
    elif typical is not None:
        limits = typical[0], LONGEST_OVER_FOLLOW_UP * typical[1]
    else:
        low, high = FOLLOW_UP_OVER_MEDIAN
        limits, origin = (location.lower * low, location.upper * high), "default"
    return Coordinate(
        name="follow_up_end",
        label="from first entry to the analysis",
        lower=limits[0],
        upper=limits[1],
        scale="log",
        origin=origin,
    )


def _accrual_share(
    evidence: Evidence, accrual: Limits | None, origin: Origin, *, length: Coordinate
) -> Coordinate:
    share, after = ACCRUAL_SHARE, evidence.claim.assumptions.after_accrual
    if accrual is not None:
        share = min(accrual[0] / length.upper, 1.0), min(accrual[1] / length.lower, 1.0)
    elif after is not None:
        share = max(1.0 - after[1] / length.lower, 0.0), max(1.0 - after[0] / length.upper, 0.0)
        origin = "set in the claim file"
    return Coordinate(
        name="accrual_share",
        label="accrual as a share of that time",
        lower=share[0],
        upper=share[1],
        origin=origin,
    )


def _losses(evidence: Evidence) -> list[Coordinate]:
    low, high = evidence.claim.assumptions.lost_by_median
    return [
        Coordinate(
            name="lost",
            label="share lost to follow-up by the median survival",
            lower=low,
            upper=high,
            origin=origin_of(evidence, "lost_by_median"),
        ),
        Coordinate(
            name="accrual_shape",
            label="pattern of accrual (1: even, below 1: more entered late)",
            lower=ACCRUAL_SHAPE[0],
            upper=ACCRUAL_SHAPE[1],
            scale="log",
        ),
    ]
