"""Which rung is right when fitter patients are treated, and which fails where?

    python simulations/fitness_rungs.py [--replicates 200] [--bootstrap 100] [--workers 2]

Aims
    Bias, interval coverage and type-I error of the rungs that remove the choice of fitter
    patients, beside the fair count that does not.
Data-generating mechanisms
    The worlds of fitness_worlds.py: no effect, a halved and a doubled hazard; fitness that does not
    decide about treatment, that does and is measured, that does and is not; n = 30, 100, 1,000.
Estimands
    The log hazard ratio of treatment given at random times (marginal: a Cox model of 200,000 such
    patients; at equal fitness: as simulated); the survival difference at 24 months of treatment
    within 12 months against never (200,000 patients under each strategy); for the time ratio, 0
    under no effect, where every structural model is right.
Methods
    The rungs, called as the ladder calls them, intervals by its automatic choice.
Performance
    Bias with its Monte-Carlo standard error, ratio of the mean standard error to the spread of the
    estimates, coverage of the 95 % interval and, under no effect, the share of intervals that
    exclude it. Data sets in which a rung refuses, or its guards withdraw it, are counted and left
    out.
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from fitness_worlds import (
    EFFECTS,
    HORIZON,
    SIZES,
    Confounding,
    FitnessWorld,
    draw_registry,
    live,
    protocol,
)
from tables import standard_error_of_share, write_tables
from worlds import generator

from timezero.align._rows import split_at
from timezero.estimate.cox import fit_cox
from timezero.ladder.guard import acted_upon, judge_all
from timezero.ladder.run import ladder_methods, prepare_climb
from timezero.model.result import Rung

SEED = 20_261_125
KINDS: tuple[Confounding, ...] = ("none", "measured", "unmeasured")
PATIENTS_OF_TRUTH = 200_000
FAIR = ("time_varying",)
ALWAYS_RUN = ("ever_treated", "from_trigger")
WITHOUT_BOOTSTRAP = ("g_formula",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of one rung, and what it should be."""

    rung: str
    measure: str
    variant: str
    truth: str

    @property
    def words(self) -> str:
        """How the number is called in the table."""
        return f"{self.rung}, {self.variant}, {self.measure.replace('_', ' ')}"


NUMBERS = (
    Number(rung="time_varying", measure="log_hazard_ratio", variant="unadjusted", truth="marginal"),
    Number(
        rung="clone_censor_weight",
        measure="survival_difference",
        variant="weighted",
        truth="strategies",
    ),
    Number(
        rung="sequential_trials",
        measure="log_hazard_ratio",
        variant="per_protocol",
        truth="conditional",
    ),
    Number(
        rung="marginal_structural_cox",
        measure="log_hazard_ratio",
        variant="weighted",
        truth="marginal",
    ),
    Number(
        rung="risk_set_matching",
        measure="log_hazard_ratio",
        variant="matched_censored",
        truth="conditional",
    ),
    Number(
        rung="g_formula",
        measure="survival_difference",
        variant="standardised",
        truth="strategies",
    ),
    Number(
        rung="structural_failure_time",
        measure="log_time_ratio",
        variant="g_estimate",
        truth="time",
    ),
    Number(
        rung="bayesian", measure="log_hazard_ratio", variant="posterior_neutral", truth="marginal"
    ),
)


def truths(hazard_ratio: float, confounding: Confounding) -> dict[str, float]:
    """Return what each kind of number should be, from many simulated patients."""
    n = PATIENTS_OF_TRUTH
    world = FitnessWorld(hazard_ratio=hazard_ratio, confounding=confounding)
    alive = {
        strategy: float(
            np.mean(live(world, n, generator(SEED, 0, k), strategy=strategy).death > HORIZON)
        )
        for k, strategy in enumerate(("never", "treat"))
    }
    at_random = FitnessWorld(hazard_ratio=hazard_ratio, confounding="none")
    lives = live(at_random, n, generator(SEED, 0, 9))
    leave = np.minimum(lives.death, 48.0)
    rows = split_at(
        entry=np.full(n, -np.inf),
        exit=leave,
        event=lives.death <= 48.0,
        when=np.where(lives.treated < leave, lives.treated, np.nan),
        patient=np.arange(n),
        words=(("untreated", "treated"), "time zero"),
    )
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(np.float64), cluster=False)
    return {
        "strategies": alive["treat"] - alive["never"],
        "marginal": float(fit.coefficients[0]),
        "conditional": math.log(hazard_ratio),
        "time": 0.0 if hazard_ratio == 1.0 else math.nan,
    }


def one_registry(
    replicate: int, *, world: FitnessWorld, n: int, bootstrap: int
) -> list[tuple[float, float, float, float]]:
    """Return value, standard error and limits of every number; NaN where refused or withdrawn."""
    place = (int(100 * world.hazard_ratio), KINDS.index(world.confounding), n, replicate)
    cohort = draw_registry(world, n, generator(SEED, 1, *place))
    wanted = {number.rung for number in NUMBERS} | set(FAIR) | set(ALWAYS_RUN)
    rungs: list[Rung] = []
    for methods_bootstrap, names in (
        (bootstrap, wanted - set(WITHOUT_BOOTSTRAP)),
        (0, wanted & set(WITHOUT_BOOTSTRAP)),
    ):
        asked = protocol(replicates=methods_bootstrap, seed=SEED + replicate)
        climb = prepare_climb(cohort, asked)
        rungs += [method.rung(climb) for method in ladder_methods() if method.name in names]
    judged = judge_all(climb, tuple(rungs), ())
    by_name = {rung.name: rung for rung in acted_upon(tuple(rungs), judged)}
    found: list[tuple[float, float, float, float]] = []
    for number in NUMBERS:
        contrast = next(
            (
                c
                for c in by_name[number.rung].contrasts
                if (c.measure, c.variant) == (number.measure, number.variant)
            ),
            None,
        )
        found.append(
            (math.nan,) * 4
            if contrast is None
            else (contrast.value, contrast.standard_error, contrast.lower, contrast.upper)
        )
    return found


def summary(numbers: np.ndarray, truth: float, *, null: bool) -> dict[str, str]:
    """Return the performance of one number over the data sets."""
    value, error, lower, upper = numbers.T
    used = np.isfinite(value)
    k = int(used.sum())
    row = {"data sets": str(k), "refused": f"{1 - k / value.size:.0%}", "truth": f"{truth:.3f}"}
    empty = dict.fromkeys(("bias", "SE / spread", "coverage %", "type I %"), "")
    if k < 2 or math.isnan(truth):
        return row | empty
    spread = float(np.std(value[used], ddof=1))
    row["bias"] = f"{float(np.mean(value[used])) - truth:+.3f} ({spread / math.sqrt(k):.3f})"
    with_limits = used & np.isfinite(lower) & np.isfinite(upper)
    m = int(with_limits.sum())
    if m < 2:
        return row | empty | {"bias": row["bias"]}
    row["SE / spread"] = f"{float(np.nanmean(error[with_limits])) / spread:.2f}"
    held = float(np.mean((lower <= truth) & (truth <= upper), where=with_limits))
    row["coverage %"] = f"{100 * held:.1f} ({100 * standard_error_of_share(held, m):.1f})"
    away = 1.0 - float(np.mean((lower <= 0.0) & (upper >= 0.0), where=with_limits))
    row["type I %"] = (
        f"{100 * away:.1f} ({100 * standard_error_of_share(away, m):.1f})" if null else ""
    )
    return row


def main() -> None:
    """Run all scenarios and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--bootstrap", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--name", default="fitness_rungs")
    asked = parser.parse_args()
    rows: list[dict[str, str]] = []
    with ProcessPoolExecutor(asked.workers) as pool:
        for effect, hazard_ratio in EFFECTS.items():
            for confounding in KINDS:
                truth = truths(hazard_ratio, confounding)
                world = FitnessWorld(hazard_ratio=hazard_ratio, confounding=confounding)
                for n in asked.sizes:
                    work = partial(one_registry, world=world, n=n, bootstrap=asked.bootstrap)
                    done = np.array(list(pool.map(work, range(asked.replicates), chunksize=5)))
                    print(effect, confounding, n, flush=True)
                    rows += [
                        {
                            "effect": effect,
                            "confounding": confounding,
                            "n": str(n),
                            "number": number.words,
                            **summary(done[:, k], truth[number.truth], null=hazard_ratio == 1.0),
                        }
                        for k, number in enumerate(NUMBERS)
                    ]
    write_tables(
        asked.name,
        "Rungs that remove the choice of fitter patients, in simulated registries",
        f"{asked.replicates} simulated data sets for each line, {asked.bootstrap} bootstrap "
        "replicates where an interval comes from them (none for the g-formula: bias only). In "
        "brackets: Monte-Carlo standard errors. The worlds are described in "
        "`simulations/fitness_worlds.py`.",
        rows,
    )


if __name__ == "__main__":
    main()
