"""Is the audit right when the truth is known?

    python simulations/audit_calibration.py ranks|coverage|power|closed_form [--replicates N]
        [--effort E] [--first K]

Aims
    (ranks) Simulation-based calibration: with truths drawn from the prior, the rank of the truth
    in its own posterior is uniform. (coverage) 90 % intervals for the true hazard ratio cover it,
    for three truths and seven mechanisms, most of them outside the fitted family. (power) Strong
    true effects are not explained away, and nothing is not taken for something. (closed_form) The
    closed form agrees with the audit's own simulation.
Data-generating mechanisms
    ranks, closed_form: the audit's own worlds. coverage, power: late_studies.py, which shares no
    code with them.
Estimands
    The hazard ratio after initiation, treated against not yet treated.
Methods
    The audit as released, with ``effort`` below 1 where said; the setting of selection that
    corresponds to the mechanism.
Performance
    Uniformity of ranks (Kolmogorov-Smirnov and chi-square with ten bins), coverage, shares of
    verdicts; each with its Monte-Carlo standard error.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
from late_studies import MECHANISMS, Mechanism, as_claim, draw_study
from tables import standard_error_of_share, write_tables

from timezero.model.claim import Asked, Claim, Numbers, PrintedNumber

Found = TypeVar("Found")
SEED = 20140501
TRUTHS = (0.5, 1.0, 1.6)
POWER_TRUTHS = (0.1, 0.2, 0.35, 0.5, 1.0, 2.0)


def rng_of(*key: int) -> np.random.Generator:
    """Return the random numbers of one replicate."""
    return np.random.default_rng([SEED, *key])


def reference_claim() -> Claim:
    """Return the claim whose unknowns are the prior of the rank study."""
    texts = {
        "n": "60", "n_late": "20", "median_late": "40.0", "median_never": "18.0",
        "deaths_late": "12", "deaths_never": "34", "wait": "10.0", "wait_lower_quartile": "5.0",
        "wait_upper_quartile": "18.0", "accrual": "72", "follow_up": "40.0",
    }  # fmt: skip
    numbers = {k: PrintedNumber(printed=v) for k, v in texts.items()}
    numbers["hazard_ratio"] = PrintedNumber(printed="0.45", lower="0.23", upper="0.88")
    return Claim(question=Asked(comparison="ever_treated"), numbers=Numbers(**numbers))


def one_rank(replicate: int, *, effort: float) -> float | None:
    """Return where a truth drawn from the prior lies in its own posterior, 0 to 1."""
    from dataclasses import replace

    from timezero.audit.compatible import match_print
    from timezero.audit.evidence import evidence_of
    from timezero.audit.prior import make_worlds, named_values
    from timezero.audit.simulate import Stream, simulate
    from timezero.audit.stages import make_plan
    from timezero.audit.targets import Targets
    from timezero.audit.worlds_of_claim import Run

    plan = make_plan(evidence_of(reference_claim()), None)
    stage = plan.effect_stage("none")
    rng = rng_of(1, replicate)
    for attempt in range(200):
        x = rng.standard_normal((1, len(stage.prior.coordinates)))
        kind = rng.integers(stage.prior.n_kinds, size=1)
        worlds = make_worlds(stage.prior, x, kind)
        stream = Stream(seed=SEED, purpose=10_000_000 + replicate * 1_000 + attempt)
        values = simulate(worlds, stage.design, stage.prior.tables, stream=stream, workers=1)
        table = stage.table(values)
        enough = min(table.column(name)[0] for name in ("n_late", "n_never")) >= 5
        deaths = min(table.column(name)[0] for name in ("deaths_late", "deaths_never")) >= 3
        if enough and deaths and abs(table.column("log_hazard_ratio")[0]) < 4.0:
            break
    else:
        return None
    targets: list[object] = []
    for target in stage.targets.targets:
        value = float(table.column(target.statistic)[0])
        if math.isnan(value):
            return None
        width = 0.0 if target.scale == "count" else 0.002 * abs(value)
        low, high = (value, value) if math.isinf(value) else (value - width, value + width)
        targets.append(replace(target, lower=low, upper=high))
    seen = replace(stage, targets=Targets(targets=tuple(targets), cap=stage.targets.cap))
    found = match_print(seen, Run(seed=replicate, workers=1, effort=effort), n_patients=60)
    if found is None:
        return None
    truth = math.log(named_values(stage.prior, x)["hazard_ratio"][0])
    return float(found.weight @ (found.log_hazard_ratio < truth) / found.weight.sum())


def ranks(replicates: int, effort: float, first: int) -> None:
    """Write the study of ranks."""
    from scipy.stats import chisquare, kstest

    found = spread(partial(one_rank, effort=effort), range(first, first + replicates))
    known = np.array([r for r in found if r is not None])
    counts, _ = np.histogram(known, np.linspace(0.0, 1.0, 11))
    inside = float(np.mean((known > 0.05) & (known < 0.95)))
    rows = [
        {"tenth": f"{k / 10:.1f} to {(k + 1) / 10:.1f}", "truths": str(int(c))}
        for k, c in enumerate(counts)
    ]
    words = (
        f"{known.size} truths drawn from the prior (effort {effort:g}, studies of 60 patients with "
        f"sizes, medians, deaths, hazard ratio, waiting quartiles and follow-up printed; "
        f"{replicates - known.size} left out because no study with two groups, or no matching "
        f"world, was found). Uniform ranks: Kolmogorov-Smirnov p = "
        f"{kstest(known, 'uniform').pvalue:.3f}, chi-square p = {chisquare(counts).pvalue:.3f}. "
        f"Central 90 % intervals hold the truth in {inside:.1%} (Monte-Carlo error "
        f"{standard_error_of_share(inside, known.size):.1%})."
    )
    write_tables("audit_ranks", "Where truths from the prior lie in their posterior", words, rows)


def one_interval(
    task: tuple[int, int, int], *, effort: float
) -> tuple[int, int, float, float, float] | None:
    """Return mechanism, truth, and whether the 90 % interval lies below, around or above it."""
    from timezero.audit.compatible import describe_effect, match_print
    from timezero.audit.evidence import evidence_of
    from timezero.audit.stages import make_plan
    from timezero.audit.worlds_of_claim import Run

    which, truth, replicate = task
    mechanism = MECHANISMS[which]
    rng = rng_of(2, which, truth, replicate)
    claim = next((c for _ in range(50) if (c := drawn_claim(mechanism, truth, rng))), None)
    if claim is None:
        return None
    plan = make_plan(evidence_of(claim), None)
    run = Run(seed=replicate, workers=1, effort=effort)
    worlds = match_print(plan.effect_stage(mechanism.setting), run, n_patients=plan.n_patients)
    if worlds is None:
        return None
    ratio = describe_effect(worlds, setting=mechanism.setting).hazard_ratio
    return which, truth, ratio.q05, ratio.q50, ratio.q95


def drawn_claim(mechanism: Mechanism, truth: int, rng: np.random.Generator) -> Claim | None:
    """Return one study as a claim."""
    return as_claim(draw_study(mechanism, TRUTHS[truth], rng), mechanism)


def coverage(replicates: int, effort: float, first: int) -> None:
    """Write the study of coverage."""
    tasks = [
        (m, t, r)
        for r in range(first, first + replicates)
        for m in range(len(MECHANISMS))
        for t in range(len(TRUTHS))
    ]
    found = [f for f in spread(partial(one_interval, effort=effort), tasks) if f is not None]
    rows: list[dict[str, str]] = []
    for m, mechanism in enumerate(MECHANISMS):
        for t, truth in enumerate(TRUTHS):
            mine = np.array([f[2:] for f in found if f[0] == m and f[1] == t])
            covered = float(np.mean((mine[:, 0] <= truth) & (truth <= mine[:, 2])))
            error = standard_error_of_share(covered, len(mine))
            width = float(np.median(np.log(mine[:, 2] / mine[:, 0])))
            rows.append(
                {
                    "mechanism": mechanism.words,
                    "in the fitted family": "yes" if mechanism.fitted else "no",
                    "selection": mechanism.setting,
                    "true hazard ratio": f"{truth:g}",
                    "studies": str(len(mine)),
                    "covered": f"{covered:.3f}",
                    "MC error": f"{error:.3f}",
                    "too low": f"{float(np.mean(mine[:, 2] < truth)):.3f}",
                    "too high": f"{float(np.mean(mine[:, 0] > truth)):.3f}",
                    "median of middles": f"{float(np.median(mine[:, 1])):.2f}",
                    "median width (log)": f"{width:.2f}",
                    "85 to 95 %": "yes" if 0.85 <= covered <= 0.95 else "no",
                }
            )
    n_inside = sum(row["85 to 95 %"] == "yes" for row in rows)
    words = (
        f"{replicates} studies of 120 patients for each scenario, effort {effort:g}, seed {SEED}. "
        f"Printed: sizes, deaths and medians of both groups, hazard ratio with interval, waiting "
        f"quartiles, accrual, median follow-up (with a recurrence: how many had one, and when). "
        f"{n_inside} of {len(rows)} scenarios lie between 85 and 95 %."
    )
    write_tables("audit_coverage", "Coverage of 90 % intervals for the true effect", words, rows)


def one_verdict(task: tuple[int, int], *, effort: float) -> tuple[int, str] | None:
    """Return the verdict on one study with constant hazards."""
    from timezero.audit.contrast import choose_comparison
    from timezero.audit.do_nothing import describe, match_margins
    from timezero.audit.evidence import evidence_of
    from timezero.audit.stages import make_plan
    from timezero.audit.verdict import make_verdict
    from timezero.audit.worlds_of_claim import Run
    from timezero.model.audit_result import SETTINGS

    truth, replicate = task
    rng = rng_of(3, truth, replicate)
    claim = None
    for _ in range(50):
        study = draw_study(MECHANISMS[0], POWER_TRUTHS[truth], rng)
        claim = as_claim(study, MECHANISMS[0])
        if claim is not None:
            break
    if claim is None:
        return None
    evidence = evidence_of(claim)
    plan, comparison = make_plan(evidence, None), choose_comparison(evidence)
    if comparison is None:
        return None
    run = Run(seed=replicate, workers=1, effort=effort)
    worlds = {
        s: describe(
            match_margins(plan.do_nothing_stage(s), run, n_patients=plan.n_patients),
            comparison,
            setting=s,
        )
        for s in SETTINGS
    }
    verdict = make_verdict(
        evidence, comparison, do_nothing=worlds, compatible={}, split=None, not_possible=()
    )
    return truth, verdict.code


def power(replicates: int, effort: float, first: int) -> None:
    """Write how often each verdict is given."""
    tasks = [(t, r) for r in range(first, first + replicates) for t in range(len(POWER_TRUTHS))]
    found = [f for f in spread(partial(one_verdict, effort=effort), tasks) if f is not None]
    codes = (
        "waiting_could_produce_it",
        "moderate_selection_could_produce_it",
        "strong_selection_could_produce_it",
        "more_than_waiting_and_selection",
        "harm_may_be_hidden",
        "cannot_tell",
    )
    rows: list[dict[str, str]] = []
    for t, truth in enumerate(POWER_TRUTHS):
        mine = [code for which, code in found if which == t]
        shares = {code: sum(c == code for c in mine) / max(len(mine), 1) for code in codes}
        beyond = 1.0 - shares["waiting_could_produce_it"] - shares["harm_may_be_hidden"]
        rows.append(
            {"true hazard ratio": f"{truth:g}", "studies": str(len(mine))}
            | {code.replace("_", " "): f"{share:.3f}" for code, share in shares.items()}
            | {
                "more than waiting": f"{beyond:.3f}",
                "MC error": f"{standard_error_of_share(beyond, len(mine)):.3f}",
            }
        )
    words = (
        f"{replicates} studies of 120 patients for each truth, constant hazards, nobody chosen for "
        f"being fit, effort {effort:g}, seed {SEED}; printed as in the study of coverage. The "
        "verdict here rests on the do-nothing worlds alone."
    )
    write_tables("audit_power", "Which verdict is given for which truth", words, rows)


def closed_form(replicates: int, effort: float, first: int) -> None:
    """Write how the closed form agrees with the audit's own simulation."""
    from timezero.audit.frailty import frailty_tables
    from timezero.audit.mechanism import mean_ratio, median_ratio, rate_ratio
    from timezero.audit.prior import PLACE, Worlds
    from timezero.audit.simulate import Design, Query, Stream, simulate
    from timezero.kernels.late_worlds import COLUMNS

    rows: list[dict[str, str]] = []
    groups = ("late", "never")
    queries = [Query(group=g, kind="quantile", value=0.5) for g in groups]
    queries += [Query(group=g, kind="rmst", value=200.0) for g in groups]
    design = Design(queries=tuple(queries))
    knots = np.array([[[0.0, 1.0], [0.0, 1.0]]])
    for k, share in enumerate((0.01, 0.07, 0.1, 0.2, 37 / 140, 0.5, 69 / 103)):
        made = np.zeros((replicates, len(COLUMNS)))
        for name, value in {
            "n": 20_000.0, "location": 1.0, "wait_scale": (1.0 - share) / share, "wait_shape": 1.0,
            "hazard_ratio": 1.0, "harm_ratio": 1.0, "accrual_shape": 1.0, "follow_up_end": 1e6,
        }.items():  # fmt: skip
            made[:, PLACE[name]] = value
        values = simulate(
            Worlds(rows=made, knots=knots), design, frailty_tables(()),
            stream=Stream(seed=SEED, purpose=50_000_000 + first + k),
        )  # fmt: skip
        named = {name: values[:, i] for i, name in enumerate(design.names)}
        mean = named["rmst late 200"] / named["rmst never 200"]
        # Without censoring everybody dies: a rate is one over the mean.
        for what, simulated, formula in (
            ("rate ratio", 1.0 / mean, rate_ratio(share)),
            ("ratio of means", mean, mean_ratio(share)),
            ("ratio of medians", named["quantile late 0.5"] / named["quantile never 0.5"],
             median_ratio(share)),
        ):  # fmt: skip
            error = float(simulated.std(ddof=1) / math.sqrt(replicates))
            apart = (float(simulated.mean()) - formula) / error
            rows.append(
                {
                    "share treated": f"{share:.4f}",
                    "what": what,
                    "closed form": f"{formula:.4f}",
                    "simulated": f"{simulated.mean():.4f}",
                    "MC error": f"{error:.4f}",
                    "apart, in MC errors": f"{apart:+.1f}",
                }
            )
    words = (
        f"{replicates} studies of 20,000 patients for each share, constant hazards, no effect, no "
        f"censoring, seed {SEED}. Ratios of simulated numbers are biased by about one part in the "
        "number of patients."
    )
    write_tables("audit_closed_form", "The closed form against simulation", words, rows)
    del effort


def spread(work: Callable[[Any], Found], tasks: Iterable[Any]) -> list[Found]:
    """Do the work in two processes, in order."""
    with ProcessPoolExecutor(max_workers=2) as pool:
        return list(pool.map(work, tasks, chunksize=4))


def main() -> None:
    """Run one of the studies."""
    studies = {"ranks": ranks, "coverage": coverage, "power": power, "closed_form": closed_form}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", choices=studies)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--effort", type=float, default=0.25)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    studies[given.study](given.replicates, given.effort, given.first)


if __name__ == "__main__":
    main()
