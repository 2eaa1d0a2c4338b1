"""The rungs illness_death and bayesian, and competing events on the whole ladder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import timezero
from multi_state_patients import state_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import registry_path
from timezero.ladder.run import prepare_climb
from timezero.ladder.rungs.bayesian import RUNG as BAYESIAN
from timezero.ladder.rungs.bayesian import chance_words
from timezero.ladder.rungs.illness_death import RUNG as ILLNESS_DEATH
from timezero.ladder.rungs.landmark import RUNG as LANDMARK
from timezero.ladder.rungs.mantel_byar import RUNG as MANTEL_BYAR
from timezero.ladder.rungs.simon_makuch import RUNG as SIMON_MAKUCH
from timezero.ladder.rungs.time_varying import RUNG as TIME_VARYING
from timezero.model.cohort import Cohort, History
from timezero.model.protocol import Protocol
from timezero.model.reading import primary_ratio
from timezero.model.result import Rung

EFFECT = "simulated_repeat_effect_500"
OPEN = "treatment_as_observed_vs_switched_off"
WAIT = "everybody_at_median_wait_vs_switched_off"


def example(name: str) -> tuple[Cohort, Protocol]:
    file = example_study_file(name)
    protocol = timezero.read_protocol(file)
    return timezero.read_cohort(registry_path(protocol, file), protocol), protocol


def few(protocol: Protocol, **changes: Any) -> Protocol:
    analysis = protocol.analysis.model_copy(update={"bootstrap": 20, "redeals": 200})
    fitness = protocol.fitness.model_copy(update={"replicates": 60} | changes)
    return protocol.model_copy(update={"analysis": analysis, "fitness": fitness})


@cache
def climbed(name: str, rung: str) -> Rung:
    cohort, protocol = example(name)
    method = {"illness_death": ILLNESS_DEATH, "bayesian": BAYESIAN}[rung]
    return method.rung(prepare_climb(cohort, few(protocol)))


@cache
def with_competing() -> tuple[Cohort, Protocol]:
    cohort, protocol = example(EFFECT)
    other = cohort.event & (np.arange(cohort.n) % 4 == 0)
    return replace(cohort, event=cohort.event & ~other, competing=other), few(protocol)


def test_illness_death_finds_the_effect_that_was_simulated() -> None:
    rung = climbed(EFFECT, "illness_death")
    ratio = primary_ratio(rung)
    assert ratio is not None
    assert ratio.variant == "clock_forward"
    assert ratio.lower < 0.5 < ratio.upper
    crude = rung.contrast("hazard_ratio", "clock_forward_without_covariates")
    assert crude is not None
    assert crude.value < ratio.value
    for horizon in (24.0, 60.0):
        given, everybody = (
            next(c for c in rung.contrasts if (c.measure, c.variant, c.at) == wanted)
            for wanted in (
                ("survival_difference", OPEN, horizon),
                ("survival_difference", WAIT, horizon),
            )
        )
        assert 0.0 < given.lower < given.value < everybody.value
        assert given.standard_error < everybody.standard_error


def test_illness_death_tables() -> None:
    rung = climbed(EFFECT, "illness_death")
    shares = rung.table("occupancy")
    assert shares is not None
    assert list(shares.columns) == [
        "time",
        "not yet triggered",
        "triggered, not treated",
        "treated",
        "dead",
    ]
    lines = np.array([shares.columns[name] for name in list(shares.columns)[1:]], dtype=np.float64)
    np.testing.assert_allclose(lines.sum(axis=0), 1.0)
    ways = rung.table("transitions")
    assert ways is not None
    assert (
        sum(ways.columns["n"][k] for k, to in enumerate(ways.columns["to"]) if to == "dead") == 281
    )
    stay = rung.table("length_of_stay")
    assert stay is not None
    assert sum(stay.columns["time"]) == pytest.approx(60.0)
    for name in ("landmark_occupancy", "rate_ratios_by_time_in_state"):
        table = rung.table(name)
        assert table is not None
        assert len({len(column) for column in table.columns.values()}) == 1


def test_twenty_nine_patients() -> None:
    rung = climbed("simulated_repeat_hipec_29", "illness_death")
    ratio = primary_ratio(rung)
    assert ratio is not None
    assert "Firth" in ratio.method
    assert 0.0 < ratio.lower < ratio.value < ratio.upper < np.inf
    assert not any(c.measure == "rmst_difference" for c in rung.contrasts)
    assert any("guard G23" in caution for caution in rung.cautions)
    beliefs = climbed("simulated_repeat_hipec_29", "bayesian")
    first = primary_ratio(beliefs)
    assert first is not None
    assert first.variant == "posterior_neutral"
    assert 0.0 < first.lower < first.value < first.upper
    assert any("not both convinced" in caution for caution in beliefs.cautions)
    table = beliefs.table("priors")
    assert table is not None
    assert table.columns["prior"] == ("neutral", "sceptical", "enthusiastic")
    assert table.columns["probability_before"] == pytest.approx((0.5, 0.5, 0.975))


def test_without_bootstrap_there_are_no_intervals_but_values() -> None:
    cohort, protocol = example(EFFECT)
    rung = ILLNESS_DEATH.rung(prepare_climb(cohort, few(protocol, replicates=0)))
    found = next(c for c in rung.contrasts if c.variant == OPEN)
    assert np.isfinite(found.value)
    assert np.isnan(found.lower)
    assert any("fitness.replicates = 0" in caution for caution in rung.cautions)


def test_without_covariates_the_reason_is_said() -> None:
    cohort, protocol = example(EFFECT)
    data = protocol.data.model_copy(update={"covariates": ()})
    bare = few(protocol).model_copy(update={"data": data})
    rung = ILLNESS_DEATH.rung(prepare_climb(replace(cohort, covariates=()), bare))
    assert rung.contrast("hazard_ratio", "clock_forward_without_covariates") is None
    assert rung.contrast("hazard_ratio", "clock_forward") is not None
    assert any("names none" in caution for caution in rung.cautions)


def test_states_without_contrasts_when_all_are_treated_at_once() -> None:
    n = 40
    exit_time = np.arange(1.0, n + 1.0)
    initiation = np.where(np.arange(n) % 2 == 0, exit_time / 2.0, np.nan)
    cohort = state_cohort(
        exit_time=exit_time,
        event=np.ones(n, dtype=np.bool_),
        initiation=initiation,
        trigger=initiation.copy(),
    )
    rung = ILLNESS_DEATH.rung(prepare_climb(cohort, few(Protocol())))
    assert rung.status == "ok"
    assert rung.table("occupancy") is not None
    assert not rung.contrasts
    assert any("treated at once" in caution for caution in rung.cautions)
    refused = BAYESIAN.rung(prepare_climb(cohort, few(Protocol())))
    assert refused.status == "refused"
    assert "no time in one of the two states" in refused.refusal


def test_late_entry_is_said_to_rest_on_the_markov_assumption() -> None:
    cohort, protocol = example(EFFECT)
    entry = np.where(np.arange(cohort.n) % 10 == 0, cohort.exit / 2.0, -np.inf)
    rung = ILLNESS_DEATH.rung(prepare_climb(replace(cohort, entry=entry), few(protocol)))
    assert any("(Markov)" in caution for caution in rung.cautions)


def test_competing_events_in_illness_death_and_bayesian() -> None:
    cohort, protocol = with_competing()
    for method, variant in ((ILLNESS_DEATH, OPEN), (BAYESIAN, "posterior_neutral")):
        rung = method.rung(prepare_climb(cohort, protocol))
        measures = {c.measure for c in rung.contrasts}
        assert "cumulative_incidence_difference" in measures
        assert not measures & {"rmst_difference", "survival_difference"}
        found = next(
            c
            for c in rung.contrasts
            if (c.measure, c.variant) == ("cumulative_incidence_difference", variant)
        )
        assert found.lower < found.value < found.upper
        assert any(caution.startswith("time lived is refused") for caution in rung.cautions)


def test_competing_events_on_the_lower_rungs() -> None:
    cohort, protocol = with_competing()
    climb = prepare_climb(cohort, protocol)
    fixed = LANDMARK.rung(climb)
    found = [c for c in fixed.contrasts if c.measure == "cumulative_incidence_difference"]
    assert found
    assert all(c.lower < c.value < c.upper for c in found)
    assert not any(c.measure == "rmst_difference" for c in fixed.contrasts)
    assert all("without the event" in curve.label for curve in fixed.curves)
    assert all(np.isnan(arm.median) for arm in fixed.arms)
    states = SIMON_MAKUCH.rung(climb)
    assert states.status == "refused"
    assert "competing event" in states.refusal
    model = TIME_VARYING.rung(climb)
    assert model.status == "ok"
    assert not model.curves
    assert any("cause-specific" in caution for caution in model.cautions)
    test = MANTEL_BYAR.rung(climb).contrast("hazard_ratio", "peto")
    assert test is not None
    assert "competing events count as censoring" in test.method


def test_what_was_measured_later_is_said_to_be_left_out() -> None:
    cohort, protocol = example(EFFECT)
    history = History(
        name="fitness",
        kind="numeric",
        patient=np.array([0]),
        time=np.array([1.0]),
        values=np.array([2.0]),
    )
    climb = prepare_climb(replace(cohort, histories=(history,)), few(protocol))
    rung = ILLNESS_DEATH.rung(climb)
    assert any("measured after the origin is not used" in caution for caution in rung.cautions)
    beliefs = BAYESIAN.rung(climb)
    assert any("no covariates enter" in caution for caution in beliefs.cautions)


def test_chances_are_never_certain() -> None:
    assert chance_words(0.99999) == "more than 99.9%"
    assert chance_words(0.00001) == "less than 0.1%"
    assert chance_words(0.5) == "50.0%"
