"""The log-rank test; with treatment that comes late, the test of Mantel and Byar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._risk_table import distinct, usable_rows
from timezero.estimate.normal import two_sided_p
from timezero.kernels.risk_table import CENSORED, EVENT, count_risk
from timezero.model.estimate import NAN
from timezero.model.person_time import PersonTime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank:
    """Events in each arm against those expected if both arms had the same hazard.

    Parameters
    ----------
    observed, expected : (2,) float64
        Events in the reference and the intervention arm.
    score : float
        Observed less expected in the intervention arm (LR1).
    variance : float
        Of the score, hypergeometric, with ties (LR2).
    chi2, p_value : float
        On one degree of freedom (LR3); NaN when the variance is 0.
    log_hazard_ratio, standard_error : float
        Peto's one step (LR4); NaN when the variance is 0.
    """

    observed: Floats
    expected: Floats
    score: float
    variance: float
    chi2: float
    p_value: float
    log_hazard_ratio: float
    standard_error: float


def log_rank(rows: PersonTime) -> LogRank:
    """Test whether the intervention arm has events more or less often than its share at risk.

    Parameters
    ----------
    rows : PersonTime
        With strata, delayed entry and split rows where there are any. A patient who changes arm
        counts in each for the time spent there.

    Estimates
    ---------
    ``U = sum_j (d_1j - d_j n_1j / n_j)`` (LR1), 0 on average when the hazards of the two arms
    are equal within each stratum; and ``U / V``, Peto's one-step log hazard ratio (LR4).

    Assumes
    -------
    Censoring and late entry tell nothing about the event within arm and stratum. Weights count
    patients, so they are whole numbers. Times that are tied are equal (C5).

    References
    ----------
    .. [mantel1966] fixed arms
    .. [mantel1974] arms that change
    .. [peto1985] (LR4)

    Raises
    ------
    AnalysisRefused
        An arm has no rows; weights are negative or not whole.
    """
    used = usable_rows(rows)
    _refuse(used)
    d1, n1, d, n = _tables(used)
    d0, n0 = d - d1, n - n1
    # Numerators are whole numbers: each term is rounded once, and the sums not at all.
    score = math.fsum((d1 * n0 - d0 * n1) / n)
    ties = np.divide(n - d, n - 1.0, out=np.zeros(n.size), where=n > 1.0)
    variance = math.fsum(d * (n1 / n) * (n0 / n) * ties)
    known = variance > 0.0
    z = score / math.sqrt(variance) if known else NAN
    return LogRank(
        observed=np.array([math.fsum(d0), math.fsum(d1)]),
        expected=np.array([math.fsum(d * n0 / n), math.fsum(d * n1 / n)]),
        score=score,
        variance=variance,
        chi2=score**2 / variance if known else NAN,
        p_value=two_sided_p(z),
        log_hazard_ratio=score / variance if known else NAN,
        standard_error=1.0 / math.sqrt(variance) if known else NAN,
    )


def _refuse(rows: PersonTime) -> None:
    for arm, label in enumerate(rows.labels):
        if not np.any(rows.arm == arm):
            raise AnalysisRefused(
                what=f"nobody in the arm '{label}' is under observation",
                where=rows.counted_from,
                mend="a comparison needs patients in both arms",
                code="TZ-EST-empty-arm",
            )
    if np.any(rows.weight != np.rint(rows.weight)):
        raise AnalysisRefused(
            what="the log-rank test counts patients, and some weights are not whole numbers",
            where=rows.counted_from,
            mend="use a weighted Cox model with the robust variance",
            code="TZ-EST-weight",
        )


def _tables(rows: PersonTime) -> tuple[Floats, Floats, Floats, Floats]:
    """Return events and numbers at risk at each event time, in the intervention arm and in all."""
    entering, leaving = (_by_stratum(rows, times) for times in (rows.entry, rows.exit))
    kind = np.where(rows.event, EVENT, CENSORED).astype(np.int64)
    in_order = rows.stratum[leaving]
    bounds = np.flatnonzero(np.diff(in_order)) + 1
    n_parts: list[Floats] = []
    d_parts: list[Floats] = []
    for come, go in zip(np.split(entering, bounds), np.split(leaving, bounds), strict=True):
        times = distinct(rows.exit[go[rows.event[go]]])
        at_risk, ending = count_risk(
            times,
            rows.entry[come],
            rows.weight[come],
            rows.arm[come],
            rows.exit[go],
            rows.weight[go],
            rows.arm[go],
            kind[go],
            2,
        )
        n_parts.append(at_risk)
        d_parts.append(ending[:, :, EVENT])
    n, d = np.concatenate(n_parts), np.concatenate(d_parts)
    return d[:, 1], n[:, 1], d.sum(axis=1), n.sum(axis=1)


def _by_stratum(rows: PersonTime, times: Floats) -> Ints:
    """Return the order by stratum and then by time."""
    if np.all(rows.stratum == rows.stratum[0]):
        return np.argsort(times)
    return np.lexsort((times, rows.stratum))
