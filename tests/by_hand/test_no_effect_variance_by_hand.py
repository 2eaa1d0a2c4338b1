"""Six patients, two states: the variance under no effect, worked out.

    reference:     leaves 2 (event), 5 (event), 9 (censored)
    intervention:  enters at 1, leaves 3 (event); enters at 1, leaves 7; from 0, leaves 8 (event)

    time   events   at risk: reference, intervention   p = d / n   S after
    2      1        3, 3                               1/6         5/6
    3      1        2, 3                               1/5         2/3
    5      1        2, 2                               1/4         1/2

Horizon 6.  Areas of the joint curve from each event to the horizon:
    A(2) = 5/6 * 1 + 2/3 * 2 + 1/2 * 1 = 8/3,  A(3) = 2/3 * 2 + 1/2 = 11/6,  A(5) = 1/2.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from timezero.estimate.no_effect_variance import no_effect_standard_errors
from timezero.model.person_time import PersonTime

ROUND_OFF = 1e-14


def six(order=(0, 1, 2, 3, 4, 5)):
    entry = np.array([-np.inf, -np.inf, -np.inf, 1, 1, -np.inf])
    leave = np.array([2.0, 5, 9, 3, 7, 8])
    event = np.array([True, True, False, True, False, True])
    arm = np.array([0, 0, 0, 1, 1, 1])
    pick = list(order)
    return PersonTime(
        entry=entry[pick],
        exit=leave[pick],
        event=event[pick],
        arm=arm[pick],
        patient=np.arange(6)[pick],
        stratum=np.zeros(6, dtype=np.int64),
        weight=np.ones(6),
        labels=("untreated", "treated"),
        counted_from="time zero",
    )


def worked_out():
    shares = [Fraction(1, 6), Fraction(1, 5), Fraction(1, 4)]
    at_risk = [(3, 3), (2, 3), (2, 2)]
    areas = [Fraction(8, 3), Fraction(11, 6), Fraction(1, 2)]
    terms = [
        p / (1 - p) * (Fraction(1, n0) + Fraction(1, n1))
        for p, (n0, n1) in zip(shares, at_risk, strict=True)
    ]
    lived = sum(a * a * t for a, t in zip(areas, terms, strict=True))
    alive = Fraction(1, 4) * sum(terms)
    return float(lived) ** 0.5, float(alive) ** 0.5


def test_both_standard_errors_are_those_worked_out():
    assert no_effect_standard_errors(six(), horizon=6.0) == pytest.approx(
        worked_out(), rel=ROUND_OFF
    )


def test_the_order_of_rows_changes_nothing():
    assert no_effect_standard_errors(six((3, 5, 0, 2, 4, 1)), horizon=6.0) == pytest.approx(
        worked_out(), rel=ROUND_OFF
    )


def test_no_event_before_the_horizon_has_no_standard_error():
    assert np.isnan(no_effect_standard_errors(six(), horizon=1.5)).all()


def test_events_at_the_horizon_alone_leave_no_spread_of_the_time_lived():
    # A(2) = 0: up to 2 nobody has lost any time.  S(2) = 5/6, 5/6 sqrt{1/5 (1/3 + 1/3)}.
    lived, alive = no_effect_standard_errors(six(), horizon=2.0)
    assert np.isnan(lived)
    assert alive == pytest.approx(5 / 6 * (2 / 15) ** 0.5, rel=ROUND_OFF)
