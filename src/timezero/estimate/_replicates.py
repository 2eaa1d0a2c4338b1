"""Many replicates of one piece of work: seeded one by one, shared between threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final, TypeAlias

import numpy as np

from timezero.errors import InputRefused

Progress: TypeAlias = Callable[[int, int], None]

REDEAL_STREAM: Final = 1
BOOTSTRAP_STREAM: Final = 2
BAND_STREAM: Final = 3
MATCHED_STREAM: Final = 12
G_FORMULA_STREAM: Final = 13
BAYESIAN_STREAM: Final = 17
LARGEST_SEED: Final = 2**64 - 1


def generator(seed: int, stream: int, replicate: int) -> np.random.Generator:
    """Return the random numbers of one replicate, whoever asks for it and when.

    Parameters
    ----------
    seed : int
        In [0, 2**64).
    stream : int
        What the numbers are for, so that two kinds of work never share them.
    replicate : int
        Index of the replicate, >= 0.

    Raises
    ------
    InputRefused
        The seed is out of range.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise InputRefused(
            what="the seed of the random draws is out of range",
            where="analysis.seed",
            mend=f"choose a whole number from 0 to {LARGEST_SEED}",
            code="TZ-EST-seed",
        )
    key = np.array([seed, stream], dtype=np.uint64)
    counter = np.array([0, 0, 0, replicate], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


def in_chunks(
    work: Callable[[int, int], None],
    total: int,
    *,
    chunk: int,
    workers: int,
    progress: Progress | None,
) -> None:
    """Do ``work(first, past)`` for every chunk of the replicates, in threads.

    Each chunk writes its own part of the answer, so the number of workers changes nothing but
    the time it takes. An interruption drops the chunks not begun and waits for the others.
    """
    bounds = [(first, min(first + chunk, total)) for first in range(0, total, chunk)]
    done = 0
    if workers == 1:
        for first, past in bounds:
            work(first, past)
            if progress is not None:
                progress(past, total)
        return
    with ThreadPoolExecutor(max_workers=workers) as pool:
        size_of = {pool.submit(work, first, past): past - first for first, past in bounds}
        try:
            for finished in as_completed(size_of):
                finished.result()
                done += size_of[finished]
                if progress is not None:
                    progress(done, total)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
