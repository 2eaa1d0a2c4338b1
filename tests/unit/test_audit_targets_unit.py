"""Printed numbers as targets: scales, caps, limits, mixtures, and bounds of the pooled curve."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audit_claims import MEDIANS, SIXTY, evidence_from
from late_patients import a_world, patients_of, summary_of
from timezero.audit.printed_table import PrintedTable
from timezero.audit.simulate import Query
from timezero.audit.targets import Target, Targets, make_targets, transformed

INF = math.inf


def by_name(*args, **numbers) -> dict[str, Target]:
    return {t.statistic: t for t in make_targets(evidence_from(*args, **numbers))[0].targets}


def test_scales() -> None:
    values = np.array([4.0, 100.0, INF])
    assert transformed(values, "count", cap=50.0).tolist() == [2, 10, INF]
    assert transformed(values, "time", cap=50.0) == pytest.approx(np.log([4, 50, 50]))
    assert transformed(values, "ratio", cap=50.0) == pytest.approx(np.log([4, 100, 1000]))
    assert transformed(values, "plain", cap=50.0) is values
    shares = np.array([-0.1, 0.25, 1.0])
    assert transformed(shares, "share", cap=1.0) == pytest.approx([0, math.pi / 6, math.pi / 2])


def test_a_small_unit_does_not_cut_ratios_off() -> None:
    # In years the longest time is 0.04, and four times that is no limit for a standard error.
    found, _ = make_targets(
        evidence_from(
            {"unit": "years"},
            **SIXTY,
            median_late="0.04",
            median_never="0.02",
            hazard_ratio={"printed": "0.50", "lower": "0.30", "upper": "0.83"},
        )
    )
    assert found.cap == pytest.approx(4 * 0.045)
    error = next(t for t in found.targets if t.statistic == "hazard_ratio_error")
    table = PrintedTable(names=("hazard_ratio_error",), values=np.array([[0.26], [0.52]]))
    excess = Targets(targets=(error,), cap=found.cap).excess(table)[:, 0]
    assert excess[0] == 0.0
    assert excess[1] == pytest.approx(math.log(0.52 / error.upper))


def test_excess_is_nothing_inside_and_signed_outside() -> None:
    target = Target(
        statistic="n_late", scale="count", lower=16.0, upper=25.0, use="size", printed="n_late"
    )
    table = PrintedTable(
        names=("n_late",), values=np.array([[9.0], [16.0], [20.0], [36.0], [np.nan]])
    )
    excess = Targets(targets=(target,), cap=1.0).excess(table)[:, 0]
    assert excess[:4].tolist() == [-1, 0, 0, 1]
    assert math.isnan(excess[4])


def test_hazard_ratio_with_its_error() -> None:
    found = by_name(**SIXTY, hazard_ratio={"printed": "0.50", "lower": "0.30", "upper": "0.83"})
    assert found["log_hazard_ratio"].lower == pytest.approx(math.log(0.495))
    assert found["log_hazard_ratio"].upper == pytest.approx(math.log(0.505))
    error = found["hazard_ratio_error"]
    assert error.lower < math.log(0.83 / 0.30) / (2 * 1.959964) < error.upper
    assert "hazard_ratio_error" not in by_name(**SIXTY, hazard_ratio="0.5")


def test_p_values_have_the_direction_of_the_medians() -> None:
    better = by_name(**SIXTY, **MEDIANS, p_value="0.01")["log_rank_z"]
    assert better.lower == pytest.approx(-2.807, abs=1e-3)
    assert better.upper == pytest.approx(-2.432, abs=1e-3)
    worse = by_name(**SIXTY, median_late="20", median_never="40", p_value="0.01")["log_rank_z"]
    assert (worse.lower, worse.upper) == (-better.upper, -better.lower)
    unknown = by_name(**SIXTY, p_value="0.01")
    assert unknown["absolute_z"].lower == worse.lower
    assert by_name(**SIXTY, **MEDIANS, p_value="< .001")["log_rank_z"].lower == -40


def test_uses() -> None:
    found = by_name(
        **SIXTY,
        **MEDIANS,
        median="25",
        deaths_late="12",
        deaths_never="35",
        wait="9",
        hazard_ratio="0.5",
        survival=[
            {"printed": "70", "group": "late", "time": 24},
            {"printed": "40", "group": "never", "time": 24},
            {"printed": "50", "group": "all", "time": 24},
        ],
    )
    uses = {name: target.use for name, target in found.items()}
    assert uses["n_late"] == "size"
    assert uses["quantile all 0.5"] == uses["deaths"] == uses["survival all 24"] == "pooled"
    assert uses["mixed_survival 24"] == "pooled"
    assert uses["wait"] == "waiting"
    for name in ("quantile late 0.5", "deaths_late", "log_hazard_ratio", "survival late 24"):
        assert uses[name] == "contrast"
    # Deaths of both groups, summed, say nothing of who was in which.
    assert (found["deaths"].lower, found["deaths"].upper) == (47, 47)


def test_mixture_of_both_groups() -> None:
    found = by_name(
        **SIXTY,
        survival=[
            {"printed": "70", "group": "late", "time": 24},
            {"printed": "40", "group": "never", "time": 24},
        ],
    )["mixed_survival 24"]
    assert found.lower == pytest.approx(0.695 / 3 + 0.395 * 2 / 3, abs=1e-6)
    assert found.upper == pytest.approx(0.705 / 3 + 0.405 * 2 / 3, abs=1e-6)


def test_not_reached_counts_as_beyond() -> None:
    found = by_name(**SIXTY, median_late="not reached", median_never="20")
    assert found["quantile late 0.5"].lower == INF
    # The never treated's median is then the earlier one: at least half of all are alive.
    pooled = found["survival all 20"]
    assert (pooled.lower, pooled.upper) == pytest.approx((0.5, 0.5 * 2 / 3 + 1 / 3), abs=1e-6)


def test_medians_that_print_leaves_open_bound_nothing_more() -> None:
    targets, _ = make_targets(evidence_from(**SIXTY, median_late="20", median_never="20"))
    found = [t for t in targets.targets if t.statistic == "survival all 20"]
    # Half of one group, and of the other anything: two thirds and one third are the never and late.
    limits = [x for t in found for x in (t.lower, t.upper)]
    assert limits == pytest.approx([1 / 3, 2 / 3, 1 / 6, 5 / 6], abs=1e-6)
    # Overlapping intervals do not say either which median is the later one.
    overlapping = by_name(**SIXTY, median_late="18 to 22", median_never="21")
    late, never = overlapping["survival all 20"], overlapping["survival all 21"]
    assert (late.lower, late.upper) == pytest.approx((1 / 6, 5 / 6), abs=1e-6)
    assert (never.lower, never.upper) == pytest.approx((1 / 3, 2 / 3), abs=1e-6)


@pytest.mark.parametrize("effect", [0.2, 1.0, 4.0])
@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_pooled_curve_keeps_its_bounds(effect: float, scale: float) -> None:
    # Uncensored: at the median of a group half of it is alive, give or take one patient.
    n = 400
    patients = patients_of(a_world(wait_scale=scale, hazard_ratio=effect), n, seed=5)
    medians = [Query(group=g, kind="quantile", value=0.5) for g in ("late", "never")]
    seen = summary_of(patients, queries=medians)
    printed = {
        "n": str(n),
        "n_late": f"{seen['n_late']:.0f}",
        "median_late": f"{seen['quantile late 0.5']:.9f}",
        "median_never": f"{seen['quantile never 0.5']:.9f}",
    }
    targets, design = make_targets(evidence_from(**printed))
    found = summary_of(patients, queries=design.queries)
    pooled = [t for t in targets.targets if t.statistic.startswith("survival all")]
    assert len(pooled) == 2
    for target in pooled:
        assert target.lower - 1.5 / n <= found[target.statistic] <= target.upper + 1.5 / n


def test_everything_that_is_wanted_is_read_off() -> None:
    targets, design = make_targets(
        evidence_from(
            **SIXTY,
            **MEDIANS,
            quantiles=[{"printed": "9", "group": "late", "share": 0.25}],
            rmst=[{"printed": "19", "group": "never", "time": 36}],
            at_risk=[{"printed": "11", "group": "all", "time": 24}],
        )
    )
    table = PrintedTable(names=design.names, values=np.ones((1, len(design.names))))
    assert np.all(np.isfinite(targets.excess(table)))


def test_derived_columns() -> None:
    names = ("n_late", "n_never", "quantile late 0.5", "quantile never 0.5", "log_rank_z")
    table = PrintedTable(
        names=names, values=np.array([[1, 3, 40.0, 20.0, -2.0], [1, 1, INF, 5, 0]])
    )
    assert table.column("median_ratio").tolist() == [2, INF]
    assert table.column("median_difference").tolist() == [20, INF]
    assert table.column("location")[0] == pytest.approx(
        math.exp((math.log(40) + 3 * math.log(20)) / 4)
    )
    assert table.column("absolute_z").tolist() == [2, 0]
    assert table.column("log_rank_p") == pytest.approx([0.0455003, 1.0], abs=1e-7)
    with pytest.raises(ValueError, match="not in tuple"):
        table.column("mean")
