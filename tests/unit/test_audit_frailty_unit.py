"""Frailty laws against their closed forms, and what the settings of selection mean."""

from __future__ import annotations

import math

import numpy as np
import pytest

from timezero.audit import frailty
from timezero.audit.frailty import (
    GRID,
    LAWS,
    RATIO_ANYWAY,
    FrailtyLaw,
    atoms_of,
    benchmarks,
    binary_variance,
    frailty_tables,
    law_of_setting,
    longer_anyway,
    population_hazard,
    selection_settings,
)

VARIANCES = (0.125, 1 / 3, 0.5, 1.0, 1.5)


def gamma(variance: float) -> FrailtyLaw:
    return FrailtyLaw(law="gamma", variance=variance)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("variance", VARIANCES)
def test_atoms_have_the_moments(law, variance: float) -> None:
    atoms = atoms_of(FrailtyLaw(law=law, variance=variance))
    assert atoms.mean() == pytest.approx(1.0, rel=1e-12)
    assert np.all(np.diff(atoms) > 0)
    # 400 equally likely values cut the outer tail: at most an eighth of the variance.
    assert 0.87 * variance < atoms.var() < variance


def test_without_variance_everybody_is_the_same() -> None:
    assert np.all(atoms_of(gamma(0.0)) == 1.0)
    assert population_hazard(np.ones(5), GRID) == pytest.approx(GRID, rel=1e-12)


@pytest.mark.parametrize("variance", VARIANCES)
def test_gamma_law_has_its_laplace_transform(variance: float) -> None:
    own = np.array([0.01, 0.1, 0.5, 1.0, 3.0])
    ours = population_hazard(atoms_of(gamma(variance)), own)
    assert ours == pytest.approx(np.log1p(variance * own) / variance, rel=0.005)


def test_hazards_of_the_tables_rise() -> None:
    laws = tuple(FrailtyLaw(law=law, variance=v) for law in LAWS for v in VARIANCES)
    tables = frailty_tables(laws)
    assert tables.atoms.shape[0] == len(laws) + 1
    assert np.all(np.diff(tables.hazards, axis=2) > 0)
    assert np.all(tables.hazards[:, :, 0] == 0)
    # Level 0 is nobody frail.
    assert np.array_equal(tables.hazards[0, 0], tables.hazards[0, 1])


@pytest.mark.parametrize(("n_atoms", "within"), [(400, 0.02), (20_000, 0.003)])
@pytest.mark.parametrize(
    ("variance", "selection"),
    [(0.1, 1.0), (0.1, 2.0), (0.25, 0.5), (0.25, 1.0), (1 / 3, 1.0), (0.5, 1.0)],
)
def test_chosen_by_a_gamma_law_die_at_a_lower_rate(
    variance: float, selection: float, n_atoms: int, within: float, monkeypatch
) -> None:
    # 400 equally likely values cut off the smallest frailties; with more the error goes away.
    monkeypatch.setattr(frailty, "N_ATOMS", n_atoms)
    # Gamma of shape 1/v weighted by z^-s is gamma of shape 1/v - s: mean 1 - v s.
    ratio, longer = longer_anyway(gamma(variance), selection, waited=1e-3)
    assert ratio == pytest.approx(1.0 - variance * selection, abs=within)
    # The median of what is left of life, at a constant own rate: a gamma mixture of exponentials
    # has survival (1 + v t)^-shape, shape 1/v - s for the chosen and 1/v for all.
    shapes = (1 / variance - selection, 1 / variance)
    medians = [(2.0 ** (1.0 / shape) - 1.0) / variance for shape in shapes]
    assert longer == pytest.approx(medians[0] / medians[1], rel=3 * within)
    # Survivors are gamma again, and the ratio stays.
    later, _ = longer_anyway(gamma(variance), selection, waited=1.0)
    assert later == pytest.approx(1.0 - variance * selection, abs=within)


def test_nobody_chosen_means_nobody_better() -> None:
    assert longer_anyway(gamma(0.5), 0.0, waited=0.3) == pytest.approx((1.0, 1.0), rel=1e-9)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("setting", RATIO_ANYWAY)
def test_settings_have_their_ratio(setting, law) -> None:
    chosen = 0.0 if setting == "none" else 1.0
    ratio, _ = longer_anyway(law_of_setting(setting, law), chosen, waited=1e-4)
    assert ratio == pytest.approx(RATIO_ANYWAY[setting], abs=0.015)


def test_settings_in_words() -> None:
    none, moderate, strong = selection_settings()
    assert (none.hazard_ratio_anyway, none.longer_anyway) == pytest.approx((1.0, 1.0))
    assert moderate.longer_anyway < strong.longer_anyway
    assert f"about {moderate.longer_anyway:.1f} times as long" in moderate.words
    assert "half the rate" in strong.words


def test_a_factor_that_some_have() -> None:
    # Half have three times the rate: relative hazards 1/2 and 3/2, variance 1/4.
    assert binary_variance(3.0, 0.5) == pytest.approx(0.25, rel=1e-12)
    assert binary_variance(1.0, 0.3) == 0.0
    for found in benchmarks():
        assert found.frailty_variance == binary_variance(found.hazard_ratio, found.prevalence)
        assert math.isfinite(found.frailty_variance)
