"""What waiting alone makes of a naive comparison under constant rates, in closed form.

Equations (CF1) to (CF10) are those of ``docs/methods/closed-form.md``. Time runs from time zero;
the untreated die at a constant rate and are treated at a constant rate, the treated die at
``hazard_ratio`` times the first rate. ``share_late`` is the share ever treated when everybody is
followed to death.
"""

from __future__ import annotations

import math
from typing import Final, TypeVar, cast

import numpy as np

from timezero.arrays import Floats
from timezero.audit.evidence import Evidence, is_bounded
from timezero.errors import InputRefused
from timezero.intake.printed import Span
from timezero.model.audit_result import ClosedForm

Number = TypeVar("Number", float, Floats)

HALVINGS: Final = 200
NEARLY_EQUAL_RATES: Final = 0.1
RESTARTED: Final = {"own_clocks", "waiting_excluded"}
NOT_BIASED_BY_WAITING: Final = {"landmark", "randomised"}


def rate_ratio(share_late: Number, *, hazard_ratio: float = 1.0) -> Number:
    """Return the naive ratio of death rates, ever against never treated (CF3).

    Parameters
    ----------
    share_late : float or (n,) float64
        Share ever treated, above 0 and below 1.
    hazard_ratio : float
        True hazard ratio after initiation, above 0; 1 when the treatment does nothing.

    Returns
    -------
    float or (n,) float64
        Below 1 whatever the treatment does. With independent censoring at a constant rate (CF4)
        it is the same when the treatment does nothing.
    """
    relative = _relative_rate(share_late, hazard_ratio)
    return relative / (1.0 + relative)


def mean_ratio(share_late: Number, *, hazard_ratio: float = 1.0) -> Number:
    """Return the ratio of mean survival, ever against never treated, without censoring (CF5)."""
    return 1.0 / rate_ratio(share_late, hazard_ratio=hazard_ratio)


def median_ratio(share_late: Number, *, hazard_ratio: float = 1.0) -> Number:
    """Return the ratio of median survival, ever against never treated (CF6).

    Parameters
    ----------
    share_late : float or (n,) float64
    hazard_ratio : float

    Returns
    -------
    float or (n,) float64
        Median of the wait plus the life after it, over that of the never treated; solved by
        halving until the last bit.
    """
    relative = np.asarray(_relative_rate(share_late, hazard_ratio), dtype=np.float64)
    ratio = _median_of_two_waits(relative) / math.log(2.0)
    return cast("Number", ratio if isinstance(share_late, np.ndarray) else float(ratio))


def restarted_rate_ratio(share_late: Number, *, hazard_ratio: float = 1.0) -> Number:
    """Return the ratio of death rates when the waiting of the treated is thrown away (CF7).

    It is also that of medians and means, inverted: both groups then die at constant rates.
    """
    return _relative_rate(share_late, hazard_ratio)


def hazard_ratio_behind_rates(naive: Number, share_late: Number) -> Number:
    """Return the true hazard ratio that a naive ratio of death rates would mean (CF8).

    Parameters
    ----------
    naive : float or (n,) float64
        Ratio of death rates, ever against never treated; above 0.
    share_late : float or (n,) float64

    Raises
    ------
    InputRefused
        A ratio of 1 or more: whoever waited has lived through the wait, so that under constant
        rates no effect whatever makes the ever treated die at a higher rate.
    """
    _between_0_and_1(share_late)
    if not bool(np.all(np.asarray(naive) > 0.0)) or not bool(np.all(np.asarray(naive) < 1.0)):
        raise InputRefused(
            what=f"no true hazard ratio gives a ratio of rates of {naive} under constant rates",
            where="ratio of death rates, ever against never treated",
            mend="give a ratio above 0 and below 1, or use the simulated audit",
            code="TZ-AUDIT-closed-form",
        )
    return naive / ((1.0 - share_late) * (1.0 - naive))


def hazard_ratio_behind_medians(naive: float, share_late: float) -> float:
    """Return the true hazard ratio that a naive ratio of medians would mean (CF9).

    Parameters
    ----------
    naive : float
        Median of the ever over that of the never treated.
    share_late : float

    Raises
    ------
    InputRefused
        A ratio of 1 or less, which constant rates cannot give.
    """
    _between_0_and_1(share_late)
    if not 1.0 < naive < math.inf:
        raise InputRefused(
            what=f"no true hazard ratio gives a ratio of medians of {naive:g} under constant rates",
            where="ratio of medians, ever over never treated",
            mend="give a finite ratio above 1, or use the simulated audit",
            code="TZ-AUDIT-closed-form",
        )
    time = naive * math.log(2.0)
    low, high = -30.0, 30.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        alive = float(_alive_after_two_waits(np.array(time), np.array(math.exp(middle))))
        low, high = (middle, high) if alive > 0.5 else (low, middle)
    return math.exp((low + high) / 2.0) / (1.0 - share_late)


def person_time_ratios(
    deaths: tuple[float, float], times: tuple[float, float], waiting: float
) -> tuple[float, float, float]:
    """Return the ratio of death rates as printed, with the waiting moved, and their quotient (CF1).

    Parameters
    ----------
    deaths : (late, never)
    times : (late, never)
        Person-time from time zero of each group.
    waiting : float
        The part of the late group's time that was lived untreated: the number treated times the
        mean wait.

    Returns
    -------
    as_printed, corrected, factor : float
        ``factor`` is as printed over corrected.

    Raises
    ------
    InputRefused
        A time or number of deaths that must be above 0 is not, or the waiting is not within the
        time of the late treated.
    """
    if not (min(*deaths, *times) > 0.0 and 0.0 <= waiting < times[0]):
        raise InputRefused(
            what="these deaths and times of the two groups do not give two death rates",
            where="person-time back-calculation",
            mend="give numbers above 0, and a waiting time within that of the late treated",
            code="TZ-AUDIT-closed-form",
        )
    deaths_ratio = deaths[0] / deaths[1]
    as_printed = deaths_ratio * times[1] / times[0]
    corrected = deaths_ratio * (times[1] + waiting) / (times[0] - waiting)
    return as_printed, corrected, as_printed / corrected


def bias_factor(risk_ratio: Number, share_treated: Number, share_untreated: Number) -> Number:
    """Return how an unmeasured yes-or-no characteristic distorts a hazard ratio (CF2).

    Parameters
    ----------
    risk_ratio : float or (n,) float64
        Death rate with the characteristic over that without.
    share_treated, share_untreated : float or (n,) float64
        Share with it among the treated, and among those alive and untreated then; 0 to 1.
    """
    return (risk_ratio * share_treated + 1.0 - share_treated) / (
        risk_ratio * share_untreated + 1.0 - share_untreated
    )


def frailty_bias_factor(
    variance: float, selection: float, cumulative_death: float, cumulative_treatment: float
) -> float:
    """Return the death rate of the treated over that of the untreated, had nobody been treated.

    Parameters
    ----------
    variance : float
        Variance of the gamma frailty with mean 1; 0: all patients are alike.
    selection : float
        The rate of treatment is proportional to ``frailty ** -selection``.
    cumulative_death, cumulative_treatment : float
        Cumulative hazards of death and of treatment up to now, of a patient of frailty 1.

    Returns
    -------
    float
        (CF10): mean frailty of those treated and alive over that of those untreated and alive.
    """
    if variance <= 0.0:
        return 1.0
    log_z = np.linspace(-60.0 * max(1.0, variance), math.log(60.0 * (1.0 + variance)), 40_001)
    z = np.exp(log_z)
    log_density = log_z / variance - z / variance - z * cumulative_death
    density = np.exp(log_density - log_density.max())
    with np.errstate(over="ignore"):
        untreated = np.exp(-cumulative_treatment * z**-selection)
    not_yet, already = density * untreated, density * (1.0 - untreated)
    return float((z @ already / already.sum()) / (z @ not_yet / not_yet.sum()))


def closed_form(evidence: Evidence) -> ClosedForm | None:
    """Return what constant rates make of a claim without any effect, and the effect behind it.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    ClosedForm or None
        None where the share treated is not printed, or the groups of the comparison do not depend
        on how long patients lived. The share is the middle of what print allows.
    """
    share = evidence.share_late()
    comparison = evidence.claim.question.comparison
    if share is None or comparison in NOT_BIASED_BY_WAITING:
        return None
    middle = (share.lower + share.upper) / 2.0
    if not 0.0 < middle < 1.0:
        return None
    restarted = comparison in RESTARTED
    corrected, source = _printed_inverse(evidence, middle, restarted=restarted)
    if restarted:
        ratio = restarted_rate_ratio(middle)
        mean = median = 1.0 / ratio
    else:
        ratio, mean, median = rate_ratio(middle), mean_ratio(middle), median_ratio(middle)
    return ClosedForm(
        share_late=middle,
        rate_ratio=ratio,
        mean_ratio=mean,
        median_ratio=median,
        corrected_rate_ratio=corrected,
        inverse_from=source,
    )


def _printed_inverse(
    evidence: Evidence, share_late: float, *, restarted: bool
) -> tuple[float, str]:
    """Invert the first of the printed ratios: hazard ratio, medians, means, times as long."""
    for words, rate, middle in _printed_ratios(evidence):
        said = f"{words} of {middle:.3g}"
        if restarted:
            rates = middle if rate else 1.0 / middle
            return rates / (1.0 - share_late), said
        if (rate and middle >= 1.0) or (not rate and middle <= 1.0):
            return math.nan, f"none: under constant rates no true hazard ratio gives {said}"
        if rate or "means" in words:
            rates = middle if rate else 1.0 / middle
            return hazard_ratio_behind_rates(rates, share_late), said
        return hazard_ratio_behind_medians(middle, share_late), said
    return math.nan, "none: no ratio of the two groups is printed with both its ends"


def _printed_ratios(evidence: Evidence) -> list[tuple[str, bool, float]]:
    """List printed ratios: in words, whether it is one of rates or of times, and its middle."""
    found: list[tuple[str, bool, float]] = []
    hazard = evidence.span("hazard_ratio")
    if is_bounded(hazard):
        found.append(("the printed hazard ratio, read as a ratio of rates,", True, _middle(hazard)))
    for name in ("median", "mean"):
        late, never = evidence.span(f"{name}_late"), evidence.span(f"{name}_never")
        if is_bounded(late) and is_bounded(never):
            ratio = _middle(late) / _middle(never)
            found.append((f"a ratio of {name}s, as printed,", False, ratio))
    times = evidence.span("times_as_long")
    if is_bounded(times):
        found.append(
            ("'times as long' as printed, read as a ratio of medians,", False, _middle(times))
        )
    return found


def _middle(span: Span | None) -> float:
    return math.nan if span is None else math.sqrt(span.lower * span.upper)


def _relative_rate(share_late: Number, hazard_ratio: float) -> Number:
    """Death rate of the treated, over the rate at which the untreated die or are treated."""
    _between_0_and_1(share_late)
    if not 0.0 < hazard_ratio < math.inf:
        raise InputRefused(
            what=f"a hazard ratio of {hazard_ratio:g} is not above 0 and finite",
            where="hazard_ratio",
            mend="give a hazard ratio above 0",
            code="TZ-AUDIT-closed-form",
        )
    return hazard_ratio * (1.0 - share_late)


def _between_0_and_1(share_late: float | Floats) -> None:
    shares = np.asarray(share_late)
    if not bool(np.all((shares > 0.0) & (shares < 1.0))):
        raise InputRefused(
            what="a share treated late must be above 0 and below 1",
            where=f"share_late = {share_late}",
            mend="give the share as a number such as 0.28",
            code="TZ-AUDIT-closed-form",
        )


def _alive_after_two_waits(time: Floats, rate: Floats) -> Floats:
    """Survival of the sum of two exponential times, at rate 1 and at another rate."""
    gap = 1.0 - rate
    apart = np.where(gap == 0.0, 1.0, gap)
    near = np.abs(gap) < NEARLY_EQUAL_RATES
    close = np.where(near, gap, 0.0)
    integral = np.where(gap == 0.0, time, np.expm1(close * time) / apart)
    far_apart = (np.exp(-rate * time) - np.exp(-time)) / apart
    return np.exp(-time) + np.where(near, np.exp(-time) * integral, far_apart)


def _median_of_two_waits(rate: Floats) -> Floats:
    """Halve the bracket (0, twice the mean), which holds the median by Markov's inequality."""
    low, high = np.zeros_like(rate), 2.0 * (1.0 + 1.0 / rate)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        before = _alive_after_two_waits(middle, rate) > 0.5
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return (low + high) / 2.0
