"""The fair count that sensitivity analyses disturb: from the trigger where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.from_trigger import from_trigger
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import fit_cox
from timezero.ladder.climb import Climb
from timezero.model.cohort import Cohort
from timezero.model.estimate import NAN
from timezero.model.person_time import PersonTime
from timezero.model.reading import fair_rung
from timezero.model.result import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRatio:
    """A log hazard ratio with its robust standard error; NaN where it cannot be estimated."""

    value: float
    standard_error: float


def fair_rows(cohort: Cohort, rungs: tuple[Rung, ...]) -> PersonTime:
    """Return the person-time of the rung that the verdict reads."""
    name = fair_rung({rung.name: rung for rung in rungs}).name
    return from_trigger(cohort) if name == "from_trigger" else time_varying(cohort)


def fair_stands(rungs: tuple[Rung, ...]) -> bool:
    """Say whether the rung that the verdict reads has numbers."""
    return fair_rung({rung.name: rung for rung in rungs}).status == "ok"


def log_ratio(climb: Climb, rows: PersonTime) -> LogRatio:
    """Compare treated with not yet treated by Cox's model, treatment alone."""
    try:
        fit = fit_cox(
            rows,
            rows.arm.astype(np.float64)[:, np.newaxis],
            ties=climb.protocol.analysis.ties,
            names=("treatment",),
        )
    except (AnalysisRefused, InputRefused):
        return LogRatio(value=NAN, standard_error=NAN)
    return LogRatio(
        value=float(fit.coefficients[0]),
        standard_error=float(np.sqrt(fit.robust_covariance[0, 0])),
    )
