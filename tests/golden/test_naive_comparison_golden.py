"""What simulated studies are summarised by, against R on the same simulated patients."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from late_patients import summary_of
from timezero.arrays import Floats
from timezero.audit.simulate import Query

DATA = Path(__file__).resolve().parents[2] / "reference" / "data" / "naive_comparison.csv"
COHORTS = range(4)
WAITS = (
    "wait_lower_quartile",
    "wait",
    "wait_upper_quartile",
    "wait_shortest",
    "wait_longest",
    "wait_mean",
)
WITHIN = 1e-9


@pytest.fixture(scope="module")
def patients() -> dict[int, Floats]:
    with DATA.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    found: dict[int, list[list[float]]] = {}
    for row in table:
        start = float(row["initiation"]) if row["initiation"] else math.inf
        one = [float(row["exit"]), float(row["died"]), start, math.inf]
        found.setdefault(int(row["cohort"]) - 1, []).append(one)
    return {k: np.array(rows) for k, rows in found.items()}


@pytest.fixture(scope="module")
def stored(read_output: Callable[[str], Any]) -> Any:
    return read_output("naive_comparison")


def value_of(given: Any) -> float:
    return math.inf if given is None else float(given)


@pytest.mark.parametrize("cohort", COHORTS)
def test_waits_and_follow_up(cohort: int, patients: dict[int, Floats], stored: Any) -> None:
    ours, theirs = summary_of(patients[cohort]), stored["cohorts"][cohort]
    assert ours["n"] == theirs["n"]
    assert [ours[name] for name in WAITS] == pytest.approx(theirs["waits"], rel=WITHIN)
    assert ours["follow_up"] == pytest.approx(value_of(theirs["follow_up"]), rel=WITHIN)


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("cohort", COHORTS)
def test_comparisons(cohort: int, way: int, patients: dict[int, Floats], stored: Any) -> None:
    theirs = stored["cohorts"][cohort]["comparisons"][way]
    queries: list[Query] = []
    wanted: dict[str, float] = {}
    for group, numbers in theirs["groups"].items():
        for share, time in zip(stored["shares"], numbers["quartiles"], strict=True):
            queries.append(Query(group=group, kind="quantile", value=share))
            wanted[queries[-1].name] = value_of(time)
        for k, t in enumerate(numbers["times"]):
            for kind in ("survival", "at_risk", "rmst"):
                queries.append(Query(group=group, kind=kind, value=t))
                wanted[queries[-1].name] = numbers[kind][k]
    ours = summary_of(patients[cohort], theirs["way"], landmark=stored["landmark"], queries=queries)
    assert {name: ours[name] for name in wanted} == pytest.approx(wanted, rel=WITHIN)
    assert ours["log_hazard_ratio"] == pytest.approx(theirs["log_hazard_ratio"], rel=WITHIN)
    assert ours["hazard_ratio_error"] == pytest.approx(theirs["error"], rel=WITHIN)
    assert ours["log_rank_z"] ** 2 == pytest.approx(theirs["score_chi2"], rel=WITHIN)
    for group in ("late", "never"):
        assert ours[f"deaths_{group}"] == theirs["groups"][group]["deaths"]
    assert ours["n"] == theirs["groups"]["all"]["n"]
