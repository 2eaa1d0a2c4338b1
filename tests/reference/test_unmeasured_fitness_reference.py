"""The formula against a simulated population in which treatment does nothing."""

import numpy as np
import pytest

from timezero.align._rows import split_at
from timezero.estimate.cox import fit_cox
from timezero.estimate.unmeasured_fitness import bias_of_unmeasured_fitness, crossings
from timezero.model.person_time import PersonTime


def population(hazard: float, treatment: float, *, n: int = 20_000) -> PersonTime:
    random = np.random.default_rng(20_240_101)
    fit = random.random(n) < 0.5
    death = random.exponential(1.0 / (0.03 * np.where(fit, hazard, 1.0)))
    wait = random.exponential(1.0 / (0.02 * np.where(fit, treatment, 1.0)))
    seen = np.minimum(death, random.uniform(20.0, 100.0, n))
    return split_at(
        entry=np.full(n, -np.inf),
        exit=seen,
        event=death <= seen,
        when=np.where(wait < seen, wait, np.nan),
        patient=np.arange(n),
        words=(("untreated", "treated"), "time zero"),
    )


@pytest.mark.parametrize(("hazard", "treatment"), [(0.4, 3.0), (0.5, 0.5), (0.7, 2.0)])
def test_bias_is_what_the_do_nothing_population_shows(hazard: float, treatment: float) -> None:
    rows = population(hazard, treatment)
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(float), cluster=False)
    said = bias_of_unmeasured_fitness(
        rows, hazard=np.array([hazard]), treatment=np.array([treatment])
    )[0]
    # Three standard errors of the simulated estimate.
    assert said == pytest.approx(fit.coefficients[0], abs=3 * fit.covariance[0, 0] ** 0.5)


def test_without_strength_or_selection_at_the_start_there_is_no_bias() -> None:
    rows = population(0.5, 2.0, n=300)
    none = bias_of_unmeasured_fitness(
        rows, hazard=np.array([1.0, 1.0]), treatment=np.array([3.0, 0.3])
    )
    assert none == pytest.approx([0.0, 0.0], abs=1e-12)


def test_choosing_the_fitter_and_the_sicker_move_it_apart() -> None:
    rows = population(0.5, 2.0, n=300)
    fitter, sicker = bias_of_unmeasured_fitness(
        rows, hazard=np.array([0.5, 0.5]), treatment=np.array([3.0, 1 / 3])
    )
    assert fitter < 0.0 < sicker


def test_time_may_be_in_any_unit_and_rows_in_any_order() -> None:
    from dataclasses import replace

    from timezero.model.person_time import chosen_rows

    rows = population(0.5, 2.0, n=300)
    asked = {"hazard": np.array([0.5]), "treatment": np.array([2.0])}
    order = np.random.default_rng(1).permutation(rows.n_rows)
    other = chosen_rows(replace(rows, entry=rows.entry * 8.0, exit=rows.exit * 8.0), order)
    assert bias_of_unmeasured_fitness(other, **asked) == pytest.approx(
        bias_of_unmeasured_fitness(rows, **asked), abs=1e-12
    )


def test_two_moments_by_hand() -> None:
    # Four untreated; one is treated at 1; a death at 2 with three untreated and one treated.
    # Of the fit (half, half the death rate, three times as fast treated) a quarter is treated:
    # shares treated 1/4 at mean rate 2: (.5, 1.5) x .125 = (.0625, .1875); left .4375, .3125.
    # Mean relative hazard treated: (.0625 + .5 x .1875)/.25 = .625; untreated:
    # (.4375 + .5 x .3125)/.75 = .79167; log ratio = log(.625/.79167) = -.23639.
    rows = split_at(
        entry=np.full(4, -np.inf),
        exit=np.array([2.0, 3.0, 3.0, 3.0]),
        event=np.array([True, False, False, False]),
        when=np.array([np.nan, 1.0, np.nan, np.nan]),
        patient=np.arange(4),
        words=(("untreated", "treated"), "time zero"),
    )
    assert crossings(rows).size == 1
    said = bias_of_unmeasured_fitness(rows, hazard=np.array([0.5]), treatment=np.array([3.0]))
    assert said == pytest.approx([np.log(0.625 / (0.59375 / 0.75))], abs=1e-12)
