"""When the late treatment came, to whom, and after what: the unknowns of waiting and trigger."""

from __future__ import annotations

from typing import Final

from timezero.audit.evidence import Evidence
from timezero.audit.prior import Coordinate, Origin
from timezero.audit.unknown_follow_up import closed, origin_of
from timezero.model.claim import Limits

WAIT_OVER_MEDIAN: Final = (0.02, 30.0)
WAIT_OVER_PRINTED: Final = (0.3, 30.0)
WAIT_TAIL: Final = (0.0, 2.0)
TRIGGER_OVER_MEDIAN: Final = (0.05, 3.0)
MOST_NEVER_ELIGIBLE: Final = 0.9
AT_ONCE: Final = 1e-9


def waiting(evidence: Evidence, fixed: dict[str, float], location: Coordinate) -> list[Coordinate]:
    """Return the unknowns of the waiting time; none in a randomised comparison.

    Parameters
    ----------
    evidence : Evidence
    fixed : dict of str to float
        Columns that are the same in all worlds; changed in place.
    location : Coordinate
        The range of the median, in which waits are measured.
    """
    share = evidence.share_late()
    if evidence.claim.question.comparison == "randomised":
        fixed["wait_scale"], fixed["wait_shape"] = AT_ONCE, 1.0
        fixed["never_eligible"] = 1.0 - (share.lower + share.upper) / 2.0 if share else 0.5
        fixed["selection"] = 0.0
        return []
    return [_scale(evidence, location), *_shapes(evidence), _never_eligible(evidence)]


def _scale(evidence: Evidence, location: Coordinate) -> Coordinate:
    low, high = WAIT_OVER_MEDIAN
    wait = closed(evidence.span("wait"))
    if wait is not None:
        low = WAIT_OVER_PRINTED[0] * wait[0] / location.upper
        high = WAIT_OVER_PRINTED[1] * wait[1] / location.lower
    return Coordinate(
        name="wait_scale",
        label="scale of the waiting time, over the median survival of all",
        lower=low,
        upper=high,
        scale="log",
        origin="default" if wait is None else "printed",
    )


def _shapes(evidence: Evidence) -> list[Coordinate]:
    low, high = evidence.claim.assumptions.waiting_shape
    return [
        Coordinate(
            name="wait_shape",
            label="shape of the waiting time (1: constant rate)",
            lower=low,
            upper=high,
            scale="log",
            origin=origin_of(evidence, "waiting_shape"),
        ),
        Coordinate(
            name="wait_tail",
            label="tail of the waiting time (0: Weibull, 1: log-logistic)",
            lower=WAIT_TAIL[0],
            upper=WAIT_TAIL[1],
        ),
    ]


def _never_eligible(evidence: Evidence) -> Coordinate:
    limits, origin = _limits_of_never_eligible(evidence)
    return Coordinate(
        name="never_eligible",
        label="share who could never have the treatment",
        lower=limits[0],
        upper=limits[1],
        origin=origin,
    )


def _limits_of_never_eligible(evidence: Evidence) -> tuple[Limits, Origin]:
    given, printed = evidence.claim.assumptions.never_eligible, evidence.span("never_eligible")
    if given is not None:
        return given, "set in the claim file"
    if printed is not None:
        return (printed.lower, printed.upper), "printed"
    share = evidence.share_late()
    return (0.0, MOST_NEVER_ELIGIBLE if share is None else 1.0 - share.lower), "default"


def trigger(evidence: Evidence, fixed: dict[str, float]) -> list[Coordinate]:
    """Return the unknowns of what the treatment waits for; none where there is no trigger.

    Parameters
    ----------
    evidence : Evidence
    fixed : dict of str to float
        Changed in place.
    """
    wanted = evidence.claim.assumptions.trigger
    printed = evidence.span("n_triggered") or evidence.span("trigger_time")
    if wanted is False or (wanted is None and printed is None):
        fixed["trigger_ratio"] = 0.0
        return []
    low, high = evidence.claim.assumptions.trigger_hazard_ratio
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
            origin=origin_of(evidence, "trigger_hazard_ratio"),
        ),
    ]
