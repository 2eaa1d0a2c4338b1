"""Simulated patients obey the laws they are drawn from, to Monte-Carlo error."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import kstest

from late_patients import PLACE, a_world, patients_of, summaries_of, summary_of
from timezero.align.time_varying import time_varying
from timezero.arrays import Floats
from timezero.audit.baseline import FAMILIES, KNOTS, N_BENDS, cumulative_hazards
from timezero.audit.frailty import LAWS, FrailtyLaw, frailty_tables
from timezero.audit.mechanism import mean_ratio, median_ratio, rate_ratio, restarted_rate_ratio
from timezero.audit.simulate import Design, Query
from timezero.estimate.cox import fit_cox
from timezero.model.cohort import Cohort

N = 100_000
WITHIN = 4.0
RARE = 1e-4
SHARES = (0.07, 0.285, 0.67)


def rate_with_error(late: Floats, patients: Floats, *, waiting: bool = True) -> tuple[float, float]:
    """Return the log of deaths over time of a group, and its standard error."""
    exits, deaths, initiation = patients[late, 0], patients[late, 1], patients[late, 2]
    time = exits if waiting else exits - np.where(initiation < exits, initiation, 0.0)
    rate = deaths.mean() / time.mean()
    error = np.std(deaths - rate * time) / deaths.mean() / math.sqrt(time.size)
    return math.log(rate), float(error)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("effect", [0.5, 1.0, 1.6])
def test_constant_rates_obey_the_closed_form(share: float, effect: float) -> None:
    # Death at rate 1 and treatment at rate a: the share treated is a / (a + 1).
    world = a_world(wait_scale=(1.0 - share) / share, hazard_ratio=effect)
    patients = patients_of(world, N)
    late = patients[:, 2] < patients[:, 0]
    assert late.mean() == pytest.approx(share, abs=WITHIN * math.sqrt(share * (1 - share) / N))
    groups = [rate_with_error(who, patients) for who in (late, ~late)]
    expected = math.log(rate_ratio(share, hazard_ratio=effect))
    assert abs(groups[0][0] - groups[1][0] - expected) < WITHIN * math.hypot(
        groups[0][1], groups[1][1]
    )
    # In the smallest group, 7,000 patients, four standard errors are 4 % of a mean or median.
    means = [patients[who, 0].mean() for who in (late, ~late)]
    assert means[0] / means[1] == pytest.approx(mean_ratio(share, hazard_ratio=effect), rel=0.04)
    medians = [np.median(patients[who, 0]) for who in (late, ~late)]
    expected = median_ratio(share, hazard_ratio=effect)
    assert medians[0] / medians[1] == pytest.approx(expected, rel=0.04)
    after = [rate_with_error(who, patients, waiting=False) for who in (late, ~late)]
    expected = math.log(restarted_rate_ratio(share, hazard_ratio=effect))
    assert abs(after[0][0] - after[1][0] - expected) < WITHIN * math.hypot(after[0][1], after[1][1])


@pytest.mark.parametrize("share", SHARES)
def test_censoring_at_a_constant_rate_changes_nothing_without_effect(share: float) -> None:
    # (CF4): death 1, censoring 0.7, treatment a, share a / (a + 1.7).
    scale = (1.0 - share) / (share * 1.7)
    patients = patients_of(a_world(wait_scale=scale, loss_rate=0.7), N, seed=2)
    late = patients[:, 2] < patients[:, 0]
    assert late.mean() == pytest.approx(share, abs=WITHIN * math.sqrt(share * (1 - share) / N))
    assert patients[:, 1].mean() == pytest.approx(1 / 1.7, abs=WITHIN * 0.5 / math.sqrt(N))
    groups = [rate_with_error(who, patients) for who in (late, ~late)]
    assert abs(groups[0][0] - groups[1][0] - math.log(rate_ratio(share))) < WITHIN * math.hypot(
        groups[0][1], groups[1][1]
    )


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("variance", [0.5, 1.5])
def test_the_population_has_its_curve_whatever_the_frailty(law, variance: float) -> None:
    rng = np.random.default_rng(5)
    tables = frailty_tables((FrailtyLaw(law=law, variance=variance),))
    for family in FAMILIES:
        half = np.array([0.5])
        hazards = cumulative_hazards(
            family, half, np.zeros(1), piece=half, bends=rng.standard_normal((1, N_BENDS))
        )
        knots = np.stack([KNOTS[None, :], hazards], axis=1)
        world = a_world(location=20.0, frailty=1, never_eligible=1.0)
        deaths = patients_of(world, 20_000, knots=knots, tables=tables)[:, 0]
        # By its own curve each death is an even draw.
        spent = np.interp(deaths / 20.0, KNOTS, hazards[0])
        assert kstest(np.exp(-spent), "uniform").pvalue > RARE, family


def hazards_after(patients: Floats, start: float, width: float) -> tuple[float, float, float]:
    """Return death rates from ``start`` on of the treated and of the others, and their error."""
    exits, treated = patients[:, 0], patients[:, 2]
    rates, errors = [], []
    for mine in (treated <= start, treated > start + width):
        alive = mine & (exits > start)
        time = np.minimum(exits[alive] - start, width).sum()
        deaths = (exits[alive] <= start + width).sum()
        rates.append(deaths / time)
        errors.append(1.0 / deaths)
    return rates[0], rates[1], math.sqrt(sum(errors))


def test_a_treatment_that_does_nothing_changes_no_hazard() -> None:
    exits, _, treated, _ = patients_of(a_world(wait_scale=0.8), N, seed=3).T
    # From the treatment on the death rate is what it was before: 1.
    after = (exits - treated)[treated < exits]
    assert kstest(after, "expon").pvalue > RARE
    assert after.mean() == pytest.approx(1.0, abs=WITHIN / math.sqrt(after.size))
    untreated = np.minimum(exits, treated)
    rate_before = (exits < treated).sum() / untreated.sum()
    assert rate_before == pytest.approx(1.0, abs=WITHIN / math.sqrt((exits < treated).sum()))


def test_fitter_patients_are_treated_sooner() -> None:
    tables = frailty_tables((FrailtyLaw(law="gamma", variance=0.5),))
    world = a_world(frailty=1, selection=1.0, wait_scale=0.3)
    patients = patients_of(world, 2 * N, tables=tables, seed=4)
    treated, others, error = hazards_after(patients, 0.05, 0.02)
    # Among those alive the chosen have about half of the average rate (gamma: 1 - variance).
    assert abs(math.log(treated / others)) > WITHIN * error
    assert treated / others < 0.7
    unselected = world.copy()
    unselected[PLACE["selection"]] = 0.0
    patients = patients_of(unselected, 2 * N, tables=tables, seed=4)
    treated, others, error = hazards_after(patients, 0.05, 0.02)
    # Whoever is treated later is known to live until then; over a short time that is little.
    assert abs(math.log(treated / others)) < WITHIN * error + 0.15


def moving_fit(
    patients: Floats, make_cohort: Callable[..., Cohort], *, columns: Callable[..., Floats]
) -> tuple[Floats, Floats]:
    """Fit the time-dependent Cox model; return coefficients and standard errors."""
    seen = np.where(patients[:, 2] < patients[:, 0], patients[:, 2], np.nan)
    rows = time_varying(make_cohort(patients[:, 0], patients[:, 1], seen))
    fit = fit_cox(rows, columns(rows), cluster=False)
    return fit.coefficients, np.sqrt(np.diag(fit.covariance))


@pytest.mark.parametrize("effect", [0.4, 1.0, 2.0])
def test_time_dependent_cox_recovers_the_effect(
    effect: float, make_cohort: Callable[..., Cohort]
) -> None:
    half = np.array([0.5])
    hazards = cumulative_hazards(
        "log_normal", half, np.array([0.1]), piece=half, bends=np.ones((1, N_BENDS))
    )
    knots = np.stack([KNOTS[None, :], hazards], axis=1)
    world = a_world(
        wait_scale=0.8,
        wait_shape=2.0,
        wait_tail=1.0,
        never_eligible=0.2,
        hazard_ratio=effect,
        accrual=3.0,
        follow_up_end=4.0,
        loss_rate=0.1,
    )
    patients = patients_of(world, 20_000, knots=knots, seed=6)
    found, errors = moving_fit(
        patients, make_cohort, columns=lambda rows: rows.arm[:, None].astype(float)
    )
    assert abs(found[0] - math.log(effect)) < WITHIN * errors[0]


def test_harm_window_and_what_comes_after() -> None:
    world = a_world(
        wait_scale=0.7, hazard_ratio=0.5, harm_window=0.2, harm_ratio=3.0, follow_up_end=5.0
    )
    patients = patients_of(world, 40_000, seed=7)
    exits, died, start = patients[:, 0], patients[:, 1], patients[:, 2]
    for low, high, ratio in ((0.0, 0.2, 3.0), (0.2, math.inf, 0.5)):
        since = exits - start
        alive = since > low
        time = (np.minimum(since[alive], high) - low).sum()
        deaths = died[alive & (since <= high)].sum()
        # The rate before treatment is 1.
        assert abs(math.log(deaths / time / ratio)) < WITHIN / math.sqrt(deaths)


def test_trigger_comes_first_and_raises_the_rate_for_good() -> None:
    world = a_world(
        wait_scale=0.5,
        trigger_scale=0.8,
        trigger_ratio=2.5,
        hazard_ratio=0.6,
        harm_window=0.1,
        harm_ratio=3.0,
        follow_up_end=9.0,
    )
    exits, died, start, trigger = patients_of(world, 60_000, seed=8).T
    assert np.all(trigger <= start)
    periods = {
        1.0: (np.zeros_like(exits), np.minimum(exits, trigger)),
        2.5: (trigger, np.minimum(exits, start)),
        2.5 * 3.0: (start, np.minimum(exits, start + 0.1)),
        2.5 * 0.6: (start + 0.1, exits),
    }
    for ratio, (begin, end) in periods.items():
        lived = end > begin
        time, deaths = (end - begin)[lived].sum(), died[lived & (end == exits)].sum()
        assert deaths > 1_000
        assert abs(math.log(deaths / time / ratio)) < WITHIN / math.sqrt(deaths)


@pytest.mark.parametrize("tail", [0.0, 1.0, 2.0])
def test_waits_follow_their_law(tail: float) -> None:
    world = a_world(wait_scale=3.0, wait_shape=1.7, wait_tail=tail, never_eligible=0.25)
    waits = patients_of(world, 40_000, seed=9)[:, 2]
    offered = np.isfinite(waits)
    error = math.sqrt(0.75 * 0.25 / waits.size)
    assert offered.mean() == pytest.approx(0.75, abs=WITHIN * error)
    reached = (waits[offered] / 3.0) ** 1.7
    alike = np.exp(-reached) if tail == 0.0 else (1.0 + tail * reached) ** (-1.0 / tail)
    assert kstest(alike, "uniform").pvalue > RARE


def test_entries_and_losses() -> None:
    world = a_world(location=1e12, accrual=6.0, follow_up_end=10.0, accrual_shape=2.0)
    ends = patients_of(world, 40_000, seed=10)[:, 0]
    # Nobody dies. Entered is U^2 of the accrual, so followed for 10 - 6 U^2.
    assert ends.min() >= 4.0
    assert ends.max() <= 10.0
    assert kstest(np.sqrt((10.0 - ends) / 6.0), "uniform").pvalue > RARE
    lost = patients_of(a_world(location=1e12, loss_rate=0.5), 40_000, seed=11)[:, 0]
    assert kstest(lost * 0.5, "expon").pvalue > RARE


def test_randomised_groups_differ_by_chance_alone() -> None:
    world = a_world(n=60, wait_scale=1e-9, never_eligible=0.5, follow_up_end=3.0)
    found = summaries_of(world, 20_000, Design())
    p = 2.0 * (1.0 - np.vectorize(math.erf)(np.abs(found["log_rank_z"]) / math.sqrt(2.0)) / 2 - 0.5)
    counts, _ = np.histogram(p, 10, (0.0, 1.0))
    # The log-rank's p is nearly even at 60 patients.
    assert counts / counts.sum() == pytest.approx(np.full(10, 0.1), abs=0.012)


def test_frailty_values_are_equally_likely() -> None:
    tables = frailty_tables((FrailtyLaw(law="gamma", variance=1.0),))
    world = a_world(frailty=1, selection=1.0, wait_scale=1e6)
    waits = patients_of(world, N, tables=tables, seed=12)[:, 2]
    # Wait over scale is exponential times frailty: its mean is that of the frailty, 1.
    assert waits.mean() / 1e6 == pytest.approx(1.0, abs=WITHIN * math.sqrt(3.0 / N))
    values = tables.atoms[1]
    alike = np.exp(-np.multiply.outer(waits[:5_000] / 1e6, 1.0 / values)).mean(axis=1)
    assert kstest(alike, "uniform").pvalue > RARE


def test_times_in_another_unit_leave_ratios_alone() -> None:
    columns = {"wait_scale": 0.6, "accrual": 2.0, "follow_up_end": 3.0, "loss_rate": 0.2}
    twelve = {"accrual": 24.0, "follow_up_end": 36.0, "loss_rate": 0.2 / 12, "wait_scale": 7.2}
    queries = [Query(group=g, kind="quantile", value=0.5) for g in ("late", "never")]
    years, months = (
        summary_of(patients_of(a_world(**given), 300, seed=14), queries=queries)
        for given in (columns, {**twelve, "location": 12.0})
    )
    for name in ("n_late", "deaths_late", "log_hazard_ratio", "hazard_ratio_error", "log_rank_z"):
        assert months[name] == pytest.approx(years[name], rel=1e-9), name
    for name in ("quantile late 0.5", "quantile never 0.5", "wait", "follow_up", "wait_mean"):
        assert months[name] == pytest.approx(12 * years[name], rel=1e-9), name
