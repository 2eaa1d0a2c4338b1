"""The log-rank and the Mantel-Byar test of four to ten patients, with the working shown."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from timezero.estimate.log_rank import log_rank
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
ROUNDING = 1e-15


def exactly(value: object) -> object:
    return pytest.approx(value, rel=ROUNDING)


def test_six_patients_with_tied_deaths(make_rows: Rows) -> None:
    # waiting: 2 dies, 2 dies, 4 censored;  operated: 2 dies, 3 dies, 5 censored
    found = log_rank(make_rows([2, 2, 4, 2, 3, 5], [1, 1, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1]))
    # At 2: six at risk, three operated, three deaths: expected 3/2,
    #       variance 3 * 1/2 * 1/2 * (6 - 3)/(6 - 1) = 9/20
    # At 3: three at risk, two operated, one death: expected 2/3, variance 2/3 * 1/3 = 2/9
    assert found.observed.tolist() == [2, 2]
    assert found.expected == exactly([11 / 6, 13 / 6])
    assert found.score == exactly(-1 / 6)
    assert found.variance == exactly(121 / 180)
    assert found.chi2 == exactly(5 / 121)
    assert found.p_value == exactly(math.erfc(math.sqrt(5 / 242)))
    assert found.log_hazard_ratio == exactly(-30 / 121)
    assert found.standard_error == exactly(math.sqrt(180 / 121))


def test_four_patients_two_of_whom_cross(make_rows: Rows) -> None:
    # A: waiting until 2, operated, dies at 6.   B: waiting, dies at 3.
    # C: waiting until 1, operated, censored at 5. D: waiting, censored at 4.
    rows = make_rows(
        [2, 6, 3, 1, 5, 4],
        [0, 1, 1, 0, 0, 0],
        [0, 1, 0, 0, 1, 0],
        entries=[-np.inf, 2, -np.inf, -np.inf, 1, -np.inf],
        patients=[0, 0, 1, 2, 2, 3],
    )
    found = log_rank(rows)
    # At 3: four at risk, two operated, B dies waiting: expected 1/2, variance 1/4
    # At 6: A alone: expected 1, variance 0
    assert found.observed.tolist() == [1, 1]
    assert found.expected == exactly([0.5, 1.5])
    assert (found.score, found.variance, found.chi2) == (-0.5, 0.25, 1.0)
    assert (found.log_hazard_ratio, found.standard_error) == (-2.0, 2.0)
    assert found.p_value == pytest.approx(0.3173105078629141, rel=4 * ROUNDING)


def test_operated_at_the_time_of_a_death_is_still_waiting_at_that_death(make_rows: Rows) -> None:
    # A is operated at 3, when B dies (C4): at 3 nobody is operated yet.
    rows = make_rows(
        [3, 5, 3, 6],
        [0, 1, 1, 0],
        [0, 1, 0, 0],
        entries=[-np.inf, 3, -np.inf, -np.inf],
        patients=[0, 0, 1, 2],
    )
    found = log_rank(rows)
    # At 3: expected 0, variance 0. At 5: A operated, third patient waiting: 1/2, 1/4.
    assert found.expected == exactly([1.5, 0.5])
    assert found.variance == 0.25


def test_two_centres_are_added(make_rows: Rows) -> None:
    # Centre 1: waiting dies at 1, operated dies at 2.
    #   At 1: expected 1/2, variance 1/4. At 2: alone, expected 1, variance 0.
    # Centre 2: two waiting, of whom one dies at 2; one operated, dies at 1.
    #   At 1: three at risk, one operated: expected 1/3, variance 2/9. At 2: expected 0.
    found = log_rank(
        make_rows([1, 2, 2, 4, 1], [1, 1, 1, 0, 1], [0, 1, 0, 0, 1], strata=[1, 1, 2, 2, 2])
    )
    assert found.observed.tolist() == [2, 2]
    assert found.expected == exactly([13 / 6, 11 / 6])
    assert found.score == exactly(1 / 6)
    assert found.variance == exactly(17 / 36)


def test_weight_two_is_two_patients(make_rows: Rows) -> None:
    # Operated: one dies at 1 with weight 2. Waiting: one dies at 2, one censored at 3.
    # At 1: four at risk, two operated, two die: expected 1, variance 2 * 1/4 * 2/3 = 1/3
    # At 2: nobody operated.
    found = log_rank(make_rows([1, 2, 3], [1, 1, 0], [1, 0, 0], weights=[2, 1, 1]))
    assert found.observed.tolist() == [1, 2]
    assert found.score == 1.0
    assert found.variance == exactly(1 / 3)
