"""G-estimation keeps its error rate and its coverage where the choice was measured."""

from __future__ import annotations

import numpy as np
import pytest

from late_starts import late_start
from timezero.estimate.structural_failure_time import g_estimate

STUDIES = 100
# Of 100 intervals with coverage 95 %, fewer than 88 hold the truth with probability 0.1 %.
FEWEST_COVERED = 88


@pytest.mark.parametrize("psi", [0.0, -0.5])
def test_coverage_bias_and_error_rate_at_300_patients(psi: float) -> None:
    found = [g_estimate(late_start(seed, psi=psi), horizon=36.0) for seed in range(STUDIES)]
    covered = sum(one.lower <= psi <= one.upper for one in found)
    assert covered >= FEWEST_COVERED
    estimates = np.array([one.psi for one in found])
    error = estimates.std(ddof=1) / STUDIES**0.5
    # The estimate is skewed; a mean within three of its errors and a fiftieth is unbiased here.
    assert abs(estimates.mean() - psi) < 3.0 * error + 0.02
    rejected = sum(one.p_value < 0.05 for one in found)
    assert rejected <= STUDIES - FEWEST_COVERED if psi == 0.0 else rejected > STUDIES / 2
