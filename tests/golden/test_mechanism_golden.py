"""The closed form gives the published table, and the person-time of the Stanford programme."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.audit.mechanism import (
    bias_factor,
    hazard_ratio_behind_medians,
    hazard_ratio_behind_rates,
    mean_ratio,
    median_ratio,
    person_time_ratios,
    rate_ratio,
)

# Share treated late; ratio of rates, of means and of medians without any effect. Rounded.
TABLE = [
    (0.01, 0.4975, 2.010, 2.434),
    (0.07, 0.4819, 2.075, 2.512),
    (0.10, 0.4737, 2.111, 2.554),
    (0.20, 0.4444, 2.250, 2.717),
    (37 / 140, 0.4239, 2.359, 2.842),
    (0.50, 0.3333, 3.000, 3.543),
    (69 / 103, 0.2482, 4.029, 4.607),
]
# Half of the last digit, and what binary fractions add.
ROUNDED = 0.5 + 1e-9


@pytest.mark.parametrize(("share", "rates", "means", "medians"), TABLE)
def test_ratios_without_effect(share: float, rates: float, means: float, medians: float) -> None:
    assert rate_ratio(share) == pytest.approx(rates, abs=ROUNDED * 1e-4)
    assert mean_ratio(share) == pytest.approx(means, abs=ROUNDED * 1e-3)
    assert median_ratio(share) == pytest.approx(medians, abs=ROUNDED * 1e-3)


def test_arrays_are_done_at_once() -> None:
    shares = np.array([row[0] for row in TABLE])
    for function, column in ((rate_ratio, 1), (mean_ratio, 2), (median_ratio, 3)):
        one_by_one = [function(float(share)) for share in shares]
        np.testing.assert_allclose(function(shares), one_by_one, rtol=1e-14)
        assert np.round(function(shares), 4 if column == 1 else 3) == pytest.approx(
            [row[column] for row in TABLE], abs=1e-12
        )


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("hazard_ratio", [0.2, 1.0, 1.0 / 0.7, 4.0])
def test_inverses_undo(share: float, hazard_ratio: float) -> None:
    rates = rate_ratio(share, hazard_ratio=hazard_ratio)
    medians = median_ratio(share, hazard_ratio=hazard_ratio)
    assert hazard_ratio_behind_rates(rates, share) == pytest.approx(hazard_ratio, rel=1e-12)
    assert hazard_ratio_behind_medians(medians, share) == pytest.approx(hazard_ratio, rel=1e-9)


def test_median_with_equal_rates_is_that_of_a_gamma_law() -> None:
    # theta (1 - pi) = 1: (1 + t) exp(-t) = 1/2 at t = 1.678346990016661.
    assert median_ratio(0.3, hazard_ratio=1.0 / 0.7) == pytest.approx(
        1.6783469900166612 / 0.6931471805599453, rel=1e-12
    )


def test_person_time_of_the_stanford_programme() -> None:
    as_printed, corrected, factor = person_time_ratios((45, 30), (28598.0, 3253.5), 2600.1)
    assert as_printed == pytest.approx(0.17065005, abs=5e-9)
    assert corrected == pytest.approx(0.33773497, abs=5e-9)
    assert factor == pytest.approx(0.50527798, abs=5e-9)


def test_person_time_of_the_other_stanford_table() -> None:
    _, corrected, _ = person_time_ratios((45, 30), (28667.0, 3287.0), 2668.5)
    assert corrected == pytest.approx(0.3436064, abs=5e-8)


def test_bias_factor_by_hand() -> None:
    assert bias_factor(2.0, 0.2, 0.6) == pytest.approx(1.2 / 1.6, rel=1e-15)
    assert bias_factor(2.0, 0.5, 0.5) == 1.0
