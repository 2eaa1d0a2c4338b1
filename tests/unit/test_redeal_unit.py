from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

import timezero.estimate._replicates as replicates
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate._replicates import generator, in_chunks
from timezero.estimate.redeal import redeal
from timezero.model.cohort import Cohort


def cohort(n: int = 30) -> Cohort:
    rng = np.random.default_rng(8)
    leave = rng.integers(5, 60, n).astype(float)
    initiation = np.where(rng.random(n) < 0.5, np.floor(leave / 3), np.nan)
    return Cohort(
        patient=tuple(str(k) for k in range(n)),
        entry=np.full(n, -np.inf),
        exit=leave,
        event=np.ones(n, dtype=bool),
        initiation=initiation,
        trigger=None,
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="simulated",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event": np.zeros(30, dtype=bool)}, "TZ-EST-no-events"),
        ({"initiation": np.full(30, np.nan)}, "TZ-EST-nothing-to-deal"),
        ({"trigger": np.full(30, np.nan)}, "TZ-EST-nothing-to-deal"),
    ],
)
def test_refuses_what_has_no_answer(change: dict[str, object], code: str) -> None:
    with pytest.raises(AnalysisRefused) as refusal:
        redeal(replace(cohort(), **change), draws=10, seed=1)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert refusal.value.mend


def test_refuses_no_draws_and_a_negative_seed() -> None:
    with pytest.raises(AnalysisRefused):
        redeal(cohort(), draws=0, seed=1)
    with pytest.raises(InputRefused):
        redeal(cohort(), draws=5, seed=-1)


def test_treated_when_observation_began_is_never_dealt_again() -> None:
    c = cohort()
    treated = int(np.flatnonzero(c.initiated)[0])
    entry = c.entry.copy()
    entry[treated] = c.initiation[treated]
    found = redeal(replace(c, entry=entry), draws=50, seed=1)
    assert found.n_fixed == 1


def test_an_exit_at_time_zero_is_counted_where_the_rule_says() -> None:
    c = cohort()
    leave = c.exit.copy()
    nobody = int(np.flatnonzero(~c.initiated)[0])
    leave[nobody] = 0.0
    treated_at_zero = np.where(c.initiated, 0.0, np.nan)
    moved = replace(c, exit=leave, initiation=treated_at_zero, zero_exit=0.5)
    # Moved to 0.5 it dies among the treated, who start just after 0; at 0 nobody is treated yet.
    difference = (
        redeal(replace(moved, zero_exit=np.nan), draws=5, seed=1).observed_score
        - redeal(moved, draws=5, seed=1).observed_score
    )
    assert difference == pytest.approx(c.n_initiated / c.n)


def test_progress_ends_with_everything_done() -> None:
    for workers in (1, 2):
        told: list[tuple[int, int]] = []
        redeal(
            cohort(),
            draws=600,
            seed=1,
            workers=workers,
            progress=lambda done, total, told=told: told.append((done, total)),
        )
        assert told[-1] == (600, 600)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert len(told) > 1


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_leaves_no_thread_behind(workers: int) -> None:
    begun: list[int] = []
    before = threading.active_count()

    def work(first: int, past: int) -> None:
        begun.extend(range(first, past))
        time.sleep(0.001)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_chunks(work, 5_000, chunk=1, workers=workers, progress=interrupt)
    assert len(begun) < 5_000
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 3])
def test_chunks_cover_every_replicate_once(workers: int) -> None:
    seen = np.zeros(103, dtype=np.int64)

    def count(first: int, past: int) -> None:
        seen[first:past] += 1

    in_chunks(count, 103, chunk=10, workers=workers, progress=None)
    assert np.all(seen == 1)


def test_a_failing_chunk_is_not_hidden() -> None:
    def fail(first: int, past: int) -> None:
        raise ArithmeticError

    for workers in (1, 2):
        with pytest.raises(ArithmeticError):
            in_chunks(fail, 10, chunk=1, workers=workers, progress=None)


def test_streams_and_replicates_do_not_overlap() -> None:
    streams = (replicates.REDEAL_STREAM, replicates.BOOTSTRAP_STREAM, replicates.BAND_STREAM)
    drawn = [generator(1, s, k).random(1_000) for s in streams for k in range(4)]
    together = np.concatenate(drawn)
    assert np.unique(together).size == together.size
    np.testing.assert_array_equal(drawn[1], generator(1, streams[0], 1).random(1_000))
