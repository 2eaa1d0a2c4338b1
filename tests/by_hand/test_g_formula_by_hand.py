"""Two periods and one covariate, in exact fractions: the models are exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from timezero.estimate.g_formula import (
    Grace,
    course,
    fit_models,
    g_data,
    interpolated,
    mean_time,
    natural_course,
)
from timezero.model.person_periods import PersonPeriods

# x, period of treatment (None = never), event in the last row, rows, and how many are so.
# Odds of the event: 1 at first; halved by treatment; doubled by x; halved in the second period.
# Odds of beginning treatment: 1 at first; halved by x; halved in the second period.
KINDS: tuple[tuple[int, int | None, bool, int, int], ...] = (
    (0, 0, True, 1, 6),
    (0, 0, True, 2, 2),
    (0, 0, False, 2, 10),
    (0, None, True, 1, 9),
    (0, 1, True, 2, 1),
    (0, 1, False, 2, 2),
    (0, None, True, 2, 2),
    (0, None, False, 2, 4),
    (1, 0, True, 1, 45),
    (1, 0, True, 2, 15),
    (1, 0, False, 2, 30),
    (1, None, True, 1, 120),
    (1, 1, True, 2, 4),
    (1, 1, False, 2, 8),
    (1, None, True, 2, 24),
    (1, None, False, 2, 24),
)
SHARE = (Fraction(36, 306), Fraction(270, 306))


def patients() -> PersonPeriods:
    rows = [
        (x, k, begun is not None and k >= begun, begun is None or k <= begun, hit and k == n - 1)
        for x, begun, hit, n, many in KINDS
        for _ in range(many)
        for k in range(n)
    ]
    x, period, treated, eligible, event = (np.array(column) for column in zip(*rows, strict=True))
    starts = np.flatnonzero(period == 0)
    nobody = np.zeros(period.size, dtype=np.bool_)
    return PersonPeriods(
        first=np.append(starts, period.size).astype(np.int64),
        patient=np.arange(starts.size, dtype=np.int64),
        period=period.astype(np.int64),
        treated=treated,
        eligible=eligible,
        event=event,
        competing=nobody,
        lost=nobody,
        columns=x.astype(np.float64)[:, np.newaxis],
        names=("x",),
        varying=(False,),
        width=1.0,
        origin="time zero",
        event_order="treatment_first",
    )


def standardised(of_x0: Fraction, of_x1: Fraction) -> float:
    return float(SHARE[0] * of_x0 + SHARE[1] * of_x1)


AT_ONCE = (Fraction(2, 3) * Fraction(4, 5), Fraction(1, 2) * Fraction(2, 3))
LATER = (Fraction(1, 2) * Fraction(4, 5), Fraction(1, 3) * Fraction(2, 3))
NEVER = (Fraction(1, 2) * Fraction(2, 3), Fraction(1, 3) * Fraction(1, 2))
EXPECTED = {
    ("never", 2.0): NEVER,
    ("natural", 2.0): (
        Fraction(1, 2) * AT_ONCE[0] + Fraction(1, 2) * LATER[0],
        Fraction(1, 3) * AT_ONCE[1] + Fraction(2, 3) * LATER[1],
    ),
    ("uniform", 2.0): tuple(Fraction(1, 2) * (a + b) for a, b in zip(AT_ONCE, LATER, strict=True)),
    ("natural", 1.0): AT_ONCE,
    ("as_observed", 2.0): (Fraction(16, 36), Fraction(62, 270)),
}


@pytest.mark.parametrize(("strategy", "grace"), list(EXPECTED))
def test_survival_is_the_standardised_fraction(strategy: str, grace: float) -> None:
    data = g_data(patients(), horizon=2.0)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    found = course(data, fits, everybody, strategy, grace=Grace(period=grace))  # type: ignore[arg-type]
    assert 1.0 - found.event[1] == pytest.approx(
        standardised(*EXPECTED[(strategy, grace)]), abs=1e-12
    )


def test_the_natural_course_is_the_observed_one_with_greenwoods_standard_error() -> None:
    rows = patients()
    data = g_data(rows, horizon=2.0)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    simulated = course(data, fits, everybody, "as_observed", grace=Grace(period=2.0))
    found = natural_course(rows, data, simulated, minimum_at_risk=1)
    assert found.simulated == pytest.approx(found.observed, abs=1e-12)
    # 306 at risk and 180 events, then 126 at risk and 48 events.
    assert found.observed == pytest.approx([126 / 306, 78 / 306], abs=1e-15)
    greenwood = Fraction(180, 306 * 126) + Fraction(48, 126 * 78)
    assert found.standard_error[1] == pytest.approx(78 / 306 * float(greenwood) ** 0.5, abs=1e-14)
    assert found.largest_gap < 1e-9


def test_time_lived_is_linear_within_periods() -> None:
    times, survival = np.array([2.0, 4.0]), np.array([0.5, 0.25])
    assert mean_time(times, survival, 4.0) == pytest.approx(1.5 + 0.75)
    assert mean_time(times, survival, 3.0) == pytest.approx(1.5 + (0.5 + 0.375) / 2)
    assert float(interpolated(times, survival, 1.0)) == pytest.approx(0.75)
    assert float(interpolated(times, survival, 3.0)) == pytest.approx(0.375)
