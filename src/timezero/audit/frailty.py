"""How patients differ in ways that nobody measured, and what the three settings of it mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats
from timezero.model.audit_result import Benchmark, SelectionSetting, Setting

Law: TypeAlias = Literal["gamma", "log_normal"]
LAWS: Final[tuple[Law, Law]] = ("gamma", "log_normal")
N_ATOMS: Final = 400
GRID: Final = np.concatenate([[0.0], np.geomspace(1e-5, 2e3, 159)])

# Death rate of the chosen against the others alive then, had nobody been treated. Measured factors
# of similar strength are drawn on the tipping map.
RATIO_ANYWAY: Final[dict[Setting, float]] = {"none": 1.0, "moderate": 2 / 3, "strong": 1 / 2}

BENCHMARKS: Final = (
    Benchmark(
        name="sex",
        hazard_ratio=1.46,
        prevalence=0.59,
        frailty_variance=math.nan,
        source="Peritoneal mesothelioma, 211 patients: men against women 1.46 (0.89 to 2.41); "
        "Alexander 2013. Share of men as in 111 patients of Valenzuela 2023.",
    ),
    Benchmark(
        name="lymph nodes",
        hazard_ratio=2.14,
        prevalence=0.06,
        frailty_variance=math.nan,
        source="Peritoneal mesothelioma, 81 patients: nodes involved against not 2.14 (1.07 to "
        "4.31); Shamavonian 2022. Share as in 405 patients of Yan 2009.",
    ),
    Benchmark(
        name="extent of disease",
        hazard_ratio=103 / 33,
        prevalence=0.5,
        frailty_variance=math.nan,
        source="Peritoneal mesothelioma, 81 patients: median survival 103 months with an index up "
        "to 20, 33 above; Shamavonian 2022. Read as a ratio of constant rates, half in each.",
    ),
    Benchmark(
        name="complete removal",
        hazard_ratio=104 / 30,
        prevalence=0.4,
        frailty_variance=math.nan,
        source="Peritoneal mesothelioma, 81 patients: median survival 104 months after complete "
        "removal, 30 with small remnants; Shamavonian 2022. Read as a ratio of constant rates, "
        "40 % with remnants.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrailtyLaw:
    """A law of relative hazards with mean 1.

    Parameters
    ----------
    law : {"gamma", "log_normal"}
    variance : float
        0 or more.
    """

    law: Law
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrailtyTables:
    """The laws as the simulation reads them; level 0 is nobody frail.

    Parameters
    ----------
    atoms : (n_levels, N_ATOMS) float64
        Equally likely values, mean 1.
    hazards : (n_levels, 2, n_grid) float64
        Cumulative hazard at frailty 1, and the population's.
    """

    atoms: Floats
    hazards: Floats


def atoms_of(law: FrailtyLaw) -> Floats:
    """Return equally likely values that stand for a law: mean 1, ascending.

    Parameters
    ----------
    law : FrailtyLaw

    Returns
    -------
    (N_ATOMS,) float64
    """
    from scipy.special import gammaincinv, ndtri

    middle = (np.arange(N_ATOMS) + 0.5) / N_ATOMS
    if law.variance <= 0.0:
        return np.ones(N_ATOMS)
    if law.law == "gamma":
        values = np.asarray(gammaincinv(1.0 / law.variance, middle)) * law.variance
    else:
        values = np.exp(math.sqrt(math.log1p(law.variance)) * np.asarray(ndtri(middle)))
    return values / values.mean()


def population_hazard(atoms: Floats, own: Floats) -> Floats:
    """Return the population's cumulative hazard when each patient's is ``frailty x own``.

    The negative logarithm of the Laplace transform: survival of the population is the mean of
    ``exp(-z own)``.
    """
    exponents = -np.multiply.outer(own, atoms)
    largest = exponents.max(axis=1, keepdims=True)
    mean = np.exp(exponents - largest).mean(axis=1)
    return -(np.log(mean) + largest[:, 0])


def frailty_tables(laws: tuple[FrailtyLaw, ...]) -> FrailtyTables:
    """Return the tables of several laws; level ``k + 1`` is ``laws[k]``."""
    atoms = np.ones((len(laws) + 1, N_ATOMS))
    hazards = np.zeros((len(laws) + 1, 2, GRID.size))
    hazards[0] = GRID
    for level, law in enumerate(laws, start=1):
        atoms[level] = atoms_of(law)
        hazards[level] = GRID, population_hazard(atoms[level], GRID)
    return FrailtyTables(atoms=atoms, hazards=hazards)


def law_of_setting(setting: Setting, law: Law) -> FrailtyLaw:
    """Return the law that gives a setting its ratio when the rate of treatment falls as 1/frailty.

    Among those alive, the chosen then have a death rate of ``1 - variance`` (gamma) or
    ``1 / (1 + variance)`` (log-normal) times the average.
    """
    ratio = RATIO_ANYWAY[setting]
    return FrailtyLaw(law=law, variance=1.0 - ratio if law == "gamma" else 1.0 / ratio - 1.0)


def longer_anyway(law: FrailtyLaw, selection: float, *, waited: float) -> tuple[float, float]:
    """Return how the chosen would have fared untreated, against the others alive at that time.

    Parameters
    ----------
    law : FrailtyLaw
    selection : float
        The rate of treatment falls as ``frailty ** -selection``.
    waited : float
        Cumulative hazard of the population when the choice is made.

    Returns
    -------
    hazard_ratio, median_ratio : float
        Death rate just after, and ratio of median remaining survival at a constant own rate.
    """
    atoms = atoms_of(law)
    own = float(np.interp(waited, population_hazard(atoms, GRID), GRID))
    others = np.exp(-own * atoms)
    chosen = others * atoms**-selection

    def median(weights: Floats) -> float:
        share = weights / weights.sum()
        low, high = 0.0, 1e4
        for _ in range(80):
            middle = (low + high) / 2.0
            low, high = (middle, high) if share @ np.exp(-middle * atoms) > 0.5 else (low, middle)
        return low

    rates = [float(weights @ atoms / weights.sum()) for weights in (chosen, others)]
    return rates[0] / rates[1], median(chosen) / median(others)


def selection_settings() -> tuple[SelectionSetting, ...]:
    """Return the three settings with what they mean, judged at a quarter of deaths."""
    found: list[SelectionSetting] = []
    for setting in RATIO_ANYWAY:
        law = law_of_setting(setting, "gamma")
        chosen = 0.0 if setting == "none" else 1.0
        hazard_ratio, longer = longer_anyway(law, chosen, waited=-math.log(0.75))
        found.append(
            SelectionSetting(
                setting=setting,
                frailty_variance=law.variance,
                selection=chosen,
                hazard_ratio_anyway=hazard_ratio,
                longer_anyway=longer,
                words=_words(setting, longer),
            )
        )
    return tuple(found)


def _words(setting: Setting, longer: float) -> str:
    if setting == "none":
        return (
            "The treated were no fitter than others who were alive and untreated at the same time."
        )
    rate = "two thirds of" if setting == "moderate" else "half"
    return (
        f"Without the treatment, those chosen for it would have died at about {rate} the rate of "
        f"others alive and untreated at that time, and would have lived about {longer:.1f} times "
        "as long from then on."
    )


def binary_variance(hazard_ratio: float, prevalence: float) -> float:
    """Return the frailty variance of a yes-or-no factor: its relative hazard scaled to mean 1."""
    mean = 1.0 - prevalence + prevalence * hazard_ratio
    return prevalence * (1.0 - prevalence) * (hazard_ratio - 1.0) ** 2 / mean**2


def benchmarks() -> tuple[Benchmark, ...]:
    """Return the measured factors with the frailty variance that each one alone makes."""
    return tuple(
        Benchmark(
            name=b.name,
            hazard_ratio=b.hazard_ratio,
            prevalence=b.prevalence,
            frailty_variance=binary_variance(b.hazard_ratio, b.prevalence),
            source=b.source,
        )
        for b in BENCHMARKS
    )
