"""Two fixed groups compared by cumulative incidence, where competing events happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.errors import AnalysisRefused
from timezero.estimate.cumulative_incidence import incidence_curve, incidence_difference
from timezero.estimate.product_limit import arm_summary
from timezero.ladder.climb import Climb, RungNumbers, at_risk
from timezero.model.estimate import NAN, Curve
from timezero.model.person_time import PersonTime

FEW_AT_RISK_AT_HORIZON = 5
CODE = "TZ-LAD-61"
INSTEAD = (
    "competing events happen: the share with the event (cumulative incidence) is compared; time "
    "lived and medians are refused, because curves that censor competing events show a world "
    "without them; hazard ratios are cause-specific"
)


def refuse_by_state(climb: Climb) -> None:
    """Refuse curves of states that patients pass through, where competing events happen.

    Raises
    ------
    AnalysisRefused
    """
    raise AnalysisRefused(
        what=f"{climb.cohort.n_competing} patients had a competing event: a curve by state that "
        "censors them shows a world without it, and a share with the event belongs to a fixed "
        "group of people, not to a state; hazard ratios are cause-specific",
        where="data.competing_value",
        mend="read the shares in each state of the illness-death rung, or the landmark rung",
        code=CODE,
    )


def compare_incidence(
    climb: Climb,
    rows: PersonTime,
    *,
    variant: str,
    from_time: float | None,
    horizons: tuple[float, ...],
) -> RungNumbers:
    """Compare two groups fixed at the start by their cumulative incidence at every horizon.

    Parameters
    ----------
    rows : PersonTime
        One row a patient, to the patient's own exit.
    variant : str
    from_time : float or None
        Curves are conditional on being event-free then.
    horizons : tuple of float

    Raises
    ------
    AnalysisRefused
        Patients have several rows: they pass through states.
    """
    competing = climb.cohort.competing
    if competing is None or np.unique(rows.patient).size != rows.n_rows:
        refuse_by_state(climb)
        return RungNumbers()
    ends = competing[rows.patient] & ~rows.event
    found = RungNumbers(cautions=[INSTEAD])
    reference, intervention = (
        _named(incidence_curve(rows, ends, arm=arm, level=climb.level, from_time=from_time))
        for arm in (0, 1)
    )
    found.curves = (reference, intervention)
    found.arms = tuple(
        replace(
            arm_summary(rows, arm, curve, horizons=horizons, level=climb.level),
            median=NAN,
            median_lower=NAN,
            median_upper=NAN,
            rmst=(),
        )
        for arm, curve in enumerate(found.curves)
    )
    for time in horizons:
        for arm, curve in enumerate(found.curves):
            if at_risk(rows, arm, time) < FEW_AT_RISK_AT_HORIZON:
                found.cautions.append(
                    f"fewer than {FEW_AT_RISK_AT_HORIZON} at risk at {time:g} among '{curve.label}'"
                )
        contrast = incidence_difference(reference, intervention, horizon=time, level=climb.level)
        if np.isnan(contrast.value):
            found.cautions.append(
                f"cumulative incidence difference at {time:g} lies beyond the follow-up of an "
                "arm: not estimated"
            )
        else:
            found.contrasts.append(replace(contrast, variant=variant))
    return found


def _named(curve: Curve) -> Curve:
    return replace(curve, label=f"{curve.label} (without the event)")
