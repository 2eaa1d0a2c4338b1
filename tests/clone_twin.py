"""Clone, censor, weight the plain way: every clone cut at every time, one weight a row.

Slow and simple on purpose: loops over clones and rows, models from general estimators.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.cox import fit_cox
from timezero.estimate.pooled_logistic import fit_logistic
from timezero.estimate.product_limit import restricted_mean, survival_at, survival_curve
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime


@dataclass(frozen=True)
class Twin:
    """What the plain way gives."""

    log_hazard_ratio: float
    robust_error: float
    survival: Floats
    rmst: Floats
    weights: tuple[Floats, Floats]
    n_rows: int


@dataclass(frozen=True)
class Question:
    """What is asked of the plain way."""

    grace: float
    width: float
    model: str
    hazard_at: str
    timing: str
    ties: str
    horizons: tuple[float, ...]


def follow(cohort: Cohort, arm: int, grace: float) -> list[tuple[float, bool, bool]]:
    """Return for each patient how long the clone is followed, its event, and its censoring."""
    found: list[tuple[float, bool, bool]] = []
    for end, dies, when in zip(cohort.exit, cohort.event, cohort.initiation, strict=True):
        treated = bool(when <= grace and when < end)
        if arm == 1 and not treated and end > grace:
            found.append((grace, False, True))
        elif arm == 0 and treated:
            found.append((float(when), False, True))
        else:
            found.append((float(end), bool(dies), False))
    return found


def cox_weight_of(clones, covariates, ties, through):
    """Return the weight of patient i at time t, from a Cox model of artificial censoring."""
    n = len(clones)
    leave = np.array([c[0] for c in clones])
    gone = np.array([c[2] for c in clones])
    if not gone.any():
        return lambda _i, _t: 1.0
    rows = PersonTime(
        entry=np.full(n, -np.inf),
        exit=leave,
        event=gone,
        arm=np.zeros(n, dtype=np.int64),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("", ""),
        counted_from="",
    )
    beta = fit_cox(rows, covariates, ties=ties).coefficients
    risk = np.exp(covariates @ beta)
    jumps: list[tuple[float, float]] = []
    for time in np.unique(leave[gone]):
        all_risk = risk[leave >= time].sum()
        tied = risk[(leave == time) & gone]
        if ties == "breslow":
            jumps.append((time, tied.size / all_risk))
        else:
            steps = [1.0 / (all_risk - k / tied.size * tied.sum()) for k in range(tied.size)]
            jumps.append((time, sum(steps)))

    def weight(i, t):
        met = sum(jump for time, jump in jumps if time < t or (through and time == t))
        return float(np.exp(met * risk[i]))

    return weight


def moment_model(cohort, covariates, asked):
    """Fit the moment of treatment, straight in time, to one row a patient and period at risk."""
    rows: list[tuple[int, int, bool]] = []
    for i, end in enumerate(cohort.exit):
        when = cohort.initiation[i]
        treated = bool(when <= asked.grace and when < end)
        k = 0
        while k * asked.width < min(end, asked.grace):
            began = treated and when <= (k + 1) * asked.width
            rows.append((i, k, began))
            if began:
                break
            k += 1
    start = np.array([k * asked.width / asked.grace for _, k, _ in rows])
    columns = np.column_stack([start, covariates[[i for i, _, _ in rows]]])
    began = np.array([b for _, _, b in rows])
    fit = fit_logistic(columns, began, names=("time", "age", "frail"))
    return rows, fit.probabilities(columns)


def logistic_weight_of(cohort, covariates, asked, arm):
    """Return the weight of patient i at time t, from the logistic models."""
    through = asked.hazard_at == "through"
    rows, chance = moment_model(cohort, covariates, asked)
    if arm == 1 and asked.timing == "natural":
        beyond = cohort.exit > asked.grace
        treated = (cohort.initiation <= asked.grace) & (cohort.initiation < cohort.exit)
        fit = fit_logistic(covariates[beyond], treated[beyond], names=("age", "frail"))
        by_end = fit.probabilities(covariates)
        return lambda i, t: (
            1.0 / by_end[i] if t > asked.grace or (through and t == asked.grace) else 1.0
        )

    def factor(k, began, p):
        if arm == 0:
            return 1.0 / (1.0 - p)
        start, end = k * asked.width, min((k + 1) * asked.width, asked.grace)
        due = (end - start) / (asked.grace - start)
        return due / p if began else (1.0 - due) / (1.0 - p)

    def weight(i, t):
        product = 1.0
        for (j, k, began), p in zip(rows, chance, strict=True):
            acts_from = k * asked.width if through else min((k + 1) * asked.width, asked.grace)
            if j == i and t > acts_from:
                product *= factor(k, began, p)
        return product

    return weight


def plain_way(cohort: Cohort, covariates: Floats, asked: Question) -> Twin:
    """Write out every row and hand them to the general estimators."""
    both = [follow(cohort, arm, asked.grace) for arm in (0, 1)]
    cuts = sorted({c[0] for clones in both for c in clones})
    cells: list[tuple[float, float, bool, int, int, float]] = []
    last: list[Floats] = []
    for arm, clones in enumerate(both):
        if asked.model == "cox":
            weight = cox_weight_of(clones, covariates, asked.ties, asked.hazard_at == "through")
        else:
            weight = logistic_weight_of(cohort, covariates, asked, arm)
        for i, (leave, dies, _) in enumerate(clones):
            before = -np.inf
            for cut in cuts:
                if cut > leave:
                    break
                row = (before, cut, dies and cut == leave, arm, i, weight(i, cut))
                cells.append(row)
                before = cut
        last.append(np.array([weight(i, c[0]) for i, c in enumerate(clones)]))
    entry, leave, event, arm, patient, weights = (
        np.array(part) for part in zip(*cells, strict=True)
    )
    rows = PersonTime(
        entry=entry,
        exit=leave,
        event=event,
        arm=arm,
        patient=patient,
        stratum=np.zeros(entry.size, dtype=np.int64),
        weight=weights,
        labels=("reference", "intervention"),
        counted_from="",
    )
    fit = fit_cox(rows, arm[:, np.newaxis].astype(np.float64), ties=asked.ties)
    curves = [survival_curve(rows, k) for k in (0, 1)]
    return Twin(
        log_hazard_ratio=float(fit.coefficients[0]),
        robust_error=float(np.sqrt(fit.robust_covariance[0, 0])),
        survival=np.array([[survival_at(c, h).value for h in asked.horizons] for c in curves]),
        rmst=np.array([[restricted_mean(c, h).value for h in asked.horizons] for c in curves]),
        weights=(last[0], last[1]),
        n_rows=len(cells),
    )
