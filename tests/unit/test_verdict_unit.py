"""The verdict's rules, both ways round, at their edges."""

from __future__ import annotations

import pytest

from timezero.ladder.verdict import HEADLINES, code_of, has_few_events
from timezero.model.estimate import Contrast
from timezero.model.reading import primary_ratio
from timezero.model.result import Rung


def ratio(value, lower, upper, *, variant="unadjusted", n_events=50):
    return Contrast(
        measure="hazard_ratio",
        variant=variant,
        value=value,
        lower=lower,
        upper=upper,
        details={"n_events": float(n_events)},
    )


@pytest.mark.parametrize(
    ("naive", "fair", "code"),
    [
        (ratio(0.27, 0.17, 0.43), ratio(1.13, 0.63, 2.04), "waiting_explains_it"),
        (ratio(0.27, 0.17, 0.43), ratio(0.50, 0.30, 0.83), "waiting_does_not_explain_it"),
        (ratio(0.80, 0.60, 1.10), ratio(1.60, 1.10, 2.30), "harm_was_hidden"),
        # What the first count already shows was not hidden by it.
        (ratio(1.80, 1.20, 2.70), ratio(1.60, 1.10, 2.30), "harm_was_visible"),
        (ratio(1.80, 1.00, 2.70), ratio(1.60, 1.10, 2.30), "harm_was_hidden"),
        (ratio(1.00, 0.70, 1.40), ratio(0.50, 0.30, 0.83), "advantage_was_hidden"),
        # The mirror image of hidden harm: an interval that includes 1 has shown nothing.
        (ratio(0.77, 0.53, 1.10), ratio(0.50, 0.30, 0.83), "advantage_was_hidden"),
        (ratio(1.30, 0.91, 1.89), ratio(2.00, 1.20, 3.33), "harm_was_hidden"),
        (ratio(0.40, 0.20, 0.80), ratio(0.90, 0.30, 2.70), "too_few_to_tell"),
        (ratio(1.10, 0.70, 1.80), ratio(1.20, 0.70, 2.00), "no_advantage_to_explain"),
        # The naive value on the very limit of the fair interval is still inside it.
        (ratio(0.63, 0.40, 0.90), ratio(1.10, 0.63, 2.00), "too_few_to_tell"),
        # An interval that ends at 1 includes 1.
        (ratio(0.30, 0.20, 0.40), ratio(0.70, 0.49, 1.00), "waiting_explains_it"),
        (ratio(0.90, 0.40, 2.10), ratio(1.40, 1.00, 2.00), "waiting_explains_it"),
    ],
)
def test_code_follows_the_two_intervals(naive, fair, code):
    assert code_of(naive, fair) == code
    assert code in HEADLINES


def rung_with(*contrasts):
    return Rung(
        name="time_varying",
        role="correction",
        title="",
        estimand="",
        symbols="",
        counted_from="",
        difference="",
        status="ok",
        contrasts=contrasts,
    )


def test_firth_is_read_first_where_events_are_few():
    ordinary = ratio(0.3, 0.1, 0.9, n_events=9)
    firth = ratio(0.4, 0.1, 1.2, variant="firth")
    assert primary_ratio(rung_with(ordinary, firth)) is firth
    enough = ratio(0.3, 0.1, 0.9, n_events=10)
    assert primary_ratio(rung_with(enough, firth)) is enough


def test_firth_is_all_there_is_when_the_ordinary_estimate_is_infinite():
    firth = ratio(0.4, 0.1, 1.2, variant="firth")
    assert primary_ratio(rung_with(firth)) is firth
    assert primary_ratio(rung_with()) is None


def test_headlines_never_claim_equality_or_cause():
    for headline in HEADLINES.values():
        text = headline.lower()
        assert "no difference" not in text
        assert "effect" not in text
        assert "prolong" not in text
        assert "debunk" not in text


def test_fewer_than_ten_events_cannot_tell_whatever_the_interval_says():
    strong = ratio(0.07, 0.01, 0.60, n_events=9)
    assert code_of(ratio(0.05, 0.01, 0.40), strong) == "too_few_to_tell"
    assert has_few_events(strong)
    enough = ratio(0.07, 0.01, 0.60, n_events=10)
    assert code_of(ratio(0.05, 0.01, 0.40), enough) == "waiting_does_not_explain_it"
