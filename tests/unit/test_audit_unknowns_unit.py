"""Ranges of what is not printed: from print, from the claim file, or by default."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audit_claims import MEDIANS, SIXTY, evidence_from
from timezero.audit.frailty import FrailtyLaw
from timezero.audit.prior import PLACE, Coordinate, Prior, Worlds, make_worlds, named_values
from timezero.audit.unknown_follow_up import closed
from timezero.audit.unknowns import laws_of, make_prior
from timezero.errors import InputRefused
from timezero.intake.printed import Span

N = 4_000


def coordinate(prior: Prior, name: str) -> Coordinate:
    return prior.coordinates[prior.place(name)]


def worlds_of(prior: Prior, n: int = N) -> Worlds:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((n, len(prior.coordinates)))
    return make_worlds(prior, x, rng.integers(prior.n_kinds, size=n))


def column(worlds: Worlds, name: str) -> np.ndarray:
    return worlds.rows[:, PLACE[name]]


def test_scales_reach_their_ends_evenly() -> None:
    share = np.array([0.0, 0.5, 1.0])
    even = Coordinate(name="a", label="", lower=2.0, upper=6.0)
    assert even.values(share).tolist() == [2, 4, 6]
    log = Coordinate(name="a", label="", lower=1.0, upper=100.0, scale="log")
    assert log.values(share) == pytest.approx([1, 10, 100])
    whole = Coordinate(name="a", label="", lower=3.0, upper=5.0, scale="whole")
    counts = np.bincount(whole.values(np.linspace(0, 1, 3_001)).astype(int))
    assert counts[:3].tolist() == [0, 0, 0]
    assert counts[3:] == pytest.approx([1000, 1000, 1000], abs=1)


def test_ends_that_print_leaves_open_are_closed() -> None:
    assert closed(Span(lower=72.0, upper=math.inf, rule="")) == (72.0, 360.0)
    assert closed(Span(lower=0.0, upper=5.0, rule="")) == (1.0, 5.0)
    assert closed(Span(lower=math.nan, upper=math.inf, rule="")) is None
    assert closed(Span(lower=0.0, upper=0.0, rule="")) is None
    assert closed(None) is None


def test_every_world_lies_in_its_ranges() -> None:
    evidence = evidence_from({}, {"trigger": True, "harm_window": 2.0}, **SIXTY, **MEDIANS)
    laws = laws_of("strong", evidence)
    prior = make_prior(evidence, laws=laws, selection=1.0, effect=True)
    worlds = worlds_of(prior)
    values = named_values(
        prior, np.random.default_rng(4).standard_normal((N, len(prior.coordinates)))
    )
    for c in prior.coordinates:
        assert c.lower - 1e-9 <= values[c.name].min() or c.name == "cure"
        assert values[c.name].max() <= c.upper + 1e-9
    assert set(column(worlds, "frailty")) == {1.0, 2.0}
    assert set(column(worlds, "selection")) == {1.0}
    assert set(column(worlds, "harm_window")) == {2.0}
    assert np.all(column(worlds, "accrual") <= column(worlds, "follow_up_end"))
    assert np.all(np.diff(worlds.knots, axis=2) > 0)
    assert prior.n_kinds == 8


def test_do_nothing_worlds_have_no_effect_to_vary() -> None:
    prior = make_prior(evidence_from({}, {"harm_window": 2.0}, **SIXTY, **MEDIANS))
    assert prior.place("hazard_ratio") == prior.place("harm_ratio") == -1
    worlds = worlds_of(prior)
    for name in ("hazard_ratio", "harm_ratio"):
        assert set(column(worlds, name)) == {1.0}
    assert set(column(worlds, "harm_window")) == {0.0}
    assert set(column(worlds, "frailty")) == {0.0}


@pytest.mark.parametrize(
    ("numbers", "ends", "origin"),
    [
        ({"median": "41.2"}, (41.15 / 1.8, 41.25 * 1.5), "printed"),
        ({"median": "over 40"}, (40 / 1.8, 200 * 1.5), "printed"),
        (MEDIANS, (19.5 / 2, 40.5 * 1.5), "printed"),
        ({"median_late": "40", "follow_up": "30"}, (39.5 / 2, 3 * 30.5 * 1.5), "printed"),
        ({"survival": [{"printed": "70", "group": "late", "time": 24}]}, (24 / 5, 120), "printed"),
        ({"hazard_ratio": "0.5"}, (0.5, 2.0), "default"),
    ],
)
def test_range_of_the_median(numbers, ends, origin: str) -> None:
    found = coordinate(make_prior(evidence_from(**SIXTY, **numbers)), "location")
    assert (found.lower, found.upper) == pytest.approx(ends)
    assert found.origin == origin


def test_follow_up_from_accrual() -> None:
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS, accrual="96"))
    worlds = worlds_of(prior)
    after = column(worlds, "follow_up_end") / column(worlds, "accrual") - 1.0
    assert 0.0 <= after.min() < 0.01
    assert 0.49 < after.max() <= 0.5
    assert coordinate(prior, "accrual").origin == "printed"


def test_follow_up_after_accrual_is_a_time_where_it_is_set() -> None:
    given = {"accrual": (60, 60), "after_accrual": (12, 24)}
    worlds = worlds_of(make_prior(evidence_from({}, given, **SIXTY, **MEDIANS)))
    after = column(worlds, "follow_up_end") - column(worlds, "accrual")
    assert set(column(worlds, "accrual")) == {60.0}
    assert 12.0 <= after.min() < after.max() <= 24.0
    # Beside a printed end it says when accrual ended.
    evidence = evidence_from(
        {}, {"after_accrual": (12, 24)}, **SIXTY, **MEDIANS, follow_up_end="100"
    )
    prior = make_prior(evidence)
    worlds = worlds_of(prior)
    after = column(worlds, "follow_up_end") - column(worlds, "accrual")
    # Up to how far the length itself may lie from print.
    apart = 1.1 * 100.5 / 99.5
    assert 12.0 / apart <= after.min() < after.max() <= 24.0 * apart
    assert coordinate(prior, "accrual_share").origin == "set in the claim file"


def test_a_printed_end_of_follow_up_is_used_beside_accrual() -> None:
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS, accrual="60", follow_up_end="120"))
    worlds = worlds_of(prior)
    assert column(worlds, "follow_up_end").min() >= 119.5
    assert column(worlds, "follow_up_end").max() <= 1.1 * 120.5
    apart = 1.1 * 120.5 / 119.5
    assert 59.5 / apart <= column(worlds, "accrual").min()
    assert column(worlds, "accrual").max() <= 60.5 * apart


@pytest.mark.parametrize("numbers", [{}, {"follow_up": "30"}, {"follow_up_end": "over six years"}])
def test_follow_up_without_accrual(numbers) -> None:
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS, **numbers))
    share = column(worlds_of(prior), "accrual") / column(worlds_of(prior), "follow_up_end")
    assert 0.3 - 1e-9 <= share.min() < share.max() <= 1.0
    length = coordinate(prior, "follow_up_end")
    assert 0.0 < length.lower < length.upper < math.inf


def test_waits_and_who_could_never_have_it() -> None:
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS, wait="12"))
    location, scale = coordinate(prior, "location"), coordinate(prior, "wait_scale")
    assert scale.lower == pytest.approx(0.3 * 11.5 / location.upper)
    assert scale.upper == pytest.approx(30 * 12.5 / location.lower)
    never = coordinate(prior, "never_eligible")
    assert (never.lower, never.origin) == (0.0, "default")
    assert never.upper == pytest.approx(40 / 60, abs=1e-6)
    given = make_prior(evidence_from({}, {"never_eligible": (0.1, 0.2)}, **SIXTY, **MEDIANS))
    assert coordinate(given, "never_eligible").origin == "set in the claim file"


def test_randomised_patients_do_not_wait() -> None:
    prior = make_prior(evidence_from({"comparison": "randomised"}, **SIXTY, **MEDIANS))
    worlds = worlds_of(prior)
    assert np.all(column(worlds, "wait_scale") < 1e-6)
    assert set(column(worlds, "selection")) == {0.0}
    assert column(worlds, "never_eligible")[0] == pytest.approx(2 / 3, abs=1e-6)


def test_half_of_the_worlds_have_no_cured_patients() -> None:
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS))
    share = np.linspace(0, 1, 1001)
    cure = coordinate(prior, "cure").values(share)
    assert np.mean(cure == 0.0) == pytest.approx(0.5, abs=0.001)
    assert cure.max() == 0.4
    given = make_prior(evidence_from({}, {"cure": (0.1, 0.3)}, **SIXTY, **MEDIANS))
    cure = coordinate(given, "cure")
    assert (cure.values(share).min(), cure.values(share).max()) == pytest.approx((0.1, 0.3))
    assert cure.origin == "set in the claim file"


@pytest.mark.parametrize(
    "given", [{"cure": (0.0, 0.5)}, {"lost_by_median": (0.0, 1.0)}], ids=["cure", "lost"]
)
def test_ranges_that_cannot_be_simulated_are_refused(given) -> None:
    with pytest.raises(InputRefused, match=next(iter(given))):
        make_prior(evidence_from({}, given, **SIXTY, **MEDIANS))


def test_losses_by_the_median() -> None:
    given = {"lost_by_median": (0.2, 0.2)}
    worlds = worlds_of(make_prior(evidence_from({}, given, **SIXTY, **MEDIANS)))
    lost = 1.0 - np.exp(-column(worlds, "loss_rate") * column(worlds, "location"))
    assert lost == pytest.approx(np.full(N, 0.2))


def test_sizes_that_leave_a_choice() -> None:
    worlds = worlds_of(make_prior(evidence_from(n="58 to 62", n_late="20", **MEDIANS)))
    assert set(column(worlds, "n")) == {58, 59, 60, 61, 62}


def test_trigger_only_where_there_is_one() -> None:
    assert make_prior(evidence_from(**SIXTY, **MEDIANS)).place("trigger_ratio") == -1
    assert (
        make_prior(evidence_from(**SIXTY, **MEDIANS, n_triggered="40")).place("trigger_ratio") > 0
    )
    off = evidence_from({}, {"trigger": False}, **SIXTY, **MEDIANS, n_triggered="40")
    assert make_prior(off).place("trigger_ratio") == -1


def test_frailty_law_of_the_claim_file() -> None:
    assert laws_of("none", evidence_from(**SIXTY)) == ()
    assert [law.law for law in laws_of("strong", evidence_from(**SIXTY))] == ["gamma", "log_normal"]
    one = evidence_from({}, {"frailty_law": "gamma"}, **SIXTY)
    assert laws_of("moderate", one) == (FrailtyLaw(law="gamma", variance=1 - 2 / 3),)


def test_curves_replace_the_families() -> None:
    curves = np.array([[[0.0, 10.0, 30.0], [0.0, 0.3, 1.4]]] * 5)
    prior = make_prior(evidence_from(**SIXTY, **MEDIANS), curves=curves)
    worlds = worlds_of(prior, 5)
    assert set(column(worlds, "location")) == {1.0}
    # As many worlds as tables: a part still points at the tables it was made with.
    part = worlds.part(2, 5)
    assert part.rows[:, PLACE["knots"]].tolist() == column(worlds, "knots")[2:].tolist()
    assert part.knots.shape[0] == 5
    assert np.all(column(worlds_of(prior), "knots") < 5)
