"""Sentences for others hold no small count, and thresholds are left as they are."""

from __future__ import annotations

import pytest

from timezero.report.sentences import Discreet

DISCREET = Discreet(smallest=5, n_patients=100, n_events=60, withheld={34})


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("3 patients have no date", "fewer than 5 patients have no date"),
        ("rests on 4 events", "rests on fewer than 5 events"),
        ("one patient was treated", "fewer than 5 patient was treated"),
        ("Two deaths are missing", "Fewer than 5 deaths are missing"),
        ("3 of 60 patients", "fewer than 5 of 60 patients"),
        ("58 of 60 patients", "nearly all of 60 patients"),
        ("34 never treated", "some never treated"),
        ("34 of the 100 patients", "some of the 100 patients"),
        ("2 rows are empty", "fewer than 5 rows are empty"),
        ("2 more patients", "fewer than 5 more patients"),
        ("missing: 3", "missing: fewer than 5"),
        ("n = 2", "n = fewer than 5"),
        ("2% of the patients were lost", "fewer than 5 of the patients were lost"),
        ("98% of the patients stay", "nearly all of the patients stay"),
        ("34% of the patients", "some of the patients"),
    ],
)
def test_small_counts_are_said_otherwise(said: str, instead: str) -> None:
    assert DISCREET.say(said) == instead
    assert DISCREET.say(instead) == instead


@pytest.mark.parametrize(
    "said",
    [
        "hazard ratio 2.4 (1.1 to 4.3)",
        "fewer than 10 events: no adjusted model",
        "at 3 years 40% are alive",
        "the smallest hazard ratio that would be found 4 times in 5 is 2.3",
        "0 patients were left out",
        "63 patients, 40 events",
        "75 events for 3 variables: 25.0 for each",
        "landmarks 30, 60, 90; follow-up of 365 after each",
        "3 landmarks, declared in the protocol",
        "for each 10 events",
        "C1 to C9",
    ],
)
def test_other_numbers_stay(said: str) -> None:
    assert DISCREET.say(said) == said


def test_limits_below_the_threshold_are_raised() -> None:
    cms = Discreet(smallest=11, n_patients=100, n_events=60)
    assert cms.say("fewer than 5 at risk at 365") == "fewer than 11 at risk at 365"
    assert cms.say("10 patients") == "fewer than 11 patients"


def test_places_do_not_lead_to_a_row() -> None:
    where = "registry.csv, column date_2, 3 rows, first at row 118 (D118)"
    assert DISCREET.place(where) == "registry.csv, column date_2, fewer than 5 rows"
    assert DISCREET.place("registry.csv, column age, row 7 (C7)") == "registry.csv, column age"


def test_in_one_s_own_report_everything_is_said() -> None:
    own = Discreet(smallest=1, n_patients=100, n_events=60)
    assert own.say("3 patients") == "3 patients"
    assert own.place("column age, row 7 (C7)") == "column age, row 7 (C7)"
