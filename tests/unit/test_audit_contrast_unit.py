"""Which contrast is compared, what counts as large, and how much of it waiting makes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from audit_claims import MEDIANS, SIXTY, evidence_from
from timezero.arrays import Floats
from timezero.audit.contrast import (
    Comparison,
    choose_comparison,
    contrast_names,
    is_as_large,
    observed_contrasts,
)
from timezero.audit.do_nothing import MatchedWorlds, describe, quantiles_of, share_with_error
from timezero.audit.printed_table import PrintedTable
from timezero.audit.split import split_contrast

INF, NAN = math.inf, math.nan
AT_24 = [
    {"printed": "70", "group": "late", "time": 24},
    {"printed": "40", "group": "never", "time": 24},
]
AT_12 = [{**number, "time": 12} for number in AT_24]
EARLY_ONLY_LATE = [{"printed": "90", "group": "late", "time": 36}]


def chosen(**numbers: Any) -> Comparison:
    found = choose_comparison(evidence_from(**SIXTY, **numbers))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ({"hazard_ratio": "0.5", **MEDIANS, "survival": AT_24}, "hazard_ratio"),
        ({**MEDIANS, "survival": AT_24, "p_value": "0.01"}, "median_ratio"),
        ({"times_as_long": "three times", "survival": AT_24}, "median_ratio"),
        ({"survival": [*AT_24, *AT_12, *EARLY_ONLY_LATE]}, "survival_difference 24"),
    ],
)
def test_order_of_choice(numbers: dict[str, Any], name: str) -> None:
    assert chosen(**numbers).name == name


@pytest.mark.parametrize(
    "numbers", [{}, {"p_value": "0.001"}, {"median_late": "40"}, {"survival": EARLY_ONLY_LATE}]
)
def test_nothing_to_compare(numbers: dict[str, Any]) -> None:
    assert choose_comparison(evidence_from(**SIXTY, **numbers)) is None


def test_printed_contrasts_as_intervals() -> None:
    found = observed_contrasts(
        evidence_from(**SIXTY, **MEDIANS, hazard_ratio="0.50", p_value="0.02", survival=AT_24)
    )
    assert found["hazard_ratio"] == pytest.approx((0.495, 0.505))
    assert found["median_ratio"] == pytest.approx((39.5 / 20.5, 40.5 / 19.5))
    assert found["median_difference"] == pytest.approx((19.0, 21.0))
    assert found["log_rank_p"] == pytest.approx((0.015, 0.025))
    assert found["survival_difference 24"] == pytest.approx((0.29, 0.31))
    open_end = observed_contrasts(evidence_from(**SIXTY, median_late="over 40", median_never="20"))
    assert open_end["median_ratio"] == (pytest.approx(40 / 20.5), INF)


def test_middle_of_what_is_printed() -> None:
    assert chosen(hazard_ratio="0.50").middle == pytest.approx(math.sqrt(0.495 * 0.505))
    assert chosen(median_late="over 40", median_never="20").middle == pytest.approx(40 / 20.5)
    assert chosen(survival=AT_24).middle == pytest.approx(0.30)


@pytest.mark.parametrize(
    ("numbers", "column", "values", "as_large"),
    [
        # Would have been printed as 0.50, or as less.
        (
            {"hazard_ratio": "0.50"},
            "log_hazard_ratio",
            [math.log(0.4), math.log(0.504), math.log(0.506), NAN],
            [True, True, False, False],
        ),
        (
            {"hazard_ratio": "1.60"},
            "log_hazard_ratio",
            [math.log(1.594), math.log(1.596), math.log(2.0)],
            [False, True, True],
        ),
        (
            {"times_as_long": "2.0"},
            "median_ratio",
            [1.9, 1.96, 3.0, INF, NAN],
            [False, True, True, True, False],
        ),
        (
            {"times_as_long": "0.5"},
            "median_ratio",
            [0.0, 0.5, 0.56, INF],
            [True, True, False, False],
        ),
        ({"survival": AT_24}, "survival_difference 24", [0.28, 0.295, 0.6], [False, True, True]),
    ],
)
def test_at_least_as_large(numbers, column: str, values: list[float], as_large: list[bool]) -> None:
    comparison = chosen(**numbers)
    # Late and never of which each contrast is made; two medians not reached have no ratio.
    names = {
        "median_ratio": ("quantile late 0.5", "quantile never 0.5"),
        "survival_difference 24": ("survival late 24", "survival never 24"),
    }.get(column, (column, "nothing"))
    beside = 0.0 if column.startswith("survival") else 1.0
    pairs = [(INF, INF) if math.isnan(v) and len(names[1]) > 7 else (v, beside) for v in values]
    table = PrintedTable(names=names, values=np.array(pairs))
    assert is_as_large(table, comparison).tolist() == as_large


def test_reported_contrasts_are_those_that_were_read_off() -> None:
    table = PrintedTable(names=("survival late 24", "quantile late 0.5"), values=np.zeros((1, 2)))
    assert list(contrast_names(table)) == [
        "median_ratio",
        "median_difference",
        "hazard_ratio",
        "log_rank_p",
        "survival_difference 24",
    ]


def worlds_with(
    late: list[float], never: list[float], log_ratios: list[float], weight: Floats | None = None
) -> MatchedWorlds:
    n = len(late)
    values = np.column_stack([late, never, log_ratios, np.zeros(n), np.full(n, 20), np.full(n, 40)])
    names = (
        "quantile late 0.5",
        "quantile never 0.5",
        "log_hazard_ratio",
        "log_rank_z",
        "n_late",
        "n_never",
    )
    return MatchedWorlds(
        x=np.zeros((n, 1)),
        kind=np.zeros(n, dtype=np.int64),
        weight=np.ones(n) if weight is None else weight,
        table=PrintedTable(names=names, values=values),
        n_simulated=n,
    )


def test_split_on_the_log_scale() -> None:
    logs = np.linspace(2 * math.log(0.25), 0.0, 101).tolist()
    worlds = worlds_with([40.0] * 101, [20.0] * 101, logs)
    found = split_contrast(worlds, chosen(hazard_ratio="0.5", **MEDIANS), waited=True)
    assert found is not None
    # Half of the worlds are below 0.25, and 0.25 is twice 0.5 on the log scale.
    assert found.waiting.q50 == pytest.approx(0.25)
    assert found.share.q50 == pytest.approx(2.0, rel=0.01)
    assert "explains all of it or more" in found.words
    assert (found.unit_printed, found.unit_waiting) == (20.0, 20.0)


@pytest.mark.parametrize(
    ("middle", "words"),
    [
        (0.9, "explains 15% of it"),
        (1.2, "explains none of it"),
        (0.4, "explains all of it or more"),
    ],
)
def test_split_in_words(middle: float, words: str) -> None:
    worlds = worlds_with([40.0] * 9, [20.0] * 9, [math.log(middle)] * 9)
    found = split_contrast(worlds, chosen(hazard_ratio="0.500"), waited=True)
    assert found is not None
    assert words in found.words
    assert found.words.startswith("waiting alone")
    assert math.isnan(found.unit_printed)
    by_chance = split_contrast(worlds, chosen(hazard_ratio="0.500"), waited=False)
    assert by_chance is not None
    assert by_chance.words.startswith("chance alone")


def test_no_split_without_a_ratio_or_a_world_that_has_one() -> None:
    worlds = worlds_with([INF] * 3, [INF] * 3, [0.0] * 3)
    assert split_contrast(worlds, chosen(**MEDIANS), waited=True) is None
    assert split_contrast(worlds, chosen(survival=AT_24), waited=True) is None
    one = Comparison(
        name="hazard_ratio",
        statistic="log_hazard_ratio",
        lower=1.0,
        upper=1.0,
        favours_late=False,
        observed={},
    )
    assert split_contrast(worlds, one, waited=True) is None


def test_split_where_medians_are_not_reached() -> None:
    worlds = worlds_with([INF] * 5 + [40.0] * 4, [20.0] * 9, [0.0] * 9)
    found = split_contrast(worlds, chosen(**MEDIANS), waited=True)
    assert found is not None
    assert found.waiting.q50 == INF
    assert found.unit_upper == INF
    assert "not reached" in found.words


def test_description_of_worlds() -> None:
    worlds = worlds_with([30.0, 40.0, INF, 10.0], [20.0] * 4, [0.0] * 4)
    found = describe(worlds, chosen(**MEDIANS), setting="none")
    # 1.5, 2, not reached, 0.5: two would have been printed as 2 or more.
    assert found.p_as_large == 0.5
    assert found.compared_on == "median_ratio"
    assert found.effective_n == pytest.approx(4)
    histogram = found.histogram
    assert sum(histogram.columns["share"]) == pytest.approx(0.75)
    assert histogram.notes["not_reached"] == 0.25
    assert found.contrasts["median_ratio"].q975 == INF


def test_shares_and_their_error() -> None:
    share, error = share_with_error(np.array([True, False]), np.array([3.0, 1.0]))
    assert share == 0.75
    # Worth (3 + 1)^2 / 10 = 1.6 draws; (1.2 + 1) / 3.6 after one success and failure more.
    assert error == pytest.approx(math.sqrt(2.2 / 3.6 * 1.4 / 3.6 / 1.6))
    assert share_with_error(np.ones(100, bool), np.ones(100))[1] > 0.005
    assert math.isnan(share_with_error(np.ones(2, bool), np.zeros(2))[0])


def test_weighted_quantiles() -> None:
    values = np.array([NAN, 3.0, 1.0, INF, 2.0])
    found = quantiles_of(values, np.array([50.0, 1.0, 1.0, 1.0, 1.0]))
    assert (found.q25, found.q50, found.q75, found.q95) == (1.0, 2.0, 3.0, INF)
    nothing = quantiles_of(np.array([NAN]), np.ones(1))
    assert math.isnan(nothing.q50)
