"""Random numbers by counter: each replicate its own stream, wherever and whenever it is drawn."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from timezero.kernels._jit import kernel

STEP = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
S30, S27, S31, S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
UNIT = 1.0 / 4503599627370496.0


@kernel
def scramble(word: np.uint64) -> np.uint64:
    """Mix the bits of a word: the finisher of SplitMix64, whose arithmetic wraps on purpose."""
    word = (word ^ (word >> S30)) * MIX_1
    word = (word ^ (word >> S27)) * MIX_2
    return word ^ (word >> S31)


@kernel
def start_stream(state: NDArray[np.uint64], seed: int, purpose: int, replicate: int) -> None:
    """Put the state of a stream at its beginning.

    Parameters
    ----------
    state : (1,) uint64
        Changed in place, here and by every draw.
    seed, purpose, replicate : int
        Two streams that differ in any of them do not share numbers in practice.
    """
    word = scramble(np.uint64(seed) + STEP)
    word = scramble(word ^ (np.uint64(purpose) * MIX_1 + STEP))
    state[0] = scramble(word ^ (np.uint64(replicate) * MIX_2 + STEP))


@kernel
def uniform(state: NDArray[np.uint64]) -> float:
    """Draw from the open interval (0, 1): with 52 bits no draw is rounded to an end."""
    state[0] += STEP
    return (np.float64(scramble(state[0]) >> S12) + 0.5) * UNIT


@kernel
def exponential(state: NDArray[np.uint64]) -> float:
    """Draw from the exponential law with mean 1."""
    return -math.log(uniform(state))
