"""Sound studies, simulated and summarised by plain code, are left alone by the checks of print."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from timezero.audit.evidence import evidence_of
from timezero.audit.print_checks import run_checks
from timezero.findings import Severity
from timezero.model.claim import Claim

N_STUDIES = 500
MOST_FALSE_WARNINGS = 0.05
NORMAL = NormalDist()
# What these say is true of every group that had to wait: there it is no false warning.
SIGNS_OF_WAITING = {"full_survival_while_waiting", "no_deaths_while_waiting", "flat_start"}
TIMES = (6.0, 12.0, 24.0, 36.0, 60.0)


def product_limit(exits: np.ndarray, died: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return event times and survival just after them, for times without ties."""
    order = np.argsort(exits)
    died = died[order]
    factors = 1.0 - died / np.arange(died.size, 0, -1)
    return exits[order][died], np.cumprod(factors)[died]


def quantile(curve: tuple[np.ndarray, np.ndarray], share: float) -> float:
    """Return the time by which a share had died; the middle of a step at exactly that height."""
    times, survival = curve
    reached = np.flatnonzero(survival <= 1.0 - share + 1e-9)
    if reached.size == 0:
        return math.inf
    first = reached[0]
    if abs(survival[first] - (1.0 - share)) < 1e-9 and first + 1 < times.size:
        return (times[first] + times[first + 1]) / 2.0
    return times[first]


def survival_at(curve: tuple[np.ndarray, np.ndarray], time: float) -> float:
    """Return survival at a time."""
    times, survival = curve
    before = np.searchsorted(times, time, side="right")
    return 1.0 if before == 0 else float(survival[before - 1])


def comparison(exits: np.ndarray, died: np.ndarray, late: np.ndarray) -> tuple[float, float, float]:
    """Return the log hazard ratio, its standard error and the log-rank p; no ties."""
    order = np.argsort(exits)
    died, late = died[order], late[order]
    n_late = np.cumsum(late[::-1])[::-1][died]
    n_all = np.arange(late.size, 0, -1)[died]
    share = n_late / n_all
    chi = (late[died].sum() - share.sum()) ** 2 / (share * (1.0 - share)).sum()
    beta, information = 0.0, 1.0
    for _ in range(50):
        expected = n_late * math.exp(beta) / (n_late * math.exp(beta) + n_all - n_late)
        information = (expected * (1.0 - expected)).sum()
        beta += np.clip((late[died].sum() - expected.sum()) / information, -1.0, 1.0)
    return beta, 1.0 / math.sqrt(information), 2.0 * NORMAL.cdf(-math.sqrt(chi))


def times_printed(value: float, digits: int) -> str:
    """Return a time as a paper prints it."""
    return "not reached" if math.isinf(value) else f"{value:.{digits}f}"


def p_printed(p: float) -> str:
    """Return a p-value as a paper prints it."""
    return "< 0.001" if p < 0.001 else (f"{p:.3f}" if p < 0.1 else f"{p:.2f}")


def draw_times(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw survival times of one of three laws, some never dying."""
    shape = rng.uniform(0.6, 1.8)
    scale = rng.uniform(10.0, 60.0)
    law = rng.integers(3)
    if law == 0:
        times = scale * rng.weibull(shape, size)
    elif law == 1:
        times = scale * np.exp(rng.normal(0.0, 1.0 / shape, size))
    else:
        times = np.where(rng.random(size) < 0.2, 1e6, scale * rng.exponential(1.0, size))
    return times


def study(seed: int, *, randomised: bool) -> dict[str, Any] | None:
    """Simulate one study and return its claim; None when a group is too small to be compared."""
    rng = np.random.default_rng([20261125, seed, int(randomised)])
    n = int(rng.integers(20, 200))
    deaths_at, wait = draw_times(rng, n), np.full(n, np.inf)
    accrual = rng.uniform(24.0, 120.0)
    end = accrual * rng.uniform(1.0, 1.6)
    censored_at = np.minimum(end - accrual * rng.random(n), rng.exponential(300.0, n))
    if randomised:
        late = np.arange(n) < n * rng.uniform(0.25, 0.5)
        deaths_at = np.where(late, deaths_at * rng.uniform(0.6, 2.0), deaths_at)
    else:
        wait = rng.uniform(5.0, 40.0) * rng.weibull(1.5, n)
        wait[rng.random(n) < 0.2] = np.inf
        late = wait < np.minimum(deaths_at, censored_at)
        gain = rng.uniform(0.6, 2.0)
        deaths_at[late] = wait[late] + (deaths_at[late] - wait[late]) * gain
    exits, died = np.minimum(deaths_at, censored_at), deaths_at <= censored_at
    if min(late.sum(), (~late).sum()) < 5 or min(died[late].sum(), died[~late].sum()) < 2:
        return None
    digits = int(rng.integers(0, 3))
    numbers = summary(exits, died, late, digits=digits)
    numbers |= {
        "accrual": times_printed(accrual, digits),
        "follow_up_end": times_printed(max(end, exits.max()), digits),
        "follow_up": times_printed(quantile(product_limit(exits, ~died), 0.5), digits),
    }
    if not randomised:
        numbers |= waits(wait[late], digits)
        numbers["n_triggered"] = str(int(np.isfinite(wait).sum()))
    if math.isinf(quantile(product_limit(exits, ~died), 0.5)):
        del numbers["follow_up"]
    kept = {name: value for name, value in numbers.items() if rng.random() < 0.85}
    design = "randomised" if randomised else "ever_treated"
    return {"question": {"time_zero": "entry", "comparison": design}, "numbers": kept}


def waits(wait: np.ndarray, digits: int) -> dict[str, str]:
    """Return how long the treated waited."""
    names = ("wait_lower_quartile", "wait", "wait_upper_quartile")
    found = dict(zip(names, np.quantile(wait, [0.25, 0.5, 0.75]), strict=True))
    found |= {"wait_shortest": wait.min(), "wait_longest": wait.max(), "wait_mean": wait.mean()}
    return {name: times_printed(value, digits) for name, value in found.items()}


def summary(
    exits: np.ndarray, died: np.ndarray, late: np.ndarray, *, digits: int
) -> dict[str, Any]:
    """Return what a paper prints of a study."""
    beta, error, p = comparison(exits, died, late)
    groups = {"all": np.ones_like(late), "late": late, "never": ~late}
    curves = {name: product_limit(exits[rows], died[rows]) for name, rows in groups.items()}
    numbers: dict[str, Any] = {
        "share_late": f"{100 * late.mean():.{digits}f} %",
        "hazard_ratio": {
            "printed": f"{math.exp(beta):.2f}",
            "lower": f"{math.exp(beta - 1.96 * error):.2f}",
            "upper": f"{math.exp(beta + 1.96 * error):.2f}",
        },
        "p_value": p_printed(p),
        "survival": [],
        "quantiles": [],
        "at_risk": [],
        "rmst": [],
    }
    for name, rows in groups.items():
        ending = "" if name == "all" else f"_{name}"
        numbers[f"n{ending}"] = str(int(rows.sum()))
        numbers[f"deaths{ending}"] = str(int(died[rows].sum()))
        numbers[f"median{ending}"] = times_printed(quantile(curves[name], 0.5), digits)
        for time in (0.0, *TIMES):
            at_risk = int((exits[rows] >= time).sum())
            numbers["at_risk"].append({"group": name, "time": time, "printed": str(at_risk)})
            if time > 0.0 and at_risk > 0:
                share = f"{100 * survival_at(curves[name], time):.{digits}f} %"
                numbers["survival"].append({"group": name, "time": time, "printed": share})
        for share in (0.25, 0.75):
            time = quantile(curves[name], share)
            if math.isfinite(time):
                printed = times_printed(time, digits)
                numbers["quantiles"].append({"group": name, "share": share, "printed": printed})
        horizon = 24.0
        if exits[rows].max() > horizon:
            times, survival = curves[name]
            ends = np.concatenate([[0.0], np.minimum(times, horizon), [horizon]])
            lived = float(np.diff(ends) @ np.concatenate([[1.0], survival]))
            printed = times_printed(lived, digits)
            numbers["rmst"].append({"group": name, "time": horizon, "printed": printed})
    return numbers


@cache
def signs_of_waiting(*, randomised: bool) -> int:
    """Return in how many studies a sign of waiting is found, when all are said to be naive."""
    n_studies, n_found, seed = 0, 0, 0
    while n_studies < N_STUDIES:
        claim = study(seed, randomised=randomised)
        seed += 1
        if claim is None:
            continue
        n_studies += 1
        claim["question"]["comparison"] = "ever_treated"
        results = run_checks(evidence_of(Claim.model_validate(claim)))
        n_found += any(r.findings for r in results if r.name in SIGNS_OF_WAITING)
    return n_found


@cache
def found_in_studies(*, randomised: bool) -> tuple[int, Counter[str], Counter[str], int]:
    """Return the number of studies, errors and warnings by check, and studies with a warning."""
    errors: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    n_studies, n_warned, seed = 0, 0, 0
    while n_studies < N_STUDIES:
        claim = study(seed, randomised=randomised)
        seed += 1
        if claim is None:
            continue
        n_studies += 1
        findings = [
            f for r in run_checks(evidence_of(Claim.model_validate(claim))) for f in r.findings
        ]
        errors.update(f"{f.code}: {f.what}" for f in findings if f.severity == Severity.ERROR)
        warned = {
            f.code
            for f in findings
            if f.severity == Severity.WARNING and f.code not in SIGNS_OF_WAITING
        }
        warnings.update(warned)
        n_warned += bool(warned)
    return n_studies, errors, warnings, n_warned


@pytest.mark.parametrize("randomised", [True, False], ids=["randomised", "late"])
def test_no_error_is_found_in_sound_studies(*, randomised: bool) -> None:
    n_studies, errors, _, _ = found_in_studies(randomised=randomised)
    assert n_studies == N_STUDIES
    assert errors == Counter()


@pytest.mark.parametrize("randomised", [True, False], ids=["randomised", "late"])
def test_few_sound_studies_are_warned_of(*, randomised: bool) -> None:
    _, _, warnings, n_warned = found_in_studies(randomised=randomised)
    assert n_warned <= MOST_FALSE_WARNINGS * N_STUDIES, warnings


def test_signs_of_waiting_are_rare_without_waiting_and_common_with_it() -> None:
    assert signs_of_waiting(randomised=True) <= MOST_FALSE_WARNINGS * N_STUDIES
    assert signs_of_waiting(randomised=False) >= N_STUDIES / 3
