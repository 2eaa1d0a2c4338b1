from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from timezero.estimate.fragility import CHANGES_AT_MOST, fragility
from timezero.model.person_time import PersonTime


def rows_of(times: list[float], events: list[int], arms: list[int]) -> PersonTime:
    n = len(times)
    return PersonTime(
        entry=np.full(n, -np.inf),
        exit=np.array(times, dtype=float),
        event=np.array(events, dtype=bool),
        arm=np.array(arms, dtype=np.int64),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("reference", "intervention"),
        counted_from="time zero",
    )


def test_three_deaths_fewer_end_the_difference() -> None:
    # Five die at 1..5 untreated, five are seen alive at 6..10: U = -(5/10+5/9+5/8+5/7+5/6) =
    # -3.2282, V = 25/100+20/81+15/64+10/49+5/36 = 1.0744, z = -3.114. A death of the treated at 6
    # or later cannot help, as nobody untreated is left; so deaths of the untreated go, the
    # heaviest first: without that at 5 z = -2.4759, without that at 4 -1.9653, at 3 -1.4974.
    rows = rows_of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1] * 5 + [0] * 5, [0] * 5 + [1] * 5)
    found = fragility(rows)
    assert found.was_beyond
    assert found.z_before == pytest.approx(-3.1144, abs=5e-4)
    assert (found.n_changes, found.events_removed, found.events_added) == (3, 3, 0)
    assert found.z_after == pytest.approx(-(5 / 10 + 5 / 9) / (25 / 100 + 20 / 81) ** 0.5)


def test_far_from_the_limit_it_says_more_than_were_tried() -> None:
    n = 60
    rows = rows_of(list(range(1, 2 * n + 1)), [1] * n + [0] * n, [0] * n + [1] * n)
    assert fragility(rows).n_changes == CHANGES_AT_MOST + 1


def test_the_answer_is_the_same_in_every_order(make_cohort: Callable[..., Any]) -> None:
    random = np.random.default_rng(3)
    times = random.permutation(40) + 1.0
    rows = rows_of(times.tolist(), random.integers(0, 2, 40).tolist(), [0, 1] * 20)
    order = random.permutation(40)
    shuffled = rows_of(
        times[order].tolist(), rows.event[order].astype(int).tolist(), rows.arm[order].tolist()
    )
    assert fragility(rows) == fragility(shuffled)
