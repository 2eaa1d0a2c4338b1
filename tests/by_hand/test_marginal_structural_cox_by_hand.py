"""A marginal structural Cox model with pencil and paper.

Eight patients in one long period, four with L = 1, of whom three are treated, and four with
L = 0, of whom one is, all at time 1. Half are treated, so the stabilised weights are 2/3 for who
did the usual (treated with L = 1, untreated with L = 0) and 2 for who did not. An untreated
patient with L = 1 dies at 10, a treated one with L = 1 at 20. At both deaths the treated weigh 4
in all; the untreated weigh 4 and then 2. With psi for the hazard ratio the score is

    - 2 psi / (psi + 1)  +  (2/3) (1 - 4 psi / (4 psi + 2)),

zero where 6 psi^2 + 2 psi - 1 = 0: psi = (sqrt 7 - 1) / 6.
"""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest

from confounded_patients import Confounded, cohort_of, periods_of
from timezero.align.treatment_in_periods import treatment_in_periods
from timezero.arrays import Bools, Floats
from timezero.estimate.marginal_structural_cox import fit_marginal_structural_cox

LEVEL = np.array([1.0, 1, 1, 1, 0, 0, 0, 0])
TREATED = np.array([0, 1, 1, 1, 1, 0, 0, 0], dtype=np.bool_)
EXIT = np.array([10.0, 20, 50, 50, 50, 50, 50, 50])
EVENT = np.array([1, 1, 0, 0, 0, 0, 0, 0], dtype=np.bool_)
PSI = (sqrt(7.0) - 1.0) / 6.0


def patients(exit_time: Floats, event: Bools, initiation: Floats, level: Floats) -> Confounded:
    cohort = cohort_of(exit_time, event, initiation)
    both = periods_of(
        cohort, level, level[:, np.newaxis], width=100.0, event_order="treatment_first"
    )
    periods = replace(both, columns=both.columns[:, 1:], names=("L",), varying=(True,))
    return Confounded(
        cohort=cohort, periods=periods, origin=np.zeros(level.size), age=level, severity=level
    )


EIGHT = patients(EXIT, EVENT, np.where(TREATED, 1.0, np.nan), LEVEL)


def test_weights_of_eight_patients() -> None:
    fit = fit_marginal_structural_cox(EIGHT.data())
    weights = np.exp(fit.models.log_weight[1:])
    np.testing.assert_allclose(weights, [2, 2 / 3, 2 / 3, 2 / 3, 2, 2 / 3, 2 / 3, 2 / 3])
    # Untreated: 2, three of 2/3, four of 1 until they are treated; treated: three of 2/3, and 2.
    assert fit.effective == pytest.approx([64 / (28 / 3), 16 / (16 / 3)])
    assert fit.weighted_events == pytest.approx([2.0, 2 / 3])
    assert list(fit.n_events) == [1.0, 1.0]


def test_hazard_ratio_of_eight_patients() -> None:
    fit = fit_marginal_structural_cox(EIGHT.data())
    assert fit.log_hazard_ratio == pytest.approx(log(PSI), rel=1e-10)
    # Without weights, with the treated 4 and the untreated 4 and then 3:
    # psi / (psi + 1) = 1 - 4 psi / (4 psi + 3), so 4 psi^2 = 3.
    assert fit.unweighted == pytest.approx(log(sqrt(3.0) / 2.0), rel=1e-10)


def test_sandwich_of_eight_patients() -> None:
    fit = fit_marginal_structural_cox(EIGHT.data())
    p1, p2 = PSI / (PSI + 1), 4 * PSI / (4 * PSI + 2)
    h1, h2 = 2 / (4 * PSI + 4), (2 / 3) / (4 * PSI + 2)
    information = 2 * p1 * (1 - p1) + (2 / 3) * p2 * (1 - p2)
    met = PSI * ((1 - p1) * h1 + (1 - p2) * h2)
    scores = [
        2 * (-p1 + p1 * h1),
        (2 / 3) * ((1 - p2) - met),
        *[-(2 / 3) * met] * 2,
        -2 * met,
        *[(2 / 3) * (p1 * h1 + p2 * h2)] * 3,
    ]
    assert sum(scores) == pytest.approx(0.0, abs=1e-12)
    known = sqrt(sum(s * s for s in scores)) / information
    assert fit.standard_error_known_weights == pytest.approx(known, rel=1e-9)


def test_two_clusters_are_added_up_and_corrected() -> None:
    data = EIGHT.data()
    cluster = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    apart = fit_marginal_structural_cox(data)
    together = fit_marginal_structural_cox(data, cluster=cluster)
    sums = [apart.influence[:4].sum(), apart.influence[4:].sum()]
    known = sqrt(2.0 * (sums[0] ** 2 + sums[1] ** 2))
    assert together.standard_error == pytest.approx(known, rel=1e-12, abs=1e-12)
    assert together.log_hazard_ratio == apart.log_hazard_ratio


def test_treatment_in_periods_of_three_patients() -> None:
    # Treated in the second period at 1.5 and dying at 2.5; treated exactly at a bound; treated at
    # the very time of the exit, which does not count (C4).
    exit_time = np.array([2.5, 2.0, 1.5])
    initiation = np.array([1.5, 1.0, 1.5])
    cohort = cohort_of(exit_time, np.array([True, False, True]), initiation)
    periods = periods_of(
        cohort, np.zeros(3), np.zeros((3, 3)), width=1.0, event_order="treatment_first"
    )
    found = treatment_in_periods(cohort, periods, np.zeros(3))
    rows = found.rows
    listed = sorted(
        zip(rows.patient, rows.entry, rows.exit, rows.arm, rows.event, strict=True),
        key=lambda row: (row[0], row[2]),
    )
    begin = -np.inf
    assert listed == [
        (0, begin, 1.0, 0, False),
        (0, 1.0, 1.5, 0, False),
        (0, 1.5, 2.0, 1, False),
        (0, 2.0, 2.5, 1, True),
        (1, begin, 1.0, 0, False),
        (1, 1.0, 2.0, 1, False),
        (2, begin, 1.0, 0, False),
        (2, 1.0, 1.5, 0, True),
    ]
    assert list(found.began) == [False, True, False, True, False, False, False]
    assert list(found.could_begin) == [True, True, False, True, False, True, True]


def test_untreated_time_carries_the_weight_that_the_event_order_says() -> None:
    first = EIGHT.data()
    later = Confounded(
        cohort=EIGHT.cohort,
        periods=replace(EIGHT.periods, event_order="event_first"),
        origin=EIGHT.origin,
        age=EIGHT.age,
        severity=EIGHT.severity,
    ).data()
    untreated = first.rows.arm == 0
    weights = [
        fit_marginal_structural_cox(data).weight[untreated & ~TREATED[data.rows.patient]]
        for data in (first, later)
    ]
    assert sorted(weights[0]) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert weights[1] == pytest.approx(np.ones(4))
