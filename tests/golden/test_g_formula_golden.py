"""The g-formula agrees with R's glm and enumeration, and with the numbers zEpid's tests expect."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.estimate.g_formula import Grace, course, fit_models, g_data, natural_course
from timezero.model.person_periods import PersonPeriods

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


def columns_of(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    return {k: np.array([float(row[k] or "nan") for row in table]) for k in table[0]}


def periods_of(found: dict[str, Any], covariates: tuple[str, ...]) -> PersonPeriods:
    starts = np.flatnonzero(found["period"] == 0.0)
    return PersonPeriods(
        first=np.append(starts, found["period"].size).astype(np.int64),
        patient=np.arange(starts.size, dtype=np.int64),
        period=found["period"].astype(np.int64),
        treated=found["treated"] == 1.0,
        eligible=found["eligible"] == 1.0,
        event=found["event"] == 1.0,
        competing=found["competing"] == 1.0,
        lost=found["lost"] == 1.0,
        columns=np.column_stack([found[name] for name in covariates]),
        names=covariates,
        varying=(False,) * len(covariates),
        width=1.0,
        origin="the beginning of the file",
        event_order="treatment_first",
    )


@pytest.fixture(scope="module")
def patients() -> PersonPeriods:
    return periods_of(columns_of(REFERENCE / "data" / "g_formula.csv"), ("x", "z"))


@pytest.mark.parametrize("which", ["with_competing", "alone"])
def test_every_strategy_as_by_glm_and_enumeration(
    which: str,
    patients: PersonPeriods,
    read_output: Callable[[str], Any],
    agrees: Callable[..., None],
) -> None:
    stored = read_output("g_formula")
    none = np.zeros(patients.n_rows, dtype=np.bool_)
    used = patients if which == "with_competing" else replace(patients, competing=none)
    data = g_data(used, horizon=20.0)
    everybody = np.ones(data.patient.size)
    fits = fit_models(data, everybody)
    grace = Grace(period=float(stored["grace"]))
    for strategy in ("never", "natural", "uniform", "as_observed"):
        found = course(data, fits, everybody, strategy, grace=grace)
        agrees(f"g_formula: {which} {strategy}", found.event, stored[which][strategy])
        assert np.all(found.monte_carlo_error == 0.0)


def test_the_observed_course_and_its_standard_error_as_by_survfit(
    patients: PersonPeriods, read_output: Callable[[str], Any], agrees: Callable[..., None]
) -> None:
    stored = read_output("g_formula")["observed"]
    alone = replace(patients, competing=np.zeros(patients.n_rows, dtype=np.bool_))
    data = g_data(alone, horizon=20.0)
    everybody = np.ones(data.patient.size)
    grace = Grace(period=6.0)
    simulated = course(data, fit_models(data, everybody), everybody, "as_observed", grace=grace)
    found = natural_course(alone, data, simulated, minimum_at_risk=10)
    agrees("g_formula: observed", found.observed, stored["survival"])
    agrees("g_formula: observed standard error", found.standard_error, stored["standard_error"])
    assert found.largest_gap < 2.0


@pytest.fixture(scope="module")
def weeks_of_zepid() -> PersonPeriods:
    found = columns_of(REFERENCE / "inputs" / "zepid_sample.csv")
    n_weeks = np.rint(found["t"]).astype(np.int64)
    whose = np.repeat(np.arange(n_weeks.size), n_weeks)
    start = np.concatenate([[0], np.cumsum(n_weeks)])[:-1]
    week = np.arange(whose.size) - start[whose]
    names = ("male", "age0", "cd40", "dvl0")
    rows = {name: found[name][whose] for name in names}
    rows["period"] = week
    rows["treated"] = found["art"][whose]
    rows["eligible"] = (week == 0).astype(np.float64)
    rows["event"] = ((found["dead"][whose] == 1.0) & (week == n_weeks[whose] - 1)).astype(float)
    rows["competing"] = rows["lost"] = np.zeros(whose.size)
    return periods_of(rows, names)


def test_treat_all_treat_none_and_natural_as_in_zepid(weeks_of_zepid: PersonPeriods) -> None:
    expected = tomllib.loads(
        (REFERENCE / "published" / "zepid_g_formula.toml").read_text(encoding="utf-8")
    )
    data = g_data(weeks_of_zepid, horizon=45.0)
    n = data.patient.size
    assert data.event.rows.names[4:8] == (
        "(intercept)",
        *(f"time to the power {k}" for k in (1, 2, 3)),
    )
    fits = fit_models(data, np.ones(n))
    length = np.diff(weeks_of_zepid.first)
    on = weeks_of_zepid.treated[weeks_of_zepid.first[:-1]]
    at_once = Grace(period=1.0)
    for k, week in enumerate(expected["weeks"]):
        there = (length >= week).astype(np.float64)
        risk = {
            plan: course(data, fits, weight, strategy, grace=at_once).event[week - 1]
            for plan, weight, strategy in (
                ("treat_all", there, "natural"),
                ("treat_none", there, "never"),
                ("on", there * on, "natural"),
                ("off", there * ~on, "never"),
            )
        }
        share = float((there * on).sum() / there.sum())
        risk["natural"] = share * risk["on"] + (1.0 - share) * risk["off"]
        for plan in ("treat_all", "treat_none", "natural"):
            assert abs(risk[plan] - expected[plan][k]) < expected["within"], (plan, week)
