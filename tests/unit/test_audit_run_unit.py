"""Whole audits, quick and rough: what they never look at, resuming, seeds, threads, odd claims."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit_claims import MEDIANS, SIXTY, a_claim
from timezero.audit.do_nothing import match_margins
from timezero.audit.evidence import evidence_of
from timezero.audit.run import audit_claim, audit_key, claim_digest
from timezero.audit.stages import MOST_PATIENTS, make_plan
from timezero.audit.targets import make_targets
from timezero.audit.worlds_of_claim import Run, rounds_for, spread, weighted_quantiles
from timezero.errors import InputRefused
from timezero.intake.claims import DEFAULT_CLAIM, read_bundled
from timezero.model.audit_result import SETTINGS, AuditResult
from timezero.model.claim import Claim

QUICK = 0.02
CODES = {
    "waiting_could_produce_it",
    "moderate_selection_could_produce_it",
    "strong_selection_could_produce_it",
    "more_than_waiting_and_selection",
    "harm_may_be_hidden",
    "cannot_tell",
}
RATIO = {"hazard_ratio": {"printed": "0.50", "lower": "0.25", "upper": "1.00"}, "p_value": "0.05"}


def quick(claim: Claim, **options: Any) -> AuditResult:
    return audit_claim(claim, **{"effort": QUICK, **options})


def bits(result: AuditResult) -> tuple[str, ...]:
    """Everything that was simulated, as text with every digit."""
    return tuple(
        repr(part)
        for part in (
            result.do_nothing,
            result.compatible,
            result.tipping,
            result.split,
            result.worlds,
            result.assumptions,
            *result.missing,
        )
    )


@pytest.fixture(scope="module")
def bundled() -> AuditResult:
    return quick(read_bundled(DEFAULT_CLAIM), effort=0.05)


def test_the_bundled_claim_is_answered(bundled: AuditResult) -> None:
    assert bundled.verdict.code in CODES - {"cannot_tell"}
    assert tuple(bundled.do_nothing) == tuple(bundled.compatible) == SETTINGS
    assert bundled.not_possible == ()
    assert bundled.split is not None
    assert bundled.verdict.number
    assert bundled.tipping is not None
    assert len(bundled.worlds) == 2
    assert bundled.provenance.n_simulated > 10_000
    for found in bundled.do_nothing.values():
        assert 0.0 <= found.p_as_large <= 1.0
        assert 0.0 < found.monte_carlo_error < 0.2
        assert found.n_worlds >= found.effective_n > 100
    for effect in bundled.compatible.values():
        q = effect.hazard_ratio
        assert 0.0 < q.q025 <= q.q05 <= q.q50 <= q.q95 <= q.q975 < math.inf


def test_assumptions_hold_what_matched(bundled: AuditResult) -> None:
    names = [a.name for a in bundled.assumptions]
    assert len(set(names)) == len(names)
    assert "hazard_ratio" in names
    for a in bundled.assumptions:
        assert a.lower - 1e-9 <= a.kept_lower <= a.kept_upper <= a.upper + 1e-9, a.name


def test_small_worlds_are_simulated_studies(bundled: AuditResult) -> None:
    for world in bundled.worlds:
        late = [p for p in world.patients if not math.isnan(p.initiation)]
        assert 3 <= len(late) <= len(world.patients) - 3
        exits = [p.exit for p in world.patients]
        assert exits == sorted(exits, reverse=True)
        assert all(p.initiation < p.exit for p in late)
        assert all(p.would_have >= p.exit for p in world.patients if not math.isnan(p.would_have))


@pytest.mark.parametrize("comparison", ["ever_treated", "own_clocks", "landmark"])
def test_do_nothing_worlds_never_see_the_contrast(comparison: str) -> None:
    """Another hazard ratio, interval and p-value: not one bit of the worlds changes."""
    question = {"comparison": comparison, "landmark": 6.0}
    other = {"hazard_ratio": {"printed": "2.7", "lower": "1.3", "upper": "5.6"}, "p_value": "0.001"}
    kept = []
    for contrast in (RATIO, other, {"hazard_ratio": "0.03"}):
        claim = a_claim(question, **SIXTY, median="25", wait="9", deaths="45", **contrast)
        plan = make_plan(evidence_of(claim), None)
        for setting in SETTINGS:
            worlds = match_margins(
                plan.do_nothing_stage(setting), Run(seed=3, effort=0.01), n_patients=60
            )
            kept.append(
                (worlds.x.tobytes(), worlds.weight.tobytes(), worlds.table.values.tobytes())
            )
    assert kept[:3] == kept[3:6] == kept[6:]
    # The three settings are not the same worlds.
    assert len({part[0] for part in kept}) == 3


def test_the_whole_audit_describes_the_same_worlds_beside_another_contrast() -> None:
    first, second = (
        quick(a_claim(**SIXTY, median="25", hazard_ratio=printed)) for printed in ("0.50", "0.05")
    )
    for setting in SETTINGS:
        ours, theirs = first.do_nothing[setting], second.do_nothing[setting]
        assert ours.contrasts == theirs.contrasts
        assert ours.effective_n == theirs.effective_n
        assert ours.p_as_large > theirs.p_as_large
    # The effects that fit do see it.
    assert first.compatible["none"].hazard_ratio != second.compatible["none"].hazard_ratio


def test_matching_on_the_contrast_is_refused() -> None:
    plan = make_plan(evidence_of(a_claim(**SIXTY, **MEDIANS, **RATIO)), None)
    with pytest.raises(ValueError, match="never matched on the contrast"):
        match_margins(plan.effect_stage("none"), Run(seed=1, effort=0.01), n_patients=60)


@pytest.fixture(scope="module")
def small() -> Claim:
    return a_claim(**SIXTY, **MEDIANS, **RATIO, wait="9", accrual="96")


@pytest.fixture(scope="module")
def answer(small: Claim) -> AuditResult:
    return quick(small)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_threads_gives_the_same_bits(
    small: Claim, answer: AuditResult, workers: int
) -> None:
    assert bits(quick(small, workers=workers)) == bits(answer)


def test_another_seed_gives_other_bits(small: Claim, answer: AuditResult) -> None:
    other = quick(small, seed=2**64 - 1)
    same_parts = zip(bits(other)[:6], bits(answer)[:6], strict=True)
    assert all(a != b for a, b in same_parts)


def test_an_interrupted_audit_goes_on_to_the_same_bits(
    small: Claim, answer: AuditResult, tmp_path: Path
) -> None:
    seen: list[str] = []

    def interrupt(step: str, _done: int, _total: int) -> None:
        if step not in seen:
            seen.append(step)
        if len(seen) == 5:
            raise KeyboardInterrupt

    folder = tmp_path / "audit"
    with pytest.raises(KeyboardInterrupt):
        quick(small, keep_in=folder, progress=interrupt)
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == [
        "do_nothing_moderate.npz",
        "do_nothing_none.npz",
        "do_nothing_strong.npz",
        "effect_none.npz",
    ]
    (folder / "do_nothing_strong.npz").write_bytes(b"damaged")
    again: list[str] = []
    result = quick(small, keep_in=folder, progress=lambda step, _d, _t: again.append(step))
    assert bits(result) == bits(answer)
    # Only the damaged stage and those that were not reached are simulated.
    assert sorted({step.rpartition(" ")[2] for step in again if "does nothing" in step}) == [
        "strong"
    ]
    assert not folder.exists()


def test_names_of_audits(small: Claim) -> None:
    keys = {
        audit_key(small, None, seed=1, effort=1.0),
        audit_key(small, None, seed=2, effort=1.0),
        audit_key(small, None, seed=1, effort=0.5),
        audit_key(a_claim(**SIXTY), None, seed=1, effort=1.0),
        audit_key(small, {"all": ([0.0, 1.0], [1.0, 0.5])}, seed=1, effort=1.0),
    }
    assert len(keys) == 5
    assert claim_digest(small) == claim_digest(small.model_copy())


ODD: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "own clocks": ({"comparison": "own_clocks"}, {}, {**SIXTY, **MEDIANS}),
    "waiting excluded": ({"comparison": "waiting_excluded"}, {}, {**SIXTY, "hazard_ratio": "0.5"}),
    "landmark": ({"comparison": "landmark", "landmark": 6}, {}, {**SIXTY, "hazard_ratio": "0.5"}),
    "six patients": ({}, {}, {"n": "6", "n_late": "2", **MEDIANS}),
    "sizes contradict": ({}, {}, {"n": "60", "n_late": "50", "n_never": "40", **MEDIANS}),
    "how many late is unknown": ({}, {}, {"n": "60", "hazard_ratio": "0.5"}),
    "survival at a time": (
        {},
        {},
        {
            **SIXTY,
            "survival": [
                {"printed": "70", "group": "late", "time": 24},
                {"printed": "40", "group": "never", "time": 24},
            ],
        },
    ),
    "open ends": (
        {},
        {},
        {
            **SIXTY,
            "median_late": "over six years",
            "median_never": "just over two years",
            "follow_up_end": "over six years",
            "wait": "over two years",
        },
    ),
    "below a limit": ({}, {}, {**SIXTY, "median": "less than 5", "hazard_ratio": "< 0.5"}),
    "not reached, with a ratio": (
        {},
        {},
        {**SIXTY, "median_late": "not reached", "median_never": "not reached", **RATIO},
    ),
    "trigger and harm": (
        {},
        {"trigger": True, "harm_window": 1.0},
        {**SIXTY, **MEDIANS, "n_triggered": "40", "trigger_time": "9"},
    ),
    "against the treated": ({}, {}, {**SIXTY, "median": "20", "hazard_ratio": "1.6"}),
    "in small years": (
        {"unit": "years"},
        {},
        {**SIXTY, "median_late": "0.05", "median_never": "0.02"},
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_claims_are_answered(name: str) -> None:
    """No warning either: pytest turns them into errors."""
    question, assumptions, numbers = ODD[name]
    found = quick(a_claim(question, assumptions, **numbers))
    assert found.verdict.code in CODES
    assert tuple(found.do_nothing) == tuple(found.compatible) == SETTINGS
    assert found.to_json()
    for effect in found.compatible.values():
        assert 0.0 < effect.hazard_ratio.q05 <= effect.hazard_ratio.q95 < math.inf


@pytest.mark.parametrize(
    ("question", "numbers", "why"),
    [
        ({}, {"n_late": "8", **MEDIANS}, "how many patients there were is not printed"),
        ({}, {"n": "more than 50", "n_late": "8", **MEDIANS}, "how many patients there were"),
        ({}, {"n": "3", "n_late": "1", **MEDIANS}, "too few patients"),
        ({}, {**SIXTY, "median": "30"}, "a comparison with the printed contrast"),
        (
            {},
            {**SIXTY, "median_late": "not reached", "median_never": "not reached"},
            "printed contrast",
        ),
        ({"comparison": "landmark"}, {**SIXTY, "hazard_ratio": "0.5"}, "is not stated"),
        ({}, {"n": "60", "n_late": "60", **MEDIANS}, "one of them is printed as empty"),
    ],
)
def test_what_cannot_be_simulated_is_said(
    question: dict[str, Any], numbers: dict[str, Any], why: str
) -> None:
    found = quick(a_claim(question, **numbers))
    assert found.verdict.code == "cannot_tell"
    assert not found.do_nothing
    assert not found.compatible
    assert found.provenance.n_simulated == 0
    assert any(why in said for said in found.not_possible)
    assert found.verdict.reasons == found.not_possible


def test_randomised_patients_did_not_wait() -> None:
    claim = a_claim(
        {"comparison": "randomised"}, n="60", n_late="30", hazard_ratio="0.50", median="30"
    )
    found = quick(claim)
    assert tuple(found.do_nothing) == tuple(found.compatible) == ("none",)
    assert found.tipping is None
    assert found.do_nothing["none"].contrasts["hazard_ratio"].q50 == pytest.approx(1.0, abs=0.12)
    assert found.split is not None
    assert found.split.words.startswith("chance alone")


def test_very_large_studies_are_simulated_smaller() -> None:
    claim = a_claim(
        n="50000",
        n_late="9000",
        deaths="20000",
        hazard_ratio={"printed": "0.62", "lower": "0.58", "upper": "0.66"},
        p_value="0.001",
    )
    plan = make_plan(evidence_of(claim), None)
    assert plan.n_patients == MOST_PATIENTS
    scaled = MOST_PATIENTS / 50_000
    assert plan.scaled == scaled
    targets = {t.statistic: t for t in plan.targets.targets}
    plain = {t.statistic: t for t in make_targets(evidence_of(claim))[0].targets}
    assert targets["n_late"].lower == pytest.approx(9_000 * scaled)
    assert targets["deaths"].upper == pytest.approx(20_000 * scaled)
    powers = {"log_rank_z": 0.5, "hazard_ratio_error": -0.5, "log_hazard_ratio": 0}
    for name, power in powers.items():
        assert targets[name].upper == pytest.approx(plain[name].upper * scaled**power), name
    worlds = plan.do_nothing_stage("none").prior.fixed
    assert worlds["n"] == MOST_PATIENTS


def test_a_very_large_study_is_answered() -> None:
    numbers = {"n": "50000", "n_late": "25000", "hazard_ratio": "0.98", "median": "30"}
    found = quick(a_claim({"comparison": "randomised"}, **numbers))
    assert found.verdict.code in CODES
    assert found.provenance.settings["simulated_patients_share"] == MOST_PATIENTS / 50_000


def test_curves_are_used_for_the_pooled_survival() -> None:
    times = np.linspace(0.0, 60.0, 40)
    claim = a_claim(**SIXTY, n_never="40", **MEDIANS, **RATIO)
    curves = {"late": (times, np.exp(-times / 58.0)), "never": (times, np.exp(-times / 29.0))}
    found = quick(claim, curves=curves)
    assert len(found.curves) == 2
    assert any(a.name == "curve" for a in found.assumptions)
    assert found.verdict.code in CODES


def test_an_impossible_seed_is_refused(small: Claim) -> None:
    with pytest.raises(InputRefused, match="seed"):
        quick(small, seed=-1)


def test_rounds_are_fewer_where_studies_are_large() -> None:
    run = Run(seed=1)
    shares = (0.25, 0.75)
    assert rounds_for(30, run, shares=shares, most=60_000, fewest=12_000) == (15_000, 45_000)
    assert sum(rounds_for(1e6, run, shares=shares, most=60_000, fewest=12_000)) == 12_000
    few = rounds_for(30, Run(seed=1, effort=1e-6), shares=shares, most=60_000, fewest=12_000)
    assert few == (200, 200)


def test_spread_is_half_of_the_middle() -> None:
    rng = np.random.default_rng(9)
    values = np.column_stack([rng.standard_normal(50_000), np.zeros(50_000)])
    values[:100, 0] = np.nan
    found = spread(values, np.ones(50_000))
    # Half of the distance from the 16th to the 84th percentile of a normal law: 0.994.
    assert found[0] == pytest.approx(0.9945, abs=0.02)
    assert found[1] == 1e-6


def test_quantiles_obey_weights() -> None:
    found = weighted_quantiles(
        np.array([3.0, 1.0, 2.0]), np.array([1.0, 7.0, 2.0]), (0.5, 0.8, 1.0)
    )
    assert found.tolist() == [1.0, 2.0, 3.0]


def test_a_strong_effect_is_not_explained_away() -> None:
    """The simulated study whose treatment divides the hazard by five: no waiting, no choice."""
    from timezero.intake.claims import read_bundled

    found = audit_claim(read_bundled("simulated_strong_effect_120"), effort=0.3)
    assert found.verdict.code == "more_than_waiting_and_selection"
    ratio = found.compatible["none"].hazard_ratio
    assert ratio.q025 < 0.2 < ratio.q975 < 1.0
