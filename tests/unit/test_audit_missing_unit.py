"""What would narrow the answer: a number that is the unknown, one that is noise, the requests."""

from __future__ import annotations

import numpy as np
import pytest

from audit_claims import MEDIANS, SIXTY, evidence_from
from timezero.audit.compatible import EffectWorlds
from timezero.audit.missing import (
    CANDIDATES,
    expected_narrowing,
    extra_queries,
    missing_numbers,
    statistics_of,
)
from timezero.audit.printed_table import MEDIAN, PrintedTable
from timezero.audit.simulate import Design
from timezero.audit.targets import make_targets

N = 3_000
CAP = 1e3


def worlds_of(n: int = N, **columns: np.ndarray) -> EffectWorlds:
    """Worlds with normal log hazard ratios; every statistic noise unless it is given."""
    rng = np.random.default_rng(6)
    truth = rng.standard_normal(n)
    names = Design(queries=tuple(extra_queries(10.0))).names
    queries = make_targets(evidence_from(**SIXTY, **MEDIANS))[1].names
    names = tuple(dict.fromkeys((*names, *queries)))
    values = np.exp(rng.standard_normal((n, len(names))))
    for name, column in columns.items():
        values[:, names.index(name.replace("_at_", " "))] = column[:n]
    return EffectWorlds(
        log_hazard_ratio=truth,
        weight=rng.random(n),
        x=truth[:, None],
        fits=1.0,
        table=PrintedTable(names=names, values=values),
        n_simulated=n,
    )


def truth() -> np.ndarray:
    return np.random.default_rng(6).standard_normal(N)


def test_the_unknown_itself_narrows_to_nothing() -> None:
    worlds = worlds_of(wait=np.exp(truth()))
    assert expected_narrowing(worlds, (("wait", "time"),), CAP) > 0.98
    # Seen through noise of the same size: half of the variance is left.
    noisy = truth() + np.random.default_rng(8).standard_normal(N)
    worlds = worlds_of(wait=np.exp(noisy))
    assert expected_narrowing(worlds, (("wait", "time"),), CAP) == pytest.approx(
        1 - 0.5**0.5, abs=0.03
    )


def test_noise_narrows_nothing() -> None:
    for names in (("wait",), ("wait", "follow_up", "deaths_late", "deaths_never")):
        found = expected_narrowing(worlds_of(), tuple((n, "time") for n in names), CAP)
        assert found < 0.01


def test_what_never_varies_or_is_hardly_known_narrows_nothing() -> None:
    same = worlds_of(wait=np.full(N, 3.0))
    assert expected_narrowing(same, (("wait", "time"),), CAP) == 0.0
    unknown = np.where(np.arange(N) < 99, 1.0, np.nan)
    few = worlds_of(wait=np.exp(truth()) * unknown)
    assert expected_narrowing(few, (("wait", "time"),), CAP) == 0.0
    assert expected_narrowing(worlds_of(), (), CAP) == 0.0


def test_not_reached_is_a_value_too() -> None:
    # Where the true ratio is high the median is not reached.
    reached = np.where(truth() > 0, np.inf, 20.0)
    worlds = worlds_of(**{"quantile_at_late_at_0.5": reached})
    assert expected_narrowing(worlds, ((MEDIAN["late"], "time"),), 100.0) > 0.3


def test_requests_in_order_of_use() -> None:
    worlds = worlds_of(
        wait=np.exp(truth()), deaths_late=np.exp(truth() + np.random.default_rng(8).random(N))
    )
    asked = missing_numbers(
        worlds,
        evidence_from({"treatment": "a second operation {n}", "time_zero": "diagnosis"}, **SIXTY),
        CAP,
    )
    assert [m.name for m in asked][:2] == ["waiting_times", "deaths_per_group"]
    narrowings = [m.narrowing for m in asked]
    assert narrowings == sorted(narrowings, reverse=True)
    assert "from diagnosis to a second operation {n}" in asked[0].words
    # Noise is not worth a letter.
    assert all(m.narrowing >= 0.005 for m in asked)
    assert len(asked) < len(CANDIDATES)


def test_what_is_printed_is_not_asked_for() -> None:
    worlds = worlds_of(wait=np.exp(truth()))
    printed = {"wait": "9", "wait_lower_quartile": "4", "wait_upper_quartile": "15"}
    asked = missing_numbers(worlds, evidence_from(**SIXTY, **printed), CAP)
    assert "waiting_times" not in {m.name for m in asked}
    del printed["wait"]
    asked = missing_numbers(worlds, evidence_from(**SIXTY, **printed), CAP)
    assert asked[0].name == "waiting_times"


def test_every_candidate_can_be_read_off() -> None:
    table = worlds_of().table
    for candidate in CANDIDATES:
        names = [name for name, _ in statistics_of(candidate, table)]
        assert names
        for name in names:
            assert table.column(name).size == N
