"""How often does each comparison see an effect where there is none?

    python simulations/type_one_error.py [--replicates 2000] [--workers 1]

Aims
    Under no effect, show that each correction rejects in 5 % of data sets, and how often the
    three published errors do.
Data-generating mechanisms
    The worlds of worlds.py with hazard ratio 1, n = 100 and 300.
Estimands
    The null hypothesis that the hazard of death does not depend on the treatment given so far
    (for the published errors: that ever and never treated have the same hazard).
Methods
    The alignments and estimators of timezero, called as the rungs of the ladder call them.
Performance
    Share of data sets with p < 0.05, with its Monte-Carlo standard error; data sets in which a
    method is refused are counted and left out. Uniformity of the exact p-values by a
    Kolmogorov-Smirnov test.

In the worlds `constant` and `falling` everybody can be treated at any time and no trigger
exists. In `recurrent` the corrections that know nothing of the trigger are expected to fail, and
are listed for that.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from tables import standard_error_of_share, write_tables
from worlds import CONSTANT, FALLING, RECURRENT, World, draw, generator

from timezero.align.clock_reset import clock_reset
from timezero.align.ever_treated import ever_treated
from timezero.align.from_trigger import from_trigger
from timezero.align.landmark import landmark
from timezero.align.time_varying import time_varying
from timezero.align.trigger_state import trigger_state
from timezero.align.waiting_excluded import waiting_excluded
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import CoxFit, fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.landmark_supermodel import landmark_supermodel
from timezero.estimate.log_rank import log_rank
from timezero.estimate.redeal import redeal
from timezero.ladder.compare import compare_from_stable_start
from timezero.ladder.run import prepare_climb
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.protocol import AnalysisPart, Protocol

SEED = 20240117
SIZES = (100, 300)
WORLDS = (CONSTANT, FALLING, RECURRENT)
ALPHA = 0.05
DEALS = 499
HORIZON = 24.0
SUPERMODEL_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)

PValues = dict[str, float]


def two_sided(z: float) -> float:
    """Return the two-sided normal p-value."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def arm_of(rows: PersonTime) -> np.ndarray:
    """Return the arm as the only column of a design."""
    return rows.arm.astype(np.float64)[:, np.newaxis]


def wald(fit: CoxFit, *, robust: bool = False) -> float:
    """Return the Wald p-value of the first coefficient."""
    covariance = fit.robust_covariance if robust else fit.covariance
    return two_sided(float(fit.coefficients[0]) / math.sqrt(float(covariance[0, 0])))


def published_errors(cohort: Cohort) -> PValues:
    """Return the p-values of the three published errors."""
    found: PValues = {}
    for align in (ever_treated, clock_reset, waiting_excluded):
        rows = align(cohort)
        found[f"{align.__name__}, Cox"] = wald(fit_cox(rows, arm_of(rows), cluster=False))
        found[f"{align.__name__}, log-rank"] = log_rank(rows).p_value
    return found


def landmarks(cohort: Cohort) -> PValues:
    """Return the p-values at the median initiation, and of the supermodel."""
    waits = cohort.initiation[cohort.initiated]
    rows = landmark(cohort, float(np.quantile(waits, 0.5, method="inverted_cdf")))
    found = {
        "landmark (median), Cox": wald(fit_cox(rows, arm_of(rows), cluster=False)),
        "landmark (median), log-rank": log_rank(rows).p_value,
    }
    grid = tuple(float(q) for q in np.quantile(waits, SUPERMODEL_QUANTILES))
    constant = landmark_supermodel(cohort, grid, window=HORIZON, level=0.95)[0]
    found["landmark supermodel ipl, robust"] = two_sided(
        float(constant.coefficients[0]) / float(constant.robust_standard_errors[0])
    )
    return found


def as_it_happened(cohort: Cohort) -> PValues:
    """Return the p-values of Mantel-Byar and of the Cox model with treatment as it happened."""
    rows = time_varying(cohort)
    fit = fit_cox(rows, arm_of(rows))
    return {
        "Mantel-Byar": log_rank(rows).p_value,
        "time-varying Cox, Wald": wald(fit),
        "time-varying Cox, robust": wald(fit, robust=True),
        "time-varying Cox, Firth": float(fit_firth(rows, arm_of(rows)).p_values[0]),
    }


def exact(cohort: Cohort, *, seed: int) -> PValues:
    """Return the p-value of the exact re-randomisation test."""
    return {"Mantel-Byar, exact": redeal(cohort, draws=DEALS, seed=seed).p_value}


def by_state(cohort: Cohort) -> PValues:
    """Return the p-values of the differences between curves by state."""
    analysis = AnalysisPart(horizons=(HORIZON,), redeals=0, bootstrap=0)
    climb = prepare_climb(cohort, Protocol(analysis=analysis))
    numbers = compare_from_stable_start(climb, time_varying(cohort), name="simon_makuch")
    words = {
        "rmst_difference": "Simon-Makuch, time lived",
        "survival_difference": "Simon-Makuch, survival",
    }
    return {words[c.measure]: c.p_value for c in numbers.contrasts if c.measure in words}


def with_trigger(cohort: Cohort) -> PValues:
    """Return the p-values of the comparisons that know the trigger."""
    if cohort.trigger is None:
        return {}
    rows = from_trigger(cohort)
    fit = fit_cox(rows, arm_of(rows))
    state, triggered = trigger_state(cohort)
    design = np.column_stack([state.arm, triggered]).astype(np.float64)
    return {
        "from the trigger, Wald": wald(fit),
        "from the trigger, robust": wald(fit, robust=True),
        "from the trigger, Mantel-Byar": log_rank(rows).p_value,
        "trigger as covariate, Wald": wald(fit_cox(state, design)),
    }


def one_data_set(world: World, place: tuple[int, int], n: int, replicate: int) -> PValues:
    """Return every p-value of one simulated data set; a refused family is missing."""
    cohort = draw(world, n, generator(SEED, *place, replicate))
    families: tuple[Callable[[Cohort], PValues], ...] = (
        published_errors,
        landmarks,
        as_it_happened,
        partial(exact, seed=replicate),
        by_state,
        with_trigger,
    )
    found: PValues = {}
    for family in families:
        try:
            found |= family(cohort)
        except AnalysisRefused:
            continue
    return found


def scenario(world: World, n: int, replicates: int, *, workers: int = 1) -> list[PValues]:
    """Return the p-values of all data sets of one scenario."""
    place = (WORLDS.index(world), n)
    work = partial(one_data_set, world, place, n)
    if workers == 1:
        return [work(k) for k in range(replicates)]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(work, range(replicates), chunksize=25))


def summarise(world: World, n: int, found: list[PValues]) -> list[dict[str, str]]:
    """Return one row per method: how often it rejects, and how sure that is."""
    rows: list[dict[str, str]] = []
    for method in dict.fromkeys(name for one in found for name in one):
        p = np.array([one[method] for one in found if not math.isnan(one.get(method, math.nan))])
        share = float(np.mean(p < ALPHA))
        at_alpha = standard_error_of_share(ALPHA, p.size)
        within = abs(share - ALPHA) <= 3.0 * at_alpha
        rows.append(
            {
                "world": world.name,
                "n": str(n),
                "method": method,
                "data sets": str(p.size),
                "refused": str(len(found) - p.size),
                "rejected": f"{share:.4f}",
                "MC error": f"{standard_error_of_share(share, p.size):.4f}",
                "5 % within 3 MC errors": "yes" if within else "no",
            }
        )
    return rows


def uniformity(world: World, n: int, found: list[PValues]) -> dict[str, str]:
    """Return the Kolmogorov-Smirnov test of the exact p-values against the uniform law."""
    from scipy.stats import kstest

    p = np.array([one["Mantel-Byar, exact"] for one in found if "Mantel-Byar, exact" in one])
    test = kstest(p, "uniform")
    return {
        "world": world.name,
        "n": str(n),
        "data sets": str(p.size),
        "largest distance": f"{test.statistic:.4f}",
        "p": f"{test.pvalue:.3f}",
        "p < 0.01": f"{np.mean(p < 0.01):.4f}",
        "p < 0.05": f"{np.mean(p < 0.05):.4f}",
        "p < 0.10": f"{np.mean(p < 0.10):.4f}",
        "p < 0.50": f"{np.mean(p < 0.50):.4f}",
    }


def main() -> None:
    """Run every scenario and write the tables."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--replicates", type=int, default=2000)
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    rates: list[dict[str, str]] = []
    exactness: list[dict[str, str]] = []
    for world in WORLDS:
        for n in SIZES:
            found = scenario(world, n, given.replicates, workers=given.workers)
            rates += summarise(world, n, found)
            exactness.append(uniformity(world, n, found))
            print(world.name, n, "done", flush=True)
    said = f"{given.replicates} data sets for each world and size, seed {SEED}, no effect."
    worlds = " ".join(f"`{w.name}`: {w.words}." for w in WORLDS)
    write_tables("type_one_error", "Rejection rates under no effect", f"{said} {worlds}", rates)
    write_tables(
        "exact_test_uniformity",
        "The p-values of the exact test under no effect",
        f"{said} {DEALS} deals drawn in each data set; mid-p. {worlds}",
        exactness,
    )


if __name__ == "__main__":
    main()
