"""Hazard ratios of a rung: ordinary, robust and Firth's, each where it is due."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.ladder.climb import Climb
from timezero.model.estimate import NAN, Contrast
from timezero.model.person_time import PersonTime, chosen_rows
from timezero.model.reading import EVENTS_PER_VARIABLE_FOR_ORDINARY_COX

EVENTS_PER_VARIABLE_AT_LEAST = 2.0
COMPLETE_CASE_CAUTION = 0.05
COMPLETE_CASE_REFUSAL = 0.20
# A sandwich this much smaller than the ordinary standard error is rounding, not information.
ROBUST_ERROR_NONE = 1e-6
IMPLAUSIBLE_LOG_RATIO = float(np.log(5.0))
FEW_EVENTS = 50
EVENTS_TO_ADJUST = 10
FIRTH_AFFORDABLE_ROWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """Named columns of a model."""

    names: tuple[str, ...]
    columns: Floats

    def then(self, others: Terms | None) -> Terms:
        """Return these columns followed by the others."""
        if others is None:
            return self
        return Terms(
            names=(*self.names, *others.names),
            columns=np.column_stack([self.columns, others.columns]),
        )


@dataclass(slots=True)
class HazardEstimates:
    """Contrasts and cautions collected while a rung is estimated."""

    contrasts: list[Contrast] = field(default_factory=list[Contrast])
    cautions: list[str] = field(default_factory=list[str])
    fit: CoxFit | None = None

    def add(self, other: HazardEstimates) -> None:
        """Take over the contrasts and cautions of another collection."""
        self.contrasts += other.contrasts
        self.cautions += [c for c in other.cautions if c not in self.cautions]


def ratio_pair(log_contrast: Contrast) -> list[Contrast]:
    """Return a log hazard ratio and the hazard ratio that belongs to it.

    Both carry the standard error of the logarithm.
    """
    with np.errstate(over="ignore"):
        ratio = replace(
            log_contrast,
            measure="hazard_ratio",
            value=float(np.exp(log_contrast.value)),
            lower=float(np.exp(log_contrast.lower)),
            upper=float(np.exp(log_contrast.upper)),
        )
    return [log_contrast, ratio]


def wald_pair(
    value: float, standard_error: float, *, variant: str, level: float, method: str
) -> list[Contrast]:
    """Return the pair of contrasts with a Wald interval and test on the log scale."""
    half = critical_value(level) * standard_error
    z = value / standard_error
    return ratio_pair(
        Contrast(
            measure="log_hazard_ratio",
            variant=variant,
            value=value,
            standard_error=standard_error,
            lower=value - half,
            upper=value + half,
            level=level,
            p_value=two_sided_p(z),
            statistic=z * z,
            method=method,
        )
    )


def _named(stem: str, suffix: str) -> str:
    """Return the variant name: ``unadjusted`` gives way to the suffix, others keep both."""
    return suffix if stem == "unadjusted" else f"{suffix}_{stem}"


def _ordinary(
    climb: Climb, rows: PersonTime, terms: Terms, *, variant: str, robust: bool
) -> HazardEstimates:
    ties, design = climb.protocol.analysis.ties, terms.columns
    fit = fit_cox(rows, design, ties=ties, cluster=robust, names=terms.names)
    details = {
        "log_likelihood_null": fit.log_likelihood_null,
        "log_likelihood": fit.log_likelihood,
        "score": fit.score_statistic,
        "n_events": float(fit.n_events),
        "n_variables": float(design.shape[1]),
    }
    method = f"Cox, {ties.capitalize()} ties, Wald interval and test"
    found = HazardEstimates(fit=fit)
    beta, se = float(fit.coefficients[0]), float(np.sqrt(fit.covariance[0, 0]))
    pair = wald_pair(beta, se, variant=variant, level=climb.level, method=method)
    found.contrasts += [replace(c, details=details) for c in pair]
    robust_error = float(np.sqrt(fit.robust_covariance[0, 0]))
    if robust and not robust_error > ROBUST_ERROR_NONE * se:
        found.cautions.append(
            "no robust standard error: no patient's contribution differs from another's"
        )
    elif robust:
        found.contrasts += wald_pair(
            beta,
            robust_error,
            variant=_named(variant, "robust"),
            level=climb.level,
            method=f"Cox, {ties.capitalize()} ties, sandwich standard error by patient",
        )
    return found


def _implausible(found: HazardEstimates, n_events: int) -> bool:
    """Return whether a log hazard ratio is too far from 0 for so few events (guard G32)."""
    return n_events < FEW_EVENTS and any(
        c.measure == "log_hazard_ratio" and abs(c.value) > IMPLAUSIBLE_LOG_RATIO
        for c in found.contrasts
    )


def _firth(climb: Climb, rows: PersonTime, terms: Terms, *, variant: str) -> HazardEstimates:
    # C9: Breslow ties here, as in the published implementations of Firth's Cox model.
    fit = fit_firth(rows, terms.columns, level=climb.level, ties="breslow", columns=(0,))
    contrast = Contrast(
        measure="log_hazard_ratio",
        variant=_named(variant, "firth"),
        value=float(fit.coefficients[0]),
        standard_error=float(np.sqrt(fit.covariance[0, 0])),
        lower=float(fit.lower[0]),
        upper=float(fit.upper[0]),
        level=climb.level,
        p_value=float(fit.p_values[0]),
        statistic=float(fit.statistics[0]),
        method="Cox with Firth's penalty, Breslow ties, profile penalised likelihood interval",
        details={
            "log_likelihood_null": fit.log_likelihood_null,
            "log_likelihood": fit.log_likelihood,
            "n_events": float(rows.event.sum()),
        },
    )
    return HazardEstimates(contrasts=ratio_pair(contrast))


def _refuse_to_adjust(n_events: int, n_variables: int) -> None:
    """Raise AnalysisRefused where the events cannot carry a model with further columns."""
    if n_events < max(EVENTS_TO_ADJUST, EVENTS_PER_VARIABLE_AT_LEAST * n_variables):
        raise AnalysisRefused(
            what=f"{n_events} events cannot carry {n_variables} variables",
            where="data.covariates",
            mend=f"at least {EVENTS_TO_ADJUST} events, and {EVENTS_PER_VARIABLE_AT_LEAST:g} for "
            "each variable, are needed to adjust",
            code="TZ-LAD-02",
        )


def hazard_ratios(
    climb: Climb,
    rows: PersonTime,
    *,
    variant: str = "unadjusted",
    others: Terms | None = None,
    robust: bool = False,
    firth_always: bool = False,
) -> HazardEstimates:
    """Estimate the hazard ratio of the arms, with Firth's penalty where few events demand it.

    Parameters
    ----------
    others : Terms, optional
        Further columns to adjust for, one value a row.
    robust : bool
        Also give the standard error that is robust to several rows a patient.
    firth_always : bool
        Give Firth's estimate even where the ordinary one needs no help.

    Raises
    ------
    AnalysisRefused
        There are no events; or, with other columns, fewer than 10 events (guard G2), or fewer
        than 2 for each variable (guard G1).
    """
    arm = rows.arm.astype(np.float64)[:, np.newaxis]
    terms = Terms(names=("the treatment",), columns=arm).then(others)
    n_events, n_variables = int(rows.event.sum()), len(terms.names)
    per_variable = n_events / n_variables
    if others is not None:
        _refuse_to_adjust(n_events, n_variables)
    found = HazardEstimates()
    needs_firth = per_variable < EVENTS_PER_VARIABLE_FOR_ORDINARY_COX
    if needs_firth:
        found.cautions.append(
            f"{per_variable:.1f} events for each variable: "
            "Firth's estimate with its profile interval is the one to read"
        )
    try:
        ordinary = _ordinary(climb, rows, terms, variant=variant, robust=robust)
        found.add(ordinary)
        found.fit = ordinary.fit
    except AnalysisRefused as refusal:
        if refusal.code != "TZ-EST-monotone":
            raise
        needs_firth = True
        found.cautions.append(f"{refusal.what}: only Firth's estimate is finite")
    if needs_firth or (firth_always and rows.n_rows <= FIRTH_AFFORDABLE_ROWS):
        found.add(_firth(climb, rows, terms, variant=variant))
    elif firth_always:
        found.cautions.append(
            f"Firth's estimate is left out: {rows.n_rows:,} rows, it is added up to "
            f"{FIRTH_AFFORDABLE_ROWS:,}, and events are many"
        )
    if _implausible(found, n_events):
        found.cautions.append(
            "the hazard ratio is implausibly far from 1 for so few events: "
            "check the coding of the event and the time zero"
        )
    return found


def adjusted_hazard_ratios(
    climb: Climb, rows: PersonTime, *, firth_always: bool = False
) -> HazardEstimates:
    """Estimate the hazard ratio adjusted for the baseline covariates, in complete cases.

    Refusals become cautions, because the unadjusted estimate stands without the adjusted one.
    """
    design = climb.design
    found = HazardEstimates()
    if not design.names:
        found.cautions.append("not adjusted: the protocol names no covariates")
        return found
    if design.share_missing > COMPLETE_CASE_REFUSAL:
        found.cautions.append(
            f"not adjusted: {design.share_missing:.0%} of patients lack a covariate, more than "
            f"{COMPLETE_CASE_REFUSAL:.0%}; imputation would be needed"
        )
        return found
    kept: Bools = design.complete[rows.patient]
    try:
        adjusted = hazard_ratios(
            climb,
            chosen_rows(rows, kept),
            variant="adjusted",
            others=Terms(names=design.names, columns=design.columns[rows.patient[kept]]),
            robust=True,
            firth_always=firth_always,
        )
        found.contrasts += adjusted.contrasts
        found.cautions += [f"adjusted model: {caution}" for caution in adjusted.cautions]
    except AnalysisRefused as refusal:
        found.cautions.append(f"not adjusted: {refusal.what}")
    if design.share_missing > COMPLETE_CASE_CAUTION:
        found.cautions.append(
            f"adjusted in complete cases: {design.share_missing:.0%} of patients lack a covariate"
        )
    return found


def likelihood_interval_pair(
    fit: CoxFit, interval: tuple[float, float], *, level: float
) -> list[Contrast]:
    """Return the ordinary estimate with its profile-likelihood interval."""
    return ratio_pair(
        Contrast(
            measure="log_hazard_ratio",
            variant="profile",
            value=float(fit.coefficients[0]),
            standard_error=float(np.sqrt(fit.covariance[0, 0])),
            lower=interval[0],
            upper=interval[1],
            level=level,
            p_value=NAN,
            method=f"Cox, {fit.ties.capitalize()} ties, profile-likelihood interval",
        )
    )
