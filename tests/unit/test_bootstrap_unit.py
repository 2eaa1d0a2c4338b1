from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from timezero.errors import AnalysisRefused
from timezero.estimate.bootstrap import bootstrap_arms
from timezero.model.person_time import PersonTime


def rows(exit_: list[float], event: list[bool], arm: list[int]) -> PersonTime:
    n = len(exit_)
    return PersonTime(
        entry=np.full(n, -np.inf),
        exit=np.array(exit_),
        event=np.array(event),
        arm=np.array(arm),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("without", "with"),
        counted_from="everybody from time zero",
    )


TWO = rows([1.0, 2.0, 3.0, 4.0], [True] * 4, [0, 0, 1, 1])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"weight": np.array([1.0, 2.0, 1.0, 1.0])}, "TZ-EST-bootstrap-rows"),
        ({"stratum": np.array([0, 1, 0, 1])}, "TZ-EST-bootstrap-rows"),
        ({"event": np.zeros(4, dtype=bool)}, "TZ-EST-no-events"),
    ],
)
def test_refuses_what_it_cannot_do(change: dict[str, object], code: str) -> None:
    with pytest.raises(AnalysisRefused) as refusal:
        bootstrap_arms(
            replace(TWO, **change),  # type: ignore[arg-type]
            n_patients=4,
            horizons=(2.0,),
            replicates=10,
            seed=1,
        )
    assert refusal.value.code == code


def test_refuses_no_replicates() -> None:
    with pytest.raises(AnalysisRefused):
        bootstrap_arms(TWO, n_patients=4, horizons=(2.0,), replicates=0, seed=1)


def test_an_arm_nobody_is_drawn_into_has_no_numbers() -> None:
    lone = rows([1.0, 2.0, 3.0, 4.0], [True] * 4, [0, 0, 0, 1])
    found = bootstrap_arms(lone, n_patients=4, horizons=(0.5,), replicates=400, seed=1)
    empty = np.isnan(found.rmst[:, 0, 1])
    # The lone patient is left out with chance (3/4)**4 = 0.316; four standard errors are 0.093.
    assert abs(float(empty.mean()) - 0.31640625) < 0.093
    assert np.all(np.isnan(found.median[empty, 1]))
    assert np.all(np.isnan(found.log_hazard_ratio[empty]))


def test_nothing_is_claimed_after_the_last_exit() -> None:
    censored = rows([5.0, 6.0, 7.0, 8.0], [True, False, True, False], [0, 0, 1, 1])
    found = bootstrap_arms(censored, n_patients=4, horizons=(9.0,), replicates=200, seed=1)
    assert np.all(np.isnan(found.survival))
    # The time lived is known beyond it only where nobody survived.
    known = ~np.isnan(found.rmst)
    assert 0 < known.sum() < known.size
    assert np.all(found.rmst[known] <= 8.0)


def test_no_horizons_are_allowed() -> None:
    found = bootstrap_arms(TWO, n_patients=4, horizons=(), replicates=10, seed=1)
    assert found.rmst.shape == (10, 0, 2)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    bootstrap_arms(
        TWO,
        n_patients=4,
        horizons=(2.0,),
        replicates=250,
        seed=1,
        workers=2,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (250, 250)
