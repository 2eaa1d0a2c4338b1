"""Two curves of four patients each, compared with the working shown."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from timezero.estimate.curve_contrasts import (
    median_difference,
    rmst_difference,
    survival_difference,
)
from timezero.estimate.product_limit import survival_curve
from timezero.model.person_time import PersonTime

Rows = Callable[..., PersonTime]
ROUNDING = 1e-15
Z = 1.959963984540054


def test_eight_patients(make_rows: Rows) -> None:
    # Reference: deaths at 1, 2, 3, censored at 8. Intervention: deaths at 2, 6, censored 7, 8.
    rows = make_rows([1, 2, 3, 8, 2, 6, 7, 8], [1, 1, 1, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    reference, intervention = survival_curve(rows, 0), survival_curve(rows, 1)
    # Survival at 4: 1/4 and 3/4. Nobody is censored before: variances S (1 - S) / 4 = 3/64 each.
    survival = survival_difference(reference, intervention, horizon=4.0)
    assert survival.value == 0.5
    assert survival.standard_error == pytest.approx(math.sqrt(6 / 64), rel=2 * ROUNDING)
    assert survival.upper - survival.lower == pytest.approx(
        2 * Z * math.sqrt(6 / 64), rel=4 * ROUNDING
    )
    assert survival.statistic == pytest.approx(0.25 / (6 / 64), rel=4 * ROUNDING)
    assert survival.p_value == pytest.approx(math.erfc(math.sqrt(survival.statistic / 2)))
    assert (survival.measure, survival.at) == ("survival_difference", 4.0)
    # Time lived until 4. Reference: 1, 2, 3, 4 on average 5/2, variance of the four values
    # (9 + 1 + 1 + 9)/4 / 4 = 5/4, over four patients: 5/16.
    # Intervention: 2, 4, 4, 4: mean 7/2, variance 3/4, over four: 3/16.
    lived = rmst_difference(reference, intervention, horizon=4.0)
    assert lived.value == 1.0
    assert lived.standard_error == pytest.approx(math.sqrt(8 / 16), rel=2 * ROUNDING)
    assert lived.lower == pytest.approx(1 - Z * math.sqrt(0.5), rel=4 * ROUNDING)
    assert dict(lived.details) == {"reference": 2.5, "intervention": 3.5}
    # Medians: 1/2 from 2 to 3, so 5/2; 1/2 from 6 to the last exit 8, so 7.
    medians = median_difference(reference, intervention)
    assert medians.value == 4.5
    assert math.isnan(medians.standard_error)
