"""Six patients put together again from their curve, with the working shown."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.audit.digitised import clean_points
from timezero.audit.pooled_curve import curve_knots, pool, pooled_knots
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers
from timezero.errors import AnalysisRefused

ROUNDING = 1e-12


def six() -> Records:
    # Died at 1, 3 and 4; censored at 2, 3 and 5 (C3): S = 5/6, 5/8, 5/16.
    points = clean_points([1, 3, 4, 5], [5 / 6, 5 / 8, 5 / 16, 5 / 16])
    return reconstruct(points, RiskNumbers(times=(0, 2.5, 4.5), at_risk=(6, 4, 1)))


def test_six_patients_by_hand() -> None:
    # [0, 2.5): 6 at risk, 4 wanted. At 1 the curve falls by 1/6: one death.
    #   0 censored leave 5, 1 censored (at 1.25) leaves 4: one it is.
    # [2.5, 4.5): 4 at risk, 1 wanted. At 3 it falls by 1/4: one of 4.
    #   0 censored: at 4 by 1/2 of 3, 1.5, rounded up to two, leaves 1 at S = 5/24: off the curve.
    #   1 censored (at 3.5): at 4 one of 2, leaves 1 at S = 5/16: on the curve.
    # [4.5, 5]: 2 censored in 2.5 (6 + 4)/2 + 2 (4 + 1)/2 = 17.5: of 1 patient in 0.5, 0.06.
    records = six()
    assert records.exit.tolist() == [1, 1.25, 3, 3.5, 4, 5]
    assert records.event.tolist() == [True, False, True, False, True, False]
    assert records.notes == ()


def test_stated_events_of_six_patients_by_hand() -> None:
    # S = 0.8, 0.6, 0.4. Nobody censored: 6 (1 - 0.8) = 1.2, one of 6 to 5/6;
    # 5 (1 - 0.6 / (5/6)) = 1.4, one of 5 to 4/6; 4 (1 - 0.4 / (4/6)) = 1.6, two: four in all.
    points = clean_points([1, 2, 3], [0.8, 0.6, 0.4])
    assert reconstruct(points, RiskNumbers(n=6)).exit.tolist() == [1, 2, 3, 3, 3, 3]
    assert reconstruct(points, RiskNumbers(n=6)).n_events == 4
    # One censored between 1 and 2: 4 (1 - 0.6 / (5/6)) = 1.12, one of 4 to 5/8;
    # 3 (1 - 0.4 / (5/8)) = 1.08, one of 3: three in all, and no fewer without leaving the curve.
    for stated in (3, 2):
        few = reconstruct(points, RiskNumbers(n=6, n_events=stated))
        assert few.exit[few.event].tolist() == [1, 2, 3]
        lost = few.exit[~few.event]
        assert 1 < lost[0] < 2
        assert lost[1:].tolist() == [3, 3]


def test_pooled_curve_of_two_groups_by_hand() -> None:
    # Group one as above; group two: died at 2, then one stays until 6.
    other = reconstruct(clean_points([2, 6], [0.5, 0.5]), RiskNumbers(n=2))
    curve = pool(six(), other)
    # 8 at risk at 1; 6 at 2 (one died, one left at 1.25); 5 at 3; 3 at 4.
    expected = np.cumprod([7 / 8, 5 / 6, 4 / 5, 2 / 3])
    steps = curve.n_events > 0
    assert curve.times[steps].tolist() == [1, 2, 3, 4]
    assert curve.n_at_risk[steps].tolist() == [8, 6, 5, 3]
    np.testing.assert_allclose(curve.survival[steps], expected, rtol=ROUNDING)


def test_knots_of_a_flat_end_by_hand() -> None:
    other = reconstruct(clean_points([2, 6], [0.5, 0.5]), RiskNumbers(n=2))
    times, survival = pooled_knots(six(), other)
    # After 4: two at risk until 5, one until 6: 1.5 on average, half an event among them.
    assert times.tolist() == [0, 1, 2, 3, 4, 6]
    expected = [1, *np.cumprod([7 / 8, 5 / 6, 4 / 5, 2 / 3, np.exp(-0.5 / 1.5)])]
    np.testing.assert_allclose(survival, expected, rtol=ROUNDING)


def test_knots_never_reach_zero_by_hand() -> None:
    all_die = reconstruct(clean_points([1, 2], [0.5, 0.0]), RiskNumbers(n=2))
    times, survival = curve_knots(pool(all_die))
    assert times.tolist() == [0, 1, 2]
    # The last of one dies: a Nelson-Aalen step of 1.
    np.testing.assert_allclose(survival, [1, 0.5, 0.5 * np.exp(-1)], rtol=ROUNDING)


def test_curve_without_events_has_no_knots() -> None:
    nobody = reconstruct(clean_points([1, 2], [1.0, 1.0]), RiskNumbers(n=2))
    with pytest.raises(AnalysisRefused, match="no events") as caught:
        pooled_knots(nobody)
    assert caught.value.code == "TZ-AUDIT-no-events"
