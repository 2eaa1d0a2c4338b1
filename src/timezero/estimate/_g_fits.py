"""Fitting the models behind the g-formula, and handing them to the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate._g_models import GData, GModel
from timezero.estimate._person_rows import LARGEST_CONDITION, PersonRowsFit, fit_person_rows
from timezero.estimate.maximise import newton_step
from timezero.kernels.g_formula import N_FIXED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GFits:
    """Every model fitted.

    Parameters
    ----------
    logistic : tuple of PersonRowsFit or None
        In the order of ``GData.models``; None for a linear regression.
    beta : tuple of array
        Coefficients of every model.
    spread : (n_histories,) float64
        Residual standard deviations; NaN for yes or no.
    """

    logistic: tuple[PersonRowsFit | None, ...]
    beta: tuple[Floats, ...]
    spread: Floats


def fit_models(data: GData, copies: Floats, *, start: GFits | None = None) -> GFits:
    """Fit every model to patients drawn so many times.

    Parameters
    ----------
    data : GData
    copies : (n,) float64
    start : GFits, optional
        Fitted to the whole cohort.
    """
    logistic: list[PersonRowsFit | None] = []
    beta: list[Floats] = []
    spread: list[float] = []
    for k, model in enumerate(data.models):
        if model.numeric:
            found, residual = _linear(model, copies)
            logistic.append(None)
            beta.append(found)
            spread.append(residual)
            continue
        begun = None if start is None else start.logistic[k]
        fit = fit_person_rows(model.rows, copies, start=begun, penalise=model.few)
        logistic.append(fit)
        beta.append(fit.beta)
        if k >= len(data.models) - len(data.histories):
            spread.append(np.nan)
    return GFits(logistic=tuple(logistic), beta=tuple(beta), spread=np.array(spread))


def packed(data: GData, fits: GFits) -> tuple[Floats, ...]:
    """Return the arrays that the kernels take: base, clock, on_treatment, on_history, on_before.

    The sixth are the rules of the histories, with what was fitted filled in.
    """
    n, n_histories = data.patient.size, data.start.shape[1]
    size = N_FIXED + n_histories
    base, clock = np.full((size, n), -np.inf), np.zeros((size, data.n_periods))
    on_treatment = np.zeros((2, 2))
    on_history, on_before = np.zeros((size, n_histories)), np.zeros((size, n_histories))
    rules = data.rules.copy()
    if n_histories:
        rules[:, 2] = fits.spread
    places = [0, *([] if data.competing is None else [1]), 2, *range(N_FIXED, size)]
    for place, model, beta in zip(places, data.models, fits.beta, strict=True):
        p, q = model.rows.persons.shape[1], model.clock.shape[1]
        base[place] = model.rows.persons @ beta[:p]
        clock[place] = model.clock @ beta[p : p + q]
        others = beta[p + q :]
        if place < 2:
            n_arms = others.size - n_histories
            on_treatment[place, :n_arms] = others[:n_arms]
            on_history[place] = others[n_arms:]
        elif place == 2:
            on_history[place] = others
        else:
            j = place - N_FIXED
            rules[j, 5] = others[0]
            on_before[place] = others[1 : 1 + n_histories]
            drawn_before = others[1 + n_histories :]
            on_history[place, : drawn_before.size] = drawn_before
    return base, clock, on_treatment, on_history, on_before, rules


def _linear(model: GModel, copies: Floats) -> tuple[Floats, float]:
    used = model.rows.used
    owner = np.repeat(np.arange(copies.size), np.diff(model.rows.first))[used]
    weight = copies[owner]
    design = np.column_stack([model.rows.persons[owner], model.rows.rows[used]])
    weighted = design * weight[:, np.newaxis]
    information = weighted.T @ design
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    if np.linalg.cond(information / np.outer(size, size)) > LARGEST_CONDITION:
        raise AnalysisRefused(
            what=f"the columns of {model.rows.where} cannot be told apart: "
            f"{', '.join(model.rows.names)}",
            where=model.rows.where,
            mend="leave out one of the columns that say the same",
            code="TZ-EST-collinear",
        )
    beta = newton_step(weighted.T @ model.target[used], information)
    left = model.target[used] - design @ beta
    freedom = max(float(weight.sum()) - design.shape[1], 1.0)
    return beta, float(np.sqrt(weight @ left**2 / freedom))
