from __future__ import annotations

from typing import Any

import pytest

from timezero.audit.evidence import Evidence, evidence_of
from timezero.audit.print_check import PrintCheck, digits_that_matter, plain_number
from timezero.audit.print_checks import run_checks
from timezero.findings import Severity
from timezero.model.claim import Claim
from timezero.registry import discover

CHECKS: dict[str, PrintCheck] = discover("timezero.audit.checks", "CHECK")
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def evidence(question: dict[str, Any] | None = None, **numbers: Any) -> Evidence:
    """Return the evidence of a claim with these numbers."""
    asked = {"time_zero": "first operation", "comparison": "ever_treated", **(question or {})}
    return evidence_of(Claim.model_validate({"question": asked, "numbers": numbers}))


def number(printed: str, *limits: str, **more: Any) -> dict[str, Any]:
    """Return a printed number, with its confidence limits if given."""
    ends = {"lower": limits[0], "upper": limits[1]} if limits else {}
    return {"printed": printed, **ends, **more}


def at(group: str, **printed: str) -> list[dict[str, Any]]:
    """Return numbers of a group at times: at("late", t12="80 %")."""
    return [
        {"group": group, "time": float(name[1:]), "printed": text} for name, text in printed.items()
    ]


def quartile(group: str, share: float, printed: str) -> dict[str, Any]:
    """Return the time by which a share of a group had died."""
    return {"group": group, "share": share, "printed": printed}


# Of each check: what triggers it, what is found there, and a sound claim that comes near.
PAIRS: dict[str, list[tuple[Evidence, Severity, str, Evidence]]] = {
    "interval_contains_estimate": [
        (
            evidence(hazard_ratio=number("0.45", "0.50", "0.92")),
            ERROR,
            "from 0.50 to 0.92",
            evidence(hazard_ratio=number("0.50", "0.50", "0.92")),
        ),
        (
            evidence(median_late=number("80", "22.9", "71.1")),
            ERROR,
            "does not hold its estimate 80",
            evidence(median_late=number("80", "22.9", "not reached")),
        ),
        (
            evidence(survival=[{**at("late", t12="80 %")[0], "lower": "82 %", "upper": "90 %"}]),
            ERROR,
            "survival at 12 months",
            evidence(survival=[{**at("late", t12="80 %")[0], "lower": "62 %", "upper": "90 %"}]),
        ),
    ],
    "interval_symmetric": [
        (
            evidence(hazard_ratio=number("0.40", "0.30", "0.96")),
            WARNING,
            "0.537",
            evidence(hazard_ratio=number("0.52", "0.30", "0.96")),
        )
    ],
    "p_agrees_with_interval": [
        (
            evidence(hazard_ratio=number("0.60", "0.38", "0.95"), p_value="0.51"),
            WARNING,
            "p-value near 0.029",
            evidence(hazard_ratio=number("0.60", "0.38", "0.95"), p_value="0.03"),
        ),
        (
            evidence(hazard_ratio=number("0.62", "0.40", "0.98"), p_value="0.06"),
            NOTE,
            "different sides of 0.05",
            evidence(hazard_ratio=number("0.62", "0.40", "0.98"), p_value="0.04"),
        ),
    ],
    "p_agrees_with_medians": [
        (
            evidence(
                n_late="8", n_never="21", median_late="30", median_never="27.2", p_value="0.00001"
            ),
            WARNING,
            "much smaller",
            evidence(
                n_late="8", n_never="21", median_late="80", median_never="27.2", p_value="0.007"
            ),
        ),
        (
            evidence(
                n_late="800", n_never="900", median_late="80", median_never="27.2", p_value="0.7"
            ),
            WARNING,
            "much larger",
            evidence(
                n_late="14", n_never="30", median_late="62", median_never="22", p_value="0.141"
            ),
        ),
    ],
    "percentages_possible": [
        (
            evidence(n="29", share_late="29 %"),
            ERROR,
            "8 of 29 are 27.6%, 9 are 31.0%",
            evidence(n="29", share_late="28 %"),
        ),
        (
            evidence(n="29", n_late="8", share_late="31 %"),
            ERROR,
            "8 of 29 patients are 27.6%",
            evidence(n="29", n_late="8", share_late="27.6 %"),
        ),
        (
            evidence(n="29", never_eligible="12 %"),
            WARNING,
            "no whole number of 29",
            evidence(n="26 or 29", never_eligible="12 %"),
        ),
    ],
    "groups_add_up": [
        (
            evidence(n="26", n_late="8", n_never="21"),
            ERROR,
            "29 patients together, and all have 26",
            evidence(n="29", n_late="8", n_never="21"),
        ),
        (
            evidence(n="29", n_late="8", n_never="18"),
            WARNING,
            "26 patients together, and all have 29",
            evidence(n="26 or 29", n_late="8", n_never="18 or 21"),
        ),
        (
            evidence(n="29", n_late="8", n_never="18 or 21"),
            NOTE,
            "with n_never 18",
            evidence(n_late="8", n_never="18 or 21"),
        ),
        (
            evidence(deaths="17", deaths_late="5", deaths_never="13"),
            ERROR,
            "18 deaths together",
            evidence(deaths="18", deaths_late="5", deaths_never="13"),
        ),
        (
            evidence(at_risk=[*at("all", t12="10"), *at("late", t12="8"), *at("never", t12="4")]),
            ERROR,
            "12 patients at risk together",
            evidence(at_risk=[*at("all", t12="12"), *at("late", t12="8"), *at("never", t12="4")]),
        ),
    ],
    "overall_median_between": [
        (
            evidence(median="85", median_late="80", median_never="27.2"),
            WARNING,
            "above those of both",
            evidence(median="41.2", median_late="80", median_never="27.2"),
        ),
        (
            evidence(n="29", deaths="29", median="22", median_late="80", median_never="27.2"),
            ERROR,
            "below those of both",
            evidence(n="29", deaths="29", median="27", median_late="80", median_never="27.2"),
        ),
        (
            evidence(
                n_late="8", n_never="21", median="41.2", quantiles=[quartile("never", 0.75, "36.0")]
            ),
            WARNING,
            "more than half of all",
            evidence(
                n_late="12",
                n_never="21",
                median="41.2",
                quantiles=[quartile("never", 0.75, "36.0")],
            ),
        ),
    ],
    "median_within_follow_up": [
        (
            evidence(median_late="120", follow_up_end="93"),
            ERROR,
            "nobody was followed beyond 93.5",
            evidence(median_late="80", follow_up_end="93"),
        ),
        (
            evidence(median_late="120", accrual="93"),
            NOTE,
            "when follow-up ended is not printed",
            evidence(median_late="80", accrual="93"),
        ),
    ],
    "times_within_follow_up": [
        (
            evidence(accrual="93", follow_up_end="60"),
            ERROR,
            "time in which patients entered: 92.5",
            evidence(accrual="60", follow_up_end="93"),
        ),
        (
            evidence(follow_up_end="93", survival=at("late", t120="54 %")),
            ERROR,
            "survival at 120 months of the late treated",
            evidence(
                follow_up_end="93", survival=at("late", t60="54 %"), at_risk=at("all", t120="0")
            ),
        ),
    ],
    "landmark_classified_late": [
        (
            evidence({"comparison": "landmark", "landmark": 6.0, "classified_until": 24.0}),
            WARNING,
            "until 24 months, after the landmark at 6",
            evidence({"comparison": "landmark", "landmark": 6.0, "classified_until": 6.0}),
        ),
        (
            evidence({"comparison": "landmark", "landmark": 6.0}, wait_longest="14"),
            WARNING,
            "waited 13.5 months",
            evidence({"comparison": "landmark", "landmark": 6.0}, wait_longest="5.5"),
        ),
        (
            evidence({"comparison": "landmark"}),
            NOTE,
            "without a stated landmark",
            evidence({"comparison": "landmark", "landmark": 6.0}),
        ),
    ],
    "early_deaths_excluded": [
        (
            evidence({"early_deaths_excluded": 3.0}, wait_longest="14"),
            WARNING,
            "deaths before 3 months were left out, and waits of 13.5",
            evidence({"early_deaths_excluded": 0.0}, wait_longest="14"),
        )
    ],
    "one_clock": [
        (
            evidence({"comparison": "own_clocks"}),
            WARNING,
            "each from its own procedure",
            evidence({"comparison": "ever_treated"}),
        ),
        (
            evidence({"comparison": "waiting_excluded"}),
            WARNING,
            "not counted in either group",
            evidence({"comparison": "landmark", "landmark": 6.0}),
        ),
        (
            evidence({"time_zero": ""}),
            NOTE,
            "not stated",
            evidence({"time_zero": "transplant list"}),
        ),
    ],
    "full_survival_while_waiting": [
        (
            evidence(survival=[*at("late", t12="100 %"), *at("never", t12="71 %")]),
            WARNING,
            "had to be alive to be treated",
            evidence(survival=[*at("late", t12="96 %"), *at("never", t12="71 %")]),
        ),
        (
            evidence(survival=[*at("late", t12="100 %"), *at("never", t12="71 %")]),
            WARNING,
            "100 %",
            evidence(
                {"comparison": "randomised"},
                survival=[*at("late", t12="100 %"), *at("never", t12="71 %")],
            ),
        ),
    ],
    "no_deaths_while_waiting": [
        (
            evidence(
                n_late="8",
                n_never="21",
                wait_lower_quartile="9",
                at_risk=[*at("late", t6="8"), *at("never", t6="13")],
            ),
            WARNING,
            "at 6 months none of the late treated had died",
            evidence(
                n_late="8",
                n_never="21",
                wait_lower_quartile="9",
                at_risk=[*at("late", t6="7"), *at("never", t6="13")],
            ),
        )
    ],
    "flat_start": [
        (
            evidence(
                survival=[
                    *at("late", t12="98 %", t24="60 %"),
                    *at("never", t12="55 %", t24="35 %"),
                ]
            ),
            WARNING,
            "up to 12 months few of the late treated died",
            evidence(
                survival=[
                    *at("late", t12="85 %", t24="60 %"),
                    *at("never", t12="55 %", t24="35 %"),
                ]
            ),
        )
    ],
    "more_treated_than_triggered": [
        (
            evidence(n_late="11", n_triggered="9"),
            ERROR,
            "11 were treated late, but only 9",
            evidence(n_late="9", n_triggered="9"),
        ),
        (
            evidence(n="29", n_triggered="32"),
            ERROR,
            "32 became candidates out of 29",
            evidence(n="29", n_triggered="29"),
        ),
    ],
    "deaths_within_patients": [
        (
            evidence(n_late="8", deaths_late="9"),
            ERROR,
            "9 deaths among 8",
            evidence(n_late="8", deaths_late="8"),
        ),
        (
            evidence(deaths_never="0", median_never="27.2"),
            ERROR,
            "without a death",
            evidence(deaths_never="0", median_never="not reached"),
        ),
    ],
    "ratio_agrees_with_medians": [
        (
            evidence(times_as_long="4.0", median_late="80", median_never="27.2"),
            WARNING,
            "2.92 to 2.97 times",
            evidence(times_as_long="2.9", median_late="80", median_never="27.2"),
        )
    ],
    "direction_agrees": [
        (
            evidence(hazard_ratio="1.60", median_late="80", median_never="27.2"),
            WARNING,
            "by the medians the late treated did better",
            evidence(hazard_ratio="0.60", median_late="80", median_never="27.2"),
        ),
        (
            evidence(
                hazard_ratio=number("1.20", "1.05", "1.37"), median_late="30", median_never="27"
            ),
            WARNING,
            "by the medians the late treated did better",
            evidence(
                hazard_ratio=number("1.20", "0.95", "1.51"), median_late="30", median_never="27"
            ),
        ),
        (
            evidence(
                hazard_ratio="0.60", survival=[*at("late", t60="20 %"), *at("never", t60="40 %")]
            ),
            WARNING,
            "by survival at 60 months the late treated did worse",
            evidence(
                hazard_ratio="1.60", survival=[*at("late", t60="20 %"), *at("never", t60="40 %")]
            ),
        ),
    ],
    "at_risk_falls": [
        (
            evidence(at_risk=at("late", t0="8", t12="6", t24="7")),
            ERROR,
            "is 7, more than the 6 at 12",
            evidence(at_risk=at("late", t0="8", t12="6", t24="6")),
        ),
        (
            evidence(n_late="8", at_risk=at("late", t0="9", t12="6")),
            ERROR,
            "is 9; the group has 8 patients",
            evidence(n_late="8", at_risk=at("late", t12="8")),
        ),
        (
            evidence(n_late="8", at_risk=at("late", t0="7", t12="6")),
            WARNING,
            "is 7; the group has 8 patients",
            evidence(n_late="8", at_risk=at("late", t0="8", t12="6")),
        ),
    ],
    "survival_falls": [
        (
            evidence(survival=at("never", t12="71 %", t36="74 %")),
            ERROR,
            "survival at 12 months of the never treated is 0.705",
            evidence(survival=at("never", t12="71 %", t36="71 %")),
        ),
        (
            evidence(quantiles=[quartile("all", 0.25, "40"), quartile("all", 0.75, "12")]),
            ERROR,
            "time by which 75% had died",
            evidence(quantiles=[quartile("all", 0.25, "12"), quartile("all", 0.75, "40")]),
        ),
    ],
    "survival_agrees_with_median": [
        (
            evidence(median_never="27.2", survival=at("never", t36="62 %")),
            ERROR,
            "above 50%",
            evidence(median_never="27.2", survival=at("never", t36="50 %")),
        ),
        (
            evidence(
                quantiles=[quartile("late", 0.25, "30")],
                survival=at("late", t12="60 %"),
            ),
            ERROR,
            "below 75%",
            evidence(
                quantiles=[quartile("late", 0.25, "30")],
                survival=at("late", t12="75 %"),
            ),
        ),
        (
            evidence(median_late="not reached", survival=at("late", t60="31 %")),
            ERROR,
            "below 50%",
            evidence(median_late="not reached", survival=at("late", t60="51 %")),
        ),
    ],
    "at_risk_agrees_with_survival": [
        (
            evidence(n_never="21", at_risk=at("never", t12="18"), survival=at("never", t12="71 %")),
            WARNING,
            "more than survival leaves alive of 21",
            evidence(n_never="21", at_risk=at("never", t12="15"), survival=at("never", t12="71 %")),
        )
    ],
    "waits_in_order": [
        (
            evidence(wait="26", wait_upper_quartile="19"),
            ERROR,
            "median wait for the late treatment is longer than the upper quartile",
            evidence(wait="18.9", wait_upper_quartile="19"),
        ),
        (
            evidence(wait_mean="70", wait_longest="61"),
            ERROR,
            "mean wait is longer",
            evidence(wait_mean="30", wait_longest="61"),
        ),
    ],
    "wait_within_life": [
        (
            evidence(wait_shortest="30", median_late="27.2"),
            ERROR,
            "nobody was treated before 29.5",
            evidence(wait_shortest="8", median_late="27.2"),
        ),
        (
            evidence(wait_shortest="14", survival=at("late", t12="83 %")),
            ERROR,
            "before anybody was treated",
            evidence(wait_shortest="4", survival=at("late", t12="83 %")),
        ),
        (
            evidence(wait="40", median_late="27.2"),
            WARNING,
            "would have died waiting",
            evidence({"comparison": "own_clocks"}, wait="40", median_late="27.2"),
        ),
    ],
    "mean_or_median": [
        (
            evidence(mean_late="63.4", median_late="63.4"),
            WARNING,
            "mean and median are both 63.4",
            evidence(mean_late="63.4", median_late="61.8"),
        ),
        (
            evidence(mean=number("41", sentence="Median survival was 41 months.")),
            WARNING,
            "says 'Median', but the number is entered as a mean",
            evidence(mean=number("41", sentence="Mean survival was 41 months.")),
        ),
        (
            evidence(median=number("41", sentence="They lived 41 months on average.")),
            NOTE,
            "says 'average'",
            evidence(median=number("41", sentence="This may mean that the median was 41.")),
        ),
    ],
    "mean_possible": [
        (
            evidence(mean_late="38", median_late="80"),
            ERROR,
            "39.8 or more",
            evidence(mean_late="40", median_late="80"),
        ),
        (
            evidence(median_never="27.2", rmst=at("never", t60="52.3")),
            ERROR,
            "between 13.6 and 43.6",
            evidence(median_never="27.2", rmst=at("never", t60="31.4")),
        ),
    ],
    "same_number_twice": [
        (
            evidence(median_late="27.2", median_never="27.2"),
            WARNING,
            "both groups have 27.2",
            evidence(median_late="27", median_never="27"),
        ),
        (
            evidence(quantiles=[quartile("late", 0.25, "12.4"), quartile("never", 0.25, "12.4")]),
            WARNING,
            "both groups have 12.4",
            evidence(survival=[*at("late", t12="71.4 %"), *at("never", t12="71.4 %")]),
        ),
    ],
    "p_possible": [
        (
            evidence(p_value=number("1.7", interval=(0.9, 1.0))),
            ERROR,
            "1.7, which is not between 0 and 1",
            evidence(p_value="1.0"),
        ),
        (evidence(p_value="0.000"), WARNING, "printed as 0.000", evidence(p_value="0.001")),
        (evidence(p_value="0"), WARNING, "no p-value is zero", evidence(p_value="< 0.001")),
    ],
    "values_possible": [
        (
            evidence(n=number("29.5", interval=(29.0, 30.0))),
            ERROR,
            "29.5 is not a whole number",
            evidence(n="1,295"),
        ),
        (
            evidence(survival=[{**at("late", t12="104 %")[0], "interval": (0.9, 1.0)}]),
            ERROR,
            "104 % is more than 100 %",
            evidence(survival=at("late", t12="100 %")),
        ),
        (
            evidence(hazard_ratio=number("-0.45", interval=(0.4, 0.5))),
            ERROR,
            "-0.45 is a negative number",
            evidence(hazard_ratio=number("0.45", "0.00", "0.90")),
        ),
    ],
    "share_precision": [
        (
            evidence(n_late="8", survival=at("late", t12="87.5 %")),
            NOTE,
            "printed to 0.10%, and one of 8 patients is 12.5%",
            evidence(n_late="8", survival=at("late", t12="88 %")),
        )
    ],
    "time_precision": [
        (
            evidence(median_late="80.137"),
            NOTE,
            "dates give whole days",
            evidence(median_late="80.14"),
        )
    ],
}
CASES = [
    pytest.param(name, *case, id=f"{name}-{k}")
    for name, cases in PAIRS.items()
    for k, case in enumerate(cases)
]


def test_every_check_has_a_claim_that_triggers_it_and_a_sound_one() -> None:
    assert sorted(PAIRS) == sorted(CHECKS)


@pytest.mark.parametrize(("name", "wrong", "severity", "words", "sound"), CASES)
def test_check_finds_what_is_wrong_and_leaves_what_is_sound(
    name: str, wrong: Evidence, severity: Severity, words: str, sound: Evidence
) -> None:
    found = CHECKS[name].run(wrong)
    assert found.possible
    assert [f.severity for f in found.findings] == [severity]
    assert words in found.findings[0].what
    assert found.findings[0].code == name
    assert found.findings[0].mend.startswith("ask ")
    passed = CHECKS[name].run(sound)
    assert passed.findings == ()


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "early_deaths_excluded"])
def test_check_says_when_it_has_nothing_to_look_at(name: str) -> None:
    found = CHECKS[name].run(evidence())
    assert found.findings == ()
    assert found.possible == (name == "one_clock")


def test_unstated_comparison_makes_a_wait_beyond_life_a_warning() -> None:
    claim = evidence({"comparison": "not_stated"}, wait_shortest="30", median_late="27.2")
    assert [f.severity for f in CHECKS["wait_within_life"].run(claim).findings] == [WARNING]


def test_survival_of_both_groups_the_same_at_two_times_is_mentioned() -> None:
    late, never = ({"t12": "71.4 %", "t24": "58.9 %"} for _ in range(2))
    twice = evidence(survival=[*at("late", **late), *at("never", **never)])
    assert len(CHECKS["same_number_twice"].run(twice).findings) == 2


def test_findings_quote_the_sentence() -> None:
    said = "Nine of the eight had died."
    claim = evidence(n_late="8", deaths_late=number("9", sentence=said))
    finding = CHECKS["deaths_within_patients"].run(claim).findings[0]
    assert finding.where == f"deaths_late '9' in “{said}”; n_late '8'"


def test_results_are_given_for_every_check_in_order() -> None:
    results = run_checks(evidence(n="26", n_late="8", n_never="21", p_value="0.000"))
    assert [r.name for r in results] == sorted(CHECKS)
    by_name = {r.name: r for r in results}
    assert by_name["groups_add_up"].status == "found"
    assert by_name["waits_in_order"].status == "not_possible"
    assert by_name["time_precision"].status == "not_possible"
    assert by_name["values_possible"].status == "passed"
    assert all(r.title and (r.status == "found") == bool(r.findings) for r in results)


@pytest.mark.parametrize(
    ("printed", "value", "digits"),
    [
        ("27.2", 27.2, 3),
        ("27·2", 27.2, 3),
        ("27,2", 27.2, 3),
        ("1,295", 1295.0, 4),
        ("80 %", 80.0, 2),
        (".007", 0.007, 1),
        ("−3", -3.0, 1),
        ("%", None, 0),
        ("18 or 21", None, 0),
        ("< 0.001", None, 0),
    ],
)
def test_plain_numbers_are_read(printed: str, value: float | None, digits: int) -> None:
    assert plain_number(printed) == value
    assert digits_that_matter(printed) == digits
