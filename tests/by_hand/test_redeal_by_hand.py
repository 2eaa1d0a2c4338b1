from __future__ import annotations

import numpy as np
import pytest

from timezero.estimate.redeal import Redeal, redeal
from timezero.model.cohort import Cohort

# A handful of additions and divisions of small numbers.
ROUND_OFF = 1e-12


def cohort(
    leave: list[float],
    event: list[bool],
    initiation: list[float],
    *,
    trigger: list[float] | None = None,
) -> Cohort:
    return Cohort(
        patient=tuple(str(k) for k in range(len(leave))),
        entry=np.full(len(leave), -np.inf),
        exit=np.array(leave),
        event=np.array(event),
        initiation=np.array(initiation),
        trigger=None if trigger is None else np.array(trigger),
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="by hand",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


NEVER = np.nan


def rounded(score: float) -> float:
    """Return the score as a key, without a negative zero."""
    return round(float(score), 9) + 0.0


def law(found: Redeal) -> dict[float, float]:
    """Return the probability of each score."""
    chances: dict[float, float] = {}
    for score, chance in zip(found.scores, found.probabilities, strict=True):
        key = rounded(score)
        chances[key] = chances.get(key, 0.0) + float(chance)
    return chances


def test_one_treatment_among_three_patients() -> None:
    # Deaths of A at 2, B at 3, C at 4; C was treated at 1. Each is dealt it with chance 1/3.
    # Expected at each death: 1/3 (all at risk), then 1/2, then 1, while the treated one lives.
    #   A treated: U = 1 - 1/3                = 2/3
    #   B treated: U = 1 - (1/3 + 1/2)        = 1/6
    #   C treated: U = 1 - (1/3 + 1/2 + 1)    = -5/6   (as it happened)
    # The mean is 0; nothing is further from it than 5/6, so the mid-p is half of 1/3.
    found = redeal(
        cohort([2.0, 3.0, 4.0], [True] * 3, [NEVER, NEVER, 1.0]),
        draws=1,
        seed=0,
    )
    assert found.enumerated
    assert found.n_deals == 3
    assert law(found) == pytest.approx(
        {rounded(2 / 3): 1 / 3, rounded(1 / 6): 1 / 3, rounded(-5 / 6): 1 / 3}
    )
    assert found.observed_score == pytest.approx(-5 / 6, abs=ROUND_OFF)
    assert found.p_value == pytest.approx(1 / 6, abs=ROUND_OFF)
    assert found.monte_carlo_error == 0.0
    # Naive medians: C alone 4, A and B: survival is one half from 2 to 3, so 2.5.
    assert found.observed_median_ratio == pytest.approx(4 / 2.5, abs=ROUND_OFF)
    # No death in a mixed risk set is the treated one's: the naive hazard ratio is 0.
    assert found.observed_log_hazard_ratio == -np.inf
    # A treated: the first death is the treated one's, and no mixed risk set is left: infinity.
    # B treated: deaths A (3 at risk), B (2 at risk); 1 = r/(r+2) + r/(r+1) gives r = sqrt(2).
    assert sorted(found.null_log_hazard_ratios) == pytest.approx([-np.inf, np.log(2) / 2, np.inf])
    assert found.n_failed == 2


def test_second_treatment_depends_on_the_first() -> None:
    # Treatments at 1 and 3; A leaves at 2. If A is dealt the first (1/3), the second goes to B or
    # C (1/6 each); if B or C is dealt the first (1/3 each), the second can only go to the other.
    found = redeal(
        cohort([2.0, 4.0, 5.0], [True, True, False], [NEVER, 1.0, 3.0]),
        draws=1,
        seed=0,
    )
    assert found.n_deals == 4
    assert sorted(found.probabilities) == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 3])
    assert found.share_undealt == 0.0


def test_nobody_left_for_a_treatment() -> None:
    # B is treated at 1 and leaves at 5, A is treated at 3 and leaves at 4, C leaves at 2. If A is
    # dealt the first, B gets the second; if C is, A or B; if B is, A: in each someone is left.
    # Without B's long life (leaving at 2.5) nobody is left at 3 once A is dealt the first.
    found = redeal(
        cohort([4.0, 2.5, 2.0], [True, True, True], [3.0, 1.0, NEVER]),
        draws=1,
        seed=0,
    )
    assert found.n_deals == 3
    assert found.share_undealt == pytest.approx(1 / 3 / 2)


def test_only_the_triggered_are_dealt() -> None:
    # Only B and C are triggered by 2; D is triggered later, A never.
    found = redeal(
        cohort(
            [9.0, 8.0, 7.0, 6.0],
            [True] * 4,
            [NEVER, 2.0, NEVER, NEVER],
            trigger=[NEVER, 1.0, 2.0, 3.0],
        ),
        draws=1,
        seed=0,
    )
    assert found.n_deals == 2
    assert found.n_fixed == 0


def test_those_who_never_became_candidates_are_not_scored() -> None:
    leave, event, initiation = [9.0, 8.0, 7.0], [True] * 3, [NEVER, 2.0, NEVER]
    trigger = [0.5, 1.0, 2.0]
    alone = redeal(cohort(leave, event, initiation, trigger=trigger), draws=1, seed=0)
    never = [NEVER] * 4
    beside = redeal(
        cohort(
            [1.0, 3.0, 8.0, 12.0, *leave],
            [True, True, True, False, *event],
            [*never, *initiation],
            trigger=[*never, *trigger],
        ),
        draws=1,
        seed=0,
    )
    # Deaths at 7, 8 and 9: C treated 1 - 1/3, B 1 - 1/3 - 1/2, A 1 - 1/3 - 1/2 - 1.
    expected = {rounded(2 / 3): 1 / 3, rounded(1 / 6): 1 / 3, rounded(-5 / 6): 1 / 3}
    assert law(alone) == pytest.approx(expected)
    assert law(beside) == pytest.approx(expected)
    assert beside.observed_score == pytest.approx(1 / 6)


def test_treated_before_the_trigger_stays_as_it_was() -> None:
    found = redeal(
        cohort(
            [9.0, 8.0, 7.0],
            [True] * 3,
            [1.0, 2.0, NEVER],
            trigger=[5.0, 1.0, 1.0],
        ),
        draws=1,
        seed=0,
    )
    assert found.n_fixed == 1
    assert found.n_deals == 2
    # A treated from 1 in both deals. C treated: 7: 1-2/3, 8: 0-1/2, 9: 1-1. B: -2/3, 1-1, 0.
    assert law(found) == pytest.approx({rounded(1 / 3 - 1 / 2): 1 / 2, rounded(-2 / 3): 1 / 2})


def test_treated_and_dead_on_one_day() -> None:
    # B is treated and dies at 2, as A dies at 2: A could have been treated that day as well.
    # Whoever of them is dealt it has no treated time; only C lives treated.
    found = redeal(
        cohort([2.0, 2.0, 3.0], [True] * 3, [NEVER, 2.0, NEVER]),
        draws=1,
        seed=0,
    )
    assert found.n_deals == 3
    assert found.observed_score == 0.0
    # C treated just after 2: at 3 one death, one at risk, expected 1: 0 again.
    assert law(found) == pytest.approx({rounded(0.0): 1.0})
    assert found.p_value == pytest.approx(0.5)
