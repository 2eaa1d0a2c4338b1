"""How often do the 95 % intervals hold the truth?

    python simulations/interval_coverage.py [--replicates 2000] [--workers 1]

Aims
    Show that intervals cover the truth in 93 to 97 % of data sets of 100 patients or more.
Data-generating mechanisms
    The worlds `constant` and `falling` of worlds.py, n = 100 and 300. Treatment multiplies the
    hazard of death by 0.6, from when it was given; or, for differences between curves, a coin
    decides at time zero who is treated.
Estimands
    Log hazard ratio log 0.6; survival of the untreated at the times when it is 0.75, 0.5 and 0.3;
    its median; differences in time lived and in survival at 24 months.
Methods
    The estimators of timezero on the rows of its alignments.
Performance
    Coverage with its Monte-Carlo standard error; bias; mean standard error against the standard
    deviation of the estimates.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from tables import standard_error_of_share, write_tables
from worlds import (
    CONSTANT,
    FALLING,
    World,
    draw,
    draw_assigned_at_zero,
    generator,
    restricted_mean,
    survival,
)

from timezero.align.ever_treated import ever_treated
from timezero.align.time_varying import time_varying
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.curve_contrasts import rmst_difference, survival_difference
from timezero.estimate.firth import fit_firth
from timezero.estimate.normal import critical_value
from timezero.estimate.product_limit import median_survival, survival_at, survival_curve
from timezero.estimate.profile_likelihood import profile_interval
from timezero.model.cohort import Cohort

SEED = 20240118
SIZES = (100, 300)
HAZARD_RATIO = 0.6
WORLDS = (replace(CONSTANT, hazard_ratio=HAZARD_RATIO), replace(FALLING, hazard_ratio=HAZARD_RATIO))
LEVEL = 0.95
HORIZON = 24.0
SURVIVALS = (0.75, 0.5, 0.3)
COVERAGE_WANTED = (0.93, 0.97)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One interval and the truth it should hold; a limit that does not exist is infinite."""

    truth: float
    value: float
    standard_error: float
    lower: float
    upper: float


Intervals = dict[str, Interval]


def wald(value: float, standard_error: float, truth: float) -> Interval:
    """Return the symmetric interval of an estimate."""
    half = critical_value(LEVEL) * standard_error
    return Interval(
        truth=truth,
        value=value,
        standard_error=standard_error,
        lower=value - half,
        upper=value + half,
    )


def hazard_ratios(cohort: Cohort) -> Iterator[tuple[str, Interval]]:
    """Yield the four intervals of the log hazard ratio with treatment as it happened."""
    rows = time_varying(cohort)
    design = rows.arm.astype(np.float64)[:, np.newaxis]
    truth = math.log(HAZARD_RATIO)
    fit = fit_cox(rows, design)
    value = float(fit.coefficients[0])
    error = math.sqrt(float(fit.covariance[0, 0]))
    yield "log hazard ratio, Cox, Wald", wald(value, error, truth)
    robust = math.sqrt(float(fit.robust_covariance[0, 0]))
    yield "log hazard ratio, Cox, robust", wald(value, robust, truth)
    lower, upper = profile_interval(rows, design, 0, level=LEVEL, ties="efron")
    profile = replace(wald(value, error, truth), lower=lower, upper=upper)
    yield "log hazard ratio, Cox, profile likelihood", profile
    firth = fit_firth(rows, design, level=LEVEL)
    penalised = wald(float(firth.coefficients[0]), math.sqrt(float(firth.covariance[0, 0])), truth)
    yield (
        "log hazard ratio, Firth, profile likelihood",
        replace(penalised, lower=float(firth.lower[0]), upper=float(firth.upper[0])),
    )


def curves(world: World, cohort: Cohort) -> Iterator[tuple[str, Interval]]:
    """Yield the intervals of curves and of differences between arms made by a coin."""
    rows = ever_treated(cohort)
    reference, intervention = (survival_curve(rows, arm, level=LEVEL) for arm in (0, 1))
    for share in SURVIVALS:
        at = world.death_scale * (-math.log(share)) ** (1.0 / world.death_shape)
        read = survival_at(reference, at, level=LEVEL)
        yield (
            f"survival {share:g}, log-log",
            Interval(
                truth=share,
                value=read.value,
                standard_error=read.standard_error,
                lower=read.lower,
                upper=read.upper,
            ),
        )
    median, lower, upper = median_survival(reference)
    yield (
        "median, log-log",
        Interval(
            truth=world.death_scale * math.log(2.0) ** (1.0 / world.death_shape),
            value=median,
            standard_error=math.nan,
            lower=lower,
            upper=math.inf if math.isnan(upper) else upper,
        ),
    )
    time_lived = rmst_difference(reference, intervention, horizon=HORIZON, level=LEVEL)
    gained = restricted_mean(world, HORIZON, treated_from_zero=True) - restricted_mean(
        world, HORIZON, treated_from_zero=False
    )
    yield "difference in time lived", wald(time_lived.value, time_lived.standard_error, gained)
    alive = survival_difference(reference, intervention, horizon=HORIZON, level=LEVEL)
    more = float(
        survival(world, np.float64(HORIZON), treated_from_zero=True)
        - survival(world, np.float64(HORIZON), treated_from_zero=False)
    )
    yield "difference in survival", wald(alive.value, alive.standard_error, more)


def one_data_set(world: World, place: tuple[int, int], n: int, replicate: int) -> Intervals:
    """Return every interval of one pair of simulated data sets; refused ones are missing."""
    later = draw(world, n, generator(SEED, *place, replicate, 0))
    at_zero = draw_assigned_at_zero(world, n, generator(SEED, *place, replicate, 1))
    found: Intervals = {}
    for family in (hazard_ratios(later), curves(world, at_zero)):
        try:
            found.update(family)
        except AnalysisRefused:
            continue
    return found


def scenario(world: World, n: int, replicates: int, *, workers: int = 1) -> list[Intervals]:
    """Return the intervals of all data sets of one scenario."""
    work = partial(one_data_set, world, (WORLDS.index(world), n), n)
    if workers == 1:
        return [work(k) for k in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(work, range(replicates), chunksize=25))


def summarise(world: World, n: int, found: list[Intervals]) -> list[dict[str, str]]:
    """Return one row per interval: coverage, bias, and whether the standard error is right."""
    rows: list[dict[str, str]] = []
    for method in dict.fromkeys(name for one in found for name in one):
        there = [one[method] for one in found if method in one]
        read = [i for i in there if not math.isnan(i.lower)]
        covered = float(np.mean([i.lower <= i.truth <= i.upper for i in read]))
        error = standard_error_of_share(covered, len(read))
        values = np.array([i.value for i in read])
        deviation = float(np.nanstd(values, ddof=1))
        mean_error = float(np.mean([i.standard_error for i in read]))
        low, high = COVERAGE_WANTED
        rows.append(
            {
                "world": world.name,
                "n": str(n),
                "interval": method,
                "data sets": str(len(read)),
                "not estimated": str(len(found) - len(read)),
                "coverage": f"{covered:.4f}",
                "MC error": f"{error:.4f}",
                "in 93-97 %": "yes" if low <= covered <= high else "no",
                "truth": f"{read[0].truth:.4f}",
                "bias": f"{float(np.nanmean(values)) - read[0].truth:+.4f}",
                "mean SE / SD": "" if math.isnan(mean_error) else f"{mean_error / deviation:.3f}",
            }
        )
    return rows


def main() -> None:
    """Run every scenario and write the table."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--replicates", type=int, default=2000)
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    rows: list[dict[str, str]] = []
    for world in WORLDS:
        for n in SIZES:
            found = scenario(world, n, given.replicates, workers=given.workers)
            rows += summarise(world, n, found)
            print(world.name, n, "done", flush=True)
    words = " ".join(f"`{w.name}`: {w.words}." for w in WORLDS)
    said = (
        f"{given.replicates} data sets for each world and size, seed {SEED}, 95 % intervals, "
        f"hazard ratio {HAZARD_RATIO} after treatment. {words} Survival and median are those of "
        "the untreated, about half of the patients. The upper limit of a median that is not "
        "reached counts as infinite."
    )
    write_tables("interval_coverage", "Coverage of the intervals", said, rows)


if __name__ == "__main__":
    main()
