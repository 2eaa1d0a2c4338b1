"""Error rates of the exact tests when a measured characteristic chose who was treated when."""

from __future__ import annotations

import numpy as np
import pytest

from matched_patients import from_time_zero, simulated
from timezero.errors import AnalysisRefused
from timezero.estimate._weighted_deals import fitted_chances
from timezero.estimate.matched_comparison import matched_differences
from timezero.estimate.matched_randomisation import matched_test, within_set_scores
from timezero.estimate.redeal import redeal
from timezero.estimate.risk_set_matching import match_in_risk_sets
from timezero.estimate.treatment_hazard import fit_treatment_hazard

pytestmark = pytest.mark.simulation

DATA_SETS, DRAWS, PATIENTS = 300, 400, 60
# Four Monte-Carlo errors of a rate: chance alone exceeds them once in 16,000, the seeds are fixed.
ALLOWED = 4.0 * float(np.sqrt(0.05 * 0.95 / DATA_SETS))


def rates() -> dict[str, float]:
    found: dict[str, list[bool]] = {"uniform": [], "weighted": []}
    for k in range(DATA_SETS):
        cohort, columns = simulated(PATIENTS, 40_000 + k)
        chances, _ = fitted_chances(cohort, columns, ("a", "b"))
        plain = redeal(cohort, draws=DRAWS, seed=k)
        weighted = redeal(cohort, draws=DRAWS, seed=k, chances=chances)
        found["uniform"].append(plain.p_value < 0.05)
        found["weighted"].append(weighted.p_value < 0.05)
    return {name: float(np.mean(rejected)) for name, rejected in found.items()}


def test_deals_in_proportion_to_the_fitted_hazard_keep_the_error_rate() -> None:
    rejected = rates()
    assert rejected["uniform"] > 0.15
    assert abs(rejected["weighted"] - 0.05) <= ALLOWED


def test_matched_test_and_intervals_keep_their_rates() -> None:
    rejected, covered, n = 0, 0, 0
    for k in range(DATA_SETS):
        cohort, columns = simulated(150, 50_000 + k)
        candidates = from_time_zero(cohort, columns)
        try:
            sets = match_in_risk_sets(
                candidates, fit_treatment_hazard(candidates), matches=1, caliper=0.2
            )
            test = matched_test(within_set_scores(sets), sets.bounds, draws=DRAWS, seed=k)
        except AnalysisRefused:
            continue
        (difference,) = matched_differences(sets, (6.0,))
        n += 1
        rejected += test.p_value < 0.05
        covered += abs(difference.rmst_difference) <= 1.96 * difference.rmst_standard_error
    assert n >= 0.99 * DATA_SETS
    # The test is of few discrete sums: it may reject less often, not more.
    assert rejected / n <= 0.05 + ALLOWED
    assert abs(covered / n - 0.95) <= ALLOWED
