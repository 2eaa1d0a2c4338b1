"""The printed numbers of three to eight patients, with the working shown."""

from __future__ import annotations

import math

import numpy as np
import pytest

from late_patients import summary_of
from timezero.audit.simulate import Query

INF = math.inf
ROUNDING = 1e-14
HALF_DEAD = [Query(group=g, kind="quantile", value=0.5) for g in ("all", "late", "never")]
# Exit, whether dead, initiation, trigger. C would have been treated at 6, had it been watched.
EIGHT = np.array(
    [
        [1.0, 1, INF, INF],  # A
        [3.0, 1, INF, INF],  # B
        [4.0, 0, 6.0, 5.0],  # C
        [8.0, 1, INF, 1.0],  # D
        [5.0, 1, 1.5, 0.5],  # E
        [7.0, 1, 2.0, 2.0],  # F
        [9.0, 0, 3.5, 3.0],  # G
        [10.0, 1, 2.5, 1.0],  # H
    ]
)


def exactly(value: object) -> object:
    return pytest.approx(value, rel=ROUNDING, abs=ROUNDING)


def log_rank_z(seen: float, shares: list[float]) -> float:
    return (seen - sum(shares)) / math.sqrt(sum(s * (1 - s) for s in shares))


def test_both_groups_from_time_zero() -> None:
    found = summary_of(EIGHT, queries=HALF_DEAD)
    assert (found["n"], found["n_late"], found["n_never"]) == (8, 4, 4)
    assert (found["deaths_late"], found["deaths_never"]) == (3, 3)
    # never: 3/4 after 1, 1/2 after 3 until the next death at 8 (C leaves at 4).
    assert found["quantile never 0.5"] == exactly((3 + 8) / 2)
    # late: 3/4 after 5, 1/2 after 7 until H dies at 10 (G leaves at 9).
    assert found["quantile late 0.5"] == exactly((7 + 10) / 2)
    # all: 7/8, 6/8, (C leaves), 6/8 4/5 = 0.6, 0.6 3/4 = 0.45 after 7.
    assert found["quantile all 0.5"] == 7
    # Late at risk at each death: 4 of 8, 4 of 7, 4 of 5, 3 of 4, 2 of 3, 1 of 1.
    shares = [4 / 8, 4 / 7, 4 / 5, 3 / 4, 2 / 3, 1]
    assert found["log_rank_z"] == exactly(log_rank_z(3, shares))


def test_curves_read_at_times_and_shares() -> None:
    found = summary_of(
        EIGHT,
        queries=[
            Query(group="late", kind="survival", value=6),
            Query(group="late", kind="survival", value=5),
            Query(group="late", kind="quantile", value=0.25),
            Query(group="never", kind="rmst", value=6),
            Query(group="never", kind="at_risk", value=4),
            Query(group="late", kind="at_risk", value=5),
            Query(group="all", kind="at_risk", value=0),
        ],
    )
    assert found["survival late 6"] == 0.75
    # A curve has fallen at the time of the death itself ...
    assert found["survival late 5"] == 0.75
    # ... and stays at exactly three quarters from 5 to 7.
    assert found["quantile late 0.25"] == 6
    # 1 until 1, 3/4 until 3, 1/2 until 6.
    assert found["rmst never 6"] == exactly(1 + 2 * 0.75 + 3 * 0.5)
    # C leaves at 4 and D later: both are still at risk at 4. E is at risk at its own death.
    assert found["at_risk never 4"] == 2
    assert found["at_risk late 5"] == 4
    assert found["at_risk all 0"] == 8


def test_waits_and_triggers() -> None:
    found = summary_of(EIGHT)
    # 1.5, 2, 2.5, 3.5: places 0.75, 1.5 and 2.25 between the first and the last.
    assert found["wait_lower_quartile"] == exactly(1.5 + 0.75 * 0.5)
    assert found["wait"] == exactly(2.25)
    assert found["wait_upper_quartile"] == exactly(2.5 + 0.25 * 1.0)
    assert (found["wait_shortest"], found["wait_longest"]) == (1.5, 3.5)
    assert found["wait_mean"] == exactly(9.5 / 4)
    # D, E, F, G and H: C's trigger would have come after its exit. Median of 0.5, 1, 1, 2, 3.
    assert found["n_triggered"] == 5
    assert found["trigger_time"] == 1


def test_follow_up_by_the_reversed_curve() -> None:
    # Leaving is the event: C at 4 with 6 there, 5/6; G at 9 with 2 there, 5/12.
    assert summary_of(EIGHT)["follow_up"] == 9
    assert summary_of(EIGHT)["follow_up_end"] == 10
    # Two who leave, at 3 and 5: exactly one half from 3 to 5.
    two = np.array([[3.0, 0, INF, INF], [5.0, 0, INF, INF]])
    assert summary_of(two)["follow_up"] == 4
    # One leaves at 3, the other dies at 5: one half until the end.
    last = np.array([[3.0, 0, INF, INF], [5.0, 1, INF, INF]])
    assert summary_of(last)["follow_up"] == 4
    everybody_dies = np.array([[3.0, 1, INF, INF], [5.0, 1, INF, INF]])
    assert summary_of(everybody_dies)["follow_up"] == INF


def test_each_group_from_its_own_clock() -> None:
    # E 3.5, F 5, G 5.5 (leaves), H 7.5; the never treated as before.
    found = summary_of(EIGHT, "own_clocks", queries=HALF_DEAD)
    assert found["quantile late 0.5"] == exactly((5 + 7.5) / 2)
    assert found["quantile never 0.5"] == exactly((3 + 8) / 2)
    shares = [4 / 8, 4 / 7, 4 / 6, 3 / 4, 1 / 2, 0 / 1]
    assert found["log_rank_z"] == exactly(log_rank_z(3, shares))
    # The waits are still those from time zero.
    assert found["wait"] == exactly(2.25)


def test_waiting_thrown_away() -> None:
    found = summary_of(EIGHT, "waiting_excluded", queries=HALF_DEAD)
    # At 1 nobody treated is at risk yet; at 3 E, F and H are, G is not.
    shares = [0 / 4, 3 / 6, 4 / 5, 3 / 4, 2 / 3, 1]
    assert found["log_rank_z"] == exactly(log_rank_z(3, shares))
    assert found["quantile late 0.5"] == exactly((7 + 10) / 2)
    assert found["n_late"] == 4


def test_landmark_at_two() -> None:
    found = summary_of(EIGHT, "landmark", landmark=2.0, queries=HALF_DEAD)
    # A is dead. E and F (treated at 2 itself) are late, G and H still count as never.
    assert (found["n"], found["n_late"], found["n_never"]) == (7, 2, 5)
    assert (found["deaths_late"], found["deaths_never"]) == (2, 3)
    # From the landmark, late: one half after 3 until 5.
    assert found["quantile late 0.5"] == 4
    # never: 4/5 after 1, (C leaves at 2), 4/5 2/3 = 8/15 after 6, (G leaves), 0 after 8.
    assert found["quantile never 0.5"] == 8
    # Deaths from the landmark at 1 (never), 3 and 5 (late), 6 and 8 (never).
    assert found["log_rank_z"] == exactly(log_rank_z(2, [2 / 7, 2 / 5, 1 / 4, 0, 0]))


def test_hazard_ratio_of_three_patients() -> None:
    # never dies at 1, late at 2, never at 3. Score: 1 - h/(h + 2) - h/(h + 1) = 0, so h^2 = 2.
    three = np.array([[1.0, 1, INF, INF], [2.0, 1, 0.5, INF], [3.0, 1, INF, INF]])
    found = summary_of(three)
    h = math.sqrt(2.0)
    information = 2 * h / (h + 2) ** 2 + h / (h + 1) ** 2
    assert found["log_hazard_ratio"] == pytest.approx(math.log(h), rel=1e-12)
    assert found["hazard_ratio_error"] == pytest.approx(1 / math.sqrt(information), rel=1e-9)


def test_a_ratio_that_runs_away_is_held() -> None:
    # Every late treated outlives every never treated: the likelihood has no maximum.
    better = np.array([[1.0, 1, INF, INF], [2.0, 1, INF, INF], [3.0, 1, 0.5, INF]])
    assert summary_of(better)["log_hazard_ratio"] == -6
    worse = np.array([[1.0, 1, 0.5, INF], [2.0, 1, INF, INF], [3.0, 1, INF, INF]])
    assert summary_of(worse)["log_hazard_ratio"] == 6


def test_what_cannot_be_computed_is_missing() -> None:
    nobody_late = np.array([[1.0, 1, INF, INF], [2.0, 0, INF, INF]])
    found = summary_of(nobody_late, queries=HALF_DEAD)
    assert math.isnan(found["log_hazard_ratio"])
    assert math.isnan(found["hazard_ratio_error"])
    assert found["log_rank_z"] == 0
    assert math.isnan(found["wait"])
    assert math.isnan(found["trigger_time"])
    assert found["quantile late 0.5"] == INF
    # One half after 1, with nothing more until the last exit at 2.
    assert found["quantile never 0.5"] == 1.5
