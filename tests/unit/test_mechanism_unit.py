"""The closed form agrees with simulated patients, and refuses what it cannot do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from timezero.audit.evidence import evidence_of
from timezero.audit.mechanism import (
    closed_form,
    frailty_bias_factor,
    hazard_ratio_behind_medians,
    hazard_ratio_behind_rates,
    mean_ratio,
    median_ratio,
    person_time_ratios,
    rate_ratio,
    restarted_rate_ratio,
)
from timezero.errors import InputRefused
from timezero.model.claim import Claim

BATCHES, PATIENTS = 40, 20_000
# Two-sided 1 in 16,000 for a normal mean: no false alarm in the few comparisons here.
STANDARD_ERRORS = 4.0


def agrees(batches: np.ndarray, expected: float) -> bool:
    """Say whether a Monte-Carlo mean lies within its own error of what is expected."""
    error = batches.std(ddof=1) / math.sqrt(batches.size)
    assert error < 0.01 * expected
    return abs(batches.mean() - expected) < STANDARD_ERRORS * error


def patients(
    share: float, hazard_ratio: float, censoring: float, seed: int
) -> tuple[np.ndarray, ...]:
    """Draw exits, deaths, ever treated and waits; death rate 1, treated share with no censoring."""
    rng = np.random.default_rng(seed)
    size = (BATCHES, PATIENTS)
    wait = rng.exponential((1.0 - share) / share, size)
    untreated = rng.exponential(1.0, size)
    treated = wait + rng.exponential(1.0 / hazard_ratio, size)
    death = np.where(untreated < wait, untreated, treated)
    end = rng.exponential(1.0 / censoring, size) if censoring else np.full(size, np.inf)
    exits = np.minimum(death, end)
    return exits, death <= end, wait < exits, wait


def rates(exits: np.ndarray, died: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the death rate of some patients, by batch."""
    return (died & rows).sum(axis=1) / np.where(rows, exits, 0.0).sum(axis=1)


@pytest.mark.parametrize(
    ("share", "hazard_ratio", "censoring"),
    [(0.285, 1.0, 0.0), (0.666, 1.0, 0.0), (0.3, 0.5, 0.0), (0.4, 1.6, 0.0), (0.3, 1.0, 0.35)],
)
def test_ratio_of_rates_is_that_of_simulated_patients(
    share: float, hazard_ratio: float, censoring: float
) -> None:
    exits, died, late, _ = patients(share, hazard_ratio, censoring, seed=1)
    naive = rates(exits, died, late) / rates(exits, died, ~late)
    # With censoring the share treated is smaller, and the formula takes the one that is seen.
    seen = late.mean() if censoring else share
    assert agrees(naive, rate_ratio(float(seen), hazard_ratio=hazard_ratio))


@pytest.mark.parametrize(("share", "hazard_ratio"), [(0.285, 1.0), (0.666, 1.0), (0.4, 0.5)])
def test_means_and_medians_are_those_of_simulated_patients(
    share: float, hazard_ratio: float
) -> None:
    exits, _, late, _ = patients(share, hazard_ratio, 0.0, seed=2)
    means = [e[g].mean() / e[~g].mean() for e, g in zip(exits, late, strict=True)]
    medians = [np.median(e[g]) / np.median(e[~g]) for e, g in zip(exits, late, strict=True)]
    assert agrees(np.array(means), mean_ratio(share, hazard_ratio=hazard_ratio))
    assert agrees(np.array(medians), median_ratio(share, hazard_ratio=hazard_ratio))


def test_waiting_thrown_away_is_that_of_simulated_patients() -> None:
    exits, died, late, wait = patients(0.4, 0.7, 0.0, seed=3)
    after = np.where(late, exits - wait, exits)
    naive = rates(after, died, late) / rates(exits, died, ~late)
    assert agrees(naive, restarted_rate_ratio(0.4, hazard_ratio=0.7))


def test_moving_the_waiting_recovers_the_effect_under_constant_rates() -> None:
    exits, died, late, wait = patients(0.4, 0.7, 0.2, seed=4)
    found = []
    for e, d, g, w in zip(exits, died, late, wait, strict=True):
        deaths = int(d[g].sum()), int(d[~g].sum())
        found.append(person_time_ratios(deaths, (e[g].sum(), e[~g].sum()), w[g].sum())[1])
    assert agrees(np.array(found), 0.7)


@pytest.mark.parametrize(("variance", "selection"), [(0.5, 1.0), (1.0, 0.5), (2.0, 1.5)])
def test_frailty_is_that_of_simulated_patients(variance: float, selection: float) -> None:
    rng = np.random.default_rng(5)
    z = rng.gamma(1.0 / variance, variance, (BATCHES, PATIENTS))
    alive = rng.exponential(1.0, z.shape) > 0.6 * z
    with np.errstate(divide="ignore", over="ignore"):
        treated = rng.exponential(1.0, z.shape) < 0.8 * z**-selection
    means = [
        frail[a & t].mean() / frail[a & ~t].mean()
        for frail, a, t in zip(z, alive, treated, strict=True)
    ]
    assert agrees(np.array(means), frailty_bias_factor(variance, selection, 0.6, 0.8))


def test_without_frailty_or_selection_nobody_is_chosen() -> None:
    assert frailty_bias_factor(0.0, 1.0, 0.5, 0.5) == 1.0
    assert frailty_bias_factor(1.0, 0.0, 0.5, 0.5) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("naive", [1.0, 1.3, 0.0, -0.2, math.nan])
def test_impossible_ratio_of_rates_is_refused(naive: float) -> None:
    with pytest.raises(InputRefused, match="no true hazard ratio"):
        hazard_ratio_behind_rates(naive, 0.3)


def test_one_impossible_ratio_of_many_is_refused() -> None:
    with pytest.raises(InputRefused, match="TZ-AUDIT-closed-form"):
        hazard_ratio_behind_rates(np.array([0.4, 1.1]), np.array([0.3, 0.3]))


@pytest.mark.parametrize("naive", [1.0, 0.8, math.inf, math.nan])
def test_impossible_ratio_of_medians_is_refused(naive: float) -> None:
    with pytest.raises(InputRefused, match="no true hazard ratio"):
        hazard_ratio_behind_medians(naive, 0.3)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.2, math.nan])
def test_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(InputRefused, match="above 0 and below 1"):
        rate_ratio(share)


@pytest.mark.parametrize("hazard_ratio", [0.0, -1.0, math.inf, math.nan])
def test_impossible_hazard_ratio_is_refused(hazard_ratio: float) -> None:
    with pytest.raises(InputRefused, match="not above 0 and finite"):
        median_ratio(0.3, hazard_ratio=hazard_ratio)


def test_impossible_person_time_is_refused() -> None:
    for deaths, times, waiting in (((0, 3), (9.0, 9.0), 1.0), ((3, 3), (9.0, 9.0), 9.0)):
        with pytest.raises(InputRefused, match="two death rates"):
            person_time_ratios(deaths, times, waiting)


def claimed(comparison: str = "ever_treated", **numbers: Any) -> Any:
    """Return the closed form of a claim with these numbers."""
    claim = {"question": {"comparison": comparison}, "numbers": numbers}
    return closed_form(evidence_of(Claim.model_validate(claim)))


def test_claim_of_repeated_surgery() -> None:
    found = claimed(n="29", n_late="8", median_late="80", median_never="27.2")
    assert found.share_late == pytest.approx(8 / 29, rel=1e-9)
    assert found.rate_ratio == pytest.approx(21 / 50, rel=1e-9)
    assert found.median_ratio == pytest.approx(median_ratio(8 / 29), rel=1e-9)
    assert found.inverse_from == "a ratio of medians, as printed, of 2.94"
    again = median_ratio(8 / 29, hazard_ratio=found.corrected_rate_ratio)
    assert again == pytest.approx(80 / 27.2, rel=1e-4)


def test_claim_of_the_stanford_programme_from_its_hazard_ratio() -> None:
    found = claimed(n="103", n_late="69", hazard_ratio="0.266")
    assert found.rate_ratio == pytest.approx(0.2482, abs=5e-5)
    assert found.corrected_rate_ratio == pytest.approx(0.266 / 0.734 * 103 / 34, rel=1e-3)
    assert "hazard ratio" in found.inverse_from


def test_claim_with_own_clocks_or_means() -> None:
    found = claimed("own_clocks", n="100", n_late="20", median_late="50", median_never="20")
    assert (found.rate_ratio, found.median_ratio) == pytest.approx((0.8, 1.25), rel=1e-9)
    assert found.corrected_rate_ratio == pytest.approx(0.4 / 0.8, rel=1e-3)
    found = claimed(n="100", n_late="20", mean_late="50.0", mean_never="20.0")
    assert found.corrected_rate_ratio == pytest.approx(0.4 / (0.8 * 0.6), rel=1e-4)
    assert "means" in found.inverse_from
    found = claimed(n="100", n_late="20", times_as_long="2.72")
    assert found.corrected_rate_ratio == pytest.approx(1.0, abs=0.02)


def test_claim_that_the_closed_form_cannot_give() -> None:
    found = claimed(n="100", n_late="20", hazard_ratio="1.2")
    assert math.isnan(found.corrected_rate_ratio)
    assert found.inverse_from.startswith("none: under constant rates no true hazard ratio gives")
    assert math.isnan(claimed(n="100", n_late="20").corrected_rate_ratio)
    assert claimed(n="100") is None
    assert claimed("landmark", n="100", n_late="20") is None
    assert claimed("randomised", n="100", n_late="20") is None
