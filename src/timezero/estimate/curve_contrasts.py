"""Two survival curves compared: time lived, survival at a time, medians."""

from __future__ import annotations

from typing import Literal

import numpy as np

from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.product_limit import median_survival, restricted_mean, survival_at
from timezero.model.estimate import NAN, AtTime, Contrast, Curve


def _difference(
    measure: Literal["rmst_difference", "survival_difference"],
    pair: tuple[AtTime, AtTime],
    *,
    level: float,
    method: str,
) -> Contrast:
    reference, intervention = pair
    value = intervention.value - reference.value
    error = float(np.hypot(reference.standard_error, intervention.standard_error))
    half = critical_value(level) * error
    z = value / error if error > 0.0 else NAN
    return Contrast(
        measure=measure,
        variant="unadjusted",
        value=value,
        standard_error=error,
        lower=value - half,
        upper=value + half,
        level=level,
        p_value=two_sided_p(z) if error > 0.0 else NAN,
        statistic=z * z,
        at=reference.at,
        method=method,
        details={"reference": reference.value, "intervention": intervention.value},
    )


def rmst_difference(
    reference: Curve, intervention: Curve, *, horizon: float, level: float
) -> Contrast:
    """Compare the time lived up to the horizon, intervention less reference (C6).

    Parameters
    ----------
    horizon : float
        In the cohort's unit.
    level : float

    Estimates
    ---------
    ``E[min(T_1, horizon)] - E[min(T_0, horizon)]``; NaN beyond the follow-up of an arm (C8).

    Assumes
    -------
    Censoring and late entry independent of the event within an arm.

    References
    ----------
    .. [royston2013]
    """
    pair = (
        restricted_mean(reference, horizon, level=level),
        restricted_mean(intervention, horizon, level=level),
    )
    method = "areas under the product-limit curves, normal interval and test"
    return _difference("rmst_difference", pair, level=level, method=method)


def survival_difference(
    reference: Curve, intervention: Curve, *, horizon: float, level: float
) -> Contrast:
    """Compare the shares surviving at the horizon, intervention less reference (C6).

    Parameters
    ----------
    horizon : float
    level : float

    Estimates
    ---------
    ``S_1(horizon) - S_0(horizon)``; NaN beyond the follow-up of an arm (C8).

    References
    ----------
    .. [kaplan1958] Greenwood's variance.
    """
    pair = (
        survival_at(reference, horizon, level=level),
        survival_at(intervention, horizon, level=level),
    )
    method = "product-limit curves, Greenwood variance, normal interval and test"
    return _difference("survival_difference", pair, level=level, method=method)


def median_difference(reference: Curve, intervention: Curve) -> Contrast:
    """Compare the medians, intervention less reference (C6); NaN when one is not reached.

    There is no closed standard error: an interval comes from the bootstrap of patients.
    """
    first, second = median_survival(reference)[0], median_survival(intervention)[0]
    missing = [
        f"the median of '{curve.label}' is not reached"
        for curve, median in ((reference, first), (intervention, second))
        if np.isnan(median)
    ]
    return Contrast(
        measure="median_difference",
        variant="unadjusted",
        value=second - first,
        method="product-limit medians",
        cautions=tuple(missing),
        details={"reference": first, "intervention": second},
    )
