"""Clones, weights and the comparison of strategies, against R with every row written out."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clone_patients import NAMES, arranged
from timezero.align.clone_censor import clone_censor
from timezero.arrays import Floats
from timezero.estimate._arm_weights import ArmWeights, unit_weights
from timezero.estimate.censoring_weights import WeightChoice, fit_weights, weight_models
from timezero.estimate.clone_censor_weight import clone_study, compare_strategies, no_weights
from timezero.estimate.clone_influence import influences
from timezero.estimate.cox import fit_cox
from timezero.estimate.pooled_logistic import fit_logistic
from timezero.model.cohort import Cohort, Covariate
from timezero.model.person_time import PersonTime

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
PEER_DATA = "TIMEZERO_PEER_DATA"
COMBINATIONS = range(4)
Agrees = Callable[..., None]


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    text = (REFERENCE / "output" / "clone_censor_weight.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def columns_in(path: Path) -> dict[str, Floats]:
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    return {
        name: np.array([np.nan if row[name] in {"", "NA"} else float(row[name]) for row in table])
        for name in table[0]
        if name != "id"
    }


def cohort_of(
    make_cohort: Callable[..., Cohort], columns: dict[str, Floats], names: tuple[str, ...]
) -> Cohort:
    return make_cohort(
        columns["exit"],
        columns["event"] == 1,
        columns["initiation"],
        time_unit="days",
        covariates=tuple(Covariate(name=n, kind="numeric", values=columns[n]) for n in names),
    )


@pytest.fixture
def cohort(make_cohort: Callable[..., Cohort]) -> Cohort:
    return cohort_of(make_cohort, columns_in(REFERENCE / "data" / "clone_censor_weight.csv"), NAMES)


def check(agrees: Agrees, what: str, made: Any, theirs: dict[str, Any], arms: Any = None) -> None:
    """Compare curves, times lived, the hazard ratio, its robust error and the largest weights."""
    weights = made.fitted.arms if arms is None else arms
    estimate = compare_strategies(made.study, weights)
    agrees(f"{what} survival", estimate.at_horizons[:, :, 0], theirs["survival"])
    agrees(f"{what} rmst", estimate.at_horizons[:, :, 1], theirs["rmst"])
    agrees(f"{what} log hazard ratio", estimate.log_hazard_ratio, theirs["log_hazard_ratio"])
    moved = influences(made.study, estimate, weights, weights_known=True)
    error = np.sqrt(np.sum(moved[:, 0] ** 2))
    agrees(f"{what} robust error", error, theirs["robust_error"])
    largest = [arm.at(made.clones.follow_up[k]).max() for k, arm in enumerate(weights)]
    agrees(f"{what} largest weight", largest, theirs["largest_weight"])


def test_clones_are_those_of_r(agrees: Agrees, cohort: Cohort, stored: dict[str, Any]) -> None:
    clones = clone_censor(cohort, origin=np.zeros(cohort.n), grace=stored["grace"])
    agrees("clones: follow-up", clones.follow_up, stored["followed"])
    agrees("clones: events", clones.event, stored["events"])
    agrees("clones: censored", clones.censored, stored["censored"])


def test_unweighted_comparison(agrees: Agrees, cohort: Cohort, stored: dict[str, Any]) -> None:
    made = arranged(cohort, WeightChoice(model="cox"), horizons=tuple(stored["horizons"]))
    check(agrees, "clones: unweighted", made, stored["unweighted"], no_weights(made.study))


@pytest.mark.parametrize("k", COMBINATIONS)
def test_cox_weights(agrees: Agrees, cohort: Cohort, stored: dict[str, Any], k: int) -> None:
    theirs = stored["cox"][k]
    ties = theirs["censoring_ties"]
    at = "through" if theirs["through"] else "before"
    choice = WeightChoice(model="cox", ties=ties, hazard_at=at)
    made = arranged(cohort, choice, ties=ties, horizons=tuple(stored["horizons"]))
    agrees(f"clones: {ties} {at}", made.fitted.coefficients, theirs["coefficients"])
    check(agrees, f"clones: {ties} {at}", made, theirs)


@pytest.mark.parametrize("k", [0, 1])
def test_logistic_weights(agrees: Agrees, cohort: Cohort, stored: dict[str, Any], k: int) -> None:
    theirs = stored["logistic"][k]
    choice = WeightChoice(hazard_at="through" if theirs["through"] else "before")
    made = arranged(cohort, choice, width=stored["width"], horizons=tuple(stored["horizons"]))
    assert made.periods.period.size == theirs["person_periods"]
    moment, by_end = made.fitted.coefficients
    agrees("clones: moment of treatment", moment, theirs["coefficients_moment"], within=1e-8)
    agrees("clones: treated by the grace end", by_end, theirs["coefficients_by_end"], within=1e-8)
    check(agrees, f"clones: logistic {choice.hazard_at}", made, theirs)


# The 200 patients of the paper are not ours to pass on. With TIMEZERO_PEER_DATA naming a folder
# with lungcancer.csv, timezero is compared with the numbers R gave for them.


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    text = (REFERENCE / "published" / "clone_censor_weight.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def lung(make_cohort: Callable[..., Cohort], published: dict[str, Any]) -> Cohort:
    path = Path(os.environ.get(PEER_DATA, "")) / "lungcancer.csv"
    if PEER_DATA not in os.environ or not path.is_file():
        pytest.skip(f"{PEER_DATA} names no folder with lungcancer.csv")
    columns = columns_in(path)
    columns |= {
        "exit": columns["fup_obs"],
        "event": columns["death"],
        "initiation": np.where(columns["surgery"] == 1, columns["timetosurgery"], np.nan),
    }
    return cohort_of(make_cohort, columns, tuple(published["names"]))


# Computed once with R 4.2.2 and survival 3.5-3 and by the package ccwr itself (its vignette prints
# the weights and the adjusted hazard ratio).
PRINTED = (
    (0.815966, 0.695288, 0.120678, 4.68207, 0.607286, 6.53, 21.6),
    (0.815966, 0.695405, 0.120561, 4.63325, 0.607824, 57.1, 23.0),
    (0.815836, 0.696621, 0.119214, 5.13700, 0.625006, 2.46, 17.2),
    (0.815836, 0.696730, 0.119106, 5.09189, 0.625536, 5.00, 18.2),
)


@pytest.mark.parametrize("k", COMBINATIONS)
def test_stored_r_output_is_what_was_printed(published: dict[str, Any], k: int) -> None:
    found = published["cox"][k]
    none, one = (row[0] for row in found["survival"])
    lived = found["rmst"][1][0] - found["rmst"][0][0]
    ratio = float(np.exp(found["log_hazard_ratio"]))
    reference, treated = found["largest_weight"]
    numbers = (one, none, one - none, lived, ratio)
    assert tuple(float(f"{x:.6f}" if x < 1 else f"{x:.5f}") for x in numbers) == PRINTED[k][:5]
    assert tuple(float(f"{x:.3g}") for x in (treated, reference)) == PRINTED[k][5:]


def test_stored_vignette_numbers_are_what_ccwr_prints(published: dict[str, Any]) -> None:
    weights, ratio = published["vignette"]["weights"], published["vignette"]["hazard_ratio"]
    assert np.round(weights, 3).tolist() == [1.0, 1.176, 1.409, 4.751]
    assert np.round(ratio, 7).tolist() == [0.4905093, 0.3216575, 0.7479989]


def test_lung_cancer_unweighted(agrees: Agrees, lung: Cohort, published: dict[str, Any]) -> None:
    made = arranged(lung, WeightChoice(model="cox"), grace=182.62, horizons=(365.0,))
    theirs = published["unweighted"]
    check(agrees, "lung: unweighted", made, theirs, no_weights(made.study))
    cuts = np.unique(made.clones.follow_up)
    rows = np.searchsorted(cuts, made.clones.follow_up, side="right").sum(axis=1)
    assert rows.tolist() == theirs["rows"] == [8792, 13980]
    assert made.clones.censored.sum(axis=1).tolist() == published["censored"] == [106, 80]


@pytest.mark.parametrize("k", COMBINATIONS)
def test_lung_cancer_cox_weights(
    agrees: Agrees, lung: Cohort, published: dict[str, Any], k: int
) -> None:
    theirs = published["cox"][k]
    choice = WeightChoice(
        model="cox",
        ties=theirs["censoring_ties"],
        hazard_at="through" if theirs["through"] else "before",
    )
    made = arranged(lung, choice, grace=182.62, horizons=(365.0,))
    agrees("lung: coefficients", made.fitted.coefficients, theirs["coefficients"], within=1e-8)
    check(agrees, f"lung: combination {k}", made, theirs)


def test_lung_cancer_logit_at_the_grace_end(
    agrees: Agrees, lung: Cohort, published: dict[str, Any]
) -> None:
    made = arranged(lung, WeightChoice(), grace=182.62, width=30.0, horizons=(365.0,))
    estimate = compare_strategies(made.study, made.fitted.arms)
    theirs = published["logit"]
    agrees("lung: logit survival", estimate.at_horizons[1, 0, 0], theirs["survival"])
    agrees("lung: logit rmst", estimate.at_horizons[1, 0, 1], theirs["rmst"])
    largest = made.fitted.arms[1].at(made.clones.follow_up[1]).max()
    agrees("lung: logit largest weight", [largest], theirs["largest_weight"])


def test_lung_cancer_weights_of_the_vignette(
    agrees: Agrees, lung: Cohort, published: dict[str, Any]
) -> None:
    """The pooled model of another package, fed in as factors: its rows are our steps."""
    made = arranged(lung, WeightChoice(model="cox"), grace=182.62, horizons=(365.0,))
    clones, cuts = made.clones, np.unique(made.clones.follow_up)
    covariates = made.columns[:, :2]
    long: list[PersonTime] = []
    designs: list[Floats] = []
    for arm in (0, 1):
        weights, rows, whose = linear_in_time(clones, arm, cuts, covariates)
        row_weight = weights.at
        long.append(
            replace(
                rows,
                weight=np.array(
                    [
                        row_weight(np.full(clones.n, t))[i]
                        for t, i in zip(rows.exit, whose, strict=True)
                    ]
                ),
            )
        )
        designs.append(np.column_stack([np.full(whose.size, float(arm)), covariates[whose]]))
    both = PersonTime(
        **{
            name: np.concatenate([getattr(part, name) for part in long])
            for name in ("entry", "exit", "event", "arm", "patient", "stratum", "weight")
        },
        labels=long[0].labels,
        counted_from=long[0].counted_from,
    )
    w = both.weight
    agrees(
        "lung: vignette weights",
        [w.min(), np.median(w), w.mean(), w.max()],
        published["vignette"]["weights"],
    )
    fit = fit_cox(both, np.vstack(designs))
    half = 1.959963984540054 * np.sqrt(fit.robust_covariance[0, 0])
    interval = np.exp(fit.coefficients[0] + np.array([0.0, -half, half]))
    agrees("lung: vignette hazard ratio", interval, published["vignette"]["hazard_ratio"])


def linear_in_time(
    clones: Any, arm: int, cuts: Floats, covariates: Floats
) -> tuple[ArmWeights, PersonTime, Any]:
    """Fit artificial censoring by a logistic model linear in time, on rows cut at every exit."""
    n_rows = np.searchsorted(cuts, clones.follow_up[arm], side="right")
    first = np.concatenate([[0], np.cumsum(n_rows)]).astype(np.int64)
    whose = np.repeat(np.arange(clones.n), n_rows)
    k = np.arange(whose.size) - first[whose]
    start = np.concatenate([[0.0], cuts])[k]
    last = k == n_rows[whose] - 1
    columns = np.column_stack([start, covariates[whose]])
    fit = fit_logistic(columns, last & clones.censored[arm][whose], names=("time", "age", "sex"))
    weights = replace(
        unit_weights(clones.n),
        changes=cuts,
        hazard=np.zeros(cuts.size + 1),
        first=first,
        step=k + 1,
        factor=-np.log1p(-fit.probabilities(columns)),
        slope=np.zeros(whose.size),
    )
    rows = PersonTime(
        entry=start,
        exit=cuts[k],
        event=last & clones.event[arm][whose],
        arm=np.full(whose.size, arm),
        patient=whose,
        stratum=np.zeros(whose.size, dtype=np.int64),
        weight=np.ones(whose.size),
        labels=("reference", "intervention"),
        counted_from="diagnosis",
    )
    return weights, rows, whose


def test_lung_cancer_naive(agrees: Agrees, lung: Cohort, published: dict[str, Any]) -> None:
    """With both clones' reasons to leave ignored and follow-up kept, it is the naive comparison."""
    clones = clone_censor(lung, origin=np.zeros(lung.n), grace=182.62)
    treated = clones.treated
    as_published = replace(
        clones,
        follow_up=np.stack([clones.exit, clones.exit]),
        event=np.stack([lung.event & ~treated, lung.event & treated]),
        censored=np.zeros((2, lung.n), dtype=np.bool_),
    )
    models = weight_models(
        as_published, np.zeros((lung.n, 1)), names=("none",), choice=WeightChoice(model="cox")
    )
    study = clone_study(as_published, models, horizons=(365.0,))
    rows = replace(
        as_published.rows(),
        weight=np.concatenate([~treated, treated]).astype(np.float64),
    )
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(np.float64))
    agrees("lung: naive", fit.coefficients[0], published["naive"]["log_hazard_ratio"])
    agrees("lung: naive error", np.sqrt(fit.covariance[0, 0]), published["naive"]["error"])
    # Taking a patient out of an arm is a weight of nothing there.
    out_of = np.log(np.finfo(np.float64).tiny)
    arms = tuple(
        replace(
            unit_weights(lung.n),
            changes=np.array([-np.inf]),
            hazard=np.array([0.0, 1.0]),
            risk=np.where(keeps, 0.0, out_of),
        )
        for keeps in (~treated, treated)
    )
    estimate = compare_strategies(study, (arms[0], arms[1]))
    agrees("lung: naive survival", estimate.at_horizons[:, 0, 0], published["naive"]["survival"])
    agrees("lung: naive rmst", estimate.at_horizons[:, 0, 1], published["naive"]["rmst"])
    assert fit_weights(models).coefficients[0].size == 0
