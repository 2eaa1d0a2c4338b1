"""Long sums against exact fractions: rounding is carried, not lost."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import numpy as np

from timezero.kernels.risk_table import running_sums

TERMS = 20_000
# One rounding at the end of each sum, and none that adds up.
LAST_PLACE = float(np.finfo(np.float64).eps)


def test_every_running_sum_is_right_to_the_last_place() -> None:
    # Greenwood's terms of a long curve: tiny, and then ever larger.
    at_risk = np.arange(TERMS + 1.0, 1.0, -1.0)
    terms = 1.0 / (at_risk * (at_risk - 1.0))
    exact = np.array([float(total) for total in accumulate(map(Fraction, terms.tolist()))])
    assert np.max(np.abs(running_sums(terms) - exact) / exact) <= LAST_PLACE


def test_what_a_large_term_hides_comes_back() -> None:
    terms = np.array([1.0, 1e16, 1.0, -1e16])
    assert running_sums(terms).tolist() == [1.0, 1e16, 1e16 + 2.0, 2.0]
