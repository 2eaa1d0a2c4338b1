"""Profile-likelihood intervals of a Cox model: better than Wald's when events are few."""

from __future__ import annotations

from typing import Literal

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.cox import refuse_collinear
from timezero.estimate.likelihood_root import profile_limits
from timezero.estimate.maximise import maximise
from timezero.estimate.risk_sets import arrange, evaluate
from timezero.model.person_time import PersonTime


def profile_interval(
    rows: PersonTime,
    design: Floats,
    column: int,
    *,
    level: float = 0.95,
    ties: Literal["efron", "breslow"] = "efron",
) -> tuple[float, float]:
    """Return the values of a log hazard ratio that the likelihood does not rule out.

    Parameters
    ----------
    rows : PersonTime
    design : (n_rows, p) float64
    column : int
        Which coefficient.
    level : float
    ties : {"efron", "breslow"}

    Returns
    -------
    lower, upper : float
        Infinite on the side where the likelihood rises for ever.

    Estimates
    ---------
    ``{b : 2 (max l - max_{beta_j = b} l) <= chi2_1(level)}``.

    Assumes
    -------
    As :func:`timezero.estimate.cox.fit_cox`.

    References
    ----------
    .. [venzon1988]

    Raises
    ------
    InputRefused, AnalysisRefused
        As :func:`timezero.estimate.cox.fit_cox`, except for a monotone likelihood.
    """
    sets = arrange(rows, design, ties=ties)
    start = np.zeros(design.shape[1])
    information = evaluate(sets, start)[2]
    refuse_collinear(sets, information)
    best = maximise(lambda point: evaluate(sets, point), start)
    step = float(1.0 / np.sqrt(information[column, column]))
    lower, upper = profile_limits(
        lambda point: evaluate(sets, point), best.point, column=column, level=level, step=step
    )
    return lower / float(sets.scale[column]), upper / float(sets.scale[column])
