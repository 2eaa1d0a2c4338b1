"""Contrasts and curves of a sequence of trials, with errors by sandwich or by resampling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.estimate.sequential_trials import TrialsFit
from timezero.estimate.standardised_risk import StandardisedSurvival
from timezero.estimate.trial_effects import TrialEffects, survival_of
from timezero.estimate.trial_rows import TrialCounts
from timezero.ladder.hazard import ratio_pair
from timezero.model.estimate import NAN, ArmSummary, AtTime, Contrast, Curve, Measure

VARIANTS = ("per_protocol", "intention_to_treat")
LABELS = ("not treated", "treated at the start of the trial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """Times since the start of a trial at which something is said.

    Parameters
    ----------
    reached : tuple of float
        Those within the longest trial.
    kept : (tuple of float, tuple of float)
        Per protocol and by intention to treat: those that enough patients of both arms reach.
    """

    reached: tuple[float, ...]
    kept: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Errors:
    """Where standard errors come from.

    Parameters
    ----------
    replicates : (n, n_numbers) float64 or None
        As :func:`timezero.estimate.trial_effects.resampled_numbers` gives them; None: the sandwich.
    words : str
        Method of the interval and test.
    level : float
    """

    replicates: Floats | None
    words: str
    level: float

    def complete(self, contrast: Contrast, error: float, column: int) -> Contrast:
        """Return the contrast with standard error, interval and test.

        Parameters
        ----------
        error : float
            From the sandwich.
        column : int
            Of the replicates.
        """
        details = dict(contrast.details)
        half = critical_value(self.level) * error
        lower, upper = contrast.value - half, contrast.value + half
        if self.replicates is not None:
            interval = replicate_interval(self.replicates[:, column], level=self.level)
            error, lower, upper = interval.standard_error, interval.lower, interval.upper
            details |= interval.details
        z = contrast.value / error if error > 0.0 else NAN
        return replace(
            contrast,
            standard_error=error,
            lower=lower,
            upper=upper,
            level=self.level,
            p_value=two_sided_p(z),
            statistic=z * z,
            method=f"{contrast.method}; {self.words}",
            details=details,
        )


def hazard_contrasts(
    effects: TrialEffects, errors: Errors, details: dict[str, float]
) -> list[Contrast]:
    """Return the log odds ratios of assigned treatment, which stand for hazard ratios."""
    found: list[Contrast] = []
    for column, fit in enumerate((effects.protocol, effects.intention)):
        model = "Firth's pooled logistic model" if fit.penalised else "pooled logistic model"
        contrast = Contrast(
            measure="log_hazard_ratio",
            variant=VARIANTS[column],
            value=fit.log_odds_ratio,
            method=f"{model} of the trials, odds ratio within a period",
            details=details,
        )
        found += ratio_pair(errors.complete(contrast, fit.robust_error, column))
    return found


def risk_contrasts(
    effects: TrialEffects, errors: Errors, horizons: Horizons, details: dict[str, float]
) -> list[Contrast]:
    """Return differences in survival and in mean time lived at each horizon that is kept."""
    found: list[Contrast] = []
    n = len(horizons.reached)
    measures: tuple[Measure, ...] = ("survival_difference", "rmst_difference")
    for which, fit in enumerate((effects.protocol, effects.intention)):
        curve = survival_of(effects, fit, with_gradient=True)
        for m, measure in enumerate(measures):
            for h, horizon in enumerate(horizons.reached):
                if horizon not in horizons.kept[which]:
                    continue
                both, gradient = curve.restricted_mean(horizon) if m else curve.at(horizon)
                contrast = Contrast(
                    measure=measure,
                    variant=VARIANTS[which],
                    value=float(both[1] - both[0]),
                    at=horizon,
                    method="standardised over the candidates at their first trial",
                    details=details | {"reference": float(both[0]), "intervention": float(both[1])},
                )
                error = _delta(gradient[1] - gradient[0], fit)
                found.append(errors.complete(contrast, error, 2 + 2 * n * which + n * m + h))
    return found


def _delta(gradient: Floats, fit: TrialsFit) -> float:
    return float(np.sqrt(max(gradient @ fit.scaled_robust @ gradient, 0.0)))


def curves_of(
    effects: TrialEffects, errors: Errors, counts: TrialCounts, *, n_horizons: int
) -> tuple[Curve, ...]:
    """Return standardised survival per protocol by period; numbers at risk are patients."""
    curve = survival_of(effects, effects.protocol, with_gradient=True)
    n_periods = curve.survival.shape[1]
    first = 2 + 4 * n_horizons
    found: list[Curve] = []
    for arm in (0, 1):
        survival = curve.survival[arm]
        error = np.array([_delta(g, effects.protocol) for g in curve.gradient[arm]])
        lower, upper = _log_log_limits(survival, error, errors.level)
        if errors.replicates is not None:
            columns = errors.replicates[:, first + arm * n_periods : first + (arm + 1) * n_periods]
            intervals = [replicate_interval(c, level=errors.level) for c in columns.T]
            error = np.array([i.standard_error for i in intervals])
            lower = np.array([i.lower for i in intervals])
            upper = np.array([i.upper for i in intervals])
        at_risk, events = counts.patients_at_risk(arm), counts.patients_hit(arm)
        found.append(
            Curve(
                arm="intervention" if arm else "reference",
                label=LABELS[arm],
                starts_at=0.0,
                times=np.arange(1.0, n_periods + 1.0) * effects.width,
                survival=survival,
                lower=lower,
                upper=upper,
                standard_error=error,
                n_at_risk=at_risk,
                n_events=events,
                n_censored=at_risk - events - _shifted(at_risk),
                n_crossed=np.zeros_like(survival),
            )
        )
    return tuple(found)


def _shifted(at_risk: Floats) -> Floats:
    """Return the numbers at risk in the next period."""
    later = np.zeros_like(at_risk)
    later[:-1] = at_risk[1:]
    return later


def _log_log_limits(survival: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(survival)
        spread = critical_value(level) * error / np.abs(survival * log)
        return survival ** np.exp(spread), survival ** np.exp(-spread)


def arms_of(
    effects: TrialEffects,
    curves: tuple[Curve, ...],
    counts: TrialCounts,
    horizons: tuple[float, ...],
) -> tuple[ArmSummary, ...]:
    """Summarise both strategies per protocol; a patient counts in the longest trial of each."""
    standardised = survival_of(effects, effects.protocol)
    return tuple(
        ArmSummary(
            arm="intervention" if arm else "reference",
            label=curve.label,
            n_patients=int(counts.n_patients[arm]),
            n_events=int(counts.patients_with_event[arm]),
            person_time=float(counts.longest_of[:, arm].sum() * effects.width),
            median=_median(curve),
            median_lower=NAN,
            median_upper=NAN,
            survival=tuple(_at(standardised, h, arm, mean=False) for h in horizons),
            rmst=tuple(_at(standardised, h, arm, mean=True) for h in horizons),
        )
        for arm, curve in enumerate(curves)
    )


def _median(curve: Curve) -> float:
    times, survival = np.append(0.0, curve.times), np.append(1.0, curve.survival)
    below = np.flatnonzero(survival <= 0.5)
    if below.size == 0:
        return NAN
    k = int(below[0])
    share = (survival[k - 1] - 0.5) / (survival[k - 1] - survival[k])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))


def _at(curve: StandardisedSurvival, horizon: float, arm: int, *, mean: bool) -> AtTime:
    both = (curve.restricted_mean(horizon) if mean else curve.at(horizon))[0]
    return AtTime(at=horizon, value=float(both[arm]), standard_error=NAN, lower=NAN, upper=NAN)
