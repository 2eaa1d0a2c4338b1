"""The six verdicts of an audit, just below, at, and just above their thresholds."""

from __future__ import annotations

import math

import pytest

from audit_claims import MEDIANS, SIXTY, evidence_from
from audit_fixture import around
from timezero.audit.contrast import Comparison, choose_comparison
from timezero.audit.verdict import HEADLINES, Ground, decide, make_verdict, percent_text
from timezero.model.audit_result import CompatibleEffect, DoNothing
from timezero.model.result import DataTable

NO_TABLE = DataTable(name="", title="", columns={}, notes={})
A_BIT = 1e-9


def ground(
    none: float = 0.01,
    moderate: float = 0.02,
    strong: float = 0.03,
    *,
    harmful: float = 0.1,
    effective: float = 500.0,
    randomised: bool = False,
) -> Ground:
    return Ground(
        as_large={"none": none, "moderate": moderate, "strong": strong},
        harmful={"none": harmful},
        effective={"none": 500.0, "moderate": effective, "strong": 500.0},
        favours_late=True,
        randomised=randomised,
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (ground(none=0.05 - A_BIT), "more_than_waiting_and_selection"),
        (ground(none=0.05), "waiting_could_produce_it"),
        (ground(none=0.95 - A_BIT), "waiting_could_produce_it"),
        (ground(none=0.95), "harm_may_be_hidden"),
        (ground(none=1.0), "harm_may_be_hidden"),
        (ground(none=0.3, harmful=0.975 - A_BIT), "waiting_could_produce_it"),
        (ground(none=0.3, harmful=0.975), "harm_may_be_hidden"),
        (ground(none=0.0, harmful=0.975), "harm_may_be_hidden"),
        (ground(none=0.3, harmful=0.025 + A_BIT), "waiting_could_produce_it"),
        (
            ground(none=0.3, moderate=0.3, harmful=0.025 - A_BIT),
            "moderate_selection_could_produce_it",
        ),
        (ground(moderate=0.05 - A_BIT), "more_than_waiting_and_selection"),
        (ground(moderate=0.05), "moderate_selection_could_produce_it"),
        (ground(moderate=0.05, strong=0.5), "moderate_selection_could_produce_it"),
        (ground(strong=0.05 - A_BIT), "more_than_waiting_and_selection"),
        (ground(strong=0.05), "strong_selection_could_produce_it"),
        (ground(none=0.0, moderate=0.0, strong=0.0), "more_than_waiting_and_selection"),
        (ground(none=0.3, effective=100.0 - A_BIT), "cannot_tell"),
        (ground(none=0.3, effective=100.0), "waiting_could_produce_it"),
        (ground(none=math.nan), "cannot_tell"),
    ],
)
def test_thresholds(given: Ground, code: str) -> None:
    assert decide(given) == code


@pytest.mark.parametrize(
    ("none", "code"),
    [
        (0.025 - A_BIT, "more_than_waiting_and_selection"),
        (0.025, "waiting_could_produce_it"),
        (0.975, "waiting_could_produce_it"),
        (0.975 + A_BIT, "more_than_waiting_and_selection"),
    ],
)
def test_thresholds_where_patients_were_randomised(none: float, code: str) -> None:
    # Harm cannot be hidden by waiting where nobody waited: a fitted effect does not decide.
    assert decide(ground(none=none, harmful=0.99, randomised=True)) == code


def test_nothing_simulated_is_no_verdict() -> None:
    nothing = Ground(as_large={}, harmful={}, effective={}, favours_late=True, randomised=False)
    assert decide(nothing) == "cannot_tell"


def test_every_code_has_its_headline() -> None:
    assert len(HEADLINES) == 6
    assert len(set(HEADLINES.values())) == 6


def worlds(share: float) -> DoNothing:
    return DoNothing(
        setting="none",
        contrasts={},
        observed={},
        p_as_large=share,
        compared_on="hazard_ratio",
        monte_carlo_error=0.01,
        n_worlds=900,
        effective_n=400.0,
        histogram=NO_TABLE,
    )


def effects(p_benefit: float, fits: float = 1.0) -> CompatibleEffect:
    return CompatibleEffect(
        setting="none",
        hazard_ratio=around(0.8, 0.3),
        p_benefit=p_benefit,
        n_worlds=900,
        effective_n=400.0,
        fits=fits,
        density=NO_TABLE,
    )


def verdict_of(share: float, *, ratio: str = "0.5", fits: float = 1.0, **question):
    evidence = evidence_from(question, **SIXTY, hazard_ratio=ratio)
    return make_verdict(
        evidence,
        choose_comparison(evidence),
        do_nothing={"none": worlds(share), "moderate": worlds(share)},
        compatible={"none": effects(0.6, fits)},
        split=None,
        not_possible=("something",),
    )


def test_a_contrast_against_the_treated_is_read_the_other_way() -> None:
    # 2 % of do-nothing worlds are at least as unfavourable, so 98 % look better than printed.
    assert verdict_of(0.02, ratio="1.6").code == "harm_may_be_hidden"
    assert verdict_of(0.02, ratio="0.5").code == "more_than_waiting_and_selection"
    assert verdict_of(0.5, ratio="1.6").code == "waiting_could_produce_it"


def test_words_of_a_verdict() -> None:
    found = verdict_of(0.3)
    assert found.headline == HEADLINES["waiting_could_produce_it"]
    assert "30% of simulated studies" in found.reasons[0]
    assert found.reasons[0].endswith("in favour of the treated")
    assert "something" not in found.reasons
    assert any("may contradict each other" in r for r in verdict_of(0.3, fits=0.5).reasons)


def test_a_randomised_verdict_speaks_of_chance_alone() -> None:
    found = verdict_of(0.3, comparison="randomised")
    assert "chance alone" in found.headline
    assert sum("simulated studies" in r for r in found.reasons) == 1


def test_without_a_contrast_the_reasons_are_what_is_missing() -> None:
    found = make_verdict(
        evidence_from(**SIXTY),
        None,
        do_nothing={},
        compatible={},
        split=None,
        not_possible=("no contrast",),
    )
    assert (found.code, found.reasons) == ("cannot_tell", ("no contrast",))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "less than 1%"),
        (0.0049, "less than 1%"),
        (0.3, "30%"),
        (0.9951, "more than 99%"),
        (1.0, "more than 99%"),
        (math.nan, "an unknown share"),
    ],
)
def test_percentages_are_never_all_or_nothing(share: float, text: str) -> None:
    assert percent_text(share) == text


def test_medians_choose_the_comparison() -> None:
    comparison = choose_comparison(evidence_from(**SIXTY, **MEDIANS))
    assert isinstance(comparison, Comparison)
    assert comparison.favours_late
