"""The log-rank test at its edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from timezero.errors import AnalysisRefused
from timezero.estimate.log_rank import log_rank
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]


@pytest.mark.parametrize(("arm", "label"), [(0, "operated"), (1, "waiting")])
def test_an_empty_arm_is_refused(make_rows: Rows, arm: int, label: str) -> None:
    with pytest.raises(AnalysisRefused, match=f"nobody in the arm '{label}'") as refused:
        log_rank(make_rows([1, 2], [1, 1], [arm, arm]))
    assert refused.value.code == "TZ-EST-empty-arm"


@pytest.mark.parametrize("weight", [-1.0, 0.5, np.nan])
def test_weights_count_patients(make_rows: Rows, weight: float) -> None:
    with pytest.raises(AnalysisRefused, match="weights") as refused:
        log_rank(make_rows([1, 2], [1, 1], [0, 1], weights=[1.0, weight]))
    assert refused.value.code == "TZ-EST-weight"


def test_without_events_there_is_nothing_to_test(make_rows: Rows) -> None:
    found = log_rank(make_rows([1, 2], [0, 0], [0, 1]))
    assert found.observed.tolist() == found.expected.tolist() == [0.0, 0.0]
    assert (found.score, found.variance) == (0.0, 0.0)
    unknown = (found.chi2, found.p_value, found.log_hazard_ratio, found.standard_error)
    assert np.isnan(unknown).all()


def test_stratum_with_one_arm_tells_nothing(make_rows: Rows) -> None:
    exits, events, arms = [1, 2, 3, 4], [1, 1, 0, 1], [0, 1, 0, 1]
    alone = log_rank(make_rows(exits, events, arms))
    joined = log_rank(
        make_rows([*exits, 1, 2], [*events, 1, 1], [*arms, 1, 1], strata=[0, 0, 0, 0, 5, 5])
    )
    assert (joined.score, joined.variance) == (alone.score, alone.variance)
    assert joined.observed[1] == alone.observed[1] + 2


def test_rows_without_weight_are_as_if_absent(make_rows: Rows) -> None:
    exits, events, arms = [1, 2, 3, 4], [1, 1, 0, 1], [0, 1, 0, 1]
    alone = log_rank(make_rows(exits, events, arms))
    joined = log_rank(make_rows([*exits, 2], [*events, 1], [*arms, 0], weights=[1, 1, 1, 1, 0]))
    assert (joined.score, joined.variance) == (alone.score, alone.variance)


def test_far_tail_keeps_its_digits(make_rows: Rows) -> None:
    n = 400
    found = log_rank(
        make_rows([*range(1, n + 1), *range(2 * n, 3 * n)], [1] * 2 * n, [0] * n + [1] * n)
    )
    assert 0.0 < found.p_value < 1e-60
