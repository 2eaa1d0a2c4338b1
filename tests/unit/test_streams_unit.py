"""Random numbers by counter: even, independent, and the same wherever they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from late_patients import CONSTANT_RATE, NOBODY_FRAIL, a_world, patients_of, summaries_of
from timezero.arrays import Floats
from timezero.audit.prior import Worlds
from timezero.audit.simulate import Design, Stream, simulate
from timezero.kernels._jit import kernel
from timezero.kernels.streams import exponential, start_stream, uniform

N = 200_000
CELLS = 20
RARE = 1e-4


@kernel
def fill(out: Floats, seed: int, purpose: int, first: int, each: int) -> None:
    """Fill ``each`` numbers of every replicate, one replicate after another."""
    state = np.zeros(1, dtype=np.uint64)
    for k in range(out.size):
        if k % each == 0:
            start_stream(state, seed, purpose, first + k // each)
        out[k] = uniform(state)


@kernel
def fill_exponential(out: Floats, seed: int) -> None:
    """Fill numbers of one replicate."""
    state = np.zeros(1, dtype=np.uint64)
    start_stream(state, seed, 0, 0)
    for k in range(out.size):
        out[k] = exponential(state)


def numbers(
    n: int = N, *, seed: int = 1, purpose: int = 0, first: int = 0, each: int = N
) -> Floats:
    out = np.empty(n)
    fill(out, seed, purpose, first, each)
    return out


def p_of_cells(counts: Floats) -> float:
    expected = counts.sum() / counts.size
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), counts.size - 1))


@pytest.mark.parametrize("seed", [0, 1, 20131025])
def test_one_stream_is_even(seed: int) -> None:
    drawn = numbers(seed=seed)
    assert p_of_cells(np.histogram(drawn, 1000, (0, 1))[0].astype(float)) > RARE
    assert drawn.min() > 0
    assert drawn.max() < 1


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        ("neighbours in a stream", numbers()[::2], numbers()[1::2]),
        ("first numbers of neighbouring replicates", numbers(each=1)[::2], numbers(each=1)[1::2]),
        ("neighbouring seeds", numbers(seed=1), numbers(seed=2)),
        ("neighbouring purposes", numbers(purpose=16), numbers(purpose=17)),
        ("seed and purpose swapped", numbers(seed=3, purpose=5), numbers(seed=5, purpose=3)),
        ("purpose and replicate swapped", numbers(purpose=2, first=7), numbers(purpose=7, first=2)),
    ],
)
def test_two_streams_are_independent(what: str, first: Floats, second: Floats) -> None:
    table, _, _ = np.histogram2d(first, second, CELLS, [[0, 1], [0, 1]])
    assert p_of_cells(table.ravel()) > RARE, what


def test_first_numbers_of_replicates_are_even() -> None:
    for each in (1, 2, 7):
        first = numbers(each=each)[::each]
        assert p_of_cells(np.histogram(first, 100, (0, 1))[0].astype(float)) > RARE


def test_exponential_law() -> None:
    out = np.empty(N)
    fill_exponential(out, 4)
    assert kstest(out, "expon").pvalue > RARE


def test_the_ends_are_never_drawn() -> None:
    # The largest and the smallest word that can come out, by the same arithmetic.
    for word, limit in ((2**64 - 1, 1.0), (0, 0.0)):
        value = (np.float64(np.uint64(word) >> np.uint64(12)) + 0.5) / 2.0**52
        assert value != limit


def test_a_replicate_is_the_same_wherever_it_is_drawn() -> None:
    whole = numbers(600, each=3)
    assert np.array_equal(whole[300:], numbers(300, first=100, each=3))


def test_a_study_does_not_depend_on_its_chunk_or_its_neighbours() -> None:
    world, design = a_world(n=12), Design()
    many = summaries_of(world, 1300, design)["log_rank_z"]
    few = summaries_of(world, 700, design)["log_rank_z"]
    assert np.array_equal(many[:700], few)
    for workers in (1, 3):
        again = summaries_of(world, 1300, design, workers=workers)["log_rank_z"]
        assert np.array_equal(many, again)
    other = summaries_of(world, 1300, design, seed=2)["log_rank_z"]
    assert np.mean(many == other) < 0.01


def test_drawn_patients_are_those_that_were_compared() -> None:
    world = a_world(n=9)
    patients = patients_of(world, 9, n_studies=5, seed=1).reshape(5, 9, 4)
    rows = np.repeat(world[None, :], 5, axis=0)
    summaries = simulate(
        Worlds(rows=rows, knots=CONSTANT_RATE),
        Design(),
        NOBODY_FRAIL,
        stream=Stream(seed=1, purpose=7),
    )
    late = (patients[:, :, 2] < patients[:, :, 0]).sum(axis=1)
    assert summaries[:, 1].tolist() == late.tolist()


def test_every_seed_of_64_bits_is_taken() -> None:
    largest = Stream(seed=2**64 - 1, purpose=1).numbers(0)
    assert largest.tolist() == [-1, 1, 0]
    assert Stream(seed=5, purpose=2).numbers(9).tolist() == [5, 2, 9]
