from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from timezero.arrays import Floats
from timezero.estimate.bootstrap import BootstrapArms, bootstrap_arms, copies_of_patients
from timezero.model.person_time import PersonTime

# Rescaled or reordered sums of a few hundred terms.
ROUND_OFF = 1e-9
NAMES = ("log_hazard_ratio", "rmst", "survival", "median")
HORIZONS = (10.0, 40.0)
N = 50


def two_arms(seed: int = 1) -> PersonTime:
    rng = np.random.default_rng(seed)
    return PersonTime(
        entry=np.full(N, -np.inf),
        exit=np.ceil(rng.exponential(30.0, N)),
        event=rng.random(N) < 0.8,
        arm=rng.integers(0, 2, N),
        patient=np.arange(N),
        stratum=np.zeros(N, dtype=np.int64),
        weight=np.ones(N),
        labels=("without", "with"),
        counted_from="everybody from time zero",
    )


def run(
    rows: PersonTime, *, workers: int = 1, horizons: tuple[float, ...] = HORIZONS
) -> BootstrapArms:
    return bootstrap_arms(
        rows, n_patients=N, horizons=horizons, replicates=230, seed=9, workers=workers
    )


def numbers(found: BootstrapArms) -> dict[str, Floats]:
    return {name: getattr(found, name) for name in NAMES}


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_the_number_of_threads_changes_no_bit(workers: int) -> None:
    one, many = numbers(run(two_arms())), numbers(run(two_arms(), workers=workers))
    for name in NAMES:
        np.testing.assert_array_equal(one[name], many[name])


def test_every_resample_has_as_many_patients() -> None:
    drawn = np.array([copies_of_patients(N, seed=4, replicate=k) for k in range(200)])
    assert np.all(drawn.sum(axis=1) == N)
    # Each patient is drawn once on average; the mean of 200 has a standard error of 0.07.
    assert np.all(np.abs(drawn.mean(axis=0) - 1.0) < 5 * 0.07)
    # Variance of a multinomial count: 1 - 1/n.
    assert float(drawn.var()) == pytest.approx(1 - 1 / N, rel=0.05)


def test_other_arms_flip_the_sign() -> None:
    rows = two_arms()
    one, other = run(rows), run(replace(rows, arm=1 - rows.arm))
    np.testing.assert_allclose(one.log_hazard_ratio, -other.log_hazard_ratio, atol=ROUND_OFF)
    np.testing.assert_array_equal(one.median, other.median[:, ::-1])
    np.testing.assert_array_equal(one.rmst, other.rmst[:, :, ::-1])


def test_the_order_of_rows_changes_nothing() -> None:
    rows = two_arms()
    order = np.random.default_rng(0).permutation(N)
    names = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    moved = replace(rows, **{name: getattr(rows, name)[order] for name in names})
    one, other = numbers(run(rows)), numbers(run(moved))
    for name in NAMES:
        np.testing.assert_allclose(one[name], other[name], rtol=ROUND_OFF)


def test_splitting_a_row_changes_nothing() -> None:
    rows = two_arms()
    cut = np.flatnonzero(rows.exit > 7.0)
    early = replace(rows, exit=np.where(rows.exit > 7.0, 7.0, rows.exit))
    split = replace(
        rows,
        entry=np.concatenate([rows.entry, np.full(cut.size, 7.0)]),
        exit=np.concatenate([early.exit, rows.exit[cut]]),
        event=np.concatenate([rows.event & (rows.exit <= 7.0), rows.event[cut]]),
        arm=np.concatenate([rows.arm, rows.arm[cut]]),
        patient=np.concatenate([rows.patient, cut]),
        stratum=np.zeros(N + cut.size, dtype=np.int64),
        weight=np.ones(N + cut.size),
    )
    one, other = numbers(run(rows)), numbers(run(split))
    for name in NAMES:
        np.testing.assert_allclose(one[name], other[name], rtol=ROUND_OFF)


def test_rescaled_time_rescales_times_and_leaves_ratios() -> None:
    rows = two_arms()
    days = 30.4375
    one = run(rows)
    other = run(replace(rows, exit=rows.exit * days), horizons=tuple(h * days for h in HORIZONS))
    np.testing.assert_allclose(one.log_hazard_ratio, other.log_hazard_ratio, rtol=ROUND_OFF)
    np.testing.assert_allclose(one.survival, other.survival, rtol=ROUND_OFF)
    np.testing.assert_allclose(one.rmst * days, other.rmst, rtol=ROUND_OFF)
    np.testing.assert_allclose(one.median * days, other.median, rtol=ROUND_OFF)


def test_patients_without_rows_pair_the_alignments() -> None:
    # The same patients are drawn whatever rows there are: those of arm 1 alone give the same
    # curves in arm 1.
    rows = two_arms()
    kept = rows.arm == 1
    names = ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
    alone = replace(rows, **{name: getattr(rows, name)[kept] for name in names})
    one, other = run(rows), run(alone)
    np.testing.assert_allclose(one.median[:, 1], other.median[:, 1], rtol=ROUND_OFF)
    np.testing.assert_allclose(one.rmst[:, :, 1], other.rmst[:, :, 1], rtol=ROUND_OFF)
    assert other.n_failed == other.log_hazard_ratio.size
