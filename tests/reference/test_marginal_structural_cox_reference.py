"""Against a plain twin: every patient's rows written out, every sum made anew."""

from __future__ import annotations

import numpy as np
import pytest

from confounded_patients import Confounded, confounded
from timezero.arrays import Floats, Ints
from timezero.estimate._time_terms import knots_for, time_terms
from timezero.estimate.marginal_structural_cox import (
    fit_marginal_structural_cox,
    marginal_structural_replicate,
)
from timezero.estimate.pooled_logistic import fit_logistic

SAME = 1e-8


def logistic(design: Floats, outcome: Floats, case: Floats) -> Floats:
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        mu = 1.0 / (1.0 + np.exp(-design @ beta))
        hessian = design.T @ ((case * mu * (1.0 - mu))[:, np.newaxis] * design)
        step = np.linalg.solve(hessian, design.T @ (case * (outcome - mu)))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    return beta


def person_periods_of(who: Confounded, knots: Floats) -> list[dict[str, Floats]]:
    """Write out each patient's periods: covariates, time, whether it could begin and began."""
    found: list[dict[str, Floats]] = []
    cohort, width = who.cohort, who.periods.width
    for j in range(cohort.n):
        number = int(np.ceil(cohort.exit[j] / width))
        k = np.arange(number)
        start = k * width
        begun = cohort.initiation[j] if cohort.initiation[j] < cohort.exit[j] else np.inf
        could = ~(begun <= start)
        found.append(
            {
                "start": start.astype(np.float64),
                "could": could,
                "began": could & (begun <= start + width),
                "x": np.column_stack([np.full(number, who.age[j]), who.severity[j, :number]]),
                "time": time_terms((k + 0.5) * width, knots),
            }
        )
    return found


def twin(
    who: Confounded, copies: Ints, knots: Floats, *, efron: bool, case: Floats | None = None
) -> tuple[float, float]:
    """Return the weighted and unweighted log hazard ratio of patients repeated one by one."""
    people = person_periods_of(who, knots)
    chosen = np.repeat(np.arange(who.cohort.n), copies)
    of_case = np.ones(who.cohort.n) if case is None else case
    stacked = {
        key: np.concatenate([people[j][key][people[j]["could"]] for j in chosen])
        for key in ("x", "time", "began")
    }
    row_case = np.concatenate([np.full(people[j]["could"].sum(), of_case[j]) for j in chosen])
    ones = np.ones((stacked["began"].size, 1))
    alpha = logistic(np.hstack([ones, stacked["x"], stacked["time"]]), stacked["began"], row_case)
    gamma = logistic(np.hstack([ones, stacked["time"]]), stacked["began"], row_case)
    rows: list[tuple[float, float, int, bool, float, float]] = []
    for j in chosen:
        rows += rows_of_patient(who, int(j), people[int(j)], (alpha, gamma), float(of_case[j]))
    table = np.array(rows, dtype=np.float64)
    return cox(table, table[:, 4], efron=efron), cox(table, table[:, 5], efron=efron)


def rows_of_patient(
    who: Confounded,
    j: int,
    person: dict[str, Floats],
    models: tuple[Floats, Floats],
    case: float,
) -> list[tuple[float, float, int, bool, float, float]]:
    alpha, gamma = models
    rows: list[tuple[float, float, int, bool, float, float]] = []
    weight, width = 1.0, who.periods.width
    cohort = who.cohort
    begun = cohort.initiation[j] if cohort.initiation[j] < cohort.exit[j] else np.inf
    for k, start in enumerate(person["start"]):
        before = weight
        if person["could"][k]:
            x = np.concatenate([[1.0], person["x"][k], person["time"][k]])
            z = np.concatenate([[1.0], person["time"][k]])
            p, p0 = (1.0 / (1.0 + np.exp(-v @ b)) for v, b in ((x, alpha), (z, gamma)))
            weight *= p0 / p if person["began"][k] else (1.0 - p0) / (1.0 - p)
        stop = min(start + width, cohort.exit[j])
        dies = bool(cohort.event[j]) and cohort.exit[j] <= start + width
        if begun > start:
            until = min(begun, stop)
            own = before if person["began"][k] else weight
            rows.append((start, until, 0, dies and begun >= stop, case * own, case))
        if begun < stop:
            rows.append((max(begun, start), stop, 1, dies, case * weight, case))
    return rows


def cox(table: Floats, weight: Floats, *, efron: bool) -> float:
    entry, leave, arm, event = table[:, 0], table[:, 1], table[:, 2], table[:, 3] == 1.0
    beta = 0.0
    for _ in range(60):
        score = information = 0.0
        risk = weight * np.exp(beta * arm)
        for t in np.unique(leave[event]):
            here = (entry < t) & (t <= leave)
            tied = event & (leave == t)
            m = int(tied.sum())
            mean_weight = weight[tied].sum() / m
            score += float(weight[tied] @ arm[tied])
            for step in range(m) if efron else range(1):
                share = step / m
                part = mean_weight if efron else weight[tied].sum()
                denominator = risk[here].sum() - share * risk[tied].sum()
                top = (risk * arm)[here].sum() - share * (risk * arm)[tied].sum()
                mean = top / denominator
                score -= part * mean
                information += part * mean * (1.0 - mean)
        beta += score / information
        if abs(score / information) < 1e-12:
            break
    return beta


def sample(seed: int) -> Confounded:
    return confounded(90, seed=seed, n_periods=10, rate=0.12)


def knots_of(who: Confounded) -> Floats:
    began = who.treatment.began
    return knots_for((who.periods.period[began] + 0.5) * who.periods.width)


def tied(who: Confounded) -> Confounded:
    """Round times up to quarters, so that deaths and treatments share them."""
    from confounded_patients import cohort_of, periods_of

    rounded = np.ceil(4.0 * who.cohort.exit) / 4.0
    begun = np.ceil(4.0 * who.cohort.initiation) / 4.0
    cohort = cohort_of(rounded, who.cohort.event, begun)
    return Confounded(
        cohort=cohort,
        periods=periods_of(cohort, who.age, who.severity, width=1.0, event_order="treatment_first"),
        origin=who.origin,
        age=who.age,
        severity=who.severity,
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_estimate_is_that_of_the_twin(seed: int, ties: str) -> None:
    who = tied(sample(seed))
    fit = fit_marginal_structural_cox(who.data(ties))
    everybody = np.ones(who.cohort.n, dtype=np.int64)
    known = twin(who, everybody, knots_of(who), efron=ties == "efron")
    assert [fit.log_hazard_ratio, fit.unweighted] == pytest.approx(known, rel=SAME, abs=SAME)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_patient_drawn_twice_is_two_patients(seed: int, ties: str) -> None:
    who = tied(sample(seed))
    data = who.data(ties)
    again = marginal_structural_replicate(data, fit_marginal_structural_cox(data))
    draw = np.random.default_rng(seed)
    for _ in range(2):
        copies = np.bincount(draw.integers(0, who.cohort.n, who.cohort.n), minlength=who.cohort.n)
        known = twin(who, copies, knots_of(who), efron=ties == "efron")
        assert again(copies) == pytest.approx(known, rel=1e-7, abs=1e-7)


def test_leaving_a_patient_out_fits_everything_again() -> None:
    who = sample(4)
    data = who.data()
    again = marginal_structural_replicate(data, fit_marginal_structural_cox(data))
    copies = np.ones(who.cohort.n, dtype=np.int64)
    copies[5] = 0
    known = twin(who, copies, knots_of(who), efron=True)
    assert again(copies) == pytest.approx(known, rel=1e-7, abs=1e-7)


def test_influence_is_the_derivative_by_a_patients_weight() -> None:
    """The standard error adds up squares of these, the treatment models' part included."""
    who = sample(5)
    fit = fit_marginal_structural_cox(who.data("breslow"))
    everybody, knots, step = np.ones(who.cohort.n, dtype=np.int64), knots_of(who), 1e-4
    for j in (0, 7, 31, 62):
        more, less = np.ones(who.cohort.n), np.ones(who.cohort.n)
        more[j] += step
        less[j] -= step
        up, down = (twin(who, everybody, knots, efron=False, case=case)[0] for case in (more, less))
        assert fit.influence[j] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-7)
    assert fit.standard_error == pytest.approx(np.sqrt(np.sum(fit.influence**2)))


def test_one_step_is_the_step_of_the_linearised_estimating_functions() -> None:
    who = sample(6)
    data = who.data("breslow")
    fit = fit_marginal_structural_cox(data)
    linear = marginal_structural_replicate(data, fit, one_step=True)
    everybody = np.ones(who.cohort.n, dtype=np.int64)
    assert linear(everybody) == pytest.approx([fit.log_hazard_ratio, fit.unweighted], abs=1e-9)
    # To first order it moves as the influences say; the rest is of second order in the copies.
    copies = everybody.copy()
    copies[3] += 1
    moved = linear(copies)[0] - fit.log_hazard_ratio
    assert moved == pytest.approx(fit.influence[3], rel=0.15)


def test_treatment_model_is_pooled_logistic_over_rows_that_could_begin() -> None:
    who = sample(7)
    rows = who.data().initiation
    fit = fit_logistic(rows.everything, rows.outcome, names=(*rows.names, *rows.time_names))
    design = np.hstack([np.ones((rows.outcome.size, 1)), rows.everything])
    known = logistic(design, rows.outcome.astype(np.float64), np.ones(rows.outcome.size))
    np.testing.assert_allclose(fit.coefficients, known, rtol=1e-7, atol=1e-9)
