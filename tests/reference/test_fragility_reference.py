"""The first change against all single changes, tried one by one."""

from dataclasses import replace

import numpy as np
import pytest

from timezero.estimate.fragility import fragility
from timezero.estimate.log_rank import log_rank
from timezero.estimate.normal import critical_value
from timezero.model.person_time import PersonTime


def random_rows(seed: int) -> PersonTime:
    random = np.random.default_rng(seed)
    n = 24
    return PersonTime(
        entry=np.full(n, -np.inf),
        exit=random.permutation(n) + 1.0,
        event=random.random(n) < 0.6,
        arm=(random.random(n) < 0.5).astype(np.int64),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("reference", "intervention"),
        counted_from="time zero",
    )


def crosses_by_one(rows: PersonTime) -> bool:
    limit = critical_value(0.95)

    def beyond(some: PersonTime) -> bool:
        found = log_rank(some)
        return found.variance > 0 and abs(found.score) / found.variance**0.5 >= limit

    before = beyond(rows)
    for i in range(rows.n_rows):
        event = rows.event.copy()
        event[i] = not event[i]
        if beyond(replace(rows, event=event)) != before:
            return True
    return False


@pytest.mark.parametrize("seed", range(40))
def test_one_change_is_found_whenever_one_is_enough(seed: int) -> None:
    rows = random_rows(seed)
    assert (fragility(rows).n_changes == 1) == crosses_by_one(rows)


def test_among_those_seeds_are_both_kinds() -> None:
    kinds = {crosses_by_one(random_rows(seed)) for seed in range(40)}
    assert kinds == {True, False}
