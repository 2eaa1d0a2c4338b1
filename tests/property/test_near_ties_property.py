"""Round-off breaks no tie, and real differences stay."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from timezero.near_ties import merge_near_ties


@given(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=60),
    st.sampled_from([365.25 / 12.0, 365.25, 7.0, 1.0]),
)
def test_days_in_any_unit_keep_their_ties(days, per_unit):
    exact = np.array(days, dtype=float)
    shaken = (exact / per_unit) * (
        1.0 + np.random.default_rng(1).uniform(-1, 1, exact.size) * 4e-16
    )
    (merged,), _ = merge_near_ties(shaken)
    same_before = exact[:, None] == exact[None, :]
    assert np.array_equal(merged[:, None] == merged[None, :], same_before)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=40))
def test_merging_is_idempotent_and_keeps_order(times):
    array = np.array(times)
    (once,), _ = merge_near_ties(array)
    (twice,), n_changed = merge_near_ties(once)
    assert n_changed == 0
    assert np.array_equal(once, twice)
    order = np.argsort(array, kind="stable")
    assert np.all(np.diff(once[order]) >= 0)
    assert np.allclose(once, array, rtol=1e-7)


def test_arrays_are_merged_jointly_and_missing_values_stay():
    entry, leave = np.array([0.1 + 0.2, -np.inf]), np.array([0.3, np.nan])
    (new_entry, new_leave), n_changed = merge_near_ties(entry, leave)
    assert new_entry[0] == new_leave[0] == 0.3
    assert n_changed == 1
    assert np.isneginf(new_entry[1])
    assert np.isnan(new_leave[1])
