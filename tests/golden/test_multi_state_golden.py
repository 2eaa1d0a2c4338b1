"""Shares in states, cumulative incidence, rates, courses and models against survival and etm."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import timezero
from multi_state_patients import state_cohort, stored_cohort, stored_patients
from timezero.align.transitions import transitions, transitions_from, treated_against_untreated
from timezero.estimate.aalen_johansen import landmark_occupancy, occupancy, occupancy_influence
from timezero.estimate.cox import fit_cox
from timezero.estimate.cumulative_incidence import incidence_curve, incidence_difference
from timezero.estimate.illness_death import illness_death
from timezero.estimate.product_limit import survival_at
from timezero.estimate.transition_cox import transition_model
from timezero.estimate.transition_hazards import (
    moves_of,
    rate_ratios_in_bands,
    transition_rates,
)
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import registry_path
from timezero.model.person_time import PersonTime

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
Agrees = Callable[..., None]


@pytest.fixture(scope="module")
def stored(read_output: Callable[[str], Any]) -> Any:
    return read_output("multi_state")


def test_shares_and_their_jackknife_standard_error(agrees: Agrees, stored: Any) -> None:
    rows = transitions(stored_cohort())
    found, theirs = occupancy(rows), stored["whole"]
    times = np.array(theirs["times"])
    assert rows.states == (
        "not yet triggered",
        "triggered, not treated",
        "treated",
        "event",
        "competing event",
    )
    agrees("states: shares", [found.at(t)[0] for t in times], theirs["share"])
    influence = occupancy_influence(rows, times, n_patients=240)
    standard_error = np.sqrt((influence**2).sum(axis=1))
    agrees("states: jackknife standard error", standard_error, theirs["jackknife"])


@pytest.mark.parametrize("hidden", [False, True])
def test_greenwood_standard_error_also_with_late_entry(
    hidden: bool, agrees: Agrees, stored: Any
) -> None:
    found = occupancy(transitions(stored_cohort(hidden=hidden)))
    theirs = stored["late_by_etm" if hidden else "whole_by_etm"]
    for column, name in enumerate(("share", "greenwood")):
        ours = [found.at(t)[column] for t in theirs["times"]]
        agrees(f"states: {name}, late entry {hidden}", ours, theirs[name])


@pytest.mark.parametrize("state", [0, 1, 2])
def test_landmark_aalen_johansen(state: int, agrees: Agrees, stored: Any) -> None:
    theirs = stored["landmark"][f"s{state}"]
    found = landmark_occupancy(transitions(stored_cohort()), landmark=theirs["s"], state=state)
    # etm goes on after the last patient seen in a state that still holds some; ours ends there.
    inside = [k for k, t in enumerate(theirs["times"]) if t <= found.ends_at]
    assert len(inside) >= 2
    for column, name in enumerate(("share", "greenwood")):
        ours = [found.at(theirs["times"][k])[column] for k in inside]
        agrees(f"states: landmark {name}", ours, [theirs[name][k] for k in inside])
    after = [found.at(t)[0] for t in theirs["times"] if t > found.ends_at]
    assert all(np.isnan(shares).all() for shares in after)


def test_rates_with_exact_intervals(agrees: Agrees, stored: Any) -> None:
    rates = {
        (r.source, r.target): r for r in transition_rates(transitions(stored_cohort()), level=0.95)
    }
    for theirs in stored["rates"]:
        ours = rates[theirs["from"], theirs["to"]]
        assert ours.n == theirs["n"]
        agrees(
            "states: rates", [ours.person_time, ours.rate], [theirs["person_time"], theirs["rate"]]
        )
        agrees("states: rate limits", [ours.lower, ours.upper], theirs["limits"], within=1e-8)
    assert sum(r.n for r in rates.values()) == sum(r["n"] for r in stored["rates"])


def test_rate_ratios_on_the_clock_that_starts_again(agrees: Agrees, stored: Any) -> None:
    rows = transitions(stored_cohort()).by_time_in_state()
    found = rate_ratios_in_bands(
        rows, states=(1, 2), target=3, edges=(0.0, 2.0, 6.0, np.inf), level=0.95
    )
    for ours, theirs in zip(found, stored["bands"], strict=True):
        assert list(ours.n_events) == theirs["events"]
        agrees("states: bands", [*ours.person_time, ours.ratio], [*theirs["time"], theirs["ratio"]])
        agrees("states: band limits", [ours.lower, ours.upper], theirs["limits"], within=1e-8)


def test_courses_with_the_way_into_treatment_closed(agrees: Agrees, stored: Any) -> None:
    cohort, age = stored_cohort(), stored_patients()["age"][:, np.newaxis]
    assert cohort.trigger is not None
    rows = transitions_from(cohort, cohort.trigger, "the trigger")
    model = illness_death(rows, age, wait=3.0, enough=1)
    ones = np.ones(cohort.n, dtype=np.int64)
    fitted = model.fit(ones)
    for k, name in enumerate(("treat", "dies", "other")):
        arranged = model.models[k]
        assert arranged is not None
        agrees("states: models", fitted[k] / arranged.scale, [stored["models"][name]])
    assert model.ratio is not None
    agrees("states: ratio", fitted[3] / model.ratio.scale, stored["ratio"]["coefficients"])
    for name, courses in (
        ("courses", model.standardised(ones, fitted)),
        ("crude", model.crude(ones)),
    ):
        at = np.searchsorted(courses.times, 12.0, side="right") - 1
        ours = np.column_stack([courses.free[at], courses.event[at]])
        agrees(f"states: {name}", ours, list(stored[name].values()))


def test_copies_of_patients_are_patients() -> None:
    cohort, age = stored_cohort(), stored_patients()["age"][:, np.newaxis]
    assert cohort.trigger is not None
    rows = transitions_from(cohort, cohort.trigger, "the trigger")
    random = np.random.default_rng(3)
    copies = random.multinomial(cohort.n, np.full(cohort.n, 1.0 / cohort.n))
    copied = rows.chosen(np.repeat(np.arange(rows.exit.size), copies[rows.patient]))
    weighted, written_out = (
        transition_model(
            r, age[r.patient], times=moves_of(rows).times, target=2, sources=(0, 1), stratified=True
        )
        for r in (rows, copied)
    )
    by_weight = weighted.fit(copies[weighted.patient].astype(np.float64)) / weighted.scale
    by_rows = written_out.fit(np.ones(copied.exit.size)) / written_out.scale
    plain = fit_cox(treated_against_untreated(copied), age[copied.patient])
    stratified = treated_against_untreated(copied)
    by_cox = fit_cox(
        PersonTime(
            **{
                name: getattr(stratified, name)
                for name in ("entry", "exit", "event", "arm", "patient", "weight", "labels")
            },
            stratum=stratified.arm,
            counted_from="",
        ),
        age[copied.patient],
    )
    np.testing.assert_allclose(by_weight, by_rows, rtol=1e-9)
    np.testing.assert_allclose(by_weight, by_cox.coefficients, rtol=1e-9)
    assert abs(plain.coefficients[0] - by_weight[0]) > 1e-6


def test_stanford_shares_of_the_peers_table(agrees: Agrees, stored: Any) -> None:
    file = example_study_file("stanford_heart_jasa")
    protocol = timezero.read_protocol(file)
    cohort = timezero.read_cohort(registry_path(protocol, file), protocol)
    found, theirs = occupancy(transitions(cohort)), stored["stanford"]
    ours = np.array([found.at(t)[0] for t in theirs["times"]])
    agrees("states: stanford", ours, theirs["share"])
    told = [(0.43312, 0.34267, 0.22421), (0.11080, 0.40320, 0.48600), (0.02015, 0.30175, 0.67811)]
    np.testing.assert_allclose(ours, told, atol=6e-6)


def test_transplanted_patients_of_the_ebmt(agrees: Agrees, stored: Any) -> None:
    with (REFERENCE / "inputs" / "ebmt3.csv").open(encoding="utf-8", newline="") as lines:
        told = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]
    recovery = np.array([p["prtime"] if p["prstat"] == 1.0 else np.nan for p in told])
    cohort = state_cohort(
        exit_time=np.array([p["rfstime"] for p in told]),
        event=np.array([p["rfsstat"] == 1.0 for p in told]),
        initiation=recovery,
    )
    rows, theirs = transitions(cohort), stored["ebmt"]
    found = occupancy(rows)
    agrees("states: ebmt", [found.at(t)[0] for t in theirs["times"]], theirs["share"])
    counts = [r.n for r in transition_rates(rows, level=0.95)]
    assert counts == theirs["moves"] == [1169, 458, 383]
    influence = occupancy_influence(rows, np.array(theirs["times"]), n_patients=cohort.n)
    standard_error = np.sqrt((influence**2).sum(axis=1))
    agrees("states: ebmt jackknife", standard_error, theirs["jackknife"])


def test_cumulative_incidence_of_progression(agrees: Agrees, stored: Any) -> None:
    with (REFERENCE / "data" / "mgus2_competing.csv").open(encoding="utf-8", newline="") as lines:
        told = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]
    status = np.array([p["status"] for p in told])
    n = status.size
    rows = PersonTime(
        entry=np.full(n, -np.inf),
        exit=np.array([p["time"] for p in told]),
        event=status == 1.0,
        arm=np.array([int(p["arm"]) for p in told]),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("women", "men"),
        counted_from="diagnosis",
    )
    curves = [incidence_curve(rows, status == 2.0, arm=arm) for arm in (0, 1)]
    for curve, theirs in zip(curves, stored["mgus"], strict=True):
        read = [survival_at(curve, t) for t in theirs["times"]]
        agrees("incidence: share", [1.0 - r.value for r in read], theirs["incidence"])
        agrees("incidence: error", [r.standard_error for r in read], theirs["greenwood"])
        # With one state to leave, the jackknife is Greenwood's formula.
        agrees("incidence: jackknife", [r.standard_error for r in read], theirs["jackknife"])
    women, men = stored["mgus"]
    difference = incidence_difference(*curves, horizon=120.0)
    agrees("incidence: difference", difference.value, men["incidence"][1] - women["incidence"][1])
    error = float(np.hypot(men["greenwood"][1], women["greenwood"][1]))
    agrees("incidence: difference", difference.standard_error, error)
    np.testing.assert_allclose(difference.upper - difference.lower, 2 * 1.959963984540054 * error)
