"""The log-rank test; with time-dependent arms and delayed entry, the Mantel-Byar test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.normal import two_sided_p
from timezero.kernels.risk_table import CENSORED, EVENT, count_risk, running_sums
from timezero.model.person_time import PersonTime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank:
    """Observed and expected events of the two arms, and the test they give.

    Parameters
    ----------
    observed, expected : (2,) float64
        Reference, intervention.
    variance : float
        Hypergeometric, of observed less expected.
    chi2, p_value : float
        One degree of freedom; NaN when the variance is zero.
    log_hazard_ratio, standard_error : float
        Peto's one-step estimate, ``U / V`` and ``V ** -0.5``.
    """

    observed: Floats
    expected: Floats
    variance: float
    chi2: float
    p_value: float
    log_hazard_ratio: float
    standard_error: float


def log_rank(rows: PersonTime) -> LogRank:
    """Compare, at each event, the events of each arm with its share of those at risk.

    Parameters
    ----------
    rows : PersonTime
        On ``(entry, exit]`` (C2); strata are summed over. Weights count patients.

    Estimates
    ---------
    ``U = sum_j (d_1j - d_j n_1j / n_j)`` with
    ``V = sum_j d_j (n_1j / n_j) (1 - n_1j / n_j) (n_j - d_j) / (n_j - 1)``.

    Assumes
    -------
    Censoring and late entry independent of the event within an arm.

    References
    ----------
    .. [mantel1974], [peto1985]

    Raises
    ------
    AnalysisRefused
        There are no rows, or a weight is negative.
    """
    if rows.n_rows == 0 or np.any(rows.weight < 0.0):
        raise AnalysisRefused(
            what="there are no rows, or a case weight is negative",
            where=rows.counted_from,
            mend="a test needs patients, with weights of zero or more",
            code="TZ-EST-log-rank",
        )
    parts = [_one_stratum(rows, rows.stratum == stratum) for stratum in np.unique(rows.stratum)]
    observed, expected, variance = (_total(np.array([part[k] for part in parts])) for k in range(3))
    n_events = _total(np.array([part[3] for part in parts]))
    score = _total(np.array([part[0] - part[1] for part in parts]))
    usable = variance > 0.0
    chi2 = score * score / variance if usable else float("nan")
    return LogRank(
        observed=np.array([n_events - observed, observed]),
        expected=np.array([n_events - expected, expected]),
        variance=variance,
        chi2=chi2,
        p_value=two_sided_p(np.sqrt(chi2)) if usable else float("nan"),
        log_hazard_ratio=score / variance if usable else float("nan"),
        standard_error=variance**-0.5 if usable else float("nan"),
    )


def _total(values: Floats) -> float:
    return float(running_sums(np.ascontiguousarray(values, dtype=np.float64))[-1])


def _one_stratum(rows: PersonTime, kept: np.ndarray) -> tuple[float, float, float, float]:
    """Return observed and expected in the intervention, the variance, and all events."""
    entry, leave, arm = rows.entry[kept], rows.exit[kept], rows.arm[kept]
    event, weight = rows.event[kept], rows.weight[kept]
    times = np.unique(leave[event])
    if times.size == 0:
        return 0.0, 0.0, 0.0, 0.0
    by_entry, by_leave = np.argsort(entry, kind="stable"), np.argsort(leave, kind="stable")
    n_at_risk, n_leaving = count_risk(
        times,
        entry[by_entry],
        weight[by_entry],
        arm[by_entry],
        leave[by_leave],
        weight[by_leave],
        arm[by_leave],
        np.where(event, EVENT, CENSORED)[by_leave],
        2,
    )
    d = n_leaving[:, :, EVENT].sum(axis=1)
    n, n_treated = n_at_risk.sum(axis=1), n_at_risk[:, 1]
    some = (n > 0.0) & (d > 0.0)
    d, n, n_treated = d[some], n[some], n_treated[some]
    share = n_treated / n
    with np.errstate(divide="ignore", invalid="ignore"):
        tied = np.where(n > 1.0, (n - d) / (n - 1.0), 0.0)
    return (
        float(n_leaving[:, 1, EVENT].sum()),
        _total(d * share),
        _total(d * n_treated * (n - n_treated) / (n * n) * tied),
        float(d.sum()),
    )
