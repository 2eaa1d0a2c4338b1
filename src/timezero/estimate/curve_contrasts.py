"""Two survival curves compared: time lived, survival at a horizon, medians."""

from __future__ import annotations

import math

from timezero.conventions import LEVEL
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.product_limit import median_survival, restricted_mean, survival_at
from timezero.model.estimate import NAN, AtTime, Contrast, Curve, Measure


def rmst_difference(
    reference: Curve, intervention: Curve, *, horizon: float, level: float = LEVEL
) -> Contrast:
    """Compare the mean time lived until a horizon: intervention less reference (C6).

    Parameters
    ----------
    reference, intervention : Curve
        On the same clock, starting at the same time.
    horizon : float
        In the unit of the curves. NaN comes back when it lies beyond the last exit of an arm that
        still has survivors (C8).
    level : float
        Two-sided coverage (C7), in (0, 1).

    Estimates
    ---------
    ``E[min(T_1, h)] - E[min(T_0, h)]`` from the common start of the curves (PL5), in their unit.

    Assumes
    -------
    What each curve assumes. The variances of the two curves are added, also when patients
    change arm: each event belongs to one arm only.

    References
    ----------
    .. [royston2013] (PL5) to (PL7)
    """
    return _difference(
        "rmst_difference",
        restricted_mean(reference, horizon),
        restricted_mean(intervention, horizon),
        level=level,
        method="difference of areas under the Kaplan-Meier curves, normal interval and test",
    )


def survival_difference(
    reference: Curve, intervention: Curve, *, horizon: float, level: float = LEVEL
) -> Contrast:
    """Compare the share alive at a horizon: intervention less reference (C6).

    The standard error is NaN when nobody survives in an arm. Parameters, assumptions and refusals
    are as in :func:`rmst_difference`; beyond the last exit of an arm the answer is NaN.
    """
    return _difference(
        "survival_difference",
        survival_at(reference, horizon),
        survival_at(intervention, horizon),
        level=level,
        method="difference of Kaplan-Meier curves, Greenwood's variance, normal interval and test",
    )


def median_difference(reference: Curve, intervention: Curve) -> Contrast:
    """Compare median survival: intervention less reference (C6); NaN when one is not reached.

    It has no simple standard error; the bootstrap of patients gives its interval.
    """
    return Contrast(
        measure="median_difference",
        variant="unadjusted",
        value=median_survival(intervention)[0] - median_survival(reference)[0],
        method="difference of Kaplan-Meier medians",
    )


def _difference(
    measure: Measure, reference: AtTime, intervention: AtTime, *, level: float, method: str
) -> Contrast:
    value = intervention.value - reference.value
    error = math.hypot(reference.standard_error, intervention.standard_error)
    z = value / error if error > 0.0 else NAN
    reach = critical_value(level) * error if error > 0.0 else NAN
    unsure = [
        name
        for name, arm in (("reference", reference), ("intervention", intervention))
        if arm.standard_error == 0.0
    ]
    return Contrast(
        measure=measure,
        variant="unadjusted",
        value=value,
        standard_error=error,
        lower=value - reach,
        upper=value + reach,
        level=level,
        p_value=two_sided_p(z),
        statistic=z * z,
        at=reference.at,
        method=method,
        cautions=tuple(
            f"the {name} arm has no event before this horizon: its own chance is not in the "
            "interval"
            for name in unsure
        ),
        details={"reference": reference.value, "intervention": intervention.value},
    )
